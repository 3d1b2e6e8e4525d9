//! Decodes a file of messages batch by batch, on several instances side by side. What it holds does not grow with the file, the order is the file's, and
//! a message that stops the component costs only itself.

mod input;

use std::io::{self, BufRead};
use std::num::NonZeroUsize;
use std::time::Duration;

use host_sim_runtime::contract::Decoded;
use host_sim_runtime::flow::{Lane, Parcel, Source, StopSignal};
use host_sim_runtime::{Clock, Decoder, Pool, Salvage, Stop};

use self::input::{Input, PAUSE, RawBatch, Taken};
use crate::recording::{Likeness, Lines, MessageError};

/// Decodes the messages of a file in their order.
///
/// It is a flow's source: batch by batch is read in a thread of its own, and decoded by a [`Pool`]. Where the input pauses, as on a pipe, what is there is decoded and
/// handed over within a fifth of a second. The thread that reads ends once its read returns.
#[derive(Debug)]
pub struct Decoding<D> {
    lane: Lane,
    input: Input,
    pool: Pool<D, RawBatch>,
    /// How many batches are being decoded.
    in_hand: usize,
    /// How many bytes of the input there are up to the end of the last batch that was read, and of the last one that was handed over.
    read_to: u64,
    bytes: u64,
    stage: Stage,
    first: Option<Likeness>,
    /// Told when everything before it has been handed over.
    error: Option<DecodeError>,
}

/// So many bytes of the input may be in hand, and one batch more.
const BYTES_IN_HAND: u64 = 64 << 20;

/// So often is looked for results while more input is waited for.
const LOOK: Duration = Duration::from_millis(10);

/// What is still to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// To read, and to hand over.
    Reading,
    /// To hand over what is being decoded.
    Ending,
    /// Nothing: what is being decoded comes after an error.
    Over,
}

/// Why a file is not decoded to its end. Everything before has been decoded or set aside.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Correct the input.
    #[error(transparent)]
    Input(#[from] MessageError),
    /// The component stops again and again: take another one. Or the host has no room for it.
    #[error("cannot decode {}, nor what follows{}", lines(*.first, *.last), reason(.source))]
    Stopped {
        /// The first line without documents, from 0.
        first: u64,
        /// The last one of its batch.
        last: u64,
        /// How it stopped the last time.
        source: Stop,
    },
    /// The system has no thread to spare.
    #[error("cannot start a thread to read or decode in")]
    Thread(#[source] io::Error),
}

/// Why nobody tries again, unless the stop says it all.
fn reason(stop: &Stop) -> &'static str {
    if matches!(stop, Stop::NoRoom(_)) { "" } else { ": the component stopped too often" }
}

fn lines(first: u64, last: u64) -> String {
    if first == last { format!("line {}", first + 1) } else { format!("lines {} to {}", first + 1, last + 1) }
}

impl<D: Decoder> Decoding<D> {
    /// Starts at the first line. `dataset` says what the messages are; `jobs` is as in [`Pool::new`].
    pub fn new<R: BufRead + Send + 'static>(decoder: D, jobs: NonZeroUsize, dataset: u32, clock: Clock, lines: Lines<R>) -> Result<Self, DecodeError> {
        Ok(Self {
            lane: Lane::new("messages"),
            input: Input::new(lines, PAUSE).map_err(DecodeError::Thread)?,
            pool: Pool::new(decoder, jobs, dataset, clock),
            in_hand: 0,
            read_to: 0,
            bytes: 0,
            stage: Stage::Reading,
            first: None,
            error: None,
        })
    }

    /// What came of the next batch, `None` at the end and after an error.
    fn next_batch(&mut self) -> Result<Option<Parcel>, DecodeError> {
        while self.stage != Stage::Over {
            // What is ready goes out first.
            let mut done = self.pool.ready();
            if done.is_none() && self.may_read() {
                self.read();
                continue;
            }
            if done.is_none() {
                done = self.pool.take();
            }
            let Some((raw, salvage)) = done else {
                self.bytes = self.read_to;
                self.stage = Stage::Over;
                break;
            };
            self.in_hand -= 1;
            if let Some(parcel) = self.take(raw, salvage) {
                return Ok(Some(parcel));
            }
        }
        self.error.take().map_or(Ok(None), Err)
    }

    /// Whether another batch may be in hand. Large ones are few: what is in hand is bounded in bytes, too.
    fn may_read(&self) -> bool {
        self.stage == Stage::Reading && !self.pool.is_full() && self.read_to - self.bytes < BYTES_IN_HAND
    }

    /// How many bytes of the input there are up to the end of the last batch.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What the first line that was decoded looks like, where lines are taken as bodies.
    pub fn first(&self) -> Option<Likeness> {
        self.first
    }

    /// Waits for a batch and has it decoded; not for long while there may be results.
    fn read(&mut self) {
        match self.input.take((self.in_hand > 0).then_some(LOOK)) {
            Taken::Batch(batch) => {
                self.read_to = batch.bytes;
                match self.pool.give(batch) {
                    Ok(()) => self.in_hand += 1,
                    Err(error) => self.end(DecodeError::Thread(error)),
                }
            }
            Taken::Nothing => (),
            Taken::End(bytes) => {
                self.read_to = bytes;
                self.stage = Stage::Ending;
            }
            Taken::Failed(error) => self.end(DecodeError::Input(error)),
        }
    }

    /// Nothing more is read.
    fn end(&mut self, error: DecodeError) {
        self.error = Some(error);
        self.stage = Stage::Ending;
    }

    /// What came of a batch, if its first line holds a message. What comes after an error is not wanted.
    fn take(&mut self, raw: RawBatch, salvage: Salvage) -> Option<Parcel> {
        self.bytes = raw.bytes;
        self.first = self.first.or(raw.first);
        let lines = raw.numbers();
        // A file of messages has what is no text.
        let Salvage { decoded, dead, gave_up, unread: _ } = salvage;
        let gave_up = gave_up.and_then(|(at, source)| Some(DecodeError::Stopped { first: lines.get(at).copied()?, last: lines.last().copied()?, source }));
        if let Some(error) = gave_up.or(raw.wrong.map(DecodeError::Input)) {
            self.error = Some(error);
            self.stage = Stage::Over;
            self.pool.cancel();
        }
        let sources: Vec<Option<u64>> = lines.into_iter().map(Some).collect();
        let Decoded { documents, problems } = decoded;
        Some(Parcel { documents, problems, dead, sources, ..Parcel::empty(self.lane.clone()) }).filter(|parcel| !parcel.sources.is_empty())
    }
}

impl<D: Decoder> Source for Decoding<D> {
    type Error = DecodeError;

    /// A parcel has the messages of a batch; their numbers are those of the lines, from 0.
    fn next_parcel(&mut self, stop: &StopSignal) -> Result<Option<Parcel>, DecodeError> {
        if stop.is_stopped() {
            self.pool.cancel();
            return Ok(None);
        }
        self.next_batch()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::num::NonZeroUsize;

    use host_sim_runtime::contract::{Decoded, Document, Message, Timestamp};
    use host_sim_runtime::{Clock, Decoder, Stop};

    use super::{Decoding, Source, StopSignal};
    use crate::recording::{Format, Lines};

    /// Traps on messages that say so.
    struct Touchy;

    impl Decoder for Touchy {
        fn decode(&mut self, _now: Timestamp, _dataset: u32, messages: &[Message]) -> Result<Decoded, Stop> {
            if messages.iter().any(|message| message.body == b"trap") {
                return Err(Stop::Trapped("x".into()));
            }
            let document = |(source, message): (u32, &Message)| Document { dataset: 0, id: "i".into(), body: message.body.clone(), source: Some(source) };
            Ok(Decoded { documents: (0..).zip(messages).map(document).collect(), problems: Vec::new() })
        }

        fn restart(&mut self) -> Result<(), Stop> {
            Ok(())
        }

        fn sibling(&self) -> Result<Self, Stop> {
            Ok(Self)
        }
    }

    /// The lines that gave a document, those that were set aside, and what is wrong.
    #[track_caller]
    fn check(text: &str, documents: &[u64], dead: &[u64], error: Option<&str>) {
        let decoding = Decoding::new(Touchy, NonZeroUsize::MIN, 0, Clock::Fixed(0), Lines::new(Cursor::new(text.to_owned()), Format::Recorded));
        let mut decoding = decoding.expect("a thread starts");
        let (mut lines, mut set_aside) = (Vec::new(), Vec::new());
        let end = loop {
            match decoding.next_parcel(&StopSignal::default()) {
                Ok(Some(parcel)) => {
                    lines.extend(parcel.documents.iter().filter_map(|document| parcel.number_of(document.source)));
                    set_aside.extend(parcel.dead.iter().filter_map(|letter| parcel.number_of(Some(letter.source))));
                }
                Ok(None) => break None,
                Err(error) => break Some(error.to_string()),
            }
        };
        assert_eq!((lines.as_slice(), set_aside.as_slice(), end.as_deref()), (documents, dead, error));
        assert!(decoding.next_parcel(&StopSignal::default()).is_ok_and(|parcel| parcel.is_none()));
    }

    #[test]
    fn a_batch_gives_what_it_can_and_says_what_is_wrong() {
        let (a, trap) = ("{\"body\":\"a\"}\n", "{\"body\":\"trap\"}\n");
        let bad = Some("line 3 is not a recorded message: it is not a JSON object");
        check(&format!("{a}\n{a}"), &[0, 2], &[], None);
        check(&format!("{a}{trap}{a}"), &[0, 2], &[1], None);
        check(&format!("{a}{trap}bad\n{a}"), &[0], &[1], bad);
        check("\n\nbad\n", &[], &[], bad);
        check("", &[], &[], None);
    }
}
