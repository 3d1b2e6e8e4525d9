//! Walks of a component that follows a script.

use std::collections::VecDeque;

use super::{Poller, Walk, WalkError};
use crate::clock::Clock;
use crate::contract::{Failure, Outcome, Request, Step, Timestamp, Totals};
use crate::host::Stop;
use crate::transport::{Received, Transport, one_by_one};

/// Gives the steps it was made with, and keeps what it was told.
#[derive(Default)]
struct Script {
    steps: VecDeque<Result<Step, Stop>>,
    told: Vec<String>,
}

impl Poller for Script {
    fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Result<Step, Stop> {
        self.told.push(format!("begin {now} {cursor:?}"));
        self.next()
    }

    fn advance(&mut self, _now: Timestamp, outcomes: &[Outcome]) -> Result<Step, Stop> {
        self.told.push(format!("advance {:?}", outcomes.iter().map(|outcome| outcome.id).collect::<Vec<_>>()));
        self.next()
    }

    fn restart(&mut self) -> Result<(), Stop> {
        self.told.push("restart".into());
        Ok(())
    }
}

impl Script {
    /// At its end it has more for ever.
    fn next(&mut self) -> Result<Step, Stop> {
        self.steps.pop_front().unwrap_or(Ok(Step { more: true, ..Step::default() }))
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
    let mut script = Script { steps: steps.into_iter().map(Ok).collect(), told: Vec::new() };
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
        fn receive(&mut self) -> Received {
            Received::Outcomes(vec![Outcome { id: 99, answer: Err(Failure::TimedOut) }])
        }
    }
    let mut script = Script { steps: [Ok(asking(&[1, 2]))].into(), told: Vec::new() };
    let mut transport = Silent;
    let mut walk = Walk::new(&mut script, &mut transport, Clock::System, None);
    assert!(matches!(walk.next_step(), Ok(Some(_))));
    assert!(matches!(walk.next_step(), Err(WalkError::Lost(2))));
}

#[test]
fn a_transport_that_is_told_not_to_wait_cancels_the_walk() {
    struct Stopped;
    impl Transport for Stopped {
        fn send(&mut self, _requests: Vec<Request>) {}
        fn receive(&mut self) -> Received {
            Received::Stopped
        }
    }
    let mut script = Script { steps: [Ok(asking(&[1]))].into(), told: Vec::new() };
    let mut transport = Stopped;
    let mut walk = Walk::new(&mut script, &mut transport, Clock::System, None);
    assert!(matches!(walk.next_step(), Ok(Some(_))));
    assert!(matches!(walk.next_step(), Err(WalkError::Cancelled)));
    assert_eq!(script.told.len(), 1, "the component is not told of it");
}

/// Answers at once, all that is under way together, and keeps what it was asked.
#[derive(Default)]
struct Together {
    asked: Vec<String>,
    ready: Vec<Outcome>,
}

impl Transport for Together {
    fn send(&mut self, requests: Vec<Request>) {
        for request in requests {
            self.ready.push(Outcome { id: request.id, answer: Err(Failure::Unreachable(request.url.clone())) });
            self.asked.push(request.url);
        }
    }

    fn receive(&mut self) -> Received {
        Received::Outcomes(std::mem::take(&mut self.ready))
    }
}

fn trap() -> Result<Step, Stop> {
    Err(Stop::Trapped("x".into()))
}

fn asking_for(requests: &[(u64, &str)], cursor: u8) -> Result<Step, Stop> {
    let request = |(id, url): &(u64, &str)| Request { id: *id, url: (*url).into(), token_scopes: Vec::new() };
    Ok(Step { requests: requests.iter().map(request).collect(), cursor: Some(vec![cursor]), ..Step::default() })
}

/// What the component was told, what the transport was asked for, and the codes of the problems; the error comes last.
fn recovered(steps: Vec<Result<Step, Stop>>) -> (Vec<String>, Vec<String>, Vec<String>) {
    let mut script = Script { steps: steps.into(), told: Vec::new() };
    let mut transport = Together::default();
    let mut walk = Walk::new(&mut script, &mut transport, Clock::Fixed(5), None);
    let mut codes = Vec::new();
    loop {
        match walk.next_step() {
            Ok(Some(stride)) => codes.extend(stride.step.problems.into_iter().map(|problem| problem.code)),
            Ok(None) => break,
            Err(error) => {
                codes.push(error.to_string());
                break;
            }
        }
    }
    (script.told, transport.asked, codes)
}

#[test]
fn the_response_that_it_stops_on_is_refused_and_the_walk_goes_on() {
    let (told, asked, codes) =
        recovered(vec![asking_for(&[(1, "a")], 1), asking_for(&[(2, "b")], 2), trap(), asking_for(&[(1, "b")], 2), asking_for(&[(2, "c")], 3), Ok(finished())]);
    assert_eq!(told, ["begin 5 None", "advance [1]", "advance [2]", "restart", "begin 5 Some([2])", "advance [1]", "advance [2]"]);
    assert_eq!(asked, ["a", "b", "c"], "what is refused is not sent");
    assert_eq!(codes, ["response-trapped"]);
}

#[test]
fn of_several_responses_the_one_to_blame_is_found() {
    let (told, asked, codes) = recovered(vec![
        asking_for(&[(1, "a"), (2, "b")], 1),
        trap(),
        asking_for(&[(1, "a"), (2, "b")], 1),
        asking_for(&[], 2),
        trap(),
        asking_for(&[(1, "b")], 2),
        Ok(finished()),
    ]);
    let expected =
        ["begin 5 None", "advance [1, 2]", "restart", "begin 5 Some([1])", "advance [1]", "advance [2]", "restart", "begin 5 Some([2])", "advance [1]"];
    assert_eq!(told, expected);
    assert_eq!(asked, ["a", "b", "a", "b"]);
    assert_eq!(codes, ["step-trapped", "response-trapped"]);
}

#[test]
fn what_it_still_makes_of_a_response_counts_as_that_response() {
    let more = Ok(Step { more: true, ..Step::default() });
    let (told, _, codes) = recovered(vec![asking_for(&[(1, "a")], 1), more, trap(), asking_for(&[(1, "a")], 1), Ok(finished())]);
    assert_eq!(told, ["begin 5 None", "advance [1]", "advance []", "restart", "begin 5 Some([1])", "advance [1]"]);
    assert_eq!(codes, ["response-trapped"]);
}

#[test]
fn a_walk_that_cannot_be_resumed_ends() {
    let ends = |steps| recovered(steps).2.pop().expect("it ends with an error");
    assert!(ends(vec![trap()]).contains("before its first step"));
    assert!(ends(vec![asking_for(&[(1, "a")], 1), trap(), trap()]).contains("where it was to be resumed"));
    assert!(ends(vec![asking_for(&[(1, "a")], 1), trap(), asking_for(&[(1, "a")], 1), trap()]).contains("kept from it"));
    let more = Ok(Step { more: true, ..Step::default() });
    assert!(ends(vec![more, trap()]).contains("without a response"));
}

#[test]
fn without_a_cursor_a_run_begins_again_with_its_own_start() {
    let mut first = asking_for(&[(1, "a")], 1);
    if let Ok(step) = &mut first {
        step.cursor = None;
    }
    let (told, _, _) = recovered(vec![first, trap(), Ok(finished())]);
    assert_eq!(told, ["begin 5 None", "advance [1]", "restart", "begin 5 None"]);
}
