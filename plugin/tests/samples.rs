//! Sample alerts as Azure's portal makes them, one of each family at least: what an analyst sees of them is written down. `BLESS=1` writes it again.

use std::path::{Path, PathBuf};

use microsoft_defender_cloud::contract::{Dataset, Message};
use microsoft_defender_cloud::plugin::Plugin;
use serde_json::{Value, json};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests").join(name)
}

/// The bodies of the samples.
fn samples() -> Vec<String> {
    let text = std::fs::read_to_string(file("fixtures/samples.ndjson")).expect("the fixture");
    let body = |line: &str| serde_json::from_str::<Value>(line).expect("a recorded message")["body"].as_str().expect("a body").to_owned();
    text.lines().map(body).collect()
}

/// Their documents, a line each.
fn documents(profile: &str) -> Vec<String> {
    let mut plugin = Plugin::default();
    plugin.configure(&json!({ "profile": profile }).to_string()).expect("settings");
    let messages: Vec<Message> = samples().into_iter().map(|body| Message { body: body.into_bytes(), position: None }).collect();
    let decoded = plugin.decode(1_772_323_200_000, Dataset::Event, &messages);
    decoded.documents.into_iter().map(|document| String::from_utf8(document.body).expect("UTF-8")).collect()
}

#[test]
fn what_becomes_of_each_is_written_down() {
    let golden = file("golden/samples.ndjson");
    let ours = documents("extended");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&golden, ours.iter().map(|line| format!("{line}\n")).collect::<String>()).expect("the golden file can be written");
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    for (number, (ours, expected)) in ours.iter().zip(expected.lines()).enumerate() {
        assert_eq!(ours, expected, "line {}", number + 1);
    }
    assert_eq!(ours.len(), expected.lines().count());
}

/// Profile `elastic` hides those with an address that is none behind `pipeline_error`; here none of them is hidden.
#[test]
fn every_sample_is_an_alert_that_says_so() {
    let of = |profile: &str| documents(profile).iter().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).collect::<Vec<_>>();
    let hidden = of("elastic").iter().filter(|document| document["event"]["kind"] == "pipeline_error").count();
    assert_eq!(hidden, 4);
    for document in of("extended") {
        let name = &document["rule"]["id"];
        assert_eq!(document["event"]["kind"], "alert", "{name}");
        assert_eq!(document["tags"].as_array().and_then(|tags| tags.last()), Some(&json!("sample_alert")), "{name}");
        assert!(document["message"].as_str().is_some_and(|message| message.starts_with("[SAMPLE ALERT] ")), "{name}");
        for pointer in ["/event/severity", "/event/url", "/event/created", "/resource/id", "/cloud/account/id", "/rule/remediation"] {
            assert!(document.pointer(pointer).is_some(), "{name} has no {pointer}");
        }
        assert_eq!(document["cloud"]["provider"], "azure", "{name}");
    }
}

/// What stands in the place of a value that is not known is in the record's own fields and nowhere else.
#[test]
fn no_placeholder_is_in_a_field_of_ecs() {
    for line in documents("extended") {
        let mut document: Value = serde_json::from_str(&line).expect("JSON");
        let members = document.as_object_mut().expect("an object");
        for own in ["microsoft_defender_cloud", "error"] {
            members.remove(own);
        }
        members["event"].as_object_mut().expect("an object").remove("original");
        let text = document.to_string();
        for placeholder in ["00.00.00.00", "\"N/A", "00000000-0000-0000-0000-000000000000", "Aggregate User Population"] {
            assert!(!text.contains(placeholder), "{placeholder} in {text}");
        }
    }
}

#[test]
fn each_family_has_its_sample() {
    let categories: Vec<Value> =
        documents("extended").iter().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["event"]["category"].clone()).collect();
    for category in
        ["process", "configuration", "network", "authentication", "database", "file", "iam", "api", "web", "malware"].map(|category| json!(category))
    {
        assert!(categories.iter().any(|own| own.as_array().is_some_and(|own| own.contains(&category))), "{category}");
    }
}

/// Whoever asks where a field comes from is told of a member, except where no member says it.
#[test]
fn each_field_is_explained_by_members() {
    const OF_NOTHING: [&str; 8] =
        ["ecs.version", "event.dataset", "event.module", "tags", "error.message", "event.original", "orchestrator.type", "threat.software.type"];
    for body in samples() {
        let message = Message { body: body.clone().into_bytes(), position: None };
        for explanation in Plugin::default().explain(Dataset::Event, &message) {
            for trace in explanation.traces.iter().filter(|trace| !OF_NOTHING.contains(&trace.field.as_str())) {
                assert!(!trace.sources.is_empty(), "`{}` comes from nowhere in {body}", trace.field);
            }
        }
    }
}
