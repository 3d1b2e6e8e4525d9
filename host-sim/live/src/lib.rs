//! A host to leave running: what it is configured with, and in time where it collects from and delivers to.
//!
//! It knows no command line.

pub mod config;
mod secret;

pub use secret::Secret;
