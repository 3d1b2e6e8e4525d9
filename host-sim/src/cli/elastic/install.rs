//! `host-sim elastic install` and `check`: a configuration in, what came of each thing out.

use std::io::{self, Write};

use anyhow::Context;
use clap::Args;
use host_sim_elastic::install::{self, Mode};
use host_sim_live::config::{Elasticsearch, Output};
use host_sim_runtime::Engine;
use host_sim_runtime::flow::StopSignal;

use super::super::configuration::{self, ConfigOption};
use super::super::console::{Console, for_a_terminal};
use super::super::end::{End, Usage};
use super::export::ComponentOption;

/// Install everything where a configuration delivers to
#[derive(Debug, Args)]
pub(super) struct Install {
    #[command(flatten)]
    config: ConfigOption,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    component: ComponentOption,
}

/// Look whether everything is installed where a configuration delivers to
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    config: ConfigOption,
    #[command(flatten)]
    component: ComponentOption,
}

impl Install {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        run(&self.config, &self.component, if self.dry_run { Mode::DryRun } else { Mode::Install })
    }
}

impl Check {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        run(&self.config, &self.component, Mode::Check)
    }
}

fn run(config: &ConfigOption, component: &ComponentOption, mode: Mode) -> anyhow::Result<End> {
    let engine = component.engine()?;
    let settings = settings(config, &engine)?;
    let fields = component.fields(&engine)?;
    let report = install::run(&fields, &settings, mode, &StopSignal::default())?;
    io::stdout().write_all(for_a_terminal(&report.to_string()).as_bytes()).context("cannot write")?;
    Ok(if report.is_well() { End::Done } else { End::DoneWithProblems })
}

/// Where the configuration delivers to.
fn settings(config: &ConfigOption, engine: &Engine) -> anyhow::Result<Elasticsearch> {
    let checked = configuration::read(&config.config, engine)?;
    let file = config.config.display().to_string();
    for problem in &checked.problems {
        Console::quiet().say_on_one_line(&problem.shown(&file).to_string());
    }
    match checked.config.map(|config| config.output) {
        Some(Output::Elasticsearch(settings)) => Ok(*settings),
        Some(_) => Err(Usage(format!("`{file}` does not deliver to Elasticsearch; write `output.elasticsearch`")).into()),
        None => Err(Usage(format!("`{file}` is wrong")).into()),
    }
}
