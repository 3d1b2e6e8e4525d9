//! Installation against servers on loopback that play Elasticsearch and Kibana: which way is taken, that nothing is sent twice, and that nothing goes to who it is
//! not for.

use std::collections::BTreeSet;

use host_sim_elastic::install::{Mode, Report, State, Way};
use host_sim_elastic::requests::Target;
use serde_json::{Value, json};

use crate::played::played;

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
