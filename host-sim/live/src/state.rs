//! What a host knows after a restart: how far each lane is, the last runs, and the dead letters. One host at a time has the folder.
//!
//! Marks are a few kilobytes. They stand in one file that is replaced as a whole: it is the old one or the new one, whenever the machine stops, a checksum
//! over all of it is compared at every start, and a person can read it. A database would check no more, at the price of a crate as large as this host.

mod dead_letters;
mod error;
mod runs;
mod sealed;

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use host_sim_runtime::flow::{BoxedError, Lane, Mark, State};
use host_sim_runtime::{Clock, private_folder};
use serde::{Deserialize, Serialize};

pub use self::dead_letters::{DeadLetterError, DeadLetterFile};
pub(crate) use self::dead_letters::{Letter, cut_unfinished, letters};
pub use self::error::StateError;
use self::runs::REMEMBERED;
pub use self::runs::Run;
use self::sealed::{Broken, VERSION, seal, unseal};
use crate::private;
use crate::time::{in_a_name, is_in_a_name};

const MARKS: &str = "marks.ndjson";
const RUNS: &str = "runs.ndjson";
const LOCK: &str = "lock";
const ID: &str = "id";
const DEAD_LETTERS: &str = "dead-letters";

/// Damaged files that are kept.
const SET_ASIDE: usize = 3;

/// The folder of state, which nobody else has as long as this lives.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    marks: Mutex<BTreeMap<String, Mark>>,
    runs: Mutex<VecDeque<Run>>,
    id: String,
    _lock: File,
}

/// A folder of state, and what was wrong with it.
#[derive(Debug)]
pub struct Opened {
    /// The folder.
    pub state: StateFolder,
    /// Damaged files: what was in them is not known any more, and they are kept under these names.
    pub set_aside: Vec<SetAside>,
}

/// A damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Where it was.
    pub from: PathBuf,
    /// Where it is now.
    pub to: PathBuf,
}

/// What a folder of state says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// How far each lane is.
    pub marks: BTreeMap<String, Mark>,
    /// The last runs, the newest last.
    pub runs: Vec<Run>,
}

impl StateFolder {
    /// Opens the folder, which is made where it is missing, for this host alone.
    pub fn open(path: &Path) -> Result<Opened, StateError> {
        let failed = |source| StateError::Io { path: path.to_owned(), source };
        let path = private_folder(path).map_err(failed)?;
        let lock = private::appended(&path.join(LOCK)).map_err(|source| StateError::Io { path: path.join(LOCK), source })?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::Locked { path }),
            Err(TryLockError::Error(source)) => return Err(StateError::Io { path: path.join(LOCK), source }),
        }
        let mut set_aside = Vec::new();
        let marks = opened::<Line>(&path.join(MARKS), &mut set_aside)?;
        let runs = opened::<Run>(&path.join(RUNS), &mut set_aside)?;
        let id = id(&path.join(ID)).map_err(|source| StateError::Io { path: path.join(ID), source })?;
        let state = Self { path, id, marks: Mutex::new(marks.into_iter().map(Line::into_entry).collect()), runs: Mutex::new(runs.into()), _lock: lock };
        Ok(Opened { state, set_aside })
    }

    /// What the folder says, also while a host has it. Nothing is changed there.
    pub fn look(path: &Path) -> Result<Snapshot, StateError> {
        let lines = read::<Line>(&path.join(MARKS))?.unwrap_or_else(|_| Vec::new());
        let runs = read::<Run>(&path.join(RUNS))?.unwrap_or_else(|_| Vec::new());
        Ok(Snapshot { marks: lines.into_iter().map(Line::into_entry).collect(), runs })
    }

    /// Whether a host has the folder. Nothing is made or changed there.
    pub fn is_in_use(path: &Path) -> bool {
        let lock = File::open(path.join(LOCK));
        lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What tells this host from others, for as long as it has its state: 32 hexadecimal digits.
    pub fn host_id(&self) -> &str {
        &self.id
    }

    /// The last runs, the newest last.
    pub fn runs(&self) -> Vec<Run> {
        lock(&self.runs).iter().cloned().collect()
    }

    /// Remembers a run, and forgets the oldest where there are too many.
    pub fn remember(&self, run: Run) -> Result<(), StateError> {
        let mut runs = lock(&self.runs);
        runs.push_back(run);
        while runs.len() > REMEMBERED {
            runs.pop_front();
        }
        let path = self.path.join(RUNS);
        keep(&path, runs.iter()).map_err(|source| StateError::Io { path, source })
    }

    /// The dead letters of an input. `datasets` are the names of its component's data sets, in their order.
    pub fn dead_letters(&self, input: &str, datasets: Vec<String>) -> Result<DeadLetterFile, StateError> {
        let path = self.dead_letters_of(input)?;
        DeadLetterFile::open(path.clone(), input, datasets).map_err(|source| StateError::Io { path, source })
    }

    pub(crate) fn dead_letters_of(&self, input: &str) -> Result<PathBuf, StateError> {
        let folder = self.path.join(DEAD_LETTERS);
        let is_name = !input.is_empty() && input.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
        let made = if is_name { private_folder(&folder) } else { Err(io::Error::other(format!("`{}` is no id of an input", input.escape_debug()))) };
        let folder = made.map_err(|source| StateError::Io { path: folder, source })?;
        Ok(folder.join(format!("{input}.ndjson")))
    }
}

impl State for StateFolder {
    fn mark(&self, lane: &Lane) -> Result<Option<Mark>, BoxedError> {
        Ok(lock(&self.marks).get(&lane.to_string()).cloned())
    }

    fn keep(&self, lane: &Lane, mark: &Mark) -> Result<(), BoxedError> {
        let mut marks = lock(&self.marks);
        let name = lane.to_string();
        if marks.get(&name) == Some(mark) {
            return Ok(());
        }
        let mut new = marks.clone();
        new.insert(name, mark.clone());
        let path = self.path.join(MARKS);
        keep(&path, new.iter().map(|(lane, mark)| Line::of(lane, mark))).map_err(|source| StateError::Io { path, source })?;
        *marks = new;
        Ok(())
    }
}

/// A mark as it is written.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    lane: String,
    #[serde(flatten)]
    mark: Written,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    /// In base64.
    Cursor(#[serde(with = "in_base64")] Vec<u8>),
    /// Since version 2.
    Position {
        sequence_number: i64,
        offset: String,
    },
    Ended(bool),
}

mod in_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Line {
    fn of(lane: &str, mark: &Mark) -> Self {
        let mark = match mark {
            Mark::Cursor(cursor) => Written::Cursor(cursor.clone()),
            Mark::Position { sequence_number, offset } => Written::Position { sequence_number: *sequence_number, offset: offset.clone() },
            Mark::Ended => Written::Ended(true),
        };
        Self { lane: lane.to_owned(), mark }
    }

    fn into_entry(self) -> (String, Mark) {
        let mark = match self.mark {
            Written::Cursor(cursor) => Mark::Cursor(cursor),
            Written::Position { sequence_number, offset } => Mark::Position { sequence_number, offset },
            Written::Ended(_) => Mark::Ended,
        };
        (self.lane, mark)
    }
}

fn keep<T: Serialize>(path: &Path, lines: impl Iterator<Item = T>) -> io::Result<()> {
    let text = seal(lines)?;
    private::replace(path, |writer| writer.write_all(text.as_bytes()))
}

/// The id that stands in a file, or a new one. It need not be hard to guess.
fn id(path: &Path) -> io::Result<String> {
    let known = private::read(path)?.and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(id) = known.filter(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Ok(id);
    }
    let random = || RandomState::new().hash_one((std::process::id(), Clock::System.now()));
    let id = format!("{:016x}{:016x}", random(), random());
    private::replace(path, |writer| writer.write_all(id.as_bytes()))?;
    Ok(id)
}

/// The lines of a file, none where it is missing; a damaged one is given as such.
fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Result<Vec<T>, Broken>, StateError> {
    let bytes = private::read(path).map_err(|source| StateError::Io { path: path.to_owned(), source })?;
    match bytes.map_or(Ok(Vec::new()), |bytes| unseal(&bytes)) {
        Err(Broken::Newer(found)) => Err(StateError::Newer { path: path.to_owned(), found, known: VERSION }),
        lines => Ok(lines),
    }
}

/// The lines of a file, which is set aside if it is damaged.
fn opened<T: for<'a> Deserialize<'a>>(path: &Path, set_aside: &mut Vec<SetAside>) -> Result<Vec<T>, StateError> {
    if let Ok(lines) = read(path)? {
        return Ok(lines);
    }
    let moved = move_away(path).map_err(|source| StateError::Io { path: path.to_owned(), source })?;
    set_aside.push(SetAside { from: path.to_owned(), to: moved });
    Ok(Vec::new())
}

fn move_away(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned() + ".damaged.";
    let mut now = Clock::System.now();
    let to = loop {
        let to = path.with_file_name(format!("{name}{}", in_a_name(now)));
        if fs::symlink_metadata(&to).is_err() {
            break to;
        }
        now += 1;
    };
    fs::rename(path, &to)?;
    private::sync_folder(path)?;
    let mut old: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path.parent().unwrap_or(Path::new(".")))? {
        let entry = entry?;
        let is_old = entry.file_name().to_str().is_some_and(|entry| entry.split_once(".damaged.").is_some_and(|(_, time)| is_in_a_name(time)));
        old.extend(is_old.then(|| entry.path()));
    }
    // By their time, whichever file it was.
    old.sort_by_key(|path| path.to_string_lossy().rsplit_once(".damaged.").map(|(_, time)| time.to_owned()));
    for path in old.iter().take(old.len().saturating_sub(SET_ASIDE)) {
        fs::remove_file(path)?;
    }
    Ok(to)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, unix))]
mod tests;
