//! Marks move past what is stored and nothing else; a restart repeats what is behind them, and loses nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use event_hub_broker::Broker;

use crate::setup::{Setup, World, until};

const LANE: &str = "alerts/hub/$Default/0";

fn broker() -> Broker {
    let broker = Broker::start().with_hub("hub", 1, &["$Default"]);
    for _ in 0..20 {
        broker.send("hub", 0, "{}");
    }
    broker
}

/// A setup in which each message is a parcel.
fn one_by_one(broker: &Broker) -> Setup {
    let mut setup = Setup::of(broker, "hub");
    setup.hub.receive_count = 1;
    setup
}

#[test]
fn e04_a_mark_waits_for_the_first_message_that_is_not_stored() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    world.hold("0/5");
    let host = one_by_one(&broker).run(&world);
    until("the ones before are marked", || world.marks().get(LANE) == Some(&4));
    until("the ones behind are stored as far as there is room", || world.count() > 4);
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert_eq!(world.marks()[LANE], 4);
    world.let_go();
    until("all are marked", || world.marks()[LANE] == 19);
    host.stop().expect("it ends");
    assert_eq!((world.count(), world.repeats()), (20, 0));
}

#[test]
fn e05_a_restart_repeats_what_is_behind_the_mark_and_nothing_else() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    world.hold("0/5");
    let host = Setup::of(&broker, "hub").run(&world);
    until("the others are stored", || world.count() == 19);
    host.cut_off().expect("it ends");
    // All came in one batch, so nothing is marked.
    assert_eq!(world.marks().get(LANE), None);
    world.let_go();
    Setup::of(&broker, "hub").read(&world).expect("it ends");
    assert_eq!((world.count(), world.repeats(), world.marks()[LANE]), (20, 19, 19));
    Setup::of(&broker, "hub").read(&world).expect("it ends");
    assert_eq!(world.repeats(), 19, "nothing again");
}

#[test]
fn e13_a_stop_delivers_what_was_received_and_gives_the_partitions_back() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    world.is_busy.store(true, Ordering::SeqCst);
    let host = one_by_one(&broker).run(&world);
    until("all are received", || broker.sent() == 20);
    std::thread::sleep(std::time::Duration::from_millis(100));
    host.stop.stop();
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!((world.count(), broker.readers("hub")), (0, 1), "the partition is kept as long as something of it is not stored");
    world.is_busy.store(false, Ordering::SeqCst);
    host.join().expect("it ends");
    assert!(world.count() > 0);
    assert_eq!(world.marks()[LANE] + 1, i64::try_from(world.count()).expect("small"));
    until("its link is closed", || broker.readers("hub") == 0);
}
