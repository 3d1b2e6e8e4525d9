//! What connections share: hubs, the key, and what is planned to go wrong.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::AbortHandle;

use crate::hub::{Hub, lock};

/// What is to go wrong with links that read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The service has too much to do.
    Busy,
    /// Too many read already.
    TooMany,
    /// The key does not allow it.
    Forbidden,
}

/// A namespace.
#[derive(Debug)]
pub(crate) struct Namespace {
    key: Mutex<String>,
    hubs: Mutex<BTreeMap<String, Arc<Hub>>>,
    refusals: Mutex<Vec<Refusal>>,
    slow: Mutex<Duration>,
    connections: Mutex<Vec<AbortHandle>>,
    last_link: AtomicU64,
    sent: AtomicU64,
    attached: AtomicU64,
    tokens: Mutex<Vec<String>>,
}

impl Namespace {
    pub(crate) fn new(key: &str) -> Self {
        Self {
            key: Mutex::new(key.to_owned()),
            hubs: Mutex::default(),
            refusals: Mutex::default(),
            slow: Mutex::default(),
            connections: Mutex::default(),
            last_link: AtomicU64::default(),
            sent: AtomicU64::default(),
            attached: AtomicU64::default(),
            tokens: Mutex::default(),
        }
    }

    pub(crate) fn key(&self) -> String {
        lock(&self.key).clone()
    }

    pub(crate) fn change_key(&self, key: &str) {
        key.clone_into(&mut lock(&self.key));
    }

    pub(crate) fn put(&self, hub: Hub) {
        lock(&self.hubs).insert(hub.name.clone(), hub.into());
    }

    pub(crate) fn remove(&self, hub: &str) {
        lock(&self.hubs).remove(hub);
    }

    pub(crate) fn hub(&self, name: &str) -> Option<Arc<Hub>> {
        lock(&self.hubs).get(name).cloned()
    }

    pub(crate) fn hubs(&self) -> Vec<Arc<Hub>> {
        lock(&self.hubs).values().cloned().collect()
    }

    pub(crate) fn plan(&self, refusal: Refusal, times: usize) {
        lock(&self.refusals).extend(std::iter::repeat_n(refusal, times));
    }

    pub(crate) fn next_refusal(&self) -> Option<Refusal> {
        lock(&self.refusals).pop()
    }

    pub(crate) fn set_slow(&self, pause: Duration) {
        *lock(&self.slow) = pause;
    }

    pub(crate) fn pause(&self) -> Duration {
        *lock(&self.slow)
    }

    pub(crate) fn know(&self, connection: AbortHandle) {
        let mut connections = lock(&self.connections);
        connections.retain(|connection| !connection.is_finished());
        connections.push(connection);
    }

    /// Cuts all connections.
    pub(crate) fn cut(&self) {
        for connection in lock(&self.connections).drain(..) {
            connection.abort();
        }
    }

    pub(crate) fn link_id(&self) -> u64 {
        self.attached.fetch_add(1, Ordering::SeqCst);
        self.last_link.fetch_add(1, Ordering::SeqCst)
    }

    pub(crate) fn attached(&self) -> u64 {
        self.attached.load(Ordering::SeqCst)
    }

    pub(crate) fn count_sent(&self) {
        self.sent.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    pub(crate) fn count_token(&self, token: &str) {
        lock(&self.tokens).push(token.to_owned());
    }

    pub(crate) fn tokens(&self) -> Vec<String> {
        lock(&self.tokens).clone()
    }
}
