//! Elasticsearch and Kibana on loopback, as much of them as installation asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use host_sim_elastic::install::{self, Mode, Report};
use host_sim_live::Secret;
use host_sim_live::config::{ApiKey, Elasticsearch, Kibana, Login};
use host_sim_runtime::flow::StopSignal;
use live_servers::{Answer, Asked, Server};
use serde_json::{Value, json};

use crate::FIELDS;

/// What both of them have, and what they were asked.
#[derive(Default)]
pub(crate) struct Stored {
    /// Of Elasticsearch: bodies by path.
    pub(crate) bodies: BTreeMap<String, Value>,
    started: BTreeSet<String>,
    pub(crate) is_serverless: bool,
    /// Paths that are forbidden begin so.
    pub(crate) forbidden: Option<&'static str>,
    /// Of Fleet: packages with their versions.
    pub(crate) packages: BTreeMap<String, String>,
    imported: BTreeSet<String>,
    /// Uploads are told to wait so often.
    pub(crate) busy: usize,
    asked: Vec<(&'static str, Asked)>,
}

pub(crate) struct Played {
    pub(crate) elasticsearch: Server,
    kibana: Server,
    pub(crate) stored: Arc<Mutex<Stored>>,
}

/// Both of them.
pub(crate) fn played(change: impl FnOnce(&mut Stored)) -> Played {
    let mut stored = Stored::default();
    change(&mut stored);
    let stored = Arc::new(Mutex::new(stored));
    let (one, other) = (Arc::clone(&stored), Arc::clone(&stored));
    Played {
        elasticsearch: Server::start(None, move |asked| one.lock().expect("nobody panics").elasticsearch(asked)),
        kibana: Server::start(None, move |asked| other.lock().expect("nobody panics").kibana(asked)),
        stored,
    }
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer::json(status, body.to_string())
}

/// As Elasticsearch gives settings back.
fn as_texts(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), as_texts(value))).collect::<serde_json::Map<_, _>>().into(),
        Value::Number(_) | Value::Bool(_) => Value::String(value.to_string()),
        other => other.clone(),
    }
}

impl Stored {
    fn elasticsearch(&mut self, asked: &Asked) -> Answer {
        self.asked.push(("elasticsearch", asked.clone()));
        let path = asked.path().trim_start_matches('/').to_owned();
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        if asked.method != "GET" && self.forbidden.is_some_and(|forbidden| path.starts_with(forbidden)) {
            return answer(403, &json!({ "error": { "type": "security_exception", "reason": "it is forbidden" }, "status": 403 }));
        }
        if path.is_empty() {
            let flavour = if self.is_serverless { "serverless" } else { "default" };
            return answer(200, &json!({ "version": { "number": "8.19.0", "build_flavor": flavour } }));
        }
        match asked.method.as_str() {
            "PUT" => {
                let body = serde_json::from_slice(&asked.body).unwrap_or(Value::Null);
                self.bodies.insert(path, body);
                answer(200, &json!({ "acknowledged": true }))
            }
            "POST" => {
                self.started.insert(path.trim_end_matches("/_start").to_owned());
                answer(200, &json!({ "acknowledged": true }))
            }
            _ if name.ends_with('*') => self.templates(path.trim_end_matches('*')),
            _ if name == "_stats" => {
                let state = if self.started.contains(path.trim_end_matches("/_stats")) { "started" } else { "stopped" };
                answer(200, &json!({ "transforms": [{ "state": state }] }))
            }
            _ => match self.bodies.get(&path) {
                None => answer(404, &json!({ "error": { "reason": "it is not there" } })),
                Some(body) => answer(200, &given_back(&path, &name, body)),
            },
        }
    }

    fn templates(&self, prefix: &str) -> Answer {
        let mut found: Vec<Value> = self
            .bodies
            .iter()
            .filter(|(path, _)| path.starts_with(prefix))
            .map(|(path, body)| json!({ "name": path.rsplit('/').next(), "index_template": body }))
            .collect();
        if prefix.contains("/logs-") {
            found.extend(self.packages.keys().map(|name| json!({ "name": "logs-x", "index_template": { "_meta": { "package": { "name": name } } } })));
        }
        if found.is_empty() { answer(404, &json!({ "error": { "reason": "there is none" } })) } else { answer(200, &json!({ "index_templates": found })) }
    }

    fn kibana(&mut self, asked: &Asked) -> Answer {
        self.asked.push(("kibana", asked.clone()));
        assert_eq!(asked.header("kbn-xsrf"), Some("true"));
        let path = asked.path().trim_start_matches("/s/soc");
        match (asked.method.as_str(), path) {
            ("POST", "/api/fleet/epm/packages") if self.busy > 0 => {
                self.busy -= 1;
                answer(429, &json!({ "message": "one upload per 10 seconds" })).with("retry-after", "0")
            }
            ("POST", "/api/fleet/epm/packages") => {
                assert_eq!(asked.header("content-type"), Some("application/zip"));
                // The name of the first file begins with that of the only folder.
                let length = usize::from(asked.body[26]);
                let folder = String::from_utf8_lossy(&asked.body[30..30 + length]).split('/').next().unwrap_or_default().to_owned();
                let (name, version) = folder.rsplit_once('-').expect("name and version");
                self.packages.insert(name.to_owned(), version.to_owned());
                answer(200, &json!({ "items": [] }))
            }
            ("POST", "/api/saved_objects/_import") => {
                let text = String::from_utf8_lossy(&asked.body).into_owned();
                self.imported.extend(text.lines().filter_map(|line| Some(serde_json::from_str::<Value>(line).ok()?["id"].as_str()?.to_owned())));
                answer(200, &json!({ "success": true }))
            }
            ("POST", "/api/saved_objects/_bulk_get") => {
                let wanted: Value = serde_json::from_slice(&asked.body).expect("JSON");
                let found = wanted.as_array().expect("a list").iter().map(|one| match self.imported.contains(one["id"].as_str().expect("an id")) {
                    true => json!({ "id": one["id"] }),
                    false => json!({ "id": one["id"], "error": { "statusCode": 404 } }),
                });
                answer(200, &json!({ "saved_objects": found.collect::<Vec<_>>() }))
            }
            ("GET", path) => match path.strip_prefix("/api/fleet/epm/packages/").and_then(|name| self.packages.get(name)) {
                Some(version) => answer(200, &json!({ "item": { "status": "installed", "version": "9.9.9", "installationInfo": { "version": version } } })),
                None => answer(404, &json!({ "message": "not found" })),
            },
            other => panic!("{other:?}"),
        }
    }
}

fn given_back(path: &str, name: &str, body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(settings) = body.pointer_mut("/template/settings") {
        *settings = as_texts(settings);
    }
    match path.split('/').next().unwrap_or_default() {
        "_component_template" => json!({ "component_templates": [{ "name": name, "component_template": body }] }),
        "_index_template" => json!({ "index_templates": [{ "name": name, "index_template": body }] }),
        "_transform" => json!({ "transforms": [body] }),
        _ => json!({ name: body }),
    }
}

impl Played {
    fn settings(&self, has_kibana: bool) -> Elasticsearch {
        let at = |server: &Server| format!("http://{}", server.address()).parse().expect("a URL");
        let key = |text: &str| ApiKey(Secret::new(text));
        let kibana = has_kibana.then(|| Kibana { host: at(&self.kibana), api_key: Some(key("key-of-kibana")), space: Some("soc".into()) });
        Elasticsearch { login: Some(Login::ApiKey(key("key-of-elasticsearch"))), kibana, ..Elasticsearch::at(vec![at(&self.elasticsearch)]) }
    }

    pub(crate) fn run(&self, has_kibana: bool, mode: Mode) -> Report {
        install::run(&FIELDS, &self.settings(has_kibana), mode, &StopSignal::default()).expect("both answer")
    }

    /// What was asked since, but for questions: method and path, with who was asked.
    pub(crate) fn sent(&self) -> Vec<String> {
        let mut stored = self.stored.lock().expect("nobody panics");
        let sent = |(who, asked): (&str, Asked)| {
            let key = asked.header("authorization").unwrap_or_default().to_owned();
            assert_eq!(key, format!("ApiKey key-of-{who}"), "everybody gets its own key");
            assert!(who == "kibana" || !asked.body.starts_with(b"PK"), "an archive is for Kibana alone");
            (asked.method != "GET" && !asked.target.contains("_bulk_get")).then(|| format!("{who} {} {}", asked.method, asked.target))
        };
        stored.asked.drain(..).filter_map(sent).collect()
    }
}
