//! Nothing is swallowed in silence: what a message says is in its documents or is told, by the findings that showed the lack of it.

use microsoft_defender_cloud::contract::{Dataset, Decoded, Message, Severity};
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

const NOT_RECOGNISED: (&str, Severity) = ("record-not-recognised", Severity::Warning);
const EMPTY: (&str, Severity) = ("record-empty", Severity::Info);

#[test]
fn f2_a_record_of_no_known_kind_is_told_and_keeps_its_text() {
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
fn f2_a_message_tells_once_how_many_of_its_records_are_not_recognised() {
    let decoded = decode(Profile::Extended, Dataset::Event, br#"[{"a":1},{},{"AlertType":"b"},{"c":3},null]"#);
    assert_eq!(codes(&decoded), [NOT_RECOGNISED, EMPTY]);
    assert!(decoded.problems.iter().all(|problem| problem.message.starts_with("2 records ")), "{:?}", decoded.problems);
    let kinds: Vec<Value> = documents(&decoded).iter().map(|document| document["event"]["kind"].clone()).collect();
    assert_eq!(kinds, ["event", "event", "alert", "event", "event"]);
}

#[test]
fn f2_profile_elastic_makes_the_document_of_the_reference() {
    let decoded = decode(Profile::Elastic, Dataset::Event, br#"{"Severity":"High"}"#);
    let document = &documents(&decoded)[0];
    assert_eq!((&document["event"]["kind"], &document["event"]["category"]), (&json!("alert"), &json!(["intrusion_detection"])));
    assert_eq!(document["microsoft_defender_cloud"]["event"]["severity"], "High");
    let decoded = decode(Profile::Elastic, Dataset::Assessment, br#"{"colour":"teal"}"#);
    assert_eq!(documents(&decoded)[0]["microsoft_defender_cloud"]["assessment"]["class"], "misconfiguration");
}

#[test]
fn f2_a_record_that_was_recognised_keeps_its_kind() {
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
fn f2_what_is_no_json_object_was_not_read_and_is_no_new_problem() {
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
fn f3_a_record_that_says_nothing_is_no_alert_and_no_finding() {
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
