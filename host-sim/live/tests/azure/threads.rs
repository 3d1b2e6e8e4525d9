//! Many requests at once, going back, and stopping.

use std::thread;
use std::time::{Duration, Instant};

use host_sim_runtime::transport::{Received, Transport};
use live_servers::Fault;

use crate::setup::{Setup, answers, status};

#[test]
fn no_more_requests_are_under_way_than_may_be_and_as_many() {
    let mut setup = Setup::new("at-once");
    setup.poll.at_once = 4;
    setup.server.plan("assessments", std::iter::repeat_n(Fault::Slow(Duration::from_millis(100)), 40));
    let all = answers(&mut setup.transport(), (1..=40).map(|id| setup.request(id, "")).collect());
    assert!(all.len() == 40 && all.values().all(|answer| status(answer) == 200));
    assert_eq!(setup.server.most_at_once(), 4);
    assert_eq!(setup.server.signed_in().len(), 1);
}

#[test]
fn what_was_sent_before_a_rewind_is_not_waited_for() {
    let setup = Setup::new("rewind");
    let mut transport = setup.transport();
    assert_eq!(transport.receive(), Received::Idle);
    setup.server.plan("assessments", [Fault::Slow(Duration::from_secs(20)), Fault::Slow(Duration::from_secs(20))]);
    transport.send(vec![setup.request(1, ""), setup.request(2, "")]);
    let sent = Instant::now();
    while setup.server.asked().len() < 2 {
        assert!(sent.elapsed() < Duration::from_secs(60), "they are sent");
        thread::sleep(Duration::from_millis(5));
    }
    transport.rewind();
    assert_eq!(transport.receive(), Received::Idle);
    let started = Instant::now();
    let after = answers(&mut transport, vec![setup.request(1, ""), setup.request(3, "")]);
    assert_eq!(after.keys().copied().collect::<Vec<u64>>(), [1, 3]);
    assert_eq!(transport.receive(), Received::Idle, "nothing comes late");
    drop(transport);
    assert!(started.elapsed() < Duration::from_secs(15), "nobody waited for what was forgotten");
}

#[test]
fn a_stop_ends_the_waiting_and_dropping_it_ends_the_thread() {
    let setup = Setup::new("stop");
    setup.server.plan("assessments", [Fault::Slow(Duration::from_secs(10))]);
    let mut transport = setup.transport();
    transport.send(vec![setup.request(1, "")]);
    let (stop, started) = (setup.stop.clone(), Instant::now());
    let stopping = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        stop.stop();
    });
    assert_eq!(transport.receive(), Received::Stopped);
    drop(transport);
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    stopping.join().expect("it ends");
}
