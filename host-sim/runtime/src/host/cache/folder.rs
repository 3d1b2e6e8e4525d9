//! A folder that only this user can write to. It and its files are looked at, read and written by descriptors: what was looked at is what is used.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, Mode, OFlags};

use super::distrust::Distrust;
use super::trust::{self, Missing};

/// The folder, open. What cannot be used for another reason than distrust is as if it were not there.
#[derive(Debug)]
pub(super) struct Folder {
    descriptor: File,
    path: PathBuf,
}

impl Folder {
    /// The folder, if it is there.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Distrust> {
        Self::at(path, Missing::Leave)
    }

    /// The folder, and those above it, made where they are missing.
    pub(super) fn make(path: &Path) -> Result<Option<Self>, Distrust> {
        Self::at(path, Missing::Make)
    }

    fn at(path: &Path, missing: Missing) -> Result<Option<Self>, Distrust> {
        let Some(path) = trust::place(path, missing)? else { return Ok(None) };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let Some(descriptor) = trusted(rustix::fs::open(&path, flags, Mode::empty()), &path)? else { return Ok(None) };
        Ok(Some(Self { descriptor, path }))
    }

    /// What is in a file.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Distrust> {
        // Not to wait for the writer of a pipe that stands there.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.descriptor, name, flags, Mode::empty());
        let Some(mut file) = trusted(opened, &self.path.join(name))? else { return Ok(None) };
        let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
        let mut content = Vec::new();
        Ok((is_file && file.read_to_end(&mut content).is_ok()).then_some(content))
    }

    /// Writes a file, whole or not at all.
    pub(super) fn write(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        let partial = format!(".{name}.{}", std::process::id());
        // An earlier process of the same number may not have come to its end.
        let _ = self.remove(OsStr::new(&partial));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::openat(&self.descriptor, &partial, flags, Mode::RUSR | Mode::WUSR)?);
        let written = parts.iter().try_for_each(|part| file.write_all(part));
        let renamed = written.and_then(|()| Ok(rustix::fs::renameat(&self.descriptor, &partial, &self.descriptor, name)?));
        renamed.inspect_err(|_| drop(self.remove(OsStr::new(&partial))))
    }

    /// The names of what is in it, by the time of the last change.
    pub(super) fn oldest_first(&self) -> Vec<OsString> {
        let Ok(entries) = Dir::read_from(&self.descriptor) else { return Vec::new() };
        let mut files = Vec::new();
        for entry in entries.flatten() {
            if let Ok(found) = rustix::fs::statat(&self.descriptor, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
                files.push((found.st_mtime, found.st_mtime_nsec, OsStr::from_bytes(entry.file_name().to_bytes()).to_owned()));
            }
        }
        files.sort();
        files.into_iter().map(|(_, _, name)| name).collect()
    }

    /// Removes a file.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.descriptor, name, AtFlags::empty())?)
    }
}

/// What was opened, if it is this user's. What could not be opened is looked at by its path, which tells why.
fn trusted(opened: rustix::io::Result<impl Into<File>>, path: &Path) -> Result<Option<File>, Distrust> {
    let opened = opened.ok().map(Into::into);
    let metadata = opened.as_ref().map_or_else(|| fs::symlink_metadata(path), File::metadata);
    let Ok(metadata) = metadata else { return Ok(None) };
    trust::is_own(&metadata, path)?;
    Ok(opened)
}
