//! `host-sim record`: a run of an input as a recording.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use host_sim_live::config::{Input, Source};
use host_sim_live::{Recorded, Redactor, Secret};
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
resources stays in it. Neither the state of a host nor its output is touched, so it may run beside one. A signal ends it, and what was recorded stays.
Of a hub it is the messages, in `messages.ndjson`, from `start` to the last one that is there; with `start: latest` those that come until a signal. No
checkpoint is moved and no partition taken from anybody; where a host receives by the same consumer group, the hub gives nothing out to a second reader,
so write another group for the recording.";

/// Record what an input asks Azure for and what is answered, or the messages of its hub
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
    /// Of a hub, record so many messages at most
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    messages: Option<u64>,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Record {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let engine = self.limits.engine()?;
        let console = Console::quiet();
        let config = configuration::sound(&self.config.config, &engine, &console)?;
        let input = find(&config.inputs, &self.input)?;
        if self.messages.is_some() && matches!(input.source, Source::Poll(_)) {
            return Err(Usage(format!("the input `{}` polls, and has no messages: leave out `--messages`", input.id)).into());
        }
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
        let most = self.messages.unwrap_or(u64::MAX);
        let out = self.out.display();
        let recorded = host_sim_live::record(input, &component, &self.out, most, &redactor, &stop).map_err(|error| {
            // What a server says of a refusal may have in it what it was sent.
            anyhow::anyhow!("{}", redactor.text(&format!("{:#}", anyhow::Error::from(error))))
        })?;
        let is_whole = match recorded {
            Recorded::Run { exchanges, totals } => {
                console.say_on_one_line(&format!("recorded {exchanges} answers in {out}"));
                if totals.is_some_and(|totals| !totals.complete) {
                    console.warning("the run was not complete; replayed, it is not complete either");
                }
                totals.is_some_and(|totals| totals.complete)
            }
            Recorded::Messages { count, is_whole } => {
                console.say_on_one_line(&format!("recorded {count} messages in {out}"));
                is_whole
            }
        };
        Ok(if is_whole { End::Done } else { End::DoneWithProblems })
    }
}

/// The input of this id.
pub(super) fn find<'a>(inputs: &'a [Input], id: &str) -> anyhow::Result<&'a Input> {
    inputs.iter().find(|input| input.id == id).ok_or_else(|| {
        let ids: Vec<String> = inputs.iter().map(|input| format!("`{}`", input.id)).collect();
        Usage(format!("there is no input `{id}`; there are {}", ids.join(", "))).into()
    })
}
