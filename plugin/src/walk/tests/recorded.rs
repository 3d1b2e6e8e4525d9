//! The reference's recorded API, read from where the reference material is.

use std::path::PathBuf;

use super::*;

fn shared(name: &str) -> Option<String> {
    let folder = std::env::var_os("DEFENDER_SHARED").map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let text = std::fs::read_to_string(folder.join(name)).ok();
    if text.is_none() {
        println!("skipped: no `{name}` in {}; set DEFENDER_SHARED", folder.display());
    }
    text
}

/// Numbers as numbers: 4 and 4.0 are the same.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other)),
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

#[test]
fn the_recorded_api_gives_the_six_merged_records() {
    let (Some(exchanges), Some(expected)) = (shared("gold/api/exchanges.json"), shared("gold/api/expected-messages-deep.ndjson")) else { return };
    let exchanges: Value = serde_json::from_str(&exchanges).expect("the recording is JSON");
    let exchanges: BTreeMap<&str, &Value> = exchanges["exchanges"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|exchange| (exchange["request"]["url"].as_str().expect("a URL"), &exchange["response"]))
        .collect();
    let scopes = vec![Scope::Subscription("5abcdef6-1234-5678-8912-e1234abcdef1".into())];
    let settings = Settings { scopes, ..settings(SubAssessments::PerAssessment) };
    let ran = Host::new(&settings, 1).run(|url| {
        let response = exchanges.get(url).unwrap_or_else(|| panic!("no recorded response to `{url}`"));
        answer(response["status"].as_u64().expect("a status") as u16, response["body"].to_string())
    });
    let expected: Vec<Value> = expected.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert_eq!((expected.len(), ran.documents.len()), (6, 6));
    for record in &expected {
        assert_eq!(ran.documents.values().filter(|body| same(&original(body), record)).count(), 1, "{record}");
    }
    assert_eq!(ran.requests.len(), exchanges.len(), "every recorded response is asked for, once");
    assert!(ran.totals.complete && ran.problems.is_empty());
    assert_eq!((ran.totals.pages, ran.totals.records), (ran.requests.len() as u64, 8));
}
