//! A document's body: whether it is what the contract says, and what a glance at it shows, in one pass over its bytes.

use std::borrow::Cow;

use serde_json::Value;

use crate::contract::Glance;
use crate::json::{Malformed, Member, Wanted, scan_object};

/// What a glance takes in. The numbers are places of `read`.
const SHOWN: Wanted = &[
    ("event", Member::Object(&[("kind", Member::Value(0)), ("category", Member::Value(1))])),
    ("vulnerability", Member::Object(SEVERITY_OF_VULNERABILITY)),
    ("microsoft_defender_cloud", Member::Object(&[("event", Member::Object(SEVERITY_OF_ALERT)), ("assessment", Member::Object(ASSESSMENT))])),
];
const SEVERITY_OF_VULNERABILITY: Wanted = &[("severity", Member::Value(2))];
const SEVERITY_OF_ALERT: Wanted = &[("severity", Member::Value(3))];
const ASSESSMENT: Wanted = &[
    ("class", Member::Value(4)),
    ("additional_data", Member::Object(&[("sub_assessment", Member::Object(&[("status", Member::Object(SEVERITY_OF_SUB_ASSESSMENT))]))])),
];
const SEVERITY_OF_SUB_ASSESSMENT: Wanted = &[("severity", Member::Value(5))];

/// What is longer than this is no word to count by, however many there are of it.
const LONGEST: usize = 1 << 10;

/// What a body shows, if it is one JSON object on one line; else what is wrong with it.
pub(super) fn read(body: &[u8]) -> Result<Glance, Malformed> {
    let [kind, category, vulnerability, alert, class, sub_assessment] = scan_object(body, SHOWN)?;
    let first = |values: &[Option<&str>]| values.iter().flatten().find_map(|value| words(value)).map(Cow::into_owned);
    Ok(Glance {
        class: first(&[class, category, kind]),
        severity: first(&[vulnerability, sub_assessment, alert]),
        unread: kind.and_then(words).is_some_and(|kind| kind == "pipeline_error"),
    })
}

/// A text, or the texts of a list side by side; anything else, and a text without a character, is nothing.
fn words(value: &str) -> Option<Cow<'_, str>> {
    if value.len() > LONGEST {
        return None;
    }
    if let Some(text) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'))
        && !text.contains('\\')
    {
        return Some(Cow::Borrowed(text)).filter(|text| !text.is_empty());
    }
    // What is nested too deep for this is no list of words.
    joined(&serde_json::from_str(value).ok()?).map(Cow::Owned)
}

fn joined(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Array(elements) => {
            let words: Vec<String> = elements.iter().filter_map(joined).collect();
            Some(words.join("+")).filter(|_| !words.is_empty())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[track_caller]
    fn check(body: &str, class: Option<&str>, severity: Option<&str>) {
        let glance = read(body.as_bytes()).expect("an object");
        assert_eq!((glance.class.as_deref(), glance.severity.as_deref()), (class, severity), "{body}");
    }

    #[test]
    fn the_class_is_the_most_telling_word() {
        check(r#"{"event":{"kind":"alert","category":["threat","network"]}}"#, Some("threat+network"), None);
        check(r#"{"event":{"kind":"alert","category":[]}}"#, Some("alert"), None);
        check(r#"{"event":{"category":"threat"},"microsoft_defender_cloud":{"assessment":{"class":"vulnerability"}}}"#, Some("vulnerability"), None);
        check(r#"{"event":{"category":["","a\u0062",["c",{}],1]}}"#, Some("ab+c"), None);
        check("{}", None, None);
    }

    #[test]
    fn the_severity_is_of_what_the_document_is_about() {
        check(r#"{"microsoft_defender_cloud":{"event":{"severity":"Low"}}}"#, None, Some("Low"));
        let nested = r#"{"microsoft_defender_cloud":{"assessment":{"additional_data":{"sub_assessment":{"status":{"severity":"Medium"}}}}}}"#;
        check(nested, None, Some("Medium"));
        check(&nested.replacen('{', r#"{"vulnerability":{"severity":"High"},"#, 1), None, Some("High"));
    }

    #[test]
    fn a_member_of_another_shape_counts_as_absent() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        let less_deep = format!("{}\"a\"{}", "[".repeat(300), "]".repeat(300));
        let long = format!("\"{}\"", "x".repeat(2000));
        for odd in ["1", "-1", "1.5", "null", "true", "[1,[2],{}]", "{\"a\":[1]}", "[]", "\"\"", &less_deep, &deep, &long] {
            check(&format!(r#"{{"event":{odd},"vulnerability":{{"severity":"High"}}}}"#), None, Some("High"));
            check(&format!(r#"{{"event":{{"category":{odd},"kind":"state"}},"other":{deep}}}"#), Some("state"), None);
        }
    }

    #[test]
    fn a_pipeline_error_is_a_document_that_is_not_read_in_full() {
        let unread = |body: &str| read(body.as_bytes()).is_ok_and(|glance| glance.unread);
        assert!(unread(r#"{"event":{"kind":"pipeline_error"}}"#));
        assert!(!unread(r#"{"event":{"kind":"alert"}}"#));
    }

    #[test]
    fn a_body_is_one_json_object_on_one_line() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        for good in [&b"{}"[..], br#"{"a":{"b":[1e400,"\ud800"]}}"#, deep.as_bytes()] {
            assert!(read(good).is_ok(), "{good:?}");
        }
        for bad in [&b""[..], b"null", b"{", b"{}\n", b"{\n}", b"{} {}", b"{\"a\":}", b"{\"a\":\"\xff\"}", b" {}"] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
