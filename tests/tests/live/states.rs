//! What an input says of itself when something is wrong, word by word, and that it is well again afterwards.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use host_sim_live::health::InputState;
use live_servers::bulk::{BulkEndpoint, Reply, said};
use live_servers::{Answer, Fault, Server, Tenant};
use serde_json::json;
use tests::hostile::hostile;

use crate::hosted::Hosted;
use crate::setup::Setup;

/// A minute is a tenth of a second.
const FAST: u32 = 600;

#[test]
fn a_wrong_secret_fails_and_the_right_one_mends_it() {
    let mut setup = Setup::new("wrong-secret", Tenant::default());
    let right = setup.config["azure"]["client_secret"].take();
    setup.config["azure"]["client_secret"] = json!("not-the-right-one");
    let host = Hosted::start(&setup, 1);
    let text = host.becomes("posture", InputState::Failed);
    assert_eq!(
        text,
        "nothing could be read: cannot sign in with `credential: client-secret`: AADSTS7000215: Invalid client secret provided.; \
         give the value of a client secret in `client_secret`, not the secret's id (2 requests)"
    );
    setup.config["azure"]["client_secret"] = right;
    host.reload(&setup);
    assert_eq!(host.becomes("posture", InputState::Healthy), "");
}

#[test]
fn a_certificate_that_has_expired_fails() {
    let setup = Setup::new("expired", Tenant::default());
    let body = r#"{"error":"invalid_client","error_description":"AADSTS700027: The certificate with identifier used to sign the client assertion is expired.","error_codes":[700027]}"#;
    setup.azure.plan("oauth2", std::iter::repeat_with(|| Fault::Instead(Answer::json(401, body))).take(3));
    let host = Hosted::start(&setup, FAST);
    let text = host.becomes("posture", InputState::Failed);
    assert!(text.contains("register the certificate of `certificate_file` with the application, and look whether it has expired"), "{text}");
}

#[test]
fn a_role_that_is_missing_on_one_scope_degrades_until_the_next_run() {
    let mut setup = Setup::new("degraded", Tenant { subscriptions: 3, ..Tenant::default() });
    let ids: Vec<String> = (0..3).map(Tenant::subscription).collect();
    setup.input()["settings"] = json!({ "url": setup.azure.url(), "subscription_ids": ids });
    setup.input()["poll"]["every"] = json!("1h");
    let denied = || Fault::Instead(Answer::json(403, r#"{"error":{"code":"AuthorizationFailed","message":"no"}}"#));
    setup.azure.plan(&format!("{}/providers/Microsoft.Security/", ids[2]), std::iter::repeat_with(denied).take(2));
    let host = Hosted::start(&setup, FAST);
    let text = host.becomes("posture", InputState::Degraded);
    let wanted = format!("could not be read: `/subscriptions/{}` may not be read (403): give the application the role `Security Reader` there", ids[2]);
    assert!(text.starts_with("the last run was not complete, ") && text.contains(&wanted) && text.contains("; the next run is at 20"), "{text}");
    assert_eq!(host.becomes("posture", InputState::Healthy), "", "the run after an hour");
}

#[test]
fn a_sink_that_is_down_degrades_and_loses_nothing() {
    let mut setup = Setup::new("sink-down", Tenant::default());
    let is_down = Arc::new(AtomicBool::new(true));
    let down = Arc::clone(&is_down);
    let endpoint = BulkEndpoint::start(move |_| if down.load(Ordering::Relaxed) { said(503, &[]) } else { Reply::Store });
    setup.deliver_to(&endpoint.address);
    let host = Hosted::start(&setup, FAST);
    let text = host.becomes("posture", InputState::Degraded);
    assert_eq!(text, "documents wait: Elasticsearch answers 503: some_exception: because");
    is_down.store(false, Ordering::Relaxed);
    assert_eq!(host.becomes("posture", InputState::Healthy), "", "idle, and well");
    crate::setup::wait_for("all documents", || host.status("posture").filter(|status| status.settled == 32));
    let status = host.status("posture").expect("it is there");
    assert_eq!((status.documents, status.bytes_under_way, endpoint.ids().len()), (32, 0, 32));
}

#[test]
fn a_privilege_that_is_missing_fails_and_nothing_is_lost() {
    let mut setup = Setup::new("privilege", Tenant::default());
    let is_denied = Arc::new(AtomicBool::new(true));
    let denied = Arc::clone(&is_denied);
    let endpoint = BulkEndpoint::start(move |_| if denied.load(Ordering::Relaxed) { said(403, &[]) } else { Reply::Store });
    setup.deliver_to(&endpoint.address);
    let host = Hosted::start(&setup, FAST);
    let text = host.becomes("posture", InputState::Failed);
    assert!(text.starts_with("cannot store the documents: a privilege is missing (403)") && text.contains("`create_doc` and `auto_configure`"), "{text}");
    is_denied.store(false, Ordering::Relaxed);
    assert_eq!(host.becomes("posture", InputState::Healthy), "");
    crate::setup::wait_for("all documents", || (endpoint.ids().len() == 32).then_some(()));
    crate::setup::wait_for("it is built again", || host.status("posture").filter(|status| status.generation > 1));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_degrades_until_there_is_room() {
    let setup = Setup::new("full-disk", Tenant::default());
    let file = setup.scratch.path().join("out/microsoft_defender_cloud.assessment.ndjson");
    fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
    // What is written there finds no room.
    std::os::unix::fs::symlink("/dev/full", &file).expect("a link");
    let host = Hosted::start(&setup, FAST);
    let text = host.becomes("posture", InputState::Degraded);
    assert!(text.starts_with("documents wait: cannot write to `") && text.contains("No space left on device"), "{text}");
    assert!(text.ends_with("make room on that disk, or lower `output.file.keep`"), "{text}");
    fs::remove_file(&file).expect("removable");
    assert_eq!(host.becomes("posture", InputState::Healthy), "");
    assert_eq!(setup.documents()["microsoft_defender_cloud.assessment.ndjson"].len(), 31);
}

#[test]
fn a_state_that_cannot_be_written_fails_until_it_can() {
    let setup = Setup::new("state-stuck", Tenant::default());
    // Where a new file would be written is a folder, which is no file's place, whoever runs this.
    let stuck = setup.scratch.path().join("state/marks.ndjson.new");
    fs::create_dir_all(&stuck).expect("writable");
    #[cfg(unix)]
    fs::set_permissions(setup.scratch.path().join("state"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("it is ours");
    let host = Hosted::start(&setup, FAST);
    let text = host.becomes("posture", InputState::Failed);
    assert!(text.starts_with("cannot keep how far `posture` is: cannot use `") && text.contains("marks.ndjson"), "{text}");
    fs::remove_dir(&stuck).expect("removable");
    assert_eq!(host.becomes("posture", InputState::Healthy), "");
}

#[test]
fn a_name_that_leads_nowhere_fails() {
    let mut setup = Setup::new("dns", Tenant::default());
    setup.input()["settings"]["url"] = json!("https://management.nowhere.invalid");
    let host = Hosted::start(&setup, FAST);
    let text = host.becomes("posture", InputState::Failed);
    assert!(text.starts_with("nothing could be read: `management.nowhere.invalid`: "), "{text}");
    assert!(text.contains("look at DNS, the network and `azure.proxy`"), "{text}");
}

#[test]
fn a_proxy_that_cuts_fails_and_names_itself() {
    let mut setup = Setup::new("proxy-cuts", Tenant::default());
    let cutting = Server::start(None, |_| Answer::none());
    setup.config["azure"]["proxy"] = json!(format!("http://{}", cutting.address()));
    let host = Hosted::start(&setup, FAST);
    let text = host.becomes("posture", InputState::Failed);
    assert!(text.starts_with("nothing could be read: cannot reach what gives tokens for `credential: client-secret`: "), "{text}");
    assert!(text.contains("and `azure.proxy`"), "{text}");
}

#[test]
fn a_component_that_stops_on_each_response_degrades_and_goes_on() {
    let mut setup = Setup::new("traps", Tenant::default());
    let server = Server::start(None, |_| Answer::json(200, r#""panic""#));
    let url = format!("http://{}", server.address());
    *setup.input() = json!({
        "id": "posture", "component": hostile(), "settings": { "url": url }, "poll": { "paths": ["/pages/*"], "every": "1h" },
    });
    let host = Hosted::start(&setup, 1);
    let text = host.becomes("posture", InputState::Degraded);
    assert!(text.starts_with("the component stopped ") && text.contains("times, and what it stopped on is not read: take another version of it"), "{text}");
}
