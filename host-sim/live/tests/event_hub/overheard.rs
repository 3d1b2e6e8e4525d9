//! Messages that are recorded: all that are wanted, and nobody notices.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use event_hub_broker::Broker;
use host_sim_live::config::Start;
use host_sim_live::event_hub::{Condition, OverhearError, Overheard, overhear};
use host_sim_runtime::flow::StopSignal;

use crate::setup::{Setup, World, until};

fn broker(events: usize) -> Broker {
    let broker = Broker::start().with_hub("hub", 3, &["$Default", "cg1"]);
    // The last partition stays empty.
    for number in 0..events {
        broker.send("hub", number % 2, "{}");
    }
    broker
}

/// What is heard, and where each message stood.
fn heard(setup: &Setup, most: u64, stop: &StopSignal) -> (Result<Overheard, OverhearError>, Vec<String>) {
    let mut places = Vec::new();
    let ended = overhear(&setup.hub, &setup.sign_in(), most, stop, |message| {
        let position = message.position.as_ref().expect("it has one");
        places.push(format!("{}/{}", position.partition, position.sequence_number));
        Ok(())
    });
    (ended, places)
}

#[test]
fn all_that_is_there_is_heard_from_the_start_to_the_end() {
    let broker = broker(1_000);
    let expected = |first: i64| (0..2).flat_map(|partition| (first..500).map(move |number| format!("{partition}/{number}"))).collect::<BTreeSet<_>>();
    for (start, first) in [(Start::Earliest, 0), (Start::SequenceNumber(490), 490), (Start::Time(0), 0)] {
        let (ended, places) = heard(&Setup::of(&broker, "hub").start(start), u64::MAX, &StopSignal::default());
        let count = u64::try_from(places.len()).expect("a few");
        assert_eq!((ended.expect("it ends"), count), (Overheard { count, is_stopped: false }, 2 * (500 - u64::try_from(first).expect("positive"))));
        assert_eq!(places.iter().cloned().collect::<BTreeSet<_>>(), expected(first), "{start:?}");
    }
    let (ended, places) = heard(&Setup::of(&broker, "hub"), 7, &StopSignal::default());
    assert_eq!((ended.expect("it ends"), places.len()), (Overheard { count: 7, is_stopped: false }, 7));
    let (ended, _) = heard(&Setup::of(&broker, "hub").start(Start::SequenceNumber(500)), 7, &StopSignal::default());
    assert_eq!(ended.expect("it ends"), Overheard { count: 0, is_stopped: false });
}

#[test]
fn from_the_latest_on_it_is_what_comes_until_it_is_stopped() {
    let (broker, stop) = (broker(10), StopSignal::default());
    let (setup, signal) = (Setup::of(&broker, "hub").start(Start::Latest), stop.clone());
    let listening = thread::spawn(move || heard(&setup, u64::MAX, &signal));
    until("it listens", || broker.readers("hub") == 3);
    broker.send("hub", 0, "{}");
    broker.send("hub", 2, "{}");
    // Those of before are given out to nobody.
    until("they are sent", || broker.sent() == 2);
    // They are on their way to a reader that does nothing else.
    thread::sleep(Duration::from_secs(1));
    stop.stop();
    let (ended, places) = listening.join().expect("nobody panics");
    assert_eq!(ended.expect("it ends"), Overheard { count: 2, is_stopped: true });
    assert_eq!(places.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(["0/5".to_owned(), "2/0".to_owned()]));
}

#[test]
fn a_host_that_runs_notices_nothing_and_has_its_partitions_still() {
    let (broker, world) = (broker(10), Arc::new(World::default()));
    let setup = Setup::of(&broker, "hub");
    let host = setup.run(&world);
    until("they are received", || world.count() == 10);
    let marks = world.marks();
    let (ended, places) = heard(&setup, u64::MAX, &StopSignal::default());
    let error = ended.expect_err("somebody has it").to_string();
    assert!(error.starts_with("partition ") && error.contains("from which nothing is taken; write another `consumer_group`"), "{error}");
    assert!(places.is_empty());
    let (ended, places) = heard(&setup.clone().group("cg1"), u64::MAX, &StopSignal::default());
    assert_eq!((ended.expect("it ends").count, places.len()), (10, 10));
    broker.send("hub", 2, "{}");
    until("it goes on", || world.count() == 11);
    assert_eq!((host.told(), world.repeats()), (vec![Condition::Healthy], 0));
    assert!(marks.iter().all(|(lane, number)| world.marks()[lane] == *number), "no mark has moved");
    host.stop().expect("it ends");
}
