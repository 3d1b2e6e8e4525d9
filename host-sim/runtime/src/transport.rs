//! What carries a walk's requests to a server, or to a recording of one.

use std::collections::VecDeque;

use crate::contract::{Failure, Outcome, Request, Response};

/// Sends the requests of a walk.
pub trait Transport {
    /// Takes requests on without waiting for them. They may be sent in any order and side by side.
    fn send(&mut self, requests: Vec<Request>);

    /// Waits for outcomes of what was sent: at least one while anything is under way, none only then.
    fn receive(&mut self) -> Vec<Outcome>;

    /// The component was replaced and goes on from an earlier place: nobody waits for what is under way, and what was asked may be asked again.
    fn rewind(&mut self) {}
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

    fn receive(&mut self) -> Vec<Outcome> {
        let Some(request) = self.waiting.pop_front() else { return Vec::new() };
        vec![Outcome { id: request.id, answer: (self.answer)(&request) }]
    }

    fn rewind(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{Transport, one_by_one};
    use crate::contract::{Failure, Request};

    #[test]
    fn requests_are_answered_in_order_one_at_a_time() {
        let mut transport = one_by_one(|request| Err(Failure::Refused(request.url.clone())));
        let request = |id: u64| Request { id, url: format!("u{id}"), token_scopes: Vec::new() };
        transport.send(vec![request(1), request(2)]);
        let first = transport.receive();
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].answer, Err(Failure::Refused("u1".into())));
        assert_eq!(transport.receive()[0].id, 2);
        assert!(transport.receive().is_empty());
        transport.send(vec![request(3)]);
        transport.rewind();
        assert!(transport.receive().is_empty());
    }
}
