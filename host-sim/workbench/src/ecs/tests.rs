//! What a check says of documents.

use host_sim_runtime::contract::Field;
use serde_json::{Value, json};

use super::EcsCheck;

const REFUSED: &str = "what an index refuses, and the whole document with it";

#[track_caller]
fn check(check: &mut EcsCheck, document: &Value, expected: &[&str]) {
    check.document("line 1", document.to_string().as_bytes()).expect("a document");
    assert_eq!(check.findings().to_string().lines().map(str::trim).collect::<Vec<_>>(), expected);
}

#[track_caller]
fn check_ecs(document: &Value, expected: &[&str]) {
    check(&mut EcsCheck::new(), document, expected);
}

#[test]
fn a_document_that_keeps_to_ecs_is_clean() {
    let document = json!({
        "@timestamp": "2026-01-01T00:00:00.000Z",
        "event": {"kind": "alert", "category": ["malware", "threat"], "type": ["indicator", "info"], "severity": 73},
        "host": {"ip": ["192.0.2.1", "2001:db8::1"], "geo": {"location": {"lat": 1.5, "lon": 2}}},
        "labels": {"anything": {"goes": 1}},
        "microsoft_defender_cloud": {"event": {"anything": [[{"goes": 1}]]}},
        "resource": {"sub_type": "x"},
        "tags": [],
        "rule": {"name": null},
    });
    check_ecs(&document, &[]);
    let mut check = EcsCheck::new();
    check.document("line 1", json!({"source": 0, "document": document}).to_string().as_bytes()).expect("an envelope");
    assert!(check.findings().is_clean() && check.documents() == 1);
    assert!(check.document("line 2", b"[]").is_err());
}

#[test]
fn fields_that_nobody_knows_are_named_to_the_leaf() {
    check_ecs(&json!({"host": {"nmae": {"a": 1}}}), &["unknown field", "host.nmae.a: 1", "line 1: 1"]);
    check_ecs(&json!({"threat": {"enrichments": [{"indicator": {"x": true}}]}}), &["unknown field", "threat.enrichments.indicator.x: 1", "line 1: true"]);
}

#[test]
fn types_are_what_ecs_says() {
    check_ecs(&json!({"host": "a"}), &[REFUSED, "host: 1, an object is wanted", "line 1: \"a\""]);
    check_ecs(&json!({"host": {"name": {"a": 1}}}), &[REFUSED, "host.name: 1, keyword is wanted", "line 1: {\"a\":1}"]);
    check_ecs(&json!({"event": {"severity": "high"}}), &[REFUSED, "event.severity: 1, long is wanted", "line 1: \"high\""]);
    check_ecs(&json!({"event": {"severity": "3"}}), &["warning: other type that is converted", "event.severity: 1, long is wanted", "line 1: \"3\""]);
    check_ecs(&json!({"host": {"ip": ["x", "1.2.3.4", "y"]}}), &[REFUSED, "host.ip: 2, ip is wanted", "line 1: \"x\""]);
    check_ecs(&json!({"tags": "a"}), &["warning: not a list", "tags: 1", "line 1: \"a\""]);
}

#[test]
fn categories_and_types_are_those_of_ecs_and_go_together() {
    let kinds = "event.kind: 1, allowed are alert, asset, enrichment, event, metric, state, pipeline_error, signal";
    check_ecs(&json!({"event": {"kind": "alarm"}}), &["value that is not allowed", kinds, "line 1: \"alarm\""]);
    let combination = "event.type: 1, `info` is not expected of threat";
    check_ecs(
        &json!({"event": {"category": ["threat"], "type": ["info"]}}),
        &["warning: category and type that do not go together", combination, "line 1: \"info\""],
    );
}

#[test]
fn a_component_says_which_fields_there_are() {
    let field = |name: &str, kind: &str| Field { name: name.into(), kind: kind.into(), sources: Vec::new() };
    let mut with_list = EcsCheck::new();
    with_list.declare("x", &[field("event.dataset", "constant_keyword"), field("x.open", "object"), field("x.open.at", "date"), field("x.n", "long")]);
    let document = json!({"event": {"dataset": "x", "id": "1"}, "x": {"open": {"any": {"thing": 1}, "at": "never"}, "n": 1, "closed": 2}});
    let expected = [
        REFUSED,
        "x.open.at: 1, date is wanted",
        "line 1: \"never\"",
        "unknown field",
        "x.closed: 1",
        "line 1: 2",
        "field that the component does not declare",
        "event.id: 1",
        "line 1: \"1\"",
    ];
    check(&mut with_list, &document, &expected);
    let mut wrong = EcsCheck::new();
    wrong.declare("x", &[field("host.ip", "keyword"), field("event.kind", "constant_keyword")]);
    assert_eq!(wrong.findings().to_string().trim(), "wrong type\n  host.ip: 1, declared as keyword, and ip in ECS\n      x");
}

#[test]
fn what_an_index_refuses_comes_first() {
    let deep = (0..18).fold(json!({}), |inner, _| json!({ "a": inner }));
    check_ecs(
        &json!({"labels": {" ": 1, "a": {"b..c": 2}}, "process": {"pid": {"a": 1}}, "microsoft_defender_cloud": {"event": deep}}),
        &[
            REFUSED,
            "labels: 1, a name that is blank, or has a blank part between dots",
            "line 1: \" \"",
            "labels.a: 1, a name that is blank, or has a blank part between dots",
            "line 1: \"b..c\"",
            "microsoft_defender_cloud.event.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a: 1, an object stands under 19 names at most",
            "line 1: {}",
            "process.pid: 1, long is wanted",
            "line 1: {\"a\":1}",
        ],
    );
    let mut own = EcsCheck::new();
    let field = |name: &str, kind: &str| Field { name: name.into(), kind: kind.into(), sources: Vec::new() };
    own.declare("x", &[field("event.dataset", "constant_keyword"), field("f", "flattened")]);
    own.document("line 1", json!({"event": {"dataset": "x"}, "f": {"a\u{0}": 1}}).to_string().as_bytes()).expect("a document");
    own.document("line 2", json!({"event": {"dataset": "x"}, "f": {"a": "x".repeat(40_000)}}).to_string().as_bytes()).expect("a document");
    assert_eq!((own.findings().refused(), own.findings().count(), own.findings().warnings()), (1, 1, 1));
}

#[test]
fn an_index_has_only_so_many_fields() {
    let mut check = EcsCheck::new();
    let labels = |from: usize, to: usize| json!({"labels": (from..to).map(|at| (format!("l{at}"), 1.into())).collect::<serde_json::Map<_, _>>()});
    for (labels, refused) in [(labels(0, 2_000), 0), (labels(0, 2_000), 0), (labels(1, 2_001), 1), (labels(5, 9), 1), (labels(2_001, 2_002), 2)] {
        check.document("line 1", labels.to_string().as_bytes()).expect("a document");
        assert_eq!(check.findings().refused(), refused, "{:?}", check.findings().to_string().chars().take(200).collect::<String>());
    }
}
