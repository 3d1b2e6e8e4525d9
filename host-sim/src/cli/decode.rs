//! `host-sim decode`: a file of messages in, documents out.

use std::path::{Path, PathBuf};

use clap::Args;
use host_sim_runtime::flow::FlowError;
use host_sim_workbench::decode::{DecodeError, Decoding};
use host_sim_workbench::recording::{Format, Likeness, Lines, MessageError};

use super::console::Console;
use super::dataset::dataset;
use super::dead_letters::{DeadLetterOption, DeadLetters};
use super::end::{End, Hinted};
use super::offline::{self, Run};
use super::options::RunOptions;
use super::{input, settings};

const EXAMPLE: &str = r#"Examples:
  host-sim decode plugin.wasm --dataset event messages.ndjson > documents.ndjson
  host-sim decode plugin.wasm --dataset assessment --settings '{"preserve_original_event": true}' --raw - < records.ndjson
  host-sim decode plugin.wasm --dataset event --body alert.json

Each line of the input is an object with `body` (text) or `body_base64` (bytes). `partition` and `sequence_number` say where the message
stood; the component is told if both are there. `enqueued_time`, `offset` and `partition_key` may come with them.
What gzip or zstd has packed is known by its first bytes, whatever it is called, on stdin as well.

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
    /// The messages, one a line, as they are or packed by gzip or zstd; `-` is stdin
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
        let console = offline::console(self.run.quiet, true);
        let description = instance.description().clone();
        let dataset = dataset(&description, &self.dataset)?;
        settings::apply(&mut instance, &settings::text(self.run.settings.as_deref(), None)?, &console)?;

        let (input, length) = input::open(&self.file)?;
        let dead_letters = self.dead_letters(&console)?;
        let output = offline::to_stdout(&description, self.run.shape()).with_ids(self.run.id_field(&mut instance)?);
        let format = match (self.body, self.raw) {
            (true, _) => Format::Body,
            (false, true) => Format::Raw,
            (false, false) => Format::Recorded,
        };
        let mut decoding = Decoding::new(self.run.checked(instance), self.run.jobs(), dataset, self.run.clock(), Lines::new(input, format))?;
        let mut run = Run::new(output, dead_letters, &description, &console, &self.run);
        let result = run.decode(&mut decoding, length);
        self.say_if_mistaken(decoding.first(), &console);
        let hint = result.as_ref().err().and_then(hint);
        match (result, hint) {
            (Ok(()), _) => run.finish(),
            (Err(error), Some(hint)) => Err(Hinted { error: input::named(error, &self.file), hint }.into()),
            (Err(error), None) => Err(input::named(error, &self.file)),
        }
    }

    /// Says where a file looks as if it should be read otherwise than was asked for.
    fn say_if_mistaken(&self, first: Option<Likeness>, console: &Console) {
        let (looks, hint) = match first {
            Some(Likeness::Recorded) if self.body => {
                ("the file looks like a recorded message", "write it on one line and leave out `--body`: what its `body` holds is decoded then")
            }
            Some(Likeness::Recorded) => ("the first line looks like a recorded message", "leave out `--raw`: what its `body` holds is decoded then"),
            Some(Likeness::Part) if self.raw => {
                ("the first line looks like a part of a message over several lines", "with `--body`, the whole file is taken as the body of one message")
            }
            _ => return,
        };
        console.warning(looks);
        console.hint(hint);
    }

    fn dead_letters<'a>(&self, console: &'a Console) -> anyhow::Result<DeadLetters<'a>> {
        let file = if input::is_stdin(&self.file) { Path::new("/dev/stdin") } else { &self.file };
        let mut others = vec![("the component", self.component.as_path()), ("the input", file)];
        others.extend(self.run.settings_file().map(|file| ("the file of settings", file)));
        self.dead_letters.open(&others, console)
    }
}

/// How to go on where the first line tells what the file is; a fault further on is no reason to take the file otherwise.
fn hint(error: &FlowError<DecodeError>) -> Option<&'static str> {
    match error {
        FlowError::Source(DecodeError::Input(MessageError::Line { line: 0, like, .. })) => match like {
            Likeness::Body => Some("with `--raw`, each line is taken as the body of a message"),
            Likeness::Part => Some("with `--body`, the whole file is taken as the body of one message"),
            Likeness::Recorded | Likeness::Neither => None,
        },
        _ => None,
    }
}
