//! `run` on an Event Hub: what is sent is delivered once, whatever kills it, and beside an input that polls.

use std::collections::BTreeSet;
use std::fs;
use std::thread;
use std::time::Duration;

use event_hub_broker::Broker;
use live_servers::Tenant;
use live_servers::bulk::{BulkEndpoint, Reply};
use serde_json::{Value, json};
use tests::{component, host_sim};

use crate::setup::{Ended, Setup, wait_for};

const HUB: &str = "defender-export";

/// An alert as continuous export sends it.
fn alert(number: u64) -> String {
    let id = format!("/subscriptions/1/resourceGroups/rg/providers/Microsoft.Security/locations/westeurope/alerts/{number}");
    json!({
        "VendorName": "Microsoft", "AlertType": "VM_SuspiciousActivity", "AlertDisplayName": "Suspicious activity", "SystemAlertId": number.to_string(),
        "Severity": "High", "Intent": "Execution", "StartTimeUtc": "2026-01-01T00:00:00Z", "AzureResourceId": id, "Status": "New",
    })
    .to_string()
}

/// Sends the alert of a number, to one of two partitions.
fn send(broker: &Broker, number: u64) {
    broker.send(HUB, usize::from(number % 2 == 1), alert(number));
}

fn setup(name: &str, broker: &Broker) -> Setup {
    let mut setup = Setup::new(name, Tenant::default());
    *setup.input() = json!({
        "id": "alerts",
        "component": component(),
        "settings": { "eventhub": HUB },
        "event_hub": { "connection_string": broker.connection_string(HUB), "receive": { "count": 20, "wait": "200ms" }, "balance": { "update": "200ms", "expire": "1s" } },
    });
    setup
}

#[test]
fn a_hub_is_read_to_its_end_once() {
    let broker = Broker::start().with_hub(HUB, 2, &["$Default"]);
    let endpoint = BulkEndpoint::start(|_| Reply::Store);
    let mut setup = setup("hub-once", &broker);
    setup.deliver_to(&endpoint.address);
    (0..50).for_each(|number| send(&broker, number));
    let ended = setup.once().expect(0);
    assert_eq!(endpoint.ids().len(), 50, "{}", ended.stderr);
    // What comes later is read later, and nothing again.
    (50..60).for_each(|number| send(&broker, number));
    setup.once().expect(0);
    let stored = endpoint.shared.stored.lock().expect("nobody panics");
    assert_eq!(stored.len(), 60);
    assert!(stored.values().all(|(index, _, times)| index == "logs-microsoft_defender_cloud.event-default" && *times == 1));
}

/// Its document has the bytes, and so has the dead-letter file, which `redrive` leaves as it is.
#[test]
fn what_is_no_text_is_stored_and_kept_in_the_dead_letters() {
    const BYTES: &str = "ewAiAGEAIgA6ADEAfQA=";
    let broker = Broker::start().with_hub(HUB, 2, &["$Default"]);
    let endpoint = BulkEndpoint::start(|_| Reply::Store);
    let mut setup = setup("hub-no-text", &broker);
    setup.deliver_to(&endpoint.address);
    send(&broker, 0);
    let utf16: Vec<u8> = r#"{"a":1}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let number = broker.send(HUB, 1, utf16);
    let ended = setup.once().expect(0);
    assert!(ended.stderr.contains("body-not-text"), "{}", ended.stderr);
    let originals: Vec<Value> = {
        let stored = endpoint.shared.stored.lock().expect("nobody panics");
        let document = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        stored.values().map(|(_, text, _)| document(text)["event"]["original"].clone()).collect()
    };
    assert!(originals.len() == 2 && originals.contains(&json!(format!("base64:{BYTES}"))), "{originals:?}");

    let file = setup.scratch.path().join("state/dead-letters/alerts.ndjson");
    let letters = fs::read_to_string(&file).expect("there are dead letters");
    let letter: Value = serde_json::from_str(letters.trim_end()).expect("one line");
    assert_eq!((&letter["code"], &letter["body_base64"]), (&json!("body-not-text"), &json!(BYTES)));
    assert_eq!((&letter["position"]["partition"], &letter["position"]["sequence_number"]), (&json!("1"), &json!(number)));
    let redriven = Ended::of(&setup.command(&["redrive"]).output().expect("it starts")).expect(0);
    assert!(redriven.stderr.contains("alerts: 0 delivered, 0 left, 1 that are no documents"), "{}", redriven.stderr);
    assert_eq!(fs::read_to_string(&file).expect("it stays"), letters);
    // It is not received again.
    setup.once().expect(0);
    assert_eq!(fs::read_to_string(&file).expect("it stays"), letters);
}

#[test]
fn killed_at_any_time_it_stores_each_event_once() {
    let kills: u64 = std::env::var("HOST_SIM_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(60) / 4;
    let broker = Broker::start().with_hub(HUB, 2, &["$Default"]);
    let endpoint = BulkEndpoint::start(|_| Reply::After(Duration::from_millis(5), Box::new(Reply::Store)));
    let mut setup = setup("hub-killed", &broker);
    setup.config["output"] = json!({ "elasticsearch": { "hosts": [endpoint.address], "bulk_documents": 10 } });
    let mut sent = 0;
    let mut random = u64::from(std::process::id()) | 1;
    for _ in 0..kills {
        let mut running = setup.start(&["run"]);
        for _ in 0..20 {
            send(&broker, sent);
            sent += 1;
        }
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        thread::sleep(Duration::from_millis((random >> 33) % 1_200));
        assert_eq!(running.ended(), None, "{}", running.log());
        running.signal("KILL");
        running.end();
    }
    setup.once().expect(0);
    let stored = endpoint.shared.stored.lock().expect("nobody panics");
    let alerts: BTreeSet<&str> = stored.values().map(|(_, document, _)| document.as_str()).collect();
    assert_eq!((stored.len() as u64, alerts.len() as u64), (sent, sent), "by id each is there once, and none is missing");
}

#[test]
fn a_wrong_key_is_a_state_and_it_goes_on_when_that_is_mended() {
    let broker = Broker::start().with_hub(HUB, 1, &["$Default"]);
    let mut setup = setup("hub-states", &broker);
    setup.input()["event_hub"]["connection_string"] = json!(broker.connection_string(HUB).replace("planted-hub-key", "another-hub-key"));
    let running = setup.start(&["run"]);
    let line = running.says("alerts: is failed: ");
    assert!(!line.contains("another-hub-key"), "{line}");
    setup.input()["event_hub"]["connection_string"] = json!(broker.connection_string(HUB));
    broker.send(HUB, 0, alert(1));
    setup.write();
    running.signal("HUP");
    running.says("alerts: is healthy");
    wait_for("a document", || setup.scratch.path().join("out/microsoft_defender_cloud.event.ndjson").metadata().is_ok_and(|file| file.len() > 0).then_some(()));
    running.signal("TERM");
    assert_eq!(running.end(), 0);
}

#[test]
fn a_doctor_tries_a_hub_and_names_what_to_mend() {
    let broker = Broker::start().with_hub(HUB, 2, &["$Default"]);
    let mut setup = setup("hub-doctor", &broker);
    setup.config.as_object_mut().expect("an object").remove("azure");
    send(&broker, 0);
    let doctor = |setup: &Setup| {
        setup.write();
        Ended::of(&setup.command(&["doctor"]).output().expect("it starts"))
    };
    let well = doctor(&setup).expect(0);
    for line in ["ok    input alerts hub defender-export: partitions: 2, messages: 1", "ok    input alerts consumer group $Default: messages can be received"] {
        assert!(well.stdout.lines().any(|found| found == line), "{}", well.stdout);
    }
    setup.input()["event_hub"]["connection_string"] = json!(broker.connection_string(HUB).replace("planted-hub-key", "another-hub-key"));
    setup.input()["event_hub"]["checkpoints"] =
        json!({ "storage_account": "planted", "storage_account_key": "cGxhbnRlZA==", "container": "planted", "endpoint": "http://127.0.0.1:9/planted" });
    let ill = doctor(&setup).expect(1);
    for line in [
        "FAIL  input alerts hub defender-export: the hub refuses the key: ",
        "FAIL  input alerts container planted: the storage account `planted` cannot be reached",
    ] {
        assert!(ill.stdout.lines().any(|found| found.starts_with(line)), "{}", ill.stdout);
    }
    for secret in ["another-hub-key", "cGxhbnRlZA"] {
        assert!(!ill.stdout.contains(secret) && !ill.stderr.contains(secret), "{}", ill.stdout);
    }
}

#[test]
fn messages_that_are_recorded_are_replayed_to_the_documents_of_a_run() {
    let broker = Broker::start().with_hub(HUB, 2, &["$Default"]);
    let setup = setup("hub-record", &broker);
    // A secret that somebody has sent along, and what is no text.
    (0..40).for_each(|number| send(&broker, number));
    broker.send(HUB, 0, br#"{"AlertType":"x","VendorName":"Microsoft","SystemAlertId":"s","Description":"SharedAccessKey=planted-hub-key-0001"}"#.to_vec());
    broker.send(HUB, 1, b"\xff\xfe\xfd".to_vec());
    setup.once().expect(0);
    let state = || std::fs::read(setup.scratch.path().join("state/marks.json")).ok();
    let before = state();
    let record = |arguments: &[&str]| Ended::of(&setup.command(&[&["record", "--input", "alerts", "--out"], arguments].concat()).output().expect("it starts"));
    let recorded = record(&["recording"]).expect(0);
    assert!(recorded.stderr.contains("recorded 42 messages in recording"), "{}", recorded.stderr);
    assert_eq!(state(), before);
    let text = std::fs::read_to_string(setup.scratch.path().join("recording/messages.ndjson")).expect("it is there");
    assert!(!text.contains("planted-hub-key-0001") && text.contains("[redacted]"), "{text}");

    let mut replay = std::process::Command::new(host_sim());
    replay.arg("replay").arg(component()).arg(setup.scratch.path().join("recording"));
    let replayed = Ended::of(&replay.output().expect("it starts")).expect(0);
    let delivered = std::fs::read_to_string(setup.scratch.path().join("out/microsoft_defender_cloud.event.ndjson")).expect("it has written");
    let documents = |text: &str| text.lines().map(|line| line.replace("planted-hub-key-0001", "[redacted]")).collect::<BTreeSet<_>>();
    assert_eq!(documents(&replayed.stdout), documents(&delivered));
    assert_eq!(delivered.lines().count(), 42);

    let few = record(&["few", "--messages", "5"]).expect(0);
    assert!(few.stderr.contains("recorded 5 messages in few"), "{}", few.stderr);
    assert!(record(&["recording"]).expect(1).stderr.contains("there is a recording already: `messages.ndjson`"));
}
