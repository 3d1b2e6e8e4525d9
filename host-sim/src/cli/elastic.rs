//! `host-sim elastic`: what Elasticsearch and Kibana need around the documents, as files or installed.

mod export;
mod install;

use clap::{Args, Subcommand};

use super::end::End;

const EXAMPLE: &str = "Examples:
  host-sim elastic export out --as package --component plugin.wasm
  host-sim elastic install --config host-sim.yml --dry-run
  host-sim elastic check --config host-sim.yml

Fields come from the component, which is looked for beside this program if none is named. `install` looks first: beside Elastic's own
package it adds what that one lacks; where `kibana` is configured it uploads our package to Fleet, and to nobody else; otherwise it sends
requests to Elasticsearch. What is as it should be stays untouched. The exit status is 3 if something was refused, and of `check` and
`--dry-run` if something is missing or otherwise.";

/// Templates, lifecycle, transforms and dashboards for Elasticsearch and Kibana: written as files, installed, looked for
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Elastic {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Export(export::Export),
    Install(install::Install),
    Check(install::Check),
}

impl Elastic {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        match &self.command {
            Command::Export(export) => export.run(),
            Command::Install(install) => install.run(),
            Command::Check(check) => check.run(),
        }
    }
}
