//! Where reading begins, with a mark and without.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use event_hub_broker::Broker;
use host_sim_live::config::Start;

use crate::setup::{Setup, World, until};

fn broker(events: usize) -> Broker {
    let broker = Broker::start().with_hub("hub", 1, &["$Default"]);
    send(&broker, events);
    broker
}

fn send(broker: &Broker, events: usize) {
    for _ in 0..events {
        broker.send("hub", 0, "{}");
    }
}

fn ids(numbers: std::ops::Range<i64>) -> Vec<String> {
    numbers.map(|number| format!("0/{number}")).collect()
}

#[test]
fn e07_without_a_mark_it_begins_as_the_configuration_says() {
    let broker = broker(3);
    thread::sleep(Duration::from_millis(5));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let now = i64::try_from(now).expect("this millennium");
    thread::sleep(Duration::from_millis(5));
    send(&broker, 3);
    for (start, first) in [(Start::Earliest, 0), (Start::SequenceNumber(2), 2), (Start::SequenceNumber(0), 0), (Start::Time(now), 3), (Start::Time(0), 0)] {
        let world = Arc::new(World::default());
        Setup::of(&broker, "hub").start(start).read(&world).expect("it ends");
        assert_eq!(world.order(), ids(first..6), "{start:?}");
        // `inclusive` is of the start alone.
        Setup::of(&broker, "hub").start(start).read(&world).expect("it ends");
        assert_eq!(world.repeats(), 0, "{start:?}");
    }
}

#[test]
fn e07_the_latest_is_where_it_was_when_it_was_first_looked_at() {
    let (broker, world) = (broker(3), Arc::new(World::default()));
    let setup = Setup::of(&broker, "hub").start(Start::Latest);
    let host = setup.run(&world);
    until("it is known where it begins", || !world.marks().is_empty());
    assert_eq!(world.marks()["alerts/hub/$Default/0"], 2);
    host.until_healthy();
    // What comes while nobody reads is read later, as nothing is to be lost.
    broker.refuse();
    host.until_it_says("cannot be reached");
    send(&broker, 2);
    broker.open();
    until("it is read", || world.order() == ids(3..5));
    host.stop().expect("it ends");
    send(&broker, 2);
    setup.read(&world).expect("it ends");
    assert_eq!((world.order(), world.repeats()), (ids(3..7), 0));
}

#[test]
fn what_is_gone_before_it_was_read_is_told_and_counted() {
    let (broker, world) = (broker(10), Arc::new(World::default()));
    world.set_mark("alerts/hub/$Default/0", 1, "100");
    broker.expire("hub", 0, 6);
    let host = Setup::of(&broker, "hub").run(&world);
    host.until_it_says("4 messages of partition 0 are gone that were not read");
    until("the others are read", || world.order() == ids(6..10));
    assert_eq!(host.status.partitions()["0"].lost, 4);
    host.stop().expect("it ends");
}

#[test]
fn a_mark_behind_the_last_message_is_of_a_hub_that_was_there_before() {
    let (broker, world) = (broker(3), Arc::new(World::default()));
    world.set_mark("alerts/hub/$Default/0", 70, "7000");
    let host = Setup::of(&broker, "hub").run(&world);
    host.until_it_says("partition 0 was read up to number 70, and its last one is 2: the hub was made anew");
    until("it is read from the start", || world.order() == ids(0..3));
    until("it is marked", || world.marks()["alerts/hub/$Default/0"] == 2);

    // Also while it is read.
    send(&broker, 2);
    until("it goes on", || world.order() == ids(0..5));
    broker.make_anew("hub");
    send(&broker, 1);
    until("it is read from the start", || world.repeats() == 1);
    until("it is marked", || world.marks()["alerts/hub/$Default/0"] == 0);
    host.stop().expect("it ends");
}

#[test]
fn e08_partitions_that_are_added_are_read_from_their_first_message() {
    let (broker, world) = (broker(1), Arc::new(World::default()));
    let host = Setup::of(&broker, "hub").start(Start::Latest).run(&world);
    until("it is known where it begins", || !world.marks().is_empty());
    broker.grow("hub", 3);
    broker.send("hub", 2, "{}");
    until("it is read", || world.order() == ["2/0"]);
    broker.send("hub", 0, "{}");
    until("the old one is read still", || world.order() == ["2/0", "0/1"]);
    host.stop().expect("it ends");
}
