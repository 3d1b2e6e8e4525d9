//! `host-sim diff`: what another version of a component changes in documents.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use host_sim_runtime::contract::{Message, Timestamp};
use host_sim_runtime::{Clock, Component, Engine, Instance, Walk};
use host_sim_workbench::recording::{Exchange, Format, Lines};
use host_sim_workbench::replay::Replay;
use host_sim_workbench::upgrade::{Sourced, Upgrade};

use super::console::{Console, for_a_terminal};
use super::dataset::dataset;
use super::end::End;
use super::options::{FixedTime, LimitOptions};
use super::{input, recorded, settings};

/// Messages of one call.
const BATCH: usize = 64;

const EXAMPLE: &str = r#"Examples:
  host-sim diff old.wasm new.wasm messages.ndjson
  host-sim diff old.wasm new.wasm --dataset assessment --raw records.ndjson
  host-sim diff old.wasm new.wasm fixtures/tenant
  host-sim diff plugin.wasm plugin.wasm messages.ndjson --new-settings '{"profile": "extended"}'

The input is a file of messages, or a folder as `replay` takes it. Both versions get the same time and, without
`--new-settings`, the same settings; with one component twice, it is settings that are compared. Documents belong
together by their ids, else by what they were made from. The exit status is 0 if all documents are the same, and 3 if not."#;

/// Show what another version of a component changes in documents
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Diff {
    /// The component as it was
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The component as it is to be
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Messages, one a line, or a folder of recordings; files may be packed by gzip or zstd, and `-` is stdin
    #[arg(value_name = "INPUT")]
    input: PathBuf,
    /// What the messages are: a data set of both components, its whole name or the last part
    #[arg(long, value_name = "NAME", default_value = "event")]
    dataset: String,
    /// Take each line as the body of a message
    #[arg(long)]
    raw: bool,
    /// Settings of both components as a JSON object, or `@` and the name of a file that holds it [default: the folder's `settings.json`]
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<String>,
    /// Settings of the second component, where they are to differ
    #[arg(long, value_name = "JSON|@FILE")]
    new_settings: Option<String>,
    #[command(flatten)]
    time: FixedTime,
    #[command(flatten)]
    limits: LimitOptions,
}

/// One of the two versions, set up.
struct Version<'a> {
    path: &'a Path,
    instance: Instance,
}

impl Diff {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let engine = self.limits.engine()?;
        let mut old = self.version(&engine, &self.old, self.settings.as_deref())?;
        let mut new = self.version(&engine, &self.new, self.new_settings.as_deref().or(self.settings.as_deref()))?;
        let mut upgrade = Upgrade::default();
        if self.input.is_dir() {
            let exchanges = recorded::exchanges(&self.input)?;
            let messages = recorded::messages(&self.input)?;
            anyhow::ensure!(
                exchanges.is_some() || messages.is_some(),
                "cannot replay `{}`: it holds neither `exchanges.json` nor `messages.ndjson`",
                self.input.display()
            );
            if let Some(exchanges) = exchanges {
                upgrade.compare(old.walk(exchanges.clone(), self.time.now)?, new.walk(exchanges, self.time.now)?);
            }
            if let Some(messages) = messages {
                self.messages(&mut upgrade, &mut old, &mut new, &messages.path, Lines::new(messages.input, Format::Recorded))?;
            }
        } else {
            let format = if self.raw { Format::Raw } else { Format::Recorded };
            self.messages(&mut upgrade, &mut old, &mut new, &self.input, Lines::new(input::open(&self.input)?.0, format))?;
        }
        writeln!(io::stdout(), "{}", for_a_terminal(&upgrade.to_string())).context("cannot write")?;
        Ok(if upgrade.is_same() { End::Done } else { End::DoneWithProblems })
    }

    fn version<'a>(&self, engine: &Engine, path: &'a Path, argument: Option<&str>) -> anyhow::Result<Version<'a>> {
        let start = || Component::load(engine, path).map_err(anyhow::Error::from).and_then(|component| Ok(component.start()?));
        let mut instance = start().with_context(|| format!("cannot load `{}`", path.display()))?;
        let folders = self.input.is_dir().then(|| self.input.join("settings.json"));
        let text = settings::text(argument, folders.as_deref())?;
        settings::apply(&mut instance, &text, &Console::quiet()).with_context(|| format!("cannot set up `{}`", path.display()))?;
        Ok(Version { path, instance })
    }

    /// Batch by batch, so that what is held does not grow with the file.
    fn messages<R: BufRead>(
        &self,
        upgrade: &mut Upgrade,
        old: &mut Version<'_>,
        new: &mut Version<'_>,
        path: &Path,
        mut lines: Lines<R>,
    ) -> anyhow::Result<()> {
        loop {
            let (mut numbers, mut batch) = (Vec::new(), Vec::new());
            while batch.len() < BATCH
                && let Some(line) = lines.next_message().with_context(|| format!("cannot read {}", input::name(path)))?
            {
                numbers.push(line.line + 1);
                batch.push(line.message);
            }
            if batch.is_empty() {
                return Ok(());
            }
            let decode = |version: &mut Version<'_>| version.decode(&self.dataset, &numbers, &batch, self.time.now);
            upgrade.compare(decode(old)?, decode(new)?);
        }
    }
}

impl Version<'_> {
    fn decode(&mut self, name: &str, lines: &[u64], messages: &[Message], now: Timestamp) -> anyhow::Result<Vec<Sourced>> {
        let position = dataset(self.instance.description(), name)?;
        let cannot_decode = || format!("`{}` cannot decode lines {} to {}", self.path.display(), lines.first().unwrap_or(&0), lines.last().unwrap_or(&0));
        let decoded = self.instance.decode(now, position, messages).with_context(cannot_decode)?;
        let mut documents = Vec::new();
        for document in &decoded.documents {
            let line = document.source.and_then(|source| lines.get(usize::try_from(source).ok()?));
            let source = line.map_or_else(|| "no line".to_owned(), |line| format!("line {line}"));
            documents.push(Sourced::new(self.instance.description(), document, source).map_err(anyhow::Error::msg).with_context(cannot_decode)?);
        }
        Ok(documents)
    }

    fn walk(&mut self, exchanges: Vec<Exchange>, now: Timestamp) -> anyhow::Result<Vec<Sourced>> {
        let description = self.instance.description().clone();
        let mut replay = Replay::new(exchanges);
        let mut walk = Walk::new(&mut self.instance, &mut replay, Clock::Fixed(now), None);
        let mut documents = Vec::new();
        let cannot_walk = || format!("`{}` cannot walk the recorded API to its end", self.path.display());
        while let Some(stride) = walk.next_step().with_context(cannot_walk)? {
            for document in &stride.step.documents {
                let request = document.source.and_then(|source| stride.answered.get(usize::try_from(source).ok()?));
                let exchange = request.and_then(|request| walk.transport().exchange_of(*request));
                let source = exchange.map_or_else(|| "no exchange".to_owned(), |exchange| format!("exchange {exchange}"));
                documents.push(Sourced::new(&description, document, source).map_err(anyhow::Error::msg).with_context(cannot_walk)?);
            }
        }
        match replay.unexpected() {
            [] => Ok(documents),
            [only] => anyhow::bail!("`{}` asks for more than is recorded: {}", self.path.display(), only.error),
            [first, more @ ..] => anyhow::bail!("`{}` asks for more than is recorded: {} (and {} more)", self.path.display(), first.error, more.len()),
        }
    }
}
