//! Checkpoints that are still to be written: each write costs money, so there is one a partition in a while, and one more at the end. Nothing here writes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::place::Place;

/// What is to be written of each partition.
#[derive(Debug)]
pub(super) struct Pending {
    every: Duration,
    partitions: Mutex<BTreeMap<String, Partition>>,
}

#[derive(Debug, Default)]
struct Partition {
    /// The newest place that is not written.
    next: Option<Place>,
    /// When the last one was written.
    at: Option<Instant>,
    /// What is known to be there.
    written: Option<Place>,
}

impl Pending {
    /// At most one write a partition in so long.
    pub(super) fn new(every: Duration) -> Self {
        Self { every, partitions: Mutex::default() }
    }

    /// Takes a newer place.
    pub(super) fn put(&self, partition: &str, place: Place) {
        self.lock().entry(partition.to_owned()).or_default().next = Some(place);
    }

    /// What is to be written now.
    pub(super) fn due(&self, now: Instant) -> Vec<(String, Place)> {
        let is_due = |partition: &Partition| partition.at.is_none_or(|at| now.saturating_duration_since(at) >= self.every);
        self.of(is_due)
    }

    /// Everything that is not written.
    pub(super) fn all(&self) -> Vec<(String, Place)> {
        self.of(|_| true)
    }

    /// Notes that a place is written, or was found.
    pub(super) fn written(&self, partition: &str, place: Option<Place>, now: Instant) {
        let mut partitions = self.lock();
        let partition = partitions.entry(partition.to_owned()).or_default();
        if partition.next == place {
            partition.next = None;
        }
        partition.at = Some(now);
        partition.written = place;
    }

    /// Notes what was found, which is no write.
    pub(super) fn found(&self, partition: &str, place: Option<Place>) {
        self.lock().entry(partition.to_owned()).or_default().written = place;
    }

    /// What is known to be there.
    pub(super) fn known(&self, partition: &str) -> Option<Place> {
        self.lock().get(partition).and_then(|partition| partition.written.clone())
    }

    /// Nothing of a partition is to be written any more.
    pub(super) fn drop_of(&self, partition: &str) {
        if let Some(partition) = self.lock().get_mut(partition) {
            partition.next = None;
        }
    }

    fn of(&self, wanted: impl Fn(&Partition) -> bool) -> Vec<(String, Place)> {
        let partitions = self.lock();
        let wanted = partitions.iter().filter(|(_, partition)| wanted(partition));
        wanted.filter_map(|(id, partition)| Some((id.clone(), partition.next.clone()?))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Partition>> {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Pending, Place};

    fn place(number: i64) -> Place {
        Place { sequence_number: number, offset: String::new() }
    }

    #[test]
    fn a_partition_is_written_once_in_a_while_and_the_newest_place_counts() {
        let (pending, begun) = (Pending::new(Duration::from_secs(10)), Instant::now());
        pending.put("0", place(1));
        pending.put("0", place(2));
        assert_eq!(pending.due(begun), [("0".to_owned(), place(2))]);
        pending.put("0", place(3));
        pending.written("0", Some(place(2)), begun);
        assert_eq!(pending.due(begun + Duration::from_secs(9)), []);
        assert_eq!(pending.due(begun + Duration::from_secs(10)), [("0".to_owned(), place(3))]);
        assert_eq!(pending.all(), [("0".to_owned(), place(3))], "and at the end");
        pending.written("0", Some(place(3)), begun);
        assert_eq!((pending.all(), pending.known("0")), (Vec::new(), Some(place(3))));
    }

    #[test]
    fn what_is_lost_is_not_written() {
        let pending = Pending::new(Duration::ZERO);
        pending.put("0", place(1));
        pending.put("1", place(1));
        pending.drop_of("0");
        assert_eq!(pending.all(), [("1".to_owned(), place(1))]);
    }
}
