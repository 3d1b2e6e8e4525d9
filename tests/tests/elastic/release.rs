//! A view whose query, settings or mapping change gets another index and another version, or an upload would delete it and build it anew.

use host_sim_elastic::{mapping, transform};
use serde_json::{Value, json};

use crate::FIELDS;

/// What was released last: its version, and both views. While `released` is false it follows what is written.
const FILE: &str = "host-sim/elastic/released.json";

fn views() -> Value {
    let declared = FIELDS.dataset(host_sim_elastic::fields::ASSESSMENT).latest();
    let fields: serde_json::Map<String, Value> = mapping::types(&mapping::of(&declared)).into_iter().map(|(name, kind)| (name, json!(kind))).collect();
    let mut views: serde_json::Map<String, Value> = transform::ALL.iter().map(|latest| (latest.name.to_owned(), latest.body(&FIELDS))).collect();
    views.insert("fields".into(), Value::Object(fields));
    Value::Object(views)
}

/// Why a change may not be released.
fn fault(released: &Value, views: &Value) -> Option<String> {
    if released == views {
        return None;
    }
    for latest in transform::ALL {
        for pointer in ["/dest/index", "/_meta/fleet_transform_version"] {
            let place = format!("/{}{pointer}", latest.name);
            if released.pointer(&place) == views.pointer(&place) {
                return Some(format!("`{place}` is as in the last release, and the views are not: raise `INDEX` and `VERSION` in `transform.rs` together"));
            }
        }
    }
    None
}

#[test]
fn f5_a_view_that_changes_gets_another_index_and_another_version() {
    let path = tests::workspace().join(FILE);
    let views = views();
    let known: Value = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null);
    if known["released"] != true {
        let written = json!({ "version": FIELDS.version, "released": false, "views": views });
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, format!("{written:#}\n")).expect("it can be written");
        }
        let known: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_default()).unwrap_or(Value::Null);
        assert!(known == written, "`{FILE}` is not what will be released; `make bless` writes it again");
        return;
    }
    assert_eq!(fault(&known["views"], &views), None);
}

#[test]
fn a_change_without_another_version_is_found() {
    let released = views();
    let mut changed = released.clone();
    changed["fields"]["event.id"] = json!("wildcard");
    assert!(fault(&released, &changed).is_some());
    for latest in transform::ALL {
        changed[latest.name]["dest"]["index"] = json!("other");
        assert!(fault(&released, &changed).is_some(), "the version is the same");
        changed[latest.name]["_meta"]["fleet_transform_version"] = json!("0.2.0");
    }
    assert_eq!(fault(&released, &changed), None);
}
