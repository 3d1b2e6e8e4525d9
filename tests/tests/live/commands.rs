//! What is run beside `run`: `doctor`, `status`, `record`.

use live_servers::bulk::{BulkEndpoint, Reply};
use live_servers::{Answer, Fault, Tenant};
use serde_json::json;
use tests::{component, host_sim};

use crate::setup::{Ended, Setup};

fn ended(setup: &Setup, arguments: &[&str]) -> Ended {
    setup.write();
    Ended::of(&setup.command(arguments).output().expect("it starts"))
}

#[test]
fn a_doctor_names_what_to_mend() {
    let mut setup = Setup::new("doctor", Tenant { subscriptions: 2, ..Tenant::default() });
    let ids: Vec<String> = (0..2).map(Tenant::subscription).collect();
    setup.input()["settings"] = json!({ "url": setup.azure.url(), "subscription_ids": ids });
    let well = ended(&setup, &["doctor"]).expect(0);
    let lines: Vec<&str> = well.stdout.lines().collect();
    for scope in [String::new(), format!("/subscriptions/{}", ids[0]), format!("/subscriptions/{}", ids[1])] {
        let list = if scope.is_empty() { "assessmentMetadata" } else { "assessments" };
        let line = format!("ok    input posture GET {scope}/providers/Microsoft.Security/{list}: a page of ");
        assert!(lines.iter().any(|found| found.starts_with(&line)), "{}", well.stdout);
    }
    assert!(lines.iter().all(|line| line.starts_with("ok ")), "{}", well.stdout);
    assert_eq!(setup.azure.asked().len(), lines.len() - 2, "no second page");

    let denied = Fault::Instead(Answer::json(403, r#"{"error":{"code":"AuthorizationFailed","message":"no"}}"#));
    setup.azure.plan(&format!("{}/providers/Microsoft.Security/assessments", ids[1]), [denied]);
    let ill = ended(&setup, &["doctor"]).expect(1);
    let advice = format!("`/subscriptions/{}` may not be read (403): give the application the role `Security Reader` there", ids[1]);
    assert!(ill.stdout.lines().any(|line| line.starts_with("FAIL") && line.ends_with(&advice)), "{}", ill.stdout);

    setup.config["azure"]["tenant_id"] = json!("99999999-0000-0000-0000-000000000000");
    let ill = ended(&setup, &["doctor"]).expect(1);
    assert!(ill.stdout.contains("FAIL  input posture signs in") && ill.stdout.contains("look at `tenant_id`"), "{}", ill.stdout);

    setup.config["output"] = json!({ "elasticsearch": { "hosts": ["http://127.0.0.1:9"] } });
    let ill = ended(&setup, &["doctor"]).expect(1);
    assert!(ill.stdout.contains("FAIL  output elasticsearch: `http://127.0.0.1:9` cannot be reached"), "{}", ill.stdout);
}

#[test]
fn a_doctor_asks_elasticsearch_for_privileges_and_for_the_template() {
    let mut setup = Setup::new("doctor-elasticsearch", Tenant::default());
    let answer = |body: &serde_json::Value| Reply::Say(200, Vec::new(), body.to_string().into_bytes());
    let endpoint = BulkEndpoint::start(move |asked| {
        let target = asked.line.split(' ').nth(1).unwrap_or_default();
        if target.starts_with("/_security/user/_has_privileges") {
            let privileges = json!({ "create_doc": true, "auto_configure": false });
            return answer(&json!({ "has_all_requested": false, "index": { "logs-microsoft_defender_cloud.event-default": privileges } }));
        }
        let package = target.ends_with("assessment-default");
        let pipeline = if package { "logs-microsoft_defender_cloud.assessment-3.4.0" } else { "own" };
        let mappings = json!({ "properties": { "@timestamp": { "type": "date" } } });
        answer(&json!({ "template": { "settings": { "index": { "default_pipeline": pipeline } }, "mappings": mappings } }))
    });
    setup.deliver_to(&endpoint.address);
    let ill = ended(&setup, &["doctor"]).expect(1);
    assert!(
        ill.stdout.contains("FAIL  output elasticsearch: privileges are missing: give whoever signs in `create_doc` and `auto_configure`"),
        "{}",
        ill.stdout
    );
    assert!(ill.stdout.contains("assessment-default: Elastic's own package governs it") && ill.stdout.contains("write `pipeline: _none`"), "{}", ill.stdout);
    assert!(ill.stdout.contains("look  output logs-microsoft_defender_cloud.run-default: a template is there, and its pipeline `own`"), "{}", ill.stdout);
    setup.config["output"]["elasticsearch"]["pipeline"] = json!("_none");
    let ill = ended(&setup, &["doctor"]).expect(1);
    assert!(ill.stdout.contains("ok    output logs-microsoft_defender_cloud.assessment-default: a template is there"), "{}", ill.stdout);
}

#[test]
fn a_status_is_read_beside_a_host_and_after_it() {
    let setup = Setup::new("status", Tenant::default());
    assert!(ended(&setup, &["status"]).expect(3).stdout.contains("no host runs, and none has run"));
    let running = setup.start(&["run"]);
    running.says("a run was complete");
    let shown = crate::setup::wait_for("the end of a run", || {
        let shown = ended(&setup, &["status"]);
        shown.stdout.contains("next run at").then_some(shown)
    });
    let shown = shown.expect(0).stdout;
    for part in ["input posture: healthy since", "32 documents, 32 settled, 0 of them dead letters", "complete, 4 pages", "mark posture: between two runs"] {
        assert!(shown.contains(part), "`{part}` is missing: {shown}");
    }
    running.signal("TERM");
    assert_eq!(running.end(), 0);
    assert!(ended(&setup, &["status"]).expect(3).stdout.contains("no host runs; the last one said this at"));
}

#[test]
fn what_is_recorded_is_replayed_to_the_same_documents() {
    let setup = Setup::new("record", Tenant::default());
    let recorded = ended(&setup, &["record", "--input", "posture", "--out", "recording"]).expect(0);
    assert!(recorded.stderr.contains("recorded 5 answers in recording"), "{}", recorded.stderr);
    assert!(!setup.scratch.path().join("state").exists());
    let mut replay = std::process::Command::new(host_sim());
    replay.arg("replay").arg(component()).arg(setup.scratch.path().join("recording")).args(["--now", "2026-01-01T00:00:00Z"]);
    let replayed = Ended::of(&replay.output().expect("it starts")).expect(0);
    assert_eq!(replayed.stdout.lines().count(), 32, "{}", replayed.stderr);
    assert!(ended(&setup, &["record", "--input", "other", "--out", "x"]).expect(2).stderr.contains("there are `posture`"));
    assert!(ended(&setup, &["record", "--input", "posture", "--out", "recording"]).expect(1).stderr.contains("there is a recording already"));
}
