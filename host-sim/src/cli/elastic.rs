//! `host-sim elastic`: what Elasticsearch and Kibana need around the documents, as files or installed.

mod export;

use clap::{Args, Subcommand};

use super::end::End;

const EXAMPLE: &str = "Examples:
  host-sim elastic export out --as package --component plugin.wasm
  host-sim elastic export out --as requests

Fields come from the component, which is looked for beside this program if none is named.";

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
}

impl Elastic {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        match &self.command {
            Command::Export(export) => export.run(),
        }
    }
}
