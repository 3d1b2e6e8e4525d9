//! The assessments of a scope that were listed, as far as there is room to remember them.

use std::collections::BTreeSet;

use super::budget::Budget;

/// Keys of assessments. Without room for more, one that comes twice is taken twice: its documents have the same ids.
#[derive(Debug)]
pub(super) struct Seen {
    keys: BTreeSet<u128>,
    complete: bool,
}

impl Seen {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { keys: BTreeSet::new(), complete: true }
    }

    /// Whether it is remembered.
    pub(super) fn contains(&self, key: u128) -> bool {
        self.keys.contains(&key)
    }

    /// Whether nothing had to be left out.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Remembers a key.
    pub(super) fn insert(&mut self, key: u128, budget: &mut Budget) {
        if self.keys.contains(&key) {
            return;
        }
        if budget.remember() {
            self.keys.insert(key);
        } else {
            self.complete = false;
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self, budget: &mut Budget) {
        budget.forget(self.keys.len());
        *self = Self::new();
    }
}
