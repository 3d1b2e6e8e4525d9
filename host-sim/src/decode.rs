//! Decodes a file of messages batch by batch; what it holds does not grow with the file, and a message that stops the component costs only itself.

use std::io::BufRead;

use crate::clock::Clock;
use crate::contract::{Decoded, Message};
use crate::host::{Instance, Stop};
use crate::recording::{Lines, MessageError, MessageLine};
use crate::recovery::{DeadLetter, Patience, salvage};

/// Messages of one call: more costs memory and gains nothing.
const MESSAGES: usize = 64;

/// Bytes of one call, unless one message alone is longer.
const BYTES: usize = 4 << 20;

/// Decodes the messages of a file in their order.
#[derive(Debug)]
pub struct Decoding<'a, R> {
    instance: &'a mut Instance,
    dataset: u32,
    clock: Clock,
    batches: Batches<R>,
    patience: Patience,
    /// Why there is no further batch, and the first and last line without documents.
    gave_up: Option<(u64, u64, Stop)>,
}

/// What one batch gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Documents and problems; `source` is a position in `lines`.
    pub decoded: Decoded,
    /// Messages that stopped the component: it gave nothing for them, and `decoded` holds a problem for each.
    pub dead: Vec<DeadLetter>,
    /// The line of each message, from 0.
    pub lines: Vec<u64>,
}

impl Batch {
    /// The line that a document or problem comes from.
    pub fn line_of(&self, source: Option<u32>) -> Option<u64> {
        self.lines.get(usize::try_from(source?).ok()?).copied()
    }
}

/// Why a file is not decoded to its end.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Correct the input; everything before it has been decoded.
    #[error(transparent)]
    Input(#[from] MessageError),
    /// The component stops again and again: take another one. Everything before has been decoded or set aside.
    #[error("cannot decode {}, nor what follows: the component stopped too often", lines(*.first, *.last))]
    Stopped {
        /// The first line without documents, from 0.
        first: u64,
        /// The last one of its batch.
        last: u64,
        /// How it stopped the last time.
        source: Stop,
    },
}

fn lines(first: u64, last: u64) -> String {
    if first == last { format!("line {}", first + 1) } else { format!("lines {} to {}", first + 1, last + 1) }
}

impl<'a, R: BufRead> Decoding<'a, R> {
    /// Starts at the first line; `dataset` says what the messages are.
    pub fn new(instance: &'a mut Instance, dataset: u32, clock: Clock, lines: Lines<R>) -> Self {
        Self { instance, dataset, clock, batches: Batches { lines, held: None, failed: None }, patience: Patience::new(), gave_up: None }
    }

    /// Decodes the next batch, `None` at the end.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, DecodeError> {
        if let Some((first, last, source)) = self.gave_up.clone() {
            return Err(DecodeError::Stopped { first, last, source });
        }
        let (lines, messages) = self.batches.next_batch()?;
        let Some(last) = lines.last().copied() else { return Ok(None) };
        let salvage = salvage(self.instance, self.clock.now(), self.dataset, &messages, &mut self.patience);
        // What came before it is handed over first.
        self.gave_up = salvage.gave_up.and_then(|(at, stop)| Some((lines.get(at).copied()?, last, stop)));
        Ok(Some(Batch { decoded: salvage.decoded, dead: salvage.dead, lines }))
    }

    /// How many bytes of the input have been read.
    pub fn bytes(&self) -> u64 {
        self.batches.lines.bytes()
    }
}

/// Gathers messages into batches.
#[derive(Debug)]
struct Batches<R> {
    lines: Lines<R>,
    /// Did not fit into the batch before.
    held: Option<MessageLine>,
    /// Came after messages that are still to be decoded.
    failed: Option<MessageError>,
}

impl<R: BufRead> Batches<R> {
    /// The next messages and their lines, none at the end.
    fn next_batch(&mut self) -> Result<(Vec<u64>, Vec<Message>), MessageError> {
        let (mut lines, mut messages) = (Vec::new(), Vec::new());
        let mut bytes = 0_usize;
        while messages.len() < MESSAGES {
            let MessageLine { line, message } = match self.next_message() {
                Ok(Some(next)) => next,
                Ok(None) => break,
                Err(error) if messages.is_empty() => return Err(error),
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            };
            bytes = bytes.saturating_add(message.body.len());
            if bytes > BYTES && !messages.is_empty() {
                self.held = Some(MessageLine { line, message });
                break;
            }
            lines.push(line);
            messages.push(message);
        }
        Ok((lines, messages))
    }

    fn next_message(&mut self) -> Result<Option<MessageLine>, MessageError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        match self.held.take() {
            Some(held) => Ok(Some(held)),
            None => self.lines.next_message(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES, Batches, MESSAGES};
    use crate::recording::{Format, Lines};

    fn batches(text: &str, format: Format) -> Vec<Result<Vec<u64>, String>> {
        let mut batches = Batches { lines: Lines::new(text.as_bytes(), format), held: None, failed: None };
        let mut all = Vec::new();
        loop {
            match batches.next_batch() {
                Ok((lines, _)) if lines.is_empty() => return all,
                Ok((lines, messages)) => {
                    assert_eq!(lines.len(), messages.len());
                    all.push(Ok(lines));
                }
                Err(error) => {
                    all.push(Err(error.to_string()));
                    return all;
                }
            }
        }
    }

    #[test]
    fn a_batch_is_bounded_by_number_and_bytes_and_keeps_the_order() {
        let many = batches(&"x\n".repeat(MESSAGES + 1), Format::Raw);
        assert_eq!(many.iter().flatten().map(Vec::len).collect::<Vec<_>>(), [MESSAGES, 1]);
        let large = format!("{}\n", "x".repeat(BYTES / 2 + 1));
        let halves = batches(&format!("a\n{large}{large}b\n"), Format::Raw);
        assert_eq!(halves, [Ok(vec![0, 1]), Ok(vec![2, 3])]);
        let huge = format!("a\n{}\nb\n", "x".repeat(BYTES + 1));
        assert_eq!(batches(&huge, Format::Raw), [Ok(vec![0]), Ok(vec![1]), Ok(vec![2])]);
        assert!(batches("", Format::Raw).is_empty());
    }

    #[test]
    fn what_stands_before_a_bad_line_is_decoded_first() {
        let all = batches("{\"body\":\"a\"}\nbad\n", Format::Recorded);
        assert_eq!(all[0], Ok(vec![0]));
        assert!(all[1].as_ref().is_err_and(|error| error.starts_with("line 2 ")), "{all:?}");
    }
}
