//! Microsoft's clients for Python beside the host: they send what it receives, read the checkpoints that it writes, and share a consumer group with it.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use event_hub_broker::Broker;
use live_servers::{AzurePython, Azurite};

use crate::blobs::checkpoints;
use crate::setup::{Setup, World, lock, until};

/// Connects as the host does: by the name of the namespace, at the port of the broker. Arguments: port, key, hub.
const CONNECT: &str = r#"
import sys, json
from azure.eventhub import EventHubProducerClient, EventHubConsumerClient, EventData, TransportType
port, key, hub = sys.argv[1:4]
secret = f"Endpoint=sb://127.0.0.1;SharedAccessKeyName=test;SharedAccessKey={key};EntityPath={hub};UseDevelopmentEmulator=true"
at = dict(custom_endpoint_address=f"sb://127.0.0.1:{port}", transport_type=TransportType.Amqp)
"#;

/// Sends events in batches, one alone, and one with a key.
const SEND: &str = r#"
producer = EventHubProducerClient.from_connection_string(secret, **at)
with producer:
    for partition in producer.get_partition_ids():
        batch = producer.create_batch(partition_id=partition)
        for number in range(int(sys.argv[4])):
            event = EventData(json.dumps({"number": number}))
            event.properties = {"kind": "test"}
            batch.add(event)
        producer.send_batch(batch)
    batch = producer.create_batch(partition_key="key-1")
    batch.add(EventData("with a key"))
    producer.send_batch(batch)
    batch = producer.create_batch(partition_id="0")
    batch.add(EventData("x" * 1000000))
    producer.send_batch(batch)
    print(producer.get_partition_properties("0")["last_enqueued_sequence_number"])
"#;

/// Lists the checkpoints of a group. Arguments: connection string of the storage account, container, group.
const READ: &str = r#"
import sys
from azure.eventhub.extensions.checkpointstoreblob import BlobCheckpointStore
store = BlobCheckpointStore.from_connection_string(sys.argv[1], sys.argv[2])
for found in sorted(store.list_checkpoints("127.0.0.1", "hub", sys.argv[3]), key=lambda found: found["partition_id"]):
    print(found["partition_id"], found["sequence_number"], found["offset"])
"#;

/// Receives with checkpoints, and says what. Further arguments: as above.
const RECEIVE: &str = r#"
from azure.eventhub.extensions.checkpointstoreblob import BlobCheckpointStore
store = BlobCheckpointStore.from_connection_string(sys.argv[4], sys.argv[5])
consumer = EventHubConsumerClient.from_connection_string(secret, consumer_group=sys.argv[6], checkpoint_store=store, load_balancing_interval=0.5, partition_ownership_expiration_interval=5, **at)
def receive(context, event):
    if event is not None:
        print(f"{context.partition_id}/{event.sequence_number}", flush=True)
        context.update_checkpoint(event)
with consumer:
    consumer.receive(on_event=receive, starting_position="-1", max_wait_time=1)
"#;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

const KEY: &str = "planted-hub-key-0001";

#[test]
fn events_of_microsofts_client_are_received_as_they_were_sent() {
    let Some(python) = AzurePython::for_test(folder()) else { return };
    let broker = Broker::start().with_hub("hub", 2, &["$Default"]);
    let told = python.run(&format!("{CONNECT}{SEND}"), &[&broker.port().to_string(), KEY, "hub", "300"]);
    assert!(told.trim() == "300" || told.trim() == "301", "{told}");
    let world = Arc::new(World::default());
    Setup::of(&broker, "hub").read(&world).expect("it ends");
    let bodies = world.bodies();
    assert_eq!(bodies.len(), 602);
    assert_eq!(bodies["1/7"], br#"{"number": 7}"#);
    assert!(bodies.values().any(|body| body == b"with a key"));
    assert!(bodies.values().any(|body| body.len() == 1_000_000), "the largest that there is");
}

#[test]
fn checkpoints_are_read_by_microsofts_client_and_those_that_it_writes_by_the_host() {
    let (Some(azurite), Some(python)) = (Azurite::for_test(folder()), AzurePython::for_test(folder())) else { return };
    let broker = Broker::start().with_hub("hub", 2, &["$Default", "cg1", "cg2"]);
    let send = |count: usize| (0..count).for_each(|_| (0..2).for_each(|partition| assert!(broker.send("hub", partition, "{}") >= 0)));
    send(20);
    let (world, storage) = (Arc::new(World::default()), azurite.connection_string());
    let setup = Setup::of(&broker, "hub").checkpoints(checkpoints(&azurite, "both-ways"));
    setup.clone().group("cg1").read(&world).expect("it ends");
    assert_eq!(python.run(READ, &[&storage, "both-ways", "cg1"]), "0 19 1900\n1 19 1900\n");

    let consumer = Consumer::start(&python, &broker, &storage, "both-ways", "cg2");
    until("it has received all", || consumer.received().len() == 40);
    until("it has written both", || python.run(READ, &[&storage, "both-ways", "cg2"]) == "0 19 1900\n1 19 1900\n");
    drop(consumer);
    send(3);
    let world = Arc::new(World::default());
    setup.group("cg2").read(&world).expect("it ends");
    assert_eq!(world.ids().len(), 6, "only what that one has not received");
}

#[test]
fn e14_two_hosts_and_a_client_of_microsofts_share_a_group_and_go_on_without_one() {
    let (Some(azurite), Some(python)) = (Azurite::for_test(folder()), AzurePython::for_test(folder())) else { return };
    let broker = Broker::start().with_hub("hub", 6, &["cg1"]);
    let send = |count: usize| (0..count).for_each(|_| (0..6).for_each(|partition| assert!(broker.send("hub", partition, "{}") >= 0)));
    let (world, storage) = (Arc::new(World::default()), azurite.connection_string());
    let setup = Setup::of(&broker, "hub").group("cg1").checkpoints(checkpoints(&azurite, "three"));
    let owned = |host: &crate::setup::Host| host.status.partitions().values().filter(|partition| partition.is_owned).count();
    let (first, second) = (setup.clone().host('a').run(&world), setup.clone().host('b').run(&world));
    until("each has three", || owned(&first) == 3 && owned(&second) == 3);
    let consumer = Consumer::start(&python, &broker, &storage, "three", "cg1");
    until("each has two", || owned(&first) == 2 && owned(&second) == 2);
    send(30);
    let all = |count: i64| (0..6).flat_map(|partition| (0..count).map(move |number| format!("{partition}/{number}"))).collect::<BTreeSet<_>>();
    let seen = || world.ids().union(&consumer.received()).cloned().collect::<BTreeSet<_>>();
    until("all three receive", || seen() == all(30) && !consumer.received().is_empty());
    // It is killed, and gives nothing back.
    consumer.kill();
    send(10);
    until("the others take over", || seen() == all(40) && owned(&first) + owned(&second) == 6);
    first.stop().expect("it ends");
    second.stop().expect("it ends");
}

/// A consumer of Microsoft's, in a process of its own.
struct Consumer {
    child: Mutex<Child>,
    received: Arc<Mutex<BTreeSet<String>>>,
}

impl Consumer {
    fn start(python: &AzurePython, broker: &Broker, storage: &str, container: &str, group: &str) -> Self {
        let mut command = python.command(&format!("{CONNECT}{RECEIVE}"));
        command.args([&broker.port().to_string(), KEY, "hub", storage, container, group]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let (lines, received) = (BufReader::new(child.stdout.take().expect("it is piped")), Arc::<Mutex<BTreeSet<String>>>::default());
        let all = Arc::clone(&received);
        thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                lock(&all).insert(line);
            }
        });
        Self { child: Mutex::new(child), received }
    }

    fn received(&self) -> BTreeSet<String> {
        lock(&self.received).clone()
    }

    fn kill(&self) {
        let mut child = lock(&self.child);
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.kill();
    }
}
