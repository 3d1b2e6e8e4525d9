//! The package's rules, as its format has them, and that it says the same as the requests.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use flate2::read::DeflateDecoder;
use host_sim_elastic::export;
use host_sim_elastic::package::{self, Package};
use host_sim_elastic::requests::{self, Target, What};
use host_sim_elastic::{mapping, transform};
use serde_json::{Value, json};

use crate::FIELDS;

fn whole() -> Package {
    package::whole(&FIELDS)
}

fn text(package: &Package, path: &str) -> String {
    let (_, content) = package.files.iter().find(|(known, _)| known == path).unwrap_or_else(|| panic!("`{path}` is missing"));
    String::from_utf8(content.clone()).expect("UTF-8")
}

fn yaml(package: &Package, path: &str) -> Value {
    let text = text(package, path);
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

/// The members of an object are among these.
#[track_caller]
fn check_members(value: &Value, known: &[&str]) {
    for name in value.as_object().expect("an object").keys() {
        assert!(known.contains(&name.as_str()), "`{name}`");
    }
}

#[test]
fn the_manifests_say_what_they_must() {
    for package in export::packages(&FIELDS) {
        let manifest = yaml(&package, "manifest.yml");
        for name in ["format_version", "name", "title", "description", "version", "type", "owner"] {
            assert!(!manifest[name].is_null(), "{name} of {}", package.name);
        }
        check_members(
            &manifest,
            &["format_version", "name", "title", "description", "version", "type", "owner", "source", "categories", "conditions", "discovery"],
        );
        assert_eq!(format!("{}-{}", manifest["name"].as_str().expect("text"), manifest["version"].as_str().expect("text")), package.name);
        assert!(manifest["name"].as_str().expect("text").bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'));
        assert_eq!(manifest["version"], FIELDS.version.as_str());
        let version: Vec<u32> = FIELDS.version.split('.').map(|part| part.parse().expect("without a tag: the format wants 1.0.0 for that")).collect();
        assert_eq!(version.len(), 3);
        let changes = yaml(&package, "changelog.yml");
        assert_eq!(changes[0]["version"], manifest["version"]);
        assert!(changes[0]["changes"].as_array().expect("a list").iter().all(|change| change["link"].is_string()));
        text(&package, "docs/README.md");
    }
}

#[test]
fn every_data_stream_has_what_the_format_wants() {
    let package = whole();
    for dataset in &FIELDS.datasets {
        let folder = format!("data_stream/{}", dataset.folder());
        let manifest = yaml(&package, &format!("{folder}/manifest.yml"));
        check_members(&manifest, &["title", "type", "dataset", "ilm_policy"]);
        assert_eq!((&manifest["dataset"], &manifest["type"]), (&json!(dataset.name), &json!("logs")));
        let fields = flat(&yaml(&package, &format!("{folder}/fields/fields.yml")), "");
        assert_eq!(fields["@timestamp"]["type"], "date");
        for name in ["type", "dataset", "namespace"] {
            assert_eq!(fields[&format!("data_stream.{name}")]["type"], "constant_keyword");
        }
        assert!(fields.len() <= 2048, "{}", fields.len());
        let pipeline = text(&package, &format!("{folder}/elasticsearch/ingest_pipeline/default.yml"));
        assert!(pipeline.starts_with("---\n"));
        for said in ["on_failure_processor_type", "on_failure_processor_tag", "_ingest.pipeline", "on_failure_message", "pipeline_error"] {
            assert!(pipeline.contains(said), "{said}");
        }
    }
    let assessment = yaml(&package, "data_stream/assessment/manifest.yml");
    assert_eq!(assessment["ilm_policy"], "logs-defender_cloud_wasm.assessment-default_policy");
    assert_eq!(yaml(&package, "data_stream/assessment/lifecycle.yml"), json!({ "data_retention": "7d" }));
    let policies = package.files.iter().filter(|(path, _)| path.contains("/ilm/") || path.ends_with("lifecycle.yml")).count();
    assert_eq!(policies, 2, "Kibana may delete assessments and nothing else");
}

/// Fields by their whole names; a group that says something of its own keeps that.
fn flat(fields: &Value, path: &str) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for field in fields.as_array().expect("a list") {
        let known = ["name", "type", "description", "value", "index", "doc_values", "ignore_above", "ignore_malformed", "dynamic", "fields"];
        check_members(field, &known);
        let name = field["name"].as_str().expect("a name");
        let name = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-*_/@.".contains(&byte)), "{name}");
        assert!(!field["type"].is_null() && field["type"] != "object", "{name}");
        match field.get("fields") {
            Some(fields) => {
                assert_eq!((&field["type"], &field["dynamic"]), (&json!("group"), &json!(false)), "{name}");
                all.extend(flat(fields, &name));
            }
            None => {
                let mut field = field.clone();
                for name in ["name", "description"] {
                    field.as_object_mut().expect("an object").remove(name);
                }
                assert!(all.insert(name.clone(), field).is_none(), "{name} is there twice");
            }
        }
    }
    all
}

/// Fields of a mapping, each with what it says.
fn leaves(properties: &Value, path: &str, all: &mut BTreeMap<String, Value>) {
    for (name, field) in properties.as_object().expect("an object") {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match field.get("properties") {
            Some(inner) => leaves(inner, &path, all),
            None => {
                all.insert(path, field.clone());
            }
        }
    }
}

/// What both say: the format has no word for the depth of flattened fields, and says nothing of the time.
fn comparable(mut fields: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    for (name, field) in &mut fields {
        let field = field.as_object_mut().expect("an object");
        field.remove("depth_limit");
        if name == "@timestamp" {
            field.remove("ignore_malformed");
        }
    }
    fields
}

#[test]
fn package_and_requests_say_the_same() {
    let package = whole();
    for target in [Target::Elasticsearch, Target::Serverless] {
        let all = requests::all(&FIELDS, target);
        let body = |path: &str| &all.iter().find(|request| request.path == path).unwrap_or_else(|| panic!("{path} is missing")).body;
        let mapped = |mapping: &Value| {
            assert_eq!(mapping["properties"][mapping::OPEN]["dynamic"], false);
            let mut fields = BTreeMap::new();
            leaves(&mapping["properties"], "", &mut fields);
            comparable(fields)
        };
        let pipeline = &body("_ingest/pipeline/defender_cloud_wasm").clone();
        for dataset in &FIELDS.datasets {
            let folder = dataset.folder();
            let requested = mapped(&body(&format!("_component_template/defender_cloud_wasm.{folder}@mappings"))["template"]["mappings"]);
            assert_eq!(flat(&yaml(&package, &format!("data_stream/{folder}/fields/fields.yml")), ""), requested);
            let mut packed = yaml(&package, &format!("data_stream/{folder}/elasticsearch/ingest_pipeline/default.yml"));
            packed["_meta"] = pipeline["_meta"].clone();
            assert_eq!(&packed, pipeline);
            assert_eq!(body(&format!("_index_template/defender_cloud_wasm.{folder}"))["index_patterns"], json!([dataset.pattern()]));
        }
        for latest in transform::ALL {
            let folder = format!("elasticsearch/transform/{}", latest.name);
            assert_eq!(&yaml(&package, &format!("{folder}/transform.yml")), body(&format!("_transform/defender_cloud_wasm.{}", latest.name)));
            let template = body(&format!("_index_template/defender_cloud_wasm.{}", latest.name));
            assert_eq!(flat(&yaml(&package, &format!("{folder}/fields/fields.yml")), ""), mapped(&template["template"]["mappings"]));
            assert_eq!(template["index_patterns"], json!([latest.index()]));
        }
        if target == Target::Elasticsearch {
            let policy: Value = serde_json::from_str(&text(&package, "data_stream/assessment/elasticsearch/ilm/default_policy.json")).expect("JSON");
            assert_eq!(policy["policy"]["phases"], body("_ilm/policy/defender_cloud_wasm-assessment")["policy"]["phases"]);
        }
        assert_eq!(all.iter().filter(|request| request.what == What::Transform).count(), transform::ALL.len());
    }
}

#[test]
fn every_field_of_both_profiles_is_in_the_templates() {
    for dataset in &FIELDS.datasets {
        let types: BTreeMap<String, String> = mapping::types(&mapping::of(&dataset.fields)).into_iter().collect();
        let page = std::fs::read_to_string(tests::workspace().join("plugin/docs/fields.md")).expect("it is there");
        let (_, section) = page.split_once(&format!("\n## {}\n", dataset.name)).expect("a section for each");
        let section = section.split("\n## ").next().expect("one");
        let mut count = 0;
        for row in section.lines().filter_map(|line| line.strip_prefix("| `")) {
            let (name, rest) = row.split_once("` | ").expect("a row");
            let kind = rest.split(" | ").next().expect("a type");
            // An object is what stands below it.
            let is_there = if kind == "object" { types.keys().any(|known| known.starts_with(&format!("{name}."))) } else { types.contains_key(name) };
            assert!(is_there, "{name}");
            count += 1;
        }
        assert!(count > 20, "{}", dataset.name);
    }
}

#[test]
fn transforms_have_the_members_that_the_format_knows() {
    let package = whole();
    for latest in transform::ALL {
        let folder = format!("elasticsearch/transform/{}", latest.name);
        let body = yaml(&package, &format!("{folder}/transform.yml"));
        check_members(&body, &["description", "source", "dest", "latest", "sync", "frequency", "retention_policy", "settings", "_meta"]);
        check_members(&body["source"], &["index", "query"]);
        check_members(&body["dest"], &["index", "aliases"]);
        check_members(&body["latest"], &["unique_key", "sort"]);
        check_members(&body["settings"], &["unattended"]);
        assert_eq!(body["source"]["index"], json!(["logs-microsoft_defender_cloud.assessment-*"]), "the only one that Kibana's own user may read");
        let fields = flat(&yaml(&package, &format!("{folder}/fields/fields.yml")), "");
        assert_eq!(fields["data_stream.namespace"]["type"], "keyword", "an index holds several namespaces");
        for field in latest.unique_key.iter().chain(latest.required).chain([&transform::SORT, &transform::CLASS, &"event.ingested"]) {
            assert!(fields.contains_key(*field), "{field}");
        }
        let manifest = yaml(&package, &format!("{folder}/manifest.yml"));
        check_members(&manifest, &["start", "destination_index_template"]);
    }
}

#[test]
fn the_archive_is_the_same_to_the_byte_and_holds_the_folder() {
    for package in export::packages(&FIELDS) {
        let archive = package.zip().expect("it is small");
        assert!(archive == package.zip().expect("it is small") && archive.len() < 100 << 20);
        let files = unpacked(&archive);
        let tops: BTreeSet<&str> = files.keys().filter_map(|path| path.split('/').next()).collect();
        assert_eq!(tops, BTreeSet::from([package.name.as_str()]));
        assert_eq!(files.len(), package.files.len());
        for (path, content) in &package.files {
            assert!(files[&format!("{}/{path}", package.name)] == *content, "{path}");
        }
    }
}

/// What an archive holds, as its directory says.
fn unpacked(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let number = |at: usize, bytes: usize| archive[at..at + bytes].iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
    let end = archive.len() - 22;
    assert_eq!(archive[end..end + 4], *b"PK\x05\x06");
    let (count, mut at) = (number(end + 10, 2), number(end + 16, 4));
    let mut files = BTreeMap::new();
    for _ in 0..count {
        assert_eq!(archive[at..at + 4], *b"PK\x01\x02");
        let (packed, length, name, local) = (number(at + 20, 4), number(at + 24, 4), number(at + 28, 2), number(at + 42, 4));
        let path = String::from_utf8(archive[at + 46..at + 46 + name].to_vec()).expect("UTF-8");
        assert_eq!(archive[local..local + 4], *b"PK\x03\x04");
        let begin = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        let mut content = Vec::new();
        DeflateDecoder::new(&archive[begin..begin + packed]).read_to_end(&mut content).expect("packed");
        let mut crc = flate2::Crc::new();
        crc.update(&content);
        assert_eq!((content.len(), crc.sum() as usize), (length, number(at + 16, 4)), "{path}");
        files.insert(path, content);
        at += 46 + name;
    }
    files
}
