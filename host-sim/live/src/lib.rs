//! A host to leave running: what it is configured with, where it collects from and delivers to, and what it knows after a restart.
//!
//! It knows no command line.

pub mod azure;
pub mod config;
pub mod doctor;
pub mod elastic;
pub mod event_hub;
pub mod files;
pub mod health;
pub mod log;
pub mod outlet;
mod private;
mod record;
mod redactor;
mod redrive;
mod retry_after;
mod schedule;
mod secret;
mod source;
pub mod state;
pub mod status;
pub mod supervise;
mod text;
mod time;
mod tls;

pub use record::{RecordError, Recorded, record};
pub use redactor::Redactor;
pub use redrive::{RedriveError, Redriven, redrive};
pub use schedule::Timer;
pub use secret::Secret;
pub use source::input_type;
pub use text::one_line;
