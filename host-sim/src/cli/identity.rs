//! Which file a path names, whatever links lead there.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

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

/// Whether a path leads to something in a folder, or will once the folders that are missing are made.
pub(super) fn is_below(path: &Path, folder: &Path) -> bool {
    let (place, folder) = (place(path), place(folder));
    place != folder && place.starts_with(folder)
}

/// Where a path leads: as far as it is there by what is there, and by its names from there on.
fn place(path: &Path) -> PathBuf {
    let Ok(path) = std::path::absolute(path) else { return path.to_owned() };
    let (there, missing) =
        path.ancestors().find_map(|there| Some((fs::canonicalize(there).ok()?, path.strip_prefix(there).ok()?))).unwrap_or((PathBuf::new(), path.as_path()));
    let mut place = there;
    for step in missing.components() {
        match step {
            Component::ParentDir => drop(place.pop()),
            // A link to nothing makes what it leads to.
            _ => match fs::read_link(place.join(step)) {
                Ok(target) if fs::metadata(place.join(step)).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) => {
                    place = self::place(&place.join(target));
                }
                _ => place.push(step),
            },
        }
    }
    place
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::{Identity, is_below};

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

    #[test]
    fn what_is_in_a_folder_is_known_before_there_is_one() {
        let folder = std::env::temp_dir().join(format!("host-sim-below-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("there")).expect("writable");
        fs::write(folder.join("there/file"), "").expect("writable");
        let at = |name: &str| folder.join(name);
        for (target, name) in [
            ("there", "beside"),
            ("there/file", "soft"),
            ("out/file", "into-out"),
            ("into-out", "further-into-out"),
            ("there/new", "into-there"),
            ("round", "round"),
            ("out", "as-out"),
        ] {
            symlink(target, at(name)).expect("writable");
        }
        for (path, of) in [
            ("there/file", "there"),
            ("there/missing/file", "there"),
            ("beside/file", "there"),
            ("there/file", "beside"),
            ("soft", "there"),
            ("into-there", "beside"),
            ("out/file", "out"),
            ("out/deeper/file", "out"),
            ("out/deeper/file", "out/deeper"),
            ("there/../out/file", "./out"),
            ("out/missing/../file", "out"),
            ("into-out", "out"),
            ("further-into-out", "out"),
            ("as-out/file", "out"),
        ] {
            assert!(is_below(&at(path), &at(of)), "{path} in {of}");
        }
        for (path, of) in [
            ("there", "there"),
            ("out", "out"),
            ("as-out", "out"),
            ("out2/file", "out"),
            ("out/../file", "out"),
            ("file", "there"),
            ("round", "there"),
            ("soft", "out"),
        ] {
            assert!(!is_below(&at(path), &at(of)), "{path} in {of}");
        }
        fs::remove_dir_all(&folder).expect("removable");
    }
}
