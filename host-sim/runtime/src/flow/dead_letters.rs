//! Where goes what cannot be stored.

use super::error::BoxedError;
use super::parcel::{Item, Lane};
use super::sink::Refusal;
use crate::recovery::{DeadLetter, Unread};

/// Keeps what gives no document, what cannot be read, and documents that the sink refuses.
pub trait DeadLetters: Sync {
    /// Keeps a letter. On return it outlives whatever happens to the process, so that the source may go on without it.
    fn keep(&self, lane: &Lane, letter: Letter<'_>) -> Result<(), BoxedError>;
}

/// What cannot be stored, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter<'a> {
    /// A message that stopped the component.
    Message {
        /// The message.
        letter: &'a DeadLetter,
        /// Its number.
        number: Option<u64>,
    },
    /// A message whose bytes are no text. Its document is stored, or is a letter of its own.
    Unread {
        /// The message.
        unread: &'a Unread,
        /// Its number.
        number: Option<u64>,
    },
    /// A document that the sink refuses.
    Document {
        /// The document.
        item: &'a Item,
        /// What the sink says.
        refusal: &'a Refusal,
    },
}
