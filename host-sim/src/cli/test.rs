//! `host-sim test`: golden cases in, what differs out.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::{Args, ValueEnum};
use host_sim_runtime::Component;
use host_sim_workbench::cases::{self, Found, Mode, Report, Suite};

use super::console::for_a_terminal;
use super::end::{End, Usage};
use super::options::{FixedTime, LimitOptions};

const EXAMPLE: &str = r#"Examples:
  host-sim test plugin.wasm tests/cases
  host-sim test plugin.wasm packages/microsoft_defender_cloud/data_stream --format junit > report.xml
  host-sim test plugin.wasm tests/cases dns-entity --update

A case is a folder with `message.json` (one body), `messages.ndjson` (recorded messages) or `raw.ndjson` (a body a line), beside it
`expected.json` and perhaps `settings.json`; or a `test-*.log` or `test-*.json` of elastic-package with its `-expected.json` and
`-config.yml`. Folders are searched to their ends. The data set is the folder below `data_stream`, or the innermost one that is named
as a data set. The exit status is 1 if a case differs or cannot be run."#;

/// Compare documents with those that are expected
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Test {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,
    /// Where the cases are
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Run only the cases whose path holds one of these texts
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Write what differs, or is missing, as expected; read the difference before you keep it
    #[arg(long)]
    update: bool,
    /// The data set of all cases, its whole name or the last part [default: as their paths say]
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    /// What is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    time: FixedTime,
    #[command(flatten)]
    limits: LimitOptions,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A line a case, and its differences
    Text,
    /// What build servers read
    Junit,
}

impl Test {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let found = self.found()?;
        let component = Component::load(&self.limits.engine()?, &self.component).with_context(|| format!("cannot load `{}`", self.component.display()))?;
        let mode = if self.update { Mode::Update } else { Mode::Check };
        let suite = Suite { component: &component, now: self.time.now, dataset: self.dataset.as_deref(), mode };
        let mut report = Report::default();
        for case in &found {
            let started = Instant::now();
            report.add(&case.name, suite.run(case), started.elapsed());
        }
        let text = match self.format {
            Format::Text => for_a_terminal(&report.text()).into_owned(),
            Format::Junit => report.junit(),
        };
        io::stdout().write_all(text.as_bytes()).context("cannot write")?;
        Ok(if report.is_good() { End::Done } else { End::Failed })
    }

    /// The cases that are to be run. None at all is a mistake, and no success.
    fn found(&self) -> anyhow::Result<Vec<Found>> {
        let mut found = cases::find(&self.folder).with_context(|| format!("cannot look for cases in `{}`", self.folder.display()))?;
        if found.is_empty() {
            return Err(Usage(format!("there is no case in `{}`", self.folder.display())).into());
        }
        if let Some(name) = self.names.iter().find(|name| !found.iter().any(|case| case.name.contains(*name))) {
            return Err(Usage(format!("no case in `{}` is named `{name}`", self.folder.display())).into());
        }
        found.retain(|case| self.names.is_empty() || self.names.iter().any(|name| case.name.contains(name)));
        Ok(found)
    }
}
