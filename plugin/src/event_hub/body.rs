//! Finds the records in the body of a message.
//!
//! A body is taken apart only if all of it is an object whose `records` is an array that is not empty, an array that is not empty, or several objects.
//! Every other body is one record, whatever it is.

use std::borrow::Cow;

use super::sanitize::sanitize;
use crate::json::name::Name;
use crate::json::scan::{self, Kind, Span};
use crate::json::tree::Value;
use crate::settings::Sanitizer;

/// The member that holds the records of a body.
const RECORDS: Name<'static> = Name::of("records");

/// Whether the tree of a whole body, with its names in lower case, shows that it is one record: an object that has no `records` in any spelling. Which of
/// several spellings counts can only be told from the text.
pub(crate) fn is_one_record(root: Value<'_>) -> bool {
    matches!(root, Value::Object(_)) && root.member(RECORDS).is_none()
}

/// A body as text, and whether some of its bytes were not UTF-8 and were replaced.
pub(crate) struct Body<'a> {
    text: Cow<'a, str>,
    /// Whether U+FFFD stands for bytes that were not UTF-8.
    pub replaced: bool,
    /// Whether a sanitizer made JSON of it.
    pub sanitized: bool,
}

impl<'a> Body<'a> {
    /// Reads a body.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self { text: Cow::Borrowed(text), replaced: false, sanitized: false },
            Err(_) => Self { text: String::from_utf8_lossy(bytes), replaced: true, sanitized: false },
        }
    }

    /// Tries the sanitizers if it is not JSON.
    pub(crate) fn sanitize(&mut self, sanitizers: &[Sanitizer]) {
        if !sanitizers.is_empty()
            && scan::all(&self.text).is_err()
            && let Some(repaired) = sanitize(sanitizers, &self.text)
        {
            self.sanitized = *repaired != *self.text;
            self.text = Cow::Owned(repaired);
        }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it looks like one that is taken apart, by how it begins. This decides what is tried first, and nothing else: it may be none all the same,
    /// and one that looks otherwise may be one.
    pub(crate) fn looks_like_several(&self) -> bool {
        let text = self.text.trim_ascii_start();
        text.starts_with('[') || text.strip_prefix('{').is_some_and(|inside| inside.trim_ascii_start().starts_with("\"records\""))
    }

    /// The texts of the records in it, at least one.
    pub(crate) fn records(&self) -> Vec<&str> {
        taken_apart(&self.text).unwrap_or_else(|| vec![&self.text])
    }
}

/// The records of a body that is taken apart.
fn taken_apart(text: &str) -> Option<Vec<&str>> {
    let values = scan::all(text).ok()?;
    let elements = match values.as_slice() {
        [one] => {
            let array = match one.kind {
                Kind::Object => only_records(one)?,
                _ => *one,
            };
            array.elements().collect::<Vec<_>>()
        }
        _ if values.iter().all(|value| value.kind == Kind::Object) => return Some(texts(&values)).filter(|texts| !texts.is_empty()),
        _ => return None,
    };
    let spans: Vec<_> = elements.into_iter().map(|element| element.value).collect();
    Some(texts(&spans)).filter(|texts| !texts.is_empty())
}

/// The value of `records`, if it stands there once.
fn only_records<'a>(object: &Span<'a>) -> Option<Span<'a>> {
    let mut found = object.members().filter(|member| member.name == RECORDS.text);
    let records = found.next()?.value;
    found.next().is_none().then_some(records)
}

fn texts<'a>(spans: &[Span<'a>]) -> Vec<&'a str> {
    spans.iter().map(|span| span.text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &[&str]) {
        assert_eq!(Body::new(body.as_bytes()).records(), expected, "{body}");
    }

    #[test]
    fn e1_bodies_that_are_taken_apart() {
        check(r#"{"records":[{"a":1}, {"b":[2]}],"x":0}"#, &[r#"{"a":1}"#, r#"{"b":[2]}"#]);
        check("[ {\"a\":1},null,2 ]", &["{\"a\":1}", "null", "2"]);
        check("{\"a\":1}\n{\"b\":2}{}", &["{\"a\":1}", "{\"b\":2}", "{}"]);
        check("\u{feff}[{\"a\":1}]", &["{\"a\":1}"]);
    }

    #[test]
    fn e1_bodies_that_are_one_record() {
        for body in [
            "{\"a\":1}",
            " ",
            "",
            "null",
            "1",
            "\"x\"",
            "[]",
            "{\"records\":[]}",
            "{\"records\":{}}",
            "{\"records\":[1],\"records\":[2]}",
            "not json",
            "{\"a\":1} tail",
            "{\"a\":1},{\"b\":2}",
            "{\"a\":1} [2]",
            "1 2",
            "[{\"a\":1}",
            "{\"records\":[{\"a\":1}]",
            "\u{feff}{\"a\":1}",
        ] {
            check(body, &[body]);
        }
    }

    #[test]
    fn e1_one_bad_record_does_not_hide_the_others() {
        let deep = "[".repeat(2000) + &"]".repeat(2000);
        check(&format!("{{\"records\":[{{\"a\":1,\"a\":2}},{deep}]}}"), &["{\"a\":1,\"a\":2}", &deep]);
    }
}
