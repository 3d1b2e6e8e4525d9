//! `exchanges.json`: requests and what a server answered to each.

use host_sim_runtime::contract::Response;
use serde_json::value::RawValue;

use super::base64;
use super::target::Target;
use crate::members::{self, Members};

/// A recorded request and its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What was asked.
    pub target: Target,
    /// What came back.
    pub response: Response,
}

/// All exchanges of a recording, in its order. A body that is a JSON string stands for its text, any other JSON for itself, to the byte; one that
/// is missing or `null` is empty. `body_base64` stands for bytes.
pub fn read(text: &str) -> Result<Vec<Exchange>, String> {
    let recorded = Members::read(text)?.wanted("exchanges").and_then(|value| members::list("exchanges", value))?;
    let mut exchanges = Vec::with_capacity(recorded.len());
    for (number, recorded) in recorded.into_iter().enumerate() {
        exchanges.push(exchange(recorded.get()).map_err(|why| format!("exchange {number}: {why}"))?);
    }
    Ok(exchanges)
}

fn exchange(text: &str) -> Result<Exchange, String> {
    let exchange = Members::read(text)?;
    let request = exchange.object("request")?.ok_or("it has no `request`")?;
    let response = exchange.object("response")?.ok_or("it has no `response`")?;
    let target = target(&request).map_err(|why| format!("`request`: {why}"))?;
    Ok(Exchange { target, response: answer(&response).map_err(|why| format!("`response`: {why}"))? })
}

fn target(request: &Members<'_>) -> Result<Target, String> {
    let text = |name| request.wanted(name).and_then(|value| members::text(name, value));
    Ok(Target::new(&text("method")?, &text("url")?))
}

fn answer(response: &Members<'_>) -> Result<Response, String> {
    // A misspelt member would be a response without a body, or without what its headers say.
    response.only(&["status", "headers", "body", "body_base64"])?;
    let status = response.wanted("status")?;
    let status = serde_json::from_str(status.get()).map_err(|_| format!("`status` is `{}`, and has to be a number such as 200", status.get()))?;
    let mut headers = Vec::new();
    for (name, value) in response.object("headers")?.iter().flat_map(Members::iter) {
        // A header that came more than once has a list of values.
        let values = if value.get().starts_with('[') { members::list(name, value)? } else { vec![value] };
        for value in values {
            headers.push((name.to_owned(), members::text(name, value).map_err(|why| format!("`headers`: {why}"))?));
        }
    }
    let body = match (response.get("body"), response.text("body_base64")?) {
        (Some(_), Some(_)) => return Err("it has both `body` and `body_base64`".into()),
        (None, Some(text)) => base64(&text)?,
        (Some(body), None) => bytes(body)?,
        (None, None) => Vec::new(),
    };
    Ok(Response { status, headers, body })
}

fn bytes(body: &RawValue) -> Result<Vec<u8>, String> {
    if body.get().starts_with('"') { members::text("body", body).map(String::into_bytes) } else { Ok(body.get().as_bytes().to_vec()) }
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
    fn bytes_stand_as_base64() {
        let exchanges = read(&recording(r#"{"status": 200, "body_base64": "eyJ2YWx1ZSI6W119/w=="}"#)).expect("a recording");
        assert_eq!(exchanges[0].response.body, b"{\"value\":[]}\xff");
    }

    #[track_caller]
    fn check_refused(text: &str, why: &str) {
        assert_eq!(read(text), Err(why.to_owned()));
    }

    #[test]
    fn what_is_no_recording_is_an_error_that_says_where() {
        check_refused("[]", "it is not a JSON object");
        check_refused("{}", "it has no `exchanges`");
        check_refused(r#"{"exchanges": {}}"#, "`exchanges` is an object, and has to be a list");
        check_refused(r#"{"exchanges": [{}]}"#, "exchange 0: it has no `request`");
        check_refused(r#"{"exchanges": [{"request": {"url": "/"}, "response": {}}]}"#, "exchange 0: `request`: it has no `method`");
        check_refused(&recording(r#"{"status": 99999}"#), "exchange 0: `response`: `status` is `99999`, and has to be a number such as 200");
        check_refused(&recording(r#"{"body": 1}"#), "exchange 0: `response`: it has no `status`");
        check_refused(&recording(r#"{"status": 200, "headers": {"a": 1}}"#), "exchange 0: `response`: `headers`: `a` is a number, and has to be text");
        check_refused(&recording(r#"{"status": 200, "body": 1, "body_base64": ""}"#), "exchange 0: `response`: it has both `body` and `body_base64`");
        check_refused(&recording(r#"{"status": 200, "body_base64": "?"}"#), "exchange 0: `response`: `body_base64` is not base64");
        let known = "it may have `status`, `headers`, `body`, `body_base64`";
        check_refused(&recording(r#"{"status": 200, "bodi": 1}"#), &format!("exchange 0: `response`: its member `bodi` is not known; {known}"));
    }
}
