//! A host to leave running: what it is configured with, what it knows after a restart, and in time where it collects from and delivers to.
//!
//! It knows no command line.

pub mod config;
pub mod files;
mod private;
mod secret;
pub mod state;
mod text;
mod time;

pub use secret::Secret;
pub use text::one_line;
