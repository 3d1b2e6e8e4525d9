//! A folder of this user's, where the system keeps those private by itself.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::distrust::Distrust;

/// The folder.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder, if it is there.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Distrust> {
        Ok(path.is_dir().then(|| Self(path.to_owned())))
    }

    /// The folder, and those above it, made where they are missing.
    pub(super) fn make(path: &Path) -> Result<Option<Self>, Distrust> {
        Ok(fs::create_dir_all(path).ok().map(|()| Self(path.to_owned())))
    }

    /// What is in a file.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Distrust> {
        Ok(fs::read(self.0.join(name)).ok())
    }

    /// Writes a file, whole or not at all.
    pub(super) fn write(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        let partial = self.0.join(format!(".{name}.{}", std::process::id()));
        let mut file = File::create(&partial)?;
        let written = parts.iter().try_for_each(|part| file.write_all(part));
        let renamed = written.and_then(|()| fs::rename(&partial, self.0.join(name)));
        renamed.inspect_err(|_| drop(fs::remove_file(&partial)))
    }

    /// The names of what is in it, by the time of the last change.
    pub(super) fn oldest_first(&self) -> Vec<OsString> {
        let Ok(entries) = fs::read_dir(&self.0) else { return Vec::new() };
        let mut files: Vec<(SystemTime, OsString)> = Vec::new();
        for entry in entries.flatten() {
            if let Ok(changed) = entry.metadata().and_then(|metadata| metadata.modified()) {
                files.push((changed, entry.file_name()));
            }
        }
        files.sort();
        files.into_iter().map(|(_, name)| name).collect()
    }

    /// Removes a file.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }
}
