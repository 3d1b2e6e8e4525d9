//! Compiled code, kept in a private folder by what it was compiled from. Anything doubtful there is compiled anew.

mod distrust;
#[cfg(unix)]
mod folder;
#[cfg(not(unix))]
#[path = "cache/nowhere.rs"]
mod folder;
mod private;
#[cfg(unix)]
mod trust;

#[cfg(all(test, unix))]
mod tests;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use sha2::{Digest, Sha256};
use wasmtime::component::Component;

pub use self::distrust::Distrust;
use self::folder::Folder;
pub use self::private::private_folder;

/// More pieces of compiled code than this are not kept; the oldest go first.
const KEPT: usize = 32;

const CHECKSUM: usize = 32;

/// Where compiled code is kept between runs. What is there is run as it is, so the folder and its files must belong to the user that the program
/// runs as, and nobody else may be able to change them, nor the folders above. Else nothing is taken from it and nothing is kept there. Only on Unix is it
/// known who may; elsewhere nothing is ever kept.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: Option<PathBuf>,
    tell: Option<fn(&Path, &Distrust)>,
    told: Arc<Once>,
}

impl Cache {
    /// The folder that `HOST_SIM_CACHE` names (none if it is empty), else `host-sim` in the user's folder of caches.
    pub fn of_user() -> Self {
        let folder_of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let user = || folder_of("XDG_CACHE_HOME").or_else(|| Some(folder_of("HOME")?.join(".cache"))).map(|folder| folder.join("host-sim"));
        match std::env::var_os("HOST_SIM_CACHE") {
            Some(folder) if folder.is_empty() => Self::none(),
            Some(folder) => Self::in_folder(folder),
            None => Self { folder: user(), ..Self::none() },
        }
    }

    /// This folder. It is made, for this user alone, when something is to be kept.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), ..Self::none() }
    }

    /// Nothing is kept.
    pub fn none() -> Self {
        Self { folder: None, tell: None, told: Arc::new(Once::new()) }
    }

    /// This cache, which tells of its folder and why it is not used: once, however often it and its clones are asked.
    #[must_use]
    pub fn telling(self, tell: fn(&Path, &Distrust)) -> Self {
        Self { tell: Some(tell), ..self }
    }

    /// The code compiled from a component of this hash, if it is there and undamaged. Where somebody else may have put it there, nothing is to be kept.
    pub(super) fn take(&self, runtime: &wasmtime::Engine, sha256: &str) -> Result<Option<Component>, Distrust> {
        let Some(path) = &self.folder else { return Ok(None) };
        let file = Folder::open(path).and_then(|folder| folder.map_or(Ok(None), |folder| folder.read(&name_of(runtime, sha256))));
        let file = file.inspect_err(|distrust| self.tell(path, distrust))?;
        Ok(file.and_then(|file| load(runtime, &file)))
    }

    /// Keeps compiled code. A cache that cannot be written costs time and nothing else, so this does not fail.
    pub(super) fn keep(&self, component: &Component, sha256: &str) {
        let Some(path) = &self.folder else { return };
        let Ok(code) = component.serialize() else { return };
        match Folder::make(path) {
            Ok(Some(folder)) => {
                // The next run compiles it again.
                let _ = folder.write(&name_of(component.engine(), sha256), &[&Sha256::digest(&code), &code]);
                forget_oldest(&folder);
            }
            Ok(None) => {}
            Err(distrust) => self.tell(path, &distrust),
        }
    }

    fn tell(&self, folder: &Path, distrust: &Distrust) {
        if let Some(tell) = self.tell {
            self.told.call_once(|| tell(folder, distrust));
        }
    }
}

fn load(runtime: &wasmtime::Engine, file: &[u8]) -> Option<Component> {
    let (checksum, code) = file.split_at_checked(CHECKSUM)?;
    if checksum != Sha256::digest(code).as_slice() {
        return None;
    }
    #[expect(unsafe_code, reason = "the runtime cannot tell compiled code from any other bytes")]
    // SAFETY: these bytes are code that a runtime of this version and configuration made from the component of this hash, as the name says.
    // They are as this program wrote them, as the checksum says, read from a file of this user's in a folder of this user's, both of which
    // nobody else but root can write to; elsewhere than on Unix, where that is not known, none are read. They are checked and used in memory, so nobody
    // changes them in between.
    let component = unsafe { Component::deserialize(runtime, code) };
    component.ok()
}

/// Names the component, and the runtime's version, configuration and machine.
fn name_of(runtime: &wasmtime::Engine, sha256: &str) -> String {
    let mut hasher = DefaultHasher::new();
    runtime.precompile_compatibility_hash().hash(&mut hasher);
    format!("{sha256}-{:016x}.cwasm", hasher.finish())
}

fn forget_oldest(folder: &Folder) {
    let mut names = folder.oldest_first();
    names.retain(|name| Path::new(name).extension().is_some_and(|extension| extension == "cwasm"));
    for name in names.iter().take(names.len().saturating_sub(KEPT)) {
        let _ = folder.remove(name);
    }
}
