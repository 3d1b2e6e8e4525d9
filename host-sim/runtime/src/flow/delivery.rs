//! Brings documents to a sink, whatever the sink: batches, waiting, halving, one fate for each document. Forgetting is never success.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::bounds::Bounds;
use super::dead_letters::{DeadLetters, Letter};
use super::error::DeliveryError;
use super::ledger::Ledger;
use super::parcel::{Item, Lane, Parcel};
use super::queue::{Batch, Queue};
use super::sink::{Fate, Sink, SinkError};
use super::state::State;
use super::stop_signal::StopSignal;

/// What is under way between a source and the sink of a flow.
pub(super) struct Delivery<'a> {
    sink: &'a dyn Sink,
    state: &'a dyn State,
    dead_letters: &'a dyn DeadLetters,
    bounds: Bounds,
    stop: &'a StopSignal,
    queue: Queue,
    ledger: Mutex<Ledger>,
    /// Something was settled, or never will be.
    settled: Condvar,
    /// Held while a mark is kept, so that an older one never replaces a newer one.
    keeping: Mutex<()>,
    /// Whether there is a mark to keep, and whether there will be more.
    marks: Mutex<Marks>,
    earned: Condvar,
    failed: Mutex<Option<DeliveryError>>,
}

/// What who keeps marks has to know.
#[derive(Debug, Default)]
struct Marks {
    /// Lanes of which a parcel came.
    known: HashSet<Lane>,
    are_earned: bool,
    are_over: bool,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(sink: &'a dyn Sink, state: &'a dyn State, dead_letters: &'a dyn DeadLetters, bounds: Bounds, stop: &'a StopSignal) -> Self {
        Self {
            sink,
            state,
            dead_letters,
            bounds,
            stop,
            queue: Queue::default(),
            ledger: Mutex::default(),
            settled: Condvar::new(),
            keeping: Mutex::default(),
            marks: Mutex::default(),
            earned: Condvar::new(),
            failed: Mutex::default(),
        }
    }

    /// Takes a parcel on: its dead letters are kept and its documents wait for the sink. Gives whether there is any use in more of them.
    ///
    /// The first mark of a lane, with nothing before it, is kept on return. So a run whose first parcel is its first cursor cannot lose that once a document has left.
    ///
    /// Where a run ends, its last document waits until everything before it is settled: it says how complete the run was, which a process that is killed
    /// before that, and started again, could not take back.
    pub(super) fn take_on(&self, mut parcel: Parcel) -> bool {
        let number = |source| parcel.number_of(Some(source));
        let dead = parcel.dead.iter().map(|letter| Letter::Message { letter, number: number(letter.source) });
        let unread = parcel.unread.iter().map(|unread| Letter::Unread { unread, number: number(unread.source) });
        for letter in dead.chain(unread) {
            if let Err(error) = self.dead_letters.keep(&parcel.lane, letter) {
                self.fail(DeliveryError::DeadLetter(error));
                return false;
            }
        }
        let end = if parcel.finished.is_some() { parcel.documents.pop() } else { None };
        let Some(end) = end else { return self.enter(parcel) };
        let last = Parcel { documents: vec![end], sources: parcel.sources.clone(), mark: parcel.mark.take(), ..Parcel::empty(parcel.lane.clone()) };
        self.enter(parcel) && self.wait_for(&last.lane) && self.enter(last)
    }

    /// Waits until nothing of a lane is open; gives whether that is so.
    fn wait_for(&self, lane: &Lane) -> bool {
        let open = |ledger: &mut Ledger| !ledger.is_settled(lane) && !self.queue.is_closed();
        self.settled.wait_while(self.ledger(), open).unwrap_or_else(PoisonError::into_inner).is_settled(lane)
    }

    fn enter(&self, parcel: Parcel) -> bool {
        let ticket = Arc::new(self.ledger().enter(&parcel.lane, parcel.documents.len(), parcel.mark.clone()));
        let is_first = self.marks().known.insert(parcel.lane.clone());
        if is_first {
            if let Err(error) = self.keep_earned() {
                self.fail(error);
                return false;
            }
        } else if parcel.documents.is_empty() {
            self.tell_earned();
        }
        let numbers: Vec<Option<u64>> = parcel.documents.iter().map(|document| parcel.number_of(document.source)).collect();
        let items: Vec<Item> = parcel.documents.into_iter().zip(numbers).map(|(document, number)| Item { document, number }).collect();
        if items.is_empty() { !self.queue.is_closed() } else { self.queue.put(items, &ticket, &self.bounds) }
    }

    /// Forgets which marks of a lane are to be earned; what of it waits for the sink is delivered still.
    pub(super) fn forget(&self, lane: &Lane) {
        // Waits for a mark of the lane that is being kept, so that none is kept afterwards.
        let _keeping = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        self.ledger().forget(lane);
    }

    /// Delivers until there is nothing left and nothing more to come.
    pub(super) fn deliver_all(&self) {
        while let Some(batch) = self.queue.take(&self.bounds) {
            if let Err(error) = self.deliver(batch) {
                self.fail(error);
            }
            if self.stop.is_cut_off() {
                self.abandon();
            }
        }
    }

    /// Nothing more is taken on.
    pub(super) fn close(&self) {
        self.queue.close();
        self.tell_settled();
    }

    fn abandon(&self) {
        self.queue.abandon();
        self.tell_settled();
    }

    /// Wakes who waits for a lane, and looks at the queue with the ledger locked.
    fn tell_settled(&self) {
        drop(self.ledger());
        self.settled.notify_all();
    }

    /// Why not everything was delivered.
    pub(super) fn failure(self) -> Option<DeliveryError> {
        self.failed.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a batch to the sink until each of its documents has a fate, or delivery is to end.
    fn deliver(&self, batch: Batch) -> Result<(), DeliveryError> {
        let mut parts = VecDeque::from([batch]);
        let mut patience = self.bounds.first_pause;
        while let Some(mut part) = parts.pop_front() {
            if self.stop.is_cut_off() {
                return Ok(());
            }
            let after = match self.sink.put(&part.items) {
                Ok(fates) => {
                    let (rest, settled) = self.settle(part, fates)?;
                    if settled > 0 {
                        patience = self.bounds.first_pause;
                    }
                    if rest.items.is_empty() {
                        continue;
                    }
                    parts.push_front(rest);
                    None
                }
                Err(SinkError::TooLarge) if part.items.len() > 1 => {
                    let second = part.halve();
                    parts.push_front(second);
                    parts.push_front(part);
                    continue;
                }
                Err(SinkError::TooLarge) => {
                    let bytes = part.items.first().map_or(0, |item| item.document.body.len());
                    self.settle(part, vec![Fate::Refused(format!("it is too large: {bytes} bytes").into())])?;
                    continue;
                }
                Err(SinkError::Busy { after }) => {
                    parts.push_front(part);
                    after
                }
                Err(SinkError::Closed(error)) => return Err(DeliveryError::Sink(error)),
            };
            self.stop.pause(after.unwrap_or(patience));
            patience = patience.saturating_mul(2).min(self.bounds.longest_pause);
        }
        Ok(())
    }

    /// Settles what has a fate; gives what has none, and how many have one. A document that the sink says nothing of has none.
    fn settle(&self, part: Batch, fates: Vec<Fate>) -> Result<(Batch, usize), DeliveryError> {
        let mut rest = Batch::default();
        let mut settled = 0;
        let mut fates = fates.into_iter();
        for (item, ticket) in part.items.into_iter().zip(part.tickets) {
            match fates.next().unwrap_or(Fate::Busy) {
                Fate::Stored => (),
                Fate::Refused(refusal) => {
                    let letter = Letter::Document { item: &item, refusal: &refusal };
                    self.dead_letters.keep(&ticket.lane, letter).map_err(DeliveryError::DeadLetter)?;
                }
                Fate::Busy => {
                    rest.items.push(item);
                    rest.tickets.push(ticket);
                    continue;
                }
            }
            settled += 1;
            self.ledger().settle(&ticket);
        }
        if settled > 0 {
            self.settled.notify_all();
            self.tell_earned();
        }
        Ok((rest, settled))
    }

    /// Keeps marks as they are earned, in a thread of its own until nothing more is earned: keeping one takes as long as a disk does, and while it does, only
    /// the newest of those that are earned meanwhile has to be kept.
    pub(super) fn keep_all(&self) {
        loop {
            let waiting = |marks: &mut Marks| !(marks.are_earned || marks.are_over);
            let mut marks = self.earned.wait_while(self.marks(), waiting).unwrap_or_else(PoisonError::into_inner);
            let is_over = marks.are_over;
            marks.are_earned = false;
            drop(marks);
            if let Err(error) = self.keep_earned() {
                self.fail(error);
                return;
            }
            if is_over {
                return;
            }
        }
    }

    /// Nothing more is earned.
    pub(super) fn end_keeping(&self) {
        self.marks().are_over = true;
        self.earned.notify_all();
    }

    fn tell_earned(&self) {
        self.marks().are_earned = true;
        self.earned.notify_all();
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps all marks that are earned.
    fn keep_earned(&self) -> Result<(), DeliveryError> {
        let _keeping = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            // Not held while the mark is kept, which takes time.
            let Some((lane, mark)) = self.ledger().earned() else { return Ok(()) };
            self.state.keep(&lane, &mark).map_err(|source| DeliveryError::State { lane, source })?;
        }
    }

    fn fail(&self, error: DeliveryError) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.abandon();
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
