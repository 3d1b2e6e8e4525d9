//! A component whose work is measured.

use std::time::Instant;

use host_sim_runtime::contract::{Outcome, Step, Timestamp};
use host_sim_runtime::{Instance, Poller, Stop};

use crate::health::InputHealth;

/// A poller that tells how long it works, and when it stops.
#[derive(Debug)]
pub(super) struct Measured<'a> {
    pub(super) instance: Instance,
    pub(super) health: &'a InputHealth,
}

impl Measured<'_> {
    fn call(&mut self, call: impl FnOnce(&mut Instance) -> Result<Step, Stop>) -> Result<Step, Stop> {
        let started = Instant::now();
        let result = call(&mut self.instance);
        self.health.worked(started.elapsed(), self.instance.memory());
        if result.is_err() {
            self.health.trapped();
        }
        result
    }
}

impl Poller for Measured<'_> {
    fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Result<Step, Stop> {
        self.call(|instance| instance.begin(now, cursor))
    }

    fn advance(&mut self, now: Timestamp, outcomes: &[Outcome]) -> Result<Step, Stop> {
        self.call(|instance| instance.advance(now, outcomes))
    }

    fn restart(&mut self) -> Result<(), Stop> {
        self.instance.restart()
    }
}
