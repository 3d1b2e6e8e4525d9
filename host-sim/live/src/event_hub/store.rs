//! Where it is kept how far partitions were read, and who reads them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use host_sim_runtime::flow::{BoxedError, Lane, Mark, State};

use super::blobs::Blobs;
use super::owners::{Alone, Claim};
use super::pending::Pending;
use super::place::Place;
use super::trouble::{Kind, Trouble};
use crate::text::chain;

/// The checkpoint of a partition is written so often at most.
const EVERY: Duration = Duration::from_secs(10);

/// For this process, or for all that share the hub.
pub(super) enum Store {
    /// The state of this host.
    Local {
        /// Marks.
        state: Arc<dyn State + Send + Sync>,
        /// Who reads what.
        owners: Alone,
    },
    /// A storage account.
    Shared {
        /// What is in it.
        blobs: Blobs,
        /// What is to be.
        pending: Pending,
    },
}

impl Store {
    /// In the state of this host.
    pub(super) fn local(state: Arc<dyn State + Send + Sync>) -> Self {
        Self::Local { state, owners: Alone::default() }
    }

    /// In a storage account.
    pub(super) fn shared(blobs: Blobs) -> Self {
        Self::Shared { blobs, pending: Pending::new(EVERY) }
    }

    /// Makes what is missing.
    pub(super) async fn prepare(&self) -> Result<(), Trouble> {
        match self {
            Self::Local { .. } => Ok(()),
            Self::Shared { blobs, .. } => blobs.prepare().await,
        }
    }

    /// How far a partition was read, and whether that was another process.
    pub(super) async fn kept(&self, lane: &Lane, partition: &str) -> Result<Kept, Trouble> {
        match self {
            Self::Local { state, .. } => {
                let mark = state.mark(lane).map_err(|error| Trouble::new(Kind::Checkpoints, chain(error.as_ref())))?;
                Ok(Kept { place: mark.and_then(Place::of), is_of_others: false })
            }
            Self::Shared { blobs, pending } => {
                let place = blobs.kept(partition).await?;
                let is_of_others = place != pending.known(partition);
                pending.found(partition, place.clone());
                Ok(Kept { place, is_of_others })
            }
        }
    }

    /// The mark of a lane, as far as it is known without asking.
    pub(super) fn mark(&self, lane: &Lane, partition: &str) -> Result<Option<Mark>, BoxedError> {
        match self {
            Self::Local { state, .. } => state.mark(lane),
            Self::Shared { pending, .. } => Ok(pending.known(partition).map(|place| place.mark())),
        }
    }

    /// Keeps a mark: at once, or when its time has come, until when the one before serves.
    pub(super) fn keep(&self, lane: &Lane, partition: &str, mark: &Mark) -> Result<(), BoxedError> {
        match self {
            Self::Local { state, .. } => state.keep(lane, mark),
            Self::Shared { pending, .. } => {
                if let Some(place) = Place::of(mark.clone()) {
                    pending.put(partition, place);
                }
                Ok(())
            }
        }
    }

    /// Writes what is due.
    pub(super) async fn write_due(&self) -> Result<(), Trouble> {
        match self {
            Self::Local { .. } => Ok(()),
            Self::Shared { blobs, pending } => write(blobs, pending, pending.due(Instant::now())).await,
        }
    }

    /// Writes all there is to write, and gives partitions back.
    pub(super) async fn finish(&self, owner: &str) -> Result<(), Trouble> {
        match self {
            Self::Local { .. } => Ok(()),
            Self::Shared { blobs, pending } => {
                let written = write(blobs, pending, pending.all()).await;
                blobs.give_back(owner).await.and(written)
            }
        }
    }

    /// Who reads what.
    pub(super) async fn claims(&self) -> Result<Vec<Claim>, Trouble> {
        match self {
            Self::Local { owners, .. } => Ok(owners.all()),
            Self::Shared { blobs, .. } => blobs.claims().await,
        }
    }

    /// Claims partitions; gives those that nobody else was faster with.
    pub(super) async fn claim(&self, claims: &[Claim]) -> Result<Vec<Claim>, Trouble> {
        match self {
            Self::Local { owners, .. } => Ok(owners.claim(claims)),
            Self::Shared { blobs, .. } => blobs.claim(claims).await,
        }
    }

    /// Notes that a partition is another reader's now. What is earned there is not kept any more: it would be older than what that one keeps.
    pub(super) fn lost(&self, partition: &str) {
        match self {
            Self::Local { owners, .. } => owners.lost(partition),
            Self::Shared { pending, .. } => pending.drop_of(partition),
        }
    }

    /// Whether other processes keep checkpoints there as well.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Shared { .. })
    }
}

/// How far a partition was read.
pub(super) struct Kept {
    pub(super) place: Option<Place>,
    /// Whether another process has been there since it was looked at last.
    pub(super) is_of_others: bool,
}

async fn write(blobs: &Blobs, pending: &Pending, places: Vec<(String, Place)>) -> Result<(), Trouble> {
    for (partition, place) in places {
        blobs.keep(&partition, &place).await?;
        pending.written(&partition, Some(place), Instant::now());
    }
    Ok(())
}
