//! Who may change a folder, a file, and what leads there.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use super::distrust::Distrust;

const ROOT: u32 = 0;

/// Whoever has these permissions, beside the owner, may write.
const OTHERS_MAY_WRITE: u32 = 0o022;

/// With this one, what is in a folder is renamed and removed by its owner only (and by that of the folder).
const STICKY: u32 = 0o1000;

/// As many as Linux follows.
const MOST_LINKS: usize = 40;

/// What is done about a folder that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Leave,
    /// It is made, for this user alone.
    Make,
}

/// Who may put things into a folder of this user's or of root's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shared {
    WithNobody,
    /// Others may add things, and leave those of this user and of root alone, as in `/tmp`.
    WithSticky,
}

/// The place that a path leads to, once it is known that nobody else can make it lead elsewhere. What is there has not been looked at, and may be a link.
///
/// It is walked to from the root, and a name is looked up in a folder only once it is known who may change what is in there. So what a step has seen still
/// holds when the next relies on it: only this user and root could change it. Links on the way are followed, but not out of folders where others may put some.
pub(super) fn place(path: &Path, missing: Missing) -> Result<Option<PathBuf>, Distrust> {
    let Ok(path) = std::path::absolute(path) else { return Ok(None) };
    let mut names = names(&path);
    let mut place = PathBuf::from("/");
    let mut links = 0;
    while let Some(name) = names.pop_front() {
        if name == ".." {
            place.pop();
            continue;
        }
        let Some(shared) = shared(&place)? else { return Ok(None) };
        let next = place.join(name);
        match fs::read_link(&next) {
            Ok(_) if !names.is_empty() && shared == Shared::WithSticky => return Err(Distrust::Link { path: next }),
            Ok(_) if links == MOST_LINKS => return Ok(None),
            Ok(target) if !names.is_empty() => {
                links += 1;
                names = self::names(&target).into_iter().chain(names).collect();
                if target.is_absolute() {
                    place = PathBuf::from("/");
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound && missing == Missing::Make => {
                if DirBuilder::new().mode(0o700).create(&next).is_err() {
                    return Ok(None);
                }
                place = next;
            }
            _ => place = next,
        }
    }
    Ok(Some(place))
}

/// Whether a folder or file is this user's, and nobody else may write to it.
pub(super) fn is_own(metadata: &Metadata, path: &Path) -> Result<(), Distrust> {
    let (path, owner, mode) = (path.to_owned(), metadata.uid(), permissions(metadata));
    if metadata.is_symlink() {
        return Err(Distrust::Link { path });
    }
    if owner != user() {
        return Err(Distrust::Owner { path, owner });
    }
    if mode & OTHERS_MAY_WRITE != 0 {
        return Err(Distrust::Mode { path, mode });
    }
    Ok(())
}

fn shared(folder: &Path) -> Result<Option<Shared>, Distrust> {
    let Some(metadata) = fs::symlink_metadata(folder).ok().filter(Metadata::is_dir) else { return Ok(None) };
    let (path, owner, mode) = (folder.to_owned(), metadata.uid(), permissions(&metadata));
    if owner != ROOT && owner != user() {
        return Err(Distrust::Owner { path, owner });
    }
    match (mode & OTHERS_MAY_WRITE, mode & STICKY) {
        (0, _) => Ok(Some(Shared::WithNobody)),
        (_, 0) => Err(Distrust::Mode { path, mode }),
        _ => Ok(Some(Shared::WithSticky)),
    }
}

fn names(path: &Path) -> VecDeque<OsString> {
    let is_step = |step: &Component<'_>| matches!(step, Component::Normal(_) | Component::ParentDir);
    path.components().filter(is_step).map(|step| step.as_os_str().to_owned()).collect()
}

fn permissions(metadata: &Metadata) -> u32 {
    metadata.mode() & 0o7777
}

fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}
