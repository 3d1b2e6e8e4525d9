//! Finds the records in the body of a message.
//!
//! A body is taken apart only if all of it is an envelope, an array that is not empty, a text that is one of these or an object, or several objects.
//! Every other body is one record, whatever it is.

use core::ops::ControlFlow;
use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::bytes::{Bytes, Replaced};
use super::envelope::Opener;
use super::sanitize::sanitize;
use crate::json::name::Name;
use crate::json::parse::DEEPEST;
use crate::json::scan;
use crate::json::tree::Value;
use crate::settings::Sanitizer;

/// What stands before the bytes of a record, in base64, that are no text.
const BASE64: &str = "base64:";

/// The members that an envelope has one of.
const OF_ENVELOPES: [Name<'static>; 4] = [Name::of("records"), Name::of("value"), Name::of("data"), Name::of("data_base64")];

/// Whether the tree of a whole body, with its names in lower case, shows that it is one record: an object that has no member by which envelopes are known.
/// Which of several spellings counts can only be told from the text.
pub(crate) fn is_one_record(root: Value<'_>) -> bool {
    matches!(root, Value::Object(_)) && OF_ENVELOPES.into_iter().all(|name| root.member(name).is_none())
}

/// A record in a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    /// Its text.
    pub text: &'a str,
    /// The same with the envelopes around it that hold nothing else.
    pub whole: &'a str,
    /// Where that stands in the body; `None` where the body has it in another form.
    pub at: Option<usize>,
}

/// A body as text.
pub(crate) struct Body<'a> {
    read: Read<'a>,
    /// Whether a sanitizer made another text of it.
    pub sanitized: bool,
}

enum Read<'a> {
    Text(Cow<'a, str>),
    Replaced(Replaced<'a>),
}

impl<'a> Body<'a> {
    /// Reads a body. What is no text gives what it looks like.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, String> {
        let read = match Bytes::read(bytes) {
            Bytes::Text(text) => Read::Text(text),
            Bytes::Replaced(replaced) => Read::Replaced(replaced),
            Bytes::Other(what) => return Err(what),
        };
        Ok(Self { read, sanitized: false })
    }

    /// Whether U+FFFD stands for bytes that were not UTF-8.
    pub(crate) fn is_replaced(&self) -> bool {
        matches!(self.read, Read::Replaced(_))
    }

    /// Tries the sanitizers if it is not JSON.
    pub(crate) fn sanitize(&mut self, sanitizers: &[Sanitizer]) {
        if sanitizers.is_empty() || scan::is_sound(self.text()) {
            return;
        }
        let Some(repaired) = sanitize(sanitizers, self.text()) else { return };
        self.sanitized = *repaired != *self.text();
        match &mut self.read {
            Read::Text(text) => *text = Cow::Owned(repaired),
            Read::Replaced(replaced) => replaced.text = repaired,
        }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        match &self.read {
            Read::Text(text) => text,
            Read::Replaced(replaced) => &replaced.text,
        }
    }

    /// Whether it looks like one that is taken apart, by how it begins. This decides what is tried first, and nothing else: it may be none all the same,
    /// and one that looks otherwise may be one.
    pub(crate) fn looks_like_several(&self) -> bool {
        let text = self.text().trim_ascii_start();
        text.starts_with('[') || text.strip_prefix('{').is_some_and(|inside| inside.trim_ascii_start().starts_with("\"records\""))
    }

    /// All of it as one record.
    pub(crate) fn all(&self) -> Found<'_> {
        Found { text: self.text(), whole: self.text(), at: Some(0) }
    }

    /// Hands the records in it to `take`, at least one, until it has enough. `is_record` says of an object's text whether it is a record by itself.
    pub(crate) fn records(&self, is_record: fn(&str) -> bool, take: &mut dyn FnMut(Found<'_>) -> ControlFlow<()>) {
        let mut opener = Opener { is_record, take };
        let mut values = scan::values(self.text());
        let opened = match (values.next(), values.next()) {
            (Some(one), None) if values.is_sound() => opener.only(&one),
            (Some(_), Some(_)) => match scan::are_objects(self.text()) {
                true => Some(scan::values(self.text()).try_for_each(|value| opener.element(&value))),
                false => None,
            },
            _ => None,
        };
        if opened.is_none() {
            let _ = take(self.all());
        }
    }

    /// The bytes that a record stands for, in base64, if some of them were replaced. What the body has in another form stands for all of them.
    pub(crate) fn bytes_of(&self, found: Found<'_>) -> Option<String> {
        let Read::Replaced(replaced) = &self.read else { return None };
        // What a sanitizer changed is no longer where it was.
        let bytes = match found.at.filter(|_| !self.sanitized) {
            Some(at) => replaced.behind(at, found.whole.len())?,
            None if found.whole.contains(char::REPLACEMENT_CHARACTER) => replaced.bytes(),
            None => return None,
        };
        Some(in_base64(bytes))
    }
}

/// A text of more values than this is not made a tree of: a packed body of a few kilobytes may hold millions, and a tree takes a hundred bytes for each.
pub(crate) const MOST_VALUES: usize = 500_000;

/// Whether a text may hold more values, by what stands between them or opens a list or an object, in texts as well: those may be JSON once more.
/// Short ones never do.
pub(crate) fn has_too_many_values(text: &str) -> bool {
    const SHORT: usize = 1 << 20;
    if text.len() <= SHORT {
        return false;
    }
    let (mut count, mut depth, mut is_inside) = (0, 0_usize, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_inside = !is_inside,
            b'\\' => drop(bytes.next()),
            b',' => count += 1,
            b'[' | b'{' => {
                count += 1;
                depth += usize::from(!is_inside);
            }
            b']' | b'}' => depth = depth.saturating_sub(usize::from(!is_inside)),
            _ => {}
        }
        // A tree that is too deep is left where that is seen.
        if count > MOST_VALUES || depth > DEEPEST {
            break;
        }
    }
    count > MOST_VALUES
}

/// Bytes as `event.original` shows those that are no text.
pub(crate) fn in_base64(bytes: &[u8]) -> String {
    format!("{BASE64}{}", STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What has the member `known` is a record.
    fn texts(body: &str) -> Vec<String> {
        let body = Body::new(body.as_bytes()).expect("text");
        let mut texts = Vec::new();
        body.records(|text| text.contains("\"known\""), &mut |found| {
            texts.push(found.text.to_owned());
            ControlFlow::Continue(())
        });
        texts
    }

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        assert_eq!(texts(body), expected, "{body}");
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
