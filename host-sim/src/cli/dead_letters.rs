//! Messages that stopped the component: kept whole in a file, or shown in part.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use host_sim_runtime::DeadLetter;
use host_sim_workbench::recording::write_message;

use super::Usage;
use super::console::{Console, beginning};

/// Characters of a message that are shown where it is not kept.
const SHOWN: usize = 200;

/// Where such messages go.
#[derive(Debug, Args)]
pub(super) struct DeadLetterOption {
    /// Append messages that stop the component to this file, in the form of a recording, to decode them again
    #[arg(long, value_name = "FILE")]
    dead_letter: Option<PathBuf>,
}

impl DeadLetterOption {
    /// Opens the file, if there is to be one, so that it is known to be writable before anything is decoded.
    pub(super) fn open(&self, input: &Path) -> anyhow::Result<DeadLetters> {
        let Some(path) = &self.dead_letter else { return Ok(DeadLetters { file: None, count: 0 }) };
        let cannot_write = || format!("cannot write to `{}`", path.display());
        let file = OpenOptions::new().create(true).append(true).open(path).with_context(cannot_write)?;
        // What is appended to the input would be read again, without an end.
        if fs::canonicalize(path).ok() == fs::canonicalize(input).ok() {
            return Err(Usage(format!("`{}` is the input: messages that stop the component go to another file", path.display())).into());
        }
        Ok(DeadLetters { file: Some((file, path.clone())), count: 0 })
    }
}

/// Takes messages that stopped the component.
#[derive(Debug)]
pub(super) struct DeadLetters {
    file: Option<(File, PathBuf)>,
    count: u64,
}

impl DeadLetters {
    /// Keeps a message of a line of the input, or shows how it begins.
    pub(super) fn take(&mut self, letter: &DeadLetter, line: Option<u64>, console: &Console) -> anyhow::Result<()> {
        self.count += 1;
        let Some((file, path)) = &mut self.file else {
            let source = line.map(|line| format!(" of source {line}")).unwrap_or_default();
            let text = String::from_utf8_lossy(&letter.message.body);
            console.say_on_one_line(&format!("  the message{source}: {}", beginning(&text, SHOWN)));
            return Ok(());
        };
        let mut line = Vec::new();
        write_message(&mut line, &letter.message).and_then(|()| file.write_all(&line)).with_context(|| format!("cannot write to `{}`", path.display()))
    }

    /// Says where they are, or how to have them kept.
    pub(super) fn finish(&self, console: &Console) {
        match &self.file {
            _ if self.count == 0 => {}
            Some((_, path)) => console.say(&format!("not decoded {} in {}", self.count, path.display())),
            None => console.hint("with `--dead-letter FILE`, messages that stop the component are kept whole, to be decoded again"),
        }
    }
}
