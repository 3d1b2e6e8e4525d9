//! What tests of delivery share: settings, sinks and documents.

#![allow(dead_code, reason = "not every test uses all of it")]

use std::sync::Arc;
use std::time::Duration;

use host_sim_live::config::Elasticsearch;
use host_sim_live::elastic::{Agent, Cluster, ElasticSink, Labels, bounds};
use host_sim_runtime::contract::Document;
use host_sim_runtime::flow::{Bounds, Item, StopSignal};

/// Settings for these addresses, as plain as can be.
pub fn settings(addresses: &[&str]) -> Elasticsearch {
    let hosts = addresses.iter().map(|address| address.parse().expect("a URL")).collect();
    Elasticsearch { workers: 1, ..Elasticsearch::at(hosts) }
}

pub const DATASETS: [&str; 2] = ["defender.event", "defender.run"];

/// A sink for documents of two data sets.
pub fn sink(settings: Elasticsearch) -> (ElasticSink, Arc<Cluster>) {
    stoppable(settings, StopSignal::default())
}

pub fn stoppable(settings: Elasticsearch, stop: StopSignal) -> (ElasticSink, Arc<Cluster>) {
    let cluster = Arc::new(Cluster::new(settings).expect("it is set up"));
    let labels = Labels { input_type: "test".into(), agent: Agent { id: "a1".into(), name: "here".into() } };
    (ElasticSink::new(Arc::clone(&cluster), &DATASETS.map(str::to_owned), "default", &labels, stop), cluster)
}

pub fn item(id: &str, body: &str) -> Item {
    Item { document: Document { dataset: 0, id: id.into(), body: body.into(), source: None }, number: None }
}

/// So many documents.
pub fn items(count: usize) -> Vec<Item> {
    (0..count).map(|number| item(&format!("id-{number}"), &format!("{{\"number\":{number}}}"))).collect()
}

/// The bounds of settings, hardly waiting.
pub fn impatient(settings: &Elasticsearch) -> Bounds {
    Bounds { first_pause: Duration::from_millis(1), longest_pause: Duration::from_millis(50), ..bounds(settings) }
}
