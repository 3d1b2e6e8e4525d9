//! `host-sim inspect`: what a component is.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use host_sim::{Artifact, Component, Inspection};

use super::End;
use super::console::{Console, for_a_terminal};
use super::options::LimitOptions;

const EXAMPLE: &str = "Example:
  host-sim inspect plugin.wasm --json

A component that may not run, because it imports something, is shown without what only a running one can say; the exit status is 1.";

/// Show what a component is: data sets, settings, WIT, imports, size and hash
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Inspect {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Inspect {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let cannot_load = || format!("cannot load `{}`", self.component.display());
        let artifact = Artifact::read(&self.limits.engine()?, &self.component).with_context(cannot_load)?;
        let (instance, end) = match Component::admit(&artifact) {
            Ok(component) => (Some(component.start().with_context(|| format!("cannot start `{}`", self.component.display()))?), End::Done),
            Err(error) => {
                Console::quiet().error(&format!("{:#}", anyhow::Error::from(error).context(cannot_load())));
                (None, End::Failed)
            }
        };
        let inspection = Inspection::of(&artifact, instance.as_ref().map(|instance| instance.description()));
        let inspection = inspection.context("the schema of the component's settings is not one")?;
        let text = if self.json { serde_json::to_string_pretty(&inspection)? } else { for_a_terminal(inspection.to_string().trim_end()).into_owned() };
        writeln!(io::stdout(), "{text}").context("cannot write")?;
        Ok(end)
    }
}
