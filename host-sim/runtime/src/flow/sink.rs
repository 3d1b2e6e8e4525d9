//! Where documents go.

use std::time::Duration;

use super::error::BoxedError;
use super::parcel::Item;

/// Stores documents. It tries once: batches, retries and dead letters are delivery's. Several threads may use it.
pub trait Sink: Sync {
    /// Stores documents, and says of each what became of it, in their order.
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError>;
}

impl<S: Sink + ?Sized> Sink for Box<S> {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        (**self).put(items)
    }
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is stored, or was already.
    Stored,
    /// It is never going to be stored.
    Refused(Refusal),
    /// It is to be given again.
    Busy,
}

/// Why a document is never going to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What the sink says.
    pub why: String,
    /// The number that it says it with, such as an HTTP status.
    pub status: Option<u16>,
}

impl<T: Into<String>> From<T> for Refusal {
    fn from(why: T) -> Self {
        Self { why: why.into(), status: None }
    }
}

/// Why nothing can be said of a batch.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// It is to be given again, not before this time if there is one.
    #[error("the sink is busy")]
    Busy {
        /// How long to wait.
        after: Option<Duration>,
    },
    /// It is to be given in smaller parts.
    #[error("the batch is too large")]
    TooLarge,
    /// It is of no use to try again.
    #[error(transparent)]
    Closed(BoxedError),
}
