//! A component whose work is measured.

use std::sync::Arc;
use std::time::Instant;

use host_sim_runtime::contract::{Decoded, Message, Outcome, Step, Timestamp};
use host_sim_runtime::{Decoder, Instance, Poller, Stop};

use crate::health::InputHealth;

/// A poller that tells how long it works, and when it stops.
#[derive(Debug)]
pub(super) struct Measured<'a> {
    pub(super) instance: Instance,
    pub(super) health: &'a InputHealth,
}

/// A decoder that tells the same.
#[derive(Debug)]
pub(super) struct MeasuredDecoder {
    pub(super) instance: Instance,
    pub(super) health: Arc<InputHealth>,
}

fn measured<T>(instance: &mut Instance, health: &InputHealth, call: impl FnOnce(&mut Instance) -> Result<T, Stop>) -> Result<T, Stop> {
    let started = Instant::now();
    let result = call(instance);
    health.worked(started.elapsed(), instance.memory());
    if result.is_err() {
        health.trapped();
    }
    result
}

impl Poller for Measured<'_> {
    fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Result<Step, Stop> {
        measured(&mut self.instance, self.health, |instance| instance.begin(now, cursor))
    }

    fn advance(&mut self, now: Timestamp, outcomes: &[Outcome]) -> Result<Step, Stop> {
        measured(&mut self.instance, self.health, |instance| instance.advance(now, outcomes))
    }

    fn restart(&mut self) -> Result<(), Stop> {
        self.instance.restart()
    }
}

impl Decoder for MeasuredDecoder {
    fn decode(&mut self, now: Timestamp, dataset: u32, messages: &[Message]) -> Result<Decoded, Stop> {
        measured(&mut self.instance, &self.health, |instance| Decoder::decode(instance, now, dataset, messages))
    }

    fn restart(&mut self) -> Result<(), Stop> {
        Decoder::restart(&mut self.instance)
    }

    fn sibling(&self) -> Result<Self, Stop> {
        Ok(Self { instance: Decoder::sibling(&self.instance)?, health: Arc::clone(&self.health) })
    }
}
