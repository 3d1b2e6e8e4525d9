//! `host-sim check`: a configuration in, everything that is wrong with it out.

use std::fmt::Write as _;
use std::io::{self, Write};

use anyhow::Context;
use clap::Args;
use host_sim_live::config::Checked;

use super::configuration::{self, ConfigOption};
use super::console::for_a_terminal;
use super::end::End;
use super::options::LimitOptions;

const EXAMPLE: &str = "Example:
  host-sim check --config host-sim.yml

Nothing is sent and nothing is written. References to variables and files are replaced, and the components that inputs name look at
their settings. Each problem stands on a line of its own, `file:line:column: error: ..` or `warning: ..`; if none is an error, it is
shown what a host would do. The exit status is 0 if the file is right, also with warnings, and 2 if not.";

/// Look whether a configuration is right, and show what a host would do with it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Check {
    #[command(flatten)]
    config: ConfigOption,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Check {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let file = self.config.config.display().to_string();
        let checked = configuration::read(&self.config.config, &self.limits.engine()?)?;
        io::stdout().write_all(for_a_terminal(&text(&checked, &file)).as_bytes()).context("cannot write")?;
        Ok(if checked.errors() == 0 { End::Done } else { End::Wrong })
    }
}

/// All problems, what a host would do if there is no error, and a line of counts.
fn text(checked: &Checked, file: &str) -> String {
    let mut text = String::new();
    for problem in &checked.problems {
        // A file's name or a component's words may hold anything.
        let _ = writeln!(text, "{}", problem.shown(file));
    }
    if let Some(config) = &checked.config {
        let _ = write!(text, "{config}");
    }
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (errors, warnings) = (checked.errors(), checked.problems.len() - checked.errors());
    let _ = match (errors, warnings) {
        (0, 0) => writeln!(text, "{file} is right"),
        (0, warnings) if checked.stops_run() => writeln!(text, "{file} is right, with {}; `run` would refuse it", counted(warnings, "warning")),
        (0, warnings) => writeln!(text, "{file} is right, with {}", counted(warnings, "warning")),
        (errors, 0) => writeln!(text, "{file} is wrong: {}", counted(errors, "error")),
        (errors, warnings) => writeln!(text, "{file} is wrong: {}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    text
}
