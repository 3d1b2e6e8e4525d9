//! What the parts of a source share: how the hub is to be read, and how far each partition is.

mod ends;
mod resume;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use host_sim_runtime::flow::{BoxedError, Lane, Mark, StopSignal};
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tokio::time::sleep;

use super::batch::{Event, Received};
use super::condition::Status;
use super::place::Place;
use super::store::Store;
use crate::config::Start;

/// What happened once is shown for so long.
const SHOWN: Duration = Duration::from_secs(600);

/// How far a hub is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Until it is stopped.
    OnAndOn,
    /// To the last messages that the hub has at the beginning.
    ToTheEnd,
}

/// What everything of a source knows.
pub(super) struct Desk {
    /// `<input>/<hub>/<group>/`.
    pub(super) prefix: String,
    pub(super) start: Start,
    pub(super) reading: Reading,
    /// Messages of a batch.
    pub(super) count: usize,
    /// How long a batch may be gathered.
    pub(super) wait: Duration,
    pub(super) store: Store,
    pub(super) status: Status,
    pub(super) stop: StopSignal,
    /// How far the source is in coming to its end.
    pub(super) phase: watch::Sender<Phase>,
    /// Where what is received goes, until nothing more is.
    events: Mutex<Option<Sender<Event>>>,
    parts: Mutex<BTreeMap<String, Part>>,
    /// Whether it is known which partitions are to be read to which number.
    has_ends: Mutex<bool>,
}

/// How far a source is in coming to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// It receives.
    Receiving,
    /// It receives no more, and keeps its partitions until what it has received is stored.
    Draining,
    /// All is stored that can be.
    Finishing,
}

/// A partition.
#[derive(Debug, Default)]
struct Part {
    /// Behind the last message that was handed on.
    handed: Option<Place>,
    /// How often it was lost. What was received before that is of no use.
    epoch: u64,
    /// Whether it is settled where a link begins with it, or has begun.
    is_begun: bool,
    /// Whether it is this process's.
    is_ours: bool,
    /// Whether it was not there when this process began.
    is_new: bool,
    /// Where it is to be read to, if only to the end.
    end: Option<i64>,
}

impl Desk {
    #[expect(clippy::too_many_arguments, reason = "one for each field, and it is called once")]
    pub(super) fn new(
        prefix: String,
        start: Start,
        reading: Reading,
        (count, wait): (usize, Duration),
        store: Store,
        status: Status,
        stop: StopSignal,
        events: Sender<Event>,
    ) -> Self {
        Self {
            prefix,
            start,
            reading,
            count,
            wait,
            store,
            status,
            stop,
            phase: watch::Sender::new(Phase::Receiving),
            events: Mutex::new(Some(events)),
            parts: Mutex::default(),
            has_ends: Mutex::default(),
        }
    }

    /// The lane of a partition.
    pub(super) fn lane(&self, partition: &str) -> Lane {
        Lane::new(&format!("{}{partition}", self.prefix))
    }

    /// Goes on to a phase, never back.
    pub(super) fn enter(&self, phase: Phase) {
        self.phase.send_if_modified(|now| {
            let is_new = *now < phase;
            *now = phase.max(*now);
            is_new
        });
        if phase > Phase::Receiving {
            lock(&self.events).take();
        }
    }

    /// Where what is received goes; `None` if nothing is any more.
    pub(super) fn events(&self) -> Option<Sender<Event>> {
        lock(&self.events).clone()
    }

    /// Hands something on, as soon as there is room for it.
    pub(super) async fn send(&self, event: Event) -> Sent {
        let Some(events) = self.events() else { return Sent::ToNobody };
        match events.send(event).await {
            Ok(()) => Sent::Yes,
            Err(_) => Sent::ToNobody,
        }
    }

    /// Hands messages on.
    pub(super) async fn hand_on(&self, received: Received) -> Sent {
        let (partition, end, epoch) = (received.partition.clone(), received.end.clone(), received.epoch);
        if self.epoch(&partition) != epoch {
            return Sent::TooLate;
        }
        let sent = self.send(Event::Received(received)).await;
        let is_late = self.part(&partition, |part| {
            if sent == Sent::Yes && part.epoch == epoch {
                part.handed = Some(end);
            }
            part.epoch != epoch
        });
        if is_late { Sent::TooLate } else { sent }
    }

    /// How often a partition was lost.
    pub(super) fn epoch(&self, partition: &str) -> u64 {
        self.part(partition, |part| part.epoch)
    }

    /// Takes note of the partitions that are ours, as they were claimed. Those that were and are no more are given up.
    pub(super) async fn owned(&self, partitions: &BTreeSet<String>) {
        for partition in self.set_ours(partitions) {
            self.forget(&partition).await;
        }
    }

    /// Gives those that were ours and are no more.
    fn set_ours(&self, partitions: &BTreeSet<String>) -> Vec<String> {
        let (mut parts, mut gone) = (lock(&self.parts), Vec::new());
        for partition in partitions {
            parts.entry(partition.clone()).or_default();
        }
        for (id, part) in parts.iter_mut() {
            let is_ours = partitions.contains(id);
            if part.is_ours && !is_ours {
                gone.push(id.clone());
            }
            part.is_ours = is_ours;
            self.status.note(id, |figures| figures.is_owned = is_ours);
        }
        gone
    }

    /// The partitions that are ours, each with where it is read from now, if that is known.
    pub(super) fn ours(&self) -> Vec<(String, Known)> {
        let known = |part: &Part| if part.is_begun { Known::Begun(part.handed.clone()) } else { Known::Nothing };
        lock(&self.parts).iter().filter(|(_, part)| part.is_ours).map(|(id, part)| (id.clone(), known(part))).collect()
    }

    pub(super) fn is_ours(&self, partition: &str) -> bool {
        lock(&self.parts).get(partition).is_some_and(|part| part.is_ours)
    }

    /// All links are closed.
    pub(super) fn none_begun(&self) {
        lock(&self.parts).values_mut().for_each(|part| part.is_begun = false);
    }

    /// Behind the last message that was handed on.
    pub(super) fn handed(&self, partition: &str) -> Option<Place> {
        lock(&self.parts).get(partition).and_then(|part| part.handed.clone())
    }

    /// The mark of a lane.
    pub(super) fn mark(&self, lane: &Lane) -> Result<Option<Mark>, BoxedError> {
        self.store.mark(lane, &self.partition(lane))
    }

    /// Keeps a mark.
    pub(super) fn keep(&self, lane: &Lane, mark: &Mark) -> Result<(), BoxedError> {
        let partition = self.partition(lane);
        if self.store.is_shared() && !self.is_ours(&partition) {
            return Ok(());
        }
        self.store.keep(lane, &partition, mark)
    }

    fn partition(&self, lane: &Lane) -> String {
        let name = lane.to_string();
        name.strip_prefix(&self.prefix).unwrap_or(&name).to_owned()
    }

    /// Forgets what was handed on of a partition, and what is to be kept of it.
    async fn forget(&self, partition: &str) {
        let epoch = self.part(partition, |part| {
            part.handed = None;
            part.is_begun = false;
            part.epoch += 1;
            part.epoch
        });
        self.store.lost(partition);
        self.send(Event::Lost { partition: partition.to_owned(), epoch }).await;
    }

    /// Gives a partition up that the broker has given to another reader, unless whoever says so is late himself.
    pub(super) async fn lose(&self, partition: &str, epoch: u64) {
        if self.epoch(partition) != epoch {
            return;
        }
        self.part(partition, |part| part.is_ours = false);
        if !self.store.is_shared() {
            let why = format!(
                "another reader took partition {partition}; give this host a consumer group of its own, or keep `checkpoints` in a storage account, by which hosts share a hub"
            );
            self.worry(&format!("partition {partition}"), &why);
        }
        self.status.note(partition, |figures| figures.is_owned = false);
        self.forget(partition).await;
    }

    /// Tells for a while that something was to be looked at.
    pub(super) fn worry(&self, about: &str, why: &str) {
        self.status.worry(about, why);
        let (status, about) = (self.status.clone(), about.to_owned());
        tokio::task::spawn_local(async move {
            sleep(SHOWN).await;
            status.calm(&about);
        });
    }

    fn part<T>(&self, partition: &str, change: impl FnOnce(&mut Part) -> T) -> T {
        change(lock(&self.parts).entry(partition.to_owned()).or_default())
    }
}

/// What is known of where a partition is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    /// It is to be looked at.
    Nothing,
    /// Behind this message, or at the start where there was none yet. It is no other place while a link reads it: what is on its way was not stored yet.
    Begun(Option<Place>),
}

/// Whether something was handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    Yes,
    /// Nobody wants anything more.
    ToNobody,
    /// The partition was lost meanwhile, so that nobody wants this.
    TooLate,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
