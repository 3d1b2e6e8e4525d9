//! `host-sim redrive`: dead letters delivered again.

use std::io;
use std::sync::Arc;

use clap::Args;
use host_sim_live::elastic::Agent;
use host_sim_live::outlet::{Outlet, Stream};
use host_sim_live::state::StateFolder;
use host_sim_live::{Redactor, Secret, input_type, redrive};
use host_sim_runtime::flow::StopSignal;

use super::configuration::{self, ConfigOption};
use super::console::Console;
use super::end::End;
use super::machine;
use super::options::LimitOptions;
use super::signals;

const EXAMPLE: &str = "Example:
  host-sim redrive --config host-sim.yml

Documents that are stored now leave the dead-letter files; those that are refused again stay, and so do messages, which only a component could read.
The exit status is 0 if none is left to be delivered, 3 if some are, and 1 beside a running host, which has the files.";

/// Deliver dead letters again
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Redrive {
    #[command(flatten)]
    config: ConfigOption,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Redrive {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let console = Console::quiet();
        let config = configuration::sound(&self.config.config, &self.limits.engine()?, &console)?;
        let secrets = config.secrets();
        let redactor = Arc::new(Redactor::new(secrets.iter().map(Secret::expose)));
        let state = StateFolder::open(&config.state)?.state;
        let agent = Agent { id: state.host_id().to_owned(), name: machine::name() };
        let outlet = Outlet::open(&config.output, &config.namespace, agent, Stream::new(io::stdout()))?;
        let stop = StopSignal::default();
        let stopping = stop.clone();
        signals::take(move |_| {
            let is_first = !stopping.is_stopped();
            stopping.stop();
            is_first
        });
        let mut left = 0;
        for input in &config.inputs {
            let sink = |datasets: &[String]| outlet.sink(datasets, input_type(input), stop.clone());
            let redriven = redrive(&state, &input.id, sink, outlet.bounds(), &stop).map_err(|error| {
                // What a server says of a refusal may have in it what it was sent.
                anyhow::anyhow!("{}", redactor.text(&format!("{:#}", anyhow::Error::from(error))))
            })?;
            let others = if redriven.others > 0 { format!(", {} that are no documents", redriven.others) } else { String::new() };
            console.say_on_one_line(&format!("{}: {} delivered, {} left{others}", input.id, redriven.delivered, redriven.left));
            left += redriven.left;
        }
        Ok(if left > 0 { End::DoneWithProblems } else { End::Done })
    }
}
