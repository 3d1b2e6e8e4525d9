//! What an Elasticsearch has, beside what it was to have.

use std::collections::BTreeMap;
use std::path::Path;

use live_servers::SearchServer;
use serde_json::{Value, json};

/// Documents by the index and the id that they are stored under.
pub(crate) type Documents = BTreeMap<(String, String), Value>;

/// A server that takes any document.
pub(crate) fn server(name: &str) -> Option<SearchServer> {
    let server = SearchServer::for_test(Path::new(env!("CARGO_TARGET_TMPDIR")), name, &[])?;
    let template = json!({ "index_patterns": ["logs-*"], "template": { "mappings": { "dynamic": false } } });
    assert_eq!(server.ask("PUT", "/_index_template/any", &template).0, 200);
    Some(server)
}

/// What lines with envelopes are to become.
pub(crate) fn wanted(lines: &str) -> Documents {
    let line = |line: &str| {
        let envelope: Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| envelope[name].as_str().expect("a text").to_owned();
        ((format!("logs-{}-default", text("dataset")), text("id")), envelope["document"].clone())
    };
    lines.lines().map(line).collect()
}

/// What a server has.
pub(crate) fn stored(server: &SearchServer) -> Documents {
    server.ask("POST", "/logs-*/_refresh", &Value::Null);
    let (status, answer) = server.ask("POST", "/logs-*/_search", &json!({ "size": 10_000 }));
    assert_eq!(status, 200, "{answer}");
    let hits = answer["hits"]["hits"].as_array().expect("hits");
    let text = |hit: &Value, name: &str| hit[name].as_str().expect("a text").to_owned();
    hits.iter().map(|hit| ((text(hit, "_index"), text(hit, "_id")), hit["_source"].clone())).collect()
}

/// Whether two documents have the same members and values; a number may be written as `4` or `4.0`.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        (Value::Array(one), Value::Array(other)) => one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other)),
        (Value::Number(number), Value::Number(another)) if number.is_f64() || another.is_f64() => number.as_f64() == another.as_f64(),
        _ => one == other,
    }
}

/// Fails where they are not the same.
#[track_caller]
pub(crate) fn assert_same(stored: &Documents, wanted: &Documents) {
    assert_eq!(stored.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
    for (key, wanted) in wanted {
        assert!(same(&stored[key], wanted), "{key:?}:\n{:#}\n{wanted:#}", stored[key]);
    }
}
