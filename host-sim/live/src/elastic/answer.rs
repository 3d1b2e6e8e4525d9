//! What Elasticsearch says of each document.

use std::borrow::Cow;
use std::collections::HashMap;

use host_sim_runtime::flow::{Fate, Refusal};
use serde::Deserialize;

use super::error::ElasticError;
use crate::text::one_line;

/// What is asked for, so that a large batch has a small answer.
pub(super) const FILTER: &str = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.type,items.*.error.caused_by.reason";

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    items: Vec<HashMap<Cow<'a, str>, Outcome<'a>>>,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    status: u16,
    #[serde(borrow, default)]
    error: Option<Cause<'a>>,
}

/// What Elasticsearch says is wrong.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Cause<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reason: Option<Cow<'a, str>>,
    #[serde(borrow)]
    caused_by: Option<Box<Cause<'a>>>,
}

impl Cause<'_> {
    pub(super) fn text(&self) -> String {
        let part = [&self.kind, &self.reason].into_iter().flatten().map(AsRef::as_ref).collect::<Vec<&str>>().join(": ");
        let deeper = self.caused_by.as_ref().map(|cause| format!("; {}", cause.text())).unwrap_or_default();
        one_line(&format!("{part}{deeper}"))
    }

    fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }

    /// No document would be stored: the data stream, its pipeline or the credentials have to be mended first.
    fn concerns_all(&self, status: u16) -> bool {
        let no_pipeline = self.reason.as_deref().is_some_and(|reason| reason.starts_with("pipeline with id ["));
        matches!(status, 401 | 403) || (status == 404 && self.is("index_not_found_exception")) || (status == 400 && no_pipeline)
    }
}

/// The fate of each of so many documents; `None` if it cannot be read from this answer.
pub(super) fn fates(answer: &[u8], count: usize) -> Option<Result<Vec<Fate>, ElasticError>> {
    let Answer { items } = serde_json::from_slice(answer).ok()?;
    if items.len() != count {
        return None;
    }
    let mut fates = Vec::with_capacity(count);
    for item in items {
        let mut outcomes = item.into_iter();
        let (Some((_, outcome)), None) = (outcomes.next(), outcomes.next()) else { return None };
        let cause = outcome.error.unwrap_or_default();
        fates.push(match outcome.status {
            // The other one is there already, under this id.
            200..=299 | 409 => Fate::Stored,
            429 | 502 | 503 | 504 => Fate::Busy,
            // An index that may not be written to for a while, as somebody has set it.
            _ if cause.is("cluster_block_exception") => Fate::Busy,
            status if cause.concerns_all(status) => return Some(Err(ElasticError::of_all(status, cause.text()))),
            status => Fate::Refused(Refusal { why: cause.text(), status: Some(status) }),
        });
    }
    Some(Ok(fates))
}

/// What an answer says that is about the whole request.
pub(super) fn reason(answer: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Whole<'a> {
        #[serde(borrow)]
        error: Cause<'a>,
    }
    let text = match serde_json::from_slice::<Whole<'_>>(answer) {
        Ok(whole) => whole.error.text(),
        // Not a page for a browser.
        Err(_) => one_line(String::from_utf8_lossy(answer).chars().take(200).collect::<String>().split('<').next().unwrap_or_default().trim()),
    };
    if text.is_empty() { "no reason is given".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(items: &str, count: usize) -> Option<Result<Vec<Fate>, String>> {
        let answer = format!(r#"{{"errors":true,"items":[{items}]}}"#);
        fates(answer.as_bytes(), count).map(|fates| fates.map_err(|error| error.to_string()))
    }

    fn item(status: u16, kind: &str) -> String {
        format!(r#"{{"create":{{"status":{status},"error":{{"type":"{kind}","reason":"because","caused_by":{{"type":"x","reason":"y\n"}}}}}}}}"#)
    }

    #[test]
    fn each_document_has_its_own_fate() {
        let refused = |status| Fate::Refused(Refusal { why: "k: because; x: y\\n".into(), status: Some(status) });
        for (status, fate) in [
            (409, Fate::Stored),
            (429, Fate::Busy),
            (502, Fate::Busy),
            (503, Fate::Busy),
            (504, Fate::Busy),
            (400, refused(400)),
            (404, refused(404)),
            (413, refused(413)),
            (500, refused(500)),
        ] {
            let items = [r#"{"create":{"status":201}}"#.to_owned(), item(status, "k")].join(",");
            assert_eq!(read(&items, 2), Some(Ok(vec![Fate::Stored, fate])));
        }
        assert_eq!(read(&item(403, "cluster_block_exception"), 1), Some(Ok(vec![Fate::Busy])));
    }

    #[test]
    fn what_concerns_all_documents_refuses_none() {
        for (status, kind, text) in [
            (401, "security_exception", "does not know the credentials"),
            (403, "security_exception", "a privilege is missing"),
            (404, "index_not_found_exception", "takes no documents for this data stream"),
        ] {
            let error = read(&item(status, kind), 1).expect("readable").expect_err("it concerns all");
            assert!(error.contains(text) && error.contains("because"), "{error}");
        }
        let no_pipeline = r#"{"create":{"status":400,"error":{"type":"illegal_argument_exception","reason":"pipeline with id [x] does not exist"}}}"#;
        assert!(read(no_pipeline, 1).expect("readable").expect_err("it concerns all").contains("pipeline with id [x] does not exist"));
    }

    #[test]
    fn what_cannot_be_read_is_no_success() {
        for (items, count) in [
            ("", 1),
            (r#"{"create":{"status":201}}"#, 2),
            (r#"{"create":{"status":201}},{"create":{"status":201}}"#, 1),
            ("{}", 1),
            ("1", 1),
            (r#"{"create":{}}"#, 1),
        ] {
            assert!(read(items, count).is_none(), "{items}");
        }
        for answer in
            ["", "{}", "[]", "<html>", r#"{"errors":false}"#, r#"{"items":[{"create":{"status":201}}"#, r#"{"items":[{"create":{"status":201}}]} and"#]
        {
            assert!(fates(answer.as_bytes(), 1).is_none(), "{answer}");
        }
    }

    #[test]
    fn the_reason_of_a_whole_answer_is_short() {
        for (answer, expected) in [
            (r#"{"error":{"type":"a","reason":"b"},"status":400}"#, "a: b"),
            (r#"{"error":{"reason":"b"}}"#, "b"),
            ("no\u{1b} <html>", "no\\u{1b}"),
            ("{}", "{}"),
            ("", "no reason is given"),
            (" <html>", "no reason is given"),
        ] {
            assert_eq!(reason(answer.as_bytes()), expected);
        }
    }
}
