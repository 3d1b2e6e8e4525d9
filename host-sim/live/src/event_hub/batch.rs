//! What comes from the hub, on its way to be decoded.

use host_sim_runtime::Batch;
use host_sim_runtime::contract::Message;

use super::place::Place;
use super::trouble::Trouble;

/// What a session has to say.
#[derive(Debug)]
pub(super) enum Event {
    /// Messages.
    Received(Received),
    /// A partition is another process's now.
    Lost {
        /// Which one.
        partition: String,
        /// How often it was lost by now.
        epoch: u64,
    },
    /// It is of no use to try again.
    Failed(Trouble),
}

/// Messages of a partition, one after the other.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) partition: String,
    /// Where each of them stands.
    pub(super) places: Vec<Place>,
    /// Behind them, also where there are none.
    pub(super) end: Place,
    pub(super) messages: Vec<Message>,
    /// How often the partition was lost before.
    pub(super) epoch: u64,
}

impl Batch for Received {
    fn messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages)
    }
}

impl Received {
    /// The numbers of the messages.
    pub(super) fn numbers(&self) -> Vec<Option<u64>> {
        self.places.iter().map(|place| u64::try_from(place.sequence_number).ok()).collect()
    }

    /// Behind the last message before this one.
    pub(super) fn before(&self, at: usize) -> Option<&Place> {
        self.places.get(at.checked_sub(1)?)
    }
}
