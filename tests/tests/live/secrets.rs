//! Secrets: in no byte of what a host writes, whatever goes wrong.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use live_servers::azure::SECRET;
use live_servers::bulk::{BulkEndpoint, Reply, said};
use live_servers::{Answer, Fault, Tenant};
use serde_json::json;

use crate::setup::Setup;

const KEY: &str = "planted-id:planted/key+of\"elastic";

/// Everything below a folder, but for the configuration.
fn everything(folder: &Path, all: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            everything(&path, all);
        } else if path.file_name().is_some_and(|name| name != "host-sim.yml") {
            all.push((path.display().to_string(), fs::read(&path).expect("readable")));
        }
    }
}

#[test]
fn no_secret_is_in_anything_that_a_host_writes() {
    let mut setup = Setup::new("secrets", Tenant::default());
    let endpoint = BulkEndpoint::start(|asked| match asked.number {
        // Whoever answers may say what it was sent.
        0 => said(503, &[("x-was", KEY)]),
        1 => Reply::Each(vec![Some((400, "document_parsing_exception"))]),
        _ => Reply::Store,
    });
    setup.config["output"] = json!({ "elasticsearch": { "hosts": [endpoint.address], "api_key": "${LIVE_KEY}" } });
    setup.config["log"] = json!({ "level": "trace", "format": "json" });
    let echoed = format!(r#"{{"error":{{"code":"x","message":{}}}}}"#, json!(format!("you sent {SECRET} and {KEY}")));
    setup.azure.plan("/subAssessments", [Fault::Instead(Answer::json(403, echoed))]);
    setup.write();
    let mut command = setup.command(&["run", "--once", "--trace", "trace.ndjson"]);
    let output = command.env("LIVE_KEY", KEY).output().expect("it starts");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let mut all = vec![("stderr".to_owned(), output.stderr), ("stdout".to_owned(), output.stdout)];
    everything(setup.scratch.path(), &mut all);
    assert!(all.iter().any(|(name, bytes)| name.ends_with("trace.ndjson") && !bytes.is_empty()));
    assert!(all.iter().any(|(name, bytes)| name.ends_with("posture.ndjson") && !bytes.is_empty()), "a dead letter");
    let tokens = setup.azure.tokens();
    assert!(!tokens.is_empty());
    let mut forms: Vec<String> = vec![SECRET.into(), KEY.into(), STANDARD.encode(SECRET), STANDARD.encode(KEY), "planted/key+of".into()];
    forms.extend([SECRET, KEY].map(|secret| json!(secret).to_string().trim_matches('"').to_owned()));
    forms.extend([SECRET, KEY].map(|secret| url::form_urlencoded::byte_serialize(secret.as_bytes()).collect()));
    forms.extend(tokens);
    for (name, bytes) in all {
        for form in &forms {
            assert!(!bytes.windows(form.len()).any(|window| window == form.as_bytes()), "`{name}` has a secret");
        }
    }
}
