//! Answers a walk's requests from a recording.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::recording::{Exchange, Target};
use host_sim_runtime::contract::{Failure, Outcome, Request};
use host_sim_runtime::transport::{Received, Transport};

/// A transport over recorded exchanges. Each answers once; several of the same request answer in their order. Only after a rewind the last of them
/// answers again.
#[derive(Debug)]
pub struct Replay {
    exchanges: Vec<Slot>,
    ready: VecDeque<Outcome>,
    answered_by: BTreeMap<u64, usize>,
    unexpected: Vec<String>,
    waiting: HashMap<Target, VecDeque<usize>>,
    /// The exchange that answered a request last.
    last: HashMap<Target, usize>,
    rewound: bool,
}

#[derive(Debug)]
struct Slot {
    exchange: Exchange,
    used: bool,
}

impl Replay {
    /// A recording of which nothing is used yet.
    pub fn new(exchanges: Vec<Exchange>) -> Self {
        let mut waiting: HashMap<Target, VecDeque<usize>> = HashMap::new();
        for (number, exchange) in exchanges.iter().enumerate() {
            waiting.entry(exchange.target.clone()).or_default().push_back(number);
        }
        let exchanges = exchanges.into_iter().map(|exchange| Slot { exchange, used: false }).collect();
        Self { exchanges, ready: VecDeque::new(), answered_by: BTreeMap::new(), unexpected: Vec::new(), waiting, last: HashMap::new(), rewound: false }
    }

    /// The number of the exchange, from 0, that answered a request.
    pub fn exchange_of(&self, request: u64) -> Option<usize> {
        self.answered_by.get(&request).copied()
    }

    /// What to say about each request that the recording has no answer to.
    pub fn unexpected(&self) -> &[String] {
        &self.unexpected
    }

    /// Number and request of each exchange that nothing asked for.
    pub fn unused(&self) -> impl Iterator<Item = (usize, &Target)> {
        self.exchanges.iter().enumerate().filter(|(_, slot)| !slot.used).map(|(number, slot)| (number, &slot.exchange.target))
    }

    fn answer(&mut self, request: &Request) -> Outcome {
        let target = Target::new("GET", &request.url);
        let again = if self.rewound { self.last.get(&target).copied() } else { None };
        let number = self.waiting.get_mut(&target).and_then(VecDeque::pop_front).or(again);
        let slot = number.and_then(|number| Some((number, self.exchanges.get_mut(number)?)));
        let Some((number, slot)) = slot else {
            let why = self.explain(&target);
            self.unexpected.push(why.clone());
            return Outcome { id: request.id, answer: Err(Failure::Refused(why)) };
        };
        slot.used = true;
        let response = slot.exchange.response.clone();
        self.answered_by.insert(request.id, number);
        self.last.insert(target, number);
        Outcome { id: request.id, answer: Ok(response) }
    }

    /// Why there is no answer, and what comes nearest to the request.
    fn explain(&self, target: &Target) -> String {
        let recorded = self.exchanges.iter().filter(|slot| slot.exchange.target == *target).count();
        if recorded > 0 {
            return format!("cannot replay `{target}`: recorded {recorded} times, all used");
        }
        match self.exchanges.iter().map(|slot| &slot.exchange.target).min_by_key(|other| target.distance(other)) {
            Some(nearest) => format!("cannot replay `{target}`: no recorded response; the nearest one is of `{nearest}`"),
            None => format!("cannot replay `{target}`: nothing is recorded"),
        }
    }
}

impl Transport for Replay {
    fn send(&mut self, requests: Vec<Request>) {
        for request in &requests {
            let outcome = self.answer(request);
            self.ready.push_back(outcome);
        }
    }

    /// One outcome at a time, so that a run is the same however fast a server was.
    fn receive(&mut self) -> Received {
        self.ready.pop_front().map_or(Received::Idle, |outcome| Received::Outcomes(vec![outcome]))
    }

    fn rewind(&mut self) {
        self.ready.clear();
        self.rewound = true;
    }
}

#[cfg(test)]
mod tests {
    use super::Replay;
    use crate::recording::{Exchange, Target};
    use host_sim_runtime::contract::{Failure, Request, Response};
    use host_sim_runtime::transport::{Received, Transport};

    fn replay(urls: &[&str]) -> Replay {
        let exchange = |(number, url): (usize, &&str)| Exchange {
            target: Target::new("GET", url),
            response: Response { status: 200, headers: Vec::new(), body: number.to_string().into_bytes() },
        };
        Replay::new(urls.iter().enumerate().map(exchange).collect())
    }

    fn ask(replay: &mut Replay, id: u64, url: &str) -> Result<Vec<u8>, String> {
        replay.send(vec![Request { id, url: url.into(), token_scopes: Vec::new() }]);
        let Received::Outcomes(mut outcomes) = replay.receive() else { panic!("no outcome") };
        let outcome = outcomes.pop().expect("an outcome");
        assert_eq!(outcome.id, id);
        match outcome.answer {
            Ok(response) => Ok(response.body),
            Err(Failure::Refused(why)) => Err(why),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_same_request_is_answered_in_order_until_all_are_used() {
        let mut replay = replay(&["/x?a=1&b=2", "/y", "/x?b=2&a=1"]);
        assert_eq!(ask(&mut replay, 1, "https://a.example/x?a=1&b=2"), Ok(b"0".to_vec()));
        assert_eq!(ask(&mut replay, 2, "https://a.example/x?a=1&b=2"), Ok(b"2".to_vec()));
        assert_eq!(ask(&mut replay, 3, "https://a.example/x?a=1&b=2"), Err("cannot replay `GET /x?a=1&b=2`: recorded 2 times, all used".into()));
        assert_eq!((replay.exchange_of(1), replay.exchange_of(2), replay.exchange_of(3)), (Some(0), Some(2), None));
        assert_eq!(replay.unused().map(|(number, target)| (number, target.to_string())).collect::<Vec<_>>(), [(1, "GET /y".to_owned())]);
        assert_eq!(replay.unexpected().len(), 1);
    }

    #[test]
    fn after_a_rewind_the_last_answer_comes_again() {
        let mut replay = replay(&["/x", "/x", "/y"]);
        assert_eq!(ask(&mut replay, 1, "/x"), Ok(b"0".to_vec()));
        assert_eq!(ask(&mut replay, 2, "/x"), Ok(b"1".to_vec()));
        replay.rewind();
        assert_eq!(ask(&mut replay, 3, "/x"), Ok(b"1".to_vec()));
        assert_eq!(ask(&mut replay, 4, "/y"), Ok(b"2".to_vec()));
        assert_eq!(replay.exchange_of(3), Some(1));
        assert!(ask(&mut replay, 5, "/z").is_err());
    }

    #[test]
    fn an_unexpected_request_names_the_nearest_recorded_one() {
        let mut replay = replay(&["/subscriptions/1/assessments?v=1", "/subscriptions/1/subAssessments?v=1", "/other"]);
        let why = ask(&mut replay, 1, "https://a.example/subscriptions/1/assessments?v=2").expect_err("not recorded");
        assert!(why.ends_with("the nearest one is of `GET /subscriptions/1/assessments?v=1`"), "{why}");
        assert!(ask(&mut self::replay(&[]), 1, "/x").is_err_and(|why| why.ends_with("nothing is recorded")));
    }
}
