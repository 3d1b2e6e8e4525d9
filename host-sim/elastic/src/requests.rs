//! Everything as requests to Elasticsearch, for who has no Fleet: in their order, each of which may be sent again.

use serde_json::{Map, Value, json};

use crate::fields::{DataSet, Declared};
use crate::{Fields, NAME, mapping, meta, settings, transform};

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What it makes.
    pub what: What,
    /// Such as `PUT`.
    pub method: &'static str,
    /// Without a slash in front.
    pub path: String,
    /// `Null` is none.
    pub body: Value,
}

/// What a request makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// How long indices stay.
    Policy,
    /// What is done to documents that come in.
    Pipeline,
    /// A part of a template.
    Component,
    /// A template.
    Template,
    /// The index that a transform writes into.
    Index,
    /// A transform.
    Transform,
    /// Its start.
    Start,
}

/// Where requests go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Elasticsearch of one's own, or in the cloud.
    Elasticsearch,
    /// A project, which has neither ILM nor numbers of shards.
    Serverless,
}

/// Above what Fleet makes (200), so that a later package finds it and says so.
pub const PRIORITY: u32 = 250;

/// The name of the lifecycle policy.
pub fn policy_name() -> String {
    format!("{NAME}-assessment")
}

/// All requests for a target.
pub fn all(fields: &Fields, target: Target) -> Vec<Request> {
    let mut all = Vec::new();
    if target == Target::Elasticsearch {
        all.push(Request::put(What::Policy, format!("_ilm/policy/{}", policy_name()), settings::policy(Some(meta(fields)))));
    }
    let mut pipeline = settings::pipeline();
    pipeline["_meta"] = meta(fields);
    all.push(Request::put(What::Pipeline, format!("_ingest/pipeline/{NAME}"), pipeline));
    for dataset in &fields.datasets {
        all.extend(of_dataset(fields, dataset, target));
    }
    for latest in transform::ALL {
        let declared = fields.dataset(crate::fields::ASSESSMENT).latest();
        all.extend(of_transform(fields, &latest, &declared, target));
    }
    all
}

/// Settings of an index. How a project compresses is its own affair.
fn index(target: Target) -> Value {
    let mut index = settings::index();
    if target == Target::Elasticsearch {
        index["codec"] = json!("best_compression");
    }
    index
}

/// The requests for a data set alone.
pub fn of_dataset(fields: &Fields, dataset: &DataSet, target: Target) -> Vec<Request> {
    let component = |part: &str| format!("{NAME}.{}@{part}", dataset.folder());
    let mut index = index(target);
    // A final pipeline runs also where a bulk request says `pipeline=_none`.
    index["final_pipeline"] = json!(NAME);
    let mut template = Map::new();
    if let Some(retention) = settings::retention(&dataset.name) {
        match target {
            Target::Elasticsearch => index["lifecycle"] = json!({ "name": policy_name() }),
            Target::Serverless => {
                template.insert("lifecycle".into(), json!({ "data_retention": retention }));
            }
        }
    }
    template.insert("settings".into(), json!({ "index": index }));
    let parts = [("mappings", json!({ "mappings": mapping::of(&dataset.fields) })), ("settings", Value::Object(template))];
    let parts = parts.map(|(part, template)| {
        Request::put(What::Component, format!("_component_template/{}", component(part)), json!({ "template": template, "_meta": meta(fields) }))
    });
    let custom = component("custom");
    let body = json!({
        "index_patterns": [dataset.pattern()],
        "data_stream": {},
        "priority": PRIORITY,
        "composed_of": ["ecs@mappings", component("mappings"), component("settings"), custom],
        // The first is Elasticsearch's own, the last is for who installs it.
        "ignore_missing_component_templates": ["ecs@mappings", custom],
        "_meta": meta(fields),
    });
    parts.into_iter().chain([Request::put(What::Template, format!("_index_template/{NAME}.{}", dataset.folder()), body)]).collect()
}

fn of_transform(fields: &Fields, latest: &transform::Latest, declared: &[Declared], target: Target) -> Vec<Request> {
    let template = json!({
        "index_patterns": [latest.index()],
        "priority": PRIORITY,
        "composed_of": ["ecs@mappings"],
        "ignore_missing_component_templates": ["ecs@mappings"],
        "template": { "settings": { "index": index(target) }, "mappings": mapping::of(declared) },
        "_meta": meta(fields),
    });
    let name = format!("{NAME}.{}", latest.name);
    vec![
        Request::put(What::Template, format!("_index_template/{name}"), template),
        // A transform that makes its index itself may leave the template's settings out.
        Request::put(What::Index, latest.index(), Value::Null),
        Request::put(What::Transform, format!("_transform/{name}"), latest.body(fields)),
        Request { what: What::Start, method: "POST", path: format!("_transform/{name}/_start"), body: Value::Null },
    ]
}

impl Request {
    fn put(what: What, path: String, body: Value) -> Self {
        Self { what, method: "PUT", path, body }
    }
}
