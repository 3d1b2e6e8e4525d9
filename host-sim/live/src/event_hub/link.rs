//! What a source is set up with.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use host_sim_runtime::flow::{State, StopSignal};
use host_sim_runtime::{Clock, Decoder, Pool};
use tokio::runtime::Builder;
use tokio::sync::mpsc::channel;
use tokio::task::LocalSet;

use super::condition::{Status, Tell};
use super::desk::{Desk, Phase, Reading};
use super::opening::{self, HubStartError, SignIn};
use super::session::supervise;
use super::source::EventHubSource;
use super::store::Store;
use crate::config::EventHub;

/// Batches that are received and wait to be decoded.
const WAITING: usize = 4;

/// What a source is set up with.
pub struct Link<D> {
    /// The id of the input.
    pub input: String,
    /// Its hub.
    pub hub: EventHub,
    /// How it signs in, where its hub or storage account wants that.
    pub sign_in: SignIn,
    /// The component, set up.
    pub decoder: D,
    /// What its messages are.
    pub dataset: u32,
    /// How many batches are decoded at the same time.
    pub jobs: NonZeroUsize,
    /// What time the component is told.
    pub clock: Clock,
    /// How far the hub is read.
    pub reading: Reading,
    /// The state of this host, where marks are kept unless the hub's checkpoints are elsewhere.
    pub state: Arc<dyn State + Send + Sync>,
    /// What tells this host from others: the `host_id` of its state.
    pub host_id: String,
    /// Ends it, as it ends the flow.
    pub stop: StopSignal,
    /// Who is told when it is otherwise than before.
    pub tell: Tell,
}

impl<D> fmt::Debug for Link<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Link").field("input", &self.input).field("hub", &self.hub.hub).finish_non_exhaustive()
    }
}

impl<D: Decoder> EventHubSource<D> {
    /// Starts to receive. That there is such a hub, and that it can be read, is not waited for.
    pub fn start(link: Link<D>) -> Result<Self, HubStartError> {
        let Link { input, hub, sign_in, decoder, dataset, jobs, clock, reading, state, host_id, stop, tell } = link;
        let (sender, events) = channel(WAITING);
        let prefix = format!("{input}/{}/{}/", hub.hub, hub.consumer_group);
        let count = usize::try_from(hub.receive_count).unwrap_or(usize::MAX);
        let store = opening::blobs(&hub, &sign_in)?.map_or_else(|| Store::local(state), Store::shared);
        let desk = Desk::new(prefix, hub.start, reading, (count, hub.receive_wait), store, Status::new(tell), stop, sender);
        let (desk, balance) = (Arc::new(desk), (hub.balance_update, hub.balance_expire));
        let access = Arc::new(opening::access(&hub, &sign_in, uuid(&host_id))?);
        let shared = Arc::clone(&desk);
        let thread = thread::Builder::new().name(format!("{input}-hub"));
        let thread = thread.spawn(move || {
            let _closing = Closing(Arc::clone(&shared));
            // Made here, because what is made there cannot leave it.
            match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => LocalSet::new().block_on(&runtime, supervise(shared, access, balance)),
                Err(error) => shared.status.fail(&format!("there is no room for connections: {error}")),
            }
        })?;
        Ok(Self::new(desk, events, Pool::new(decoder, jobs, dataset, clock), thread))
    }
}

/// Lets nobody wait for a thread that has panicked.
struct Closing(Arc<Desk>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.enter(Phase::Finishing);
    }
}

/// An id of 32 hexadecimal digits as a UUID is written.
fn uuid(id: &str) -> String {
    let part = |from, to| id.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn a_host_is_known_by_a_uuid() {
        assert_eq!(uuid("0123456789abcdef0123456789abcdef"), "01234567-89ab-cdef-0123-456789abcdef");
    }
}
