//! Where the configuration of a host comes from, and what a program reads it with.

use std::path::{Path, PathBuf};

use clap::Args;
use host_sim_live::config::{self, Checked, Config, Severity, Surroundings};
use host_sim_runtime::Engine;

use super::console::Console;
use super::end::Usage;

/// Which file it is.
#[derive(Debug, Args)]
pub(super) struct ConfigOption {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "host-sim.yml")]
    pub(super) config: PathBuf,
}

/// Reads a configuration with the environment of this process.
pub(super) fn read(file: &Path, engine: &Engine) -> anyhow::Result<Checked> {
    let program = std::env::current_exe().ok();
    let surroundings = Surroundings { engine, variable: &|name| std::env::var(name).ok(), program: program.as_deref().and_then(Path::parent) };
    config::read(file, &surroundings).map_err(|error| Usage(format!("cannot read the configuration `{}`: {error}", file.display())).into())
}

/// A configuration to work with. What is wrong with it is said; with an error, or where `run` must not use it, there is none.
pub(super) fn sound(file: &Path, engine: &Engine, console: &Console) -> anyhow::Result<Config> {
    let checked = read(file, engine)?;
    let (stops, errors) = (checked.stops_run(), checked.errors());
    for problem in &checked.problems {
        console.say_on_one_line(&problem.shown(&file.display().to_string()).to_string());
    }
    match checked.config {
        Some(config) if !stops => Ok(config),
        _ if errors == 0 => Err(Usage(format!("`{}` is not used as long as others can read its secrets", file.display())).into()),
        _ => Err(Usage(format!("`{}` is wrong", file.display())).into()),
    }
}

/// A configuration that is read again while a host runs, or all that is wrong with it.
pub(super) fn again(file: &Path, engine: &Engine) -> Result<Box<Config>, String> {
    let checked = read(file, engine).map_err(|error| format!("{error:#}"))?;
    let name = file.display().to_string();
    let stops = checked.stops_run();
    let told = checked.problems.iter().filter(|problem| problem.severity != Severity::Warning).map(|problem| problem.shown(&name).to_string());
    let told: Vec<String> = told.collect();
    checked.config.filter(|_| !stops).map(Box::new).ok_or_else(|| told.join("; "))
}
