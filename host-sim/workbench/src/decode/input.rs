//! Gathers the lines of an input into batches, in a thread of its own that is one batch ahead: whoever takes them is not kept waiting by an input that pauses.

use std::io::{self, BufRead};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use host_sim_runtime::Batch;
use host_sim_runtime::contract::Message;

use crate::recording::{Format, Likeness, Lines, MessageError};

/// Messages of one call: more costs memory and gains nothing.
const MESSAGES: usize = 64;

/// Bytes of the lines of one call, unless one line alone is longer.
const BYTES: usize = 4 << 20;

/// So long is waited for more lines of a batch.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

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
    /// What the file's first line looks like, where lines are bodies.
    pub(super) first: Option<Likeness>,
}

impl RawBatch {
    fn new(format: Format) -> Self {
        Self { format, text: Vec::new(), lines: Vec::new(), bytes: 0, wrong: None, first: None }
    }

    fn has_room_for(&self, line: &[u8]) -> bool {
        self.lines.is_empty() || (!self.is_full() && self.text.len() + line.len() <= BYTES)
    }

    fn is_full(&self) -> bool {
        self.lines.len() >= MESSAGES || self.text.len() >= BYTES
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
            let text = text.get(start..*end).unwrap_or_default();
            self.first = self.first.or_else(|| self.format.likeness_of_first(*line, text));
            match self.format.message(*line, text) {
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

/// What there is when somebody asks for a batch.
#[derive(Debug)]
pub(super) enum Taken {
    Batch(RawBatch),
    /// Not enough yet.
    Nothing,
    /// The end, after so many bytes.
    End(u64),
    Failed(MessageError),
}

/// An input that is being read. The thread that reads it ends with it, or once its read returns.
#[derive(Debug)]
pub(super) struct Input {
    shared: Arc<Shared>,
    pause: Duration,
}

#[derive(Debug)]
struct Shared {
    ahead: Mutex<Ahead>,
    changed: Condvar,
}

/// What has been read and not been taken.
#[derive(Debug)]
struct Ahead {
    batch: RawBatch,
    /// When its first line came.
    since: Option<Instant>,
    /// Whether there is a line that it has no room for.
    crowded: bool,
    end: Option<Result<u64, MessageError>>,
    /// Set when nobody takes any more.
    unwanted: bool,
}

impl Input {
    /// Begins to read. A batch is taken when it is full, or when no more has come for so long after its first line.
    pub(super) fn new<R: BufRead + Send + 'static>(lines: Lines<R>, pause: Duration) -> io::Result<Self> {
        let ahead = Ahead { batch: RawBatch::new(lines.format()), since: None, crowded: false, end: None, unwanted: false };
        let shared = Arc::new(Shared { ahead: Mutex::new(ahead), changed: Condvar::new() });
        let reader = Arc::clone(&shared);
        thread::Builder::new().name("input".into()).spawn(move || reader.read(lines))?;
        Ok(Self { shared, pause })
    }

    /// The next batch; at most so long is waited for it, or as long as it takes.
    pub(super) fn take(&self, most: Option<Duration>) -> Taken {
        let started = Instant::now();
        let mut ahead = self.shared.lock();
        loop {
            let late = ahead.since.is_some_and(|since| since.elapsed() >= self.pause);
            if ahead.batch.is_full() || ahead.crowded || late || (ahead.end.is_some() && ahead.since.is_some()) {
                let format = ahead.batch.format;
                let batch = std::mem::replace(&mut ahead.batch, RawBatch::new(format));
                (ahead.since, ahead.crowded) = (None, false);
                self.shared.changed.notify_all();
                return Taken::Batch(batch);
            }
            match ahead.end.take() {
                Some(Ok(bytes)) => {
                    ahead.end = Some(Ok(bytes));
                    return Taken::End(bytes);
                }
                Some(Err(error)) => return Taken::Failed(error),
                None => (),
            }
            let until_late = ahead.since.map(|since| self.pause.saturating_sub(since.elapsed()));
            let until_given_up = most.map(|most| most.saturating_sub(started.elapsed()));
            if until_given_up.is_some_and(|time| time.is_zero()) {
                return Taken::Nothing;
            }
            ahead = match until_late.into_iter().chain(until_given_up).min() {
                Some(time) => self.shared.changed.wait_timeout(ahead, time).unwrap_or_else(PoisonError::into_inner).0,
                None => self.shared.changed.wait(ahead).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.shared.lock().unwanted = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Ahead> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<R: BufRead>(&self, mut lines: Lines<R>) {
        let mut text = Vec::new();
        let end = loop {
            text.clear();
            match lines.next_line(&mut text) {
                Ok(Some(line)) => {
                    if !self.add(line, &text, lines.bytes()) {
                        return;
                    }
                }
                Ok(None) => break Ok(lines.bytes()),
                Err(error) => break Err(error),
            }
        };
        self.lock().end = Some(end);
        self.changed.notify_all();
    }

    /// Adds a line to the batch, or waits for the next one; gives whether anybody wants more.
    fn add(&self, line: u64, text: &[u8], bytes: u64) -> bool {
        let mut ahead = self.lock();
        while !ahead.unwanted && !ahead.batch.has_room_for(text) {
            ahead.crowded = true;
            self.changed.notify_all();
            ahead = self.changed.wait(ahead).unwrap_or_else(PoisonError::into_inner);
        }
        ahead.batch.text.extend_from_slice(text);
        let end = ahead.batch.text.len();
        ahead.batch.lines.push((line, end));
        ahead.batch.bytes = bytes;
        let is_first = ahead.since.is_none();
        ahead.since.get_or_insert_with(Instant::now);
        // Whoever waits need not be woken for each line.
        if is_first || ahead.batch.is_full() {
            self.changed.notify_all();
        }
        !ahead.unwanted
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor, Read};
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use host_sim_runtime::Batch;

    use super::{BYTES, Input, MESSAGES, PAUSE, Taken};
    use crate::recording::{Format, Lines};

    /// No test depends on how fast the machine is.
    const NEVER: Duration = Duration::MAX;

    fn input(input: impl Read + Send + 'static, format: Format, pause: Duration) -> Input {
        Input::new(Lines::new(BufReader::new(input), format), pause).expect("a thread starts")
    }

    /// The lines of each batch, and how it ends.
    #[track_caller]
    fn check(read: impl Read + Send + 'static, format: Format, expected: &[&[u64]], error: Option<&str>) {
        let input = input(read, format, NEVER);
        let mut all = Vec::new();
        let end = loop {
            match input.take(None) {
                Taken::Batch(mut batch) => {
                    let messages = batch.messages();
                    assert_eq!(batch.numbers().len(), messages.len());
                    all.push(batch.numbers());
                    if batch.wrong.is_some() {
                        break batch.wrong;
                    }
                }
                Taken::End(_) => break None,
                Taken::Failed(error) => break Some(error),
                Taken::Nothing => panic!("it is waited for"),
            }
        };
        assert_eq!(all, expected);
        assert_eq!(end.map(|error| error.to_string()).as_deref(), error);
    }

    fn check_text(text: &str, format: Format, expected: &[&[u64]]) {
        check(Cursor::new(text.to_owned()), format, expected, None);
    }

    #[test]
    fn a_batch_is_bounded_by_number_and_bytes_and_keeps_the_order() {
        let last = u64::try_from(MESSAGES).expect("few");
        check_text(&"x\n".repeat(MESSAGES + 1), Format::Raw, &[&Vec::from_iter(0..last), &[last]]);
        let large = format!("{}\n", "x".repeat(BYTES / 2 + 1));
        check_text(&format!("a\n{large}{large}b\n"), Format::Raw, &[&[0, 1], &[2, 3]]);
        check_text(&format!("a\n{}\nb\n", "x".repeat(BYTES + 1)), Format::Raw, &[&[0], &[1], &[2]]);
        check_text("", Format::Raw, &[]);
        check_text("\n \n", Format::Recorded, &[]);
    }

    #[test]
    fn a_batch_holds_what_its_lines_hold() {
        let text = b"a\r\n\nbc\n";
        let input = input(&text[..], Format::Raw, NEVER);
        let Taken::Batch(mut batch) = input.take(None) else { panic!("no batch") };
        let bodies: Vec<Vec<u8>> = batch.messages().into_iter().map(|message| message.body).collect();
        assert_eq!(bodies, [&b"a"[..], b"", b"bc"]);
        assert_eq!(batch.bytes, text.len() as u64);
        assert!(matches!(input.take(None), Taken::End(7)) && matches!(input.take(None), Taken::End(7)));
    }

    #[test]
    fn what_stands_before_a_bad_line_comes_first() {
        let bad = "line 4 is not a recorded message: it is not a JSON object";
        check(&b"{\"body\":\"a\"}\n\n{\"body\":\"a\"}\nbad\n{\"body\":\"a\"}\n"[..], Format::Recorded, &[&[0, 2]], Some(bad));
        check(b"a\nb\n".chain(Failing), Format::Raw, &[&[0, 1]], Some("other error"));
    }

    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _into: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::Other.into())
        }
    }

    /// Gives what is sent to it, and waits in between.
    struct Live(Receiver<&'static [u8]>);

    impl Read for Live {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let Ok(bytes) = self.0.recv() else { return Ok(0) };
            into[..bytes.len()].copy_from_slice(bytes);
            Ok(bytes.len())
        }
    }

    #[test]
    fn what_is_there_when_an_input_pauses_is_given() {
        let (sender, receiver) = channel();
        let input = input(Live(receiver), Format::Raw, PAUSE);
        assert!(matches!(input.take(Some(Duration::ZERO)), Taken::Nothing));
        let mut numbers = Vec::new();
        for (text, lines) in [(&b"a\nb\n"[..], 2), (b"c\nunfinished", 3)] {
            sender.send(text).expect("it reads");
            while numbers.len() < lines {
                let Taken::Batch(batch) = input.take(None) else { panic!("no batch") };
                numbers.extend(batch.numbers());
            }
        }
        assert_eq!(numbers, [0, 1, 2]);
        drop(sender);
        let Taken::Batch(batch) = input.take(None) else { panic!("no batch") };
        assert_eq!(batch.numbers(), [3]);
        assert!(matches!(input.take(None), Taken::End(16)));
    }
}
