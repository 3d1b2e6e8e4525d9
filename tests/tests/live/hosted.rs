//! A host within the test, whose time may go faster.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use host_sim_live::azure::Patience;
use host_sim_live::config::{self, Config, LogLevel, Surroundings};
use host_sim_live::health::{InputState, Status};
use host_sim_live::log::Log;
use host_sim_live::outlet::Stream;
use host_sim_live::supervise::{Command, Host, Options, Outcome, Watch};
use host_sim_live::{Redactor, Secret, Timer};
use host_sim_runtime::flow::Parcel;
use host_sim_runtime::{Cache, Engine, Limits};
use live_servers::azure::SECRET;

use crate::setup::{Setup, wait_for};

/// Nobody watches.
#[derive(Debug)]
struct Nobody;

impl Watch for Nobody {
    fn parcel(&self, _input: &str, _parcel: &Parcel) {}
}

pub(crate) struct Hosted {
    commands: Sender<Command>,
    statuses: Arc<Mutex<HashMap<String, Status>>>,
    lines: Arc<Mutex<Vec<String>>>,
    /// Lines that were looked at.
    read: AtomicUsize,
    thread: Option<JoinHandle<Outcome>>,
    pub(crate) address: Option<std::net::SocketAddr>,
}

fn engine() -> Engine {
    Engine::new(Limits::default(), Cache::of_user()).expect("an engine")
}

fn read(folder: &Path) -> Result<Box<Config>, String> {
    let variable = |name: &str| (name == "LIVE_SECRET").then(|| SECRET.to_owned());
    let checked = config::read(&folder.join("host-sim.yml"), &Surroundings { engine: &engine(), variable: &variable, program: None }).expect("readable");
    checked.config.map(Box::new).ok_or_else(|| checked.problems.iter().map(|problem| problem.shown("host-sim.yml").to_string()).collect())
}

impl Hosted {
    /// Starts it; time goes `speed` times as fast for its schedules and pauses.
    pub(crate) fn start(setup: &Setup, speed: u32) -> Self {
        setup.write();
        let config = *read(setup.scratch.path()).expect("it is right");
        let secrets = config.secrets();
        let redactor = Arc::new(Redactor::new(secrets.iter().map(Secret::expose)));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let log =
            Log::new(config.log, Arc::clone(&redactor), Arc::new(move |_: LogLevel, line: &str| kept.lock().expect("nobody panics").push(line.to_owned())));
        let options = Options {
            once: false,
            trace: None,
            patience: Patience { attempts: 2, throttled: 2, first: Duration::from_millis(10), most: Duration::from_millis(50) },
            timer: Timer::sped_up(speed),
            name: "test".into(),
            watch: Arc::new(Nobody),
        };
        let host = Host::open(config, engine(), log, redactor, Stream::new(std::io::sink()), options).expect("it starts");
        let address = host.monitoring();
        let (commands, received) = channel();
        let statuses = Arc::new(Mutex::new(HashMap::new()));
        let seen = Arc::clone(&statuses);
        let thread = thread::spawn(move || {
            host.run(&received, |now| {
                *seen.lock().expect("nobody panics") = now.iter().map(|status| (status.input.clone(), status.clone())).collect();
            })
        });
        Self { commands, statuses, lines, read: AtomicUsize::new(0), thread: Some(thread), address }
    }

    pub(crate) fn status(&self, input: &str) -> Option<Status> {
        self.statuses.lock().expect("nobody panics").get(input).cloned()
    }

    /// Waits until it says that an input is in a state now, after what was waited for before; gives the text.
    #[track_caller]
    pub(crate) fn becomes(&self, input: &str, state: InputState) -> String {
        let said = format!(" {input}: is {}", state.name());
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        loop {
            let lines = self.lines.lock().expect("nobody panics").clone();
            let from = self.read.load(Ordering::Relaxed);
            let found = lines.iter().enumerate().skip(from).find_map(|(at, line)| Some((at, line.split_once(&said)?.1)));
            if let Some((at, rest)) = found {
                self.read.store(at + 1, Ordering::Relaxed);
                return rest.strip_prefix(": ").unwrap_or_default().to_owned();
            }
            assert!(std::time::Instant::now() < deadline, "it does not become {}:\n{}", state.name(), lines.join("\n"));
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn log(&self) -> String {
        self.lines.lock().expect("nobody panics").join("\n")
    }

    pub(crate) fn says(&self, text: &str) {
        wait_for(text, || self.log().contains(text).then_some(()));
    }

    pub(crate) fn reload(&self, setup: &Setup) {
        setup.write();
        self.commands.send(Command::Reload(read(setup.scratch.path()))).expect("it runs");
    }

    pub(crate) fn stop(mut self) -> Outcome {
        self.commands.send(Command::Stop).expect("it runs");
        self.thread.take().expect("it is there").join().expect("it ends")
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = self.commands.send(Command::Stop);
            let _ = self.commands.send(Command::Stop);
            let _ = thread.join();
        }
    }
}
