//! What a walk has sent, and what came of it. The transport knows a request by an id that no other one has, also after the component was resumed and
//! counts from the beginning again.

use std::collections::{HashMap, HashSet, VecDeque};

use super::WalkError;
use crate::contract::{Failure, Outcome, Request, Response};
use crate::transport::{Received, Transport};

/// Requests under way and outcomes at hand.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    /// The ids that the component has used since it began or was resumed.
    asked: HashSet<u64>,
    /// By the transport's id.
    under_way: HashMap<u64, Request>,
    sent: u64,
    /// Sent for an instance that is gone.
    abandoned: HashSet<u64>,
    ready: VecDeque<Arrival>,
}

/// What came of a request.
#[derive(Debug)]
pub(super) struct Arrival {
    /// The transport's id.
    pub id: u64,
    /// What was asked for.
    pub url: String,
    /// With the component's id.
    pub outcome: Outcome,
}

impl Traffic {
    /// Whether something is under way or at hand.
    pub(super) fn is_waited_for(&self) -> bool {
        !self.under_way.is_empty() || !self.ready.is_empty()
    }

    /// Sends requests, but for those that are refused here.
    pub(super) fn send<T: Transport>(&mut self, requests: Vec<Request>, transport: &mut T, refusal: impl Fn(&str) -> Option<Failure>) -> Result<(), WalkError> {
        let mut sent = Vec::with_capacity(requests.len());
        for request in requests {
            if !self.asked.insert(request.id) {
                return Err(WalkError::Broken("it gave two requests of a run the same id"));
            }
            self.sent += 1;
            match refusal(&request.url) {
                Some(refusal) => self.arrive(self.sent, request, Err(refusal)),
                None => {
                    sent.push(Request { id: self.sent, ..request.clone() });
                    self.under_way.insert(self.sent, request);
                }
            }
        }
        if !sent.is_empty() {
            transport.send(sent);
        }
        Ok(())
    }

    /// Waits until something is at hand, and gives at most so much of it. What nobody waits for is dropped.
    pub(super) fn receive<T: Transport>(&mut self, transport: &mut T, most: usize) -> Result<Vec<Arrival>, WalkError> {
        while self.ready.is_empty() {
            let mut late = false;
            let outcomes = match transport.receive() {
                Received::Outcomes(outcomes) => outcomes,
                Received::Idle => return Err(WalkError::Lost(self.under_way.len())),
                Received::Stopped => return Err(WalkError::Cancelled),
            };
            for Outcome { id, answer } in outcomes {
                late |= self.abandoned.remove(&id);
                if let Some(request) = self.under_way.remove(&id) {
                    self.arrive(id, request, answer);
                }
            }
            if self.ready.is_empty() && !late {
                return Err(WalkError::Lost(self.under_way.len()));
            }
        }
        let count = most.min(self.ready.len());
        Ok(self.ready.drain(..count).collect())
    }

    /// Forgets all requests: a fresh instance will ask for what it wants.
    pub(super) fn rewind<T: Transport>(&mut self, transport: &mut T) {
        self.abandoned.extend(self.under_way.drain().map(|(id, _)| id));
        self.ready.clear();
        self.asked.clear();
        transport.rewind();
    }

    fn arrive(&mut self, id: u64, request: Request, answer: Result<Response, Failure>) {
        self.ready.push_back(Arrival { id, url: request.url, outcome: Outcome { id: request.id, answer } });
    }
}
