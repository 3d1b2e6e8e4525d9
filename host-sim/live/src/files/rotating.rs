//! A file that is appended to until it is large enough, and goes on under a new one then.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use host_sim_runtime::Clock;

use crate::private::sync_folder;
use crate::state::cut_unfinished;
use crate::time::{in_a_name, is_in_a_name};

/// `<data set>.ndjson`, and `<data set>.<time>.ndjson` for what was written before.
#[derive(Debug)]
pub(super) struct Rotating {
    file: File,
    path: PathBuf,
    dataset: String,
    length: u64,
    rotate: Option<u64>,
    keep: u32,
}

impl Rotating {
    /// Opens the file, which is made where it is missing; no other process may write to it meanwhile.
    pub(super) fn open(folder: &Path, dataset: &str, rotate: Option<u64>, keep: u32) -> io::Result<Self> {
        let path = folder.join(format!("{dataset}.ndjson"));
        let (file, length) = opened(&path).map_err(|error| about(&path, &error))?;
        Ok(Self { file, path, dataset: dataset.to_owned(), length, rotate, keep })
    }

    /// Appends lines; on return they outlive whatever happens to the process and the machine.
    pub(super) fn append(&mut self, lines: &[&[u8]], clock: Clock) -> io::Result<()> {
        let mut waiting = Vec::new();
        for line in lines {
            let size = line.len() as u64 + 1;
            let length = self.length + waiting.len() as u64;
            if length > 0 && self.rotate.is_some_and(|most| length.saturating_add(size) > most) {
                self.store(&waiting)?;
                waiting.clear();
                self.begin_anew(clock).map_err(|error| about(&self.path, &error))?;
            }
            waiting.extend_from_slice(line);
            waiting.push(b'\n');
        }
        self.store(&waiting)
    }

    fn store(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.file.write_all(bytes).and_then(|()| self.file.sync_data()).map_err(|error| about(&self.path, &error))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Gives the file the name of this time, and begins a new one.
    fn begin_anew(&mut self, clock: Clock) -> io::Result<()> {
        let mut now = clock.now();
        let old = loop {
            let old = self.path.with_file_name(format!("{}.{}.ndjson", self.dataset, in_a_name(now)));
            if fs::symlink_metadata(&old).is_err() {
                break old;
            }
            now += 1;
        };
        fs::rename(&self.path, &old)?;
        (self.file, self.length) = opened(&self.path)?;
        let mut all = self.rotated()?;
        all.sort();
        let surplus = all.len().saturating_sub(usize::try_from(self.keep).unwrap_or(usize::MAX));
        all.iter().take(surplus).try_for_each(fs::remove_file)
    }

    /// What was written before.
    fn rotated(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.path.parent().unwrap_or(Path::new(".")))? {
            let entry = entry?;
            let name = entry.file_name();
            let time = name.to_str().and_then(|name| name.strip_prefix(&self.dataset)?.strip_prefix('.')?.strip_suffix(".ndjson"));
            found.extend(time.is_some_and(is_in_a_name).then(|| entry.path()));
        }
        Ok(found)
    }
}

/// The file, with an unfinished last line cut off, and its length.
fn opened(path: &Path) -> io::Result<(File, u64)> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(io::Error::other("another process writes to it")),
        // Where a file system has no locks, nobody knows.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    cut_unfinished(&mut file)?;
    sync_folder(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write to `{}`: {error}", path.display()))
}
