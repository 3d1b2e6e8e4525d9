//! Benthos, the core of Redpanda Connect, runs the host as a program of its own. Its output is a stand-in, see `tests/go/benthos`; everything else is its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use live_servers::azure::{CLIENT, SECRET, SUBSCRIPTION, TENANT};
use live_servers::bulk::{BulkEndpoint, Reply, said};
use live_servers::{Azure, Tenant, go_program};
use serde_json::{Value, json};
use tests::{Scratch, built_into, component, host_sim, text, workspace};

use crate::running::Running;
use crate::search::{self, assert_same, stored, wanted};
use crate::{block, with};

const HEADING: &str = "Vector, Logstash, Redpanda Connect";

struct Setup {
    program: PathBuf,
    scratch: Scratch,
    /// Answers as long as it is there.
    _azure: Azure,
}

impl Setup {
    /// A host that polls a tenant of so many assessments; `None` where there is no Go.
    fn new(name: &str, assessments: usize) -> Option<Self> {
        let program = go_program(&workspace().join("tests/go/benthos"), &built_into("go"))?;
        let scratch = Scratch::new(&format!("agents-{name}"));
        let azure = Azure::start(Tenant { assessments, ..Tenant::default() });
        azure.write_authority(&scratch.path().join("ca.pem"));
        let config = json!({
            "monitoring": "off",
            "azure": {
                "credential": "client-secret", "tenant_id": TENANT, "client_id": CLIENT, "client_secret": "${LIVE_SECRET}",
                "authority": azure.url(), "ca_file": "ca.pem",
            },
            "inputs": [{ "id": "posture", "component": component(), "settings": { "url": azure.url(), "subscription_id": SUBSCRIPTION } }],
            "output": { "stdout": { "shape": "envelope" } },
        });
        mode(&scratch.write("host-sim.yml", config.to_string()), 0o600);
        // What it writes is kept beside it, so that it can be compared.
        let program_of_host = format!("#!/bin/sh\n{} \"$@\" | tee -a {}\n", host_sim().display(), scratch.path().join("lines").display());
        mode(&scratch.write("host-sim", program_of_host), 0o700);
        Some(Self { program, scratch, _azure: azure })
    }

    /// The configuration of the page, the last one of its section.
    fn page(&self) -> String {
        let page = block(HEADING, 1);
        assert!(page.starts_with("# Redpanda Connect"), "{page}");
        with(&page, "name: host-sim", &format!("name: {}", self.scratch.path().join("host-sim").display()))
    }

    /// Starts it.
    fn start(&self, page: &str, address: &str) -> Running {
        let folder = self.scratch.path();
        let page = with(page, "/etc/host-sim/host-sim.yml", text(&folder.join("host-sim.yml")));
        let file = self.scratch.write("connect.yaml", with(&page, "https://localhost:9200", address));
        let mut command = Command::new(&self.program);
        // It would listen on a port that others may have.
        command.args(["run", "--set", "http.enabled=false"]).arg(file).env("LIVE_SECRET", SECRET).current_dir(folder);
        Running::start(&mut command, &folder.join("log"))
    }

    /// The lines that the host has written.
    fn lines(&self) -> String {
        fs::read_to_string(self.scratch.path().join("lines")).unwrap_or_default()
    }

    /// Whether the copy of what the host wrote is whole: its last line is of the run's own document.
    fn is_copied(&self) -> bool {
        let lines = self.lines();
        lines.ends_with('\n') && lines.lines().last().is_some_and(|line| line.contains("\"microsoft_defender_cloud.run\""))
    }

    /// Whether the host knows of a complete run.
    fn has_run(&self) -> bool {
        let runs = fs::read_to_string(self.scratch.path().join("state/runs.ndjson")).unwrap_or_default();
        runs.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).any(|run| run["complete"] == true)
    }
}

fn mode(file: &Path, mode: u32) {
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn benthos_stores_every_document_as_it_was_under_its_id() {
    let Some(setup) = Setup::new("benthos", 25) else { return };
    let Some(server) = search::server("benthos") else { return };
    let mut running = setup.start(&setup.page(), &server.address());
    // Three of 25 have three findings each, and the run has a document.
    running.wait_for("all documents", || setup.has_run() && stored(&server).len() >= 32);
    assert_same(&stored(&server), &wanted(&setup.lines()));
    assert_eq!(stored(&server).len(), 32);
}

/// An endpoint that stores nothing until it is told to.
fn endpoint() -> (BulkEndpoint, Arc<AtomicBool>) {
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    (BulkEndpoint::start(move |_| if over.load(Ordering::SeqCst) { Reply::Store } else { said(503, &[]) }), is_over)
}

#[test]
fn a_run_is_complete_before_anything_is_stored_and_an_outage_alone_loses_nothing() {
    let Some(setup) = Setup::new("benthos-outage", 8) else { return };
    let (endpoint, is_over) = endpoint();
    let mut running = setup.start(&setup.page(), &endpoint.address);
    running.wait_for("a run", || setup.has_run() && setup.is_copied() && !endpoint.asked().is_empty());
    assert_eq!(endpoint.ids(), [""; 0], "so a crash now would lose all of it");
    is_over.store(true, Ordering::SeqCst);
    let wanted = wanted(&setup.lines()).len();
    running.wait_for("all documents", || endpoint.ids().len() >= wanted);
    assert_eq!(endpoint.ids().len(), wanted);
}

#[test]
fn without_another_try_an_outage_loses_documents() {
    let Some(setup) = Setup::new("benthos-dropped", 8) else { return };
    let (endpoint, _) = endpoint();
    let mut page: Value = serde_saphyr::from_str(&setup.page()).expect("YAML");
    page["output"] = page["output"]["retry"]["output"].take();
    let mut running = setup.start(&page.to_string(), &endpoint.address);
    let refused = || endpoint.asked().iter().map(|request| request.documents.len()).sum::<usize>();
    running.wait_for("a try for each", || setup.has_run() && setup.is_copied() && refused() >= wanted(&setup.lines()).len());
    // Another one would come after half a second.
    thread::sleep(Duration::from_secs(2));
    assert_eq!(refused(), wanted(&setup.lines()).len());
}
