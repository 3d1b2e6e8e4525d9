//! Dead letters of an input: a file of lines, each of them there for good once it is kept.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use host_sim_runtime::Clock;
use host_sim_runtime::contract::Position;
use host_sim_runtime::flow::{self, BoxedError, DeadLetters, Lane};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::private;
use crate::text::one_line;
use crate::time::written;

/// Bytes that a file may have.
const MOST: u64 = 1 << 30;

/// The dead letters of an input, while it runs.
#[derive(Debug)]
pub struct DeadLetterFile {
    path: PathBuf,
    input: String,
    datasets: Vec<String>,
    most: u64,
    file: Mutex<File>,
}

/// Why a dead letter is not kept.
#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    /// Find out why there are so many, and deliver them again or remove the file.
    #[error("`{}` has reached its bound of {most} bytes; find out why so much is refused, then deliver it again with `redrive` or move the file away", path.display())]
    Full {
        /// The file.
        path: PathBuf,
        /// Its bound.
        most: u64,
    },
    /// Mend the disk.
    #[error("cannot write to `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
}

/// A line, with borrowed parts where it is written or read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Letter<'a> {
    pub(crate) time: String,
    pub(crate) input: Cow<'a, str>,
    pub(crate) dataset: Option<Cow<'a, str>>,
    pub(crate) id: Option<Cow<'a, str>>,
    pub(crate) reason: String,
    /// The problem of a message that gave a document and could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<Cow<'a, str>>,
    pub(crate) status: Option<u16>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) document: Option<&'a RawValue>,
    /// Of a message, or of a document that is no JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<Place>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    partition: String,
    sequence_number: i64,
    offset: String,
    enqueued: String,
    partition_key: Option<String>,
}

impl From<&Position> for Place {
    fn from(position: &Position) -> Self {
        Self {
            partition: position.partition.clone(),
            sequence_number: position.sequence_number,
            offset: position.offset.clone(),
            enqueued: written(position.enqueued),
            partition_key: position.partition_key.clone(),
        }
    }
}

impl DeadLetterFile {
    pub(super) fn open(path: PathBuf, input: &str, datasets: Vec<String>) -> io::Result<Self> {
        let mut file = private::appended(&path)?;
        private::sync_folder(&path)?;
        cut_unfinished(&mut file)?;
        Ok(Self { path, input: input.to_owned(), datasets, most: MOST, file: Mutex::new(file) })
    }

    /// With another bound.
    #[cfg(test)]
    pub(super) fn bounded(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn line(&self, letter: flow::Letter<'_>) -> serde_json::Result<Vec<u8>> {
        let (time, input) = (written(Clock::System.now()), Cow::Borrowed(self.input.as_str()));
        let letter = match letter {
            flow::Letter::Message { letter, .. } => Letter {
                time,
                input,
                dataset: None,
                id: None,
                reason: one_line(&letter.stop.to_string()),
                code: None,
                status: None,
                document: None,
                body_base64: Some(STANDARD.encode(&letter.message.body)),
                position: letter.message.position.as_ref().map(Place::from),
            },
            flow::Letter::Unread { unread, .. } => Letter {
                time,
                input,
                dataset: None,
                id: None,
                reason: one_line(&unread.problem.message),
                code: Some(Cow::Borrowed(&unread.problem.code)),
                status: None,
                document: None,
                body_base64: Some(STANDARD.encode(&unread.message.body)),
                position: unread.message.position.as_ref().map(Place::from),
            },
            flow::Letter::Document { item, refusal } => {
                let document = &item.document;
                let dataset = usize::try_from(document.dataset).ok().and_then(|at| self.datasets.get(at));
                let raw = serde_json::from_slice::<&RawValue>(&document.body).ok().filter(|raw| !raw.get().contains('\n'));
                Letter {
                    time,
                    input,
                    dataset: dataset.map(|name| Cow::Borrowed(name.as_str())),
                    id: Some(Cow::Borrowed(&document.id)),
                    reason: one_line(&refusal.why),
                    code: None,
                    status: refusal.status,
                    document: raw,
                    body_base64: raw.is_none().then(|| STANDARD.encode(&document.body)),
                    position: None,
                }
            }
        };
        let mut line = serde_json::to_vec(&letter)?;
        line.push(b'\n');
        Ok(line)
    }

    fn append(&self, line: &[u8]) -> Result<(), DeadLetterError> {
        let failed = |source| DeadLetterError::Io { path: self.path.clone(), source };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let before = file.metadata().map_err(failed)?.len();
        if before.saturating_add(line.len() as u64) > self.most {
            return Err(DeadLetterError::Full { path: self.path.clone(), most: self.most });
        }
        let kept = file.write_all(line).and_then(|()| file.sync_data());
        kept.map_err(|error| {
            // Half a line would spoil the next one.
            let _ = file.set_len(before);
            failed(error)
        })
    }
}

impl DeadLetters for DeadLetterFile {
    fn keep(&self, _lane: &Lane, letter: flow::Letter<'_>) -> Result<(), BoxedError> {
        let line = self.line(letter)?;
        Ok(self.append(&line)?)
    }
}

/// The lines of a file of dead letters, with their line ends; none where there is no file.
pub(crate) fn letters(path: &Path) -> io::Result<impl Iterator<Item = io::Result<Vec<u8>>>> {
    let file = match File::open(path) {
        Ok(file) => Some(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut reader = file.map(BufReader::new);
    Ok(std::iter::from_fn(move || {
        let mut line = Vec::new();
        match reader.as_mut()?.read_until(b'\n', &mut line) {
            // What has no line end was never kept.
            Ok(_) if line.last() != Some(&b'\n') => None,
            Ok(_) => Some(Ok(line)),
            Err(error) => Some(Err(error)),
        }
    }))
}

/// Cuts off a last line without an end: the process died while it was written.
pub(crate) fn cut_unfinished(file: &mut File) -> io::Result<()> {
    let length = file.metadata()?.len();
    let mut end = length;
    let mut block = vec![0; 64 << 10];
    while end > 0 {
        let begin = end.saturating_sub(block.len() as u64);
        let part = usize::try_from(end - begin).ok().and_then(|size| block.get_mut(..size)).unwrap_or_default();
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(part)?;
        if let Some(at) = part.iter().rposition(|byte| *byte == b'\n') {
            end = begin + at as u64 + 1;
            break;
        }
        end = begin;
    }
    if end < length {
        file.set_len(end)?;
        file.sync_all()?;
    }
    Ok(())
}
