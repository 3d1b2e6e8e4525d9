//! `host-sim config from-elastic`: a policy of Elastic Agent as a configuration.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use host_sim_live::config::from_elastic;

use super::console::{Console, for_a_terminal};
use super::end::{End, Usage};

const EXAMPLE: &str = "Example:
  host-sim config from-elastic policy.yml > host-sim.yml

The policy is one of Elastic Agent with the integration `microsoft_defender_cloud`, as Fleet shows it (View policy) or as a standalone agent has it. No
secret of it is written: each becomes a reference to a variable, and those are listed on stderr with what each is. What the policy says and this host
does not do is listed as well. Data streams stay the same ones; stop the agent before the host starts.";

/// Bytes that a policy may have.
const LARGEST: u64 = 1 << 20;

/// Make configurations
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Config {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// Say a policy of Elastic Agent as a configuration, on stdout
    #[command(after_help = EXAMPLE)]
    FromElastic {
        /// The policy
        #[arg(value_name = "POLICY.yml")]
        policy: PathBuf,
    },
}

impl Config {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let From::FromElastic { policy } = &self.from;
        let mut bytes = Vec::new();
        let opened = File::open(policy).with_context(|| format!("cannot read `{}`", policy.display()))?;
        opened.take(LARGEST + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read `{}`", policy.display()))?;
        let made = from_elastic(&bytes).map_err(|why| Usage(format!("`{}` is no policy to work with: {why}", policy.display())))?;
        io::stdout().write_all(for_a_terminal(&made.text).as_bytes()).context("cannot write")?;
        let console = Console::quiet();
        for (name, what) in &made.variables {
            console.say_on_one_line(&format!("set {name}: {what}"));
        }
        made.remarks.iter().for_each(|remark| console.warning(remark));
        Ok(End::Done)
    }
}
