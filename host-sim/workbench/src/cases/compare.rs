//! Whether a document is the one that was expected: to the letter for cases of our own, by class for those of a reference.

use regex_lite::Regex;
use serde_json::Value;

use crate::difference::{self, Change, Difference};

/// How documents are compared.
#[derive(Debug)]
pub(super) enum Rule {
    /// As values, in full.
    Exact,
    /// By class, some members left out; of dynamic fields only the pattern is compared.
    Reference(Vec<(String, Regex)>),
}

/// A document that the component made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) text: Vec<u8>,
    pub(super) value: Value,
    /// Whether it was to keep its original.
    pub(super) preserved: bool,
    /// Whether there was any text to keep.
    pub(super) from_nothing: bool,
}

/// What every document of ours has and a reference may not know.
const OURS: [&[&str]; 4] = [&["@timestamp"], &["event", "dataset"], &["event", "module"], &["azure-eventhub"]];

/// A tag that stands for a setting, and that agents add or leave out as they like.
const PRESERVE: &str = "preserve_original_event";

impl Rule {
    /// A reference's, without dynamic fields.
    pub(super) fn reference() -> Self {
        Self::Reference(Vec::new())
    }

    /// Each difference on a line.
    pub(super) fn differences(&self, expected: &Value, made: &Made) -> Vec<String> {
        match self {
            Self::Exact => difference::between(expected, &made.value).iter().map(line).collect(),
            Self::Reference(dynamic) => by_class(expected, made, dynamic),
        }
    }

    /// The document as an expected one.
    pub(super) fn as_expected(&self, before: Option<&Value>, made: &Made) -> Vec<u8> {
        match self {
            Self::Exact => made.text.clone(),
            Self::Reference(_) => without_ours(made.value.clone(), before.unwrap_or(&Value::Null), made.preserved).to_string().into_bytes(),
        }
    }
}

/// A reference that reports an error lacks what it could not map, and one that gives up has little more than the record itself.
enum Class {
    Clean,
    WithError,
    Aborted,
}

impl Class {
    fn of(expected: &Value) -> Self {
        match (get(expected, &["error", "message"]), expected.get("json")) {
            (None | Some(Value::Null), _) => Self::Clean,
            (Some(_), None) => Self::WithError,
            (Some(_), Some(_)) => Self::Aborted,
        }
    }
}

fn by_class(expected: &Value, made: &Made, dynamic: &[(String, Regex)]) -> Vec<String> {
    let mut lines = of_dynamic(&made.value, dynamic);
    let has_error = get(&made.value, &["error", "message"]).is_some();
    if has_error && !made.from_nothing && get(&made.value, &["event", "original"]).is_none() {
        lines.push("event.original: expected the original, because of the error, got nothing".to_owned());
    }
    let prepared = |document: &Value| comparable(without_ours(document.clone(), expected, made.preserved), dynamic);
    match Class::of(expected) {
        Class::Clean => lines.extend(difference::between(&prepared(expected), &prepared(&made.value)).iter().map(line)),
        Class::WithError => {
            let (mut left, mut right) = (prepared(expected), prepared(&made.value));
            for path in [&["error"][..], &["event", "kind"], &["tags"]] {
                remove(&mut left, path);
                remove(&mut right, path);
            }
            lines.extend(difference::between(&left, &right).iter().filter(|difference| is_lack(difference)).map(line));
        }
        Class::Aborted => {
            if let Some(json) = made.value.get("json") {
                lines.push(format!("json: expected nothing, got {}", difference::excerpt(json)));
            }
            if get(&made.value, &["event", "kind"]).is_some_and(|kind| kind == "pipeline_error") && !has_error {
                lines.push("error.message: expected a text, because of `event.kind`, got nothing".to_owned());
            }
        }
    }
    lines
}

/// Whether something is less than expected; a member more is none, an element more is.
fn is_lack(difference: &Difference) -> bool {
    !matches!(difference.change, Change::Added(_)) || difference.path.is_in_array()
}

fn line(difference: &Difference) -> String {
    let path = difference.path.to_string();
    let path = if path.is_empty() { "the document".to_owned() } else { path };
    match &difference.change {
        Change::Changed(expected, made) => format!("{path}: expected {}, got {}", difference::excerpt(expected), difference::excerpt(made)),
        Change::Removed(expected) => format!("{path}: expected {}, got nothing", difference::excerpt(expected)),
        Change::Added(made) => format!("{path}: expected nothing, got {}", difference::excerpt(made)),
    }
}

/// What does not look as a dynamic field is to look.
fn of_dynamic(document: &Value, dynamic: &[(String, Regex)]) -> Vec<String> {
    let mut lines = Vec::new();
    for (field, pattern) in dynamic {
        // As in elastic-package, a pattern says nothing of what is absent or no text.
        let Some(text) = get(document, &field.split('.').collect::<Vec<_>>()).and_then(Value::as_str) else { continue };
        if !pattern.is_match(text) {
            lines.push(format!("{field}: expected what matches `{pattern}`, got {}", difference::excerpt(&text.into())));
        }
    }
    lines
}

/// A document without what only ours has, and without an original that nobody asked for.
fn without_ours(mut document: Value, expected: &Value, preserved: bool) -> Value {
    for path in OURS {
        if get(expected, path).is_none() {
            remove(&mut document, path);
        }
    }
    if !preserved {
        remove(&mut document, &["event", "original"]);
    }
    document
}

/// A document whose tags are in one order, without what is not compared.
fn comparable(mut document: Value, dynamic: &[(String, Regex)]) -> Value {
    for (field, _) in dynamic {
        remove(&mut document, &field.split('.').collect::<Vec<_>>());
    }
    if let Some(tags) = document.get_mut("tags").and_then(Value::as_array_mut) {
        tags.retain(|tag| tag != PRESERVE);
        tags.sort_by_key(Value::to_string);
        tags.dedup();
        if tags.is_empty() {
            remove(&mut document, &["tags"]);
        }
    }
    document
}

fn get<'a>(document: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(document, |value, name| value.get(name))
}

/// Removes a member, and the objects that are empty without it.
fn remove(document: &mut Value, path: &[&str]) {
    let (Some((first, rest)), Some(object)) = (path.split_first(), document.as_object_mut()) else { return };
    let is_emptied = match object.get_mut(*first) {
        Some(inner) if !rest.is_empty() => {
            remove(inner, rest);
            inner.as_object().is_some_and(serde_json::Map::is_empty)
        }
        _ => rest.is_empty(),
    };
    if is_emptied {
        object.remove(*first);
    }
}

#[cfg(test)]
mod tests {
    use regex_lite::Regex;
    use serde_json::{Value, json};

    use super::{Made, Rule};

    fn made(value: &Value) -> Made {
        Made { text: value.to_string().into_bytes(), value: value.clone(), preserved: false, from_nothing: false }
    }

    #[track_caller]
    fn check(rule: &Rule, expected: Value, ours: Value, differences: &[&str]) {
        assert_eq!(rule.differences(&expected, &made(&ours)), differences);
    }

    #[test]
    fn a_case_of_our_own_is_compared_in_full() {
        check(&Rule::Exact, json!({"a": 1, "tags": ["x", "y"]}), json!({"tags": ["x", "y"], "a": 1.0}), &[]);
        check(&Rule::Exact, json!({"a": 1}), json!({"a": 1, "@timestamp": "t"}), &["@timestamp: expected nothing, got \"t\""]);
        let swapped = &["tags[0]: expected \"x\", got \"y\"", "tags[1]: expected \"y\", got \"x\""];
        check(&Rule::Exact, json!({"tags": ["x", "y"]}), json!({"tags": ["y", "x"]}), swapped);
    }

    #[test]
    fn what_a_reference_does_not_know_is_left_out() {
        let ours = json!({"@timestamp": "t", "event": {"dataset": "d", "module": "m", "kind": "alert"}, "azure-eventhub": {"offset": "1"}, "tags": ["b", "a"]});
        check(&Rule::reference(), json!({"event": {"kind": "alert", "original": "o"}, "tags": ["a", "preserve_original_event", "b"]}), ours.clone(), &[]);
        check(&Rule::reference(), json!({"@timestamp": "u", "event": {"kind": "alert"}, "tags": ["a", "b"]}), ours, &["@timestamp: expected \"u\", got \"t\""]);
        check(&Rule::reference(), json!({"a": 1}), json!({"a": 1, "event": {"dataset": "d"}, "tags": ["preserve_original_event"]}), &[]);
    }

    #[test]
    fn where_a_reference_has_an_error_ours_holds_at_least_as_much() {
        let expected = json!({"a": {"b": 1}, "c": [1], "error": {"message": ["x"]}, "event": {"kind": "pipeline_error"}, "tags": ["t"]});
        check(&Rule::reference(), expected.clone(), json!({"a": {"b": 1, "more": 2}, "c": [1], "event": {"kind": "alert"}}), &[]);
        check(&Rule::reference(), expected.clone(), json!({"a": {}, "c": [1, 2]}), &["a.b: expected 1, got nothing", "c[1]: expected nothing, got 2"]);
        let without_original = json!({"a": {"b": 1}, "c": [1], "error": {"message": ["y"]}});
        check(&Rule::reference(), expected, without_original, &["event.original: expected the original, because of the error, got nothing"]);
    }

    #[test]
    fn where_a_reference_gave_up_ours_does_not() {
        let expected = json!({"json": {"a": 1}, "error": {"message": "x"}});
        check(&Rule::reference(), expected.clone(), json!({"anything": 1}), &[]);
        check(&Rule::reference(), expected.clone(), json!({"json": {}}), &["json: expected nothing, got {}"]);
        let silent = json!({"event": {"kind": "pipeline_error"}});
        check(&Rule::reference(), expected, silent, &["error.message: expected a text, because of `event.kind`, got nothing"]);
    }

    #[test]
    fn a_dynamic_field_is_compared_with_its_pattern_alone() {
        let rule = Rule::Reference(vec![("event.ingested".into(), Regex::new("^2[0-9]+-").expect("a pattern"))]);
        check(&rule, json!({"a": 1, "event": {"ingested": "2020-"}}), json!({"a": 1, "event": {"ingested": "2026-"}}), &[]);
        let wrong = json!({"a": 1, "event": {"ingested": "now"}});
        check(&rule, json!({"a": 1}), wrong, &["event.ingested: expected what matches `^2[0-9]+-`, got \"now\""]);
    }

    #[test]
    fn what_is_written_for_a_reference_compares_as_equal() {
        let ours = json!({"@timestamp": "t", "event": {"dataset": "d", "kind": "alert", "original": "o"}, "tags": ["preserve_original_event"]});
        let rule = Rule::reference();
        let written: Value = serde_json::from_slice(&rule.as_expected(None, &made(&ours))).expect("JSON");
        assert_eq!(written, json!({"event": {"kind": "alert"}, "tags": ["preserve_original_event"]}));
        check(&rule, written, ours, &[]);
    }
}
