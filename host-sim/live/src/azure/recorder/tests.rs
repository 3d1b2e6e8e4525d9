use std::fs;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use host_sim_runtime::contract::Response;
use serde_json::{Value, json};

use super::{NAME, Recorder, Redactor};

fn response(headers: &[(&str, &str)], body: &[u8]) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status: 200, headers, body: body.to_vec() }
}

#[test]
fn it_is_a_whole_recording_after_each_exchange_and_bodies_are_the_same_to_the_byte() {
    let folder = crate::azure::scratch::folder("recorder");
    let recorder = Recorder::create(&folder, Arc::new(Redactor::new(["hunter2"]))).expect("it is created");
    let read = || serde_json::from_str::<Value>(&fs::read_to_string(folder.join(NAME)).expect("a file")).expect("json");
    assert_eq!(read(), json!({ "exchanges": [] }));
    let url = "https://a.test/x?api-version=1&$skipToken=a%7Bb";
    let headers = [("content-type", "application/json"), ("x-ms-ratelimit-remaining-a", "1"), ("x-ms-ratelimit-remaining-a", "2"), ("x-ms-request-id", "7")];
    recorder.keep(url, &response(&headers, b"{\"value\" : [1.500,  \"hunter2\"]}"));
    assert_eq!(read()["exchanges"][0]["request"], json!({ "method": "GET", "url": url }));
    assert_eq!(read()["exchanges"][0]["response"]["headers"], json!({ "content-type": "application/json", "x-ms-ratelimit-remaining-a": ["1", "2"] }));
    let text = fs::read_to_string(folder.join(NAME)).expect("a file");
    assert!(text.contains("\"body\":{\"value\" : [1.500,  \"[redacted]\"]}}"), "{text}");

    for (body, member, expected) in [
        (&b"<html>"[..], "body", json!("<html>")),
        (b"\"text\"", "body", json!("\"text\"")),
        (b" {} ", "body", json!(" {} ")),
        (b"\xef\xbb\xbf{}", "body", json!("\u{feff}{}")),
        (b"{\"a\":", "body", json!("{\"a\":")),
        (b"7", "body", json!("7")),
        (b"", "body", Value::Null),
        (b"\xff hunter2", "body_base64", json!(STANDARD.encode(b"\xff [redacted]"))),
    ] {
        recorder.keep(url, &response(&[], body));
        let all = read();
        let last = all["exchanges"].as_array().and_then(|exchanges| exchanges.last()).expect("an exchange").clone();
        assert_eq!(last["response"][member], expected, "{}", String::from_utf8_lossy(body));
    }
    assert_eq!((recorder.count(), recorder.failure()), (9, None));
    assert!(Recorder::create(&folder, Arc::default()).is_err(), "what was recorded is not written over");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder.join(NAME)).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&folder).expect("a folder").permissions().mode() & 0o777, 0o700);
    }
    fs::remove_dir_all(folder).expect("removable");
}
