//! How the inputs are: a state each, with words that say what to do, and what is counted.

mod advice;
mod backlog;
mod metrics;
mod server;
mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use host_sim_runtime::Clock;
use host_sim_runtime::contract::{Severity, Timestamp};
use host_sim_runtime::flow::Parcel;
use serde::{Deserialize, Serialize};

pub(crate) use self::advice::{Denials, of_answer, of_failure, path, scope};
use self::backlog::Backlog;
use self::metrics::{InputMetrics, Metrics};
pub(crate) use self::server::{MonitoringError, Server};
pub(crate) use self::state::Cause;
pub use self::state::InputState;
use self::state::Parts;
use crate::config::LogLevel;
use crate::log::Log;

/// How a host is.
#[derive(Debug)]
pub struct Health {
    log: Log,
    metrics: Arc<Metrics>,
    inputs: Mutex<BTreeMap<String, Arc<InputHealth>>>,
}

/// How an input is. Whoever works for it tells it; each change of its state is one line of the log.
pub struct InputHealth {
    id: String,
    log: Log,
    metrics: InputMetrics,
    backlog: Mutex<Backlog>,
    partitions: Mutex<Option<MeasurePartitions>>,
    kept: Mutex<Kept>,
}

/// How a partition of a hub is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Partition {
    pub(crate) id: String,
    pub(crate) is_owned: bool,
    /// Messages that are still to be received.
    pub(crate) lag: u64,
    /// How long ago the hub took in what was received last, if more is to come.
    pub(crate) behind: Duration,
    /// Messages that were gone before they were read.
    pub(crate) lost: u64,
}

type MeasurePartitions = Box<dyn Fn() -> Vec<Partition> + Send>;

impl std::fmt::Debug for InputHealth {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("InputHealth").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Kept {
    parts: Parts,
    state: InputState,
    text: String,
    since: Timestamp,
    generation: u32,
    next_run: Option<Timestamp>,
}

/// How an input is, for those who look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The input's id.
    pub input: String,
    /// Its state.
    pub state: InputState,
    /// What is wrong and what to do, if something is.
    pub text: String,
    /// Since when, in milliseconds since 1970.
    pub since: Timestamp,
    /// How often it was built, the first time counted.
    pub generation: u32,
    /// When the next run is due, where it waits for one.
    pub next_run: Option<Timestamp>,
    /// Pages or batches of messages that were taken.
    pub parcels: u64,
    /// Documents that were made.
    pub documents: u64,
    /// Documents that are stored, or in the dead-letter file.
    pub settled: u64,
    /// Documents in the dead-letter file among them.
    pub dead_lettered: u64,
    /// Bytes of documents that are under way.
    pub bytes_under_way: u64,
    /// How long the oldest of them is.
    #[serde(with = "in_milliseconds")]
    pub oldest: Duration,
}

mod in_milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

impl Health {
    /// Nothing known of any input yet.
    pub fn new(log: Log) -> Result<Self, prometheus::Error> {
        Ok(Self { log, metrics: Arc::new(Metrics::new()?), inputs: Mutex::default() })
    }

    /// What is known of an input, also of one that was there before.
    pub(crate) fn input(&self, id: &str, datasets: &[String]) -> Arc<InputHealth> {
        let new = || {
            let kept =
                Kept { parts: Parts::default(), state: InputState::Starting, text: String::new(), since: Clock::System.now(), generation: 0, next_run: None };
            let metrics = self.metrics.of_input(id, datasets);
            metrics.state(InputState::Starting);
            Arc::new(InputHealth {
                id: id.to_owned(),
                log: self.log.clone(),
                metrics,
                backlog: Mutex::default(),
                partitions: Mutex::default(),
                kept: Mutex::new(kept),
            })
        };
        Arc::clone(lock(&self.inputs).entry(id.to_owned()).or_insert_with(new))
    }

    /// Forgets an input that is not configured any more.
    pub(crate) fn forget(&self, id: &str) {
        if let Some(input) = lock(&self.inputs).remove(id) {
            self.metrics.forget(&input.metrics);
        }
    }

    /// All inputs, by their ids.
    pub fn statuses(&self) -> Vec<Status> {
        lock(&self.inputs).values().map(|input| input.status()).collect()
    }

    /// Whether every input is at work, well or not so well.
    pub fn is_ready(&self) -> bool {
        let inputs = lock(&self.inputs);
        !inputs.values().any(|input| matches!(input.status().state, InputState::Starting | InputState::Failed))
    }

    /// The metrics, in Prometheus' text form.
    pub fn metrics(&self) -> String {
        lock(&self.inputs).values().for_each(|input| input.measure());
        self.metrics.text()
    }
}

impl InputHealth {
    /// It is built, for the first time or anew.
    pub(crate) fn built(&self) {
        let mut kept = self.kept();
        kept.generation += 1;
        self.metrics.generation(kept.generation);
        drop(kept);
        self.change(Parts::starts);
    }

    /// A parcel came.
    pub(crate) fn took(&self, parcel: &Parcel) {
        lock(&self.backlog).add(&parcel.documents);
        self.metrics.took(parcel);
    }

    /// A part of it works.
    pub(crate) fn works(&self, part: Cause) {
        self.change(|parts| parts.works(part));
    }

    /// The input cannot go on for now.
    pub(crate) fn failed(&self, cause: Cause, text: String) {
        let text = self.log.clean(&text);
        self.change(|parts| parts.fails(cause, text));
    }

    /// It goes on, but not all is well with what it reads.
    pub(crate) fn degraded(&self, text: Option<String>) {
        let text = text.map(|text| self.log.clean(&text));
        self.change(|parts| parts.degrades(text));
    }

    /// Documents wait, and why; `None` where they do not.
    pub(crate) fn output(&self, text: Option<String>) {
        let waits = !lock(&self.backlog).is_empty();
        let text = text.filter(|_| waits).map(|text| self.log.clean(&text));
        self.change(|parts| parts.output(text));
    }

    /// A run came to its end.
    pub(crate) fn finished(&self, complete: bool, next_run: Option<Timestamp>) {
        self.metrics.finished(complete);
        self.kept().next_run = next_run;
    }

    /// So many records were read.
    pub(crate) fn read(&self, records: u64) {
        self.metrics.read(records);
    }

    /// How its partitions are is looked at in this way, whenever somebody wants to know.
    pub(crate) fn measures_partitions(&self, measure: MeasurePartitions) {
        *lock(&self.partitions) = Some(measure);
    }

    /// It is at work on a run.
    pub(crate) fn begins_run(&self) {
        self.kept().next_run = None;
    }

    /// It has ended and is not started again.
    pub(crate) fn stopped(&self) {
        self.change(Parts::stops);
    }

    /// Documents of so many bytes each are stored.
    pub(crate) fn stored(&self, sizes: impl Iterator<Item = usize>) {
        let count = lock(&self.backlog).settle(sizes);
        self.metrics.stored(count);
        if count > 0 {
            self.change(|parts| parts.works(Cause::Output));
        }
    }

    /// A document of so many bytes is in the dead-letter file, or a message, of which no document was made.
    pub(crate) fn set_aside(&self, size: Option<usize>) {
        self.metrics.set_aside(lock(&self.backlog).settle(size.into_iter()));
    }

    /// What was under way is given up; it comes again from the kept mark.
    pub(crate) fn gave_up(&self) {
        lock(&self.backlog).clear();
    }

    /// A request was sent, and answered with this status if it was.
    pub(crate) fn asked(&self, status: Option<u16>, again: bool) {
        self.metrics.asked(status, again);
    }

    /// The component worked for so long, and has so much memory now.
    pub(crate) fn worked(&self, time: Duration, memory: usize) {
        self.metrics.worked(time, memory);
    }

    /// The component stopped in a call.
    pub(crate) fn trapped(&self) {
        self.metrics.trapped();
    }

    /// Calls that it did not return from, so far.
    pub(crate) fn traps(&self) -> u64 {
        self.metrics.traps()
    }

    /// Tells a problem of the component, at the level that it has.
    pub(crate) fn problem(&self, severity: Severity, code: &str, message: &str) {
        let level = match severity {
            Severity::Error => LogLevel::Error,
            Severity::Warning => LogLevel::Warn,
            Severity::Info => LogLevel::Debug,
        };
        self.log.input(level, &self.id, message, &[("code", code.into())]);
    }

    /// Something is in the dead-letter file, and why. What comes again and again is told a few times.
    pub(crate) fn refused(&self, why: &str) {
        let (.., dead) = self.metrics.counts();
        if dead <= 5 || dead % 1_000 == 0 {
            let message = format!("what cannot be stored is in the dead-letter file, the number {dead}: {why}");
            self.log.input(LogLevel::Warn, &self.id, &message, &[]);
        }
    }

    /// How it is.
    pub fn status(&self) -> Status {
        let (bytes_under_way, oldest) = lock(&self.backlog).measured();
        let kept = self.kept();
        let (parcels, documents, settled, dead_lettered) = self.metrics.counts();
        let (input, state, text, since, generation, next_run) = (self.id.clone(), kept.state, kept.text.clone(), kept.since, kept.generation, kept.next_run);
        Status { input, state, text, since, generation, next_run, parcels, documents, settled, dead_lettered, bytes_under_way, oldest }
    }

    fn measure(&self) {
        let (bytes, oldest) = lock(&self.backlog).measured();
        self.metrics.backlog(bytes, oldest);
        if let Some(measure) = &*lock(&self.partitions) {
            self.metrics.partitions(&measure());
        }
    }

    fn change(&self, change: impl FnOnce(&mut Parts)) {
        let mut kept = self.kept();
        change(&mut kept.parts);
        let (state, text) = kept.parts.shown();
        if (kept.state, kept.text.as_str()) == (state, text.as_str()) {
            return;
        }
        let before = std::mem::replace(&mut kept.state, state);
        kept.text.clone_from(&text);
        if before != state {
            kept.since = Clock::System.now();
            self.metrics.state(state);
        }
        let level = match state {
            InputState::Failed => LogLevel::Error,
            InputState::Degraded => LogLevel::Warn,
            _ => LogLevel::Info,
        };
        let message = if text.is_empty() { format!("is {}", state.name()) } else { format!("is {}: {text}", state.name()) };
        self.log.input(level, &self.id, &message, &[]);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.kept)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
