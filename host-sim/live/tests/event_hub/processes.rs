//! A host in a process of its own: it is killed again and again, wherever it happens to be, and it trusts whom its environment names.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use event_hub_broker::Broker;
use host_sim_live::config::HubTransport;
use host_sim_live::event_hub::{EventHubSource, Reading};
use host_sim_live::state::StateFolder;
use host_sim_runtime::flow::{Bounds, BoxedError, DeadLetters, Fate, Flow, Item, Lane, Letter, Mark, Sink, SinkError, State, StopSignal};
use live_servers::Authority;

use crate::setup::{Setup, lock, until};

/// Where the process that is killed finds what it needs.
const PORT: &str = "EVENT_HUB_TEST_PORT";
const FOLDER: &str = "EVENT_HUB_TEST_FOLDER";
const TRANSPORT: &str = "EVENT_HUB_TEST_TRANSPORT";
const TO_THE_END: &str = "EVENT_HUB_TEST_TO_THE_END";

/// How often it is killed; a long test is told another number.
const KILLS: &str = "EVENT_HUB_KILLS";

/// A file of ids. What is written is there still when the process is killed.
struct Ids(Mutex<File>);

impl Ids {
    fn open(folder: &Path) -> Self {
        Self(Mutex::new(OpenOptions::new().append(true).create(true).open(folder.join("ids")).expect("writable")))
    }

    fn write(&self, id: &str) {
        lock(&self.0).write_all(format!("{id}\n").as_bytes()).expect("writable");
    }
}

impl Sink for Ids {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        // Slowly, so that there is something to be killed in.
        for item in items {
            self.write(&item.document.id);
            thread::sleep(Duration::from_micros(200));
        }
        Ok(vec![Fate::Stored; items.len()])
    }
}

impl DeadLetters for Ids {
    fn keep(&self, _lane: &Lane, letter: Letter<'_>) -> Result<(), BoxedError> {
        if let Letter::Message { letter, .. } = letter {
            let position = letter.message.position.as_ref().expect("it has one");
            self.write(&format!("{}/{}", position.partition, position.sequence_number));
        }
        Ok(())
    }
}

/// Reads a hub into a folder until it is killed, or to the end.
#[test]
#[ignore = "it is a process that another test starts, and kills"]
fn the_process_that_is_killed() {
    let variable = |name: &str| std::env::var(name).expect("another test starts it");
    let folder = PathBuf::from(variable(FOLDER));
    let mut setup = Setup::at(variable(PORT).parse().expect("a port"), "planted-hub-key-0001", "hub");
    setup.hub.receive_count = 10;
    if let Ok(transport) = std::env::var(TRANSPORT) {
        setup = setup.encrypted(if transport == "websocket" { HubTransport::WebSocket } else { HubTransport::Amqp });
    }
    if std::env::var_os(TO_THE_END).is_some() {
        setup.reading = Reading::ToTheEnd;
    }
    let state: Arc<dyn State + Send + Sync> = Arc::new(StateFolder::open(&folder.join("state")).expect("it is free").state);
    let stop = StopSignal::default();
    let mut source = EventHubSource::start(setup.link(state, stop.clone(), Box::new(|_| ()))).expect("it starts");
    let (ids, marks) = (Ids::open(&folder), source.marks());
    let bounds = Bounds { batch_documents: 7, ..Bounds::DEFAULT };
    Flow { sink: &ids, state: &marks, dead_letters: &ids, bounds, stop }.run(&mut source, |_, _| ()).expect("it ends");
    source.finish();
}

/// Reads over TLS what is there, trusting an authority by the environment; gives the ids.
fn read_over_tls(broker: &Broker, authority: &Authority, transport: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tls-{transport}-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("writable");
    let trusted = folder.join("authority.pem");
    fs::write(&trusted, authority.pem()).expect("writable");
    let mut command = command(broker, &folder);
    command.env(TO_THE_END, "yes").env(TRANSPORT, transport).env("SSL_CERT_FILE", &trusted);
    let output = command.stdout(Stdio::piped()).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let ids = fs::read_to_string(folder.join("ids")).unwrap_or_default();
    fs::remove_dir_all(&folder).expect("removable");
    ids.lines().map(str::to_owned).collect()
}

#[test]
fn e10_a_hub_is_read_over_web_sockets_in_tls() {
    let authority = Authority::new();
    let broker = Broker::over_web_sockets(&authority).with_hub("hub", 2, &["$Default"]);
    (0..2).for_each(|partition| assert_eq!(broker.send("hub", partition, vec![b' '; 300_000]), 0));
    assert_eq!(read_over_tls(&broker, &authority, "websocket"), ["0/0", "1/0"].map(str::to_owned).into());
}

#[test]
fn a_hub_is_read_over_tls() {
    let authority = Authority::new();
    let broker = Broker::over_tls(&authority).with_hub("hub", 2, &["$Default"]);
    (0..2).for_each(|partition| assert_eq!(broker.send("hub", partition, vec![b' '; 300_000]), 0));
    assert_eq!(read_over_tls(&broker, &authority, "amqp"), ["0/0", "1/0"].map(str::to_owned).into());
}

fn start(broker: &Broker, folder: &Path, to_the_end: bool) -> Child {
    let mut command = command(broker, folder);
    if to_the_end {
        command.env(TO_THE_END, "yes");
    }
    command.spawn().expect("it starts")
}

fn command(broker: &Broker, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("it runs"));
    command.args(["--ignored", "--exact", "processes::the_process_that_is_killed"]);
    command.env(PORT, broker.port().to_string()).env(FOLDER, folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Everything up to the marks is stored.
fn nothing_is_passed(folder: &Path, ids: &BTreeSet<String>) {
    for (lane, mark) in StateFolder::look(&folder.join("state")).expect("readable").marks {
        let Mark::Position { sequence_number, .. } = mark else { panic!("{mark:?}") };
        let partition = lane.rsplit('/').next().expect("a partition");
        for number in 0..=sequence_number {
            assert!(ids.contains(&format!("{partition}/{number}")), "{lane} is marked {sequence_number}, and {number} is nowhere");
        }
    }
}

#[test]
fn a_host_that_is_killed_wherever_it_begins_loses_nothing() {
    check("beginning", 3);
}

#[test]
fn a_host_that_is_killed_wherever_it_stores_loses_nothing() {
    check("storing", u64::MAX);
}

/// Kills it again and again, at its beginning once in so many times, and else while it stores.
fn check(name: &str, beginnings: u64) {
    let kills: u64 = std::env::var(KILLS).ok().and_then(|kills| kills.parse().ok()).unwrap_or(60) / 2;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("killed-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("writable");
    let broker = Broker::start().with_hub("hub", 3, &["$Default"]);
    let ids = || fs::read_to_string(folder.join("ids")).unwrap_or_default().lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let length = || fs::metadata(folder.join("ids")).map_or(0, |metadata| metadata.len());
    let mut random = 0x9E37_79B9_7F4A_7C15_u64 ^ beginnings;
    for kill in 0..kills {
        for number in 0..20 {
            for partition in 0..3 {
                broker.send("hub", partition, if (kill + number) % 97 == 0 { "trap" } else { "{}" });
            }
        }
        let mut child = start(&broker, &folder, false);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // Anywhere in its beginning, or while it stores.
        let before = length();
        if kill % beginnings == beginnings - 1 {
            thread::sleep(Duration::from_millis(random % 300));
        } else {
            until("it stores something", || length() > before);
            thread::sleep(Duration::from_micros(random % 20_000));
        }
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        nothing_is_passed(&folder, &ids());
    }
    assert!(start(&broker, &folder, true).wait().expect("it ends").success());
    let expected: BTreeSet<String> = (0..3).flat_map(|partition| (0..kills * 20).map(move |number| format!("{partition}/{number}"))).collect();
    assert!(ids() == expected, "of {} there are {}", expected.len(), ids().len());
    nothing_is_passed(&folder, &expected);
    fs::remove_dir_all(&folder).expect("removable");
}
