//! `host-sim completions`: what a shell needs to complete our arguments.

use std::io::{self, Write};

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::end::End;

const EXAMPLE: &str = "Examples:
  host-sim completions bash > ~/.local/share/bash-completion/completions/host-sim
  host-sim completions zsh > ~/.zfunc/_host-sim";

/// Write completions for a shell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "host-sim", &mut script);
        io::stdout().write_all(&script).context("cannot write")?;
        Ok(End::Done)
    }
}
