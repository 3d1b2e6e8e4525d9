//! A folder of this user's alone, under the rules of the cache, for whoever keeps something that nobody else may read or change.

use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use super::distrust::Distrust;
#[cfg(unix)]
use super::trust;

/// The place of a folder that nobody else can change or look into. It is made, for this user alone, where it is missing, and nobody else may read it afterwards.
/// Where somebody else could change it or make its path lead elsewhere, the error's source is a [`Distrust`](crate::Distrust).
#[cfg(unix)]
pub fn private_folder(path: &Path) -> io::Result<PathBuf> {
    use std::fs::{self, DirBuilder, Permissions};
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    let doubtful = |distrust: Distrust| io::Error::new(io::ErrorKind::PermissionDenied, distrust);
    // Whoever could make a path lead elsewhere is found before anything is made.
    trust::place(path, trust::Missing::Leave).map_err(doubtful)?;
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let place = trust::place(path, trust::Missing::Leave).map_err(doubtful)?;
    let place = place.ok_or_else(|| io::Error::from(io::ErrorKind::NotADirectory))?;
    let metadata = fs::symlink_metadata(&place)?;
    trust::is_own(&metadata, &place).map_err(doubtful)?;
    if !metadata.is_dir() {
        return Err(io::Error::from(io::ErrorKind::NotADirectory));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(&place, Permissions::from_mode(0o700))?;
    }
    Ok(place)
}

/// The place of a folder, which is made where it is missing. Elsewhere than on Unix nobody knows here who else may read or change it.
#[cfg(not(unix))]
pub fn private_folder(path: &Path) -> io::Result<PathBuf> {
    std::fs::create_dir_all(path)?;
    std::path::absolute(path)
}
