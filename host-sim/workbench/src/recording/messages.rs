//! `messages.ndjson`: what an Event Hub held, one message a line.

use std::borrow::Cow;

use chrono::DateTime;
use serde::Deserialize;
use serde::de::IgnoredAny;

use host_sim_runtime::contract::{Message, Position, Timestamp};

use super::base64;
use crate::members::{self, Members};
use crate::text::without_mark;

/// What a line looks like that is no recorded message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// A whole JSON text, such as the body of a message.
    Body,
    /// The beginning of one that goes on in the next line.
    Part,
    /// A recorded message, which is taken for something else.
    Recorded,
    /// None of these, or a recorded message with a fault.
    Neither,
}

#[derive(Deserialize)]
struct Recorded<'a> {
    #[serde(borrow)]
    body: Option<Cow<'a, str>>,
    #[serde(borrow)]
    body_base64: Option<Cow<'a, str>>,
    partition: Option<Text>,
    sequence_number: Option<Text>,
    offset: Option<Text>,
    enqueued_time: Option<String>,
    partition_key: Option<String>,
}

/// Text, or a number that stands for it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Text(String),
    Number(i64),
}

impl Text {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }

    fn number(self) -> Result<i64, String> {
        match self {
            Self::Text(text) => text.parse().map_err(|_| format!("`sequence_number` is `{}`, and has to be a whole number", text.escape_debug())),
            Self::Number(number) => Ok(number),
        }
    }
}

/// The message that a line holds; an error says why it holds none.
pub(super) fn recorded(line: &[u8]) -> Result<Message, String> {
    let line = without_mark(line);
    if line.trim_ascii_start().first() != Some(&b'{') {
        return Err(match line {
            [0x1f, 0x8b, ..] => "it is packed by gzip, within the file; unpack it first".into(),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16, and has to be UTF-8".into(),
            _ => "it is not a JSON object".into(),
        });
    }
    let recorded: Recorded = serde_json::from_slice(line).map_err(|_| wrong(line))?;
    let body = match (recorded.body, recorded.body_base64) {
        (Some(body), None) => body.into_owned().into_bytes(),
        (None, Some(body)) => base64(&body)?,
        (Some(_), Some(_)) => return Err("it has both `body` and `body_base64`".into()),
        (None, None) => return Err(without_body(line)),
    };
    let enqueued = recorded.enqueued_time.as_deref().map(timestamp).transpose().map_err(|why| format!("`enqueued_time`: {why}"))?;
    let sequence_number = recorded.sequence_number.map(Text::number).transpose()?;
    // Partition and number tell a message from all others. The rest may be left out, for a consumer that does not keep it or a protocol that does not tell it.
    let position = match (recorded.partition, sequence_number) {
        (Some(partition), Some(sequence_number)) => Some(Position {
            partition: partition.text(),
            sequence_number,
            offset: recorded.offset.map(Text::text).unwrap_or_default(),
            enqueued: enqueued.unwrap_or_default(),
            partition_key: recorded.partition_key,
        }),
        _ => None,
    };
    Ok(Message { body, position })
}

/// What a text looks like that is taken as the body of a message, whatever it is.
pub(super) fn likeness_of_body(text: &[u8]) -> Likeness {
    if recorded(text).is_ok() { Likeness::Recorded } else { likeness(text) }
}

/// What else a line may be that is no recorded message.
pub(super) fn likeness(line: &[u8]) -> Likeness {
    let text = String::from_utf8_lossy(without_mark(line));
    if serde_json::from_str::<IgnoredAny>(&text).is_err_and(|error| error.is_eof()) {
        return Likeness::Part;
    }
    match Members::read(&text) {
        Ok(members) if !members.iter().any(|(name, _)| is_of_recording(name)) => Likeness::Body,
        Err(_) if text.starts_with('[') && serde_json::from_str::<IgnoredAny>(&text).is_ok() => Likeness::Body,
        _ => Likeness::Neither,
    }
}

/// Whether a member of this name is one of a recorded message, or of the capture of a hub, which spells them otherwise.
fn is_of_recording(name: &str) -> bool {
    let plain: String = name.chars().filter(|character| *character != '_').flat_map(char::to_lowercase).collect();
    matches!(plain.as_str(), "body" | "bodybase64" | "sequencenumber" | "enqueuedtime" | "enqueuedtimeutc")
}

/// What to say of a line without a body.
fn without_body(line: &[u8]) -> String {
    let why = "it has neither `body` nor `body_base64`";
    let text = String::from_utf8_lossy(line);
    let members = Members::read(&text);
    let other = members.iter().flat_map(Members::iter).map(|(name, _)| name).find(|name| is_of_recording(name));
    other.map_or_else(|| why.to_owned(), |other| format!("{why}; it has `{}`, as the captures of a hub have", other.escape_debug()))
}

/// Why a line is not read: found a second time, so that lines that are read cost nothing for it.
fn wrong(line: &[u8]) -> String {
    let Ok(text) = str::from_utf8(line) else { return "it is not UTF-8; bytes that are not go into `body_base64`".into() };
    let found = Members::read(text).and_then(|members| {
        for name in ["body", "body_base64", "enqueued_time", "partition_key"] {
            members.text(name)?;
        }
        for name in ["partition", "sequence_number", "offset"] {
            let Some(value) = members.get(name) else { continue };
            if serde_json::from_str::<i64>(value.get()).is_err() && members::text(name, value).is_err() {
                return Err(members::unlike(name, value, "text or a whole number"));
            }
        }
        Ok(())
    });
    found.err().unwrap_or_else(|| "it cannot be read".into())
}

fn timestamp(text: &str) -> Result<Timestamp, String> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| format!("`{text}` is not a time such as `2026-01-01T00:00:00Z`"))?;
    Timestamp::try_from(time.timestamp_millis()).map_err(|_| format!("`{text}` is before 1970"))
}

#[cfg(test)]
mod tests {
    use host_sim_runtime::contract::{Message, Position};

    use super::{Likeness, likeness, likeness_of_body, recorded};

    #[track_caller]
    fn check(line: &str, body: &[u8], position: Option<Position>) {
        assert_eq!(recorded(line.as_bytes()), Ok(Message { body: body.to_vec(), position }));
    }

    #[track_caller]
    fn check_refused(line: &str, part: &str) {
        let error = recorded(line.as_bytes()).expect_err("it is refused");
        assert!(error.contains(part), "{error}");
    }

    #[test]
    fn a_message_is_its_body_and_where_it_stood() {
        let position =
            Position { partition: "0".into(), sequence_number: 7, offset: "12".into(), enqueued: 1_767_225_600_000, partition_key: Some("k".into()) };
        let line =
            r#"{"body": "{\"a\":1}\n", "partition": "0", "sequence_number": 7, "offset": "12", "enqueued_time": "2026-01-01T00:00:00Z", "partition_key": "k"}"#;
        check(line, b"{\"a\":1}\n", Some(position.clone()));
        let numbers =
            r#"{"body": "", "partition": 0, "sequence_number": "7", "offset": 12, "enqueued_time": "2026-01-01T01:00:00+01:00", "partition_key": "k"}"#;
        check(numbers, b"", Some(position.clone()));
        let bare = r#"{"body": "", "partition": "0", "sequence_number": 7, "enqueued_time": "2026-01-01T00:00:00Z"}"#;
        let without = Position { offset: String::new(), partition_key: None, ..position };
        check(bare, b"", Some(without.clone()));
        check(r#"{"body": "a", "partition": "0", "sequence_number": 7}"#, b"a", Some(Position { enqueued: 0, ..without }));
        check("{\"body_base64\": \"/w==\", \"more\": [1]}", b"\xff", None);
        check(r#"{"body": "a", "partition": "0", "enqueued_time": "2026-01-01T00:00:00Z"}"#, b"a", None);
    }

    #[test]
    fn a_line_that_is_no_message_is_named() {
        check_refused("[1]", "not a JSON object");
        check_refused("{\"body\": {}}", "`body` is an object, and has to be text");
        check_refused("{\"AlertType\": \"x\"}", "neither `body` nor `body_base64`");
        check_refused("{\"body\": \"a\", \"body_base64\": \"\"}", "both");
        check_refused("{\"body_base64\": \"?\"}", "`body_base64` is not base64");
        check_refused("{\"body\": \"a\", \"offset\": true}", "`offset` is true or false, and has to be text or a whole number");
        check_refused("{\"body\": \"a\", \"sequence_number\": \"7x\"}", "`sequence_number` is `7x`, and has to be a whole number");
        check_refused("{\"body\": \"a\", \"enqueued_time\": 7}", "`enqueued_time` is a number, and has to be text");
        check_refused("{\"Body\": \"a\", \"SequenceNumber\": 7}", "it has neither `body` nor `body_base64`; it has `Body`, as the captures of a hub have");
        check_refused("{\"body\": \"a\", \"body\": \"b\"}", "it has `body` twice");
        check_refused("{\"body\": \"\\ud800\"}", "`body` is text with an escape that stands for no character");
        check_refused("{\"body\": \"a\", \"enqueued_time\": \"yesterday\"}", "`yesterday` is not a time");
        check_refused("{\"body\": \"a\", \"enqueued_time\": \"1969-01-01T00:00:00Z\"}", "before 1970");
        check_refused("{\"body\": \"a\"", "it is JSON that ends too early");
    }
    #[test]
    fn a_line_of_something_else_is_told_from_one_with_a_fault() {
        let check = |line: &str, expected| assert_eq!(likeness(line.as_bytes()), expected, "{line}");
        for body in [r#"{"AlertType": "x"}"#, r#"[{"AlertType": "x"}]"#, "{\"records\": []}\r"] {
            check(body, Likeness::Body);
        }
        for part in ["{", "[", "  {\"records\": ["] {
            check(part, Likeness::Part);
        }
        for recorded in [r#"{"body": "x"}"#, "\u{feff}{\n \"body_base64\": \"\"\n}\n"] {
            assert_eq!(likeness_of_body(recorded.as_bytes()), Likeness::Recorded, "{recorded}");
        }
        for (body, expected) in
            [(r#"{"AlertType": "x"}"#, Likeness::Body), ("{", Likeness::Part), (r#"{"body": {}}"#, Likeness::Neither), ("text", Likeness::Neither)]
        {
            assert_eq!(likeness_of_body(body.as_bytes()), expected, "{body}");
        }
        for other in [r#"{"body": {}}"#, r#"{"Body": "", "SequenceNumber": 1}"#, r#"{"sequence_number": "x"}"#, "text", "\u{1f}\u{fffd}", "7", "{} x"] {
            check(other, Likeness::Neither);
        }
    }
}
