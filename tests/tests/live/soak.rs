//! `make soak`: a host for an hour, with a run every two seconds where there are two a day, and faults of all kinds. Memory and files stay as they are,
//! nothing is lost, and every run is complete or says that it is not.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use live_servers::bulk::{BulkEndpoint, Reply, said};
use live_servers::{Answer, Fault, Tenant};
use serde_json::{Value, json};

use crate::setup::{Running, Setup};

/// How long, in seconds.
fn length() -> Duration {
    Duration::from_secs(std::env::var("HOST_SIM_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(3_600))
}

/// The next number of a sequence, below this one.
fn random(state: &mut u64, most: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % most
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.metadata().map_or(0, |metadata| if metadata.is_dir() { bytes_below(&entry.path()) } else { metadata.len() })).sum()
}

#[test]
#[ignore = "an hour; `make soak` runs it"]
fn weeks_of_faults_lose_nothing_and_grow_nothing() {
    let seed = std::env::var("HOST_SIM_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| u64::from(std::process::id()));
    println!("seed {seed}");
    let mut state = seed | 1;
    let mut setup = Setup::new("soak", Tenant { assessments: 60, page: 10, ..Tenant::default() });
    let mood = Arc::new(AtomicU64::new(0));
    let moody = Arc::clone(&mood);
    let endpoint = BulkEndpoint::start(move |asked| match (moody.load(Ordering::Relaxed), asked.number % 3) {
        (1, 0) => said(429, &[("retry-after", "1")]),
        (2, 1) => Reply::StoreAndCut,
        (3, _) => said(503, &[]),
        (4, 2) => Reply::StoreAndBreakOff(20),
        (5, 0) => Reply::Each(vec![Some((429, "es_rejected_execution_exception"))]),
        _ => Reply::Store,
    });
    setup.deliver_to(&endpoint.address);
    setup.input()["poll"]["every"] = json!("2s");
    let started = Instant::now();
    let (mut kills, mut stops, mut sizes) = (0, 0, Vec::new());
    let mut running = setup.start(&["run"]);
    while started.elapsed() < length() {
        mood.store(random(&mut state, 8), Ordering::Relaxed);
        let status = |status| Fault::Instead(Answer::json(status, "{}"));
        let fault = match random(&mut state, 9) {
            0 => vec![status(503), Fault::None, status(500)],
            1 => vec![Fault::Instead(Answer::json(429, "{}").with("retry-after", "1"))],
            2 => vec![status(403)],
            3 => vec![Fault::Cut(50), Fault::Cut(0)],
            4 => vec![Fault::Slow(Duration::from_secs(1))],
            _ => Vec::new(),
        };
        setup.azure.plan("ssessments?", fault);
        if random(&mut state, 10) == 0 {
            setup.azure.revoke_tokens();
        }
        thread::sleep(Duration::from_millis(2_000 + random(&mut state, 2_000)));
        sizes.push((running.memory(), bytes_below(&setup.scratch.path().join("state"))));
        match random(&mut state, 12) {
            0 => {
                running.signal("KILL");
                running.end();
                kills += 1;
                running = setup.start(&["run"]);
            }
            1 => {
                // So that it can end in time.
                mood.store(0, Ordering::Relaxed);
                running.signal("TERM");
                assert_eq!(running.end(), 0, "seed {seed}");
                stops += 1;
                running = setup.start(&["run"]);
            }
            2 => running.signal("HUP"),
            _ => {}
        }
        setup.azure.forget();
    }
    mood.store(0, Ordering::Relaxed);
    finish(running, &setup);
    judge(&endpoint, &setup, &sizes, seed);
    println!("soak: {} s, {kills} kills, {stops} stops, seed {seed}", started.elapsed().as_secs());
}

/// Lets it come to the end of what it does.
fn finish(running: Running, setup: &Setup) {
    thread::sleep(Duration::from_secs(5));
    running.signal("TERM");
    assert_eq!(running.end(), 0);
    setup.azure.forget();
    setup.once().expect(0);
}

fn judge(endpoint: &BulkEndpoint, setup: &Setup, sizes: &[(u64, u64)], seed: u64) {
    let stored = endpoint.shared.stored.lock().expect("nobody panics");
    let (mut records, mut complete, mut incomplete) = (BTreeMap::<String, usize>::new(), 0, 0);
    for (_, document, times) in stored.values() {
        assert_eq!(*times, 1, "seed {seed}");
        let document: Value = serde_json::from_str(document).expect("JSON");
        match document.pointer("/microsoft_defender_cloud/run/complete") {
            Some(Value::Bool(true)) => complete += 1,
            Some(_) => incomplete += 1,
            None => *records.entry(document["event"]["id"].as_str().expect("an id").to_owned()).or_default() += 1,
        }
    }
    let most = |part: &[(u64, u64)]| part.iter().fold((0, 0), |most, size| (most.0.max(size.0), most.1.max(size.1)));
    let (early, late) = sizes.split_at(sizes.len() / 2);
    let (early, late) = (most(early), most(late));
    println!(
        "soak: {complete} complete runs, {incomplete} others, {} documents; memory {} then {} MiB, state {} then {} bytes",
        stored.len(),
        early.0 >> 20,
        late.0 >> 20,
        early.1,
        late.1
    );
    // An assessment whose findings could not be read is stored without them, in a run that is not complete.
    let is_bare = |id: &str| records.keys().any(|other| other.strip_prefix(id).is_some_and(|rest| rest.starts_with('/')));
    let (bare, whole): (Vec<_>, Vec<_>) = records.iter().partition(|(id, _)| is_bare(id));
    // Each record is there once for each complete run, and perhaps for those that were not.
    let few: Vec<_> = whole.iter().filter(|(_, count)| !(complete..=complete + incomplete).contains(*count)).collect();
    assert!(few.is_empty() && complete > 0, "seed {seed}: {complete} complete runs, {incomplete} others, {few:?}");
    assert_eq!(whole.len(), 60 - 6 + 18, "seed {seed}");
    assert!(bare.iter().all(|(_, count)| **count <= incomplete), "seed {seed}: {incomplete} runs were not complete, {bare:?}");
    let log = fs::read_to_string(setup.scratch.path().join("log")).expect("readable");
    assert!(log.matches("a run was not complete").count() >= incomplete, "seed {seed}: each is told");
    assert!(late.0 <= early.0 + early.0 / 4, "seed {seed}: memory grows, {early:?} {late:?}");
    assert!(late.1 <= early.1.max(64 << 10), "seed {seed}: the state grows, {early:?} {late:?}");
}
