//! Recordings: what an API answered, and what an Event Hub held.

mod exchanges;
mod lines;
mod messages;
mod target;
mod write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use exchanges::{Exchange, read as read_exchanges};
pub use lines::{Format, Lines, MessageError, MessageLine};
pub use messages::Likeness;
pub use target::Target;
pub use write::write_message;

/// The bytes that the member `body_base64` stands for.
fn base64(text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|_| "`body_base64` is not base64".to_owned())
}
