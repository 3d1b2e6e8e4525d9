//! `host-sim record`: a run of an input as a recording.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use host_sim_live::config::Input;
use host_sim_live::{Redactor, Secret};
use host_sim_runtime::Component;
use host_sim_runtime::flow::StopSignal;

use super::configuration::{self, ConfigOption};
use super::console::Console;
use super::end::{End, Usage};
use super::options::LimitOptions;
use super::signals::{self, Wish};

const EXAMPLE: &str = "Example:
  host-sim record --config host-sim.yml --input posture --out recording
  host-sim replay plugin.wasm recording --out out

The folder then holds `exchanges.json` and `settings.json`. Secrets and tokens are taken out before anything is written; what Azure says of your
resources stays in it. Neither the state of a host nor its output is touched, so it may run beside one. A signal ends it, and what was recorded stays.";

/// Record what an input asks Azure for, and what is answered
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Record {
    #[command(flatten)]
    config: ConfigOption,
    /// The input's id
    #[arg(long, value_name = "ID")]
    input: String,
    /// Where the recording goes
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Record {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let engine = self.limits.engine()?;
        let console = Console::quiet();
        let config = configuration::sound(&self.config.config, &engine, &console)?;
        let input = find(&config.inputs, &self.input)?;
        let component = Component::load(&engine, &input.component).with_context(|| format!("cannot load `{}`", input.component.display()))?;
        let secrets = config.secrets();
        let redactor = Arc::new(Redactor::new(secrets.iter().map(Secret::expose)));
        let stop = StopSignal::default();
        let stopping = stop.clone();
        signals::take(move |wish| {
            let is_first = !stopping.is_stopped();
            stopping.stop();
            wish == Wish::End && is_first
        });
        let recorded = host_sim_live::record(input, &component, &self.out, redactor, stop)?;
        console.say_on_one_line(&format!("recorded {} answers in {}", recorded.exchanges, self.out.display()));
        Ok(match recorded.totals {
            Some(totals) if totals.complete => End::Done,
            Some(_) => {
                console.warning("the run was not complete; replayed, it is not complete either");
                End::DoneWithProblems
            }
            None => End::DoneWithProblems,
        })
    }
}

/// The input of this id.
pub(super) fn find<'a>(inputs: &'a [Input], id: &str) -> anyhow::Result<&'a Input> {
    inputs.iter().find(|input| input.id == id).ok_or_else(|| {
        let ids: Vec<String> = inputs.iter().map(|input| format!("`{}`", input.id)).collect();
        Usage(format!("there is no input `{id}`; there are {}", ids.join(", "))).into()
    })
}
