//! A folder for one user: what is made, and what is refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::Scratch;
use crate::private_folder;

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn a_private_folder_is_made_and_closed_to_others() {
    let scratch = Scratch::new("private-folder-made");
    let folder = scratch.0.join("above/state");
    assert_eq!(private_folder(&folder).expect("it is made"), fs::canonicalize(&folder).expect("it is there"));
    assert_eq!([mode_of(&scratch.0.join("above")), mode_of(&folder)], [0o700, 0o700]);
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("it is ours");
    private_folder(&folder).expect("it is there");
    assert_eq!(mode_of(&folder), 0o700);
}

#[test]
fn a_folder_that_others_could_change_is_refused() {
    let scratch = Scratch::new("private-folder-refused");
    let check = |name: &str, arrange: &dyn Fn(&Path), expected: &str| {
        let path = scratch.0.join(name);
        arrange(&path);
        let error = private_folder(&path).expect_err(name);
        assert!(error.to_string().contains(expected), "{name}: {error}");
    };
    let open_to = |path: &Path, mode: u32| {
        fs::create_dir(path).expect("writable");
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
    };
    check("open", &|path| open_to(path, 0o775), "others may write to");
    check("above/inner", &|path| open_to(path.parent().expect("above"), 0o777), "others may write to");
    check("link", &|path| symlink(&scratch.0, path).expect("writable"), "is a link");
    check("file", &|path| fs::write(path, "x").expect("writable"), "");
    assert!(!scratch.0.join("above/inner").exists(), "nothing is made where others may write");
}
