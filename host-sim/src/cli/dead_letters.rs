//! Messages that stopped the component: kept whole in a file, or shown in part.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use clap::Args;
use host_sim_runtime::contract::Message;
use host_sim_runtime::flow::{self, BoxedError, Lane, Letter};
use host_sim_workbench::recording::write_message;

use super::console::{Console, beginning};
use super::end::Usage;
use super::identity::{Identity, is_below};
use super::repeats::MOST_TOLD;

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
    pub(super) fn open<'a>(&self, others: &[(&str, &Path)], console: &'a Console) -> anyhow::Result<DeadLetters<'a>> {
        let Some(path) = &self.dead_letter else { return Ok(DeadLetters { file: None, count: AtomicU64::new(0), console }) };
        if let Some(what) = what_else(path, others) {
            return Err(refused(path, &format!("is {what}")));
        }
        let cannot_write = || format!("cannot write to `{}`", path.display());
        let file = OpenOptions::new().create(true).append(true).open(path).with_context(cannot_write)?;
        Ok(DeadLetters { file: Some((file, path.clone())), count: AtomicU64::new(0), console })
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
pub(super) struct DeadLetters<'a> {
    file: Option<(File, PathBuf)>,
    count: AtomicU64,
    console: &'a Console,
}

impl flow::DeadLetters for DeadLetters<'_> {
    /// Keeps a message, or shows how it begins. Files refuse no document.
    fn keep(&self, _lane: &Lane, letter: Letter<'_>) -> Result<(), BoxedError> {
        match letter {
            Letter::Message { letter, number } => Ok(self.message(&letter.message, number)?),
            // Its document has the bytes, and a recording has the message.
            Letter::Unread { .. } => Ok(()),
            Letter::Document { item, refusal } => Err(format!("the document `{}` is refused: {}", item.document.id, refusal.why).into()),
        }
    }
}

impl DeadLetters<'_> {
    fn message(&self, message: &Message, number: Option<u64>) -> anyhow::Result<()> {
        let before = self.count.fetch_add(1, Ordering::Relaxed);
        let Some((file, path)) = &self.file else {
            if before >= MOST_TOLD {
                return Ok(());
            }
            let source = number.map(|number| format!(" of source {number}")).unwrap_or_default();
            let text = String::from_utf8_lossy(&message.body);
            self.console.say_on_one_line(&format!("  the message{source}: {}", beginning(&text, SHOWN)));
            return Ok(());
        };
        let mut line = Vec::new();
        let written = write_message(&mut line, message).and_then(|()| {
            let mut file = file;
            file.write_all(&line)
        });
        written.with_context(|| format!("cannot write to `{}`", path.display()))
    }

    /// Says where they are, or how to have them kept.
    pub(super) fn finish(&self) {
        let count = self.count.load(Ordering::Relaxed);
        match &self.file {
            _ if count == 0 => {}
            Some((_, path)) => self.console.say(&format!("not decoded {count} in {}", path.display())),
            None => self.console.hint("with `--dead-letter FILE`, messages that stop the component are kept whole, to be decoded again"),
        }
    }
}
