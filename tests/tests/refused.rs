//! `ecs-check` against a real Elasticsearch: of a thousand documents it refuses exactly those of which `ecs-check` says so.

use std::path::Path;

use host_sim_runtime::contract::{Field, Message};
use host_sim_runtime::{Cache, Component, Engine, Instance, Limits};
use host_sim_workbench::ecs::EcsCheck;
use live_servers::SearchServer;
use serde_json::{Map, Value, json};

const EVENTS: &str = "microsoft_defender_cloud.event";
const FINDINGS: &str = "microsoft_defender_cloud.assessment";

const NOW: u64 = 1_767_225_600_000;

/// Numbers without any order, the same in every run.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.roll(of.len())]
    }
}

/// The fields of a data set, as the component says.
fn fields(name: &str) -> Vec<Field> {
    let engine = Engine::new(Limits::default(), Cache::none()).expect("an engine");
    let mut instance = Component::load(&engine, tests::component()).expect("the component").start().expect("an instance");
    let dataset = instance.description().position(name).expect("the data set");
    instance.fields(dataset).expect("its fields")
}

/// A component in profile `extended`.
fn decoder() -> Instance {
    let engine = Engine::new(Limits::default(), Cache::none()).expect("an engine");
    let mut instance = Component::load(&engine, tests::component()).expect("the component").start().expect("an instance");
    instance.configure("{\"profile\":\"extended\"}").expect("it is set up");
    instance
}

/// The types that the modules of the test's server know.
fn known(kind: &str) -> &str {
    match kind {
        "constant_keyword" | "wildcard" => "keyword",
        "match_only_text" => "text",
        other => other,
    }
}

/// A mapping of them, with what `docs/fields.md` says that an index needs.
fn mapping(fields: &[Field]) -> Value {
    let mut top = json!({ "properties": {} });
    for field in fields {
        let mut place = &mut top;
        for name in field.name.split('.') {
            place = &mut place["properties"][name];
            if place.is_null() {
                *place = json!({ "properties": {} });
            }
        }
        let members = place.as_object_mut().expect("an object");
        match known(&field.kind) {
            "object" => {}
            kind => {
                members.insert("type".into(), kind.into());
                match kind {
                    "keyword" => drop(members.insert("ignore_above".into(), 1024.into())),
                    "flattened" => drop(members.insert("ignore_above".into(), 8191.into())),
                    _ => {}
                }
            }
        }
    }
    without_empty(&mut top);
    let texts = json!({ "texts": { "match_mapping_type": "string", "mapping": { "type": "keyword", "ignore_above": 1024 } } });
    json!({ "date_detection": false, "dynamic_templates": [texts], "properties": top["properties"] })
}

/// A field of a type has no members of its own.
fn without_empty(place: &mut Value) {
    let Value::Object(members) = place else { return };
    if members.contains_key("type") || members.get("properties").is_some_and(|properties| properties.as_object().is_some_and(Map::is_empty)) {
        members.remove("properties");
        members.entry("type").or_insert_with(|| "object".into());
        return;
    }
    members.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten().for_each(|(_, inner)| without_empty(inner));
}

/// Names of members, some of which no index takes.
const NAMES: [&str; 16] = ["a", "b c", "", " ", "\u{2003}", "\u{a0}", "a.", ".a", "a..b", ".", "..", "a. .b", "a\0", "a.b", " a", "ü"];

fn scalars() -> Vec<Value> {
    let texts = [
        "",
        "x",
        "12",
        "1.5",
        "1e3",
        " 1 ",
        "true",
        "NaN",
        "2026-01-01",
        "2026-01-01T10:00:00.123Z",
        "2026-02-30",
        "2026-01-01 10:00:00",
        "2026-01-01T10+01",
        "1.2.3.4",
        "1.2.3.4%x",
        "::1%eth0",
        "2001:db8::1",
        "9223372036854775808",
    ];
    let others = [json!(1), json!(1.5), json!(1e19), json!(-7), json!(true), json!(null), json!(1_767_225_600_000_i64), json!(u64::MAX)];
    texts.iter().map(|text| json!(text)).chain(others).collect()
}

/// A value for a field of that type.
fn value(dice: &mut Dice, kind: &str) -> Value {
    if kind == "geo_point" {
        let points = [json!({ "lat": 1, "lon": 2 }), json!({ "lat": 91, "lon": 2 }), json!({ "lat": 1 }), json!({}), json!("1,2"), json!(""), json!(null)];
        return dice.one(&points).clone();
    }
    let scalar = dice.one(&scalars()).clone();
    if kind == "flattened" {
        return match dice.roll(6) {
            0 => scalar,
            1 => json!([flat(dice), scalar]),
            2 => json!([flat(dice), [flat(dice)]]),
            _ => flat(dice),
        };
    }
    match dice.roll(12) {
        0 => json!({ "a": scalar }),
        1 => json!([scalar, [dice.one(&scalars()).clone()]]),
        2 => json!([scalar, { "a": 1 }]),
        4 => (0..*dice.one(&[2, 31, 60])).fold(scalar, |inner, _| json!([inner])),
        3 => json!([]),
        _ => scalar,
    }
}

/// An object of a flattened field: texts of lengths around the bounds, levels around the deepest, names of any kind.
fn flat(dice: &mut Dice) -> Value {
    let lengths = [1, 8_191, 8_192, 10_922, 32_700, 32_760, 32_764, 32_766, 33_000];
    let mut leaf = match dice.roll(4) {
        0 => json!(["x", "ä", "\u{1f9c0}"][dice.roll(3)].repeat(*dice.one(&lengths))),
        1 => json!({}),
        2 => json!([1, ["y"]]),
        _ => dice.one(&scalars()).clone(),
    };
    for _ in 0..*dice.one(&[1, 1, 2, 18, 19, 20, 21]) {
        let name = if dice.roll(4) == 0 { *dice.one(&NAMES) } else { "a" };
        leaf = if dice.roll(9) == 0 { json!({ name: [leaf] }) } else { json!({ name: leaf }) };
    }
    if dice.roll(9) == 0 { json!({ "k".repeat(*dice.one(&[24_000, 32_000])): leaf }) } else { leaf_or_object(leaf) }
}

fn leaf_or_object(leaf: Value) -> Value {
    if leaf.is_object() { leaf } else { json!({ "a": leaf }) }
}

/// Members that no field is declared for, under a name of their own: what one document adds to the index says nothing of another.
fn undeclared(dice: &mut Dice, number: usize) -> (String, Value) {
    let mut leaf = match dice.roll(4) {
        0 => json!({}),
        1 => json!(["x", ["y"]]),
        2 => json!(null),
        _ => json!("x"),
    };
    for _ in 0..*dice.one(&[0, 1, 2, 3, 14, 15, 16, 17, 18, 19]) {
        let name = if dice.roll(3) == 0 { *dice.one(&NAMES) } else { "a" };
        leaf = if dice.roll(9) == 0 { json!({ name: [leaf] }) } else { json!({ name: leaf }) };
    }
    (format!("u{number}"), leaf)
}

fn document(dice: &mut Dice, dataset: &str, fields: &[Field], number: usize) -> Value {
    let mut document = json!({ "@timestamp": "2026-01-01T00:00:00.000Z", "event": { "dataset": dataset } });
    for _ in 0..=dice.roll(2) {
        let field = dice.one(fields);
        if !matches!(field.name.as_str(), "event.dataset" | "@timestamp") {
            put(&mut document, &field.name, value(dice, &field.kind));
        }
    }
    let flattened: Vec<&Field> = fields.iter().filter(|field| field.kind == "flattened").collect();
    if dice.roll(3) == 0 && !flattened.is_empty() {
        let name = dice.one(&flattened).name.clone();
        put(&mut document, &name, value(dice, "flattened"));
    }
    if dice.roll(3) == 0 {
        let (name, own) = undeclared(dice, number);
        put(&mut document, &format!("{dataset}.{name}"), own);
    }
    document
}

/// Puts a value under a dotted name, unless something stands in the way.
fn put(document: &mut Value, name: &str, value: Value) {
    let mut place = document;
    let (around, last) = name.rsplit_once('.').unwrap_or(("", name));
    for part in around.split('.').filter(|part| !part.is_empty()) {
        let Value::Object(members) = place else { return };
        place = members.entry(part).or_insert_with(|| json!({}));
    }
    if let Value::Object(members) = place {
        members.entry(last).or_insert(value);
    }
}

/// Documents of a data set that an index refuses, of a thousand that are made of its fields.
fn check(server: &SearchServer, dataset: &str, index: &str) {
    let fields = fields(dataset);
    let mapping = json!({ "settings": { "index.mapping.total_fields.limit": 100_000 }, "mappings": mapping(&fields) });
    let (status, answer) = server.ask("PUT", &format!("/{index}"), &mapping);
    assert_eq!(status, 200, "{answer}");
    let mut dice = Dice(7);
    let (mut refused, mut wrong) = (0, Vec::new());
    for number in 0..1_000 {
        let document = document(&mut dice, dataset, &fields, number);
        let mut check = EcsCheck::new();
        check.declare(dataset, &fields);
        check.document("it", document.to_string().as_bytes()).expect("a document");
        let (status, answer) = server.ask("POST", &format!("/{index}/_doc"), &document);
        assert!(matches!(status, 201 | 400), "{status}: {answer}");
        refused += u32::from(status == 400);
        if (check.findings().refused() > 0) != (status == 400) {
            let text: String = document.to_string().chars().take(400).collect();
            let why = answer["error"].to_string().chars().take(400).collect::<String>();
            wrong.push(format!("{text}\n  Elasticsearch: {status} {why}\n  ecs-check: {}", check.findings().to_string().chars().take(400).collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{} of 1000 documents:\n{}", wrong.len(), wrong.iter().take(12).cloned().collect::<Vec<_>>().join("\n"));
    assert!((100..800).contains(&refused), "{refused} of 1000 are refused");
}

#[test]
fn an_index_refuses_what_ecs_check_says_and_nothing_else() {
    let settings = ["indexing_pressure.memory.limit=64mb"];
    let Some(server) = SearchServer::for_test(Path::new(env!("CARGO_TARGET_TMPDIR")), "refused", &settings) else { return };
    check(&server, EVENTS, "events");
    check(&server, FINDINGS, "findings");
    check_made(&server);
}

/// Records with anything in declared fields: neither an index nor `ecs-check` refuses a document that profile `extended` makes of them. What is not declared
/// is not mapped, as in the index that the host installs: under one name there may be a number in one record and a text in the next.
fn check_made(server: &SearchServer) {
    let fields = fields(FINDINGS);
    let mut mapping = mapping(&fields);
    mapping["dynamic"] = json!(false);
    let (status, answer) = server.ask("PUT", "/made", &json!({ "mappings": mapping }));
    assert_eq!(status, 200, "{answer}");
    let members: Vec<&Field> = fields.iter().filter(|field| field.name.starts_with(&format!("{FINDINGS}."))).collect();
    let mut instance = decoder();
    let dataset = instance.description().position(FINDINGS).expect("the data set");
    let (mut dice, mut wrong, mut odd) = (Dice(11), Vec::new(), 0);
    for number in 0..1_000 {
        let record = record(&mut dice, &members, number).to_string();
        let decoded = instance.decode(NOW, dataset, &[Message::from(record.as_str())]).expect("it is decoded");
        odd += usize::from(!decoded.problems.is_empty());
        for document in decoded.documents {
            let mut check = EcsCheck::new();
            check.declare(FINDINGS, &fields);
            check.document("it", &document.body).expect("a document");
            let (status, answer) = server.ask("POST", "/made/_doc", &serde_json::from_slice(&document.body).expect("JSON"));
            if status != 201 || check.findings().refused() > 0 {
                wrong.push(format!("{record}\n  Elasticsearch: {status} {}\n  ecs-check: {}", answer["error"], check.findings()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} documents of 1000 records:\n{}", wrong.len(), wrong.iter().take(8).cloned().collect::<Vec<_>>().join("\n"));
    assert!(odd > 100, "{odd} of 1000 records have something to tell");
}

/// A record of an assessment: a few declared members of any value, and now and then one that is not.
fn record(dice: &mut Dice, members: &[&Field], number: usize) -> Value {
    let mut tree = json!({});
    for _ in 0..=dice.roll(3) {
        let field = *dice.one(members);
        let path = field.name.trim_start_matches(FINDINGS).trim_start_matches('.');
        // An object of other fields as well.
        let path = if dice.roll(4) == 0 { path.rsplit_once('.').map_or(path, |(around, _)| around) } else { path };
        put(&mut tree, path, value(dice, &field.kind));
    }
    if dice.roll(3) == 0 {
        let (name, own) = undeclared(dice, number);
        put(&mut tree, &name, own);
    }
    json!({ "id": "/subscriptions/s/providers/Microsoft.Security/assessments/a", "properties": tree })
}
