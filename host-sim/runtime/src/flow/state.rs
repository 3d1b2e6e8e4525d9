//! Where marks are kept.

use super::error::BoxedError;
use super::parcel::{Lane, Mark};

/// Keeps how far each lane is.
pub trait State: Sync {
    /// The mark of a lane that was kept last.
    fn mark(&self, lane: &Lane) -> Result<Option<Mark>, BoxedError>;

    /// Keeps a mark. On return it outlives whatever happens to the process.
    fn keep(&self, lane: &Lane, mark: &Mark) -> Result<(), BoxedError>;
}

/// Keeps nothing, for what is never resumed.
#[derive(Debug, Clone, Copy)]
pub struct Stateless;

impl State for Stateless {
    fn mark(&self, _lane: &Lane) -> Result<Option<Mark>, BoxedError> {
        Ok(None)
    }

    fn keep(&self, _lane: &Lane, _mark: &Mark) -> Result<(), BoxedError> {
        Ok(())
    }
}
