//! What holds for every document, whatever it was made from.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

/// What a document says about itself.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    /// Whether it reports that something could not be read.
    pub failed: bool,
    /// `event.original`.
    pub original: Option<Cow<'a, str>>,
    /// Whether it has fields of the record's own.
    pub has_tree: bool,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: &'a str,
    #[serde(borrow)]
    event: Event<'a>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    json: Option<&'a RawValue>,
    #[serde(borrow, rename = "microsoft_defender_cloud")]
    tree: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    original: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
    dataset: &'a str,
}

/// Checks one document of a data set.
#[track_caller]
pub(crate) fn check<'a>(body: &'a [u8], dataset: &str) -> Facts<'a> {
    let text = str::from_utf8(body).expect("a document is UTF-8");
    assert!(text.starts_with('{') && text.ends_with('}') && !text.contains(['\n', '\r']), "one object on one line: {text}");
    if let Err(error) = serde_json::from_str::<&RawValue>(text) {
        panic!("{error}: {text}");
    }
    check_values(text);
    let Body { timestamp, event, error, json, tree } = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(timestamp.len() >= 24 && timestamp.ends_with('Z'), "a time: {timestamp}");
    assert_eq!(event.dataset, dataset);
    assert!(json.is_none(), "no half-mapped tree: {text}");
    let pipeline_error = event.kind.is_some_and(|kind| kind.get() == "\"pipeline_error\"");
    assert!(!pipeline_error || error.is_some(), "an error that is not explained: {text}");
    Facts { failed: error.is_some(), original: event.original, has_tree: tree.is_some() }
}

/// No null, nothing empty, no name twice; the text is known to be compact JSON. It counts its way through, since documents may be deep.
#[track_caller]
fn check_values(text: &str) {
    let bytes = text.as_bytes();
    let mut open: Vec<HashSet<&str>> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match byte {
            b'"' => {
                let end = end_of_string(bytes, at);
                let string = &text[at + 1..end];
                if bytes.get(end + 1) == Some(&b':') {
                    assert!(open.last_mut().is_some_and(|names| names.insert(string)), "`{string}` twice: {text}");
                } else {
                    assert!(!string.is_empty(), "an empty text: {text}");
                }
                at = end;
            }
            b'{' | b'[' => {
                assert!(!matches!(next, Some(b'}' | b']')), "something empty: {text}");
                open.push(HashSet::new());
            }
            b'}' | b']' => drop(open.pop()),
            b'n' => panic!("a null: {text}"),
            _ => {}
        }
        at += 1;
    }
}

/// Where the string that begins at `at` has its closing quote.
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while bytes[end] != b'"' {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    end
}

#[cfg(test)]
mod tests {
    use super::check_values;

    #[test]
    fn what_a_document_may_not_hold_is_seen() {
        check_values(r#"{"a":[1,"\"null{}"],"b":{"a":"x\\"}}"#);
        for bad in [r#"{"a":null}"#, r#"{"a":""}"#, r#"{"a":[{}]}"#, r#"{"a":{"b":[]}}"#, r#"{"a":1,"a":2}"#] {
            assert!(std::panic::catch_unwind(|| check_values(bad)).is_err(), "{bad}");
        }
    }
}
