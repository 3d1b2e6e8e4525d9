//! `host-sim inspect`: what a component is.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use host_sim_runtime::{Artifact, Component, Engine, LoadError};
use host_sim_workbench::inspect::{Changes, Inspection};

use super::console::{Console, for_a_terminal};
use super::end::End;
use super::options::LimitOptions;

const EXAMPLE: &str = "Examples:
  host-sim inspect plugin.wasm --json
  host-sim inspect old.wasm new.wasm

A component that may not run, because it imports something, is shown without what only a running one can say; the exit status is 1.
Of two components it is shown what the second has otherwise: fields, settings, contract, dependencies; the exit status is 0 if they are
the same file, and 3 if not.";

/// Show what a component is: data sets, settings, WIT, imports, dependencies, size and hash; or what differs between two
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Inspect {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,
    /// Another one that it is compared with, usually newer
    #[arg(value_name = "OTHER")]
    other: Option<PathBuf>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Inspect {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let engine = self.limits.engine()?;
        let (inspection, end) = inspect(&engine, &self.component)?;
        let Some(other) = &self.other else {
            self.write(&inspection, &inspection.to_string())?;
            return Ok(end);
        };
        let (other, end_of_other) = inspect(&engine, other)?;
        let changes = Changes::between(&inspection, &other);
        self.write(&changes, &changes.to_string())?;
        Ok(match (end, end_of_other) {
            (End::Done, End::Done) if changes.is_empty() => End::Done,
            (End::Done, End::Done) => End::DoneWithProblems,
            _ => End::Failed,
        })
    }

    fn write(&self, json: &impl serde::Serialize, text: &str) -> anyhow::Result<()> {
        let text = if self.json { serde_json::to_string_pretty(json)? } else { for_a_terminal(text.trim_end()).into_owned() };
        writeln!(io::stdout(), "{text}").context("cannot write")
    }
}

/// All that can be said about a component; of one that may not run, what its file shows.
fn inspect(engine: &Engine, path: &Path) -> anyhow::Result<(Inspection, End)> {
    let cannot_load = || format!("cannot load `{}`", path.display());
    let bytes = std::fs::read(path).map_err(LoadError::Unreadable).with_context(cannot_load)?;
    let artifact = Artifact::from_bytes(engine, &bytes).with_context(cannot_load)?;
    let (mut instance, end) = match Component::admit(&artifact) {
        Ok(component) => (Some(component.start().with_context(|| format!("cannot start `{}`", path.display()))?), End::Done),
        Err(error) => {
            Console::quiet().error(&format!("{:#}", anyhow::Error::from(error).context(cannot_load())));
            (None, End::Failed)
        }
    };
    let inspection = Inspection::of(&bytes, &artifact, instance.as_mut()).with_context(|| format!("cannot inspect `{}`", path.display()))?;
    Ok((inspection, end))
}
