//! A host that goes on: what it says over HTTP, how it is told things, and how it ends.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use host_sim_live::health::InputState;
use host_sim_live::supervise::Outcome;
use live_servers::bulk::{BulkEndpoint, Reply, said};
use live_servers::{Answer, Fault, Tenant};
use serde_json::json;

use crate::hosted::Hosted;
use crate::setup::{Setup, wait_for};

/// Status and body.
fn get(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
    write!(stream, "{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").expect("it takes it");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("UTF-8");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

#[test]
fn it_says_over_http_how_it_is() {
    let mut setup = Setup::new("monitoring", Tenant::default());
    setup.config["monitoring"] = json!("127.0.0.1:0");
    setup.azure.plan("assessments?", [Fault::Slow(Duration::from_millis(700))]);
    let host = Hosted::start(&setup, 1);
    let address = host.address.expect("it listens");
    assert_eq!(get(address, "GET /healthz"), (200, "it turns\n".into()));
    // It listens before it has begun with its inputs.
    let answer = wait_for("an input", || Some(get(address, "GET /readyz")).filter(|(_, text)| text.contains("posture")));
    assert_eq!(answer, (503, "posture: starting\n".into()));
    host.becomes("posture", InputState::Healthy);
    assert_eq!(get(address, "GET /readyz"), (200, "posture: healthy\n".into()));
    host.says("a run was complete");
    let (status, metrics) = wait_for("all documents", || {
        let answer = get(address, "GET /metrics");
        answer.1.contains("host_sim_acknowledged_total{input=\"posture\"} 32").then_some(answer)
    });
    assert_eq!(status, 200);
    for line in [
        "host_sim_documents_total{dataset=\"microsoft_defender_cloud.assessment\",input=\"posture\"} 31",
        "host_sim_requests_total{input=\"posture\",status=\"200\"} 5",
        "host_sim_retries_total{input=\"posture\"} 0",
        "host_sim_dead_lettered_total{input=\"posture\"} 0",
        "host_sim_records_total{input=\"posture\"} 34",
        "host_sim_traps_total{input=\"posture\"} 0",
        "host_sim_queue_bytes{input=\"posture\"} 0",
        "host_sim_oldest_unacknowledged_seconds{input=\"posture\"} 0",
        "host_sim_input_state{input=\"posture\",state=\"healthy\"} 1",
        "host_sim_input_state{input=\"posture\",state=\"failed\"} 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "`{line}` is missing:\n{metrics}");
    }
    for name in ["guest_seconds_total", "guest_memory_bytes", "last_complete_run_timestamp_seconds"] {
        assert!(metrics.lines().any(|line| line.starts_with(&format!("host_sim_{name}{{input=\"posture\"}} ")) && !line.ends_with(" 0")), "{name}:\n{metrics}");
    }
    assert_eq!(get(address, "GET /else").0, 404);
    assert_eq!(get(address, "POST /metrics").0, 405);
}

#[test]
fn runs_come_after_each_interval() {
    let mut setup = Setup::new("interval", Tenant::default());
    setup.input()["poll"]["every"] = json!("30m");
    let host = Hosted::start(&setup, 3_600);
    wait_for("three runs", || (setup.runs().len() >= 3).then_some(()));
    assert_eq!(host.stop(), Outcome::Done);
    let runs = setup.runs();
    assert!(runs.iter().all(|run| run["complete"] == true));
    // Half an hour is half a second here, less a twentieth; and a loaded machine may begin a run late, but never early.
    let starts: Vec<u64> = runs.iter().map(|run| run["started"].as_u64().expect("a time")).collect();
    assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= 250), "{starts:?}");
}

#[test]
fn a_signal_has_it_deliver_what_it_has_and_end() {
    let mut setup = Setup::new("stop", Tenant { assessments: 400, delay: Duration::from_millis(20), ..Tenant::default() });
    let endpoint = BulkEndpoint::start(|_| Reply::After(Duration::from_millis(100), Box::new(Reply::Store)));
    setup.config["output"] = json!({ "elasticsearch": { "hosts": [endpoint.address], "bulk_documents": 20 } });
    let running = setup.start(&["run"]);
    wait_for("documents", || (endpoint.ids().len() >= 20).then_some(()));
    let asked = setup.azure.asked().len();
    running.signal("TERM");
    running.says("stops: what was read is delivered still");
    assert_eq!(running.end(), 0);
    assert!(setup.azure.asked().len() < asked + 20, "it asks no more");
    assert!(setup.runs().is_empty());
    // The next one goes on where it was, and nothing comes twice.
    let before = endpoint.ids().len();
    setup.once().expect(0);
    assert!(before < endpoint.ids().len());
    let stored = endpoint.shared.stored.lock().expect("nobody panics");
    assert!(stored.values().all(|(.., times)| *times == 1));
    assert_eq!(setup.runs().len(), 1);
}

#[test]
fn what_takes_longer_than_it_may_is_cut_off_and_read_again() {
    let mut setup = Setup::new("cut-off", Tenant::default());
    let endpoint = BulkEndpoint::start(|_| said(503, &[]));
    setup.config["output"] = json!({ "elasticsearch": { "hosts": [endpoint.address] } });
    setup.config["stop_within"] = json!("500ms");
    let running = setup.start(&["run"]);
    running.says("is degraded: documents wait");
    let started = Instant::now();
    running.signal("INT");
    assert_eq!(running.end(), 0);
    assert!(started.elapsed() < Duration::from_secs(20));
    let well = BulkEndpoint::start(|_| Reply::Store);
    setup.deliver_to(&well.address);
    setup.once().expect(0);
    assert_eq!(well.ids().len(), 32);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut setup = Setup::new("twice", Tenant::default());
    let endpoint = BulkEndpoint::start(|_| said(503, &[]));
    setup.deliver_to(&endpoint.address);
    let running = setup.start(&["run"]);
    running.says("is degraded: documents wait");
    running.signal("TERM");
    running.says("stops");
    running.signal("TERM");
    assert_eq!(running.end(), 143);
}

#[test]
fn a_configuration_is_read_again_or_the_old_one_goes_on() {
    let mut setup = Setup::new("reload", Tenant::default());
    let running = setup.start(&["run"]);
    running.says("a run was complete");
    setup.config["namespace"] = json!("NOT A NAMESPACE");
    setup.write();
    running.signal("HUP");
    let line = running.says("is not read again, the old one goes on");
    assert!(line.contains("namespace") && line.contains("error"), "{line}");

    setup.config["namespace"] = json!("other");
    let second = json!({
        "id": "second", "component": "own.wasm", "settings": setup.config["inputs"][0]["settings"], "poll": setup.config["inputs"][0]["poll"],
    });
    setup.config["inputs"].as_array_mut().expect("a list").push(second);
    let component = setup.scratch.write("own.wasm", std::fs::read(tests::component()).expect("readable"));
    let set_mode = |mode| {
        #[cfg(unix)]
        std::fs::set_permissions(&component, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("it is ours");
    };
    set_mode(0o666);
    setup.write();
    running.signal("HUP");
    if cfg!(unix) {
        running.says("may be written to by others, so it is not loaded");
    }
    set_mode(0o644);
    running.signal("HUP");
    running.says("goes on with the configuration as it is now");
    running.says("second: a run was complete");
    running.signal("TERM");
    assert_eq!(running.end(), 0);
    assert!(setup.runs().iter().any(|run| run["input"] == "second"));
}

#[test]
fn an_input_that_fails_does_not_hold_another_up() {
    let mut setup = Setup::new("side-by-side", Tenant::default());
    let mut other = setup.config["inputs"][0].clone();
    other["id"] = json!("other");
    other["settings"]["subscription_id"] = json!(Tenant::subscription(7));
    setup.config["inputs"].as_array_mut().expect("a list").push(other);
    let denied = || Fault::Instead(Answer::json(403, "{}"));
    setup.azure.plan(&Tenant::subscription(7), std::iter::repeat_with(denied).take(1_000));
    let host = Hosted::start(&setup, 600);
    let text = host.becomes("other", InputState::Failed);
    assert!(text.starts_with("nothing could be read: ") && text.contains("`Security Reader`"), "{text}");
    host.says("posture: is healthy");
    wait_for("it is built again", || host.status("other").filter(|status| status.generation >= 3));
}
