//! What carries a walk's requests to a server, or to a recording of one.

use std::collections::VecDeque;

use crate::contract::{Failure, Outcome, Request, Response};

/// Sends the requests of a walk.
pub trait Transport {
    /// Takes requests on without waiting for them. They may be sent in any order and side by side.
    fn send(&mut self, requests: Vec<Request>);

    /// Waits for outcomes of what was sent.
    fn receive(&mut self) -> Received;

    /// The component was replaced and goes on from an earlier place: nobody waits for what is under way, and what was asked may be asked again.
    fn rewind(&mut self) {}
}

/// What came of waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// At least one outcome.
    Outcomes(Vec<Outcome>),
    /// Nothing, because nothing is under way.
    Idle,
    /// Nothing, because it was told not to wait any longer.
    Stopped,
}

/// A transport that sends one request after the other by calling a function.
pub fn one_by_one<F>(answer: F) -> OneByOne<F>
where
    F: FnMut(&Request) -> Result<Response, Failure>,
{
    OneByOne { answer, waiting: VecDeque::new() }
}

/// See [`one_by_one`].
#[derive(Debug)]
pub struct OneByOne<F> {
    answer: F,
    waiting: VecDeque<Request>,
}

impl<F> Transport for OneByOne<F>
where
    F: FnMut(&Request) -> Result<Response, Failure>,
{
    fn send(&mut self, requests: Vec<Request>) {
        self.waiting.extend(requests);
    }

    fn receive(&mut self) -> Received {
        let Some(request) = self.waiting.pop_front() else { return Received::Idle };
        Received::Outcomes(vec![Outcome { id: request.id, answer: (self.answer)(&request) }])
    }

    fn rewind(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{Received, Transport, one_by_one};
    use crate::contract::{Failure, Outcome, Request};

    #[test]
    fn requests_are_answered_in_order_one_at_a_time() {
        let mut transport = one_by_one(|request| Err(Failure::Refused(request.url.clone())));
        let request = |id: u64| Request { id, url: format!("u{id}"), token_scopes: Vec::new() };
        transport.send(vec![request(1), request(2)]);
        let refused = |id: u64| Received::Outcomes(vec![Outcome { id, answer: Err(Failure::Refused(format!("u{id}"))) }]);
        assert_eq!(transport.receive(), refused(1));
        assert_eq!(transport.receive(), refused(2));
        assert_eq!(transport.receive(), Received::Idle);
        transport.send(vec![request(3)]);
        transport.rewind();
        assert_eq!(transport.receive(), Received::Idle);
    }
}
