//! Runs inputs side by side, a thread each: builds one again that failed, swaps all of them when the configuration is read again, and ends them in time.

mod input_thread;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use host_sim_runtime::{Artifact, Clock, Component, Engine, LoadError};

use self::input_thread::InputThread;
use crate::azure::{Patience, Trace};
use crate::config::{Config, Input, LogLevel};
use crate::elastic::Agent;
use crate::health::{Health, MonitoringError, Server, Status};
use crate::log::Log;
use crate::outlet::{Outlet, OutletError, Stream};
use crate::redactor::Redactor;
use crate::schedule::Timer;
pub use crate::source::Watch;
use crate::source::{Shared, Work};
use crate::state::{Opened, StateError, StateFolder};
use crate::status;

/// How often it is looked after everything.
const TICK: Duration = Duration::from_millis(100);

/// How often what `status` reads is written, at most.
const WRITE: Duration = Duration::from_secs(5);

/// What a host is run with beside its configuration.
#[derive(Debug)]
pub struct Options {
    /// Whether each input is read to its end once.
    pub once: bool,
    /// A log of requests.
    pub trace: Option<PathBuf>,
    /// How often requests are tried.
    pub patience: Patience,
    /// How time goes.
    pub timer: Timer,
    /// What people call this machine.
    pub name: String,
    /// Sees what inputs take.
    pub watch: Arc<dyn Watch>,
}

/// What a host is told while it runs.
#[derive(Debug)]
pub enum Command {
    /// Inputs end; what they have given is delivered still.
    Stop,
    /// This is the configuration now, or why there is none.
    Reload(Result<Box<Config>, String>),
}

/// How a host ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// All was read that was to be read, or it was told to stop.
    #[default]
    Done,
    /// Not all was read.
    Incomplete,
    /// An input could not go on.
    Failed,
}

/// Why a host does not start.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Mend the folder, or stop the other host.
    #[error(transparent)]
    State(#[from] StateError),
    /// Mend the output.
    #[error(transparent)]
    Outlet(#[from] OutletError),
    /// Give another address.
    #[error(transparent)]
    Monitoring(#[from] MonitoringError),
    /// Take another component.
    #[error("cannot load `{}`", path.display())]
    Component {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: LoadError,
    },
    /// Look at the file: it is not the one that was checked.
    #[error("`{}` is not the component that is configured: its SHA-256 is {found}", path.display())]
    OtherComponent {
        /// The file.
        path: PathBuf,
        /// Its SHA-256.
        found: String,
    },
    /// Take from others what they may write to.
    #[error("`{}` may be written to by others, so it is not loaded: `chmod go-w` it, or put it where only its owner writes", path.display())]
    WritableByOthers {
        /// The file.
        path: PathBuf,
    },
    /// Mend the file of the trace.
    #[error("cannot write the trace: {0}")]
    Trace(#[source] std::io::Error),
    /// It is not to happen.
    #[error("cannot set up metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// A host.
#[derive(Debug)]
pub struct Host {
    engine: Engine,
    config: Config,
    options: Options,
    log: Log,
    redactor: Arc<Redactor>,
    state: Arc<StateFolder>,
    health: Arc<Health>,
    monitoring: Option<Server>,
    stdout: Stream,
    trace: Option<Trace>,
    /// Where documents go, and what inputs run.
    set: Set,
    started: u64,
}

/// What a configuration comes to.
#[derive(Debug)]
struct Set {
    outlet: Arc<Outlet>,
    components: BTreeMap<String, Component>,
}

impl Host {
    /// Makes everything ready; no input is started yet. `redactor` knows the secrets of the configuration, and the log has it too.
    pub fn open(config: Config, engine: Engine, log: Log, redactor: Arc<Redactor>, stdout: Stream, options: Options) -> Result<Self, HostError> {
        let Opened { state, set_aside } = StateFolder::open(&config.state)?;
        for moved in set_aside {
            let message = format!("`{}` was damaged: it is now `{}`, and what was in it is not known any more", moved.from.display(), moved.to.display());
            log.host(LogLevel::Error, &message, &[]);
        }
        let health = Arc::new(Health::new(log.clone())?);
        let is_bound = !options.once || config.monitoring_is_written;
        let monitoring = config.monitoring.filter(|_| is_bound).map(|address| Server::start(address, Arc::clone(&health))).transpose()?;
        let trace = options.trace.as_deref().map(|path| Trace::open(path, Arc::clone(&redactor))).transpose().map_err(HostError::Trace)?;
        let agent = Agent { id: state.host_id().to_owned(), name: options.name.clone() };
        let set = Set::new(&config, &engine, &log, agent, &stdout, Trust::AsChecked)?;
        let started = Clock::System.now();
        Ok(Self { engine, config, options, log, redactor, state: Arc::new(state), health, monitoring, stdout, trace, set, started })
    }

    /// Where it says how it is, if it does.
    pub fn monitoring(&self) -> Option<std::net::SocketAddr> {
        self.monitoring.as_ref().map(Server::address)
    }

    /// Runs until it is told to stop, or until everything was read. `tick` sees how the inputs are, some times a second.
    pub fn run(mut self, commands: &Receiver<Command>, mut tick: impl FnMut(&[Status])) -> Outcome {
        let version = env!("CARGO_PKG_VERSION");
        self.log.host(LogLevel::Info, "starts", &[("version", version.into()), ("inputs", self.config.inputs.len().into())]);
        if let Some(address) = self.monitoring() {
            self.log.host(LogLevel::Info, &format!("says how it is at http://{address}/healthz, /readyz and /metrics"), &[]);
        }
        let mut threads = self.start_inputs();
        let mut outcome = Outcome::Done;
        // When delivery is cut off, once it is to stop.
        let mut end: Option<Instant> = None;
        let mut written: Option<(Instant, Vec<Status>)> = None;
        loop {
            match commands.recv_timeout(TICK) {
                Ok(Command::Stop) if end.is_none() => {
                    self.log.host(LogLevel::Info, "stops: what was read is delivered still", &[]);
                    threads.iter().for_each(InputThread::stop);
                    end = Some(Instant::now() + self.config.stop_within);
                }
                Ok(Command::Stop) => end = Some(Instant::now()),
                Ok(Command::Reload(config)) if end.is_none() => {
                    if let Some(set) = self.read_again(config) {
                        self.end_inputs(std::mem::take(&mut threads));
                        self.set = set;
                        threads = self.start_inputs();
                        self.log.host(LogLevel::Info, "goes on with the configuration as it is now", &[]);
                    }
                }
                Ok(Command::Reload(_)) | Err(RecvTimeoutError::Timeout) => {}
                // Nobody is left to say anything; it goes on all the same.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(TICK),
            }
            if end.is_some_and(|end| Instant::now() >= end) {
                threads.iter().for_each(InputThread::cut_off);
            }
            let trouble = self.set.outlet.trouble();
            threads.iter().for_each(|thread| thread.health().output(trouble.clone()));
            let (ended, others) = threads.into_iter().partition(InputThread::is_finished);
            threads = others;
            outcome = Vec::into_iter(ended).map(InputThread::end).fold(outcome, Ord::max);
            if let Some(monitoring) = &self.monitoring {
                monitoring.beat();
            }
            let statuses = self.health.statuses();
            tick(&statuses);
            self.write_status(&statuses, &mut written, threads.is_empty());
            if threads.is_empty() {
                break;
            }
        }
        self.log.host(LogLevel::Info, "has ended", &[]);
        // Told to stop, it has done what it was told; what was not delivered is read again.
        if end.is_some() { Outcome::Done } else { outcome }
    }

    fn start_inputs(&self) -> Vec<InputThread> {
        let shared = Arc::new(Shared {
            state: Arc::clone(&self.state),
            outlet: Arc::clone(&self.set.outlet),
            log: self.log.clone(),
            redactor: Arc::clone(&self.redactor),
            timer: self.options.timer,
            watch: Arc::clone(&self.options.watch),
            trace: self.trace.clone(),
            patience: self.options.patience,
            once: self.options.once,
        });
        let start = |input: &Input| {
            let component = self.set.components.get(&input.id)?.clone();
            let health = self.health.input(&input.id, &input.datasets);
            let work = Work { input: input.clone(), component, health, stop: Default::default(), shared: Arc::clone(&shared) };
            Some(InputThread::start(work))
        };
        self.config.inputs.iter().filter_map(start).collect()
    }

    /// What the new configuration comes to; `None` if the old one goes on.
    fn read_again(&mut self, config: Result<Box<Config>, String>) -> Option<Set> {
        let refused = |why: String| {
            self.log.host(LogLevel::Error, &format!("the configuration is not read again, the old one goes on: {why}"), &[]);
        };
        let config = match config {
            Ok(config) => config,
            Err(why) => {
                refused(why);
                return None;
            }
        };
        if config.state != self.config.state {
            refused("`state` is another folder; restart the host for that".to_owned());
            return None;
        }
        let secrets = config.secrets();
        self.redactor.know(secrets.iter().map(crate::Secret::expose));
        let agent = Agent { id: self.state.host_id().to_owned(), name: self.options.name.clone() };
        let set = match Set::new(&config, &self.engine, &self.log, agent, &self.stdout, Trust::OwnersOnly) {
            Ok(set) => set,
            Err(error) => {
                refused(crate::text::chain(&error));
                return None;
            }
        };
        if (config.monitoring, config.log) != (self.config.monitoring, self.config.log) {
            self.log.host(LogLevel::Warn, "`monitoring` and `log` stay as they were until the host is restarted", &[]);
        }
        for input in &self.config.inputs {
            if !config.inputs.iter().any(|other| other.id == input.id) {
                self.health.forget(&input.id);
            }
        }
        self.config = *config;
        Some(set)
    }

    /// Ends inputs between two batches, and waits for it.
    fn end_inputs(&self, threads: Vec<InputThread>) {
        threads.iter().for_each(InputThread::stop);
        let end = Instant::now() + self.config.stop_within;
        for thread in threads {
            while !thread.is_finished() {
                if Instant::now() >= end {
                    thread.cut_off();
                }
                if let Some(monitoring) = &self.monitoring {
                    monitoring.beat();
                }
                std::thread::sleep(TICK / 10);
            }
            thread.end();
        }
    }

    /// Writes what `status` reads: at each change of a state and at the end of a run, else now and then.
    fn write_status(&self, statuses: &[Status], written: &mut Option<(Instant, Vec<Status>)>, is_end: bool) {
        let is_due = match &*written {
            None => true,
            Some((when, before)) => {
                let states = |statuses: &[Status]| statuses.iter().map(|status| (status.state, status.text.clone(), status.next_run)).collect::<Vec<_>>();
                is_end || states(before) != states(statuses) || (when.elapsed() >= WRITE && before != statuses)
            }
        };
        if !is_due {
            return;
        }
        *written = Some((Instant::now(), statuses.to_vec()));
        let report = status::Report::new(self.started, statuses.to_vec(), self.monitoring());
        if let Err(error) = report.write(self.state.path()) {
            self.log.host(LogLevel::Debug, &format!("what `status` reads is not written: {error}"), &[]);
        }
    }
}

/// Whose component is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// A person has just started the host with it.
    AsChecked,
    /// Nobody looks on: only one that none but its owner may have changed.
    OwnersOnly,
}

impl Set {
    fn new(config: &Config, engine: &Engine, log: &Log, agent: Agent, stdout: &Stream, trust: Trust) -> Result<Self, HostError> {
        let outlet = Arc::new(Outlet::open(&config.output, &config.namespace, agent, stdout.clone())?);
        let mut components = BTreeMap::new();
        for input in &config.inputs {
            let path = &input.component;
            if trust == Trust::OwnersOnly && is_writable_by_others(path) {
                return Err(HostError::WritableByOthers { path: path.clone() });
            }
            let failed = |source| HostError::Component { path: path.clone(), source };
            let artifact = Artifact::read(engine, path).map_err(failed)?;
            if let Some(wanted) = &input.sha256
                && !wanted.eq_ignore_ascii_case(artifact.sha256())
            {
                return Err(HostError::OtherComponent { path: path.clone(), found: artifact.sha256().to_owned() });
            }
            let component = Component::admit(&artifact).map_err(failed)?;
            log.input(LogLevel::Info, &input.id, &format!("loads `{}`", path.display()), &[("sha256", artifact.sha256().into())]);
            components.insert(input.id.clone(), component);
        }
        Ok(Self { outlet, components })
    }
}

#[cfg(unix)]
fn is_writable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o022 != 0)
}

/// Who may write to a file is not known here.
#[cfg(not(unix))]
fn is_writable_by_others(_path: &Path) -> bool {
    false
}
