//! `host-sim explain`: how the documents of one message come about.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{ArgGroup, Args};
use host_sim_runtime::contract::Message;
use host_sim_runtime::{Component, Instance};
use host_sim_workbench::explain::{Explained, Unread, is_within};
use host_sim_workbench::recording::{Format, Lines};

use super::console::{Console, for_a_terminal};
use super::dataset::dataset;
use super::end::{End, Usage};
use super::options::{FixedTime, LimitOptions};
use super::{input, settings};

const EXAMPLE: &str = r#"Examples:
  host-sim explain plugin.wasm --dataset event alert.json
  host-sim explain plugin.wasm --dataset event --line 7 messages.ndjson --field rule.name
  head -1 records.ndjson | host-sim explain plugin.wasm --dataset assessment --json
  host-sim explain plugin.wasm --dataset event --all messages.ndjson

Without `--line` and `--all` the whole input is the body of one message. `--all` lists the members that no rule read in any of the messages,
with how many messages have them and the first of their lines. `--line` counts from 1, which is one more than the `source` of an envelope."#;

/// Show which rule filled which field of a document, and what of the message was not used
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE, group = ArgGroup::new("lines").args(["line", "all"]))]
pub(super) struct Explain {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,
    /// The message, as it is or packed by gzip or zstd; `-` is stdin
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// What the message is: a data set of the component, its whole name or the last part
    #[arg(long, value_name = "NAME")]
    dataset: String,
    /// Only this field, or those below it
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,
    /// Take the input as recorded messages, of which this line is meant
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    line: Option<u64>,
    /// Take the input as recorded messages, and list what no rule read in all of them
    #[arg(long, conflicts_with_all = ["line", "field"])]
    all: bool,
    /// With `--line` or `--all`: take a line as the body of a message
    #[arg(long, requires = "lines")]
    raw: bool,
    /// Settings of the component as a JSON object, or `@` and the name of a file that holds it
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<String>,
    /// Write one JSON object a document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    time: FixedTime,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Explain {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let component = Component::load(&self.limits.engine()?, &self.component).with_context(|| format!("cannot load `{}`", self.component.display()))?;
        let mut instance = component.start().with_context(|| format!("cannot start `{}`", self.component.display()))?;
        let dataset = dataset(instance.description(), &self.dataset)?;
        settings::apply(&mut instance, &settings::text(self.settings.as_deref(), None)?, &Console::quiet())?;
        if self.all {
            return self.all(&mut instance, dataset);
        }
        let message = self.message()?;
        let mut explained = Explained::all(&mut instance, self.time.now, dataset, &message).context("cannot explain the message")?;
        if let Some(name) = &self.field {
            explained.iter_mut().for_each(|document| document.retain(name));
            if explained.iter().all(|document| document.fields.is_empty()) {
                return self.absent(&mut instance, dataset, name);
            }
        }
        let mut output = io::stdout().lock();
        for (at, document) in explained.iter().enumerate() {
            let text = if self.json { format!("{}\n", serde_json::to_string(document)?) } else { for_a_terminal(&document.to_string()).into_owned() };
            let gap = if at == 0 || self.json { "" } else { "\n" };
            write!(output, "{gap}{text}").context("cannot write")?;
        }
        Ok(End::Done)
    }

    /// Lists what no rule read in any message, message by message, so that what is held does not grow with the file.
    fn all(&self, instance: &mut Instance, dataset: u32) -> anyhow::Result<End> {
        let mut lines = Lines::new(input::open(&self.file)?.0, if self.raw { Format::Raw } else { Format::Recorded });
        let mut unread = Unread::default();
        let end = loop {
            match lines.next_message().with_context(|| format!("cannot read {}", input::name(&self.file))) {
                Ok(Some(line)) => unread.add(instance, self.time.now, dataset, &line)?,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let text = if self.json { format!("{}\n", serde_json::to_string(&unread)?) } else { for_a_terminal(&unread.to_string()).into_owned() };
        io::stdout().write_all(text.as_bytes()).context("cannot write")?;
        end?;
        Ok(if unread.is_whole() { End::Done } else { End::DoneWithProblems })
    }

    /// Says where a field would come from that no document has.
    fn absent(&self, instance: &mut Instance, dataset: u32, name: &str) -> anyhow::Result<End> {
        let fields = instance.fields(dataset)?;
        let within: Vec<_> = fields.iter().filter(|field| is_within(&field.name, name)).collect();
        if within.is_empty() {
            return Err(Usage(format!("`{name}` is no field of data set `{}`; `inspect --json` lists them all", self.dataset)).into());
        }
        let console = Console::quiet();
        console.say(&format!("`{name}` is not in the document; it would come from"));
        for field in within {
            console.say(&format!("  {}: {}", field.name, field.sources.join("; ")));
        }
        Ok(End::Failed)
    }

    fn message(&self) -> anyhow::Result<Message> {
        let cannot_read = || format!("cannot read {}", input::name(&self.file));
        let (input, _) = input::open(&self.file)?;
        let Some(number) = self.line else {
            let whole = Lines::new(input, Format::Body).next_message().with_context(cannot_read)?;
            // A file without a byte is a message without one.
            return Ok(whole.map_or_else(|| Message { body: Vec::new(), position: None }, |whole| whole.message));
        };
        let mut lines = Lines::new(input, if self.raw { Format::Raw } else { Format::Recorded });
        while let Some(line) = lines.next_message().with_context(cannot_read)? {
            if line.line + 1 == number {
                return Ok(line.message);
            }
        }
        Err(Usage(format!("{} has no message on line {number}", input::name(&self.file))).into())
    }
}
