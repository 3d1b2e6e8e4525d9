//! A host to leave running: what it is configured with, where it collects from and delivers to, and what it knows after a restart.
//!
//! It knows no command line.

pub mod azure;
pub mod config;
pub mod elastic;
pub mod event_hub;
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
