//! Where it is kept how far partitions were read, and who reads them.

use std::sync::Arc;

use host_sim_runtime::flow::{BoxedError, Lane, Mark, State};

use super::owners::{Alone, Claim};
use super::place::Place;
use super::trouble::{Kind, Trouble};
use crate::text::chain;

/// For this process, or for all that share the hub.
pub(super) enum Store {
    /// The state of this host.
    Local {
        /// Marks.
        state: Arc<dyn State + Send + Sync>,
        /// Who reads what.
        owners: Alone,
    },
}

impl Store {
    /// How far a partition was read.
    pub(super) async fn kept(&self, lane: &Lane) -> Result<Option<Place>, Trouble> {
        match self {
            Self::Local { state, .. } => {
                let mark = state.mark(lane).map_err(|error| Trouble::new(Kind::Checkpoints, chain(error.as_ref())))?;
                Ok(mark.and_then(Place::of))
            }
        }
    }

    /// The mark of a lane, as far as it is known without asking.
    pub(super) fn mark(&self, lane: &Lane) -> Result<Option<Mark>, BoxedError> {
        match self {
            Self::Local { state, .. } => state.mark(lane),
        }
    }

    /// Keeps a mark.
    pub(super) fn keep(&self, lane: &Lane, mark: &Mark) -> Result<(), BoxedError> {
        match self {
            Self::Local { state, .. } => state.keep(lane, mark),
        }
    }

    /// Who reads what.
    pub(super) async fn claims(&self) -> Result<Vec<Claim>, Trouble> {
        match self {
            Self::Local { owners, .. } => Ok(owners.all()),
        }
    }

    /// Claims partitions; gives those that were not another one's faster.
    pub(super) async fn claim(&self, claims: &[Claim]) -> Result<Vec<Claim>, Trouble> {
        match self {
            Self::Local { owners, .. } => Ok(owners.claim(claims)),
        }
    }

    /// Notes that the broker has given a partition to another reader.
    pub(super) fn lost(&self, partition: &str) {
        match self {
            Self::Local { owners, .. } => owners.lost(partition),
        }
    }

    /// Whether other processes keep checkpoints there as well.
    pub(super) fn is_shared(&self) -> bool {
        match self {
            Self::Local { .. } => false,
        }
    }
}
