//! Compiled code, kept in a private folder by what it was compiled from. Anything doubtful there is compiled anew.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use wasmtime::component::Component;

/// More pieces of compiled code than this are not kept; the oldest go first.
const KEPT: usize = 32;

const CHECKSUM: usize = 32;

/// Where compiled code is kept between runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// The folder that `HOST_SIM_CACHE` names (none if it is empty), else `host-sim` in the user's folder of caches.
    pub fn of_user() -> Self {
        let folder_of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let user = || folder_of("XDG_CACHE_HOME").or_else(|| Some(folder_of("HOME")?.join(".cache"))).map(|folder| folder.join("host-sim"));
        match std::env::var_os("HOST_SIM_CACHE") {
            Some(folder) if folder.is_empty() => Self::none(),
            Some(folder) => Self::in_folder(folder),
            None => Self { folder: user() },
        }
    }

    /// This folder. It is made, for this user alone, when something is to be kept; one that others may write to is not used.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// Nothing is kept.
    pub fn none() -> Self {
        Self { folder: None }
    }

    /// The code compiled from a component of this hash, if it is there and undamaged.
    pub(super) fn take(&self, runtime: &wasmtime::Engine, sha256: &str) -> Option<Component> {
        let folder = self.folder.as_deref().filter(|folder| is_private(folder))?;
        let file = fs::read(folder.join(name_of(runtime, sha256))).ok()?;
        let (checksum, code) = file.split_at_checked(CHECKSUM)?;
        if checksum != Sha256::digest(code).as_slice() {
            return None;
        }
        #[expect(unsafe_code, reason = "the runtime cannot tell compiled code from any other bytes")]
        // SAFETY: these bytes are code that a runtime of this version and configuration made from the component of this hash, as the name says.
        // They are as this program wrote them, as the checksum says, in a folder that nobody else can write to. They are checked and used in memory,
        // so nobody changes them in between.
        let component = unsafe { Component::deserialize(runtime, code) };
        component.ok()
    }

    /// Keeps compiled code. A cache that cannot be written costs time and nothing else, so this does not fail.
    pub(super) fn keep(&self, component: &Component, sha256: &str) {
        let Some(folder) = self.folder.as_deref() else { return };
        let Ok(code) = component.serialize() else { return };
        if make_private(folder).is_err() || !is_private(folder) {
            return;
        }
        let name = name_of(component.engine(), sha256);
        let partial = folder.join(format!(".{name}.{}", std::process::id()));
        if write(&partial, &code).and_then(|()| fs::rename(&partial, folder.join(name))).is_err() {
            let _ = fs::remove_file(&partial);
        }
        forget_oldest(folder);
    }
}

/// Names the component, and the runtime's version, configuration and machine.
fn name_of(runtime: &wasmtime::Engine, sha256: &str) -> String {
    let mut hasher = DefaultHasher::new();
    runtime.precompile_compatibility_hash().hash(&mut hasher);
    format!("{sha256}-{:016x}.cwasm", hasher.finish())
}

fn write(path: &Path, code: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(&Sha256::digest(code))?;
    file.write_all(code)
}

fn forget_oldest(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in entries.flatten() {
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        if let (Ok(changed), true) = (changed, entry.path().extension().is_some_and(|extension| extension == "cwasm")) {
            files.push((changed, entry.path()));
        }
    }
    files.sort();
    for (_, path) in files.iter().take(files.len().saturating_sub(KEPT)) {
        let _ = fs::remove_file(path);
    }
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(unix)]
fn is_private(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(folder).is_ok_and(|metadata| metadata.is_dir() && metadata.mode() & 0o022 == 0)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// The user's own folder is private by the system's defaults.
#[cfg(not(unix))]
fn is_private(folder: &Path) -> bool {
    folder.is_dir()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Cache, KEPT, forget_oldest, is_private, make_private};
    use crate::host::{Engine, Limits};

    /// The smallest component: a header and nothing in it.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("host-sim-cache-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn kept_code_is_taken_again_unless_it_is_damaged() {
        let folder = folder("damage");
        let cache = Cache::in_folder(&folder);
        let engine = Engine::new(Limits::default(), Cache::none()).expect("the runtime starts");
        let component = wasmtime::component::Component::new(&engine.runtime, EMPTY).expect("it compiles");

        assert!(cache.take(&engine.runtime, "hash").is_none());
        cache.keep(&component, "hash");
        assert!(cache.take(&engine.runtime, "hash").is_some());
        assert!(cache.take(&engine.runtime, "another hash").is_none());

        let path = fs::read_dir(&folder).expect("the folder is there").next().expect("one file").expect("readable").path();
        let mut bytes = fs::read(&path).expect("readable");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, &bytes).expect("writable");
        assert!(cache.take(&engine.runtime, "hash").is_none());
        fs::write(&path, b"short").expect("writable");
        assert!(cache.take(&engine.runtime, "hash").is_none());
        fs::remove_dir_all(&folder).expect("removable");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_may_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("private");
        make_private(&folder).expect("it is made");
        assert!(is_private(&folder));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("ours");
        assert!(!is_private(&folder));
        fs::remove_dir_all(&folder).expect("removable");
    }

    #[test]
    fn only_so_many_pieces_are_kept_and_nothing_else_is_touched() {
        let folder = folder("oldest");
        make_private(&folder).expect("it is made");
        for number in 0..KEPT + 3 {
            fs::write(folder.join(format!("{number}.cwasm")), b"").expect("writable");
        }
        fs::write(folder.join("note.txt"), b"").expect("writable");
        forget_oldest(&folder);
        assert_eq!(fs::read_dir(&folder).expect("the folder is there").count(), KEPT + 1);
        assert!(folder.join("note.txt").exists());
        fs::remove_dir_all(&folder).expect("removable");
    }
}
