//! Checkpoints and ownership in a storage account, which several hosts and Microsoft's clients share.

use std::path::Path;
use std::sync::Arc;

use event_hub_broker::Broker;
use host_sim_live::Secret;
use host_sim_live::config::Checkpoints;
use host_sim_live::event_hub::Condition;
use live_servers::{AzurePython, Azurite};

use crate::setup::{Setup, World, until};

/// What Microsoft's client for blobs finds in a container: a line for each blob.
pub(crate) const LIST: &str = r#"
import sys
from azure.eventhub.extensions.checkpointstoreblob._vendor.storage.blob import ContainerClient
container = ContainerClient.from_connection_string(sys.argv[1], sys.argv[2])
for blob in container.list_blobs(include=["metadata"]):
    print(blob.name, " ".join(f"{name.lower()}={value or ''}" for name, value in sorted((blob.metadata or {}).items(), key=lambda pair: pair[0].lower())))
"#;

/// Puts a blob with a body.
const PUT: &str = r#"
import sys, json
from azure.eventhub.extensions.checkpointstoreblob._vendor.storage.blob import ContainerClient
container = ContainerClient.from_connection_string(sys.argv[1], sys.argv[2])
if not container.exists():
    container.create_container()
container.upload_blob(sys.argv[3], sys.argv[4].encode(), metadata=json.loads(sys.argv[5]), overwrite=True)
"#;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Checkpoints in a container of a test's own.
pub(crate) fn checkpoints(azurite: &Azurite, container: &str) -> Checkpoints {
    Checkpoints {
        storage_account: azurite.account().to_owned(),
        storage_account_key: Some(Secret::new(azurite.key())),
        container: container.to_owned(),
        migrate_v1: true,
        endpoint: azurite.endpoint().parse().expect("a URL"),
    }
}

fn broker(partitions: usize) -> Broker {
    Broker::start().with_hub("hub", partitions, &["$Default", "cg1"])
}

fn send(broker: &Broker, partitions: usize, events: usize) {
    for partition in 0..partitions {
        for _ in 0..events {
            broker.send("hub", partition, "{}");
        }
    }
}

#[test]
fn a_host_keeps_checkpoints_where_the_agents_second_processor_has_them() {
    let Some(azurite) = Azurite::for_test(folder()) else { return };
    let Some(python) = AzurePython::for_test(folder()) else { return };
    let (broker, world) = (broker(2), Arc::new(World::default()));
    send(&broker, 2, 10);
    // The container is made.
    let setup = Setup::of(&broker, "hub").checkpoints(checkpoints(&azurite, "layout"));
    setup.read(&world).expect("it ends");
    assert_eq!((world.count(), world.repeats()), (20, 0));
    let list = || python.run(LIST, &[&azurite.connection_string(), "layout"]);
    let expected = [
        "127.0.0.1/hub/$Default/checkpoint/0 offset=900 sequencenumber=9",
        "127.0.0.1/hub/$Default/checkpoint/1 offset=900 sequencenumber=9",
        // Given back at the end.
        "127.0.0.1/hub/$Default/ownership/0 ownerid=",
        "127.0.0.1/hub/$Default/ownership/1 ownerid=",
    ];
    assert_eq!(list().lines().map(str::trim_end).collect::<Vec<_>>(), expected);
    assert!(world.marks().is_empty(), "nothing is kept here");

    send(&broker, 2, 3);
    let host = setup.run(&world);
    until("it goes on behind them", || world.count() == 26);
    until("it owns both", || list().matches("ownerid=01234567-89ab-cdef-0123-456789abcdef").count() == 2);
    host.stop().expect("it ends");
    assert_eq!(world.repeats(), 0);
    assert_eq!(list().matches("sequencenumber=12").count(), 2);
}

#[test]
fn e06_checkpoints_of_other_clients_are_gone_on_from() {
    let Some(azurite) = Azurite::for_test(folder()) else { return };
    let Some(python) = AzurePython::for_test(folder()) else { return };
    let broker = broker(3);
    send(&broker, 3, 10);
    let put = |name: &str, body: &str, metadata: &str| python.run(PUT, &[&azurite.connection_string(), "others", name, body, metadata]);
    // As a Go client has written it, with names of metadata as they come over the wire; as the first processor of Elastic Agent has; and one of both.
    put("127.0.0.1/hub/$Default/checkpoint/0", "", r#"{"Sequencenumber":"6","Offset":"600"}"#);
    let lease = |number: i64| {
        format!(
            r#"{{"partitionID":"1","epoch":3,"owner":"planted","checkpoint":{{"offset":"{number}00","sequenceNumber":{number},"enqueueTime":"0001-01-01T00:00:00Z"}},"state":"available","token":"planted"}}"#
        )
    };
    put("1", &lease(3), "{}");
    put("0", &lease(1), "{}");
    let world = Arc::new(World::default());
    let shared = checkpoints(&azurite, "others");
    let setup = Setup::of(&broker, "hub").checkpoints(shared.clone());
    setup.read(&world).expect("it ends");
    let count = |partition: &str| world.ids().iter().filter(|id| id.starts_with(partition)).count();
    assert_eq!((count("0/"), count("1/"), count("2/")), (3, 6, 10));
    // They are read once: what was written since counts.
    setup.read(&world).expect("it ends");
    assert_eq!(world.repeats(), 0);
    let world = Arc::new(World::default());
    Setup::of(&broker, "hub").group("cg1").checkpoints(Checkpoints { migrate_v1: false, ..shared }).read(&world).expect("it ends");
    assert_eq!(world.count(), 30, "not without being told to");
}

#[test]
fn e14_two_hosts_share_the_partitions_and_one_takes_over_from_the_other() {
    let Some(azurite) = Azurite::for_test(folder()) else { return };
    let (broker, world) = (broker(4), Arc::new(World::default()));
    let setup = Setup::of(&broker, "hub").checkpoints(checkpoints(&azurite, "shared"));
    send(&broker, 4, 50);
    let first = setup.clone().host('a').run(&world);
    until("the first reads all", || world.count() == 200);
    let owned = |host: &crate::setup::Host| host.status.partitions().values().filter(|partition| partition.is_owned).count();
    let second = setup.clone().host('b').run(&world);
    until("each has two", || owned(&first) == 2 && owned(&second) == 2);
    send(&broker, 4, 50);
    until("both read", || world.count() == 400);
    assert_eq!(second.status.condition(), Condition::Healthy);
    first.stop().expect("it ends");
    until("the second has all at once", || owned(&second) == 4);
    send(&broker, 4, 50);
    until("it reads all", || world.count() == 600);
    second.stop().expect("it ends");
    // Checkpoints are up to ten seconds old when a partition is taken.
    assert!(world.repeats() <= 200, "{}", world.repeats());
    let world = Arc::new(World::default());
    setup.read(&world).expect("it ends");
    assert_eq!(world.count(), 0, "all is marked");
}

#[test]
fn a_storage_account_that_does_not_answer_is_told_and_got_over() {
    let Some(azurite) = Azurite::for_test(folder()) else { return };
    let (broker, world) = (broker(1), Arc::new(World::default()));
    let wrong = Checkpoints { storage_account_key: Some(Secret::new("cGxhbnRlZA==")), ..checkpoints(&azurite, "wrong") };
    let host = Setup::of(&broker, "hub").checkpoints(wrong).run(&world);
    let told = host.until_it_says("the storage account of the checkpoints cannot be used");
    assert!(told.contains("check account, key or role, container and network") && !told.contains("cGxhbnRlZA"), "{told}");
}
