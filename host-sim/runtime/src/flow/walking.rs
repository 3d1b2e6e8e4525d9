//! A walk as a source.

use super::parcel::{Lane, Mark, Parcel};
use super::source::Source;
use super::stop_signal::StopSignal;
use crate::transport::Transport;
use crate::walk::{Poller, Stride, Walk, WalkError};

/// Gives a parcel for each step of a walk, with its cursor as the mark.
///
/// A component that makes no document before it has asked for something, as those do that walk an API, gives its first cursor, and in it the start of its
/// run, before any document. That mark is kept before a document leaves, so that a run that is cut at any time is the same run when it is resumed.
#[derive(Debug)]
pub struct Walking<'a, P, T> {
    lane: Lane,
    walk: Walk<'a, P, T>,
    number: fn(&T, u64) -> Option<u64>,
}

impl<'a, P: Poller, T: Transport> Walking<'a, P, T> {
    /// A walk that has not begun. `number` is what a request is known by to whoever reads the documents.
    pub fn new(lane: Lane, walk: Walk<'a, P, T>, number: fn(&T, u64) -> Option<u64>) -> Self {
        Self { lane, walk, number }
    }

    fn parcel(&self, stride: Stride) -> Parcel {
        let Stride { step, answered } = stride;
        Parcel {
            lane: self.lane.clone(),
            documents: step.documents,
            problems: step.problems,
            dead: Vec::new(),
            unread: Vec::new(),
            sources: answered.into_iter().map(|request| (self.number)(self.walk.transport(), request)).collect(),
            mark: if step.finished.is_some() { Some(Mark::Ended) } else { step.cursor.map(Mark::Cursor) },
            finished: step.finished,
        }
    }
}

impl<P: Poller, T: Transport> Source for Walking<'_, P, T> {
    type Error = WalkError;

    fn next_parcel(&mut self, stop: &StopSignal) -> Result<Option<Parcel>, WalkError> {
        if stop.is_stopped() {
            return Ok(None);
        }
        match self.walk.next_step() {
            Ok(stride) => Ok(stride.map(|stride| self.parcel(stride))),
            Err(WalkError::Cancelled) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
