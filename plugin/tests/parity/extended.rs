//! Cases of profile `extended`: what fields of documents should be, in the words of the cases' own format.

use std::path::PathBuf;

use microsoft_defender_cloud::contract::{Dataset, Message};
use microsoft_defender_cloud::plugin::Plugin;
use regex_lite::Regex;
use serde_json::{Map, Value};

use crate::shared;

/// The cases of profile `extended`, each a file of its own.
pub fn cases(dataset: &str) -> Option<Vec<Value>> {
    let folder = shared::folder().join("cases/extended").join(dataset);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: no cases in `{}`; set DEFENDER_SHARED to where the reference data lies", folder.display());
        return None;
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    Some(files.iter().map(|file| serde_json::from_str(&std::fs::read_to_string(file).expect("a case")).expect("a case is JSON")).collect())
}

/// What a case does not find as it should be.
pub fn check(case: &Value) -> Vec<String> {
    let mut plugin = Plugin::default();
    let settings = case.get("settings").map_or_else(|| r#"{"profile":"extended"}"#.to_owned(), Value::to_string);
    plugin.configure(&settings).expect("settings of a case");
    let bodies: Vec<Vec<u8>> = match (&case["text"], &case["input"]) {
        (Value::String(text), _) => vec![text.clone().into_bytes()],
        (_, Value::Array(records)) => records.iter().map(|record| record.to_string().into_bytes()).collect(),
        (_, record) => vec![record.to_string().into_bytes()],
    };
    let messages: Vec<Message> = bodies.into_iter().map(|body| Message { body, position: None }).collect();
    let dataset = if case["dataset"] == "event" { Dataset::Event } else { Dataset::Assessment };
    let decoded = plugin.decode(1_767_225_600_000, dataset, &messages);
    let mut documents: Vec<Value> = decoded.documents.iter().map(|document| serde_json::from_slice(&document.body).expect("a document is JSON")).collect();
    let mut wrong = Vec::new();
    if case.get("documents").is_some_and(|count| !count.is_null() && *count != documents.len()) {
        wrong.push(format!("{} documents, not {}", documents.len(), case["documents"]));
    }
    for expected in case["expect"].as_array().into_iter().flatten().filter_map(Value::as_object) {
        let misses = |document: &Value| expected.iter().flat_map(|(name, rule)| unmet(document, name, rule)).collect::<Vec<_>>();
        let best = documents.iter().map(misses).enumerate().min_by_key(|(_, misses)| misses.len());
        match best {
            None => wrong.push("no document left".to_owned()),
            Some((at, misses)) if misses.is_empty() => drop(documents.remove(at)),
            Some((_, misses)) => wrong.extend(misses),
        }
    }
    for code in case["problems"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !decoded.problems.iter().any(|problem| problem.code == code) {
            wrong.push(format!("problem `{code}` is not told"));
        }
    }
    wrong
}

/// The rules for one field that a document does not meet.
fn unmet(document: &Value, name: &str, rule: &Value) -> Vec<String> {
    let path: Vec<&str> = name.split('.').collect();
    let mut have = Vec::new();
    values(document, &path, &mut have);
    let mut unmet = Vec::new();
    for (verb, want) in rule.as_object().into_iter().flatten() {
        let wants: Vec<&Value> = want.as_array().map_or_else(|| vec![want], |wants| wants.iter().collect());
        let has = |want: &Value| have.iter().any(|have| equal(want, have));
        let is_met = match verb.as_str() {
            "is" => wants.len() == have.len() && wants.iter().all(|want| has(want)) && have.iter().all(|have| wants.iter().any(|want| equal(want, have))),
            "has" => wants.iter().all(|want| has(want)),
            "not" => !wants.iter().any(|want| has(want)),
            "single" => !have.is_empty() && !is_list(document, &path),
            "absent" => have.is_empty(),
            "present" => !have.is_empty(),
            "matches" => {
                let pattern = Regex::new(want.as_str().expect("a pattern")).expect("a pattern");
                have.iter().any(|have| pattern.is_match(have.as_str().unwrap_or_default()))
            }
            other => panic!("no such verb: {other}"),
        };
        if !is_met {
            unmet.push(format!("{name}: {verb} {want}, but {have:?}"));
        }
    }
    unmet
}

/// All values under a dotted name, lists flattened; a name in a document may have dots itself.
fn values<'v>(node: &'v Value, path: &[&str], found: &mut Vec<&'v Value>) {
    match node {
        Value::Array(elements) => elements.iter().for_each(|element| values(element, path, found)),
        Value::Null => {}
        node if path.is_empty() => found.push(node),
        Value::Object(members) => members_named(members, path).for_each(|(value, rest)| values(value, &path[rest..], found)),
        _ => {}
    }
}

/// Whether what stands under a name is a list, or comes through one.
fn is_list(node: &Value, path: &[&str]) -> bool {
    match node {
        Value::Object(members) if !path.is_empty() => members_named(members, path).any(|(value, rest)| is_list(value, &path[rest..])),
        node => node.is_array(),
    }
}

fn members_named<'v>(members: &'v Map<String, Value>, path: &[&str]) -> impl Iterator<Item = (&'v Value, usize)> {
    (1..=path.len()).filter_map(|count| Some((members.get(&path[..count].join("."))?, count)))
}

/// Numbers as numbers, lists as sets.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => left.len() == right.len() && left.iter().all(|left| right.iter().any(|right| equal(left, right))),
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len() && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| equal(left, right)))
        }
        _ => left == right,
    }
}
