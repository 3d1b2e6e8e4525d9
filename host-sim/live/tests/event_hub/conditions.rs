//! What is told when nothing is received, and how it goes on afterwards.

use std::sync::Arc;

use event_hub_broker::{Broker, Refusal};
use host_sim_live::Secret;
use host_sim_live::config::{ConnectionString, HubAccess};
use host_sim_live::event_hub::Condition;

use crate::setup::{Setup, World, until};

fn broker() -> Broker {
    Broker::start().with_hub("hub", 2, &["$Default"])
}

/// Something breaks, is told in these words, and is mended; then all is received.
#[track_caller]
fn check(words: &str, break_it: impl Fn(&Broker), mend: impl Fn(&Broker)) {
    let (broker, world) = (broker(), Arc::new(World::default()));
    let host = Setup::of(&broker, "hub").run(&world);
    broker.send("hub", 0, "{}");
    until("it is received", || world.count() == 1);
    break_it(&broker);
    host.until_it_says(words);
    mend(&broker);
    broker.send("hub", 1, "{}");
    until("it goes on", || world.count() == 2);
    host.until_healthy();
    host.stop().expect("it ends");
    assert_eq!(world.repeats(), 0);
}

#[test]
fn what_passes_is_told_and_got_over() {
    check("the hub cannot be reached", Broker::refuse, Broker::open);
    check("the connection to the hub broke", Broker::cut, |_| ());
    let busy = |broker: &Broker| {
        broker.plan(Refusal::Busy, 2);
        broker.cut();
    };
    check("the hub is throttled: The server is busy.", busy, |_| ());
    let many = |broker: &Broker| {
        broker.plan(Refusal::TooMany, 2);
        broker.cut();
    };
    check("too many read this consumer group already: Exceeded the maximum number of allowed receivers", many, |_| ());
}

#[test]
fn e11_a_key_that_is_refused_is_told_with_the_right_that_it_needs() {
    let wrong = |broker: &Broker| {
        broker.change_key("planted-hub-key-0002");
        broker.cut();
    };
    check("the hub refuses the key or token: InvalidSignature", wrong, |broker| broker.change_key("planted-hub-key-0001"));
    let forbidden = |broker: &Broker| {
        broker.plan(Refusal::Forbidden, 2);
        broker.cut();
    };
    check("copy the connection string of a policy with `Listen` again", forbidden, |_| ());
}

#[test]
fn a_hub_or_group_that_is_not_there_is_told_by_its_name_in_the_configuration() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    let setup = Setup::of(&broker, "hub");
    let host = setup.clone().group("missing").run(&world);
    host.until_it_says("there is no such consumer group");
    drop(host);
    let host = setup.run(&world);
    host.until_healthy();
    broker.remove("hub");
    let told = host.until_it_says("there is no such hub");
    assert!(told.contains("check `EntityPath` of the connection string, or `eventhub` in `settings`"), "{told}");
    drop(host);
    let error = setup.read(&world).expect_err("who reads to the end does not wait for it").to_string();
    assert!(error.contains("there is no such hub"), "{error}");
}

#[test]
fn a_name_that_leads_nowhere_and_a_certificate_that_nobody_trusts_are_told() {
    let at = |host: &str, port| {
        let secret = Secret::new(format!("Endpoint=sb://{host};SharedAccessKeyName=a;SharedAccessKey=planted-hub-key-0001;EntityPath=hub"));
        let parts = ConnectionString { host: host.into(), port, entity_path: Some("hub".into()), emulator: false };
        Setup::with(HubAccess::ConnectionString { secret, parts }, "hub")
    };
    let world = Arc::new(World::default());
    let host = at("nowhere.invalid", None).run(&world);
    let told = host.until_it_says("the name of the namespace cannot be resolved: `nowhere.invalid`");
    assert!(!told.contains("planted"), "{told}");
    drop(host);
    let authority = live_servers::Authority::new();
    let server = live_servers::Server::start(Some(&authority), |_| live_servers::Answer::json(200, "{}"));
    let host = at("127.0.0.1", Some(server.address().port())).run(&world);
    let told = host.until_it_says("the hub's certificate is not trusted");
    assert!(told.contains("`SSL_CERT_FILE`"), "{told}");
}

#[test]
fn e08_a_partition_that_another_reader_takes_is_let_go_and_had_again_later() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    let host = Setup::of(&broker, "hub").run(&world);
    for partition in 0..2 {
        broker.send("hub", partition, "{}");
    }
    until("they are received", || world.count() == 2);
    broker.steal("hub");
    let told = host.until_it_says("another reader took partition 0");
    assert!(told.contains("give this host a consumer group of its own"), "{told}");
    assert!(matches!(host.status.condition(), Condition::Degraded(_)));
    for partition in 0..2 {
        broker.send("hub", partition, "{}");
    }
    until("they are received later", || world.count() == 4);
    host.stop().expect("it ends");
    assert_eq!(world.repeats(), 0);
}

#[test]
fn e09_a_link_that_is_detached_while_it_is_idle_is_had_again_without_a_repeat() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    let host = Setup::of(&broker, "hub").run(&world);
    for round in 0..3 {
        broker.send("hub", 0, "{}");
        until("it is received", || world.count() == round + 1);
        let before = broker.attached();
        if round % 2 == 0 {
            broker.detach("hub")
        } else {
            broker.close_links("hub")
        }
        until("both are attached again", || broker.attached() >= before + 2);
    }
    broker.send("hub", 0, "{}");
    until("it is received", || world.count() == 4);
    host.stop().expect("it ends");
    assert_eq!(world.repeats(), 0);
}
