//! Elasticsearch as a sink: documents go to data streams by `_bulk`, each under its id, so that what is delivered twice is stored once.
//!
//! An id guards within one backing index: what is delivered again after a rollover is stored again. It tries once; batches, waiting and dead letters are
//! delivery's.

mod answer;
mod bulk;
mod cluster;
mod error;
mod hosts;
mod splice;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use host_sim_runtime::Clock;
use host_sim_runtime::flow::{Bounds, Fate, Item, Sink, SinkError, StopSignal};

use self::answer::{FILTER, fates, reason};
use self::bulk::{Bulk, Stream, compressed};
pub use self::cluster::{Answer, Cluster, NoAnswer, Request};
pub use self::error::ElasticError;
use self::splice::Addition;
use crate::config::Elasticsearch;
use crate::time::written;

/// What an action, and what is added to a document, may cost beside it.
const BESIDE: usize = 512;

/// The documents of one input, on their way to Elasticsearch.
#[derive(Debug)]
pub struct ElasticSink {
    cluster: Arc<Cluster>,
    streams: Vec<Stream>,
    path: String,
    stop: StopSignal,
}

/// What documents of an input are given, beside what its component says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Becomes `input.type`.
    pub input_type: String,
    /// Becomes `agent.*`, where the configuration says so.
    pub agent: Agent,
}

/// Who delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The same for as long as the host has its state.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// How much goes to Elasticsearch at a time. Actions and what is added count as well, so batches are a little smaller than bodies.
pub fn bounds(settings: &Elasticsearch) -> Bounds {
    let most = usize::try_from(settings.bulk_bytes).unwrap_or(usize::MAX);
    let beside = settings.bulk_documents.saturating_mul(BESIDE).min(most / 4);
    let senders = NonZeroUsize::new(settings.workers).unwrap_or(NonZeroUsize::MIN);
    let batch_bytes = most - beside;
    let queue_bytes = Bounds::DEFAULT.queue_bytes.max(batch_bytes.saturating_mul(senders.get() + 1));
    Bounds { queue_bytes, batch_bytes, batch_documents: settings.bulk_documents, senders, ..Bounds::DEFAULT }
}

/// The data stream of a data set.
pub fn data_stream(dataset: &str, namespace: &str) -> String {
    format!("logs-{dataset}-{namespace}")
}

impl ElasticSink {
    /// A sink for the documents of a component; `datasets` are the names of its data sets, in their order. A request that is under way ends when delivery
    /// is cut off.
    pub fn new(cluster: Arc<Cluster>, datasets: &[String], namespace: &str, labels: &Labels, stop: StopSignal) -> Self {
        let input = Addition::new("input", &[("type", &labels.input_type)]);
        let agent =
            Addition::new("agent", &[("id", &labels.agent.id), ("name", &labels.agent.name), ("type", "host-sim"), ("version", env!("CARGO_PKG_VERSION"))]);
        let stream = |dataset: &String| Stream {
            index: data_stream(dataset, namespace),
            additions: [Addition::new("data_stream", &[("type", "logs"), ("dataset", dataset), ("namespace", namespace)]), input.clone()]
                .into_iter()
                .chain(cluster.settings.add_agent.then(|| agent.clone()))
                .collect(),
        };
        let streams = datasets.iter().map(stream).collect();
        let pipeline = cluster.settings.pipeline.as_ref().map(|name| format!("&pipeline={}", encoded(name))).unwrap_or_default();
        Self { cluster, streams, path: format!("_bulk?filter_path={FILTER}{pipeline}"), stop }
    }

    fn request(&self, bulk: &Bulk) -> Result<Answer, SinkError> {
        let gzip = self.cluster.settings.gzip;
        let zipped = if gzip { compressed(&bulk.body).map_err(|error| SinkError::Closed(error.into()))? } else { Vec::new() };
        let body = if gzip { &zipped } else { &bulk.body };
        // An error has a reason of a few hundred bytes; more is no answer of Elasticsearch's.
        let most = (4 << 20) + bulk.included.len() * (16 << 10);
        let request = Request { method: "POST", path: &self.path, body: Some(("application/x-ndjson", body)), gzip, most };
        self.cluster.send(request, &self.stop).map_err(|NoAnswer(why)| self.busy(why, None))
    }

    /// Documents wait, and why.
    fn busy(&self, why: String, after: Option<std::time::Duration>) -> SinkError {
        self.cluster.set_trouble(Some(why));
        SinkError::Busy { after }
    }

    fn closed(&self, error: ElasticError) -> SinkError {
        let streams: BTreeSet<&str> = self.streams.iter().map(|stream| stream.index.as_str()).collect();
        let streams: Vec<String> = streams.iter().map(|stream| format!("`{stream}`")).collect();
        SinkError::Closed(Box::new(error.on(&streams.join(", "))))
    }

    /// What the answer to a whole batch means.
    fn fates_of(&self, answer: &Answer, count: usize) -> Result<Vec<Fate>, SinkError> {
        let Answer { status, retry_after, body } = answer;
        let said = || format!("Elasticsearch answers {status}: {}", reason(body));
        match status {
            200..=299 => match fates(body, count) {
                Some(fates) => fates.map_err(|error| self.closed(error)),
                None => Err(self.busy("the answer to a bulk request cannot be read".into(), *retry_after)),
            },
            413 => Err(SinkError::TooLarge),
            408 | 429 | 500..=599 => Err(self.busy(said(), *retry_after)),
            // One of several documents may be why: alone it tells.
            400 if count > 1 => Err(SinkError::TooLarge),
            400 => Ok(vec![Fate::Refused(host_sim_runtime::flow::Refusal { why: reason(body), status: Some(400) })]),
            401 => Err(self.closed(ElasticError::Unauthorized(reason(body)))),
            403 => Err(self.closed(ElasticError::Forbidden(reason(body), String::new()))),
            _ => Err(self.closed(ElasticError::Strange(reason(body), *status))),
        }
    }
}

impl Sink for ElasticSink {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        let ingested = self.cluster.settings.add_ingested.then(|| Addition::new("event", &[("ingested", &written(Clock::System.now()))]));
        let bulk = bulk::write(items, &self.streams, ingested.as_slice()).ok_or_else(|| SinkError::Closed("a document of an unknown data set".into()))?;
        let count = bulk.included.iter().filter(|included| included.is_ok()).count();
        if count > 1 && u64::try_from(bulk.body.len()).is_ok_and(|bytes| bytes > self.cluster.settings.bulk_bytes) {
            return Err(SinkError::TooLarge);
        }
        let mut answered = match count {
            0 => Vec::new(),
            _ => self.fates_of(&self.request(&bulk)?, count)?,
        };
        let is_waiting = answered.contains(&Fate::Busy);
        self.cluster.set_trouble(is_waiting.then(|| "Elasticsearch is too busy for some documents".to_owned()));
        let mut answered = answered.drain(..);
        // Those in the body come in their order.
        let fate = |included: Result<(), _>| match included {
            Ok(()) => answered.next().unwrap_or(Fate::Busy),
            Err(refusal) => Fate::Refused(refusal),
        };
        Ok(bulk.included.into_iter().map(fate).collect())
    }
}

/// A value for a query.
fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As plain as can be, without a host.
    pub(super) fn settings() -> Elasticsearch {
        Elasticsearch::at(Vec::new())
    }

    #[test]
    fn a_batch_leaves_room_for_what_is_beside_it() {
        let many = bounds(&settings());
        assert_eq!((many.batch_bytes, many.batch_documents, many.senders.get()), ((5 << 20) - 512_000, 1_000, 2));
        assert_eq!(bounds(&Elasticsearch { bulk_bytes: 1024, ..settings() }).batch_bytes, 768);
    }

    #[test]
    fn without_a_host_there_is_no_cluster() {
        assert!(Cluster::new(settings()).is_err());
    }
}
