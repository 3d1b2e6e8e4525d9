//! `messages.ndjson`: what an Event Hub held, one message a line.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde::Deserialize;

use crate::contract::{Message, Position, Timestamp};

/// A line longer than this is refused: no hub takes a message of a tenth of it.
const LONGEST_LINE: u64 = 64 << 20;

/// What the lines of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Each is a JSON object with `body` or `body_base64`, and where the message stood. Blank lines are skipped.
    Recorded,
    /// Each is the body of one message.
    Raw,
}

/// A message and the number of its line, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageLine {
    /// The line's number.
    pub line: u64,
    /// What it holds.
    pub message: Message,
}

/// Why no more messages can be read.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// The input fails.
    #[error("cannot read the messages")]
    Input(#[from] io::Error),
    /// Correct the line.
    #[error("line {} is not a recorded message: {why}", .line + 1)]
    Line {
        /// Its number, from 0.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

/// Reads messages one after the other, and holds one line at a time.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    format: Format,
    next: u64,
    bytes: u64,
}

impl<R: BufRead> Lines<R> {
    /// Starts at the first line.
    pub fn new(input: R, format: Format) -> Self {
        Self { input, format, next: 0, bytes: 0 }
    }

    /// How many bytes have been read.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next message, `None` at the end.
    pub fn next_message(&mut self) -> Result<Option<MessageLine>, MessageError> {
        loop {
            let Some((line, text)) = self.next_line()? else { return Ok(None) };
            let message = match self.format {
                Format::Raw => Message { body: text, position: None },
                Format::Recorded if text.trim_ascii().is_empty() => continue,
                Format::Recorded => recorded(&text).map_err(|why| MessageError::Line { line, why })?,
            };
            return Ok(Some(MessageLine { line, message }));
        }
    }

    fn next_line(&mut self) -> Result<Option<(u64, Vec<u8>)>, MessageError> {
        let line = self.next;
        let mut text = Vec::new();
        let read = self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text)?;
        if read == 0 {
            return Ok(None);
        }
        self.next += 1;
        self.bytes = self.bytes.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if text.last() == Some(&b'\n') {
            text.pop();
            text.pop_if(|last| *last == b'\r');
        } else if text.len() as u64 >= LONGEST_LINE {
            return Err(MessageError::Line { line, why: format!("it is longer than {} MiB", LONGEST_LINE >> 20) });
        }
        Ok(Some((line, text)))
    }
}

#[derive(Deserialize)]
struct Recorded<'a> {
    #[serde(borrow)]
    body: Option<Cow<'a, str>>,
    #[serde(borrow)]
    body_base64: Option<Cow<'a, str>>,
    partition: Option<Text>,
    sequence_number: Option<i64>,
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
}

fn recorded(line: &[u8]) -> Result<Message, String> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    if line.trim_ascii_start().first() != Some(&b'{') {
        return Err("it is not a JSON object".into());
    }
    let recorded: Recorded = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let body = match (recorded.body, recorded.body_base64) {
        (Some(body), None) => body.into_owned().into_bytes(),
        (None, Some(body)) => STANDARD.decode(body.as_bytes()).map_err(|error| format!("`body_base64`: {error}"))?,
        (Some(_), Some(_)) => return Err("it has both `body` and `body_base64`".into()),
        (None, None) => return Err("it has neither `body` nor `body_base64`".into()),
    };
    let enqueued = recorded.enqueued_time.as_deref().map(timestamp).transpose().map_err(|why| format!("`enqueued_time`: {why}"))?;
    // The contract knows a position only as a whole. An offset may be left out, for a consumer that does not keep it.
    let position = match (recorded.partition, recorded.sequence_number, enqueued) {
        (Some(partition), Some(sequence_number), Some(enqueued)) => Some(Position {
            partition: partition.text(),
            sequence_number,
            offset: recorded.offset.map(Text::text).unwrap_or_default(),
            enqueued,
            partition_key: recorded.partition_key,
        }),
        _ => None,
    };
    Ok(Message { body, position })
}

fn timestamp(text: &str) -> Result<Timestamp, String> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|error| format!("`{text}` is not a time such as `2026-01-01T00:00:00Z`: {error}"))?;
    Timestamp::try_from(time.timestamp_millis()).map_err(|_| format!("`{text}` is before 1970"))
}

#[cfg(test)]
mod tests {
    use super::{Format, Lines, MessageLine};
    use crate::contract::{Message, Position};

    fn read(text: &[u8], format: Format) -> Result<Vec<MessageLine>, String> {
        let mut lines = Lines::new(text, format);
        let mut messages = Vec::new();
        while let Some(message) = lines.next_message().map_err(|error| error.to_string())? {
            messages.push(message);
        }
        assert_eq!(lines.bytes(), text.len() as u64);
        Ok(messages)
    }

    #[track_caller]
    fn check(line: &str, body: &[u8], position: Option<Position>) {
        let message = Message { body: body.to_vec(), position };
        assert_eq!(read(line.as_bytes(), Format::Recorded), Ok(vec![MessageLine { line: 0, message }]));
    }

    #[track_caller]
    fn check_refused(line: &str, part: &str) {
        let error = read(format!("\n{{\"body\":\"a\"}}\n{line}\n").as_bytes(), Format::Recorded).expect_err("it is refused");
        assert!(error.starts_with("line 3 is not a recorded message: ") && error.contains(part), "{error}");
    }

    #[test]
    fn a_message_is_its_body_and_where_it_stood() {
        let position =
            Position { partition: "0".into(), sequence_number: 7, offset: "12".into(), enqueued: 1_767_225_600_000, partition_key: Some("k".into()) };
        let line =
            r#"{"body": "{\"a\":1}\n", "partition": "0", "sequence_number": 7, "offset": "12", "enqueued_time": "2026-01-01T00:00:00Z", "partition_key": "k"}"#;
        check(line, b"{\"a\":1}\n", Some(position.clone()));
        let numbers = r#"{"body": "", "partition": 0, "sequence_number": 7, "offset": 12, "enqueued_time": "2026-01-01T01:00:00+01:00", "partition_key": "k"}"#;
        check(numbers, b"", Some(position.clone()));
        let bare = r#"{"body": "", "partition": "0", "sequence_number": 7, "enqueued_time": "2026-01-01T00:00:00Z"}"#;
        check(bare, b"", Some(Position { offset: String::new(), partition_key: None, ..position }));
        check("{\"body_base64\": \"/w==\", \"more\": [1]}\r\n", b"\xff", None);
        check(r#"{"body": "a", "partition": "0", "sequence_number": 7}"#, b"a", None);
    }

    #[test]
    fn a_line_that_is_no_message_is_named() {
        check_refused("[1]", "not a JSON object");
        check_refused("{\"body\": {}}", "expected a string");
        check_refused("{\"AlertType\": \"x\"}", "neither `body` nor `body_base64`");
        check_refused("{\"body\": \"a\", \"body_base64\": \"\"}", "both");
        check_refused("{\"body_base64\": \"?\"}", "body_base64");
        check_refused("{\"body\": \"a\", \"enqueued_time\": \"yesterday\"}", "`yesterday` is not a time");
        check_refused("{\"body\": \"a\", \"enqueued_time\": \"1969-01-01T00:00:00Z\"}", "before 1970");
        check_refused("{\"body\": \"a\"", "EOF");
    }

    #[test]
    fn blank_lines_count_but_are_no_messages() {
        let lines = read(b"\n{\"body\":\"a\"}\n \t\r\n{\"body\":\"b\"}", Format::Recorded).expect("messages");
        assert_eq!(lines.iter().map(|line| line.line).collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn raw_lines_are_bodies_as_they_stand() {
        let lines = read(b"{\"a\":1}\r\n\nnot json \xff", Format::Raw).expect("messages");
        let bodies: Vec<&[u8]> = lines.iter().map(|line| line.message.body.as_slice()).collect();
        assert_eq!(bodies, [&b"{\"a\":1}"[..], b"", b"not json \xff"]);
    }
}
