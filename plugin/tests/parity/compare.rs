//! Documents compared by class: equal where the reference reports no error, at least as much where it does.

use serde_json::Value;

/// One message and the document that the reference makes of it.
pub struct Case {
    pub name: String,
    pub tags: Vec<String>,
    pub message: String,
    pub expected: Value,
}

/// How the documents differ, path by path.
pub fn check(case: &Case, ours: Value) -> Vec<String> {
    let preserved = case.tags.iter().any(|tag| tag == "preserve_original_event");
    let expected = prepared(case.expected.clone(), &case.expected, preserved);
    let mut differences = own_fields(&ours);
    let has_error = !case.expected["error"]["message"].is_null();
    let aborted = has_error && case.expected.get("json").is_some();
    if !ours["error"]["message"].is_null() && ours["event"]["original"].is_null() && !case.message.is_empty() {
        differences.push("an error without `event.original`".into());
    }
    if aborted {
        if ours.get("json").is_some() {
            differences.push("`json` in a document".into());
        }
        if ours["event"]["kind"] == "pipeline_error" && ours["error"]["message"].is_null() {
            differences.push("a pipeline error without a text".into());
        }
    } else if has_error {
        let mut expected = expected;
        remove(&mut expected, &["error"]);
        remove(&mut expected, &["event", "kind"]);
        remove(&mut expected, &["tags"]);
        at_least(&mut differences, "", &expected, &prepared(ours, &case.expected, preserved));
    } else {
        equal(&mut differences, "", &expected, &prepared(ours, &case.expected, preserved));
    }
    differences
}

/// What every document of ours has beyond the reference's.
fn own_fields(ours: &Value) -> Vec<String> {
    let mut missing = Vec::new();
    for (path, value) in [("@timestamp", &ours["@timestamp"]), ("event.dataset", &ours["event"]["dataset"]), ("event.module", &ours["event"]["module"])] {
        if !value.is_string() {
            missing.push(format!("no `{path}`"));
        }
    }
    missing
}

/// A document without what is not compared.
fn prepared(mut document: Value, expected: &Value, preserved: bool) -> Value {
    if expected.get("@timestamp").is_none() {
        remove(&mut document, &["@timestamp"]);
    }
    if !preserved {
        remove(&mut document, &["event", "original"]);
    }
    for path in [&["event", "dataset"][..], &["event", "module"], &["azure-eventhub"]] {
        remove(&mut document, path);
    }
    if let Some(tags) = document.get_mut("tags").and_then(Value::as_array_mut) {
        tags.retain(|tag| tag != "preserve_original_event");
        tags.sort_by_key(Value::to_string);
        if tags.is_empty() {
            remove(&mut document, &["tags"]);
        }
    }
    document
}

fn remove(document: &mut Value, path: &[&str]) {
    let Some((last, parents)) = path.split_last() else { return };
    let mut place = document;
    for name in parents {
        match place.get_mut(name) {
            Some(inner) => place = inner,
            None => return,
        }
    }
    if let Some(object) = place.as_object_mut() {
        object.remove(*last);
    }
}

fn equal(differences: &mut Vec<String>, path: &str, expected: &Value, ours: &Value) {
    match (expected, ours) {
        (Value::Object(left), Value::Object(right)) => {
            for (name, value) in left {
                match right.get(name) {
                    Some(other) => equal(differences, &format!("{path}.{name}"), value, other),
                    None => differences.push(format!("{path}.{name}: missing, expected {value}")),
                }
            }
            for (name, value) in right {
                if !left.contains_key(name) {
                    differences.push(format!("{path}.{name}: unexpected {value}"));
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (place, (value, other)) in left.iter().zip(right).enumerate() {
                equal(differences, &format!("{path}[{place}]"), value, other);
            }
        }
        _ if same_scalar(expected, ours) => {}
        _ => differences.push(format!("{path}: {ours}, expected {expected}")),
    }
}

fn at_least(differences: &mut Vec<String>, path: &str, expected: &Value, ours: &Value) {
    match (expected, ours) {
        (Value::Object(left), Value::Object(right)) => {
            for (name, value) in left {
                match right.get(name) {
                    Some(other) => at_least(differences, &format!("{path}.{name}"), value, other),
                    None => differences.push(format!("{path}.{name}: missing, expected {value}")),
                }
            }
        }
        _ => equal(differences, path, expected, ours),
    }
}

/// Numbers are compared as numbers, and integers to their last digit.
fn same_scalar(expected: &Value, ours: &Value) -> bool {
    match (expected, ours) {
        (Value::Number(left), Value::Number(right)) => left == right || (left.as_f64() == right.as_f64() && (left.is_f64() || right.is_f64())),
        _ => expected == ours,
    }
}
