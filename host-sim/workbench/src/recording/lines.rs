//! Reads a file of messages line by line. A line is cut out here, and what it holds is read where there is time for it.

use std::io::{self, BufRead, Read};

use host_sim_runtime::contract::Message;

use super::messages::{Likeness, likeness, likeness_of_body, recorded};
use crate::text::MARK;

/// A line longer than this is refused: no hub takes a message of a tenth of it.
const LONGEST_LINE: u64 = 64 << 20;

/// What the lines of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Each is a JSON object with `body` or `body_base64`, and where the message stood. Blank lines are skipped.
    Recorded,
    /// Each is the body of one message.
    Raw,
    /// They all are, together; the line break that editors put at the end is none of it.
    Body,
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
    #[error(transparent)]
    Input(#[from] io::Error),
    /// Correct the line.
    #[error("line {} is not a recorded message: {why}", .line + 1)]
    Line {
        /// Its number, from 0.
        line: u64,
        /// What is wrong with it.
        why: String,
        /// What it looks like.
        like: Likeness,
    },
}

impl Format {
    /// The message that the text of a line holds.
    pub(crate) fn message(self, line: u64, text: &[u8]) -> Result<Message, MessageError> {
        match self {
            Self::Raw | Self::Body => Ok(Message { body: text.to_vec(), position: None }),
            Self::Recorded => recorded(text).map_err(|why| MessageError::Line { line, why, like: likeness(text) }),
        }
    }

    /// What the first text of a file looks like that is taken as the body of a message.
    pub(crate) fn likeness_of_first(self, line: u64, text: &[u8]) -> Option<Likeness> {
        (self != Self::Recorded && line == 0).then(|| likeness_of_body(text))
    }

    /// Whether a line is to hold a message.
    fn counts(self, text: &[u8]) -> bool {
        self != Self::Recorded || !text.trim_ascii().is_empty()
    }
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

    /// What the lines are.
    pub fn format(&self) -> Format {
        self.format
    }

    /// How many bytes have been read.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next message, `None` at the end.
    pub fn next_message(&mut self) -> Result<Option<MessageLine>, MessageError> {
        let mut text = Vec::new();
        let Some(line) = self.next_line(&mut text)? else { return Ok(None) };
        let message = self.format.message(line, &text)?;
        Ok(Some(MessageLine { line, message }))
    }

    /// Appends the text of the next line that is to hold a message, and gives its number, `None` at the end. After an error more may have been
    /// appended.
    pub(crate) fn next_line(&mut self, text: &mut Vec<u8>) -> Result<Option<u64>, MessageError> {
        let start = text.len();
        loop {
            let line = self.next;
            let mut limited = self.input.by_ref().take(LONGEST_LINE);
            let read = if self.format == Format::Body { limited.read_to_end(text)? } else { limited.read_until(b'\n', text)? };
            if read == 0 {
                return Ok(None);
            }
            self.next += 1;
            let read = u64::try_from(read).unwrap_or(u64::MAX);
            self.bytes = self.bytes.saturating_add(read);
            match text.get(start..) {
                _ if self.format == Format::Body && read >= LONGEST_LINE => return Err(too_long(line)),
                Some([.., b'\r', b'\n']) => text.truncate(text.len() - 2),
                Some([.., b'\n']) => text.truncate(text.len() - 1),
                _ if read >= LONGEST_LINE => return Err(too_long(line)),
                _ => {}
            }
            if line == 0 && text.get(start..).is_some_and(|line| line.starts_with(MARK)) {
                text.drain(start..start + MARK.len());
            }
            if self.format.counts(text.get(start..).unwrap_or_default()) {
                return Ok(Some(line));
            }
            text.truncate(start);
        }
    }
}

fn too_long(line: u64) -> MessageError {
    MessageError::Line { line, why: format!("it is longer than {} MiB", LONGEST_LINE >> 20), like: Likeness::Neither }
}

#[cfg(test)]
mod tests {
    use super::{Format, Lines, MessageLine};

    #[track_caller]
    fn check(text: &[u8], format: Format, expected: &[(u64, &[u8])]) {
        let mut lines = Lines::new(text, format);
        let mut messages = Vec::new();
        while let Some(MessageLine { line, message }) = lines.next_message().expect("messages") {
            messages.push((line, message.body));
        }
        assert_eq!(messages.iter().map(|(line, body)| (*line, body.as_slice())).collect::<Vec<_>>(), expected);
        assert_eq!(lines.bytes(), text.len() as u64);
    }

    #[test]
    fn blank_lines_count_but_are_no_messages() {
        check(b"\n{\"body\":\"a\"}\n \t\r\n{\"body\":\"b\"}", Format::Recorded, &[(1, b"a"), (3, b"b")]);
        check(b"\r\n\n  ", Format::Recorded, &[]);
        check(b"\xef\xbb\xbf\r\n\xef\xbb\xbf{\"body\":\"a\"}", Format::Recorded, &[(1, b"a")]);
    }

    #[test]
    fn raw_lines_are_bodies_as_they_stand() {
        check(b"{\"a\":1}\r\n\nnot json \xff", Format::Raw, &[(0, b"{\"a\":1}"), (1, b""), (2, b"not json \xff")]);
        check(b"\xef\xbb\xbfa\n\xef\xbb\xbfb", Format::Raw, &[(0, b"a"), (1, b"\xef\xbb\xbfb")]);
        check(b"\r\n\r\r\n\r", Format::Raw, &[(0, b""), (1, b"\r"), (2, b"\r")]);
    }

    #[test]
    fn a_file_may_be_one_body() {
        check(b"\xef\xbb\xbf{\n\n \"a\": 1\r\n}\r\n", Format::Body, &[(0, b"{\n\n \"a\": 1\r\n}")]);
        check(b"\n", Format::Body, &[(0, b"")]);
        check(b"", Format::Body, &[]);
    }

    #[test]
    fn a_line_that_is_no_message_is_named_as_people_count() {
        let mut lines = Lines::new(&b"\n{\"body\":\"a\"}\nbad\n"[..], Format::Recorded);
        assert!(lines.next_message().is_ok_and(|message| message.is_some()));
        let error = lines.next_message().expect_err("it is refused");
        assert_eq!(error.to_string(), "line 3 is not a recorded message: it is not a JSON object");
    }

    #[test]
    fn lines_are_appended_to_what_is_there() {
        let mut lines = Lines::new(&b"\n\n"[..], Format::Raw);
        let mut text = b"a\r".to_vec();
        assert!(lines.next_line(&mut text).is_ok_and(|line| line == Some(0)));
        assert_eq!(text, b"a\r", "a line break of its own, and none of the line before");
    }
}
