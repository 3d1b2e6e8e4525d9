//! Where the configuration of a host comes from, and what a program reads it with.

use std::path::{Path, PathBuf};

use clap::Args;
use host_sim_live::config::{self, Checked, Surroundings};
use host_sim_runtime::Engine;

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
