//! What is received, in which order, and how far it is marked.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use event_hub_broker::Broker;
use host_sim_live::config::Start;
use host_sim_live::event_hub::Condition;

use crate::setup::{Setup, World, until};

fn broker() -> Broker {
    Broker::start().with_hub("hub", 4, &["$Default", "cg1"])
}

/// Sends so many events to each partition of a hub, which had so many before.
fn send(broker: &Broker, count: usize) {
    for partition in 0..4 {
        for _ in 0..count {
            broker.send("hub", partition, "{}");
        }
    }
}

#[test]
fn a_hub_is_read_partition_by_partition_and_goes_on_where_it_was_left() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    send(&broker, 50);
    let setup = Setup::of(&broker, "hub");
    let host = setup.run(&world);
    until("all are stored", || world.count() == 200);
    send(&broker, 5);
    until("the new ones are stored", || world.count() == 220);
    host.until_healthy();
    let figures = host.status.partitions();
    assert!(figures.values().all(|partition| partition.is_owned && partition.received == Some(54) && partition.lost == 0), "{figures:?}");
    host.stop().expect("it ends");
    for partition in 0..4 {
        let prefix = format!("{partition}/");
        let numbers: Vec<String> = world.order().into_iter().filter(|id| id.starts_with(&prefix)).collect();
        assert_eq!(numbers, (0..55).map(|number| format!("{partition}/{number}")).collect::<Vec<_>>(), "in order");
    }
    let marks = world.marks();
    assert_eq!(marks.keys().map(String::as_str).collect::<Vec<_>>(), (0..4).map(|partition| format!("alerts/hub/$Default/{partition}")).collect::<Vec<_>>());
    assert!(marks.values().all(|number| *number == 54), "{marks:?}");

    send(&broker, 5);
    let host = setup.run(&world);
    until("what came meanwhile is stored", || world.count() == 240);
    host.stop().expect("it ends");
    assert_eq!(world.repeats(), 0);
}

#[test]
fn who_reads_to_the_end_ends_there() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    let setup = Setup::of(&broker, "hub");
    setup.read(&world).expect("there is nothing to read");
    for number in 0..250 {
        broker.send("hub", 1, format!("{{\"number\":{number}}}"));
    }
    broker.send("hub", 2, "{}");
    setup.read(&world).expect("it ends");
    assert_eq!(world.count(), 251);
    setup.read(&world).expect("it is read already");
    setup.clone().group("cg1").start(Start::Latest).read(&world).expect("nothing is behind the latest");
    assert_eq!((world.count(), world.repeats()), (251, 0));
}

#[test]
fn a_message_that_stops_the_component_costs_itself_alone() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    for body in ["{}", "trap", "{}", "{}", "trap"] {
        broker.send("hub", 3, body);
    }
    Setup::of(&broker, "hub").read(&world).expect("it ends");
    let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!((world.ids(), world.letters()), (set(&["3/0", "3/2", "3/3"]), set(&["3/1", "3/4"])));
    assert_eq!(world.marks()["alerts/hub/$Default/3"], 4);
}

#[test]
fn no_kept_mark_passes_a_message_whose_documents_are_not_stored() {
    for seed in 1..=6 {
        let (broker, world) = (broker(), Arc::new(World::moody(seed)));
        let setup = Setup::of(&broker, "hub");
        let mut sent = 0;
        for round in 0..4 {
            let host = setup.run(&world);
            for _ in 0..world.throw(4) {
                for _ in 0..100 {
                    let partition = usize::try_from(world.throw(4)).expect("small");
                    broker.send("hub", partition, if world.throw(50) == 0 { "trap" } else { "{}" });
                    sent += 1;
                }
                match world.throw(5) {
                    0 => broker.cut(),
                    1 => broker.detach("hub"),
                    2 => broker.close_links("hub"),
                    3 => until("something is stored", || world.count() > 0),
                    _ => broker.steal("hub"),
                }
                world.nothing_is_passed();
            }
            if round % 2 == 0 { host.cut_off() } else { host.stop() }.expect("it ends");
            world.nothing_is_passed();
        }
        let host = setup.run(&world);
        until("all are stored or set aside", || world.count() + world.letters().len() == sent);
        host.stop().expect("it ends");
        world.nothing_is_passed();
        let last: i64 = (0..4).map(|partition| broker.numbers("hub", partition).1 + 1).sum();
        assert_eq!(usize::try_from(last).expect("small"), sent);
    }
}

#[test]
fn e12_a_slow_output_stops_receiving_and_not_the_memory() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    let mut setup = Setup::of(&broker, "hub");
    setup.hub.receive_count = 10;
    setup.bounds.queue_bytes = 100_000;
    world.is_busy.store(true, Ordering::SeqCst);
    for partition in 0..4 {
        for _ in 0..1_000 {
            broker.send("hub", partition, vec![b' '; 1_000]);
        }
    }
    let host = setup.run(&world);
    let mut before = 0;
    until("nothing more is received", || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        let now = broker.sent();
        std::mem::replace(&mut before, now) == now && now > 0
    });
    // The queue has 100; the rest is on its way: four batches wait, some are decoded, and each link has its credit.
    assert!(broker.sent() < 500, "{}", broker.sent());
    world.is_busy.store(false, Ordering::SeqCst);
    until("all are stored", || world.count() == 4_000);
    assert_eq!(host.status.condition(), Condition::Healthy);
    host.stop().expect("it ends");
    assert_eq!(world.repeats(), 0);
}
