//! Installation against servers on loopback that play Elasticsearch and Kibana: which way is taken, that nothing is sent twice, and that nothing goes to who it is
//! not for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use host_sim_elastic::install::{self, Mode, Report, State, Way};
use host_sim_elastic::requests::Target;
use host_sim_live::Secret;
use host_sim_live::config::{ApiKey, Elasticsearch, Kibana, Login};
use host_sim_runtime::flow::StopSignal;
use live_servers::{Answer, Asked, Server};
use serde_json::{Value, json};

use crate::FIELDS;

/// What both of them have, and what they were asked.
#[derive(Default)]
struct Stored {
    /// Of Elasticsearch: bodies by path.
    bodies: BTreeMap<String, Value>,
    started: BTreeSet<String>,
    is_serverless: bool,
    /// Paths that are forbidden begin so.
    forbidden: Option<&'static str>,
    /// Of Fleet: packages with their versions.
    packages: BTreeMap<String, String>,
    imported: BTreeSet<String>,
    /// Uploads are told to wait so often.
    busy: usize,
    asked: Vec<(&'static str, Asked)>,
}

struct Played {
    elasticsearch: Server,
    kibana: Server,
    stored: Arc<Mutex<Stored>>,
}

fn played(change: impl FnOnce(&mut Stored)) -> Played {
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
        Elasticsearch {
            hosts: vec![at(&self.elasticsearch)],
            login: Some(Login::ApiKey(key("key-of-elasticsearch"))),
            ca_file: None,
            ca_fingerprint: None,
            proxy: None,
            gzip: true,
            bulk_bytes: 5 << 20,
            bulk_documents: 1_000,
            workers: 1,
            pipeline: None,
            add_ingested: false,
            add_agent: false,
            kibana: has_kibana.then(|| Kibana { host: at(&self.kibana), api_key: Some(key("key-of-kibana")), space: Some("soc".into()) }),
        }
    }

    fn run(&self, has_kibana: bool, mode: Mode) -> Report {
        install::run(&FIELDS, &self.settings(has_kibana), mode, &StopSignal::default()).expect("both answer")
    }

    /// What was asked since, but for questions: method and path, with who was asked.
    fn sent(&self) -> Vec<String> {
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

fn states(report: &Report) -> BTreeSet<&'static str> {
    let name = |state: &State| match state {
        State::Same => "same",
        State::Done => "done",
        State::Missing => "missing",
        State::Differs(_) => "differs",
        State::Refused(_) => "refused",
    };
    report.steps.iter().map(|(_, state)| name(state)).collect()
}

#[test]
fn without_kibana_requests_are_sent_once() {
    for (is_serverless, target) in [(false, Target::Elasticsearch), (true, Target::Serverless)] {
        let played = played(|stored| stored.is_serverless = is_serverless);
        for mode in [Mode::Check, Mode::DryRun] {
            let report = played.run(false, mode);
            assert_eq!((report.way, states(&report), report.is_well()), (Way::Requests(target), BTreeSet::from(["missing"]), false));
            assert_eq!(played.sent(), [""; 0]);
        }
        let report = played.run(false, Mode::Install);
        assert_eq!((states(&report), report.is_well()), (BTreeSet::from(["done"]), true));
        let sent = played.sent();
        assert_eq!(sent.len(), report.steps.len());
        assert_eq!(sent.iter().any(|line| line.contains("_ilm")), !is_serverless);
        assert!(sent.iter().all(|line| line.starts_with("elasticsearch ")));
        for mode in [Mode::Install, Mode::Check] {
            assert_eq!(states(&played.run(false, mode)), BTreeSet::from(["same"]));
            assert_eq!(played.sent(), [""; 0], "nothing is sent again");
        }
    }
}

#[test]
fn a_difference_is_shown_and_mended_but_a_transform_is_not_replaced() {
    let played = played(|_| ());
    played.run(false, Mode::Install);
    let change = |path: &str, pointer: &str, value: Value| {
        let mut stored = played.stored.lock().expect("nobody panics");
        *stored.bodies.get_mut(path).and_then(|body| body.pointer_mut(pointer)).expect("it is there") = value;
    };
    let path = "_component_template/defender_cloud_wasm.event@settings";
    change(path, "/template/settings/index/mapping/total_fields/limit", json!(1000));
    played.sent();
    let report = played.run(false, Mode::DryRun);
    let line = "template.settings.index.mapping.total_fields.limit: `\"1000\"` instead of `2000`";
    assert!(report.to_string().contains(&format!("  otherwise        PUT `{path}`\n      {line}\n")), "{report}");
    assert_eq!((report.is_well(), played.sent().len()), (false, 0));
    assert!(played.run(false, Mode::Install).is_well());
    assert_eq!(played.sent(), [format!("elasticsearch PUT /{path}")]);

    change("_transform/defender_cloud_wasm.vulnerability_latest", "/latest/unique_key/0", json!("event.code"));
    let report = played.run(false, Mode::Install);
    assert!(report.is_refused() && report.to_string().contains("latest.unique_key[0]: `\"event.code\"` instead of `\"event.id\"`"), "{report}");
    assert_eq!(played.sent(), [""; 0]);
}

#[test]
fn with_kibana_the_package_is_uploaded_once_and_nothing_else_is_sent() {
    let played = played(|stored| stored.busy = 1);
    let report = played.run(true, Mode::DryRun);
    assert_eq!((report.way, states(&report)), (Way::Package, BTreeSet::from(["missing"])));
    assert_eq!(played.sent(), [""; 0]);
    assert!(played.run(true, Mode::Install).is_well());
    let upload = "kibana POST /s/soc/api/fleet/epm/packages";
    assert_eq!(played.sent(), [upload, upload], "the first was told to wait");
    for mode in [Mode::Install, Mode::Check] {
        assert_eq!(states(&played.run(true, mode)), BTreeSet::from(["same"]));
        assert_eq!(played.sent(), [""; 0]);
    }
    // Whoever takes Kibana out of the configuration does not get templates above those of Fleet.
    let report = played.run(false, Mode::Install);
    assert_eq!((report.way, report.is_refused(), played.sent().len()), (Way::Unreachable, true, 0));
    // Another version is another upload.
    played.stored.lock().expect("nobody panics").packages.insert("defender_cloud_wasm".into(), "0.0.9".into());
    assert!(played.run(true, Mode::DryRun).to_string().contains("version: `0.0.9` instead of `0.1.0`"));
    assert!(played.run(true, Mode::Install).is_well());
    assert_eq!(played.sent(), [upload]);
}

#[test]
fn beside_elastics_package_only_what_it_lacks_is_added() {
    let played = played(|stored| drop(stored.packages.insert("microsoft_defender_cloud".into(), "3.8.0".into())));
    let report = played.run(true, Mode::Install);
    assert_eq!((report.way, report.is_well()), (Way::Beside, true), "{report}");
    assert!(report.found.iter().any(|line| line.contains("3.8.0")) && report.hints.iter().any(|hint| hint.contains("`pipeline: _none`")), "{report}");
    let expected = [
        "elasticsearch PUT /_ingest/pipeline/defender_cloud_wasm",
        "elasticsearch PUT /_component_template/defender_cloud_wasm.run@mappings",
        "elasticsearch PUT /_component_template/defender_cloud_wasm.run@settings",
        "elasticsearch PUT /_index_template/defender_cloud_wasm.run",
        "kibana POST /s/soc/api/saved_objects/_import?overwrite=true",
        "kibana POST /s/soc/api/fleet/epm/packages",
    ];
    assert_eq!(played.sent(), expected);
    let packages: Vec<String> = played.stored.lock().expect("nobody panics").packages.keys().cloned().collect();
    assert_eq!(packages, ["defender_cloud_wasm_dashboards", "microsoft_defender_cloud"], "never both packages");
    assert!(played.run(true, Mode::Check).is_well());
    // What tells is the templates where Kibana is not asked.
    assert_eq!(played.run(false, Mode::Check).way, Way::Beside);
}

#[test]
fn what_was_made_by_requests_stays_so_and_kibana_gets_its_objects() {
    let played = played(|_| ());
    played.run(false, Mode::Install);
    played.sent();
    let report = played.run(true, Mode::Install);
    assert_eq!((report.way, report.is_well()), (Way::Requests(Target::Elasticsearch), true));
    assert_eq!(played.sent(), ["kibana POST /s/soc/api/saved_objects/_import?overwrite=true"]);
    assert!(played.run(true, Mode::Check).is_well());
}

#[test]
fn what_is_refused_is_said_and_nothing_builds_on_it() {
    let played = played(|stored| stored.forbidden = Some("_component_template"));
    let report = played.run(false, Mode::Install);
    assert!(report.is_refused() && report.to_string().contains("Elasticsearch answers 403: it is forbidden"), "{report}");
    assert!(!played.sent().iter().any(|line| line.contains("_index_template")));
}

#[test]
fn the_command_says_what_it_did_by_its_exit_status() {
    let played = played(|_| ());
    let scratch = tests::Scratch::new("elastic-install");
    let output = format!("output:\n  elasticsearch:\n    hosts: [\"http://{}\"]\n    api_key: key-of-elasticsearch\n", played.elasticsearch.address());
    let input = format!(
        "azure:\n  credential: azure-cli\ninputs:\n  - id: posture\n    component: {}\n    settings: {{ subscription_id: cd53e736-e47f-4f28-a3fb-4161ecd881bf }}\n    poll: {{ every: 12h }}\n",
        tests::text(&tests::component())
    );
    let config = scratch.write("host-sim.yml", format!("{input}{output}"));
    let run = |arguments: &[&str]| {
        let ran = tests::run(&[&["elastic"], arguments, &["--config", tests::text(&config)]].concat());
        assert!(!ran.stdout.contains("key-of") && !ran.stderr.contains("key-of"), "{ran:?}");
        ran
    };
    for (arguments, status) in [(&["check"][..], 3), (&["install", "--dry-run"], 3), (&["install"], 0), (&["install"], 0), (&["check"], 0)] {
        let ran = run(arguments);
        assert_eq!(ran.status, status, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("way taken: requests to Elasticsearch"), "{}", ran.stdout);
    }
    played.stored.lock().expect("nobody panics").bodies.clear();
    played.stored.lock().expect("nobody panics").forbidden = Some("_ilm");
    assert_eq!(run(&["install"]).status, 3);
    scratch.write("host-sim.yml", format!("{input}output:\n  stdout: {{}}\n"));
    let ran = run(&["check"]);
    assert!(ran.status == 2 && ran.stderr.contains("does not deliver to Elasticsearch"), "{ran:?}");
}
