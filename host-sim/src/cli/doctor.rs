//! `host-sim doctor`: tries what a host needs, and says what to mend.

use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;
use host_sim_live::doctor::{Verdict, examine};
use host_sim_live::elastic::Agent;
use host_sim_live::outlet::{Outlet, Stream};
use host_sim_live::{Redactor, Secret};
use host_sim_runtime::Component;

use super::configuration::{self, ConfigOption};
use super::console::{Console, for_a_terminal};
use super::end::End;
use super::machine;
use super::options::LimitOptions;

const EXAMPLE: &str = "Example:
  host-sim doctor --config host-sim.yml

It signs in, asks for the first page of each list, and looks what may be done at the output and which template its data streams have. It
receives from a hub beside whoever reads it, from whom it takes nothing, and looks whether the container of its checkpoints can be read and written.
Each line begins with `ok`, `look` or `FAIL`, and says which role, port, address or template to mend. Nothing is stored or changed. The exit status is 0,
1 if something fails, 2 if the file is wrong.";

/// Try what a host needs: signing in, roles, the output, its templates
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Doctor {
    #[command(flatten)]
    config: ConfigOption,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Doctor {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let engine = self.limits.engine()?;
        let config = configuration::sound(&self.config.config, &engine, &Console::quiet())?;
        let secrets = config.secrets();
        let redactor = Arc::new(Redactor::new(secrets.iter().map(Secret::expose)));
        let agent = Agent { id: String::new(), name: machine::name() };
        let outlet = Outlet::open(&config.output, &config.namespace, agent, Stream::new(io::sink())).map_err(|error| error.to_string());
        let load = |path: &std::path::Path| Component::load(&engine, path).map_err(|error| format!("{:#}", anyhow::Error::from(error)));
        let mut fails = false;
        examine(&config, load, outlet, &redactor, |finding| {
            fails |= finding.verdict == Verdict::Fails;
            // Whoever reads may have gone.
            let _ = writeln!(io::stdout(), "{}", for_a_terminal(&finding.to_string()));
        });
        Ok(if fails { End::Failed } else { End::Done })
    }
}
