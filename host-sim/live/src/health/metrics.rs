//! What is counted, for Prometheus.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use host_sim_runtime::Clock;
use host_sim_runtime::flow::Parcel;
use prometheus::{CounterVec, Error, GaugeVec, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};

use super::Partition;
use super::state::InputState;
use crate::text::one_line;

/// Values of a label that a component gives; more are `other`.
const MOST_VALUES: usize = 64;

/// All that is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    records: IntCounterVec,
    documents: IntCounterVec,
    problems: IntCounterVec,
    acknowledged: IntCounterVec,
    dead_lettered: IntCounterVec,
    parcels: IntCounterVec,
    requests: IntCounterVec,
    retries: IntCounterVec,
    guest_seconds: CounterVec,
    guest_memory: IntGaugeVec,
    traps: IntCounterVec,
    queue_bytes: IntGaugeVec,
    oldest: GaugeVec,
    last_complete: GaugeVec,
    generation: IntGaugeVec,
    state: IntGaugeVec,
    owned_partitions: IntGaugeVec,
    lag_events: IntGaugeVec,
    lag_seconds: GaugeVec,
    lost_events: IntCounterVec,
}

impl Metrics {
    pub(super) fn new() -> Result<Self, Error> {
        let registry = Registry::new_custom(Some("host_sim".into()), None)?;
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let counter = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counter.clone())).map(|()| counter)
        };
        let gauge = |name: &str, help: &str, labels: &[&str]| {
            let gauge = IntGaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(gauge.clone())).map(|()| gauge)
        };
        let float = |name: &str, help: &str, labels: &[&str]| {
            let gauge = GaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(gauge.clone())).map(|()| gauge)
        };
        let guest_seconds = CounterVec::new(Opts::new("guest_seconds_total", "Seconds that the component worked"), &["input"])?;
        registry.register(Box::new(guest_seconds.clone()))?;
        Ok(Self {
            records: counter("records_total", "Records that were read: of complete and incomplete runs, and messages", &["input"])?,
            documents: counter("documents_total", "Documents that were made", &["input", "dataset"])?,
            problems: counter("problems_total", "Problems that the component told", &["input", "code"])?,
            acknowledged: counter("acknowledged_total", "Documents that are stored", &["input"])?,
            dead_lettered: counter("dead_lettered_total", "Documents and messages in the dead-letter file", &["input"])?,
            parcels: counter("parcels_total", "Steps of a run, or batches of messages, that were taken", &["input"])?,
            requests: counter("requests_total", "Requests that were sent, by the status of the answer; `none` where there was none", &["input", "status"])?,
            retries: counter("retries_total", "Requests among them that had failed before", &["input"])?,
            guest_seconds,
            guest_memory: gauge("guest_memory_bytes", "Memory of the component", &["input"])?,
            traps: counter("traps_total", "Calls of the component that it did not return from", &["input"])?,
            queue_bytes: gauge("queue_bytes", "Bytes of documents that are under way", &["input"])?,
            oldest: float("oldest_unacknowledged_seconds", "How long the oldest document is under way", &["input"])?,
            last_complete: float("last_complete_run_timestamp_seconds", "When a run was complete the last time; 0 if none was", &["input"])?,
            generation: gauge("generation", "How often the input was built", &["input"])?,
            state: gauge("input_state", "1 for the state that the input is in", &["input", "state"])?,
            owned_partitions: gauge("owned_partitions", "Partitions that this process reads", &["input"])?,
            lag_events: gauge("partition_lag_events", "Messages of a partition that are still to be received", &["input", "partition"])?,
            lag_seconds: float("partition_lag_seconds", "How long ago the hub took in what was received last, if more is to come", &["input", "partition"])?,
            lost_events: counter("partition_lost_events_total", "Messages that were gone before they were read", &["input", "partition"])?,
            registry,
        })
    }

    pub(super) fn text(&self) -> String {
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }

    /// Those of an input, all of them there from the beginning.
    pub(super) fn of_input(self: &Arc<Self>, input: &str, datasets: &[String]) -> InputMetrics {
        let labels = [input];
        let of = |counter: &IntCounterVec| counter.with_label_values(&labels);
        self.guest_seconds.with_label_values(&labels);
        self.last_complete.with_label_values(&labels);
        InputMetrics {
            acknowledged: of(&self.acknowledged),
            dead_lettered: of(&self.dead_lettered),
            parcels: of(&self.parcels),
            records: of(&self.records),
            retries: of(&self.retries),
            traps: of(&self.traps),
            documents: datasets.iter().map(|dataset| self.documents.with_label_values(&[input, dataset.as_str()])).collect(),
            codes: Mutex::default(),
            input: input.to_owned(),
            all: Arc::clone(self),
        }
    }

    pub(super) fn forget(&self, of: &InputMetrics) {
        let labels = [of.input.as_str()];
        for counter in [&self.records, &self.acknowledged, &self.dead_lettered, &self.parcels, &self.retries, &self.traps] {
            let _ = counter.remove_label_values(&labels);
        }
        for gauge in [&self.guest_memory, &self.queue_bytes, &self.generation] {
            let _ = gauge.remove_label_values(&labels);
        }
        for gauge in [&self.oldest, &self.last_complete] {
            let _ = gauge.remove_label_values(&labels);
        }
        let _ = self.guest_seconds.remove_label_values(&labels);
        for state in InputState::ALL {
            let _ = self.state.remove_label_values(&[labels[0], state.name()]);
        }
    }
}

/// What is counted of an input.
#[derive(Debug)]
pub(super) struct InputMetrics {
    input: String,
    all: Arc<Metrics>,
    acknowledged: IntCounter,
    dead_lettered: IntCounter,
    parcels: IntCounter,
    records: IntCounter,
    retries: IntCounter,
    traps: IntCounter,
    /// By the position of the data set.
    documents: Vec<IntCounter>,
    codes: Mutex<BTreeSet<String>>,
}

impl InputMetrics {
    pub(super) fn took(&self, parcel: &Parcel) {
        self.parcels.inc();
        for document in &parcel.documents {
            if let Some(counter) = usize::try_from(document.dataset).ok().and_then(|at| self.documents.get(at)) {
                counter.inc();
            }
        }
        for problem in &parcel.problems {
            self.all.problems.with_label_values(&[self.input.as_str(), self.code(&problem.code).as_str()]).inc();
        }
    }

    /// A code as a label: what a component makes up fills neither the memory nor the database.
    fn code(&self, code: &str) -> String {
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        let code: String = one_line(code).chars().take(100).collect();
        if codes.contains(&code) || codes.len() < MOST_VALUES {
            codes.insert(code.clone());
            return code;
        }
        "other".to_owned()
    }

    pub(super) fn read(&self, records: u64) {
        self.records.inc_by(records);
    }

    /// Those of a hub.
    pub(super) fn partitions(&self, partitions: &[Partition]) {
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.all.owned_partitions.with_label_values(&[self.input.as_str()]).set(count(partitions.iter().filter(|partition| partition.is_owned).count() as u64));
        for Partition { id, is_owned, lag, behind, lost } in partitions {
            let labels = [self.input.as_str(), id.as_str()];
            self.all.lag_events.with_label_values(&labels).set(if *is_owned { count(*lag) } else { 0 });
            self.all.lag_seconds.with_label_values(&labels).set(if *is_owned { behind.as_secs_f64() } else { 0.0 });
            let counter = self.all.lost_events.with_label_values(&labels);
            counter.inc_by(lost.saturating_sub(counter.get()));
        }
    }

    pub(super) fn finished(&self, complete: bool) {
        if complete {
            let now = Duration::from_millis(Clock::System.now()).as_secs_f64();
            self.all.last_complete.with_label_values(&[self.input.as_str()]).set(now);
        }
    }

    pub(super) fn stored(&self, count: u64) {
        self.acknowledged.inc_by(count);
    }

    /// A message that gave no document counts too.
    pub(super) fn set_aside(&self, documents: u64) {
        self.dead_lettered.inc_by(documents.max(1));
    }

    pub(super) fn asked(&self, status: Option<u16>, again: bool) {
        let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        self.all.requests.with_label_values(&[self.input.as_str(), status.as_str()]).inc();
        if again {
            self.retries.inc();
        }
    }

    pub(super) fn worked(&self, time: Duration, memory: usize) {
        self.all.guest_seconds.with_label_values(&[self.input.as_str()]).inc_by(time.as_secs_f64());
        self.all.guest_memory.with_label_values(&[self.input.as_str()]).set(i64::try_from(memory).unwrap_or(i64::MAX));
    }

    pub(super) fn trapped(&self) {
        self.traps.inc();
    }

    pub(super) fn traps(&self) -> u64 {
        self.traps.get()
    }

    pub(super) fn generation(&self, generation: u32) {
        self.all.generation.with_label_values(&[self.input.as_str()]).set(generation.into());
    }

    pub(super) fn state(&self, state: InputState) {
        for other in InputState::ALL {
            self.all.state.with_label_values(&[self.input.as_str(), other.name()]).set(i64::from(other == state));
        }
    }

    pub(super) fn backlog(&self, bytes: u64, oldest: Duration) {
        self.all.queue_bytes.with_label_values(&[self.input.as_str()]).set(i64::try_from(bytes).unwrap_or(i64::MAX));
        self.all.oldest.with_label_values(&[self.input.as_str()]).set(oldest.as_secs_f64());
    }

    /// Parcels, documents, those that are settled, and those of them in the dead-letter file.
    pub(super) fn counts(&self) -> (u64, u64, u64, u64) {
        let dead = self.dead_lettered.get();
        (self.parcels.get(), self.documents.iter().map(IntCounter::get).sum(), self.acknowledged.get() + dead, dead)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MOST_VALUES, Metrics};

    #[test]
    fn a_component_that_makes_codes_up_is_bounded() {
        let metrics = Arc::new(Metrics::new().expect("they are well named")).of_input("posture", &["a.b".into()]);
        let codes: std::collections::BTreeSet<String> = (0..1_000).map(|number| metrics.code(&format!("code-{number}"))).collect();
        assert_eq!(codes.len(), MOST_VALUES + 1);
        assert_eq!(metrics.code("code-1"), "code-1");
    }
}
