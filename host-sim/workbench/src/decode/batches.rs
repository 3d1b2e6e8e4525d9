//! Cuts a file into batches, in the order of its lines. What the lines hold is not looked at here.

use std::io::BufRead;

use host_sim_runtime::Batch;
use host_sim_runtime::contract::Message;

use crate::recording::{Format, Lines, MessageError};

/// Messages of one call: more costs memory and gains nothing.
const MESSAGES: usize = 64;

/// Bytes of the lines of one call, unless one line alone is longer.
const BYTES: usize = 4 << 20;

/// Lines that are decoded together, as they stand in the file.
#[derive(Debug)]
pub(super) struct RawBatch {
    format: Format,
    text: Vec<u8>,
    /// The number of each line, and where it ends in the text.
    lines: Vec<(u64, usize)>,
    /// How many bytes of the file there are up to the end of the last line.
    pub(super) bytes: u64,
    /// Why there are fewer messages than lines; known once the messages are.
    pub(super) wrong: Option<MessageError>,
}

impl RawBatch {
    fn new(format: Format) -> Self {
        Self { format, text: Vec::new(), lines: Vec::new(), bytes: 0, wrong: None }
    }

    fn end(&self) -> usize {
        self.lines.last().map_or(0, |(_, end)| *end)
    }

    /// The line of each message.
    pub(super) fn numbers(&self) -> Vec<u64> {
        self.lines.iter().map(|(line, _)| *line).collect()
    }
}

impl Batch for RawBatch {
    /// The messages of the lines, up to the first line that holds none.
    fn messages(&mut self) -> Vec<Message> {
        let text = std::mem::take(&mut self.text);
        let mut messages = Vec::with_capacity(self.lines.len());
        let mut start = 0;
        for (line, end) in &self.lines {
            match self.format.message(*line, text.get(start..*end).unwrap_or_default()) {
                Ok(message) => messages.push(message),
                Err(error) => {
                    self.wrong = Some(error);
                    break;
                }
            }
            start = *end;
        }
        self.lines.truncate(messages.len());
        messages
    }
}

/// Gathers lines into batches.
#[derive(Debug)]
pub(super) struct Batches<R> {
    lines: Lines<R>,
    /// A line that did not fit into the batch before.
    held: Option<RawBatch>,
    /// Came after lines that are still to be decoded.
    failed: Option<MessageError>,
}

impl<R: BufRead> Batches<R> {
    pub(super) fn new(lines: Lines<R>) -> Self {
        Self { lines, held: None, failed: None }
    }

    /// The next lines, `None` at the end.
    pub(super) fn next_batch(&mut self) -> Result<Option<RawBatch>, MessageError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut batch = self.held.take().unwrap_or_else(|| RawBatch::new(self.lines.format()));
        while batch.lines.len() < MESSAGES && batch.end() < BYTES {
            match self.lines.next_line(&mut batch.text) {
                Ok(Some(line)) if batch.text.len() > BYTES && !batch.lines.is_empty() => {
                    let text = batch.text.split_off(batch.end());
                    self.held = Some(RawBatch { lines: vec![(line, text.len())], text, bytes: self.lines.bytes(), ..RawBatch::new(batch.format) });
                    break;
                }
                Ok(Some(line)) => {
                    batch.lines.push((line, batch.text.len()));
                    batch.bytes = self.lines.bytes();
                }
                Ok(None) => break,
                Err(error) if batch.lines.is_empty() => return Err(error),
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        Ok(Some(batch).filter(|batch| !batch.lines.is_empty()))
    }

    /// How many bytes of the file have been read.
    pub(super) fn bytes(&self) -> u64 {
        self.lines.bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use host_sim_runtime::Batch;

    use super::{BYTES, Batches, MESSAGES};
    use crate::recording::{Format, Lines};

    /// The lines of each batch, and how it ends.
    #[track_caller]
    fn check(input: impl Read, format: Format, expected: &[&[u64]], error: Option<&str>) {
        let mut batches = Batches::new(Lines::new(BufReader::new(input), format));
        let mut all = Vec::new();
        let end = loop {
            match batches.next_batch() {
                Ok(Some(mut batch)) => {
                    let messages = batch.messages();
                    assert_eq!(batch.numbers().len(), messages.len());
                    all.push(batch.numbers());
                    if batch.wrong.is_some() {
                        break batch.wrong;
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        assert_eq!(all, expected);
        assert_eq!(end.map(|error| error.to_string()).as_deref(), error);
    }

    #[test]
    fn a_batch_is_bounded_by_number_and_bytes_and_keeps_the_order() {
        let last = u64::try_from(MESSAGES).expect("few");
        check("x\n".repeat(MESSAGES + 1).as_bytes(), Format::Raw, &[&Vec::from_iter(0..last), &[last]], None);
        let large = format!("{}\n", "x".repeat(BYTES / 2 + 1));
        check(format!("a\n{large}{large}b\n").as_bytes(), Format::Raw, &[&[0, 1], &[2, 3]], None);
        let huge = format!("a\n{}\nb\n", "x".repeat(BYTES + 1));
        check(huge.as_bytes(), Format::Raw, &[&[0], &[1], &[2]], None);
        check(&b""[..], Format::Raw, &[], None);
        check(&b"\n \n"[..], Format::Recorded, &[], None);
    }

    #[test]
    fn a_batch_holds_what_its_lines_hold() {
        let text = b"a\r\n\nbc\n";
        let mut batch = Batches::new(Lines::new(&text[..], Format::Raw)).next_batch().expect("readable").expect("a batch");
        let bodies: Vec<Vec<u8>> = batch.messages().into_iter().map(|message| message.body).collect();
        assert_eq!(bodies, [&b"a"[..], b"", b"bc"]);
        assert_eq!(batch.bytes, text.len() as u64);
    }

    #[test]
    fn what_stands_before_a_bad_line_comes_first() {
        let bad = "line 4 is not a recorded message: it is not a JSON object";
        check(&b"{\"body\":\"a\"}\n\n{\"body\":\"a\"}\nbad\n{\"body\":\"a\"}\n"[..], Format::Recorded, &[&[0, 2]], Some(bad));
        let input = b"a\nb\n".chain(Failing);
        check(input, Format::Raw, &[&[0, 1]], Some("cannot read the messages"));
    }

    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _into: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::Other.into())
        }
    }
}
