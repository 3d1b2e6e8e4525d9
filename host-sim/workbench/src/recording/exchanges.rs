//! `exchanges.json`: requests and what a server answered to each.

use std::collections::BTreeMap;

use host_sim_runtime::contract::Response;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::target::Target;

/// A recorded request and its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What was asked.
    pub target: Target,
    /// What came back.
    pub response: Response,
}

#[derive(Deserialize)]
struct Recording<'a> {
    #[serde(borrow)]
    exchanges: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Recorded<'a> {
    request: RecordedRequest,
    #[serde(borrow)]
    response: RecordedResponse<'a>,
}

#[derive(Deserialize)]
struct RecordedRequest {
    method: String,
    url: String,
}

#[derive(Deserialize)]
struct RecordedResponse<'a> {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, Values>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

/// A header that came more than once has a list of values.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

/// All exchanges of a recording, in its order. A body that is a JSON string stands for its text, any other JSON for itself, to the byte; one that
/// is missing or `null` is empty.
pub fn read(text: &str) -> Result<Vec<Exchange>, String> {
    let recording: Recording = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut exchanges = Vec::with_capacity(recording.exchanges.len());
    for (number, recorded) in recording.exchanges.iter().enumerate() {
        exchanges.push(exchange(recorded.get()).map_err(|error| format!("exchange {number}: {error}"))?);
    }
    Ok(exchanges)
}

fn exchange(text: &str) -> serde_json::Result<Exchange> {
    let Recorded { request, response } = serde_json::from_str(text)?;
    let mut headers = Vec::new();
    for (name, values) in response.headers {
        match values {
            Values::One(value) => headers.push((name, value)),
            Values::Many(values) => headers.extend(values.into_iter().map(|value| (name.clone(), value))),
        }
    }
    let body = response.body.map(body).transpose()?.unwrap_or_default();
    Ok(Exchange { target: Target::new(&request.method, &request.url), response: Response { status: response.status, headers, body } })
}

fn body(value: &RawValue) -> serde_json::Result<Vec<u8>> {
    let text = value.get();
    if text.starts_with('"') { serde_json::from_str::<String>(text).map(String::into_bytes) } else { Ok(text.as_bytes().to_vec()) }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::recording::Target;

    fn recording(response: &str) -> String {
        format!(r#"{{"exchanges": [{{"request": {{"method": "GET", "url": "https://a.example/x?v=1"}}, "response": {response}}}]}}"#)
    }

    #[track_caller]
    fn check_body(body: &str, expected: &str) {
        let exchanges = read(&recording(&format!(r#"{{"status": 200, "body": {body}}}"#))).expect("a recording");
        assert_eq!(String::from_utf8_lossy(&exchanges[0].response.body), expected);
    }

    #[test]
    fn a_body_keeps_its_bytes_unless_it_is_text() {
        check_body(r#"{"a" : 4.0, "b":1e400,  "c": 12345678901234567890123}"#, r#"{"a" : 4.0, "b":1e400,  "c": 12345678901234567890123}"#);
        check_body(r#""<html>\n\u00e9</html>""#, "<html>\n\u{e9}</html>");
        check_body(r#""""#, "");
        check_body("null", "");
        check_body("[]", "[]");
        let deep = format!("{}{}", "[".repeat(2000), "]".repeat(2000));
        check_body(&deep, &deep);
    }

    #[test]
    fn headers_may_come_more_than_once() {
        let exchanges = read(&recording(r#"{"status": 429, "headers": {"retry-after": "3", "set-cookie": ["a", "b"]}}"#)).expect("a recording");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(exchanges[0].response.headers, [pair("retry-after", "3"), pair("set-cookie", "a"), pair("set-cookie", "b")]);
        assert_eq!(exchanges[0].response.status, 429);
        assert_eq!(exchanges[0].target, Target::new("GET", "/x?v=1"));
        assert!(exchanges[0].response.body.is_empty());
    }

    #[test]
    fn what_is_no_recording_is_an_error_that_says_where() {
        assert!(read("[]").is_err());
        assert!(read("{}").is_err_and(|error| error.contains("exchanges")));
        assert!(read(&recording(r#"{"status": 99999}"#)).is_err_and(|error| error.contains("exchange 0")));
        assert!(read(&recording(r#"{"body": 1}"#)).is_err_and(|error| error.contains("status")));
    }
}
