//! `host-sim man`: manual pages.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::Cli;
use super::end::End;

const EXAMPLE: &str = "Examples:
  host-sim man | man -l -
  host-sim man ~/.local/share/man/man1";

/// Write the manual page, or the pages of all commands into a folder
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Manual {
    /// Where the pages go, one a command
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl Manual {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let Some(folder) = &self.folder else {
            let mut page = Vec::new();
            Man::new(command).render(&mut page).context("cannot write")?;
            io::stdout().write_all(&page).context("cannot write")?;
            return Ok(End::Done);
        };
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        clap_mangen::generate_to(command, folder).with_context(|| format!("cannot write to `{}`", folder.display()))?;
        Ok(End::Done)
    }
}
