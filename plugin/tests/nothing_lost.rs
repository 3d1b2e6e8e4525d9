//! Nothing is swallowed in silence: what a message says is in its documents or is told, by the findings that showed the lack of it.

use microsoft_defender_cloud::contract::{Dataset, Decoded, Message, Position, Severity};
use microsoft_defender_cloud::plugin::Plugin;
use microsoft_defender_cloud::settings::{Profile, Settings};
use serde_json::{Value, json};

const NOW: u64 = 1_767_225_600_000;
const PROFILES: [Profile; 2] = [Profile::Elastic, Profile::Extended];

fn decode(profile: Profile, dataset: Dataset, body: &[u8]) -> Decoded {
    let settings = Settings { profile, ..Settings::default() };
    Plugin::new(settings).decode(NOW, dataset, &[Message { body: body.to_vec(), position: None }])
}

fn documents(decoded: &Decoded) -> Vec<Value> {
    decoded.documents.iter().map(|document| serde_json::from_slice(&document.body).expect("a document is JSON")).collect()
}

fn codes(decoded: &Decoded) -> Vec<(&str, Severity)> {
    decoded.problems.iter().map(|problem| (problem.code, problem.severity)).collect()
}

const BODY_NOT_TEXT: (&str, Severity) = ("body-not-text", Severity::Warning);
const NOT_TAKEN_APART: (&str, Severity) = ("body-not-taken-apart", Severity::Warning);
const NOT_RECOGNISED: (&str, Severity) = ("record-not-recognised", Severity::Warning);
const EMPTY: (&str, Severity) = ("record-empty", Severity::Info);

#[test]
fn a_record_of_no_known_kind_is_told_and_keeps_its_text() {
    for body in [
        r#"{"colour":"teal","size":{"w":3}}"#,
        r#"{"time":"2026-01-02T03:04:05Z","category":"Security","properties":{"AlertType":"VM_Sample","Severity":"High"}}"#,
        r#"{"operationName":"Microsoft.Security/locations/alerts/activate/action","resourceId":"/subscriptions/a"}"#,
        r#"{"schemaId":"azureMonitorCommonAlertSchema","data":{"essentials":{"severity":"Sev3"}}}"#,
        r#"{"Severity":"High","Entities":[{"Type":"ip","Address":"192.0.2.1"}]}"#,
    ] {
        for dataset in [Dataset::Event, Dataset::Assessment] {
            for profile in PROFILES {
                let decoded = decode(profile, dataset, body.as_bytes());
                let documents = documents(&decoded);
                assert_eq!(codes(&decoded), [NOT_RECOGNISED], "{body}");
                assert_eq!(documents.len(), 1);
                assert_eq!(documents[0]["event"]["original"], body);
                assert_eq!(documents[0]["tags"].as_array().map(Vec::len), Some(2), "no tag says that the setting is on");
                if profile == Profile::Extended {
                    let event = &documents[0]["event"];
                    assert_eq!((&event["kind"], &event["category"], &event["type"]), (&json!("event"), &Value::Null, &Value::Null));
                    for name in ["message", "rule", "threat", "user", "process"] {
                        assert_eq!(documents[0][name], Value::Null, "{name} of {body}");
                    }
                    assert_eq!((&event["severity"], &event["outcome"]), (&Value::Null, &Value::Null));
                }
            }
        }
    }
}

#[test]
fn a_message_tells_once_how_many_of_its_records_are_not_recognised() {
    let decoded = decode(Profile::Extended, Dataset::Event, br#"[{"a":1},{},{"AlertType":"b"},{"c":3},null]"#);
    assert_eq!(codes(&decoded), [NOT_RECOGNISED, EMPTY]);
    assert!(decoded.problems.iter().all(|problem| problem.message.starts_with("2 records ")), "{:?}", decoded.problems);
    let kinds: Vec<Value> = documents(&decoded).iter().map(|document| document["event"]["kind"].clone()).collect();
    assert_eq!(kinds, ["event", "event", "alert", "event", "event"]);
}

#[test]
fn profile_elastic_makes_the_document_of_the_reference() {
    let decoded = decode(Profile::Elastic, Dataset::Event, br#"{"Severity":"High"}"#);
    let document = &documents(&decoded)[0];
    assert_eq!((&document["event"]["kind"], &document["event"]["category"]), (&json!("alert"), &json!(["intrusion_detection"])));
    assert_eq!(document["microsoft_defender_cloud"]["event"]["severity"], "High");
    let decoded = decode(Profile::Elastic, Dataset::Assessment, br#"{"colour":"teal"}"#);
    assert_eq!(documents(&decoded)[0]["microsoft_defender_cloud"]["assessment"]["class"], "misconfiguration");
}

#[test]
fn a_record_that_was_recognised_keeps_its_kind() {
    for (body, kind) in [
        (r#"{"AlertType":"a","TimeGenerated":"soon"}"#, "alert"),
        (r#"{"type":"Microsoft.Security/secureScores","properties":{"weight":"heavy"}}"#, "metric"),
        (r#"{"colour":"teal","TimeGenerated":"soon"}"#, "event"),
    ] {
        let document = &documents(&decode(Profile::Extended, Dataset::Event, body.as_bytes()))[0];
        assert_eq!((&document["event"]["kind"], &document["event"]["original"]), (&json!(kind), &json!(body)));
        assert!(document["error"]["message"].is_array());
        let document = &documents(&decode(Profile::Elastic, Dataset::Event, body.as_bytes()))[0];
        assert_eq!(document["event"]["kind"], "pipeline_error");
    }
}

#[test]
fn what_is_no_json_object_was_not_read_and_is_no_new_problem() {
    for body in ["not json", "7", "\"a\"", "[[1]]", "true"] {
        for profile in PROFILES {
            let decoded = decode(profile, Dataset::Event, body.as_bytes());
            assert_eq!(codes(&decoded), [], "{body}");
            let event = &documents(&decoded)[0]["event"];
            assert_eq!(event["kind"], "pipeline_error");
            assert!(event["original"].is_string());
            assert_eq!(event["category"].is_null(), profile == Profile::Extended);
        }
    }
}

#[test]
fn a_record_that_says_nothing_is_no_alert_and_no_finding() {
    for body in ["", "  \n", "null", "{}", "[]", "[null]", r#"{"records":null}"#, r#"{"records":[]}"#, r#"{"AlertType":"","a":[{}]}"#] {
        for dataset in [Dataset::Event, Dataset::Assessment] {
            let decoded = decode(Profile::Extended, dataset, body.as_bytes());
            assert_eq!(codes(&decoded), [EMPTY], "{body}");
            let documents = documents(&decoded);
            assert_eq!(documents.len(), 1);
            let event = &documents[0]["event"];
            assert_eq!((&event["kind"], &event["category"], &event["type"]), (&json!("event"), &Value::Null, &Value::Null), "{body}");
            assert_eq!((&documents[0]["microsoft_defender_cloud"], &documents[0]["error"]), (&Value::Null, &Value::Null), "{body}");
            assert_eq!(event["original"].is_null(), !body.starts_with('{') || body == "{}", "{body}");
            let codes_of_elastic: Vec<_> = decode(Profile::Elastic, dataset, body.as_bytes()).problems.iter().map(|problem| problem.code).collect();
            assert_eq!(codes_of_elastic, ["record-empty"], "{body}");
        }
    }
}

/// The alert types of a message, which tells nothing.
#[track_caller]
fn alerts(body: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for profile in PROFILES {
        let decoded = decode(profile, Dataset::Event, body.as_bytes());
        assert_eq!(codes(&decoded), [], "{body}");
        found = documents(&decoded).iter().map(|document| document["microsoft_defender_cloud"]["event"]["alert_type"].clone()).collect();
    }
    found
}

const A: &str = r#"{"AlertType":"a"}"#;
const B: &str = r#"{"AlertType":"b"}"#;

fn in_text(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

#[test]
fn lists_in_an_object_are_taken_apart() {
    for name in ["Records", "RECORDS", "value", "Value", "records"] {
        assert_eq!(alerts(&format!("{{\"{name}\":[{A},{B}],\"count\":2}}")), ["a", "b"]);
        assert_eq!(alerts(&format!("{{\"{name}\":{}}}", in_text(&format!("[{A},{B}]")))), ["a", "b"]);
    }
    let decoded = decode(Profile::Extended, Dataset::Event, format!("{{\"value\":[null,{A}]}}").as_bytes());
    assert_eq!((codes(&decoded), decoded.documents.len()), (vec![EMPTY], 2));
    // A record of its own, whatever it lists.
    assert_eq!(alerts(&format!("{{\"AlertType\":\"c\",\"value\":[{A}]}}")), ["c"]);
    // Neither is it told which of the two lists counts, nor are these records.
    for body in
        [format!("{{\"value\":[{A}],\"Records\":[{B}]}}"), "{\"value\":[1]}".to_owned(), format!("{{\"value\":[{A},\"x\"]}}"), format!("{{\"value\":{A}}}")]
    {
        let decoded = decode(Profile::Extended, Dataset::Event, body.as_bytes());
        assert_eq!((codes(&decoded), decoded.documents.len()), (vec![NOT_RECOGNISED], 1), "{body}");
        assert_eq!(documents(&decoded)[0]["event"]["original"], body);
    }
}

#[test]
fn events_of_event_grid_and_cloud_events_are_opened() {
    let grid = |data: &str| format!(r#"{{"id":"1","eventType":"x","subject":"s","data":{data}}}"#);
    let cloud = |data: &str| format!(r#"{{"specversion":"1.0","id":"2","source":"/s","type":"t","data":{data}}}"#);
    for envelope in [grid, cloud] {
        assert_eq!(alerts(&envelope(A)), ["a"]);
        assert_eq!(alerts(&envelope(&format!("[{A},{B}]"))), ["a", "b"]);
        assert_eq!(alerts(&format!("[{},{}]", envelope(A), envelope(B))), ["a", "b"]);
        assert_eq!(alerts(&envelope(&in_text(A))), ["a"]);
        for data in ["5", "null", "[]", "\"x\"", "{\"colour\":\"teal\"}"] {
            let body = envelope(data);
            let decoded = decode(Profile::Extended, Dataset::Event, body.as_bytes());
            assert_eq!(codes(&decoded), [NOT_RECOGNISED], "{body}");
            assert_eq!(documents(&decoded)[0]["event"]["original"], body);
        }
    }
    for data in ["eyJBbGVydFR5cGUiOiJhIn0=", "eyJBbGVydFR5cGUiOiJhIn0"] {
        assert_eq!(alerts(&format!(r#"{{"specversion":"1.0","data_base64":"{data}"}}"#)), ["a"]);
    }
}

#[test]
fn a_text_that_is_json_is_read_once_more() {
    assert_eq!(alerts(&in_text(A)), ["a"]);
    assert_eq!(alerts(&in_text(&format!("[{A},{B}]"))), ["a", "b"]);
    assert_eq!(alerts(&format!("[{},{}]", in_text(A), B)), ["a", "b"]);
    assert_eq!(alerts(&in_text(&format!("{{\"records\":[{A},{B}]}}"))), ["a", "b"]);
    // Twice is not once.
    let twice = decode(Profile::Extended, Dataset::Event, in_text(&in_text(A)).as_bytes());
    assert_eq!(documents(&twice)[0]["event"]["kind"], "pipeline_error");
}

#[test]
fn three_layers_are_opened_and_no_more() {
    let layers = |count: usize| (0..count).fold(format!("{A},{B}"), |inner, _| format!("{{\"value\":[{inner}]}}"));
    assert_eq!(alerts(&layers(3)), ["a", "b"]);
    assert_eq!(alerts(&format!("[{0},{0}]", layers(3))), ["a", "b", "a", "b"]);
    let decoded = decode(Profile::Extended, Dataset::Event, layers(4).as_bytes());
    assert_eq!(codes(&decoded), [NOT_RECOGNISED]);
    // The running number tells equal records apart.
    let decoded = decode(Profile::Extended, Dataset::Event, format!("[{{\"value\":[{A},{A}]}},{A}]").as_bytes());
    let ids: std::collections::BTreeSet<&str> = decoded.documents.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn what_is_no_text_keeps_its_bytes() {
    for (bytes, what) in [
        (&b"{\0}\0"[..], "UTF-16, little endian, without a byte order mark"),
        (b"\0{\0}", "UTF-16, big endian, without a byte order mark"),
        (b"{\0\0\0}\0\0\0", "UTF-32, little endian, without a byte order mark"),
        (b"\0\0\xfe\xff\0\0\0{", "UTF-32"),
        (b"\x1f\x8b\x08\0broken", "gzip"),
        (b"\x78\x9cbroken\xff", "zlib"),
    ] {
        for dataset in [Dataset::Event, Dataset::Assessment] {
            for profile in PROFILES {
                let decoded = decode(profile, dataset, bytes);
                assert_eq!(codes(&decoded), [BODY_NOT_TEXT], "{what}");
                assert!(decoded.problems[0].message.contains(what), "{:?}", decoded.problems);
                let document = &documents(&decoded)[0];
                assert_eq!(document["event"]["kind"], "pipeline_error");
                assert_eq!(document["event"]["original"], in_base64(bytes));
                assert!(document["error"]["message"][0].as_str().is_some_and(|line| line.contains(what)), "{document}");
            }
        }
    }
}

fn in_base64(bytes: &[u8]) -> String {
    use base64::Engine;
    format!("base64:{}", base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// `{"AlertType":"a"}`, packed by Python's `gzip` and `zlib`.
const PACKED: [&[u8]; 2] = [&GZIP, &ZLIB];
const GZIP: [u8; 37] =
    [31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 114, 204, 73, 45, 42, 9, 169, 44, 72, 85, 178, 82, 74, 84, 170, 5, 0, 123, 180, 204, 58, 17, 0, 0, 0];
const ZLIB: [u8; 25] = [120, 156, 171, 86, 114, 204, 73, 45, 42, 9, 169, 44, 72, 85, 178, 82, 74, 84, 170, 5, 0, 53, 174, 5, 182];

#[test]
fn what_is_packed_is_unpacked() {
    for bytes in PACKED {
        let decoded = decode(Profile::Extended, Dataset::Event, bytes);
        assert_eq!(codes(&decoded), []);
        assert_eq!(documents(&decoded)[0]["microsoft_defender_cloud"]["event"]["alert_type"], "a");
    }
}

#[test]
fn utf_16_with_a_mark_is_read() {
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let body: Vec<u8> = "\u{feff}{\"AlertType\":\"a\u{1f426}\"}".encode_utf16().flat_map(unit).collect();
        let decoded = decode(Profile::Extended, Dataset::Event, &body);
        assert_eq!(codes(&decoded), []);
        assert_eq!(documents(&decoded)[0]["microsoft_defender_cloud"]["event"]["alert_type"], "a\u{1f426}");
    }
}

#[test]
fn only_records_with_other_bytes_keep_them() {
    let decoded =
        decode(Profile::Extended, Dataset::Event, b"{\"value\":[{\"AlertType\":\"a\"},{\"AlertType\":\"caf\xe9\"},\"{\\\"AlertType\\\":\\\"\xe8\\\"}\"]}");
    assert_eq!(codes(&decoded), [("body-not-utf8", Severity::Warning)]);
    let originals: Vec<Value> = documents(&decoded).iter().map(|document| document["event"]["original"].clone()).collect();
    assert_eq!(originals[..2], [Value::Null, json!(in_base64(b"{\"AlertType\":\"caf\xe9\"}"))]);
    assert_eq!(originals[2], in_base64(b"\"{\\\"AlertType\\\":\\\"\xe8\\\"}\""));
}

#[test]
fn a_body_of_very_many_records_is_not_taken_apart() {
    let many = |count: usize, record: &str, between: &str| vec![record; count].join(between);
    let list = |count, record| format!("[{}]", many(count, record, ","));
    let padded = format!("{{\"AlertType\":\"{}\"}}", "a".repeat(50_000));
    for profile in PROFILES {
        for (body, problem) in [
            (list(10_000, "{}"), EMPTY),
            (list(10_001, "{}"), NOT_TAKEN_APART),
            (list(353_000, "{}"), NOT_TAKEN_APART),
            (list(300_000, "1"), NOT_TAKEN_APART),
            (many(200_000, "{}", ""), NOT_TAKEN_APART),
            (format!("{{\"value\":[{{\"records\":{}}}]}}", list(10_001, A)), NOT_TAKEN_APART),
            (list(100, &padded), NOT_TAKEN_APART),
            (format!("{{\"AlertType\":\"a\",\"ExtendedProperties\":{{\"a\":{}}}}}", list(600_000, "1")), NOT_TAKEN_APART),
            (format!("{{\"value\":[{A}],\"more\":{}}}", list(600_000, "1")), NOT_TAKEN_APART),
        ] {
            let decoded = decode(profile, Dataset::Event, body.as_bytes());
            assert_eq!(codes(&decoded), [problem], "{}", &body[..40]);
            if problem == NOT_TAKEN_APART {
                let documents = documents(&decoded);
                assert_eq!(documents.len(), 1);
                assert_eq!(documents[0]["event"]["original"], body);
                assert_eq!(documents[0]["event"]["kind"], "pipeline_error");
            } else {
                assert_eq!(decoded.documents.len(), 10_000);
            }
        }
    }
    assert_eq!(decode(Profile::Extended, Dataset::Event, padded.as_bytes()).documents.len(), 1);
}

#[test]
fn a_position_without_a_time_is_a_position() {
    let at = |enqueued| Position { partition: "3".into(), sequence_number: 7, offset: "9".into(), enqueued, partition_key: None };
    let messages: Vec<Message> = [0, NOW - 1000, NOW].map(|enqueued| Message { body: A.into(), position: Some(at(enqueued)) }).into();
    let decoded = Plugin::default().decode(NOW, Dataset::Event, &messages);
    let ids: std::collections::BTreeSet<&str> = decoded.documents.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids.len(), 1, "the time of arrival is none of the id");
    let documents = documents(&decoded);
    assert_eq!((&documents[0]["@timestamp"], &documents[0]["azure-eventhub"]["enqueued_time"]), (&json!("2026-01-01T00:00:00.000Z"), &Value::Null));
    assert_eq!(documents[0]["azure-eventhub"]["sequence_number"], 7);
    assert_eq!(documents[1]["azure-eventhub"]["enqueued_time"], "2025-12-31T23:59:59.000Z");
}
