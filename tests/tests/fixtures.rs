//! The shipped recordings: what comes of them is written down in `tests/golden`. `make bless` writes it again; a person reads the difference.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use tests::{Ran, Scratch, component, fixture, run, text, workspace};

const NOW: &str = "2026-01-01T00:00:00Z";

/// All that a fixture gives, in the profile that its settings name.
fn replay(name: &str, out: &Path) -> Ran {
    run(&["replay", text(&component()), text(&fixture(name)), "--now", NOW, "--out", text(out)])
}

/// Replays a recording and compares the documents of each data set with the golden ones, line by line.
fn check(name: &str, expected_status: i32) -> BTreeMap<String, Vec<Value>> {
    let out = Scratch::new(&format!("fixtures-{name}"));
    let output = replay(name, out.path());
    assert_eq!(output.status, expected_status, "{}", output.stderr);
    let mut documents = BTreeMap::new();
    for dataset in ["event", "assessment", "run"] {
        let ours = std::fs::read_to_string(out.path().join(file_of(dataset))).expect("a file for every data set");
        documents.insert(dataset.to_owned(), check_golden(name, dataset, &ours));
    }
    documents
}

fn file_of(dataset: &str) -> String {
    format!("microsoft_defender_cloud.{dataset}.ndjson")
}

/// Compares the lines of a data set with the golden ones.
fn check_golden(name: &str, dataset: &str, ours: &str) -> Vec<Value> {
    let file = file_of(dataset);
    let golden = workspace().join("tests/golden").join(name).join(&file);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(golden.parent().expect("a folder")).expect("a folder");
        std::fs::write(&golden, ours).expect("the golden file can be written");
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    for (number, (ours, expected)) in ours.lines().zip(expected.lines()).enumerate() {
        assert_eq!(ours, expected, "{file}, line {}", number + 1);
    }
    assert_eq!(ours.lines().count(), expected.lines().count(), "{file}");
    ours.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn the_tenant_of_today() {
    let documents = check("tenant", 0);
    let counts: Vec<_> = documents.iter().map(|(dataset, documents)| (dataset.as_str(), documents.len())).collect();
    assert_eq!(counts, [("assessment", 44), ("event", 34), ("run", 1)]);
    let run = &documents["run"][0]["microsoft_defender_cloud"]["run"];
    assert_eq!((&run["complete"], &run["records"], &run["split"], &run["metadata"]["joined"]), (&true.into(), &36.into(), &7.into(), &34.into()));
    // A finding with a CVE has all that a page of vulnerabilities shows of it.
    let vulnerabilities = documents["assessment"].iter().filter(|document| document["event"]["category"][0] == "vulnerability");
    for document in vulnerabilities.filter(|document| document["event"]["outcome"] == "failure") {
        let shown =
            ["/vulnerability/severity", "/event/severity", "/package/name", "/package/version", "/resource/name", "/cloud/account/id", "/rule/description"];
        for pointer in shown {
            assert!(document.pointer(pointer).is_some(), "{pointer} of {document}");
        }
    }
    for provider in ["azure", "aws", "gcp"] {
        assert!(documents["assessment"].iter().any(|document| document["cloud"]["provider"] == provider), "{provider}");
    }
    let categories = [
        "SoftwareUpdate",
        "SystemUpdate",
        "ServiceUpgrade",
        "HostMisconfigurations",
        "ExposedSecrets",
        "ApiVulnerabilities",
        "CodeVulnerabilities",
        "IacVulnerabilities",
    ];
    for category in categories {
        let of = |document: &Value| document["microsoft_defender_cloud"]["assessment"]["metadata"]["recommendation_category"] == category;
        assert!(documents["assessment"].iter().any(of), "{category}");
    }
    let exempt = |document: &&Value| document["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == "exempt"));
    assert_eq!(documents["assessment"].iter().filter(exempt).count(), 2);
}

#[test]
fn grouped_recommendations_in_profile_elastic() {
    let out = Scratch::new("fixtures-grouped");
    let output = replay("grouped", out.path());
    assert_eq!(output.status, 0, "{}", output.stderr);
    let of = |dataset: &str| check_golden("grouped", dataset, &std::fs::read_to_string(out.path().join(file_of(dataset))).expect("a file for every data set"));
    let (assessments, runs) = (of("assessment"), of("run"));
    let run = &runs[0]["microsoft_defender_cloud"]["run"];
    assert_eq!((assessments.len(), &run["complete"], &run["skipped"], &run["documents"]), (48, &true.into(), &2.into(), &48.into()));
    for outcome in ["success", "failure", "unknown"] {
        assert!(assessments.iter().any(|document| document["event"]["outcome"] == outcome), "{outcome}");
    }
}

#[test]
fn messages_of_the_hub_in_profile_elastic() {
    let settings: Value = serde_json::from_str(&std::fs::read_to_string(fixture("tenant/settings.json")).expect("settings")).expect("JSON");
    let settings = serde_json::json!({ "profile": "elastic", "eventhub": settings["eventhub"], "consumer_group": settings["consumer_group"], "sanitizers": settings["sanitizers"] });
    let messages = fixture("tenant/messages.ndjson");
    let output = run(&["decode", text(&component()), "--dataset", "event", "--settings", &settings.to_string(), "--now", NOW, text(&messages)]);
    let events = check_golden("grouped", "event", &output.stdout);
    // Together they show every category that the mapping gives.
    for category in ["api", "authentication", "configuration", "intrusion_detection", "malware", "network", "threat"] {
        assert!(events.iter().any(|document| document["event"]["category"][0] == category), "{category}");
    }
}

#[test]
fn one_list_of_sub_assessments_for_a_whole_scope() {
    let documents = check("list-all", 0);
    assert_eq!(documents["assessment"].len(), 8);
}

#[test]
fn two_replays_give_the_same_bytes() {
    let (first, second) = (Scratch::new("fixtures-first"), Scratch::new("fixtures-second"));
    for out in [&first, &second] {
        assert_eq!(replay("tenant", out.path()).status, 0);
    }
    for dataset in ["event", "assessment", "run"] {
        let file = file_of(dataset);
        assert!(std::fs::read(first.path().join(&file)).expect("a file") == std::fs::read(second.path().join(&file)).expect("a file"), "{file}");
    }
}

#[test]
fn the_document_of_the_readme() {
    let readme = std::fs::read_to_string(workspace().join("README.md")).expect("the README");
    let document = readme.split("## Its document out").nth(1).and_then(|rest| rest.split("```json").nth(1)).and_then(|rest| rest.split("```").next());
    let shown: Value = serde_json::from_str(document.expect("a document in the README")).expect("JSON");
    let output = run(&["decode", text(&component()), "--dataset", "microsoft_defender_cloud.event", text(&fixture("alert.ndjson"))]);
    assert_eq!(serde_json::from_str::<Value>(&output.stdout).expect("a document"), shown);
    let alert = readme.split("## One alert in").nth(1).and_then(|rest| rest.split("```json").nth(1)).and_then(|rest| rest.split("```").next());
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(fixture("alert.ndjson")).expect("the alert")).expect("JSON");
    let body: Value = serde_json::from_str(recorded["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(body, serde_json::from_str::<Value>(alert.expect("an alert in the README")).expect("JSON"));
}
