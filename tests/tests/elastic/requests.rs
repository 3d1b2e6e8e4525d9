//! Bodies of requests against the schema that is made from Elasticsearch's own specification.

use std::collections::BTreeSet;

use boon::{Compiler, SchemaIndex, Schemas};
use host_sim_elastic::requests::{self, Request, Target, What};
use serde_json::{Value, json};

use crate::FIELDS;

struct Schema {
    schemas: Schemas,
    indices: Vec<(What, SchemaIndex)>,
}

impl Schema {
    fn new() -> Self {
        let file = tests::workspace().join("host-sim/elastic/schema/requests.schema.json");
        let schema: Value = serde_json::from_slice(&std::fs::read(file).expect("it is there")).expect("JSON");
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("http://localhost/requests.json", schema).expect("a schema");
        let kinds = [
            (What::Policy, "ilm.put_lifecycle"),
            (What::Pipeline, "ingest.put_pipeline"),
            (What::Component, "cluster.put_component_template"),
            (What::Template, "indices.put_index_template"),
            (What::Transform, "transform.put_transform"),
        ];
        let indices = kinds.map(|(what, name)| {
            let place = format!("http://localhost/requests.json#/$defs/request.{name}");
            (what, compiler.compile(&place, &mut schemas).unwrap_or_else(|error| panic!("{name}: {error}")))
        });
        Self { schemas, indices: indices.into() }
    }

    fn refuses(&self, request: &Request) -> Option<String> {
        let (_, index) = self.indices.iter().find(|(what, _)| *what == request.what)?;
        let mut body = request.body.clone();
        if let Some(mapping) = body.pointer_mut("/template/mappings") {
            let mut flat = serde_json::Map::new();
            flatten(&mapping["properties"], "", &mut flat);
            mapping["properties"] = Value::Object(flat);
        }
        self.schemas.validate(&body, *index).err().map(|error| format!("{}: {error}", request.path))
    }
}

/// Fields by their dotted names, which a mapping may have as well. A schema tries every type for every object, which for objects in objects takes minutes.
fn flatten(properties: &Value, path: &str, flat: &mut serde_json::Map<String, Value>) {
    for (name, field) in properties.as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let mut alone = field.clone();
        if let Some(inner) = alone.as_object_mut().and_then(|alone| alone.remove("properties")) {
            flatten(&inner, &path, flat);
        }
        flat.insert(path, alone);
    }
}

#[test]
fn elasticsearch_knows_every_member_of_every_body() {
    let schema = Schema::new();
    for target in [Target::Elasticsearch, Target::Serverless] {
        let all = requests::all(&FIELDS, target);
        for request in &all {
            assert_eq!(schema.refuses(request), None);
            assert_eq!(request.body.is_null(), matches!(request.what, What::Index | What::Start), "{}", request.path);
        }
        let paths: BTreeSet<&str> = all.iter().map(|request| request.path.as_str()).collect();
        assert_eq!(paths.len(), all.len(), "each is there once");
    }
}

/// The schema is of use only if it finds mistakes.
#[test]
fn a_misspelt_member_is_found() {
    let schema = Schema::new();
    let all = requests::all(&FIELDS, Target::Elasticsearch);
    for (what, pointer, name) in [
        (What::Policy, "/policy/phases/hot/actions", "rolover"),
        (What::Pipeline, "/processors/0/set", "copyfrom"),
        (What::Component, "/template", "mapping"),
        (What::Template, "", "prioritty"),
        (What::Transform, "/latest", "uniquekey"),
        (What::Transform, "/dest/aliases/0", "name"),
    ] {
        let mut request = all.iter().find(|request| request.what == what).expect("there is one").clone();
        request.body.pointer_mut(pointer).expect("it is there")[name] = json!({});
        assert!(schema.refuses(&request).is_some(), "{name} in {}", request.path);
    }
    let mut request = all.iter().find(|request| request.path.ends_with("event@mappings")).expect("there is one").clone();
    request.body["template"]["mappings"]["properties"]["event"]["properties"]["severity"]["ignore_abov"] = json!(1);
    assert!(schema.refuses(&request).is_some(), "a field that says more than its type knows");
}

#[test]
fn a_serverless_project_is_asked_for_nothing_that_it_has_not() {
    let all = requests::all(&FIELDS, Target::Serverless);
    assert!(all.iter().all(|request| request.what != What::Policy));
    let text: String = all.iter().map(|request| format!("{} {}\n", request.path, request.body)).collect();
    for absent in ["_ilm", "number_of_shards", "number_of_replicas", "codec", "\"lifecycle\":{\"name\""] {
        assert!(!text.contains(absent), "{absent}");
    }
    assert!(text.contains(r#""lifecycle":{"data_retention":"7d"}"#));
    let own = requests::all(&FIELDS, Target::Elasticsearch);
    assert!(own.iter().any(|request| request.body.to_string().contains(r#""lifecycle":{"name":"defender_cloud_wasm-assessment"}"#)));
}

#[test]
fn templates_stand_above_those_of_fleet_and_transforms_follow_their_index() {
    let all = requests::all(&FIELDS, Target::Elasticsearch);
    for request in all.iter().filter(|request| request.what == What::Template) {
        assert_eq!(request.body["priority"], 250, "{}", request.path);
    }
    let order: Vec<What> = all.iter().map(|request| request.what).collect();
    let at = |what| order.iter().position(|known| *known == what).expect("it is there");
    assert!(at(What::Policy) < at(What::Component) && at(What::Component) < at(What::Template));
    assert!(at(What::Index) < at(What::Transform) && at(What::Transform) < at(What::Start));
}
