//! Where parcels come from.

use std::error::Error;

use super::parcel::{Lane, Parcel};
use super::stop_signal::StopSignal;

/// Gives parcels when it is asked for them.
pub trait Source {
    /// Why it cannot go on.
    type Error: Error + Send + Sync + 'static;

    /// Waits for the next parcel; `None` at its end, or because it was to stop.
    fn next_parcel(&mut self, stop: &StopSignal) -> Result<Option<Parcel>, Self::Error>;

    /// The lanes that were lost before the parcel which was given last, each told once: another process reads them now, and keeps their marks. Marks that
    /// are not earned yet never are; what comes of such a lane later begins anew. An empty parcel is enough to have it told.
    fn lost(&mut self) -> Vec<Lane> {
        Vec::new()
    }
}
