//! `host-sim run`: collects and delivers until it is told to stop, or once.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use clap::Args;
use host_sim_live::azure::Patience;
use host_sim_live::config::{Config, LogLevel, Output};
use host_sim_live::log::Log;
use host_sim_live::outlet::Stream;
use host_sim_live::supervise::{Command, Host, Options, Outcome, Watch};
use host_sim_live::{Redactor, Secret, Timer};
use host_sim_runtime::contract::{Dataset, Description, Severity};
use host_sim_runtime::flow::Parcel;
use host_sim_workbench::summary::{Place, Summary};

use super::configuration::{self, ConfigOption};
use super::console::Console;
use super::end::End;
use super::live_lines::LiveLines;
use super::machine;
use super::options::LimitOptions;
use super::signals::{self, Wish};

const EXAMPLE: &str = "Example:
  host-sim run --config host-sim.yml

It collects and delivers until SIGTERM or SIGINT comes: then inputs end, what was read is delivered, and it ends with 0 within `stop_within`; what
is not delivered by then is read again by the next run. A second signal ends it at once. SIGHUP has it read the configuration and the
components again; if they are wrong, it says so and goes on with the old ones. On a terminal there is a line for each input, else lines of a log;
both are on stderr.
With `--once`, each input is read to its end once, and the exit status says whether it was: 0 all of it, 3 not all, or with a problem that is an
error, 1 an input could not be read. A file that is wrong, or that refers to a variable that is not set, is 2; a state that another host uses is 1.";

/// Collect and deliver, as the configuration says
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Run {
    #[command(flatten)]
    config: ConfigOption,
    /// Read each input to its end once, and end
    #[arg(long)]
    once: bool,
    /// Append a line for each request to Azure to this file: what was asked for without its query, and what came of it. Five files of 10 MiB are kept
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Run {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let engine = self.limits.engine()?;
        let config = configuration::sound(&self.config.config, &engine, &Console::quiet())?;
        let lines = Arc::new(LiveLines::new(matches!(config.output, Output::Stdout(_))));
        let secrets = config.secrets();
        let redactor = Arc::new(Redactor::new(secrets.iter().map(Secret::expose)));
        let saying = Arc::clone(&lines);
        let log = Log::new(config.log, Arc::clone(&redactor), Arc::new(move |level: LogLevel, line: &str| saying.log(level, line)));
        let counts = Arc::new(Counts::new(&config, lines.is_shown()));
        let options = Options {
            once: self.once,
            trace: self.trace.clone(),
            patience: Patience::default(),
            timer: Timer::real(),
            name: machine::name(),
            watch: Arc::clone(&counts) as Arc<dyn Watch>,
        };
        let host = Host::open(config, engine.clone(), log, redactor, Stream::new(io::stdout()), options)?;
        let (commands, received) = channel();
        let (file, mut is_stopping) = (self.config.config.clone(), false);
        signals::take(move |wish| match wish {
            // It is compiled meanwhile, and another signal is heard.
            Wish::Reload => {
                let (commands, file, engine) = (commands.clone(), file.clone(), engine.clone());
                std::thread::spawn(move || commands.send(Command::Reload(configuration::again(&file, &engine))));
                true
            }
            Wish::End => !std::mem::replace(&mut is_stopping, true) && commands.send(Command::Stop).is_ok(),
        });
        let outcome = host.run(&received, |statuses| lines.show(statuses));
        lines.end();
        if lines.is_shown() {
            counts.say();
        }
        Ok(match outcome {
            Outcome::Failed => End::Failed,
            Outcome::Incomplete => End::DoneWithProblems,
            Outcome::Done if self.once && counts.has_errors() => End::DoneWithProblems,
            Outcome::Done => End::Done,
        })
    }
}

/// What each input gave.
#[derive(Debug)]
struct Counts {
    started: Instant,
    /// Whether documents are looked into, which costs as much as half of making them.
    is_shown: bool,
    /// Each with whether it told a problem that is an error.
    inputs: Mutex<BTreeMap<String, (Summary, bool)>>,
}

impl Counts {
    fn new(config: &Config, is_shown: bool) -> Self {
        let summary = |datasets: &[String]| {
            let dataset = |name: &String| Dataset { name: name.clone(), summary: String::new(), decodes: false };
            let datasets = datasets.iter().map(dataset).collect();
            Summary::new(&Description { name: String::new(), version: String::new(), datasets, settings_schema: String::new() })
        };
        let inputs = config.inputs.iter().map(|input| (input.id.clone(), (summary(&input.datasets), false))).collect();
        Self { started: Instant::now(), is_shown, inputs: Mutex::new(inputs) }
    }

    fn has_errors(&self) -> bool {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).values().any(|(_, has_errors)| *has_errors)
    }

    fn say(&self) {
        let console = Console::quiet();
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        let several = inputs.len() > 1;
        for (input, (summary, _)) in inputs.iter_mut() {
            summary.time(self.started.elapsed());
            if several {
                console.say(&format!("input       {input}"));
            }
            console.say(&summary.to_string());
        }
    }
}

impl Watch for Counts {
    fn parcel(&self, input: &str, parcel: &Parcel) {
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((summary, has_errors)) = inputs.get_mut(input) else { return };
        parcel.documents.iter().filter(|_| self.is_shown).for_each(|document| summary.document(document, Place::Nowhere));
        parcel.problems.iter().for_each(|problem| summary.problem(problem));
        *has_errors |= parcel.problems.iter().any(|problem| problem.severity == Severity::Error);
        if let Some(totals) = parcel.finished {
            summary.walk(totals);
        }
    }
}
