//! `run --once`: to the end, and the exit status says whether it was the end of all.

use std::fs;

use live_servers::bulk::{BulkEndpoint, Reply};
use live_servers::{Answer, Fault, Tenant};
use serde_json::json;

use crate::setup::{Ended, Setup};

const ASSESSMENTS: &str = "microsoft_defender_cloud.assessment.ndjson";

#[test]
fn a_run_reaches_its_end_and_says_so() {
    let setup = Setup::new("complete", Tenant::default());
    let ended = setup.once().expect(0);
    let documents = setup.documents();
    // Three of 25 have three findings each; the run has a document of its own.
    let counts: Vec<(&str, usize)> = documents.iter().map(|(name, documents)| (name.as_str(), documents.len())).collect();
    assert_eq!(counts, [(ASSESSMENTS, 31), ("microsoft_defender_cloud.run.ndjson", 1)], "{}", ended.stderr);
    let [run] = setup.runs().try_into().expect("one run");
    assert_eq!((&run["complete"], &run["failed"], &run["input"]), (&json!(true), &json!(0), &json!("posture")));
    assert!(ended.stderr.contains("a run was complete"), "{}", ended.stderr);
    // The next run is another one.
    setup.once().expect(0);
    assert_eq!(setup.documents()[ASSESSMENTS].len(), 62);
}

#[test]
fn a_list_that_may_not_be_read_is_told_with_the_role_that_is_missing() {
    let mut setup = Setup::new("role", Tenant { subscriptions: 3, ..Tenant::default() });
    let ids: Vec<String> = (0..3).map(Tenant::subscription).collect();
    setup.input()["settings"] = json!({ "url": setup.azure.url(), "subscription_ids": ids });
    let denied = || Fault::Instead(Answer::json(403, r#"{"error":{"code":"AuthorizationFailed","message":"does not have authorization"}}"#));
    setup.azure.plan(&format!("{}/providers/Microsoft.Security/", ids[1]), std::iter::repeat_with(denied).take(9));
    let ended = setup.once().expect(3);
    let advice = format!("`/subscriptions/{}` may not be read (403): give the application the role `Security Reader` there", ids[1]);
    assert!(ended.stderr.contains(&advice), "{}", ended.stderr);
    assert_eq!(setup.documents()[ASSESSMENTS].len(), 62, "the others are read");
    assert_eq!(setup.runs()[0]["complete"], json!(false));
}

#[test]
fn a_host_that_may_not_read_anything_fails() {
    let mut setup = Setup::new("denied", Tenant::default());
    setup.config["azure"]["client_secret"] = json!("another-secret");
    let ended = setup.once().expect(1);
    assert!(ended.stderr.contains("AADSTS7000215") && ended.stderr.contains("not the secret's id"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("another-secret"), "{}", ended.stderr);
}

#[test]
fn what_must_not_be_run_is_said_before_anything_is_sent() {
    let mut setup = Setup::new("wrong", Tenant::default());
    setup.write();
    let output = setup.command(&["run", "--once"]).env_remove("LIVE_SECRET").output().expect("it starts");
    assert!(Ended::of(&output).expect(2).stderr.contains("LIVE_SECRET"));
    setup.config["inputs"][0]["poll"]["every"] = json!(12);
    let stderr = setup.once().expect(2).stderr;
    assert!(stderr.contains("`every`") && stderr.contains("unit"), "{stderr}");
    assert!(setup.azure.asked().is_empty() && setup.azure.signed_in().is_empty());
    assert!(!setup.scratch.path().join("state").exists());
}

#[test]
fn a_state_is_of_one_host() {
    let setup = Setup::new("locked", Tenant { delay: std::time::Duration::from_millis(500), ..Tenant::default() });
    let running = setup.start(&["run"]);
    running.says("begins a run");
    let ended = setup.once().expect(1);
    assert!(ended.stderr.contains("is in use by another host"), "{}", ended.stderr);
}

#[test]
fn documents_go_to_a_pipe_too_and_a_reader_that_has_gone_ends_it() {
    let mut setup = Setup::new("stdout", Tenant::default());
    setup.config["output"] = json!({ "stdout": { "shape": "envelope" } });
    let ended = setup.once().expect(0);
    let ids: std::collections::BTreeSet<String> =
        ended.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!((ended.stdout.lines().count(), ids.len()), (32, 32));
    let mut running = setup.start(&["run"]);
    running.close_stdout();
    assert_eq!(running.end(), 1, "what nobody reads is not stored");
}

#[test]
fn what_elasticsearch_refuses_is_a_dead_letter_and_is_redriven() {
    let mut setup = Setup::new("refused", Tenant::default());
    let refusing = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let refuses = refusing.clone();
    let endpoint = BulkEndpoint::start(move |asked| {
        let is_first = asked.number == 0 && refuses.load(std::sync::atomic::Ordering::Relaxed);
        if is_first { Reply::Each(vec![Some((400, "document_parsing_exception"))]) } else { Reply::Store }
    });
    setup.deliver_to(&endpoint.address);
    let ended = setup.once().expect(0);
    assert_eq!(endpoint.ids().len(), 31, "{}", ended.stderr);
    assert!(ended.stderr.contains("is in the dead-letter file"), "{}", ended.stderr);
    let letters = setup.scratch.path().join("state/dead-letters/posture.ndjson");
    assert_eq!(fs::read_to_string(&letters).expect("readable").lines().count(), 1);
    refusing.store(false, std::sync::atomic::Ordering::Relaxed);
    let ended = Ended::of(&setup.command(&["redrive"]).output().expect("it starts")).expect(0);
    assert!(ended.stderr.contains("posture: 1 delivered"), "{}", ended.stderr);
    assert_eq!(endpoint.ids().len(), 32);
    assert_eq!(fs::read_to_string(&letters).expect("readable"), "");
}
