//! Every field of every document is declared, with the kind that it has; what documents have as Azure sends it is on a list.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use microsoft_defender_cloud::contract::{Dataset, Document, Failure, Message, Outcome, Response};
use microsoft_defender_cloud::mapping::reference::fields;
use microsoft_defender_cloud::plugin::Plugin;
use serde_json::{Value, json};

const NOW: u64 = 1_767_225_600_000;

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Settings of a recording, or none, for a profile and with everything kept.
fn plugin(settings: &Path, profile: &str) -> Plugin {
    let mut settings: Value = if settings.exists() { serde_json::from_str(&read(settings)).expect("settings are JSON") } else { json!({}) };
    settings["profile"] = json!(profile);
    settings["preserve_duplicate_custom_fields"] = json!(true);
    let mut plugin = Plugin::default();
    plugin.configure(&settings.to_string()).expect("the settings are taken");
    plugin
}

/// What fields documents have, and where a value is of another kind than its field.
#[derive(Default)]
struct Found {
    undeclared: BTreeSet<String>,
    declared: BTreeSet<String>,
    unlike: BTreeSet<String>,
}

impl Found {
    fn look(&mut self, documents: &[Document]) {
        for document in documents {
            let kinds: BTreeMap<String, String> = fields(document.dataset).into_iter().map(|field| (field.name, field.kind)).collect();
            let document = serde_json::from_slice(&document.body).expect("a document is JSON");
            self.value(&kinds, "", &document);
        }
    }

    fn value(&mut self, kinds: &BTreeMap<String, String>, path: &str, value: &Value) {
        match (kinds.get(path).map(String::as_str), value) {
            (Some("flattened"), _) => drop(self.declared.insert(path.to_owned())),
            (Some("geo_point"), Value::Object(point)) => {
                self.declared.insert(path.to_owned());
                assert!(point.len() == 2 && point["lat"].is_number() && point["lon"].is_number(), "{path} is {value}");
            }
            (_, Value::Object(members)) => {
                for (name, value) in members {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    self.value(kinds, &path, value);
                }
            }
            (_, Value::Array(elements)) => elements.iter().for_each(|element| self.value(kinds, path, element)),
            (None, _) => drop(self.undeclared.insert(path.to_owned())),
            (Some(kind), value) => {
                self.declared.insert(path.to_owned());
                if !is_of(kind, value) {
                    self.unlike.insert(format!("{path} is {value}, and declared as {kind}"));
                }
            }
        }
    }
}

/// Whether an index takes a value for a field of this kind as what it is. Numbers and truth are kept as text in a field for text, and the zone of an address is not kept.
fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "boolean" => value.is_boolean(),
        "long" => value.is_i64(),
        "float" | "double" => value.is_number(),
        "ip" => value.as_str().is_some_and(|text| text.split('%').next().is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok())),
        "date" => value.as_str().is_some_and(|text| text.len() >= 20 && text.ends_with('Z')),
        "constant_keyword" | "keyword" | "match_only_text" | "wildcard" => !value.is_null(),
        _ => false,
    }
}

fn decode(found: &mut Found, plugin: &mut Plugin, dataset: Dataset, body: Vec<u8>) {
    found.look(&plugin.decode(NOW, dataset, &[Message { body, position: None }]).documents);
}

/// Walks a recorded API to its end. No URL of the recordings is asked for in two spellings.
fn walk(found: &mut Found, plugin: &mut Plugin, exchanges: &Path) {
    let recorded: Value = serde_json::from_str(&read(exchanges)).expect("exchanges are JSON");
    let mut responses: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for exchange in recorded["exchanges"].as_array().expect("a list").iter().rev() {
        responses.entry(exchange["request"]["url"].as_str().expect("a URL")).or_default().push(&exchange["response"]);
    }
    let mut step = plugin.begin(NOW, None);
    while step.finished.is_none() {
        found.look(&step.documents);
        let answer = |url: &str, responses: &mut BTreeMap<&str, Vec<&Value>>| {
            let response = responses.get_mut(url).and_then(Vec::pop).ok_or_else(|| Failure::Refused("it is not recorded".into()))?;
            let status = response["status"].as_u64().and_then(|status| status.try_into().ok()).expect("a status");
            Ok(Response { status, headers: Vec::new(), body: response["body"].to_string().into_bytes() })
        };
        let outcomes = step.requests.iter().map(|request| Outcome { id: request.id, answer: answer(&request.url, &mut responses) }).collect();
        step = plugin.advance(NOW, outcomes);
    }
    found.look(&step.documents);
}

/// Everything that the project has, in a profile.
fn own(profile: &str) -> Found {
    let mut found = Found::default();
    for recording in ["tests/fixtures/tenant", "tests/fixtures/grouped", "tests/fixtures/list-all"].map(at) {
        let mut plugin = plugin(&recording.join("settings.json"), profile);
        walk(&mut found, &mut plugin, &recording.join("exchanges.json"));
        let messages = recording.join("messages.ndjson");
        for line in if messages.exists() { read(&messages) } else { String::new() }.lines() {
            let message: Value = serde_json::from_str(line).expect("a line is JSON");
            decode(&mut found, &mut plugin, Dataset::Event, message["body"].as_str().unwrap_or_default().into());
        }
    }
    for (dataset, folder) in [(Dataset::Event, "tests/cases/event"), (Dataset::Assessment, "tests/cases/assessment")] {
        for case in fs::read_dir(at(folder)).expect("cases").map(|case| case.expect("a case").path()) {
            let mut plugin = plugin(&case.join("settings.json"), profile);
            for name in ["message.json", "message.txt"].map(|name| case.join(name)).iter().filter(|name| name.exists()) {
                decode(&mut found, &mut plugin, dataset, read(name).into());
            }
        }
    }
    found
}

#[test]
fn what_is_not_declared_is_on_the_list_and_the_rest_is_of_its_kind() {
    let mut all = Found::default();
    for profile in ["elastic", "extended"] {
        let found = own(profile);
        assert!(found.unlike.is_empty(), "{profile}: {:#?}", found.unlike);
        assert!(found.declared.len() > 400, "{profile}: only {} fields", found.declared.len());
        all.undeclared.extend(found.undeclared);
    }
    let file = at("plugin/tests/undeclared.txt");
    let head = "# Fields that documents of our recordings have as Azure sends them, and that `ecs/` does not declare. A field that a rule makes belongs into `NESTED`.\n";
    let list = all.undeclared.iter().fold(head.to_owned(), |list, name| list + name + "\n");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &list).expect("it can be written");
    }
    let current = fs::read_to_string(&file).unwrap_or_default();
    let (new, known): (BTreeSet<&str>, BTreeSet<&str>) = (list.lines().collect(), current.lines().collect());
    let difference: Vec<_> = new.symmetric_difference(&known).collect();
    assert!(difference.is_empty(), "not declared and not on the list of `plugin/tests/undeclared.txt`, or on it in vain: {difference:#?}");
}

#[test]
fn public_cases_of_the_extended_profile_are_of_the_kinds_that_are_declared() {
    let shared = std::env::var_os("DEFENDER_SHARED").map_or_else(|| at("../shared"), PathBuf::from);
    let mut found = Found::default();
    for (dataset, folder) in [(Dataset::Event, "cases/extended/event"), (Dataset::Assessment, "cases/extended/assessment")] {
        let Ok(cases) = fs::read_dir(shared.join(folder)) else {
            println!("SKIPPED: no reference data, `{folder}` of the shared folder is missing; set DEFENDER_SHARED to where it lies");
            return;
        };
        for case in cases.map(|case| case.expect("a case").path()).filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
            let case: Value = serde_json::from_str(&read(&case)).expect("a case is JSON");
            let mut plugin = plugin(Path::new("no settings"), "extended");
            let inputs = case["input"].as_array().cloned().unwrap_or_else(|| vec![case["input"].clone()]);
            for input in inputs.iter().filter(|input| input.is_object()) {
                decode(&mut found, &mut plugin, dataset, input.to_string().into());
            }
        }
    }
    // Links that come as one text stay one, as in the reference, although an index wants objects there.
    found.unlike.retain(|unlike| !unlike.starts_with("microsoft_defender_cloud.event.extended_links is \"["));
    assert!(found.unlike.is_empty(), "{:#?}", found.unlike);
    assert!(found.declared.len() > 300, "only {} fields", found.declared.len());
}
