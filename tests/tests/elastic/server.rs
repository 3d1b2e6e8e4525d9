//! A real Elasticsearch takes the templates, and every document of our fixtures and of the generators. It has no ILM, transforms, processors or Kibana: those
//! requests are checked against the schema alone.

use std::path::Path;

use host_sim_elastic::fields::{ASSESSMENT, EVENT, RUN};
use host_sim_elastic::requests::{self, Request, Target, What};
use live_servers::SearchServer;
use microsoft_defender_cloud::contract::Dataset;
use properties::{Mutations, messages, seeds};
use serde_json::{Value, json};

use crate::FIELDS;

/// What the server at hand has not: types of fields that live in modules which are not published, ILM, processors.
fn fitting(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut fitting: serde_json::Map<String, Value> = members.iter().map(|(name, value)| (name.clone(), fitting_member(name, value))).collect();
            if let Some(other) = members.get("type").and_then(Value::as_str).and_then(other_type) {
                fitting.insert("type".into(), json!(other));
                fitting.remove("value");
                if other == "text" {
                    fitting.remove("ignore_above");
                }
            }
            fitting.remove("final_pipeline");
            fitting.remove("lifecycle");
            Value::Object(fitting)
        }
        Value::Array(elements) => elements.iter().map(fitting).collect(),
        other => other.clone(),
    }
}

fn fitting_member(name: &str, value: &Value) -> Value {
    // A field may be called as what is taken out.
    if name == "properties" {
        return value.as_object().expect("an object").iter().map(|(name, value)| (name.clone(), fitting(value))).collect::<serde_json::Map<_, _>>().into();
    }
    fitting(value)
}

fn other_type(kind: &str) -> Option<&'static str> {
    match kind {
        "constant_keyword" | "wildcard" => Some("keyword"),
        "match_only_text" => Some("text"),
        _ => None,
    }
}

pub(crate) fn install(server: &SearchServer) {
    let takes = |request: &&Request| matches!(request.what, What::Component | What::Template | What::Index);
    for request in requests::all(&FIELDS, Target::Elasticsearch).iter().filter(takes) {
        let (status, answer) = server.ask(request.method, &format!("/{}", request.path), &fitting(&request.body));
        assert_eq!(status, 200, "{}: {answer}", request.path);
    }
}

/// Stores documents; the answers to those that are refused.
pub(crate) fn store(server: &SearchServer, dataset: &str, documents: &[Value]) -> Vec<String> {
    let mut refused = Vec::new();
    for chunk in documents.chunks(500) {
        let mut body = String::new();
        for document in chunk {
            body.push_str("{\"create\":{}}\n");
            body.push_str(&document.to_string());
            body.push('\n');
        }
        let (status, answer) = server.send_lines(&format!("/logs-{dataset}-default/_bulk"), &body);
        assert_eq!(status, 200, "{answer}");
        for (item, document) in answer["items"].as_array().expect("items").iter().zip(chunk) {
            if item["create"]["status"] != 201 {
                let text: String = document.to_string().chars().take(2000).collect();
                refused.push(format!("{}\n    {text}", item["create"]["error"]));
            }
        }
    }
    refused
}

/// A document as a host sends it.
pub(crate) fn sent(mut document: Value, dataset: &str) -> Value {
    document["data_stream"] = json!({ "type": "logs", "dataset": dataset, "namespace": "default" });
    document["input"] = json!({ "type": "azure-rest" });
    document["agent"] = json!({ "id": "a", "name": "b", "type": "host-sim", "version": "0.1.0" });
    document
}

/// The documents of a data set in all recordings.
pub(crate) fn golden(dataset: &str) -> Vec<Value> {
    ["tenant", "grouped", "list-all"].into_iter().flat_map(|name| recorded(name, dataset)).collect()
}

/// The documents of a data set in a recording.
pub(crate) fn recorded(name: &str, dataset: &str) -> Vec<Value> {
    let file = tests::workspace().join(format!("tests/golden/{name}/{dataset}.ndjson"));
    let text = std::fs::read_to_string(file).expect("it is there");
    text.lines().map(|line| sent(serde_json::from_str(line).expect("a document"), dataset)).collect()
}

#[test]
fn a_real_elasticsearch_takes_the_templates_and_every_document() {
    let Some(server) = SearchServer::for_test(Path::new(env!("CARGO_TARGET_TMPDIR")), "templates", &[]) else { return };
    // Twice: what is there already is replaced.
    install(&server);
    for request in requests::all(&FIELDS, Target::Elasticsearch).iter().filter(|request| matches!(request.what, What::Component | What::Template)) {
        assert_eq!(server.ask(request.method, &format!("/{}", request.path), &fitting(&request.body)).0, 200);
    }
    the_templates_win(&server);
    for dataset in [EVENT, ASSESSMENT, RUN] {
        let documents = golden(dataset);
        assert!(!documents.is_empty());
        assert_eq!(store(&server, dataset, &documents), [""; 0]);
    }
    let cases: Vec<Value> = cases();
    assert!(cases.len() > 5, "{}", cases.len());
    for dataset in [EVENT, ASSESSMENT] {
        let of_dataset: Vec<Value> = cases.iter().filter(|document| document["event"]["dataset"] == dataset).cloned().collect();
        assert_eq!(store(&server, dataset, &of_dataset), [""; 0]);
    }
    for (dataset, name, seeds) in [(Dataset::Event, EVENT, seeds::event()), (Dataset::Assessment, ASSESSMENT, seeds::assessment())] {
        let inputs: Vec<Vec<u8>> = seeds.iter().cloned().chain(Mutations::of(seeds.clone()).take(3000)).collect();
        let documents = inputs.iter().flat_map(|input| messages::documents(input, dataset));
        let documents: Vec<Value> = documents.map(|document| sent(serde_json::from_slice(&document.body).expect("JSON"), name)).collect();
        assert!(documents.len() > 3000);
        let refused = store(&server, name, &documents);
        assert!(refused.is_empty(), "{} of {}: {}", refused.len(), documents.len(), refused[..refused.len().min(3)].join("\n"));
    }
}

/// Processors are not among the jars of Elasticsearch, and OpenSearch runs ours as Elasticsearch does.
#[test]
fn a_real_open_search_runs_the_pipeline() {
    let Some(server) = SearchServer::open_search_for_test(Path::new(env!("CARGO_TARGET_TMPDIR")), "pipeline") else { return };
    // It knows no `_meta` there.
    let (status, answer) = server.ask("PUT", "/_ingest/pipeline/own", &host_sim_elastic::settings::pipeline());
    assert_eq!(status, 200, "{answer}");
    let documents =
        [json!({ "event": { "kind": "alert" } }), json!({ "event": { "kind": "alert", "ingested": "2020-01-01T00:00:00Z" } }), json!({ "event": "a text" })];
    let docs: Vec<Value> = documents.iter().map(|document| json!({ "_source": document })).collect();
    let (status, answer) = server.ask("POST", "/_ingest/pipeline/own/_simulate", &json!({ "docs": docs }));
    assert_eq!(status, 200, "{answer}");
    for at in [0, 1] {
        let document = &answer["docs"][at]["doc"];
        let source = &document["_source"];
        assert_eq!((&source["event"]["kind"], &source["error"]), (&json!("alert"), &Value::Null), "{answer}");
        // They differ in zeros at the end.
        let [ingested, told] =
            [&source["event"]["ingested"], &document["_ingest"]["timestamp"]].map(|time| time.as_str().expect("a time").trim_end_matches(['0', 'Z']));
        assert!(ingested == told && ingested > "2026", "{answer}");
    }
    // What cannot be told there is an error of the document, or of its own failure: nothing of it is swallowed.
    assert!(answer["docs"][2]["error"]["reason"].is_string(), "{answer}");
    let cases: Vec<Value> = [EVENT, ASSESSMENT, RUN].into_iter().flat_map(golden).collect();
    for document in &cases {
        let (_, answer) = server.ask("POST", "/_ingest/pipeline/own/_simulate", &json!({ "docs": [{ "_source": document }] }));
        let mut source = answer["docs"][0]["doc"]["_source"].clone();
        source["event"].as_object_mut().expect("an object").remove("ingested");
        assert_eq!(&source, document, "nothing else is changed");
    }
}

/// What the small cases expect in profile `extended`.
fn cases() -> Vec<Value> {
    let mut documents = Vec::new();
    for dataset in ["event", "assessment"] {
        for entry in std::fs::read_dir(tests::workspace().join("tests/cases").join(dataset)).expect("a folder") {
            let folder = entry.expect("an entry").path();
            let is_of_elastic = std::fs::read_to_string(folder.join("settings.json")).is_ok_and(|text| text.contains("\"elastic\""));
            let Ok(text) = std::fs::read_to_string(folder.join("expected.json")) else { continue };
            let Ok(expected) = serde_json::from_str::<Value>(&text) else { continue };
            let listed = expected["expected"].as_array().cloned().or_else(|| expected.as_array().cloned()).unwrap_or_else(|| vec![expected]);
            documents.extend(listed.into_iter().filter(|document| !is_of_elastic && document["@timestamp"].is_string()));
        }
    }
    documents.into_iter().map(|document| sent(document.clone(), document["event"]["dataset"].as_str().unwrap_or_default())).collect()
}

fn the_templates_win(server: &SearchServer) {
    for dataset in &FIELDS.datasets {
        let (status, answer) = server.ask("POST", &format!("/_index_template/_simulate_index/logs-{}-any", dataset.name), &Value::Null);
        assert_eq!(status, 200, "{answer}");
        let mappings = &answer["template"]["mappings"];
        let kinds = host_sim_elastic::mapping::types(mappings);
        assert_eq!(kinds.len(), dataset.fields.len(), "{}", dataset.name);
        assert_eq!(answer["template"]["settings"]["index"]["mapping"]["ignore_malformed"], "true");
        assert_eq!(mappings["properties"]["microsoft_defender_cloud"]["dynamic"], "false", "{mappings}");
    }
    let (_, answer) = server.ask("GET", "/_cat/indices?h=index&expand_wildcards=all&format=json", &Value::Null);
    for latest in host_sim_elastic::transform::ALL {
        assert!(answer.to_string().contains(&latest.index()), "{answer}");
    }
}
