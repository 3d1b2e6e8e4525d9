//! Delivery to a real Elasticsearch, started once: its data streams, its 409, 429 and 413, a conflict of types, and a restart in the middle.

mod support;

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use host_sim_live::config::Elasticsearch;
use host_sim_live::elastic::{Agent, Cluster, ElasticSink, Labels};
use host_sim_live::redrive;
use host_sim_live::state::StateFolder;
use host_sim_runtime::contract::Document;
use host_sim_runtime::flow::{Fate, Flow, Item, Lane, Mark, Parcel, Sink, SinkError, Source, State, StopSignal};
use live_servers::SearchServer;
use serde_json::{Value, json};
use support::{impatient, sink};

const STREAM: &str = "logs-defender.event-default";

fn documents(prefix: &str, count: usize, bytes: usize) -> Vec<Item> {
    (0..count).map(|number| document(&format!("{prefix}-{number}"), &json!({ "number": number, "text": "x".repeat(bytes) }))).collect()
}

fn document(id: &str, more: &Value) -> Item {
    let mut body = json!({ "@timestamp": "2026-11-27T00:00:00.000Z", "event": { "kind": "event" } });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    Item { document: Document { dataset: 0, id: id.into(), body: body.to_string().into_bytes(), source: None }, number: None }
}

/// Documents of a data stream whose ids begin so.
fn count(server: &SearchServer, prefix: &str) -> u64 {
    server.ask("POST", &format!("/{STREAM}/_refresh"), &Value::Null);
    let (status, answer) = server.ask("GET", &format!("/{STREAM}/_search?size=10000&_source=false"), &Value::Null);
    assert_eq!(status, 200, "{answer}");
    let hits = answer["hits"]["hits"].as_array().unwrap_or_else(|| panic!("{answer}"));
    hits.iter().filter(|hit| hit["_id"].as_str().is_some_and(|id| id.starts_with(prefix))).count() as u64
}

#[test]
fn documents_reach_a_real_elasticsearch() {
    let settings = ["indexing_pressure.memory.limit=200kb", "http.max_content_length=1mb"];
    let Some(mut server) = SearchServer::for_test(Path::new(env!("CARGO_TARGET_TMPDIR")), "delivery", &settings) else { return };
    let mapping =
        json!({ "properties": { "@timestamp": { "type": "date" }, "number": { "type": "integer" }, "text": { "type": "keyword", "ignore_above": 100 } } });
    let template = json!({ "index_patterns": ["logs-*-*"], "data_stream": {}, "template": { "mappings": mapping } });
    assert_eq!(server.ask("PUT", "/_index_template/logs", &template).0, 200);

    a_data_stream_appears_and_redelivery_is_no_copy(&server);
    its_own_limits_are_met(&server);
    a_conflict_of_types_is_set_aside_and_redriven(&server);
    a_restart_in_the_middle_loses_nothing(&mut server);
}

fn a_data_stream_appears_and_redelivery_is_no_copy(server: &SearchServer) {
    for gzip in [true, false] {
        let (sink, _) = sink(Elasticsearch { gzip, ..support::settings(&[&server.address()]) });
        let given = documents("first", 100, 10);
        assert_eq!(sink.put(&given).expect("it is stored"), vec![Fate::Stored; 100]);
    }
    assert_eq!(count(server, "first"), 100);
    let (_, resolved) = server.ask("GET", &format!("/_resolve/index/{STREAM}"), &Value::Null);
    assert_eq!(resolved["data_streams"][0]["name"], STREAM, "{resolved}");
    let (_, found) = server.ask("GET", &format!("/{STREAM}/_search?q=_id:%22first-7%22"), &Value::Null);
    let stored = &found["hits"]["hits"][0]["_source"];
    let added = (&stored["data_stream"], &stored["input"], &stored["event"]);
    let expected = json!({ "type": "logs", "dataset": "defender.event", "namespace": "default" });
    assert_eq!(added, (&expected, &json!({ "type": "test" }), &json!({ "kind": "event" })));
}

/// A batch that is too large for it is refused as a whole, by 413 or 429, and goes through in parts.
fn its_own_limits_are_met(server: &SearchServer) {
    let settings = Elasticsearch { gzip: false, ..support::settings(&[&server.address()]) };
    let (sink, cluster) = sink(settings.clone());
    assert!(matches!(sink.put(&documents("large", 110, 10_000)), Err(SinkError::TooLarge)));
    match sink.put(&documents("large", 40, 10_000)) {
        Err(SinkError::Busy { .. }) => {}
        // Where pressure is told document by document.
        Ok(fates) => assert!(fates.contains(&Fate::Busy), "{fates:?}"),
        other => panic!("{other:?}"),
    }
    let trouble = cluster.trouble().expect("it says so");
    assert!(trouble.contains("429") || trouble.contains("too busy"), "{trouble}");

    let mut given = documents("large", 60, 10_000);
    given.push(document("too-large", &json!({ "text": "x".repeat(1_100_000) })));
    let (folder, state) = state("limits");
    let letters = state.dead_letters("limits", support::DATASETS.map(str::to_owned).to_vec()).expect("writable");
    let bounds = host_sim_runtime::flow::Bounds { batch_bytes: 120_000, ..impatient(&settings) };
    let flow = Flow { sink: &sink, state: &state, dead_letters: &letters, bounds, stop: StopSignal::default() };
    flow.run(&mut One::of("limits", given), |_, _| ()).expect("it is delivered");
    assert_eq!(count(server, "large"), 60);
    let text = fs::read_to_string(letters.path()).expect("readable");
    assert!(text.lines().count() == 1 && text.contains(r#""id":"too-large""#) && text.contains("it is too large"), "{}", &text[..300.min(text.len())]);
    drop((letters, state));
    fs::remove_dir_all(folder).expect("removable");
}

fn a_conflict_of_types_is_set_aside_and_redriven(server: &SearchServer) {
    let (folder, state) = state("conflict");
    let settings = support::settings(&[&server.address()]);
    let (sink, _) = sink(settings.clone());
    let datasets = support::DATASETS.map(str::to_owned);
    let letters = state.dead_letters("posture", datasets.to_vec()).expect("writable");
    let mut given = documents("conflict", 20, 10);
    given.push(document("conflict-bad", &json!({ "number": "not a number" })));
    let flow = Flow { sink: &sink, state: &state, dead_letters: &letters, bounds: impatient(&settings), stop: StopSignal::default() };
    flow.run(&mut One::of("posture", given), |_, _| ()).expect("it is delivered");
    assert_eq!(state.mark(&Lane::new("posture")).expect("readable"), Some(Mark::Ended));
    assert_eq!(count(server, "conflict"), 20);
    let text = fs::read_to_string(letters.path()).expect("readable");
    let letter: Value = serde_json::from_str(&text).expect("one line");
    assert_eq!((&letter["id"], &letter["dataset"], &letter["status"]), (&json!("conflict-bad"), &json!("defender.event"), &json!(400)));
    assert_eq!(letter["document"]["number"], "not a number");
    let reason = letter["reason"].as_str().expect("a text");
    assert!(reason.starts_with("document_parsing_exception: ") && reason.contains("[number]") && reason.contains("For input string"), "{reason}");

    let again = || {
        let make = |datasets: &[String]| {
            let cluster = Cluster::new(settings.clone()).expect("it is set up");
            let labels = Labels { input_type: "test".into(), agent: Agent { id: "a1".into(), name: "here".into() } };
            Ok(ElasticSink::new(cluster.into(), datasets, "default", &labels, StopSignal::default()))
        };
        redrive(&state, "posture", make, impatient(&settings), &StopSignal::default()).expect("it is delivered")
    };
    let redriven = again();
    assert_eq!((redriven.delivered, redriven.left), (0, 1), "the type is as it was");
    // A new backing index takes texts there.
    let mapping = json!({ "properties": { "@timestamp": { "type": "date" }, "number": { "type": "keyword" } } });
    let template = json!({ "index_patterns": ["logs-*-*"], "data_stream": {}, "template": { "mappings": mapping } });
    assert_eq!(server.ask("PUT", "/_index_template/logs", &template).0, 200);
    assert_eq!(server.ask("POST", &format!("/{STREAM}/_rollover"), &json!({})).0, 200);
    let redriven = again();
    assert_eq!((redriven.delivered, redriven.left), (1, 0));
    assert_eq!(count(server, "conflict-bad"), 1);
    assert_eq!(fs::read_to_string(letters.path()).expect("readable"), "");
    drop((letters, state));
    fs::remove_dir_all(folder).expect("removable");
}

fn a_restart_in_the_middle_loses_nothing(server: &mut SearchServer) {
    const PARCELS: u8 = 60;
    let (folder, state) = state("restart");
    let settings = support::settings(&[&server.address()]);
    let (sink, cluster) = sink(settings.clone());
    let letters = state.dead_letters("restart", support::DATASETS.map(str::to_owned).to_vec()).expect("writable");
    let given = Mutex::new(0);
    let flow = Flow { sink: &sink, state: &state, dead_letters: &letters, bounds: impatient(&settings), stop: StopSignal::default() };
    thread::scope(|scope| {
        let delivering = scope.spawn(|| flow.run(&mut Slow { next: 0, all: PARCELS, given: &given }, |_, _| ()).expect("it is delivered"));
        let wait_for = |done: &dyn Fn() -> bool| {
            let deadline = Instant::now() + Duration::from_secs(60);
            while !done() {
                assert!(Instant::now() < deadline, "{:?}", cluster.trouble());
                thread::sleep(Duration::from_millis(10));
            }
        };
        wait_for(&|| *given.lock().expect("nobody panics") >= 10);
        server.stop();
        wait_for(&|| cluster.trouble().is_some_and(|trouble| trouble.contains("cannot be reached") || trouble.contains("did not answer")));
        assert!(!delivering.is_finished());
        server.start_again();
        delivering.join().expect("it ends");
    });
    assert_eq!(cluster.trouble(), None);
    assert_eq!(count(server, "restart"), u64::from(PARCELS) * 5);
    assert_eq!(fs::metadata(letters.path()).expect("it is there").len(), 0);
    assert_eq!(state.mark(&Lane::new("restart")).expect("readable"), Some(Mark::Cursor(vec![PARCELS])));
    drop((letters, state));
    fs::remove_dir_all(folder).expect("removable");
}

fn state(name: &str) -> (PathBuf, StateFolder) {
    let folder = std::env::temp_dir().join(format!("host-sim-elasticsearch-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let state = StateFolder::open(&folder).expect("it is free").state;
    (folder, state)
}

/// One parcel, and its end.
struct One(Option<Parcel>);

impl One {
    fn of(lane: &str, items: Vec<Item>) -> Self {
        let documents = items.into_iter().map(|item| item.document).collect();
        Self(Some(Parcel { documents, mark: Some(Mark::Ended), ..Parcel::empty(Lane::new(lane)) }))
    }
}

impl Source for One {
    type Error = Infallible;

    fn next_parcel(&mut self, _stop: &StopSignal) -> Result<Option<Parcel>, Infallible> {
        Ok(self.0.take())
    }
}

/// Parcels of five documents, one in twenty milliseconds.
struct Slow<'a> {
    next: u8,
    all: u8,
    given: &'a Mutex<u8>,
}

impl Source for Slow<'_> {
    type Error = Infallible;

    fn next_parcel(&mut self, _stop: &StopSignal) -> Result<Option<Parcel>, Infallible> {
        if self.next == self.all {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
        self.next += 1;
        *self.given.lock().expect("nobody panics") = self.next;
        let documents = documents(&format!("restart-{}", self.next), 5, 10).into_iter().map(|item| item.document).collect();
        Ok(Some(Parcel { documents, mark: Some(Mark::Cursor(vec![self.next])), ..Parcel::empty(Lane::new("restart")) }))
    }
}
