//! Anything in any declared field of a finding, and in the objects around them: what comes of it in profile `extended` is taken by an index.

use std::collections::BTreeSet;

use microsoft_defender_cloud::contract::{Dataset, Message};
use microsoft_defender_cloud::mapping::reference;
use microsoft_defender_cloud::plugin::Plugin;
use properties::index;
use serde_json::{Value, json};

const TREE: &str = "microsoft_defender_cloud.assessment.";

/// What the mapping itself says there.
const OWN: [&str; 4] = ["class", "cves_left_out", "cves_left_out_ids", "not_read"];

/// The paths of declared fields, and of all objects around them.
fn places() -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for field in reference::fields(Dataset::Assessment) {
        let Some(path) = field.name.strip_prefix(TREE).filter(|path| !OWN.contains(path)) else { continue };
        places.extend(path.match_indices('.').map(|(at, _)| path[..at].to_owned()));
        places.insert(path.to_owned());
    }
    places
}

/// A record in which that value stands at a path, with its innermost object in a list or alone.
fn record(path: &str, value: &Value, is_list: bool) -> Value {
    let mut names: Vec<&str> = path.split('.').collect();
    let last = names.pop().unwrap_or_default();
    let mut object = json!({ last: value });
    // An object of a list of CVEs needs an id.
    if matches!(names.last(), Some(&("cves" | "cves_details" | "cve_list" | "cve"))) {
        for id in ["cve", "cve_id", "title"].into_iter().filter(|id| *id != last) {
            object[id] = json!("CVE-2026-1");
        }
    }
    if is_list && !names.is_empty() {
        object = json!([object]);
    }
    for name in names.iter().rev() {
        object = if *name == "sub_assessment" { json!({ (*name): { "properties": object } }) } else { json!({ (*name): object }) };
    }
    with_members(object)
}

fn with_members(properties: Value) -> Value {
    json!({ "id": "/subscriptions/s/providers/Microsoft.Security/assessments/a", "type": "Microsoft.Security/assessments", "properties": properties })
}

fn values() -> Vec<Value> {
    let deep = (0..30).fold(json!("leaf"), |inner, _| json!({ "a": inner }));
    vec![
        json!("x"),
        json!(" "),
        json!(7),
        json!(-1.5),
        json!(1e300),
        json!(true),
        json!("NaN"),
        json!("2026-01-01"),
        json!({ "a": "x" }),
        json!({}),
        json!([]),
        json!(["x", { "a": 1 }, [2, [{ "b": "y" }]]]),
        json!([1, "2", true]),
        json!({ "": 1, " ": 2, "a..b": 3, "x\u{0}": 4, ".": { "..": 5 } }),
        deep,
        json!("{\"a\":{\"\":[1]}}"),
        json!("[\"CVE-2026-2\",{\"x\":{\"y.\":1}}]"),
    ]
}

fn check(plugin: &mut Plugin, record: &Value) {
    let decoded = plugin.decode(1_767_225_600_000, Dataset::Assessment, &[Message { body: record.to_string().into(), position: None }]);
    assert!(!decoded.documents.is_empty());
    for document in &decoded.documents {
        index::check(&document.body, Dataset::Assessment);
    }
}

#[test]
fn an_index_takes_every_finding_whatever_stands_where() {
    let (mut plugin, values) = (Plugin::default(), values());
    let places = places();
    assert!(places.len() > 250, "{}", places.len());
    for (path, value) in places.iter().flat_map(|path| values.iter().map(move |value| (path, value))) {
        check(&mut plugin, &record(path, value, false));
        check(&mut plugin, &record(path, value, true));
        check(&mut plugin, &with_members(json!({ path: value })));
    }
}

#[test]
fn an_index_takes_every_finding_whatever_its_names_are() {
    let mut plugin = Plugin::default();
    for path in places() {
        let (around, last) = path.rsplit_once('.').unwrap_or(("", &path));
        for name in ["", " ", ".", "a.", ".a", "a..b", "\u{0}", "\u{2003}"] {
            let path = if around.is_empty() { "own".to_owned() } else { format!("{around}.own") };
            check(&mut plugin, &record(&path, &json!({ name: { name: 1 } }), true));
        }
        // One name with dots that leads through a field that holds no others, and to one.
        for name in [format!("{last}.x"), format!("{last}.x.y"), path.clone(), format!("{path}.x")] {
            check(&mut plugin, &with_members(json!({ name: { "a": 1 } })));
        }
    }
}
