//! Messages become documents: what is received is decoded, and given on with how far it goes.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use host_sim_runtime::flow::{Lane, Parcel, Source, StopSignal};
use host_sim_runtime::{Decoder, Pool, Salvage, Stop};
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TryRecvError;

use super::batch::{Event, Received};
use super::condition::Status;
use super::desk::{Desk, Phase};
use super::marks::HubMarks;
use super::place::Place;

/// How long the last checkpoints and the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(15);

/// Reads a hub. [The module](super) says how it is set up.
pub struct EventHubSource<D> {
    desk: Arc<Desk>,
    events: Receiver<Event>,
    pool: Pool<D, Received>,
    in_hand: usize,
    /// How often each partition was lost.
    epochs: HashMap<String, u64>,
    lost: Vec<Lane>,
    /// Said once everything before it is given.
    error: Option<HubError>,
    is_over: bool,
    thread: Option<JoinHandle<()>>,
}

impl<D> fmt::Debug for EventHubSource<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EventHubSource").field("hub", &self.desk.prefix).finish_non_exhaustive()
    }
}

/// Why nothing more comes of a hub.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// Mend what the text says. Only who reads to the end gets this: else it is tried again and again.
    #[error("{0}")]
    Hub(String),
    /// Look at the component. What it gave before is given.
    #[error("the component stops on one message after the other, the last one of partition {partition} with number {number}")]
    Stopped {
        /// The partition.
        partition: String,
        /// The number of a message that was not decoded.
        number: i64,
        /// How it stopped.
        #[source]
        source: Stop,
    },
    /// Make room.
    #[error("there is no thread for the component: {0}")]
    Thread(#[from] std::io::Error),
}

impl<D: Decoder> EventHubSource<D> {
    pub(super) fn new(desk: Arc<Desk>, events: Receiver<Event>, pool: Pool<D, Received>, thread: JoinHandle<()>) -> Self {
        Self { desk, events, pool, in_hand: 0, epochs: HashMap::new(), lost: Vec::new(), error: None, is_over: false, thread: Some(thread) }
    }

    /// Where its marks are kept, for the flow that it is in.
    pub fn marks(&self) -> HubMarks {
        HubMarks { desk: Arc::clone(&self.desk) }
    }

    /// How it is, for as long as anybody wants to know.
    pub fn status(&self) -> Status {
        self.desk.status.clone()
    }

    /// Keeps the last marks and gives its partitions up. It is called when the flow has ended; dropping the source does the same.
    pub fn finish(self) {}

    /// Notes that a partition was lost so often. What comes of it later may be faster here than the word of that.
    fn lose(&mut self, partition: &str, epoch: u64) {
        if epoch > self.epoch(partition) {
            self.epochs.insert(partition.to_owned(), epoch);
            self.lost.push(self.desk.lane(partition));
        }
    }

    /// Has a batch decoded.
    fn give(&mut self, received: Received) -> Result<(), HubError> {
        self.pool.give(received)?;
        self.in_hand += 1;
        Ok(())
    }

    fn epoch(&self, partition: &str) -> u64 {
        self.epochs.get(partition).copied().unwrap_or_default()
    }

    /// What came of a batch; nothing if its partition was lost meanwhile, because then another process reads those messages.
    fn parcel(&mut self, received: Received, salvage: Salvage) -> Option<Parcel> {
        self.in_hand -= 1;
        if received.epoch < self.epoch(&received.partition) {
            return None;
        }
        let mut end = Some(&received.end);
        if let Some((at, source)) = salvage.gave_up {
            end = received.before(at);
            let number = received.places.get(at).unwrap_or(&received.end).sequence_number;
            self.error = Some(HubError::Stopped { partition: received.partition.clone(), number, source });
            self.pool.cancel();
        }
        Some(Parcel {
            lane: self.desk.lane(&received.partition),
            documents: salvage.decoded.documents,
            problems: salvage.decoded.problems,
            dead: salvage.dead,
            unread: salvage.unread,
            sources: received.numbers(),
            mark: end.map(Place::mark),
            finished: None,
        })
    }

    /// Takes what a session says; gives a parcel if that is something for the flow.
    fn hear(&mut self, event: Event) -> Result<Option<Parcel>, HubError> {
        match event {
            Event::Received(received) => {
                self.lose(&received.partition, received.epoch);
                if received.epoch == self.epoch(&received.partition) { self.give(received).map(|()| None) } else { Ok(None) }
            }
            Event::Lost { partition, epoch } => {
                self.lose(&partition, epoch);
                Ok(Some(Parcel::empty(self.desk.lane(&partition))))
            }
            Event::Failed(trouble) => Err(HubError::Hub(trouble.to_string())),
        }
    }

    /// A panic there is one here.
    fn check_thread(&mut self) {
        if let Some(thread) = self.thread.take_if(|thread| thread.is_finished())
            && let Err(panic) = thread.join()
        {
            std::panic::resume_unwind(panic);
        }
    }

    fn next(&mut self) -> Result<Option<Parcel>, HubError> {
        loop {
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            let mut done = self.pool.ready();
            if done.is_none() && !self.pool.is_full() {
                let event = match self.events.try_recv() {
                    Ok(event) => Some(event),
                    Err(TryRecvError::Empty) if self.in_hand > 0 => None,
                    Err(TryRecvError::Disconnected) if self.in_hand > 0 => None,
                    _ => match self.events.blocking_recv() {
                        Some(event) => Some(event),
                        None => {
                            self.check_thread();
                            return Ok(None);
                        }
                    },
                };
                if let Some(event) = event {
                    match self.hear(event)? {
                        Some(parcel) => return Ok(Some(parcel)),
                        None => continue,
                    }
                }
            }
            if done.is_none() {
                done = self.pool.take();
            }
            let Some((received, salvage)) = done else { continue };
            if let Some(parcel) = self.parcel(received, salvage) {
                return Ok(Some(parcel));
            }
        }
    }
}

impl<D: Decoder> Source for EventHubSource<D> {
    type Error = HubError;

    fn next_parcel(&mut self, stop: &StopSignal) -> Result<Option<Parcel>, HubError> {
        if self.is_over || stop.is_stopped() {
            // What is in hand is received again.
            self.pool.cancel();
            return Ok(None);
        }
        let next = self.next();
        self.is_over = !matches!(next, Ok(Some(_)));
        next
    }

    fn lost(&mut self) -> Vec<Lane> {
        std::mem::take(&mut self.lost)
    }
}

impl<D> Drop for EventHubSource<D> {
    fn drop(&mut self) {
        self.events.close();
        self.desk.enter(Phase::Finishing);
        let Some(thread) = self.thread.take() else { return };
        let deadline = Instant::now() + GOODBYE;
        while !thread.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        if thread.is_finished() {
            let _ = thread.join();
        }
    }
}
