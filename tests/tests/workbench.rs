//! The commands for those who work on mappings, run as they are run by hand.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tests::{Ran, Scratch, component, run, shared, text};

const ALERT: &str =
    r#"{"AlertType": "VM_SuspectProcess", "AlertDisplayName": "Suspect process", "Odd": {"a": 1}, "Entities": [{"HostName": "a", "Type": "host"}]}"#;

/// Runs `test` on a folder.
fn golden(folder: &Path, arguments: &[&str]) -> Ran {
    run(&[&["test", text(&component()), text(folder)], arguments].concat())
}

#[track_caller]
fn ended(ran: &Ran, status: i32, part: &str) {
    assert!(ran.status == status && (ran.stdout.contains(part) || ran.stderr.contains(part)), "wanted {status} and `{part}`, got {ran:#?}");
}

/// The same component, but for the version of ECS that its documents say they keep to.
fn another_version(scratch: &Scratch) -> std::path::PathBuf {
    let mut bytes = fs::read(component()).expect("it is built");
    let places: Vec<usize> = bytes.windows(6).enumerate().filter(|(_, window)| window == b"8.11.0").map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the component's data holds the version");
    for at in places {
        bytes[at..at + 6].copy_from_slice(b"8.99.0");
    }
    scratch.write("another.wasm", bytes)
}

#[test]
fn the_cases_of_the_project_are_equal() {
    let folder = tests::workspace().join("tests/cases");
    if std::env::var_os("BLESS").is_some() {
        golden(&folder, &["--update"]);
    }
    let datasets = fs::read_dir(&folder).expect("the cases are there").map(|entry| entry.expect("readable").path());
    let count: usize = datasets.map(|dataset| fs::read_dir(dataset).expect("a folder of cases").count()).sum();
    assert!(count > 5, "{count}");
    ended(&golden(&folder, &[]), 0, &format!("{count} cases: {count} equal"));
}

#[test]
fn a_case_that_differs_says_where() {
    let scratch = Scratch::new("workbench-differs");
    scratch.write("event/alert/message.json", ALERT);
    scratch.write("event/alert/settings.json", r#"{"profile": "elastic"}"#);
    ended(&golden(scratch.path(), &[]), 1, "nothing is expected of it");
    ended(&golden(scratch.path(), &["--update"]), 0, "1 case: 1 updated");
    ended(&golden(scratch.path(), &[]), 0, "equal    event/alert\n1 case: 1 equal");

    let expected = scratch.path().join("event/alert/expected.json");
    let text = fs::read_to_string(&expected).expect("it was written");
    fs::write(&expected, text.replace("\"alert\"", "\"alarm\"").replace("\"a\"\n", "\"a\", \"b\"\n")).expect("writable");
    let ran = golden(scratch.path(), &[]);
    ended(&ran, 1, "differs  event/alert\n           document 1: event.kind: expected \"alarm\", got \"alert\"\n");
    ended(&ran, 1, "document 1: host.hostname[1]: expected \"b\", got nothing\n");

    let junit = golden(scratch.path(), &["--format", "junit"]);
    ended(&junit, 1, "<testcase classname=\"event\" name=\"alert\"");
    ended(&junit, 1, "event.kind: expected &quot;alarm&quot;, got &quot;alert&quot;");
    ended(&golden(scratch.path(), &["--dataset", "assessment"]), 1, "event.dataset: expected \"microsoft_defender_cloud.event\"");
}

#[test]
fn an_update_leaves_what_is_equal_as_it_stands() {
    let scratch = Scratch::new("workbench-update");
    scratch.write("x/messages.ndjson", "{\"body\": \"{\\\"AlertType\\\": \\\"a\\\"}\"}\n{\"body\": \"{\\\"AlertType\\\": \\\"b\\\"}\"}\n");
    scratch.write("x/settings.json", r#"{"tags": ["t"]}"#);
    ended(&golden(scratch.path(), &["--dataset", "event", "--update"]), 0, "1 updated");
    let file = scratch.path().join("x/expected.json");
    let mut expected: Value = serde_json::from_str(&fs::read_to_string(&file).expect("it was written")).expect("JSON");
    assert_eq!(expected["expected"][1]["tags"], json!(["t"]));
    expected["expected"][1]["tags"] = json!(["u"]);
    let by_hand = format!("{{\"expected\": [{},  {}]}}", expected["expected"][0], expected["expected"][1]);
    fs::write(&file, &by_hand).expect("writable");
    ended(&golden(scratch.path(), &["--dataset", "event", "--update"]), 0, "1 updated");
    let updated = fs::read_to_string(&file).expect("it was written");
    assert!(updated.contains(&expected["expected"][0].to_string()), "the first document is as it was written by hand: {updated}");
    assert!(updated.contains("\"tags\": [\n                \"t\"\n            ]"), "{updated}");
    ended(&golden(scratch.path(), &["--dataset", "event"]), 0, "1 equal");
}

#[test]
fn cases_are_chosen_by_name_and_none_is_a_mistake() {
    let folder = tests::workspace().join("tests/cases");
    ended(&golden(&folder, &["without-sub", "several"]), 0, "2 cases: 2 equal");
    ended(&golden(&folder, &["no-such-case"]), 2, "no case in");
    let scratch = Scratch::new("workbench-none");
    ended(&golden(scratch.path(), &[]), 2, "there is no case in");
    scratch.write("case/message.json", ALERT);
    ended(&golden(scratch.path(), &[]), 1, "its path names no data set");
    scratch.write("case/raw.ndjson", ALERT);
    ended(&golden(scratch.path(), &["--dataset", "event"]), 1, "more than one input");
}

#[test]
fn a_case_is_only_run_under_settings_that_the_component_takes() {
    let scratch = Scratch::new("workbench-settings");
    scratch.write("event/x/message.json", ALERT);
    scratch.write("event/x/settings.json", r#"{"profil": "extended"}"#);
    ended(&golden(scratch.path(), &["--update"]), 1, "failed   event/x: the component refuses the settings: `/profil`");
}

/// Where a package keeps the tests of a data stream's pipeline.
const PIPELINE: &str = "package/data_stream/event/_dev/test/pipeline";

#[test]
fn a_package_of_elastics_is_tested_as_it_lies() {
    let scratch = Scratch::new("workbench-package");
    let file = |name: &str| format!("{PIPELINE}/{name}");
    scratch.write(
        &file("test-common-config.yml"),
        "# for all\nfields:\n  tags:\n    - preserve_original_event\n    - forwarded\nnumeric_keyword_fields:\n  - a.b\n",
    );
    scratch.write(&file("test-alert.log"), format!("{ALERT}\n{{\"AlertType\": \"b\"}}\n"));
    scratch.write(&file("test-events.json"), json!({"events": [{"message": ALERT, "tags": ["x"]}]}).to_string());
    ended(&golden(scratch.path(), &["--update"]), 0, "2 cases: 2 updated");
    ended(&golden(scratch.path(), &[]), 0, "2 cases: 2 equal");

    let read = |name: &str| -> Value { serde_json::from_str(&fs::read_to_string(scratch.path().join(file(name))).expect("written")).expect("JSON") };
    let log = read("test-alert.log-expected.json");
    assert_eq!(log["expected"].as_array().map(Vec::len), Some(2));
    assert_eq!(log["expected"][0]["tags"], json!(["preserve_original_event", "forwarded"]));
    assert_eq!(log["expected"][0]["event"]["original"], ALERT);
    assert_eq!((&log["expected"][0]["@timestamp"], &log["expected"][0]["event"]["dataset"]), (&Value::Null, &Value::Null));
    let events = read("test-events.json-expected.json");
    assert_eq!(events["expected"][0], log["expected"][0], "the configuration's tags win over an event's own");

    scratch.write(&file("test-alert.log-config.yml"), "fields: {tags: [other]}\n");
    ended(&golden(scratch.path(), &["test-alert"]), 1, "document 2: tags[0]: expected \"forwarded\", got \"other\"");
    scratch.write(&file("test-alert.log-config.yml"), "dynamic_fields: {tags: '.', event.kind: '^event$'}\n");
    ended(&golden(scratch.path(), &["test-alert"]), 1, "document 1: event.kind: expected what matches `^event$`, got \"alert\"");
    scratch.write(&file("test-alert.log-config.yml"), "skip: {reason: not yet}\n");
    ended(&golden(scratch.path(), &["test-alert"]), 0, "skipped");
}

#[test]
fn what_cannot_be_taken_from_a_package_is_an_error() {
    let scratch = Scratch::new("workbench-unsupported");
    scratch.write(&format!("{PIPELINE}/test-a.log"), ALERT);
    let config = format!("{PIPELINE}/test-a.log-config.yml");
    for (yaml, part) in [
        ("multiline: {first_line_pattern: '^a'}", "`multiline` of the configuration is not supported"),
        ("fields: {'@timestamp': '2020-01-01T00:00:00Z'}", "the field `@timestamp`"),
        ("fields: [", "cannot read"),
        ("unheard_of: 1", "unheard_of"),
    ] {
        scratch.write(&config, yaml);
        ended(&golden(scratch.path(), &["--update"]), 1, part);
    }
    scratch.write(&config, "");
    scratch.write(&format!("{PIPELINE}/test-b.json"), json!({"events": [{"message": "{}", "log": {}}]}).to_string());
    ended(&golden(scratch.path(), &["test-b"]), 1, "event 1 of");
}

#[test]
fn the_references_own_test_folder_runs_unchanged() {
    let scratch = Scratch::new("workbench-gold");
    for dataset in ["event", "assessment"] {
        let Some(folder) = shared(&format!("gold/{dataset}")) else { return };
        let expected = fs::read_to_string(folder.join("expected.json")).expect("gold is readable");
        let raw = fs::read_to_string(folder.join("raw.ndjson")).expect("gold is readable");
        let parsed: Value = serde_json::from_str(&expected).expect("gold is JSON");
        let pipeline = format!("data_stream/{dataset}/_dev/test/pipeline");
        let tags: Vec<String> =
            parsed["expected"][0]["tags"].as_array().into_iter().flatten().map(|tag| format!("    - {}\n", tag.as_str().expect("text"))).collect();
        scratch.write(&format!("{pipeline}/test-common-config.yml"), format!("fields:\n  tags:\n{}", tags.concat()));
        scratch.write(&format!("{pipeline}/test-{dataset}.log"), raw);
        scratch.write(&format!("{pipeline}/test-{dataset}.log-expected.json"), expected);
        ended(&golden(&folder, &[]), 0, "1 case: 1 equal");
    }
    ended(&golden(scratch.path(), &[]), 0, "2 cases: 2 equal");
}

#[test]
fn a_diff_of_two_versions_is_grouped_by_field() {
    let scratch = Scratch::new("workbench-diff");
    let (old, new) = (component(), another_version(&scratch));
    let messages = tests::workspace().join("tests/fixtures/tenant/messages.ndjson");
    ended(&run(&["diff", text(&old), text(&old), text(&messages)]), 0, "documents of both: ");
    let ran = run(&["diff", text(&old), text(&new), "tests/fixtures/tenant"]);
    ended(&ran, 3, "\n\nmicrosoft_defender_cloud.event\n  ecs.version\n    changed 34, line 1: \"8.11.0\" -> \"8.99.0\"\n");
    assert!(!ran.stdout.contains("_id"), "{}", ran.stdout);
    let raw = scratch.write("raw.ndjson", ALERT);
    ended(&run(&["diff", text(&old), text(&new), "--raw", text(&raw), "--dataset", "event"]), 3, "documents of both: 1, 0 the same, 1 different");
    ended(&run(&["diff", text(&old), text(&new), text(&raw)]), 1, "not a recorded message");
    ended(&run(&["diff", text(&old), text(&new), text(&raw), "--raw", "--dataset", "x"]), 2, "is not a data set");
    ended(&run(&["diff", text(&old), text(&new), text(scratch.path())]), 1, "neither `exchanges.json` nor `messages.ndjson`");
}

#[test]
fn a_diff_compares_settings() {
    let scratch = Scratch::new("diff-settings");
    let messages = scratch.write("messages.ndjson", "{\"body\":\"{\\\"AlertType\\\":\\\"x\\\"}\"}\n");
    let wasm = component();
    let diff = |more: &[&str]| run(&[&["diff", text(&wasm), text(&wasm), text(&messages)], more].concat());
    ended(&diff(&["--settings", r#"{"preserve_original_event":true}"#]), 0, "");
    let ran = diff(&["--new-settings", r#"{"preserve_original_event":true}"#]);
    ended(&ran, 3, "event.original");
    assert_eq!(diff(&["--new-settings", r#"{"preserve":1}"#]).status, 2);
}

#[test]
fn a_diff_says_how_many_requests_are_not_recorded() {
    let scratch = Scratch::new("workbench-unrecorded");
    let component = component();
    let scope = |number: u32| format!("\"0a1b2c3d-0000-4444-8888-00000000000{number}\"");
    let said = |scopes: u32| {
        let settings = format!("{{\"subscription_ids\":[{}],\"metadata\":\"none\"}}", (0..scopes).map(scope).collect::<Vec<_>>().join(","));
        scratch.write("exchanges.json", "{\"exchanges\":[]}");
        run(&["diff", text(&component), text(&component), text(scratch.path()), "--settings", &settings])
    };
    let one = said(1);
    ended(&one, 1, "asks for more than is recorded: ");
    assert!(one.stderr.ends_with(": nothing is recorded\n"), "{one:#?}");
    ended(&said(3), 1, ": nothing is recorded (and 2 more)\n");
}

#[test]
fn a_record_is_explained_field_by_field() {
    let scratch = Scratch::new("workbench-explain");
    let file = scratch.write("alert.json", format!("{ALERT}\n"));
    let component = component();
    let explain = |arguments: &[&str]| run(&[&["explain", text(&component), "--dataset", "event"], arguments].concat());
    let ran = explain(&[text(&file)]);
    ended(&ran, 0, "  microsoft_defender_cloud.event.display_name = \"Suspect process\"\n      rule  `AlertDisplayName`\n      from  AlertDisplayName\n");
    ended(&ran, 0, "\n  not used\n      Odd.a\n");
    let one = explain(&[text(&file), "--field", "event.kind"]);
    ended(&one, 0, "  event.kind = \"alert\"\n      rule  profile extended: by what the record is");
    assert!(!one.stdout.contains("display_name"), "{}", one.stdout);
    ended(&explain(&[text(&file), "--field", "rule"]), 0, "  rule.name = \"Suspect process\"\n");
    ended(
        &explain(&[text(&file), "--field", "rule.name", "--settings", r#"{"profile": "elastic"}"#]),
        1,
        "`rule.name` is not in the document; it would come from\n  rule.name: ",
    );
    ended(&explain(&[text(&file), "--field", "no.such"]), 2, "`no.such` is no field");
    let json: Value = serde_json::from_str(&explain(&[text(&file), "--json"]).stdout).expect("JSON");
    assert_eq!(json["unused"], json!(["Odd.a"]));

    let messages = "tests/fixtures/tenant/messages.ndjson";
    ended(&explain(&[messages, "--line", "22"]), 0, "event.kind");
    assert_eq!(explain(&[messages, "--line", "22"]).stdout.matches("document ").count(), 2, "two records in one body are two documents");
    ended(&explain(&[messages, "--line", "99"]), 2, "has no message on line 99");
}

#[test]
fn two_components_are_compared_and_one_shows_its_dependencies() {
    let scratch = Scratch::new("workbench-inspect");
    let (old, new) = (component(), another_version(&scratch));
    let one = run(&["inspect", text(&old)]);
    ended(&one, 0, "\n  profile: elastic | extended = \"extended\"\n");
    ended(&one, 0, "\ndependencies\n");
    ended(&one, 0, "  microsoft_defender_cloud.event (");
    let json: Value = serde_json::from_str(&run(&["inspect", text(&old), "--json"]).stdout).expect("JSON");
    assert!(json["fields"]["microsoft_defender_cloud.event"].as_array().is_some_and(|fields| fields.iter().any(|field| field["name"] == "event.kind")));

    ended(&run(&["inspect", text(&old), text(&old)]), 0, "no difference");
    let ran = run(&["inspect", text(&old), text(&new)]);
    ended(&ran, 3, "component\n  ~ sha256\n");
    assert!(!ran.stdout.contains("fields of") && !ran.stdout.contains("contract"), "{}", ran.stdout);
}

#[test]
fn documents_are_checked_against_ecs() {
    let scratch = Scratch::new("workbench-ecs");
    let component = component();
    let clean = scratch.write("clean.ndjson", "{\"event\":{\"dataset\":\"microsoft_defender_cloud.event\",\"kind\":\"alert\"}}\n\n");
    ended(&run(&["ecs-check", text(&clean)]), 0, "documents: 1, findings: 0, warnings: 0");
    let wrong = scratch.write(
        "wrong.ndjson",
        "{\"event\":{\"dataset\":\"microsoft_defender_cloud.event\",\"kind\":\"alarm\"},\"host\":{\"ip\":[\"x\"]},\"file\":{\"size\":1}}\n",
    );
    let ran = run(&["ecs-check", text(&clean), text(&wrong)]);
    ended(&ran, 3, "what an index refuses, and the whole document with it\n  host.ip: 1, ip is wanted\n");
    ended(&ran, 3, "value that is not allowed\n  event.kind: 1, ");
    ended(&ran, 3, "wrong.ndjson, line 1: \"alarm\"\ndocuments: 2, findings: 2, warnings: 0");
    let with_component = run(&["ecs-check", "--component", text(&component), text(&wrong)]);
    ended(&with_component, 3, "field that the component does not declare\n  file.size: 1\n");
    let bad = scratch.write("bad.ndjson", "{}\nno\n");
    ended(&run(&["ecs-check", text(&bad)]), 1, "line 2");
}

#[test]
fn all_that_the_fixtures_and_gold_give_keeps_to_ecs() {
    let scratch = Scratch::new("workbench-ecs-fixtures");
    let component = component();
    let mut files = Vec::new();
    for (folder, profiles) in [("tenant", &["extended"][..]), ("grouped", &["elastic", "extended"]), ("list-all", &["elastic", "extended"])] {
        for profile in profiles {
            let fixture = tests::workspace().join("tests/fixtures").join(folder);
            let mut settings: Value = serde_json::from_str(&fs::read_to_string(fixture.join("settings.json")).expect("readable")).expect("JSON");
            settings["profile"] = (*profile).into();
            // Only one of them holds it.
            settings["metadata"] = if folder == "tenant" { "join" } else { "none" }.into();
            let out = scratch.path().join(format!("{folder}-{profile}"));
            let ran = run(&["replay", text(&component), text(&fixture), "--out", text(&out), "--settings", &settings.to_string(), "-q"]);
            assert!(matches!(ran.status, 0 | 3), "{ran:#?}");
            let written = fs::read_dir(&out).expect("it was written").map(|entry| entry.expect("readable").path());
            files.extend(written);
        }
    }
    for dataset in ["event", "assessment"] {
        let Some(raw) = shared(&format!("gold/{dataset}/raw.ndjson")) else { continue };
        let ran = run(&["decode", text(&component), "--dataset", dataset, "--raw", text(&raw)]);
        files.push(scratch.write(&format!("gold-{dataset}.ndjson"), ran.stdout));
    }
    let arguments: Vec<&str> = ["ecs-check", "--component", text(&component)].into_iter().chain(files.iter().map(|file| text(file))).collect();
    ended(&run(&arguments), 0, ", findings: 0, ");
}

#[test]
fn shells_and_man_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(&["completions", shell]);
        assert!(ran.status == 0 && ran.stdout.contains("ecs-check") && ran.stdout.contains("explain"), "{shell}: {ran:#?}");
    }
    ended(&run(&["completions", "csh"]), 2, "csh");
    ended(&run(&["man"]), 0, ".TH host-sim 1");
    let scratch = Scratch::new("workbench-man");
    ended(&run(&["man", text(scratch.path())]), 0, "");
    for command in ["decode", "replay", "inspect", "test", "diff", "explain", "ecs-check", "init", "check", "completions", "man"] {
        let page = fs::read_to_string(scratch.path().join(format!("host-sim-{command}.1"))).expect("the command has a page");
        assert!(page.contains("Example"), "{command}");
    }
}
