//! Alerts in profile `extended`: what holds whatever an alert says. A record for every row of its tables is in `mapping/event/extended/records.rs`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use microsoft_defender_cloud::contract::{Dataset, Message};
use microsoft_defender_cloud::plugin::Plugin;
use serde_json::{Value, json};

fn document(record: &Value) -> Value {
    let mut plugin = Plugin::default();
    plugin.configure(r#"{"profile":"extended"}"#).expect("settings");
    let decoded = plugin.decode(1_767_225_600_000, Dataset::Event, &[Message { body: record.to_string().into_bytes(), position: None }]);
    serde_json::from_slice(&decoded.documents[0].body).expect("a document is JSON")
}

#[test]
fn no_list_has_more_than_a_thousand_values_and_a_circle_ends() {
    let accounts: Vec<Value> = (0..1500)
        .map(|at| json!({ "$id": at.to_string(), "Type": "process", "ProcessId": at, "ParentProcess": { "$ref": ((at + 1) % 1500).to_string() }, "Account": { "Name": format!("u{at}") } }))
        .collect();
    let document = document(&json!({ "AlertType": "VM_X", "Entities": accounts }));
    assert_eq!(document.pointer("/related/user").and_then(Value::as_array).map(Vec::len), Some(1000));
    assert_eq!(document.pointer("/process/pid"), Some(&json!(0)));
    assert_eq!(document.pointer("/process/parent/pid"), Some(&json!(1)));
}

/// What profile `elastic` writes below its own name, `extended` writes as well. Both take every message apart into the same records.
#[test]
fn nothing_below_our_own_name_is_lost_or_changed() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/tenant/messages.ndjson")).expect("the fixture");
    let mut compared = 0;
    for (at, line) in text.lines().enumerate() {
        let message: Value = serde_json::from_str(line).expect("a line is JSON");
        let body = match (&message["body"], &message["body_base64"]) {
            (Value::String(text), _) => text.clone().into_bytes(),
            (Value::Null, bytes) => BASE64_STANDARD.decode(bytes.as_str().expect("a body")).expect("base64"),
            (body, _) => body.to_string().into_bytes(),
        };
        let [elastic, extended] = ["elastic", "extended"].map(|profile| {
            let mut plugin = Plugin::default();
            plugin.configure(&json!({ "profile": profile }).to_string()).expect("settings");
            let decoded = plugin.decode(1_767_225_600_000, Dataset::Event, &[Message { body: body.clone(), position: None }]);
            decoded.documents.iter().map(|document| serde_json::from_slice::<Value>(&document.body).expect("JSON")).collect::<Vec<_>>()
        });
        assert_eq!(elastic.len(), extended.len(), "line {}", at + 1);
        for (elastic, extended) in elastic.iter().zip(&extended) {
            compared += 1;
            assert_contains(&elastic["microsoft_defender_cloud"], &extended["microsoft_defender_cloud"], "");
        }
    }
    assert!(compared > 20, "{compared}");
}

#[track_caller]
fn assert_contains(left: &Value, right: &Value, path: &str) {
    match (left, right) {
        (Value::Object(members), _) => members.iter().for_each(|(name, value)| assert_contains(value, &right[name], &format!("{path}.{name}"))),
        (Value::Array(elements), Value::Array(others)) if elements.len() == others.len() => {
            elements.iter().zip(others).for_each(|(left, right)| assert_contains(left, right, path));
        }
        _ => assert_eq!(left, right, "{path}"),
    }
}
