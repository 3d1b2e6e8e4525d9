//! Messages that stopped the component: kept whole in a file, or shown in part.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use host_sim::DeadLetter;
use host_sim::recording::write_message;

use super::Usage;
use super::console::{Console, beginning};
use super::identity::{Identity, is_below};

/// Characters of a message that are shown where it is not kept.
const SHOWN: usize = 200;

/// Where such messages go.
#[derive(Debug, Args)]
pub(super) struct DeadLetterOption {
    /// Append messages that stop the component to this file, which must not be a file that the run reads; they are written in the form of a recording, to
    /// decode them again
    #[arg(long, value_name = "FILE")]
    dead_letter: Option<PathBuf>,
}

impl DeadLetterOption {
    /// Opens the file, if there is to be one, so that it is known to be writable before anything is decoded. What the run reads is never written to:
    /// what would be appended to its input would be read again, without an end. `others` are its files, each with what it is.
    pub(super) fn open(&self, others: &[(&str, &Path)]) -> anyhow::Result<DeadLetters> {
        let Some(path) = &self.dead_letter else { return Ok(DeadLetters { file: None, count: 0 }) };
        if let Some(what) = what_else(path, others) {
            return Err(refused(path, &format!("is {what}")));
        }
        let cannot_write = || format!("cannot write to `{}`", path.display());
        let file = OpenOptions::new().create(true).append(true).open(path).with_context(cannot_write)?;
        Ok(DeadLetters { file: Some((file, path.clone())), count: 0 })
    }

    /// Refuses a file in a folder that is the run's to write to, also before there is such a folder.
    pub(super) fn refuse_in(&self, what: &str, folder: &Path) -> anyhow::Result<()> {
        match &self.dead_letter {
            Some(path) if is_below(path, folder) => Err(refused(path, &format!("is in {what}"))),
            _ => Ok(()),
        }
    }
}

fn refused(path: &Path, why: &str) -> anyhow::Error {
    Usage(format!("`{}` {why}: messages that stop the component go to a file of their own", path.display())).into()
}

/// What a path names, if it is no file for messages.
fn what_else<'a>(path: &Path, others: &[(&'a str, &Path)]) -> Option<&'a str> {
    let identity = Identity::of(path);
    let is_same = |other: &Path| identity.is_some() && identity == Identity::of(other);
    let other = others.iter().find(|(_, other)| is_same(other)).map(|(what, _)| *what);
    other.or((path.is_dir() || path.to_string_lossy().ends_with(std::path::is_separator)).then_some("a folder"))
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
