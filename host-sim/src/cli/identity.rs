//! Which file a path names, whatever links lead there.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// One file, by all of its names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// A file that is there, also by a name of its own: a hard link.
    #[cfg(unix)]
    Inode { device: u64, inode: u64 },
    /// Where one is, or would be made.
    Place(PathBuf),
}

impl Identity {
    /// None of its own has what keeps nothing, such as `/dev/null`, and what cannot be there.
    pub(super) fn of(path: &Path) -> Option<Self> {
        #[cfg(unix)]
        if let Ok(metadata) = fs::metadata(path) {
            let keeps = !metadata.file_type().is_char_device();
            return keeps.then(|| Self::Inode { device: metadata.dev(), inode: metadata.ino() });
        }
        if let Ok(place) = fs::canonicalize(path) {
            return Some(Self::Place(place));
        }
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match fs::read_link(path) {
            // A link to nothing makes what it leads to; one to itself leads nowhere.
            Ok(target) if fs::metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) => Self::of(&folder.join(target)),
            Ok(_) => None,
            Err(_) => Some(Self::Place(fs::canonicalize(folder).ok()?.join(path.file_name()?))),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::Identity;

    #[test]
    fn a_file_is_the_same_by_every_name() {
        let folder = std::env::temp_dir().join(format!("host-sim-identity-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("below")).expect("writable");
        let at = |name: &str| folder.join(name);
        fs::write(at("file"), "").expect("writable");
        fs::write(at("another"), "").expect("writable");
        fs::hard_link(at("file"), at("hard")).expect("writable");
        for (target, name) in
            [("file", "soft"), ("soft", "softer"), ("below", "beside"), ("below/missing", "dangling"), ("dangling", "more"), ("round", "round")]
        {
            symlink(target, at(name)).expect("writable");
        }
        let check = |names: &[&str]| {
            for name in names {
                assert_eq!(Identity::of(&at(names[0])), Identity::of(&at(name)), "{name}");
                assert!(Identity::of(&at(name)).is_some(), "{name}");
            }
        };
        check(&["file", "hard", "soft", "softer", "below/../file", "./file"]);
        check(&["below/missing", "beside/missing", "dangling", "more"]);
        check(&["below", "beside", "below/"]);
        assert_ne!(Identity::of(&at("file")), Identity::of(&at("another")));
        assert_ne!(Identity::of(&at("missing")), Identity::of(&at("below/missing")));
        for nothing in [at("round"), at("missing/missing"), "/dev/null".into()] {
            assert_eq!(Identity::of(&nothing), None, "{}", nothing.display());
        }
        assert!(Identity::of(Path::new("missing")).is_some());
        fs::remove_dir_all(&folder).expect("removable");
    }
}
