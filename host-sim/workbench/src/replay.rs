//! Answers a walk's requests from a recording.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use host_sim_runtime::contract::{Failure, Outcome, Request};
use host_sim_runtime::transport::{Received, Transport};

use crate::recording::{Exchange, Target};

/// Characters of a text about a request that has no recorded answer.
const LONGEST_TEXT: usize = 200;

/// What a component is told of such a request. What a person needs to know is in [`Replay::unexpected`].
const NOT_RECORDED: &str = "no answer is recorded";

/// A transport over recorded exchanges. Each answers once; several of the same request answer in their order. Only after a rewind the last of them
/// answers again.
#[derive(Debug)]
pub struct Replay {
    exchanges: Vec<Slot>,
    ready: VecDeque<Outcome>,
    answered_by: BTreeMap<u64, usize>,
    unexpected: Vec<Unexpected>,
    missed: HashSet<Target>,
    waiting: HashMap<Target, VecDeque<usize>>,
    /// The exchange that answered a request last.
    last: HashMap<Target, usize>,
    rewound: bool,
}

/// What to say about a request that the recording has no answer to, in texts of at most 200 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexpected {
    /// The request, and why it has no answer.
    pub error: String,
    /// What comes nearest to it.
    pub nearest: Option<String>,
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
        Self {
            exchanges,
            ready: VecDeque::new(),
            answered_by: BTreeMap::new(),
            unexpected: Vec::new(),
            missed: HashSet::new(),
            waiting,
            last: HashMap::new(),
            rewound: false,
        }
    }

    /// The number of the exchange, from 0, that answered a request.
    pub fn exchange_of(&self, request: u64) -> Option<usize> {
        self.answered_by.get(&request).copied()
    }

    /// What to say about each request that the recording has no answer to: once, however often it was asked for.
    pub fn unexpected(&self) -> &[Unexpected] {
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
            if self.missed.insert(target.clone()) {
                self.unexpected.push(self.explain(&target));
            }
            return Outcome { id: request.id, answer: Err(Failure::Refused(NOT_RECORDED.into())) };
        };
        slot.used = true;
        let response = slot.exchange.response.clone();
        self.answered_by.insert(request.id, number);
        self.last.insert(target, number);
        Outcome { id: request.id, answer: Ok(response) }
    }

    /// Why there is no answer, and what comes nearest to the request.
    fn explain(&self, target: &Target) -> Unexpected {
        let recorded = self.exchanges.iter().filter(|slot| slot.exchange.target == *target).count();
        let why = match recorded {
            0 if self.exchanges.is_empty() => "nothing is recorded".to_owned(),
            0 => "it is not recorded".to_owned(),
            _ => format!("recorded {recorded} times, all used"),
        };
        let others = self.exchanges.iter().map(|slot| &slot.exchange.target).filter(|_| recorded == 0);
        let nearest = others.min_by_key(|other| target.distance(other)).map(|nearest| told("the nearest recording is of `", &nearest.to_string(), "`"));
        Unexpected { error: told("cannot replay `", &target.to_string(), &format!("`: {why}")), nearest }
    }
}

/// A text about a target, short enough. Of a long target the beginning and the end are shown, which tell it from others.
fn told(before: &str, target: &str, behind: &str) -> String {
    let most = LONGEST_TEXT.saturating_sub(before.chars().count() + behind.chars().count());
    let count = target.chars().count();
    if count <= most {
        return format!("{before}{target}{behind}");
    }
    let kept = most.saturating_sub(2);
    let beginning: String = target.chars().take(kept - kept / 3).collect();
    let end: String = target.chars().skip(count - kept / 3).collect();
    format!("{before}{beginning}..{end}{behind}")
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
    use host_sim_runtime::contract::{Failure, Request, Response};
    use host_sim_runtime::transport::{Received, Transport};

    use super::{LONGEST_TEXT, NOT_RECORDED, Replay, Unexpected};
    use crate::recording::{Exchange, Target};

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
        assert_eq!(ask(&mut replay, 3, "https://a.example/x?a=1&b=2"), Err(NOT_RECORDED.into()));
        assert_eq!((replay.exchange_of(1), replay.exchange_of(2), replay.exchange_of(3)), (Some(0), Some(2), None));
        assert_eq!(replay.unused().map(|(number, target)| (number, target.to_string())).collect::<Vec<_>>(), [(1, "GET /y".to_owned())]);
        let error = "cannot replay `GET /x?a=1&b=2`: recorded 2 times, all used".to_owned();
        assert_eq!(replay.unexpected(), [Unexpected { error, nearest: None }]);
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

    /// What is said about a request that is not recorded.
    fn said(recorded: &[&str], asked: &str) -> (String, Option<String>) {
        let mut replay = replay(recorded);
        for id in 1..=3 {
            assert_eq!(ask(&mut replay, id, asked), Err(NOT_RECORDED.into()));
        }
        assert_eq!(replay.unexpected().len(), 1, "it is told once");
        let Unexpected { error, nearest } = replay.unexpected()[0].clone();
        (error, nearest)
    }

    #[test]
    fn an_unexpected_request_names_the_nearest_recorded_one() {
        let recorded = ["/subscriptions/1/assessments?v=1", "/subscriptions/1/subAssessments?v=1", "/other"];
        let (error, nearest) = said(&recorded, "https://a.example/subscriptions/1/assessments?v=2");
        assert_eq!(error, "cannot replay `GET /subscriptions/1/assessments?v=2`: it is not recorded");
        assert_eq!(nearest.as_deref(), Some("the nearest recording is of `GET /subscriptions/1/assessments?v=1`"));
        assert_eq!(said(&[], "/x"), ("cannot replay `GET /x`: nothing is recorded".into(), None));
    }

    #[test]
    fn a_long_request_is_told_in_200_characters_that_show_both_ends() {
        let long = |end: &str| format!("/subscriptions/{}/assessments/{end}", "x".repeat(300));
        let (error, nearest) = said(&[&long("one")], &long("two"));
        let nearest = nearest.expect("one is recorded");
        assert_eq!((error.chars().count(), nearest.chars().count()), (LONGEST_TEXT, LONGEST_TEXT));
        assert!(error.starts_with("cannot replay `GET /subscriptions/x") && error.ends_with("/assessments/two`: it is not recorded"), "{error}");
        assert!(nearest.ends_with("/assessments/one`"), "{nearest}");
    }
}
