//! Installs what Elasticsearch and Kibana need: finds out what is there, takes the way that fits, and changes nothing that is as it should be.

mod compare;
mod kibana;
mod look;
mod steps;

use std::fmt;

use host_sim_live::config::Elasticsearch;
use host_sim_live::elastic::{Cluster, ElasticError, NoAnswer};
use host_sim_runtime::flow::StopSignal;

pub use self::look::Way;
use crate::Fields;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Look whether everything is there.
    Check,
    /// Say what would be done.
    DryRun,
    /// Do it.
    Install,
}

/// What came of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is as it should be.
    Same,
    /// It was made, or brought to what it should be.
    Done,
    /// It would be made.
    Missing,
    /// It is otherwise, and where.
    Differs(Vec<String>),
    /// It cannot be made, and why.
    Refused(String),
}

/// What came of everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What was found, and which way was taken.
    pub found: Vec<String>,
    /// The way.
    pub way: Way,
    /// Each thing, by its name.
    pub steps: Vec<(String, State)>,
    /// What is left for a person to do.
    pub hints: Vec<String>,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// It is not set up.
    #[error(transparent)]
    Setup(#[from] ElasticError),
    /// One does not answer.
    #[error("{0} does not answer: {1}")]
    NoAnswer(&'static str, NoAnswer),
    /// One answers something else.
    #[error("{what} answers {status} to `{path}`: {said}; {hint}")]
    Unexpected {
        /// Which.
        what: &'static str,
        /// The status.
        status: u16,
        /// What was asked for.
        path: String,
        /// What it said.
        said: String,
        /// How to go on.
        hint: &'static str,
    },
}

/// Looks, and does what the mode says.
pub fn run(fields: &Fields, settings: &Elasticsearch, mode: Mode, stop: &StopSignal) -> Result<Report, InstallError> {
    let elasticsearch = Cluster::new(settings.clone())?;
    let kibana = Cluster::of_kibana(settings).transpose()?;
    let found = look::look(&elasticsearch, kibana.as_ref(), stop)?;
    let way = found.way(kibana.is_some());
    let there = steps::There { elasticsearch: &elasticsearch, kibana: kibana.as_ref(), found: &found, mode, stop };
    let steps = there.take(fields, &way)?;
    Ok(Report { found: found.lines(&way), hints: found.hints(&way, settings), way, steps })
}

impl Report {
    /// Whether everything is, or was made, as it should be.
    pub fn is_well(&self) -> bool {
        self.steps.iter().all(|(_, state)| matches!(state, State::Same | State::Done))
    }

    /// Whether something was refused.
    pub fn is_refused(&self) -> bool {
        self.steps.iter().any(|(_, state)| matches!(state, State::Refused(_)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.found {
            writeln!(formatter, "{line}")?;
        }
        for (name, state) in &self.steps {
            match state {
                State::Same => writeln!(formatter, "  as it should be  {name}")?,
                State::Done => writeln!(formatter, "  installed        {name}")?,
                State::Missing => writeln!(formatter, "  missing          {name}")?,
                State::Refused(why) => writeln!(formatter, "  refused          {name}: {why}")?,
                State::Differs(differences) => {
                    writeln!(formatter, "  otherwise        {name}")?;
                    for difference in differences {
                        writeln!(formatter, "      {difference}")?;
                    }
                }
            }
        }
        for hint in &self.hints {
            writeln!(formatter, "hint: {hint}")?;
        }
        Ok(())
    }
}
