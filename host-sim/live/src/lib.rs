//! A host to leave running: what it is configured with, where it delivers to, what it knows after a restart, and in time where it collects from.
//!
//! It knows no command line.

pub mod config;
pub mod elastic;
pub mod files;
mod private;
mod redrive;
mod retry_after;
mod secret;
pub mod state;
mod text;
mod time;
mod tls;

pub use redrive::{RedriveError, Redriven, redrive};
pub use secret::Secret;
pub use text::one_line;
