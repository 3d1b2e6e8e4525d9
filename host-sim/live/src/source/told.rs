//! Problems that come again and again: the first few of a code are told, the rest are counted.

use std::collections::BTreeMap;

use host_sim_runtime::contract::{Problem, Severity};

use crate::health::InputHealth;

/// Problems of a run, or of as long as a source is there.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<(Severity, String), u64>);

impl Told {
    const MOST_TOLD: u64 = 5;
    const MOST_CODES: usize = 100;

    pub(super) fn tell(&mut self, problem: &Problem, health: &InputHealth) {
        let mut key = (problem.severity, problem.code.clone());
        if self.0.len() >= Self::MOST_CODES && !self.0.contains_key(&key) {
            key.1 = "other".to_owned();
        }
        let count = self.0.entry(key).or_default();
        *count += 1;
        if *count <= Self::MOST_TOLD {
            health.problem(problem.severity, &problem.code, &problem.message);
        }
    }

    pub(super) fn finish(self, health: &InputHealth) {
        for ((severity, code), count) in self.0 {
            if count > Self::MOST_TOLD {
                health.problem(severity, &code, &format!("and {} more", count - Self::MOST_TOLD));
            }
        }
    }
}
