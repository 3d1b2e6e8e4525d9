//! Why a flow ends before its source does.

use super::parcel::Lane;

/// An error of whoever stores, keeps or sets aside.
pub type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Why a flow ended before its source did.
#[derive(Debug, thiserror::Error)]
pub enum FlowError<E> {
    /// The source cannot go on. What it gave is delivered.
    #[error(transparent)]
    Source(E),
    /// Not everything is delivered. The kept mark still serves.
    #[error(transparent)]
    Delivery(DeliveryError),
}

/// Why documents are not delivered.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// Mend the sink.
    #[error("cannot store the documents")]
    Sink(#[source] BoxedError),
    /// Make room for dead letters.
    #[error("cannot keep what cannot be stored")]
    DeadLetter(#[source] BoxedError),
    /// Mend what keeps marks.
    #[error("cannot keep how far `{lane}` is")]
    State {
        /// Whose mark it is.
        lane: Lane,
        /// What is wrong.
        source: BoxedError,
    },
}
