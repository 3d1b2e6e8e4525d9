//! Who reads which partition, where nobody shares the hub: this process does, unless the broker says otherwise.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Who reads a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) partition: String,
    /// Nobody, where it was given up.
    pub(super) owner: Option<String>,
    /// What has to be shown to change it: it is another one after each change.
    pub(super) tag: Option<String>,
    pub(super) modified: Option<SystemTime>,
}

/// Claims of this process alone.
#[derive(Debug, Default)]
pub(super) struct Alone(Mutex<BTreeMap<String, Claim>>);

/// Who has taken a partition that was lost. Its claim expires as any other, and then the partition is tried again.
const SOMEBODY: &str = "another reader";

impl Alone {
    pub(super) fn all(&self) -> Vec<Claim> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(super) fn claim(&self, claims: &[Claim]) -> Vec<Claim> {
        claims.iter().map(|claim| self.put(claim.clone())).collect()
    }

    /// The broker says that another one reads it.
    pub(super) fn lost(&self, partition: &str) {
        self.put(Claim { partition: partition.to_owned(), owner: Some(SOMEBODY.to_owned()), tag: None, modified: None });
    }

    fn put(&self, claim: Claim) -> Claim {
        let claim = Claim { tag: Some(String::new()), modified: Some(SystemTime::now()), ..claim };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(claim.partition.clone(), claim.clone());
        claim
    }
}
