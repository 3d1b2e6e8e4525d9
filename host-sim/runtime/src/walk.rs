//! Drives a run of a component's poller: asks for the next step, sends what it wants, hands back what came.

mod traffic;

use self::traffic::{Arrival, Traffic};
use crate::clock::Clock;
use crate::contract::{Outcome, Step, Timestamp};
use crate::host::{Instance, Stop};
use crate::recovery::{Resume, Suspects};
use crate::transport::Transport;

/// So many steps in a row may say that more is ready without giving anything.
const IDLE_STEPS: u32 = 1_000;

/// A run of a component's poller. The caller takes one step at a time; [`Walking`](crate::flow::Walking) makes a flow's source of it.
///
/// A call that stops does not end it: a fresh instance resumes from the last cursor, and the response that the other one stopped on is refused, so that
/// the component counts it as failed. Documents may come again, under the same ids.
#[derive(Debug)]
pub struct Walk<'a, P, T> {
    poller: &'a mut P,
    transport: &'a mut T,
    clock: Clock,
    next: Next,
    /// When the run began.
    start: Option<Timestamp>,
    /// Where a fresh instance goes on: of the last step that is in the caller's hand, stored or not. What outlives the process is for the caller to keep, once
    /// the documents of the cursor's step and of all earlier ones are stored.
    cursor: Option<Vec<u8>>,
    traffic: Traffic,
    suspects: Suspects,
    resume: Resume,
    idle: u32,
}

/// What the next step is.
#[derive(Debug)]
enum Next {
    Begin,
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
    /// The component stops, and no fresh instance can go on: take another one.
    #[error("the component cannot go on: {why}")]
    Stopped {
        /// Why it is of no use to resume.
        why: &'static str,
        /// How it stopped the last time.
        source: Stop,
    },
    /// The component does not keep to the order of a run: take another one.
    #[error("the component broke the contract of a walk: {0}")]
    Broken(&'static str),
    /// The transport was told not to wait any longer.
    #[error("the walk was cancelled")]
    Cancelled,
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
    /// Replaces what a call that stopped has left, so that a run can begin or be resumed.
    fn restart(&mut self) -> Result<(), Stop>;
}

impl Poller for Instance {
    fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Result<Step, Stop> {
        Instance::begin(self, now, cursor)
    }

    fn advance(&mut self, now: Timestamp, outcomes: &[Outcome]) -> Result<Step, Stop> {
        Instance::advance(self, now, outcomes)
    }

    fn restart(&mut self) -> Result<(), Stop> {
        Instance::restart(self)
    }
}

impl<'a, P: Poller, T: Transport> Walk<'a, P, T> {
    /// A run that starts anew, or where a cursor left off. Nothing happens before the first step.
    pub fn new(poller: &'a mut P, transport: &'a mut T, clock: Clock, cursor: Option<Vec<u8>>) -> Self {
        Self {
            poller,
            transport,
            clock,
            next: Next::Begin,
            start: None,
            cursor,
            traffic: Traffic::default(),
            suspects: Suspects::default(),
            resume: Resume::new(),
            idle: 0,
        }
    }

    /// The next step, `None` after the last one.
    pub fn next_step(&mut self) -> Result<Option<Stride>, WalkError> {
        let arrivals = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => return Ok(None),
            Next::Begin => {
                let step = self.begin().map_err(|source| WalkError::Stopped { why: "it stopped before its first step", source })?;
                return self.follow(Stride { step, answered: Vec::new() }).map(Some);
            }
            Next::More => Vec::new(),
            Next::Receive => self.receive()?,
        };
        let answered: Vec<u64> = arrivals.iter().map(|arrival| arrival.id).collect();
        if !arrivals.is_empty() {
            self.suspects = Suspects::new(arrivals.iter().map(|arrival| arrival.url.clone()).collect());
        }
        let outcomes: Vec<Outcome> = arrivals.into_iter().map(|arrival| arrival.outcome).collect();
        let step = match self.poller.advance(self.clock.now(), &outcomes) {
            Ok(step) => step,
            Err(stop) => self.recover(stop, answered.len())?,
        };
        self.follow(Stride { step, answered }).map(Some)
    }

    /// What carries the requests, as it is between two steps.
    pub fn transport(&self) -> &T {
        self.transport
    }

    fn begin(&mut self) -> Result<Step, Stop> {
        // Ids are made of the start, so it must be the same when there is nothing yet to resume from.
        let now = self.clock.now();
        let start = *self.start.get_or_insert(now);
        let now = if self.cursor.is_some() { now } else { start };
        self.poller.begin(now, self.cursor.as_deref())
    }

    /// Resumes with a fresh instance after a stop, and tells so. `answered` is how many outcomes the call had.
    fn recover(&mut self, stop: Stop, answered: usize) -> Result<Step, WalkError> {
        let mut problem = match self.resume.conclude(&self.suspects, &stop) {
            Ok(problem) => problem,
            Err(why) => return Err(WalkError::Stopped { why, source: stop }),
        };
        problem.source = (answered == 1).then_some(0);
        self.poller.restart().map_err(|source| WalkError::Stopped { why: "no fresh instance can be had", source })?;
        self.traffic.rewind(self.transport);
        self.suspects = Suspects::default();
        let mut step = self.begin().map_err(|source| WalkError::Stopped { why: "it stopped again where it was to be resumed", source })?;
        step.problems.insert(0, problem);
        Ok(step)
    }

    /// Sends what the step asks for and decides what comes after it.
    fn follow(&mut self, mut stride: Stride) -> Result<Stride, WalkError> {
        let step = &mut stride.step;
        let moved = !(step.requests.is_empty() && step.documents.is_empty() && stride.answered.is_empty());
        self.idle = if moved { 0 } else { self.idle.saturating_add(1) };
        if step.cursor.is_some() {
            self.cursor.clone_from(&step.cursor);
        }
        self.traffic.send(std::mem::take(&mut step.requests), self.transport, |url| self.resume.refusal(url))?;
        let waits = self.traffic.is_waited_for();
        self.next = match (step.finished, step.more) {
            (Some(_), true) => return Err(WalkError::Broken("it is finished and has more")),
            (Some(_), false) if waits => return Err(WalkError::Broken("it is finished while requests are under way")),
            (Some(_), false) => Next::Nothing,
            (None, true) if self.idle > IDLE_STEPS => return Err(WalkError::Broken("it says again and again that more is ready, and gives nothing")),
            (None, true) => Next::More,
            (None, false) if waits => Next::Receive,
            (None, false) => return Err(WalkError::Broken("it neither asks, nor has more, nor is finished")),
        };
        Ok(stride)
    }

    fn receive(&mut self) -> Result<Vec<Arrival>, WalkError> {
        let most = if self.resume.is_careful() { 1 } else { usize::MAX };
        self.traffic.receive(self.transport, most)
    }
}

#[cfg(test)]
mod tests;
