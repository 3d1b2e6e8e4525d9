//! Decodes what can be decoded: messages that stop the component are found by halving the batch, and set aside.

use std::ops::Range;

use super::Patience;
use crate::contract::{Decoded, Message, Problem, Severity, Timestamp};
use crate::host::{Instance, Stop};

/// What a batch gave, whatever was in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Salvage {
    /// Documents and problems, one of them an error for each message that was set aside.
    pub decoded: Decoded,
    /// The messages that stopped the component, in their order.
    pub dead: Vec<DeadLetter>,
    /// The messages that gave a document of which nobody can read them.
    pub unread: Vec<Unread>,
    /// Where nobody tried any further, because the component stopped again and again: no message from this position on was decoded.
    pub gave_up: Option<(usize, Stop)>,
}

/// A message that stopped the component, so that it gave no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The position of the message in its batch.
    pub source: u32,
    /// The message as it came.
    pub message: Message,
    /// How the component stopped.
    pub stop: Stop,
}

/// The problem by which a component tells that a message is no text.
const NO_TEXT: &str = "body-not-text";

/// A message whose bytes the component could not read. It gave a document, which has them as well as that can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The position of the message in its batch.
    pub source: u32,
    /// The message as it came.
    pub message: Message,
    /// What the component says of it.
    pub problem: Problem,
}

/// What decodes, and can be replaced when it stops.
pub trait Decoder: Sized + Send + 'static {
    /// Turns messages into documents.
    fn decode(&mut self, now: Timestamp, dataset: u32, messages: &[Message]) -> Result<Decoded, Stop>;
    /// Replaces what a stop left.
    fn restart(&mut self) -> Result<(), Stop>;
    /// Another one that is set up alike.
    fn sibling(&self) -> Result<Self, Stop>;
}

impl Decoder for Instance {
    fn decode(&mut self, now: Timestamp, dataset: u32, messages: &[Message]) -> Result<Decoded, Stop> {
        let decoded = Instance::decode(self, now, dataset, messages)?;
        // One odd message must not cost its memory for weeks. Should there be no fresh instance, this one goes on.
        if self.is_swollen()
            && let Ok(fresh) = self.sibling()
        {
            *self = fresh;
        }
        Ok(decoded)
    }

    fn restart(&mut self) -> Result<(), Stop> {
        Instance::restart(self)
    }

    fn sibling(&self) -> Result<Self, Stop> {
        Instance::sibling(self)
    }
}

impl Instance {
    /// Turns messages into documents, and sets aside those that stop the component, which is restarted as often as that takes.
    pub fn salvage(&mut self, now: Timestamp, dataset: u32, messages: &[Message]) -> Salvage {
        salvage(self, now, dataset, messages, &mut Patience::new())
    }
}

/// Decodes a batch piece by piece, as large as the component can take them.
pub(crate) fn salvage<D: Decoder>(decoder: &mut D, now: Timestamp, dataset: u32, messages: &[Message], patience: &mut Patience) -> Salvage {
    let mut salvage = Salvage::default();
    // What is still to be decoded, the next piece last.
    let mut pieces: Vec<_> = std::iter::once(0..messages.len()).collect();
    while let Some(piece) = pieces.pop() {
        let Some(batch) = messages.get(piece.clone()).filter(|batch| !batch.is_empty()) else { continue };
        let stop = match decoder.decode(now, dataset, batch) {
            Ok(decoded) => {
                salvage.keep_unread(&decoded, batch, piece.start);
                salvage.take(decoded, piece.start);
                *patience = Patience::new();
                continue;
            }
            Err(Stop::Cancelled) => return salvage.give_up(piece.start, Stop::Cancelled),
            Err(stop) => stop,
        };
        let restarted = decoder.restart();
        match (restarted, batch) {
            (Err(stop), _) => return salvage.give_up(piece.start, stop),
            // No message is to blame for what the host lacks.
            (Ok(()), [_]) if matches!(stop, Stop::NoRoom(_)) || !patience.bears(&stop) => return salvage.give_up(piece.start, stop),
            (Ok(()), [message]) => salvage.set_aside(piece.start, message, stop),
            (Ok(()), _) => pieces.extend(parts(piece, &stop).rev()),
        }
    }
    salvage
}

/// The parts of a piece that stopped the component: halves, or single messages after a time-out, which halving would wait for again and again.
fn parts(piece: Range<usize>, stop: &Stop) -> impl DoubleEndedIterator<Item = Range<usize>> {
    let size = if matches!(stop, Stop::TimedOut(_)) { 1 } else { piece.len().div_ceil(2) };
    let end = piece.end;
    piece.step_by(size).map(move |start| start..end.min(start + size)).collect::<Vec<_>>().into_iter()
}

impl Salvage {
    /// Keeps the messages of a piece that could not be read.
    fn keep_unread(&mut self, decoded: &Decoded, batch: &[Message], start: usize) {
        for problem in decoded.problems.iter().filter(|problem| problem.code == NO_TEXT) {
            let at = problem.source.and_then(|source| usize::try_from(source).ok());
            let Some((at, message)) = at.and_then(|at| Some((at, batch.get(at)?))) else { continue };
            self.unread.push(Unread { source: position(start.saturating_add(at)), message: message.clone(), problem: problem.clone() });
        }
    }

    /// Takes what a piece gave that begins at this position.
    fn take(&mut self, mut decoded: Decoded, start: usize) {
        let start = position(start);
        let sources = decoded.documents.iter_mut().map(|document| &mut document.source);
        for source in sources.chain(decoded.problems.iter_mut().map(|problem| &mut problem.source)).flatten() {
            *source = source.saturating_add(start);
        }
        self.decoded.documents.append(&mut decoded.documents);
        self.decoded.problems.append(&mut decoded.problems);
    }

    fn set_aside(&mut self, at: usize, message: &Message, stop: Stop) {
        let source = position(at);
        self.decoded.problems.push(Problem {
            severity: Severity::Error,
            code: format!("message-{}", stop.word()),
            message: format!("{stop}; the message gave no document"),
            source: Some(source),
        });
        self.dead.push(DeadLetter { source, message: message.clone(), stop });
    }

    fn give_up(mut self, at: usize, stop: Stop) -> Self {
        self.gave_up = Some((at, stop));
        self
    }
}

fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Decoder, Salvage, salvage};
    use crate::contract::{Decoded, Document, Message, Problem, Severity, Timestamp};
    use crate::host::Stop;
    use crate::recovery::Patience;

    fn document(body: &[u8], source: u32) -> Document {
        Document { dataset: 0, id: "i".into(), body: body.to_vec(), source: Some(source) }
    }

    /// Stops on messages that say so, and gives a document of every other one.
    struct Touchy {
        stopped: bool,
        restarts: usize,
    }

    impl Decoder for Touchy {
        fn decode(&mut self, _now: Timestamp, _dataset: u32, messages: &[Message]) -> Result<Decoded, Stop> {
            assert!(!self.stopped, "a stopped instance is called");
            let mut decoded = Decoded::default();
            for (source, message) in (0..).zip(messages) {
                let stop = match message.body.as_slice() {
                    b"trap" => Stop::Trapped("x".into()),
                    b"loop" => Stop::TimedOut(Duration::ZERO),
                    b"large" => Stop::NoRoom("x".into()),
                    b"bytes" => {
                        decoded.documents.push(document(b"bytes", source));
                        let problem = |code: &str, source| Problem { severity: Severity::Warning, code: code.into(), message: "why".into(), source };
                        decoded.problems.extend([problem("body-not-text", Some(source)), problem("other", Some(source)), problem("body-not-text", None)]);
                        continue;
                    }
                    body => {
                        decoded.documents.push(document(body, source));
                        continue;
                    }
                };
                self.stopped = true;
                return Err(stop);
            }
            Ok(decoded)
        }

        fn restart(&mut self) -> Result<(), Stop> {
            self.stopped = false;
            self.restarts += 1;
            Ok(())
        }

        fn sibling(&self) -> Result<Self, Stop> {
            Ok(Self { stopped: false, restarts: 0 })
        }
    }

    fn run(bodies: &[&str]) -> (Salvage, usize) {
        let mut decoder = Touchy { stopped: false, restarts: 0 };
        let messages: Vec<Message> = bodies.iter().map(|body| Message::from(*body)).collect();
        let salvage = salvage(&mut decoder, 0, 0, &messages, &mut Patience::new());
        (salvage, decoder.restarts)
    }

    #[track_caller]
    fn check(bodies: &[&str], restarts: usize) {
        let (salvage, restarted) = run(bodies);
        let is_bad = |body: &str| matches!(body, "trap" | "loop");
        let expected: Vec<(Option<u32>, Vec<u8>)> =
            (0..).zip(bodies).filter(|(_, body)| !is_bad(body)).map(|(at, body)| (Some(at), body.as_bytes().to_vec())).collect();
        let documents: Vec<_> = salvage.decoded.documents.iter().map(|document| (document.source, document.body.clone())).collect();
        assert_eq!(documents, expected, "order and sources");
        let dead: Vec<u32> = (0..).zip(bodies).filter(|(_, body)| is_bad(body)).map(|(at, _)| at).collect();
        assert_eq!(salvage.dead.iter().map(|letter| letter.source).collect::<Vec<_>>(), dead);
        assert_eq!(salvage.decoded.problems.iter().filter_map(|problem| problem.source).collect::<Vec<_>>(), dead);
        assert_eq!((salvage.gave_up, restarted), (None, restarts));
    }

    #[test]
    fn only_the_messages_that_stop_it_are_set_aside() {
        check(&["a", "b", "c"], 0);
        check(&["trap"], 1);
        check(&["a", "b", "c", "trap", "d", "e", "f", "g"], 4);
        check(&["trap", "a", "b", "trap"], 5);
        check(&[], 0);
    }

    #[test]
    fn what_is_no_text_is_kept_wherever_it_stands() {
        let (salvage, _) = run(&["a", "trap", "b", "bytes", "c", "bytes"]);
        let unread: Vec<_> = salvage.unread.iter().map(|unread| (unread.source, unread.message.body.as_slice(), unread.problem.code.as_str())).collect();
        assert_eq!(unread, [(3, b"bytes".as_slice(), "body-not-text"), (5, b"bytes", "body-not-text")]);
        assert_eq!((salvage.decoded.documents.len(), salvage.dead.len()), (5, 1));
    }

    #[test]
    fn a_message_that_takes_all_the_time_is_waited_for_twice() {
        let mut bodies = vec!["a"; 64];
        bodies[40] = "loop";
        check(&bodies, 2);
    }

    #[test]
    fn what_the_host_has_no_room_for_is_no_messages_fault() {
        let (salvage, restarts) = run(&["a", "b", "large", "c"]);
        assert_eq!((salvage.decoded.documents.len(), salvage.dead.len(), salvage.decoded.problems.len(), restarts), (2, 0, 0, 3));
        assert_eq!(salvage.gave_up, Some((2, Stop::NoRoom("x".into()))));
    }

    #[test]
    fn a_component_that_only_stops_is_left() {
        let (salvage, restarts) = run(&["loop"; 64]);
        assert_eq!((salvage.dead.len(), restarts), (4, 6));
        assert!(matches!(salvage.gave_up, Some((4, Stop::TimedOut(_)))), "{:?}", salvage.gave_up);
        let (salvage, _) = run(&["trap"; 1000]);
        assert_eq!((salvage.dead.len(), salvage.gave_up.map(|(at, _)| at)), (256, Some(256)));
    }
}
