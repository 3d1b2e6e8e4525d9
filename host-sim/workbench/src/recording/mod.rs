//! Recordings: what an API answered, and what an Event Hub held.

mod exchanges;
mod lines;
mod messages;
mod target;
mod write;

pub use exchanges::{Exchange, read as read_exchanges};
pub use lines::{Format, Lines, MessageError, MessageLine};
pub use target::Target;
pub use write::write_message;
