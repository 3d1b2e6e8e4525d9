//! Where parcels come from.

use std::error::Error;

use super::parcel::Parcel;
use super::stop_signal::StopSignal;

/// Gives parcels when it is asked for them.
pub trait Source {
    /// Why it cannot go on.
    type Error: Error + Send + Sync + 'static;

    /// Waits for the next parcel; `None` at its end, or because it was to stop.
    fn next_parcel(&mut self, stop: &StopSignal) -> Result<Option<Parcel>, Self::Error>;
}
