//! `host-sim init`: a commented configuration to begin with.

use std::fs::OpenOptions;
use std::io::{self, Write};

use anyhow::Context;
use clap::Args;
use host_sim_live::config::SAMPLE;

use super::configuration::ConfigOption;
use super::console::Console;
use super::end::{End, Usage};

const EXAMPLE: &str = "Example:
  host-sim init --config host-sim.yml

A file that is there already is left as it is, and the exit status is 2. Only the user that runs the program may read the new one.";

/// Write a commented configuration to begin with
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Init {
    #[command(flatten)]
    config: ConfigOption,
}

impl Init {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let file = &self.config.config;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut written = match options.open(file) {
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(Usage(format!("`{}` is there already, and is left as it is", file.display())).into());
            }
            Err(error) => return Err(error).with_context(|| format!("cannot write `{}`", file.display())),
        };
        written.write_all(SAMPLE.as_bytes()).with_context(|| format!("cannot write `{}`", file.display()))?;
        let shown = file.display();
        Console::quiet().say_on_one_line(&format!("wrote `{shown}`; fill it in, then `host-sim check --config {shown}`"));
        Ok(End::Done)
    }
}
