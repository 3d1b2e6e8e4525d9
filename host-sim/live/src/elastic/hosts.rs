//! Several nodes: each in its turn, and those that did not answer last.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

/// How long a node that did not answer is asked last.
const REST: Duration = Duration::from_secs(30);

/// The nodes of a cluster.
#[derive(Debug)]
pub(super) struct Hosts {
    hosts: Vec<Url>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    next: usize,
    /// Of each node.
    rests_until: Vec<Option<Instant>>,
}

impl Hosts {
    pub(super) fn new(hosts: Vec<Url>) -> Self {
        let state = State { next: 0, rests_until: vec![None; hosts.len()] };
        Self { hosts, state: Mutex::new(state) }
    }

    /// All of them, in the order in which they are to be asked.
    pub(super) fn in_turn(&self, now: Instant) -> Vec<(usize, &Url)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let count = self.hosts.len();
        let first = state.next;
        state.next = (first + 1) % count.max(1);
        let mut all: Vec<(usize, &Url)> = self.hosts.iter().enumerate().cycle().skip(first).take(count).collect();
        all.sort_by_key(|(at, _)| state.rests_until.get(*at).copied().flatten().filter(|until| *until > now));
        all
    }

    /// Notes that one did not answer.
    pub(super) fn failed(&self, at: usize, now: Instant) {
        self.note(at, Some(now + REST));
    }

    /// Notes that one answered.
    pub(super) fn answered(&self, at: usize) {
        self.note(at, None);
    }

    fn note(&self, at: usize, until: Option<Instant>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rests) = state.rests_until.get_mut(at) {
            *rests = until;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Hosts;

    #[test]
    fn each_has_its_turn_and_who_did_not_answer_comes_last() {
        let hosts = Hosts::new(["http://a", "http://b", "http://c"].map(|host| host.parse().expect("a URL")).into());
        let now = Instant::now();
        let order = |now| hosts.in_turn(now).iter().map(|(at, _)| *at).collect::<Vec<_>>();
        assert_eq!([order(now), order(now), order(now)], [[0, 1, 2], [1, 2, 0], [2, 0, 1]]);
        hosts.failed(0, now);
        assert_eq!([order(now), order(now), order(now)], [[1, 2, 0], [1, 2, 0], [2, 1, 0]]);
        hosts.failed(1, now + Duration::from_secs(1));
        assert_eq!(order(now), [2, 0, 1]);
        hosts.answered(1);
        assert_eq!(order(now), [1, 2, 0]);
        assert_eq!(order(now + Duration::from_secs(31)), [2, 0, 1]);
    }
}
