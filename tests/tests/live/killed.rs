//! A host that is killed at any time: what comes after a restart is stored once, and nothing is missing.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use live_servers::Tenant;
use live_servers::bulk::{BulkEndpoint, Reply};
use serde_json::Value;

use crate::setup::Setup;

/// How often a host is killed, as CI does it; `HOST_SIM_KILLS` asks for more.
fn kills() -> u32 {
    std::env::var("HOST_SIM_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// Times that differ from run to run; a failure tells the seed.
struct Random(u64);

impl Random {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

fn tenant() -> Tenant {
    Tenant { assessments: 120, linked: 4, findings: 2, page: 10, delay: Duration::from_millis(4), ..Tenant::default() }
}

/// How many documents an undisturbed run gives, and how long it takes.
fn undisturbed(setup: &mut Setup) -> (usize, Duration) {
    let endpoint = BulkEndpoint::start(|_| Reply::Store);
    setup.deliver_to(&endpoint.address);
    let started = std::time::Instant::now();
    setup.once().expect(0);
    (endpoint.ids().len(), started.elapsed())
}

#[test]
fn killed_at_any_time_it_stores_everything_once() {
    let seed = std::process::id().into();
    let mut random = Random(seed);
    let mut setup = Setup::new("killed", tenant());
    let (expected, time) = undisturbed(&mut setup);
    assert_eq!(expected, 120 + 60 + 1 - 30, "of those with findings, the findings come instead");
    let most = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(50);
    let mut left = kills();
    while left > 0 {
        let _ = std::fs::remove_dir_all(setup.scratch.path().join("state"));
        // A small server in a hurry: batches are small, and it takes its time.
        let endpoint = BulkEndpoint::start(|_| Reply::After(Duration::from_millis(3), Box::new(Reply::Store)));
        setup.config["output"] = serde_json::json!({ "elasticsearch": { "hosts": [endpoint.address], "bulk_documents": 10 } });
        // Killed some times, and then left alone. Where one had come to its end, the next begins a run of its own.
        for _ in 0..random.up_to(6).min(left.into()) + 1 {
            let mut running = setup.start(&["run", "--once"]);
            thread::sleep(Duration::from_millis(random.up_to(most)));
            if let Some(status) = running.ended() {
                assert_eq!(status, 0, "seed {seed}: {}", running.log());
                continue;
            }
            running.signal("KILL");
            running.end();
            left = left.saturating_sub(1);
        }
        setup.once().expect(0);
        let stored = endpoint.shared.stored.lock().expect("nobody panics");
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (_, document, _) in stored.values() {
            *counts.entry(key(document)).or_default() += 1;
        }
        let runs = counts.remove(RUN).unwrap_or_default();
        assert!(runs >= 1 && counts.len() == expected - 1, "seed {seed}: {runs} runs, {} records", counts.len());
        assert!(counts.values().all(|count| *count == runs), "seed {seed}: {runs} runs, {counts:?}");
        assert!(stored.values().all(|(.., times)| *times == 1), "seed {seed}");
    }
}

/// What stands for the document of a run.
const RUN: &str = "run";

/// What a document is about, whichever run it is of.
fn key(document: &str) -> String {
    let document: Value = serde_json::from_str(document).expect("JSON");
    let id = document.pointer("/event/id").and_then(Value::as_str);
    id.map_or_else(|| RUN.to_owned(), str::to_owned)
}
