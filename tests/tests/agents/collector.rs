//! The OpenTelemetry Collector reads files of envelopes. Its exporter is a stand-in, see `tests/go/otel`; everything else is the collector's own.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use live_servers::bulk::{BulkEndpoint, Reply, said};
use live_servers::go_program;
use tests::{Scratch, built_into, component, fixture, run, text, workspace};

use crate::running::Running;
use crate::search::{self, assert_same, stored, wanted};
use crate::{block, with};

const HEADING: &str = "OpenTelemetry Collector: `file_log`";

/// A collector with its folder.
struct Collector {
    program: PathBuf,
    scratch: Scratch,
}

impl Collector {
    /// One that reads the documents of a recording; `None` where there is no Go.
    fn new(name: &str) -> Option<(Self, String)> {
        let program = go_program(&workspace().join("tests/go/otel"), &built_into("go"))?;
        let scratch = Scratch::new(&format!("agents-{name}"));
        let ran = run(&["replay", text(&component()), text(&fixture("tenant")), "--envelope", "--quiet"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        scratch.write("documents.ndjson", &ran.stdout);
        fs::create_dir_all(scratch.path().join("storage")).expect("writable");
        Some((Self { program, scratch }, ran.stdout))
    }

    /// Starts it with a configuration from the page.
    fn start(&self, configuration: &str, address: &str) -> Running {
        let folder = self.scratch.path();
        let configuration = with(configuration, "/var/lib/host-sim-out/documents.ndjson", text(&folder.join("documents.ndjson")));
        let configuration = with(&configuration, "/var/lib/otelcol", text(&folder.join("storage")));
        let file = self.scratch.write("collector.yaml", with(&configuration, "https://localhost:9200", address));
        // It would listen on a port that others may have.
        let quiet = self.scratch.write("quiet.yaml", "service: { telemetry: { metrics: { level: none } } }");
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(file).arg("--config").arg(quiet).env("ELASTIC_API_KEY", "made-up");
        Running::start(&mut command, &folder.join("log"))
    }

    /// Adds a document to the file.
    fn add(&self, id: &str) {
        let mut file = fs::File::options().append(true).open(self.scratch.path().join("documents.ndjson")).expect("it is there");
        writeln!(file, r#"{{"source":null,"dataset":"a.b","id":"{id}","document":{{"a":1}}}}"#).expect("writable");
    }
}

#[test]
fn a_collector_stores_every_document_as_it_was_under_its_id() {
    let Some((collector, lines)) = Collector::new("collector") else { return };
    let Some(server) = search::server("collector") else { return };
    let wanted = wanted(&lines);
    assert_eq!(wanted.len(), 79);
    let mut running = collector.start(&block(HEADING, 0), &server.address());
    running.wait_for("all documents", || stored(&server).len() == wanted.len());
    assert_same(&stored(&server), &wanted);
    // What was read is not read again, and what is there already is no error.
    running.kill();
    fs::remove_dir_all(collector.scratch.path().join("storage")).expect("it is there");
    fs::create_dir_all(collector.scratch.path().join("storage")).expect("writable");
    collector.add("after");
    let mut running = collector.start(&block(HEADING, 0), &server.address());
    running.wait_for("another document", || stored(&server).len() > wanted.len());
    assert_eq!(stored(&server).len(), wanted.len() + 1);
    assert!(!running.log().contains("refused with"), "{}", running.log());
}

/// An endpoint that stores nothing until it is told to.
struct Outage {
    endpoint: BulkEndpoint,
    is_over: Arc<AtomicBool>,
}

impl Outage {
    fn begin() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let endpoint = BulkEndpoint::start(move |_| if over.load(Ordering::SeqCst) { Reply::Store } else { said(503, &[]) });
        Self { endpoint, is_over }
    }

    fn end(&self) {
        self.is_over.store(true, Ordering::SeqCst);
    }

    /// Waits until so many requests were refused, seconds after all of the file was read.
    fn refuses(&self, running: &mut Running, requests: usize) {
        running.wait_for("some tries", || self.endpoint.asked().len() >= requests);
        assert_eq!(self.endpoint.ids(), [""; 0]);
    }

    fn stores_all(&self, running: &mut Running, lines: &str) {
        running.wait_for("all documents", || self.endpoint.ids().len() >= lines.lines().count());
        assert_eq!(self.endpoint.ids().len(), lines.lines().count());
    }

    /// A document that comes after it is stored, and none that came before.
    fn has_lost_all_before(&self, running: &mut Running, collector: &Collector) {
        collector.add("after");
        running.wait_for("the document after it", || !self.endpoint.ids().is_empty());
        assert_eq!(self.endpoint.ids(), ["after"]);
    }
}

#[test]
fn an_outage_loses_nothing() {
    let Some((collector, lines)) = Collector::new("outage") else { return };
    let outage = Outage::begin();
    let mut running = collector.start(&block(HEADING, 0), &outage.endpoint.address);
    outage.refuses(&mut running, 3);
    outage.end();
    outage.stores_all(&mut running, &lines);
}

#[test]
fn an_outage_loses_what_was_read_where_nobody_waits_for_the_result() {
    let Some((collector, lines)) = Collector::new("no-result") else { return };
    let outage = Outage::begin();
    let configuration = with(&block(HEADING, 0), "wait_for_result: true, ", "");
    let mut running = collector.start(&configuration, &outage.endpoint.address);
    let log = collector.scratch.path().join("log");
    // It may send them in several parts, each of which has its tries.
    running.wait_for("the end of all tries", || {
        let asked = outage.endpoint.asked();
        let parts: BTreeSet<&Vec<_>> = asked.iter().map(|request| &request.documents).collect();
        let dropped = fs::read_to_string(&log).map_or(0, |log| log.matches("Dropping data").count());
        parts.iter().map(|documents| documents.len()).sum::<usize>() >= lines.lines().count() && dropped >= parts.len()
    });
    outage.end();
    outage.has_lost_all_before(&mut running, &collector);
}

#[test]
fn an_outage_and_a_crash_lose_what_was_read() {
    let Some((collector, _)) = Collector::new("crash") else { return };
    let outage = Outage::begin();
    let mut running = collector.start(&block(HEADING, 0), &outage.endpoint.address);
    outage.refuses(&mut running, 3);
    running.kill();
    outage.end();
    let mut running = collector.start(&block(HEADING, 0), &outage.endpoint.address);
    outage.has_lost_all_before(&mut running, &collector);
}

#[test]
fn an_outage_and_a_crash_lose_nothing_with_a_queue_in_a_file() {
    let Some((collector, lines)) = Collector::new("queue") else { return };
    let outage = Outage::begin();
    let page = block(HEADING, 0);
    let queue = page.lines().find(|line| line.contains("sending_queue:")).expect("it has one");
    let configuration = with(&page, &format!("{queue}\n"), &block(HEADING, 1));
    let mut running = collector.start(&configuration, &outage.endpoint.address);
    outage.refuses(&mut running, 3);
    running.kill();
    outage.end();
    let mut running = collector.start(&configuration, &outage.endpoint.address);
    outage.stores_all(&mut running, &lines);
}

#[test]
fn a_source_that_is_not_removed_stands_in_each_document() {
    let Some((collector, lines)) = Collector::new("source") else { return };
    let endpoint = BulkEndpoint::start(|_| Reply::Store);
    let configuration = with(&block(HEADING, 0), "      - { type: remove, field: body.source }\n", "");
    let mut running = collector.start(&configuration, &endpoint.address);
    running.wait_for("all documents", || endpoint.ids().len() >= lines.lines().count());
    assert!(endpoint.ids().iter().all(|id| endpoint.document(id).get("source").is_some()));
}
