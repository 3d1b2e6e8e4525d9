//! Decodes batches on several instances side by side, and gives what came of them in the order in which they were given. What is in hand is bounded, and a
//! message that stops the component costs only itself.

mod workers;

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use self::workers::Workers;
use crate::clock::Clock;
use crate::contract::{Decoded, Message, Timestamp};
use crate::host::Stop;
use crate::recovery::{Decoder, Patience, Salvage, salvage};

/// What is decoded in one piece.
pub trait Batch: Send + 'static {
    /// Its messages. They are asked for once, in the thread that decodes them, so that what it costs to read them is spent side by side.
    fn messages(&mut self) -> Vec<Message>;
}

impl Batch for Vec<Message> {
    fn messages(&mut self) -> Self {
        std::mem::take(self)
    }
}

/// Instances that decode batches, each in a thread of its own.
///
/// All threads have ended when it is dropped; that waits for the calls of the component that are under way, and so at most as long as one may run. A panic in
/// such a thread is one of whoever asks for results.
#[derive(Debug)]
pub struct Pool<D, B> {
    workers: Workers<B, (B, Salvage)>,
    /// For the next worker, if there is to be one.
    spare: Option<Wanted<D>>,
    jobs: NonZeroUsize,
    dataset: u32,
    clock: Clock,
    /// Set when nobody takes results any more.
    unwanted: Arc<AtomicBool>,
}

impl<D: Decoder, B: Batch> Pool<D, B> {
    /// Nothing in hand yet. `dataset` says what the messages are; `jobs` is how many batches are decoded at the same time, each by a sibling of this decoder;
    /// there are fewer where the system has no room for more. What comes of a batch does not depend on it, but that every one is given up by itself when
    /// it stops again and again, and that the time limit is by the clock: with more jobs than cores, less of it is left for each call.
    pub fn new(decoder: D, jobs: NonZeroUsize, dataset: u32, clock: Clock) -> Self {
        let unwanted = Arc::<AtomicBool>::default();
        Self { workers: Workers::new(jobs), spare: Some(Wanted { decoder, unwanted: Arc::clone(&unwanted) }), jobs, dataset, clock, unwanted }
    }

    /// Whether no more batches are to be given before a result is taken.
    pub fn is_full(&self) -> bool {
        self.workers.are_full()
    }

    /// Has a batch decoded. It fails if the system has no thread to spare, not even one.
    pub fn give(&mut self, batch: B) -> io::Result<()> {
        if self.workers.are_short() {
            self.hire()?;
        }
        self.workers.give(batch);
        Ok(())
    }

    /// The batch whose turn it is and what came of it, if that is there.
    pub fn ready(&mut self) -> Option<(B, Salvage)> {
        self.workers.ready()
    }

    /// The batch whose turn it is and what came of it, waited for; `None` if nothing is in hand.
    pub fn take(&mut self) -> Option<(B, Salvage)> {
        self.workers.next()
    }

    /// Nobody wants what is in hand: no call of the component begins any more.
    pub fn cancel(&self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }

    /// Takes on the worker whose turn it is. The next one's decoder is made of this one's.
    fn hire(&mut self) -> io::Result<()> {
        let Some(mut decoder) = self.spare.take() else { return Ok(()) };
        // One that cannot be had is done without: fewer of them give the same documents.
        self.spare = (self.workers.number() + 1 < self.jobs.get()).then(|| decoder.sibling()).and_then(Result::ok);
        let (dataset, clock, mut patience) = (self.dataset, self.clock, Patience::new());
        let work = move |mut batch: B| {
            let salvage = salvage(&mut decoder, clock.now(), dataset, &batch.messages(), &mut patience);
            (batch, salvage)
        };
        match self.workers.hire(work) {
            Err(error) if self.workers.number() == 0 => return Err(error),
            Err(_) => self.spare = None,
            Ok(()) => {}
        }
        if self.spare.is_none() {
            self.workers.hire_no_more();
        }
        Ok(())
    }
}

impl<D, B> Drop for Pool<D, B> {
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }
}

/// Decodes as long as somebody wants what it gives: else no call begins, and it is waited for no longer than the one under way takes.
#[derive(Debug)]
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

    fn sibling(&self) -> Result<Self, Stop> {
        Ok(Self { decoder: self.decoder.sibling()?, unwanted: Arc::clone(&self.unwanted) })
    }
}

impl<D> Wanted<D> {
    fn is_wanted(&self) -> Result<(), Stop> {
        if self.unwanted.load(Ordering::Relaxed) { Err(Stop::Cancelled) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::Pool;
    use crate::clock::Clock;
    use crate::contract::{Decoded, Document, Message, Timestamp};
    use crate::host::Stop;
    use crate::recovery::Decoder;

    /// Traps on messages that say so, and has no sibling where it is told to have none.
    struct Touchy {
        siblings: bool,
    }

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
            if self.siblings { Ok(Self { siblings: true }) } else { Err(Stop::OutOfMemory(0)) }
        }
    }

    fn pool(jobs: usize, siblings: bool) -> Pool<Touchy, Vec<Message>> {
        Pool::new(Touchy { siblings }, NonZeroUsize::new(jobs).expect("above zero"), 0, Clock::Fixed(0))
    }

    #[test]
    fn documents_come_in_the_order_of_the_batches_whoever_decodes_them() {
        for (jobs, siblings) in [(1, true), (3, true), (3, false)] {
            let mut pool = pool(jobs, siblings);
            let mut bodies = Vec::new();
            for number in 0..50 {
                while pool.is_full() {
                    bodies.extend(pool.take().expect("it is full").1.decoded.documents);
                }
                pool.give([number.to_string().as_str(), "trap"].map(Message::from).to_vec()).expect("a thread starts");
            }
            while let Some((_, salvage)) = pool.take() {
                bodies.extend(salvage.decoded.documents);
            }
            let bodies: Vec<_> = bodies.iter().map(|document| document.text().into_owned()).collect();
            assert_eq!(bodies, (0..50).map(|number| number.to_string()).collect::<Vec<_>>());
            assert!(pool.ready().is_none() && pool.take().is_none());
        }
    }

    #[test]
    fn nothing_begins_for_nobody() {
        let mut pool = pool(1, true);
        pool.cancel();
        pool.give(vec![Message::from("trap"); 3]).expect("a thread starts");
        let (_, salvage) = pool.take().expect("it is in hand");
        assert!(salvage.decoded.documents.is_empty() && salvage.dead.is_empty());
        assert_eq!(salvage.gave_up, Some((0, Stop::Cancelled)));
    }

    #[test]
    fn patience_is_carried_from_batch_to_batch() {
        let mut pool = pool(1, true);
        let mut given_up = || {
            pool.give(vec![Message::from("trap"); 64]).expect("a thread starts");
            pool.take().is_some_and(|(_, salvage)| salvage.gave_up.is_some())
        };
        assert_eq!((0..).take_while(|_| !given_up()).count(), 4);
    }
}
