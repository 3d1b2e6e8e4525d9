//! `host-sim decode`: a file of messages in, documents out.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use host_sim_runtime::flow::FlowError;
use host_sim_workbench::decode::{DecodeError, Decoding};
use host_sim_workbench::recording::{Format, Likeness, Lines, MessageError};

use super::console::Console;
use super::dataset::dataset;
use super::dead_letters::{DeadLetterOption, DeadLetters};
use super::end::{End, Hinted};
use super::options::RunOptions;
use super::run::{self, Run};
use super::settings;

const EXAMPLE: &str = r#"Examples:
  host-sim decode plugin.wasm --dataset event messages.ndjson > documents.ndjson
  host-sim decode plugin.wasm --dataset assessment --settings '{"preserve_original_event": true}' --raw - < records.ndjson
  host-sim decode plugin.wasm --dataset event --body alert.json

Each line of the input is an object with `body` (text) or `body_base64` (bytes). `partition` and `sequence_number` say where the message
stood; the component is told if both are there. `enqueued_time`, `offset` and `partition_key` may come with them.

Batches of messages are decoded on several instances side by side, in the order of the input. What comes of them is the same for any number,
as long as the component answers in time and is not given up. Each instance may use the memory that `--memory-limit` says.

A message that stops the component (a trap, a limit, an answer that breaks the contract) gives no document and is reported as an
error; all others give theirs. `--dead-letter` keeps such messages whole; without it the beginning of the first five is shown. Exit status 3.

Of equal problems the first five are told one by one, and at the end how many more there were."#;

/// Turn the messages of a file into documents
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Decode {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,
    /// The messages, one a line; `-` is stdin
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// What the messages are: a data set of the component, its whole name or the last part
    #[arg(long, value_name = "NAME")]
    dataset: String,
    /// Take each line as the body of a message
    #[arg(long)]
    raw: bool,
    /// Take the whole file as the body of one message
    #[arg(long, conflicts_with = "raw")]
    body: bool,
    #[command(flatten)]
    dead_letters: DeadLetterOption,
    #[command(flatten)]
    run: RunOptions,
}

impl Decode {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let mut instance = self.run.start(&self.component)?;
        let console = run::console(self.run.quiet, true);
        let description = instance.description().clone();
        let dataset = dataset(&description, &self.dataset)?;
        settings::apply(&mut instance, &settings::text(self.run.settings.as_deref(), None)?, &console)?;

        let (input, length) = self.input()?;
        let dead_letters = self.dead_letters(&console)?;
        let format = match (self.body, self.raw) {
            (true, _) => Format::Body,
            (false, true) => Format::Raw,
            (false, false) => Format::Recorded,
        };
        let decoding = Decoding::new(self.run.checked(instance), self.run.jobs(), dataset, self.run.clock(), Lines::new(input, format))?;
        let mut run = Run::new(run::to_stdout(&description, self.run.shape()), dead_letters, &description, &console, self.run.quiet);
        let result = run.decode(decoding, length);
        let hint = result.as_ref().err().and_then(hint);
        match (result, hint) {
            (Ok(()), _) => run.finish(),
            (Err(error), Some(hint)) => Err(Hinted { error: error.into(), hint }.into()),
            (Err(error), None) => Err(error.into()),
        }
    }

    fn dead_letters<'a>(&self, console: &'a Console) -> anyhow::Result<DeadLetters<'a>> {
        let file = if self.is_stdin() { Path::new("/dev/stdin") } else { &self.file };
        let mut others = vec![("the component", self.component.as_path()), ("the input", file)];
        others.extend(self.run.settings_file().map(|file| ("the file of settings", file)));
        self.dead_letters.open(&others, console)
    }

    fn is_stdin(&self) -> bool {
        self.file.as_os_str() == "-"
    }

    /// The input, and its length if it is a file.
    fn input(&self) -> anyhow::Result<(Box<dyn BufRead + Send>, Option<u64>)> {
        if self.is_stdin() {
            return Ok((Box::new(BufReader::with_capacity(256 << 10, io::stdin())), None));
        }
        let cannot_read = || format!("cannot read `{}`", self.file.display());
        let file = File::open(&self.file).with_context(cannot_read)?;
        let metadata = file.metadata().with_context(cannot_read)?;
        Ok((Box::new(BufReader::with_capacity(256 << 10, file)), metadata.is_file().then_some(metadata.len())))
    }
}

/// How to go on where the first line tells what the file is; a fault further on is no reason to take the file otherwise.
fn hint(error: &FlowError<DecodeError>) -> Option<&'static str> {
    match error {
        FlowError::Source(DecodeError::Input(MessageError::Line { line: 0, like, .. })) => match like {
            Likeness::Body => Some("with `--raw`, each line is taken as the body of a message"),
            Likeness::Part => Some("with `--body`, the whole file is taken as the body of one message"),
            Likeness::Neither => None,
        },
        _ => None,
    }
}
