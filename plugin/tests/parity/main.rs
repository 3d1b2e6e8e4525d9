//! The reference's own test data and further cases, compared as documents. They are read where they lie; without them these tests say so.

mod compare;
mod extended;
mod shared;

use microsoft_defender_cloud::contract::{Dataset, Message};
use microsoft_defender_cloud::plugin::Plugin;
use microsoft_defender_cloud::settings::{Profile, Settings};
use serde_json::Value;

use compare::{Case, check};

const NOW: u64 = 1_767_225_600_000;

fn settings(tags: &[String]) -> Settings {
    let has = |name: &str| tags.iter().any(|tag| tag == name);
    let preserve = ["preserve_original_event", "preserve_duplicate_custom_fields"];
    Settings {
        preserve_original_event: has(preserve[0]),
        preserve_duplicate_custom_fields: has(preserve[1]),
        tags: Some(tags.iter().filter(|tag| !preserve.contains(&tag.as_str())).cloned().collect()),
        profile: Profile::Elastic,
        ..Settings::default()
    }
}

fn document(dataset: &str, message: &str, tags: &[String]) -> Value {
    let dataset = if dataset == "event" { Dataset::Event } else { Dataset::Assessment };
    let message = Message { body: message.as_bytes().to_vec(), position: None };
    let decoded = Plugin::new(settings(tags)).decode(NOW, dataset, &[message]);
    let [document] = decoded.documents.as_slice() else { panic!("{} documents of one record", decoded.documents.len()) };
    serde_json::from_slice(&document.body).expect("a document is JSON")
}

/// Runs all cases; fails with every difference.
fn run(dataset: &str, cases: Vec<Case>) {
    let mut failures = Vec::new();
    let count = cases.len();
    for case in cases {
        let ours = document(dataset, &case.message, &case.tags);
        let differences = check(&case, ours);
        if !differences.is_empty() {
            failures.push(format!("{}:\n  {}", case.name, differences.join("\n  ")));
        }
    }
    println!("{dataset}: {} of {count} equal", count - failures.len());
    assert!(failures.is_empty(), "{} of {count} differ\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn gold_event() {
    let Some(cases) = shared::gold("event") else { return };
    assert_eq!(cases.len(), 5);
    run("event", cases);
}

#[test]
fn gold_assessment() {
    let Some(cases) = shared::gold("assessment") else { return };
    assert_eq!(cases.len(), 13);
    run("assessment", cases);
}

#[test]
fn cases_event() {
    let Some(cases) = shared::cases("event") else { return };
    assert!(cases.len() > 200);
    run("event", cases);
}

#[test]
fn cases_assessment() {
    let Some(cases) = shared::cases("assessment") else { return };
    assert!(cases.len() > 100);
    run("assessment", cases);
}

#[test]
fn cases_extended_assessment() {
    run_extended("assessment", &[]);
}

#[test]
fn cases_extended_event() {
    run_extended("event", &[]);
}

/// Runs the cases of profile `extended`; those of `unmet` are known not to hold.
fn run_extended(dataset: &str, unmet: &[&str]) {
    let Some(cases) = extended::cases(dataset) else { return };
    assert!(cases.len() > 50);
    let mut failures: Vec<String> = Vec::new();
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        let wrong = extended::check(case);
        assert!(!unmet.contains(&name) || !wrong.is_empty(), "{name} holds by now");
        if !wrong.is_empty() && !unmet.contains(&name) {
            failures.push(format!("{name}:\n  {}", wrong.join("\n  ")));
        }
    }
    println!("extended {dataset}: {} of {} met", cases.len() - failures.len() - unmet.len(), cases.len());
    assert!(failures.is_empty(), "{} of {} differ\n{}", failures.len(), cases.len(), failures.join("\n"));
}
