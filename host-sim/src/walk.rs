//! Drives a run of a component's poller: asks for the next step, sends what it wants, hands back what came.

use std::collections::HashSet;

use crate::clock::Clock;
use crate::contract::{Outcome, Request, Step, Timestamp};
use crate::host::{Instance, Stop};
use crate::transport::Transport;

/// So many steps in a row may say that more is ready without giving anything.
const IDLE_STEPS: u32 = 1_000;

/// A run of a component's poller. The caller takes one step at a time and stores its documents before it takes the next.
#[derive(Debug)]
pub struct Walk<'a, P, T> {
    poller: &'a mut P,
    transport: &'a mut T,
    clock: Clock,
    next: Next,
    asked: HashSet<u64>,
    under_way: HashSet<u64>,
    idle: u32,
}

/// What the next step is.
#[derive(Debug)]
enum Next {
    Begin(Option<Vec<u8>>),
    More,
    Receive,
    Nothing,
}

/// A step, its requests already sent, and the requests whose outcomes led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stride {
    /// What the component gave.
    pub step: Step,
    /// Ids of the requests that were answered; `source` of a document or problem is a position in it.
    pub answered: Vec<u64>,
}

/// Why a walk ended before the component said so. The last cursor still serves.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// A call stopped: start a fresh instance and resume.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// The component does not keep to the order of a run: take another one.
    #[error("the component broke the contract of a walk: {0}")]
    Broken(&'static str),
    /// The transport has nothing to give although requests are under way.
    #[error("the transport lost {0} requests")]
    Lost(usize),
}

/// What a walk drives: the poller of an instance.
pub trait Poller {
    /// Starts a run, or resumes one.
    fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Result<Step, Stop>;
    /// Goes on with what came of requests.
    fn advance(&mut self, now: Timestamp, outcomes: &[Outcome]) -> Result<Step, Stop>;
}

impl Poller for Instance {
    fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Result<Step, Stop> {
        Instance::begin(self, now, cursor)
    }

    fn advance(&mut self, now: Timestamp, outcomes: &[Outcome]) -> Result<Step, Stop> {
        Instance::advance(self, now, outcomes)
    }
}

impl<'a, P: Poller, T: Transport> Walk<'a, P, T> {
    /// A run that starts anew, or where a cursor left off. Nothing happens before the first step.
    pub fn new(poller: &'a mut P, transport: &'a mut T, clock: Clock, cursor: Option<Vec<u8>>) -> Self {
        Self { poller, transport, clock, next: Next::Begin(cursor), asked: HashSet::new(), under_way: HashSet::new(), idle: 0 }
    }

    /// The next step, `None` after the last one.
    pub fn next_step(&mut self) -> Result<Option<Stride>, WalkError> {
        let now = self.clock.now();
        let (step, answered) = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => return Ok(None),
            Next::Begin(cursor) => (self.poller.begin(now, cursor.as_deref())?, Vec::new()),
            Next::More => (self.poller.advance(now, &[])?, Vec::new()),
            Next::Receive => {
                let outcomes = self.receive()?;
                let answered = outcomes.iter().map(|outcome| outcome.id).collect();
                (self.poller.advance(now, &outcomes)?, answered)
            }
        };
        let mut stride = Stride { step, answered };
        self.follow(&mut stride)?;
        Ok(Some(stride))
    }

    /// What carries the requests, as it is between two steps.
    pub fn transport(&self) -> &T {
        self.transport
    }

    /// Sends what the step asks for and decides what comes after it.
    fn follow(&mut self, stride: &mut Stride) -> Result<(), WalkError> {
        let step = &mut stride.step;
        let moved = !(step.requests.is_empty() && step.documents.is_empty() && step.problems.is_empty() && stride.answered.is_empty());
        self.idle = if moved { 0 } else { self.idle.saturating_add(1) };
        self.send(std::mem::take(&mut step.requests))?;
        self.next = match (step.finished, step.more) {
            (Some(_), true) => return Err(WalkError::Broken("it is finished and has more")),
            (Some(_), false) if !self.under_way.is_empty() => return Err(WalkError::Broken("it is finished while requests are under way")),
            (Some(_), false) => Next::Nothing,
            (None, true) if self.idle > IDLE_STEPS => return Err(WalkError::Broken("it says again and again that more is ready, and gives nothing")),
            (None, true) => Next::More,
            (None, false) if self.under_way.is_empty() => return Err(WalkError::Broken("it neither asks, nor has more, nor is finished")),
            (None, false) => Next::Receive,
        };
        Ok(())
    }

    fn send(&mut self, requests: Vec<Request>) -> Result<(), WalkError> {
        for request in &requests {
            if !self.asked.insert(request.id) {
                return Err(WalkError::Broken("it gave two requests of a run the same id"));
            }
            self.under_way.insert(request.id);
        }
        if !requests.is_empty() {
            self.transport.send(requests);
        }
        Ok(())
    }

    /// Waits for outcomes of requests that are under way; anything else a transport gives is dropped.
    fn receive(&mut self) -> Result<Vec<Outcome>, WalkError> {
        let mut outcomes = self.transport.receive();
        outcomes.retain(|outcome| self.under_way.remove(&outcome.id));
        if outcomes.is_empty() { Err(WalkError::Lost(self.under_way.len())) } else { Ok(outcomes) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::{Poller, Walk, WalkError};
    use crate::clock::Clock;
    use crate::contract::{Failure, Outcome, Request, Step, Timestamp, Totals};
    use crate::host::Stop;
    use crate::transport::{Transport, one_by_one};

    /// Gives the steps it was made with, and keeps what it was told.
    #[derive(Default)]
    struct Script {
        steps: VecDeque<Step>,
        told: Vec<String>,
    }

    impl Poller for Script {
        fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Result<Step, Stop> {
            self.told.push(format!("begin {now} {cursor:?}"));
            Ok(self.steps.pop_front().unwrap_or_default())
        }

        fn advance(&mut self, _now: Timestamp, outcomes: &[Outcome]) -> Result<Step, Stop> {
            self.told.push(format!("advance {:?}", outcomes.iter().map(|outcome| outcome.id).collect::<Vec<_>>()));
            Ok(self.steps.pop_front().unwrap_or(Step { more: true, ..Step::default() }))
        }
    }

    fn asking(ids: &[u64]) -> Step {
        let request = |id: &u64| Request { id: *id, url: String::new(), token_scopes: Vec::new() };
        Step { requests: ids.iter().map(request).collect(), ..Step::default() }
    }

    fn finished() -> Step {
        Step { finished: Some(Totals::default()), ..Step::default() }
    }

    fn check(steps: Vec<Step>, expected: Result<&[&str], &str>) {
        let mut script = Script { steps: steps.into(), told: Vec::new() };
        let mut transport = one_by_one(|_| Err(Failure::TimedOut));
        let mut walk = Walk::new(&mut script, &mut transport, Clock::Fixed(5), Some(vec![1]));
        let result = loop {
            match walk.next_step() {
                Ok(Some(_)) => (),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error.to_string()),
            }
        };
        match expected {
            Ok(told) => {
                assert_eq!(result, Ok(()));
                assert_eq!(script.told, told);
            }
            Err(part) => assert!(result.clone().is_err_and(|text| text.contains(part)), "{result:?}"),
        }
    }

    #[test]
    fn outcomes_are_handed_back_and_more_is_taken_first() {
        let more = Step { more: true, ..asking(&[3]) };
        check(
            vec![asking(&[1, 2]), more, Step::default(), Step::default(), finished()],
            Ok(&["begin 5 Some([1])", "advance [1]", "advance []", "advance [2]", "advance [3]"]),
        );
    }

    #[test]
    fn a_run_may_end_at_once() {
        check(vec![finished()], Ok(&["begin 5 Some([1])"]));
    }

    #[test]
    fn a_component_that_breaks_off_is_told_so() {
        check(vec![Step::default()], Err("neither asks"));
        check(vec![asking(&[1, 1])], Err("the same id"));
        check(vec![asking(&[1]), asking(&[1])], Err("the same id"));
        check(vec![Step { more: true, ..finished() }], Err("finished and has more"));
        check(vec![asking(&[1, 2]), finished()], Err("requests are under way"));
        check(vec![Step { more: true, ..Step::default() }], Err("gives nothing"));
    }

    #[test]
    fn a_transport_that_loses_requests_ends_the_walk() {
        struct Silent;
        impl Transport for Silent {
            fn send(&mut self, _requests: Vec<Request>) {}
            fn receive(&mut self) -> Vec<Outcome> {
                vec![Outcome { id: 99, answer: Err(Failure::TimedOut) }]
            }
        }
        let mut script = Script { steps: [asking(&[1, 2])].into(), told: Vec::new() };
        let mut transport = Silent;
        let mut walk = Walk::new(&mut script, &mut transport, Clock::System, None);
        assert!(matches!(walk.next_step(), Ok(Some(_))));
        assert!(matches!(walk.next_step(), Err(WalkError::Lost(2))));
    }
}
