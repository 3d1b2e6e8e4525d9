//! `--id-field` writes the id of a document into it, for agents that take ids from what they read.

use std::fs;

use serde_json::Value;
use tests::{Scratch, component, fixture, run, text};

const NOW: [&str; 2] = ["--now", "2026-01-01T00:00:00Z"];

fn decode(arguments: &[&str]) -> tests::Ran {
    let messages = fixture("tenant/messages.ndjson");
    run(&[&["decode", text(&component()), "--dataset", "event", "--quiet", text(&messages)], arguments, &NOW].concat())
}

#[test]
fn each_document_holds_its_id_and_all_that_it_held() {
    let enveloped = decode(&["--envelope"]).stdout;
    for name in ["document_id", "doc.id"] {
        let (ran, both) = (decode(&["--id-field", name]), decode(&["--id-field", name, "--envelope"]).stdout);
        assert_eq!((ran.status, ran.stdout.lines().count()), (0, 34), "{}", ran.stderr);
        for ((with, both), envelope) in ran.stdout.lines().zip(both.lines()).zip(enveloped.lines()) {
            let [mut with, both, envelope] = [with, both, envelope].map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
            assert_eq!(both["document"], with, "in an envelope as well");
            assert_eq!(with.as_object_mut().expect("an object").remove(name), Some(envelope["id"].clone()));
            assert_eq!(with, envelope["document"]);
        }
    }
}

#[test]
fn a_replay_writes_the_ids_of_all_data_sets() {
    let scratch = Scratch::new("id-field-replay");
    let out = scratch.path().join("out");
    let ran = run(&["replay", text(&component()), text(&fixture("tenant")), "--out", text(&out), "--id-field", "document_id", "--quiet"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let mut ids = std::collections::BTreeSet::new();
    for name in ["event", "assessment", "run"] {
        let documents = fs::read_to_string(out.join(format!("microsoft_defender_cloud.{name}.ndjson"))).expect("written");
        for document in documents.lines() {
            let document: Value = serde_json::from_str(document).expect("JSON");
            ids.insert(document["document_id"].as_str().expect("an id").to_owned());
        }
    }
    assert_eq!(ids.len(), 79);
}

#[test]
fn a_member_that_documents_have_is_never_replaced() {
    for (name, field) in
        [("event.id", "event.id"), ("event", "event."), ("microsoft_defender_cloud.event.entities.x", "`microsoft_defender_cloud.event.entities`")]
    {
        let ran = decode(&["--id-field", name]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{name}");
        assert!(ran.stderr.contains("`--id-field` names what documents of `microsoft_defender_cloud.") && ran.stderr.contains(field), "{}", ran.stderr);
    }
    assert_eq!(decode(&["--id-field", ""]).status, 2);
    // The list of the fields need not be whole: what a document really has decides.
    let scratch = Scratch::new("id-field-taken");
    let messages = scratch.write("messages.ndjson", "{\"body\":\"x\"}\n");
    let ran = run(&["decode", text(tests::hostile::hostile()), "--dataset", "event", "--quiet", "--id-field", "message", text(&messages)]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("has `message` already; `--id-field` needs a name that documents do not have"), "{}", ran.stderr);
}
