//! Decodes a file of messages batch by batch, on several instances side by side. What it holds does not grow with the file, the order is the file's, and
//! a message that stops the component costs only itself.

mod batches;
mod work;
mod workers;

use std::io::{self, BufRead};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use self::batches::{Batches, RawBatch};
use self::work::{Done, Work};
use self::workers::Workers;
use crate::clock::Clock;
use crate::contract::Decoded;
use crate::host::{Instance, Stop};
use crate::recording::{Lines, MessageError};
use crate::recovery::DeadLetter;
use crate::summary::Summary;

/// Decodes the messages of a file in their order.
///
/// Batch by batch is read where [`next_batch`](Self::next_batch) is called, and decoded in threads of its own, which all have ended when it is dropped; that
/// waits for the calls of the component that are under way, and so at most as long as one may run. A panic in such a thread is one of `next_batch`.
///
/// It reads on while batches are being decoded. Where the input has to be waited for, as on a pipe whose writer pauses, batches that were ready have been
/// handed over by then; those that were still being decoded are handed over once there is more input, or its end.
#[derive(Debug)]
pub struct Decoding<R> {
    batches: Batches<R>,
    workers: Workers<RawBatch, Done>,
    /// For the next worker, if there is to be one.
    spare: Option<Instance>,
    jobs: NonZeroUsize,
    dataset: u32,
    clock: Clock,
    /// How many bytes of the input there are up to the end of the last batch that was read, and of the last one that was handed over.
    read_to: u64,
    bytes: u64,
    stage: Stage,
    /// Told when everything before it has been handed over.
    error: Option<DecodeError>,
    /// Set when nobody takes results any more.
    unwanted: Arc<AtomicBool>,
}

/// So many bytes of the input may be in hand, and one batch more.
const BYTES_IN_HAND: u64 = 64 << 20;

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

/// What one batch gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Documents and problems; `source` is a position in `lines`.
    pub decoded: Decoded,
    /// Messages that stopped the component: it gave nothing for them, and `decoded` holds a problem for each.
    pub dead: Vec<DeadLetter>,
    /// The line of each message, from 0.
    pub lines: Vec<u64>,
    /// Counts the documents and problems.
    pub summary: Summary,
}

impl Batch {
    /// The line that a document or problem comes from.
    pub fn line_of(&self, source: Option<u32>) -> Option<u64> {
        self.lines.get(usize::try_from(source?).ok()?).copied()
    }
}

/// Why a file is not decoded to its end. Everything before has been decoded or set aside.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Correct the input.
    #[error(transparent)]
    Input(#[from] MessageError),
    /// The component stops again and again: take another one.
    #[error("cannot decode {}, nor what follows: the component stopped too often", lines(*.first, *.last))]
    Stopped {
        /// The first line without documents, from 0.
        first: u64,
        /// The last one of its batch.
        last: u64,
        /// How it stopped the last time.
        source: Stop,
    },
    /// The system has no thread to spare.
    #[error("cannot start a thread to decode in")]
    Thread(#[source] io::Error),
}

fn lines(first: u64, last: u64) -> String {
    if first == last { format!("line {}", first + 1) } else { format!("lines {} to {}", first + 1, last + 1) }
}

impl<R: BufRead> Decoding<R> {
    /// Starts at the first line. `dataset` says what the messages are; `jobs` is how many batches are decoded at the same time, each by an instance of
    /// its own with the settings of this one; there are fewer where the system has no room for more. Documents and problems do not depend on it, but that
    /// every instance is given up by itself when it stops again and again, and that the time limit is by the clock: with more jobs than cores, less of it
    /// is left for each call.
    pub fn new(instance: Instance, jobs: NonZeroUsize, dataset: u32, clock: Clock, lines: Lines<R>) -> Self {
        Self {
            batches: Batches::new(lines),
            workers: Workers::new(jobs),
            spare: Some(instance),
            jobs,
            dataset,
            clock,
            read_to: 0,
            bytes: 0,
            stage: Stage::Reading,
            error: None,
            unwanted: Arc::default(),
        }
    }

    /// Decodes the next batch, `None` at the end and after an error.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, DecodeError> {
        while self.stage != Stage::Over {
            // What is ready goes out before anything is read, which may have to wait.
            let mut done = self.workers.ready();
            if done.is_none() && self.may_read() {
                self.read();
                continue;
            }
            if done.is_none() {
                done = self.workers.next();
            }
            let Some(done) = done else {
                self.bytes = self.batches.bytes();
                self.stage = Stage::Over;
                break;
            };
            if let Some(batch) = self.take(done) {
                return Ok(Some(batch));
            }
        }
        self.error.take().map_or(Ok(None), Err)
    }

    /// Whether another batch may be in hand. Large ones are few: what is in hand is bounded in bytes, too.
    fn may_read(&self) -> bool {
        self.stage == Stage::Reading && !self.workers.are_full() && self.read_to - self.bytes < BYTES_IN_HAND
    }

    /// How many bytes of the input there are up to the end of the last batch.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads a batch and has it decoded.
    fn read(&mut self) {
        let read = self.batches.next_batch().map_err(DecodeError::Input).and_then(|batch| {
            if batch.is_some() && self.workers.are_short() {
                self.hire()?;
            }
            Ok(batch)
        });
        match read {
            Ok(Some(batch)) => {
                self.read_to = batch.bytes;
                self.workers.give(batch);
            }
            Ok(None) => self.stage = Stage::Ending,
            Err(error) => {
                self.error = Some(error);
                self.stage = Stage::Ending;
            }
        }
    }
}

impl<R> Decoding<R> {
    /// Takes on the worker whose turn it is. The next one's instance is made of this one's.
    fn hire(&mut self) -> Result<(), DecodeError> {
        let Some(instance) = self.spare.take() else { return Ok(()) };
        let summary = Summary::new(instance.description());
        // One that cannot be had is done without: fewer instances give the same documents.
        self.spare = (self.workers.number() + 1 < self.jobs.get()).then(|| instance.sibling()).and_then(Result::ok);
        let mut work = Work::new(instance, self.dataset, self.clock, summary, Arc::clone(&self.unwanted));
        match self.workers.hire(move |batch| work.done(&batch)) {
            Err(error) if self.workers.number() == 0 => return Err(DecodeError::Thread(error)),
            Err(_) => self.spare = None,
            Ok(()) => {}
        }
        if self.spare.is_none() {
            self.workers.are_all();
        }
        Ok(())
    }

    /// The batch of what a worker has done. What comes after an error is not wanted.
    fn take(&mut self, done: Done) -> Option<Batch> {
        self.bytes = done.bytes;
        if let Some(error) = done.error {
            self.error = Some(error);
            self.stage = Stage::Over;
            self.unwanted.store(true, Ordering::Relaxed);
        }
        done.batch
    }
}

impl<R> Drop for Decoding<R> {
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }
}
