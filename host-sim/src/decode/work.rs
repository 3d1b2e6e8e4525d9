//! What one worker does: everything that a batch costs, from the text of its lines to what the summary counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::batches::{Messages, RawBatch};
use super::{Batch, DecodeError};
use crate::clock::Clock;
use crate::contract::{Decoded, Message, Timestamp};
use crate::host::Stop;
use crate::recovery::{Decoder, Patience, Salvage, salvage};
use crate::summary::Summary;

/// Decodes batches with one instance.
pub(super) struct Work<D> {
    decoder: Wanted<D>,
    dataset: u32,
    clock: Clock,
    patience: Patience,
    /// Nothing counted yet.
    summary: Summary,
}

/// What became of a batch.
#[derive(Debug)]
pub(super) struct Done {
    /// `None` if its first line holds no message.
    pub(super) batch: Option<Batch>,
    /// Why nothing that comes after it counts.
    pub(super) error: Option<DecodeError>,
    /// How many bytes of the file there are up to its end.
    pub(super) bytes: u64,
}

impl<D: Decoder> Work<D> {
    pub(super) fn new(decoder: D, dataset: u32, clock: Clock, summary: Summary, unwanted: Arc<AtomicBool>) -> Self {
        Self { decoder: Wanted { decoder, unwanted }, dataset, clock, patience: Patience::new(), summary }
    }

    /// Decodes a batch.
    pub(super) fn done(&mut self, raw: &RawBatch) -> Done {
        let Messages { lines, messages, wrong } = raw.messages();
        let wrong = wrong.map(DecodeError::Input);
        let Some(last) = lines.last().copied() else { return Done { batch: None, error: wrong, bytes: raw.bytes } };
        let Salvage { decoded, dead, gave_up } = salvage(&mut self.decoder, self.clock.now(), self.dataset, &messages, &mut self.patience);
        let gave_up = gave_up.and_then(|(at, source)| Some(DecodeError::Stopped { first: lines.get(at).copied()?, last, source }));
        let mut summary = self.summary.clone();
        decoded.documents.iter().for_each(|document| summary.document(document));
        decoded.problems.iter().for_each(|problem| summary.problem(problem));
        Done { batch: Some(Batch { decoded, dead, lines, summary }), error: gave_up.or(wrong), bytes: raw.bytes }
    }
}

/// Decodes as long as somebody wants what it gives: else no call begins, and it is waited for no longer than the one under way takes.
struct Wanted<D> {
    decoder: D,
    unwanted: Arc<AtomicBool>,
}

impl<D: Decoder> Decoder for Wanted<D> {
    fn decode(&mut self, now: Timestamp, dataset: u32, messages: &[Message]) -> Result<Decoded, Stop> {
        self.is_wanted()?;
        self.decoder.decode(now, dataset, messages)
    }

    fn restart(&mut self) -> Result<(), Stop> {
        self.is_wanted()?;
        self.decoder.restart()
    }
}

impl<D> Wanted<D> {
    fn is_wanted(&self) -> Result<(), Stop> {
        if self.unwanted.load(Ordering::Relaxed) { Err(Stop::Broken("nobody wants to know any more".into())) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{Done, Work};
    use crate::clock::Clock;
    use crate::contract::{Dataset, Decoded, Description, Document, Message, Timestamp};
    use crate::decode::batches::Batches;
    use crate::host::Stop;
    use crate::recording::{Format, Lines};
    use crate::recovery::Decoder;
    use crate::summary::Summary;

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
    }

    fn work(unwanted: &Arc<AtomicBool>) -> Work<Touchy> {
        let datasets = vec![Dataset { name: "x".into(), summary: String::new(), decodes: true }];
        let description = Description { name: String::new(), version: String::new(), datasets, settings_schema: String::new() };
        Work::new(Touchy, 0, Clock::Fixed(0), Summary::new(&description), Arc::clone(unwanted))
    }

    fn done(text: &str, work: &mut Work<Touchy>) -> Done {
        let raw = Batches::new(Lines::new(text.as_bytes(), Format::Recorded)).next_batch().expect("readable").expect("a batch");
        work.done(&raw)
    }

    /// The lines that gave a document, those that were set aside, and what is wrong.
    #[track_caller]
    fn check(text: &str, documents: &[u64], dead: &[u64], error: Option<&str>) {
        let done = done(text, &mut work(&Arc::default()));
        assert_eq!(done.error.map(|error| error.to_string()).as_deref(), error);
        assert_eq!(done.batch.is_some(), !documents.is_empty() || !dead.is_empty());
        let Some(batch) = done.batch else { return };
        let lines: Vec<_> = batch.decoded.documents.iter().filter_map(|document| batch.line_of(document.source)).collect();
        assert_eq!(lines, documents);
        assert_eq!(batch.dead.iter().filter_map(|letter| batch.line_of(Some(letter.source))).collect::<Vec<_>>(), dead);
        assert_eq!(batch.summary.documents(), u64::try_from(documents.len()).expect("few"));
        assert_eq!(batch.summary.has_problems(), !dead.is_empty());
    }

    #[test]
    fn a_batch_gives_what_it_can_and_says_what_is_wrong() {
        let (a, trap) = ("{\"body\":\"a\"}\n", "{\"body\":\"trap\"}\n");
        let bad = Some("line 3 is not a recorded message: it is not a JSON object");
        check(&format!("{a}\n{a}"), &[0, 2], &[], None);
        check(&format!("{a}{trap}{a}"), &[0, 2], &[1], None);
        check(&format!("{a}{trap}bad\n{a}"), &[0], &[1], bad);
        check("\n\nbad\n", &[], &[], bad);
    }

    #[test]
    fn nothing_is_started_again_for_nobody() {
        let unwanted = Arc::new(AtomicBool::new(true));
        let text = "{\"body\":\"trap\"}\n".repeat(3);
        let error = done(&text, &mut work(&unwanted)).error.expect("it gives up");
        assert!(error.to_string().contains("lines 1 to 3"), "{error}");
        unwanted.store(false, Ordering::Relaxed);
        assert!(done(&text, &mut work(&unwanted)).error.is_none());
    }

    #[test]
    fn patience_is_carried_from_batch_to_batch() {
        let text = "{\"body\":\"trap\"}\n".repeat(64);
        let mut work = work(&Arc::default());
        let batches = (0..).take_while(|_| done(&text, &mut work).error.is_none()).count();
        assert_eq!(batches, 4);
    }
}
