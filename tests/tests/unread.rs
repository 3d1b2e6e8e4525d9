//! What is not read: the reasons in the summary, the members in a whole file, and the exit status that a share of it may have.

use serde_json::{Value, json};
use tests::hostile::hostile;
use tests::{Ran, Scratch, component, fixture, run, run_with, text};

const NOW: [&str; 2] = ["--now", "2026-01-01T00:00:00Z"];

fn decode(dataset: &str, input: &str, arguments: &[&str]) -> Ran {
    run_with(&[&["decode", text(&component()), "--raw", "--dataset", dataset], arguments, &NOW].concat(), input)
}

/// Alerts, of which every second has a time and entities that cannot be read.
fn alerts(count: usize) -> String {
    let alert = |number: usize| match number % 2 {
        0 => "{\"AlertType\": \"x\"}\n".to_owned(),
        _ => format!("{{\"AlertType\": \"x\", \"StartTimeUtc\": \"yesterday {number}\", \"Entities\": {number}}}\n"),
    };
    (0..count).map(alert).collect()
}

#[test]
fn the_summary_names_reasons_by_member_and_type() {
    let ran = decode("event", &alerts(6), &[]);
    assert!(ran.stderr.contains("  microsoft_defender_cloud.event           6 (3 not read in full)\n"), "{}", ran.stderr);
    let told: Vec<&str> = ran.stderr.lines().skip_while(|line| !line.starts_with("    not read  ")).take_while(|line| line.starts_with("    ")).collect();
    assert_eq!(told.len(), 2, "{}", ran.stderr);
    assert!(told.iter().all(|line| line.ends_with(": 3, first in line 2")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("`StartTimeUtc` as a date")) && told.iter().any(|line| line.contains("`Entities` ")), "{told:?}");
    assert!(!ran.stderr.contains("yesterday"), "the value is in no reason: {}", ran.stderr);
}

#[test]
fn a_finding_that_is_read_in_part_is_one_that_is_not_read_in_full() {
    let record = json!({
        "id": "/subscriptions/s/providers/Microsoft.Security/assessments/a",
        "properties": {"displayName": "x", "status": {"code": "Unhealthy", "firstEvaluationDate": "yesterday"}},
    });
    let ran = decode("assessment", &format!("{record}\n"), &["--settings", r#"{"profile":"extended"}"#]);
    assert!(
        ran.stderr.contains(" 1 (1 not read in full)\n") && ran.stderr.contains("first_evaluation_date` as a date: 1, first in line 1\n"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("    findings  0 of 1 have a severity, 1 a resource name, 1 an account\n"), "{}", ran.stderr);
}

#[test]
fn the_summary_says_what_findings_have() {
    let replayed = run(&[&["replay", text(&component()), text(&fixture("grouped"))], &NOW[..]].concat());
    let documents: Vec<Value> = replayed.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let findings: Vec<&Value> = documents.iter().filter(|document| document["event"]["dataset"] == "microsoft_defender_cloud.assessment").collect();
    let with = |pointer: &str| findings.iter().filter(|finding| finding.pointer(pointer).is_some_and(|value| !value.is_null())).count();
    let (severity, resource, account) = (with("/event/severity"), with("/resource/name"), with("/cloud/account/id"));
    let told = format!("    findings  {severity} of {} have a severity, {resource} a resource name, {account} an account\n", findings.len());
    assert!(findings.len() == 48 && severity > 0 && resource > 0 && account > 0 && replayed.stderr.contains(&told), "{told}{}", replayed.stderr);
    assert_eq!(replayed.stderr.matches("    findings  ").count(), 1, "alerts are no findings: {}", replayed.stderr);
}

#[test]
fn a_share_of_unreadable_documents_may_be_too_large() {
    let told = "error: 3 of 6 documents of `microsoft_defender_cloud.event` are not read in full\n";
    for (arguments, expected) in [
        (&[][..], (0, "")),
        (&["--fail-on", "unreadable"], (3, told)),
        (&["--fail-on", "unreadable=0.49"], (3, told)),
        (&["--fail-on", "unreadable=0.5"], (0, "")),
    ] {
        let ran = decode("event", &alerts(6), &[arguments, &["--quiet"]].concat());
        assert_eq!((ran.status, ran.stderr.as_str()), expected, "{arguments:?}");
        assert_eq!(ran.stdout.lines().count(), 6, "every document is written");
    }
    assert_eq!(decode("event", &alerts(1), &["--fail-on", "unreadable"]).status, 0);
    assert_eq!(decode("event", "", &["--fail-on", "anything"]).status, 2);
    let replayed = run(&["replay", text(&component()), text(&fixture("grouped")), "--fail-on", "unreadable"]);
    assert!(replayed.status == 3 && replayed.stderr.contains(" are not read in full\n"), "{}", replayed.stderr);
}

#[test]
fn the_members_that_no_rule_read_are_counted_over_a_file() {
    let scratch = Scratch::new("unread-all");
    let component = component();
    let lines = [r#"{"AlertType":"x","Odd":{"a":1}}"#, r#"{"AlertType":"x"}"#, r#"{"AlertType":"x","Odd":{"a":2},"Queer":[{"b":1},{"b":2}]}"#];
    let raw = scratch.write("raw.ndjson", lines.join("\n"));
    let recorded = scratch.write("messages.ndjson", lines.map(|line| json!({ "body": line }).to_string()).join("\n"));
    let explain = |arguments: &[&str]| run(&[&["explain", text(&component), "--dataset", "event"], arguments].concat());
    let expected = "messages: 3, documents: 3\n\nnot used\n  Odd.a: 2, first in line 1\n  Queer[].b: 1, first in line 3\n";
    for arguments in [&["--all", text(&recorded)][..], &["--all", "--raw", text(&raw)]] {
        let ran = explain(arguments);
        assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (0, expected, ""));
    }
    let json: Value = serde_json::from_str(&explain(&["--all", "--json", text(&recorded)]).stdout).expect("JSON");
    assert_eq!(json["unused"]["Odd.a"], json!({"messages": 2, "first_line": 1}));

    scratch.write("cut.ndjson", format!("{}\nbad\n", json!({ "body": lines[0] })));
    let cut = explain(&["--all", text(&scratch.path().join("cut.ndjson"))]);
    assert!(cut.status == 1 && cut.stdout.contains("Odd.a: 1, ") && cut.stderr.contains("line 2 is not a recorded message"), "{cut:#?}");
    for wrong in [&["--all", "--line", "1"][..], &["--all", "--field", "event"], &["--raw"]] {
        assert_eq!(explain(&[wrong, &[text(&recorded)]].concat()).status, 2, "{wrong:?}");
    }
}

#[test]
fn a_message_that_stops_explain_hides_no_other() {
    let scratch = Scratch::new("unread-stops");
    let file = scratch.write("raw.ndjson", "a\npanic\nb\n");
    let ran = run(&["explain", text(hostile()), "--dataset", "event", "--all", "--raw", text(&file)]);
    assert_eq!(ran.status, 3, "{ran:#?}");
    assert!(ran.stdout.starts_with("messages: 3, ") && ran.stdout.ends_with("\nstopped the component: 1, first in line 2\n"), "{ran:#?}");
}
