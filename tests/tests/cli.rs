//! The program: what goes where, how it ends, and what it says when something is wrong.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::{Ran, Scratch, component, fixture, host_sim, run_with, shared};

fn wasm() -> String {
    component().display().to_string()
}

fn decode(arguments: &[&str], input: &str) -> Ran {
    let wasm = wasm();
    let mut all = vec!["decode", wasm.as_str(), "--dataset", "microsoft_defender_cloud.event", "--now", "2026-01-01T00:00:00Z"];
    all.extend(arguments);
    run_with(&all, input)
}

#[test]
fn documents_go_to_stdout_and_talk_to_stderr() {
    let output = decode(&[], "{\"body\":\"{\\\"AlertType\\\":\\\"DDoS\\\"}\"}\n");
    assert_eq!(output.status, 0, "{}", output.stderr);
    let document: Value = serde_json::from_str(&output.stdout).expect("one document");
    assert_eq!(document["event"]["kind"], "alert");
    assert!(output.stderr.contains("documents"), "{}", output.stderr);
    assert!(decode(&["--quiet"], "{\"body\":\"{}\"}\n").stderr.is_empty());
}

#[test]
fn e3_offset_as_text_and_as_number_and_the_envelope() {
    let line = |offset: &str| {
        format!("{{\"body\":\"[{{}},{{}}]\",\"partition\":\"0\",\"sequence_number\":5,\"offset\":{offset},\"enqueued_time\":\"2025-12-31T00:00:00Z\"}}\n")
    };
    let output = decode(&["--envelope"], &(line("\"77\"") + &line("77")));
    let lines: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 4);
    for (place, line) in lines.iter().enumerate() {
        assert_eq!(line["source"], place / 2);
        assert_eq!(line["dataset"], "microsoft_defender_cloud.event");
        assert_eq!(line["document"]["azure-eventhub"]["offset"], "77");
        assert_eq!(line["document"]["@timestamp"], "2025-12-31T00:00:00.000Z");
    }
    assert_eq!(lines[0]["id"], lines[2]["id"], "the same occurrence");
    assert_ne!(lines[0]["id"], lines[1]["id"]);
}

#[test]
fn stored_originals_of_assessments_are_mapped_again() {
    let output = run_with(
        &[
            "replay",
            &wasm(),
            fixture("grouped").to_str().expect("UTF-8"),
            "--settings",
            r#"{"subscription_id":"cd53e736-e47f-4f28-a3fb-4161ecd881bf","sub_assessments":"per-assessment","preserve_original_event":true,"profile":"elastic"}"#,
            "--now",
            "2026-01-01T00:00:00Z",
            "--quiet",
        ],
        "",
    );
    let walked: Vec<Value> = output
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|document: &Value| document["event"]["dataset"] == "microsoft_defender_cloud.assessment")
        .collect();
    assert_eq!(walked.len(), 48);
    let messages: String = walked.iter().map(|document| serde_json::json!({ "body": document["event"]["original"] }).to_string() + "\n").collect();
    let output = run_with(
        &[
            "decode",
            &wasm(),
            "--dataset",
            "assessment",
            "--settings",
            r#"{"preserve_original_event":true,"profile":"elastic"}"#,
            "--now",
            "2026-01-01T00:00:00Z",
            "--quiet",
        ],
        &messages,
    );
    let again: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(again, walked);
}

#[test]
fn wrong_usage_ends_with_2() {
    for arguments in [&["decode"][..], &["nonsense"], &["decode", "x.wasm", "--dataset", "event", "--now", "soon"]] {
        assert_eq!(run_with(arguments, "").status, 2, "{arguments:?}");
    }
    let refused = decode(&["--settings", r#"{"profile":"extnded","tags":[1],"urll":"x"}"#], "");
    assert_eq!(refused.status, 2);
    for pointer in ["/profile", "/tags/0", "/urll"] {
        assert!(refused.stderr.contains(pointer), "{}", refused.stderr);
    }
}

#[test]
fn what_failed_ends_with_1_and_says_where() {
    let missing = run_with(&["inspect", "nowhere.wasm"], "");
    assert_eq!(missing.status, 1);
    assert!(missing.stderr.contains("nowhere.wasm"), "{}", missing.stderr);
    let bad = decode(&[], "{\"body\":\"{}\"}\nnot json\n");
    assert_eq!(bad.status, 1);
    assert!(bad.stderr.contains("line 2"), "{}", bad.stderr);
    assert_eq!(bad.stdout.lines().count(), 1, "what came before is decoded");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut command = Command::new(host_sim());
    command.args(["decode", &wasm(), "--dataset", "event", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("host-sim runs");
    let mut input = child.stdin.take().expect("stdin");
    let writer = std::thread::spawn(move || {
        for _ in 0..20_000 {
            if input.write_all(b"{\"body\":\"{\\\"Description\\\":\\\"a text that fills the pipe after a while\\\"}\"}\n").is_err() {
                return;
            }
        }
    });
    let mut first = [0; 100];
    let mut output = child.stdout.take().expect("stdout");
    output.read_exact(&mut first).expect("some output");
    drop(output);
    assert_eq!(child.wait().expect("an end").code(), Some(0));
    writer.join().expect("the writer ends");
}

#[test]
fn an_unexpected_request_fails_and_an_unused_recording_is_reported() {
    let folder = Scratch::new("cli-recording");
    let exchange = |path: &str, body: &str| {
        format!(r#"{{"request":{{"method":"GET","url":"https://management.azure.com{path}"}},"response":{{"status":200,"headers":{{}},"body":{body}}}}}"#)
    };
    let list = "/subscriptions/s/providers/Microsoft.Security/assessments";
    let exchanges = [
        exchange(&format!("{list}?api-version=2021-06-01"), r#"{"value":[],"nextLink":"https://management.azure.com/subscriptions/s/next?page=2"}"#),
        exchange("/never/asked", "{}"),
    ];
    folder.write("exchanges.json", format!(r#"{{"exchanges":[{}]}}"#, exchanges.join(",")));
    folder.write("settings.json", r#"{"subscription_id":"s","metadata":"none"}"#);
    let output = run_with(&["replay", &wasm(), folder.path().to_str().expect("UTF-8")], "");
    assert_eq!(output.status, 1, "{}", output.stderr);
    assert!(output.stderr.contains("/subscriptions/s/next?page=2") && output.stderr.contains("nearest"), "{}", output.stderr);
    assert!(output.stderr.contains("/never/asked"), "{}", output.stderr);
}

#[test]
fn a_run_that_is_not_complete_ends_with_3() {
    let folder = Scratch::new("cli-forbidden");
    let exchanges = r#"{"exchanges":[{"request":{"method":"GET","url":"https://management.azure.com/subscriptions/s/providers/Microsoft.Security/assessments?api-version=2021-06-01"},"response":{"status":403,"headers":{},"body":{"error":{"code":"AuthorizationFailed","message":"no"}}}}]}"#;
    folder.write("exchanges.json", exchanges);
    let output = run_with(&["replay", &wasm(), folder.path().to_str().expect("UTF-8"), "--settings", r#"{"subscription_id":"s","metadata":"none"}"#], "");
    assert_eq!(output.status, 3, "{}", output.stderr);
    assert!(output.stderr.contains("Reader"), "{}", output.stderr);
}

#[test]
fn inspect_shows_what_the_component_is() {
    let output = run_with(&["inspect", &wasm(), "--json"], "");
    let inspection: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(inspection["name"], "microsoft_defender_cloud");
    assert_eq!(inspection["imports"], serde_json::json!([]));
    assert_eq!(inspection["sha256"].as_str().map(str::len), Some(64));
}

#[test]
fn the_reference_recording_gives_its_six_records() {
    let (Some(exchanges), Some(expected)) = (shared("gold/api/exchanges.json"), shared("gold/api/expected-messages-deep.ndjson")) else { return };
    let folder = exchanges.parent().expect("a folder").to_str().expect("UTF-8").to_owned();
    let settings =
        r#"{"subscription_id":"5abcdef6-1234-5678-8912-e1234abcdef1","sub_assessments":"per-assessment","preserve_original_event":true,"profile":"elastic"}"#;
    let output = run_with(&["replay", &wasm(), &folder, "--settings", settings, "--quiet"], "");
    assert_eq!(output.status, 0, "{}", output.stderr);
    let originals = |text: &str| -> Vec<Value> {
        text.lines()
            .filter_map(|line| {
                serde_json::from_str::<Value>(line).expect("JSON")["event"]["original"].as_str().map(|text| numbers(serde_json::from_str(text).expect("JSON")))
            })
            .collect()
    };
    let mut ours = originals(&output.stdout);
    let mut theirs: Vec<Value> =
        std::fs::read_to_string(expected).expect("a file").lines().map(|line| numbers(serde_json::from_str(line).expect("JSON"))).collect();
    ours.sort_by_key(Value::to_string);
    theirs.sort_by_key(Value::to_string);
    assert_eq!(ours.len(), 6);
    assert_eq!(ours, theirs);
}

/// The same value with every number as a double, so that 4 equals 4.0.
fn numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(elements) => elements.into_iter().map(numbers).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, numbers(value))).collect(),
        other => other,
    }
}

#[test]
fn a_byte_order_mark_in_front_of_a_file_is_none_of_it() {
    let folder = Scratch::new("cli-marks");
    let body = "eyJ2YWx1ZSI6W119";
    let url = "https://management.azure.com/subscriptions/s/providers/Microsoft.Security/assessments?api-version=2021-06-01";
    folder.write(
        "exchanges.json",
        format!(
            "\u{feff}{{\"exchanges\":[{{\"request\":{{\"method\":\"GET\",\"url\":\"{url}\"}},\"response\":{{\"status\":200,\"body_base64\":\"{body}\"}}}}]}}"
        ),
    );
    folder.write("settings.json", "\u{feff}{\"subscription_id\":\"s\",\"sub_assessments\":\"none\",\"metadata\":\"none\"}");
    folder.write("messages.ndjson", "\u{feff}{\"body\":\"{}\"}\n");
    let replayed = run_with(&["replay", &wasm(), folder.path().to_str().expect("UTF-8")], "");
    assert_eq!(replayed.status, 0, "{}", replayed.stderr);
    assert_eq!(decode(&["--raw"], "\u{feff}{\"AlertType\":\"x\"}\n").stdout, decode(&["--raw"], "{\"AlertType\":\"x\"}\n").stdout);

    let documents = folder.write("documents.ndjson", "\u{feff}{\"event\":{\"kind\":\"alert\"}}\n");
    assert_eq!(run_with(&["ecs-check", documents.to_str().expect("UTF-8")], "").status, 0);
    folder.write("cases/event/x/message.json", "\u{feff}{\"AlertType\":\"x\"}");
    let cases = folder.path().join("cases");
    let test = |more: &[&str]| run_with(&[&["test", &wasm(), cases.to_str().expect("UTF-8")], more].concat(), "");
    assert_eq!(test(&["--update"]).status, 0);
    let expected = cases.join("event/x/expected.json");
    let marked = format!("\u{feff}{}", std::fs::read_to_string(&expected).expect("written"));
    std::fs::write(expected, marked).expect("writable");
    assert_eq!(test(&[]).status, 0);
}

#[test]
fn equal_problems_are_told_five_times_and_then_counted() {
    let ran = decode(&["--quiet"], &"{\"body_base64\":\"gIGC\"}\n".repeat(300));
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert!(lines[4].starts_with("warning: body-not-utf8: ") && lines[4].ends_with("(source 4)"), "{lines:?}");
    assert_eq!(lines[5], "warning: body-not-utf8: and 295 more");
}

#[test]
fn a_hint_comes_behind_the_error_and_only_where_it_helps() {
    let check = |input: &str, hint: Option<&str>| {
        let ran = decode(&[], input);
        let lines: Vec<&str> = ran.stderr.lines().collect();
        assert_eq!(ran.status, 1, "{input}");
        let found = lines.iter().position(|line| line.starts_with("hint: "));
        assert_eq!(found.is_some(), hint.is_some(), "{input}: {lines:?}");
        if let (Some(found), Some(hint)) = (found, hint) {
            assert!(lines[found].contains(hint) && lines[found - 1].starts_with("error: "), "{lines:?}");
        }
    };
    check("{\"AlertType\":\"VM_Sample\"}\n", Some("--raw"));
    check("[{\"AlertType\":\"VM_Sample\"}]\n", Some("--raw"));
    check("{\n  \"body\": \"{}\"\n}\n", Some("--body"));
    assert_eq!(decode(&["--body"], "{\n  \"AlertType\": \"x\"\n}\n").stdout.lines().count(), 1);
    let raw = |option: &str, input: &str, hint: Option<&str>| {
        let ran = decode(&[option, "--quiet"], input);
        assert_eq!(ran.status, 0, "{option}, {input}: {}", ran.stderr);
        // Without what the component says of records that it does not know.
        let talk: Vec<&str> = ran.stderr.lines().filter(|line| !line.contains(": record-not-recognised: ")).collect();
        assert_eq!(talk.len(), if hint.is_some() { 2 } else { 0 }, "{option}, {input}: {}", ran.stderr);
        assert!(hint.is_none_or(|hint| talk.get(1).is_some_and(|line| line.starts_with("hint: ") && line.contains(hint))), "{}", ran.stderr);
    };
    raw("--raw", "{\"body\":\"{}\"}\n{\"body\":\"{}\"}\n", Some("leave out `--raw`"));
    raw("--raw", "{\n  \"AlertType\": \"x\"\n}\n", Some("with `--body`"));
    raw("--body", "{\n  \"body\": \"{}\"\n}\n", Some("leave out `--body`"));
    for fine in ["{\"AlertType\":\"x\"}\n{\"body\":\"{}\"}\n", "text\n", "{\"body\":{}}\n", ""] {
        raw("--raw", fine, None);
    }
    raw("--body", "{\n  \"AlertType\": \"x\"\n}\n", None);
    check("{\"body\":\"{}\"}\n{\"AlertType\":\"VM_Sample\"}\n", None);
    for recorded in ["{\"body\":{}}", "{\"Body\":\"\",\"SequenceNumber\":1}", "{\"body\":\"\",\"enqueued_time\":7}", "\u{1f}x", "text"] {
        check(recorded, None);
    }
    let text = "{\"body\":\"{}\",\"partition\":\"0\",\"sequence_number\":\"41\",\"enqueued_time\":\"2026-01-01T00:00:00Z\"}\n";
    assert_eq!(decode(&[], text).status, 0);
}

#[test]
#[cfg(unix)]
fn a_signal_leaves_no_partial_files() {
    for (signal, status) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let folder = Scratch::new("cli-signals");
        let (fifo, out) = (folder.path().join("messages.ndjson"), folder.path().join("out"));
        assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs").success());
        let mut command = Command::new(host_sim());
        command.args(["replay", &wasm()]).arg(folder.path()).arg("--out").arg(&out).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("host-sim runs");
        // Open as long as the program is to wait for more.
        let mut writer = std::fs::File::options().write(true).open(&fifo).expect("it is read");
        writer.write_all(b"{\"body\":\"{}\"}\n").expect("it is read");
        let files = || std::fs::read_dir(&out).map_or(0, Iterator::count);
        while files() < 3 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        // It is told of its files right after it has made them.
        std::thread::sleep(std::time::Duration::from_millis(200));
        assert!(Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().expect("kill runs").success());
        assert_eq!(child.wait().expect("an end").code(), Some(status), "{signal}");
        assert_eq!(files(), 0, "{signal}");
    }
}
