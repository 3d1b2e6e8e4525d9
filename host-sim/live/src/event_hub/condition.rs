//! How a source is, in words that say what to do, and what it has counted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::text::one_line;

/// How a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It has not received anything yet, nor could it.
    Starting,
    /// It receives, or would if there were something to receive.
    Healthy,
    /// It receives, and something is to be looked at.
    Degraded(String),
    /// It receives nothing, and tries again and again.
    Failed(String),
    /// It has come to its end.
    Stopped,
}

/// What is known of a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartitionFigures {
    /// Whether this process reads it.
    pub is_owned: bool,
    /// The number of the last message that was received.
    pub received: Option<i64>,
    /// When the hub took that one in; milliseconds since 1970.
    pub received_enqueued: Option<u64>,
    /// The number of the last message that the hub told of.
    pub last: Option<i64>,
    /// Messages that were gone before they were read.
    pub lost: u64,
}

impl PartitionFigures {
    /// Messages that are still to be received, as far as is known.
    pub fn lag(&self) -> u64 {
        let last = self.last.unwrap_or_default();
        self.received.map_or(0, |received| u64::try_from(last.saturating_sub(received)).unwrap_or_default())
    }
}

/// Shows how a source is while it runs.
#[derive(Clone)]
pub struct Status(Arc<Shared>);

/// Who is told when a source is otherwise than before.
pub type Tell = Box<dyn Fn(&Condition) + Send + Sync>;

struct Shared {
    now: Mutex<Now>,
    tell: Tell,
}

struct Now {
    condition: Condition,
    /// What is to be looked at as long as nothing is worse, by what it is about.
    concerns: BTreeMap<String, String>,
    partitions: BTreeMap<String, PartitionFigures>,
}

impl fmt::Debug for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Status").field("condition", &self.condition()).finish_non_exhaustive()
    }
}

impl Status {
    pub(super) fn new(tell: Tell) -> Self {
        let now = Now { condition: Condition::Starting, concerns: BTreeMap::new(), partitions: BTreeMap::new() };
        Self(Arc::new(Shared { now: Mutex::new(now), tell }))
    }

    /// How the source is.
    pub fn condition(&self) -> Condition {
        self.lock().condition.clone()
    }

    /// What is known of each partition, by its id.
    pub fn partitions(&self) -> BTreeMap<String, PartitionFigures> {
        self.lock().partitions.clone()
    }

    /// Nothing is received.
    pub(super) fn fail(&self, why: &str) {
        self.set(Condition::Failed(one_line(why)));
    }

    /// It receives, whatever is to be looked at besides.
    pub(super) fn receives(&self) {
        let condition = self.lock().of_concerns();
        self.set(condition);
    }

    /// It is over.
    pub(super) fn stopped(&self) {
        self.set(Condition::Stopped);
    }

    /// Something is to be looked at.
    pub(super) fn worry(&self, about: &str, why: &str) {
        let mut now = self.lock();
        now.concerns.insert(about.to_owned(), one_line(why));
        self.reconsider(now);
    }

    /// It is not to be looked at any more.
    pub(super) fn calm(&self, about: &str) {
        let mut now = self.lock();
        if now.concerns.remove(about).is_some() {
            self.reconsider(now);
        }
    }

    pub(super) fn note(&self, partition: &str, change: impl FnOnce(&mut PartitionFigures)) {
        change(self.lock().partitions.entry(partition.to_owned()).or_default());
    }

    fn reconsider(&self, now: MutexGuard<'_, Now>) {
        if matches!(now.condition, Condition::Healthy | Condition::Degraded(_)) {
            let condition = now.of_concerns();
            drop(now);
            self.set(condition);
        }
    }

    fn set(&self, condition: Condition) {
        let mut now = self.lock();
        if now.condition == condition {
            return;
        }
        now.condition = condition.clone();
        drop(now);
        (self.0.tell)(&condition);
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Now {
    fn of_concerns(&self) -> Condition {
        let all: Vec<&str> = self.concerns.values().map(String::as_str).collect();
        if all.is_empty() { Condition::Healthy } else { Condition::Degraded(all.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::{Condition, PartitionFigures, Status};

    #[test]
    fn each_change_is_told_once_and_what_is_worse_comes_first() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let all = told.clone();
        let status = Status::new(Box::new(move |condition| all.lock().expect("nobody panics").push(condition.clone())));
        status.worry("blobs", "cannot\nwrite");
        assert_eq!(status.condition(), Condition::Starting, "it does not receive yet");
        status.receives();
        status.receives();
        status.fail("gone");
        status.calm("blobs");
        status.receives();
        status.worry("blobs", "again");
        status.calm("blobs");
        status.calm("blobs");
        status.stopped();
        let (degraded, again) = (Condition::Degraded("cannot\\nwrite".into()), Condition::Degraded("again".into()));
        let expected = [degraded, Condition::Failed("gone".into()), Condition::Healthy, again, Condition::Healthy, Condition::Stopped];
        assert_eq!(*told.lock().expect("nobody panics"), expected);
    }

    #[test]
    fn what_is_still_to_come_is_counted_from_what_was_received() {
        let figures = |received, last| PartitionFigures { received, last, ..PartitionFigures::default() };
        assert_eq!(figures(Some(3), Some(10)).lag(), 7);
        assert_eq!(figures(Some(11), Some(10)).lag(), 0, "the hub was asked earlier");
        assert_eq!(figures(None, Some(10)).lag(), 0);
    }
}
