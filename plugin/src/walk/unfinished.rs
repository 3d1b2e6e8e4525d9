//! Records that gave some of their documents and have more. No cursor knows of them: resumed, a run makes all of their documents again, under the same ids.

use super::hash;
use crate::id;

/// How many documents of which record were handed over: one record at most of every list that is being read.
#[derive(Debug, Default)]
pub(super) struct Unfinished(Vec<(u128, usize)>);

impl Unfinished {
    /// How many documents of the record that is known by these parts were handed over.
    pub(super) fn given(&self, record: &[&[u8]]) -> usize {
        // Nearly always there are none, and nothing has to be hashed.
        if self.0.is_empty() {
            return 0;
        }
        let key = key(record);
        self.0.iter().find(|(known, _)| *known == key).map_or(0, |(_, given)| *given)
    }

    /// So many were handed over by now.
    pub(super) fn note(&mut self, record: &[&[u8]], given: usize) {
        self.forget(record);
        self.0.push((key(record), given));
    }

    /// All were.
    pub(super) fn forget(&mut self, record: &[&[u8]]) {
        if !self.0.is_empty() {
            let key = key(record);
            self.0.retain(|(known, _)| *known != key);
        }
    }
}

fn key(record: &[&[u8]]) -> u128 {
    hash::of(&id::of(record))
}
