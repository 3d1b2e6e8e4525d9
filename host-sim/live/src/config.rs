//! The configuration: one YAML file, read into types, with everything that is wrong in it said at once and where it stands.

mod address;
mod azure;
mod checkpoints;
mod cloud;
mod component;
mod connection_string;
mod elasticsearch;
mod event_hub;
mod from_elastic;
mod input;
mod names;
mod nearest;
mod outline;
mod output;
mod poll;
mod proxy;
mod reader;
mod report;
mod sample;
mod secrets;
mod section;
mod settings;
mod top;
mod units;
mod variables;
mod yaml;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use host_sim_runtime::Engine;

pub(crate) use self::address::is_loopback;
pub use self::azure::{Azure, Credential};
pub use self::checkpoints::Checkpoints;
pub use self::cloud::{Cloud, Names};
pub use self::connection_string::ConnectionString;
pub use self::elasticsearch::{ApiKey, Elasticsearch, Kibana, Login};
pub use self::event_hub::{EventHub, HubAccess, HubTransport, Start};
pub use self::from_elastic::{FromElastic, from_elastic};
pub use self::input::{Input, Source};
pub use self::output::{FileOutput, Output, StdoutShape};
pub use self::poll::{Allowed, Poll};
pub use self::proxy::Proxy;
use self::reader::Reader;
use self::report::Report;
pub use self::report::{Place, Problem, Severity};
pub use self::sample::SAMPLE;
use self::variables::Variables;

/// All that a host is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where cursors, the history of runs and dead letters are kept.
    pub state: PathBuf,
    /// The last part of the name of data streams.
    pub namespace: String,
    /// Where the host says how it is; `None` is nowhere.
    pub monitoring: Option<SocketAddr>,
    /// Whether the file says so itself.
    pub monitoring_is_written: bool,
    /// How long a stop may take.
    pub stop_within: Duration,
    /// What log lines look like, and how many there are.
    pub log: Log,
    /// Where documents come from.
    pub inputs: Vec<Input>,
    /// Where they go.
    pub output: Output,
}

/// Log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// What a line looks like.
    pub format: LogFormat,
    /// The least that is told.
    pub level: LogLevel,
}

/// What a log line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How much is told, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// What somebody has to act on.
    Error,
    /// What may be wrong.
    Warn,
    /// What happens.
    Info,
    /// What happens in detail.
    Debug,
    /// Everything but secrets.
    Trace,
}

/// What a configuration is read with.
pub struct Surroundings<'a> {
    /// What loads components.
    pub engine: &'a Engine,
    /// The environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The folder of the program, where components are looked for as well.
    pub program: Option<&'a Path>,
}

/// What came of reading a configuration.
#[derive(Debug)]
pub struct Checked {
    /// The configuration, if nothing in it is an error.
    pub config: Option<Config>,
    /// What there is to say, in the order of the file.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Whether a host must not be run with it, although it may be right.
    pub fn stops_run(&self) -> bool {
        self.config.is_none() || self.problems.iter().any(|problem| problem.severity != Severity::Warning)
    }

    /// How many problems are errors.
    pub fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.severity == Severity::Error).count()
    }
}

/// Reads a configuration. Nothing is sent, and nothing is written.
pub fn read(file: &Path, surroundings: &Surroundings<'_>) -> io::Result<Checked> {
    // Paths in it stay right wherever the host goes.
    let file = std::path::absolute(file)?;
    let folder = file.parent().unwrap_or(Path::new("/"));
    let opened = std::fs::File::open(&file)?;
    let is_open = may_be_read_by_others(&opened.metadata()?);
    let mut bytes = Vec::new();
    opened.take(yaml::LARGEST as u64 + 1).read_to_end(&mut bytes)?;

    let variables = Variables { variable: surroundings.variable, folder };
    let reader = Reader { report: Report::default(), variables, is_open, secret_variables: RefCell::new(BTreeSet::new()) };
    let before = reader.report.errors();
    let node = yaml::parse(&bytes, &reader.report);
    let config = match &node {
        Some(node) => top::read(&reader, node, surroundings),
        None => {
            if reader.report.errors() == before {
                reader.report.error(Place::BEGINNING, "the file says nothing", "`host-sim init` writes one to begin with");
            }
            None
        }
    };
    let config = config.filter(|_| reader.report.errors() == 0);
    Ok(Checked { config, problems: reader.report.sorted() })
}

#[cfg(unix)]
fn may_be_read_by_others(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o044 != 0
}

/// Who may read a file is not known here.
#[cfg(not(unix))]
fn may_be_read_by_others(_metadata: &std::fs::Metadata) -> bool {
    false
}
