//! Receives from one partition, batch by batch, and no faster than batches are taken.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::time::{Instant, sleep_until};

use super::batch::Received;
use super::desk::{Desk, Phase, Sent};
use super::service::{Arrived, Broken, Partition};
use super::session::reached;
use super::trouble::{Kind, Trouble};

/// Bytes of a batch, unless one message alone is larger.
const BYTES: usize = 4 << 20;

/// A batch goes on its way when so long nothing more has come.
const QUIET: Duration = Duration::from_millis(20);

/// Why a partition is not read any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// Another process has it.
    Lost,
    /// It is read to its end.
    Read,
    /// Nothing more is to be received.
    Stopped,
}

/// Reads a partition that is ours until that is over. What is received and not handed on by then is received again.
pub(super) async fn read(desk: Arc<Desk>, partition: Partition) -> Result<Over, Trouble> {
    let id = partition.id().to_owned();
    let epoch = desk.epoch(&id);
    let over = receive(&desk, &partition, &id, epoch).await;
    match over {
        // It stays ours until everything is stored.
        Ok(Over::Read | Over::Stopped) => reached(&mut desk.phase.subscribe(), Phase::Finishing).await,
        Ok(Over::Lost) => desk.lose(&id, epoch).await,
        Err(_) => {}
    }
    partition.close().await;
    over
}

async fn receive(desk: &Desk, partition: &Partition, id: &str, epoch: u64) -> Result<Over, Trouble> {
    let mut phase = desk.phase.subscribe();
    let mut messages = pin!(partition.messages());
    let mut gathered = Gathered::new(desk, id);
    loop {
        // Gathered until it is enough, or nothing comes for a while.
        let broken = loop {
            let until = gathered.deadline();
            tokio::select! {
                biased;
                () = reached(&mut phase, Phase::Draining) => return Ok(Over::Stopped),
                message = messages.next() => match message {
                    Some(Ok(message)) => gathered.push(desk, message),
                    Some(Err(broken)) => break Some(broken),
                    None => break Some(Broken::For(Trouble::new(Kind::Broken, "the link ended"))),
                },
                () = sleep_until(until), if !gathered.is_empty() => break None,
            }
            if gathered.is_enough(desk) {
                break None;
            }
        };
        if matches!(broken, Some(Broken::Lost)) {
            return Ok(Over::Lost);
        }
        let is_read = gathered.is_at_end();
        if let Some(received) = gathered.take(epoch) {
            match desk.hand_on(received).await {
                Sent::Yes => {}
                Sent::ToNobody => return Ok(Over::Stopped),
                Sent::TooLate => return Ok(Over::Lost),
            }
        }
        if is_read {
            desk.ended(id);
            return Ok(Over::Read);
        }
        if let Some(Broken::For(trouble)) = broken {
            return Err(trouble);
        }
    }
}

/// Messages that are to be handed on together.
struct Gathered {
    id: String,
    received: Vec<Arrived>,
    bytes: usize,
    first: Instant,
    newest: Instant,
    wait: Duration,
    /// The number of the last message.
    last: Option<i64>,
    /// Where it is to be read to.
    end: Option<i64>,
}

impl Gathered {
    fn new(desk: &Desk, id: &str) -> Self {
        let (now, last) = (Instant::now(), desk.handed(id).map(|place| place.sequence_number));
        Self { id: id.to_owned(), received: Vec::new(), bytes: 0, first: now, newest: now, wait: desk.wait, last, end: desk.end(id) }
    }

    /// A number that is not above the last one was received before.
    fn push(&mut self, desk: &Desk, message: Arrived) {
        let number = message.place.sequence_number;
        if self.last.is_some_and(|last| number <= last) || self.is_at_end() {
            return;
        }
        if let Some(last) = self.last {
            let gone = u64::try_from(number - last - 1).unwrap_or_default();
            desk.status.note(&self.id, |figures| figures.lost += gone);
        }
        self.last = Some(number);
        self.newest = Instant::now();
        if self.received.is_empty() {
            self.first = self.newest;
        }
        self.bytes += message.message.body.len();
        let enqueued = message.message.position.as_ref().map(|position| position.enqueued);
        desk.status.note(&self.id, |figures| {
            figures.received = Some(number);
            figures.received_enqueued = enqueued;
        });
        self.received.push(message);
    }

    fn is_empty(&self) -> bool {
        self.received.is_empty()
    }

    fn deadline(&self) -> Instant {
        (self.newest + QUIET).min(self.first + self.wait)
    }

    fn is_enough(&self, desk: &Desk) -> bool {
        self.received.len() >= desk.count || self.bytes >= BYTES || self.is_at_end()
    }

    fn is_at_end(&self) -> bool {
        self.end.is_some_and(|end| self.last >= Some(end))
    }

    fn take(&mut self, epoch: u64) -> Option<Received> {
        let received = std::mem::take(&mut self.received);
        self.bytes = 0;
        let end = received.last()?.place.clone();
        let (places, messages) = received.into_iter().map(|arrived| (arrived.place, arrived.message)).unzip();
        Some(Received { partition: self.id.clone(), places, end, messages, epoch })
    }
}
