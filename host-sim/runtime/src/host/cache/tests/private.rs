//! Who may have put code there: as soon as it may have been somebody else, it is not taken, and nothing is kept.

use std::cell::RefCell;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};

use super::{Scratch, code, only_file};
use crate::host::{Cache, Code, Distrust};

/// A user that nobody is on most systems.
const STRANGER: u32 = 65533;

thread_local! {
    static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn tell(folder: &Path, distrust: &Distrust) {
    TOLD.with_borrow_mut(|told| told.push(format!("{}: {distrust}", folder.display())));
}

/// Arranges `above/cache` with code in it, changes something, and looks whether the code is taken still.
/// `expected` is what is told, with `$` for the folder of the test and `FILE` for the name of the code.
#[track_caller]
fn check(name: &str, change: impl FnOnce(&Path) -> io::Result<()>, expected: Option<&str>) {
    let scratch = Scratch::new(name);
    let folder = scratch.0.join("above/cache");
    assert_eq!(code(&Cache::in_folder(&folder)), Code::Compiled);
    let file = only_file(&folder).file_name().expect("a name").to_string_lossy().into_owned();
    if is_not_permitted(name, change(&scratch.0)) {
        return;
    }
    let before = files(&scratch.0);
    let told = told_of(&folder, &mut |cache| {
        // Asked twice, it tells once.
        let expected = if expected.is_none() { Code::Cached } else { Code::Compiled };
        assert_eq!([code(cache), code(cache)], [expected; 2], "{name}");
    });
    let expected = expected.map(|text| format!("{}: {}", folder.display(), text.replace('$', text_of(&scratch.0)).replace("FILE", &file)));
    assert_eq!(told, Vec::from_iter(expected), "{name}");
    assert_eq!(files(&scratch.0), before, "{name}: nothing is kept");
}

fn text_of(path: &Path) -> &str {
    path.to_str().expect("the tests' paths are UTF-8")
}

fn told_of(folder: &Path, ask: &mut dyn FnMut(&Cache)) -> Vec<String> {
    TOLD.take();
    ask(&Cache::in_folder(folder).telling(tell));
    TOLD.take()
}

/// Only root can give files away, and in a container only to users that are known there.
fn is_not_permitted(name: &str, change: io::Result<()>) -> bool {
    match change {
        Ok(()) => false,
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput) => {
            println!("SKIPPED: compiled code and another user, {name}: only root can give files to another user");
            true
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

/// All that is below a folder, with its number, so that what was put in the place of something is seen.
fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let metadata = fs::symlink_metadata(&path).expect("it is there");
        if metadata.is_dir() {
            all.extend(files(&path));
        }
        all.push((path, metadata.ino()));
    }
    all.sort();
    all
}

fn file(root: &Path) -> PathBuf {
    only_file(&root.join("above/cache"))
}

fn mode(path: PathBuf, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}

fn give_away(path: PathBuf) -> io::Result<()> {
    chown(path, Some(STRANGER), None)
}

/// What stands at the path is elsewhere from now on, and a link there leads to it.
fn link(path: &Path, elsewhere: &Path) -> io::Result<()> {
    fs::rename(path, elsewhere)?;
    symlink(elsewhere, path)
}

#[test]
fn code_that_only_this_user_could_have_put_there_is_taken() {
    check("untouched", |_| Ok(()), None);
    check("folder-755", |root| mode(root.join("above/cache"), 0o755), None);
    check("file-644", |root| mode(file(root), 0o644), None);
    check("above-755", |root| mode(root.join("above"), 0o755), None);
}

#[test]
fn code_of_another_user_is_not_taken() {
    check("file-of-another", |root| give_away(file(root)), Some("`$/above/cache/FILE` belongs to another user (id 65533)"));
    check("folder-of-another", |root| give_away(root.join("above/cache")), Some("`$/above/cache` belongs to another user (id 65533)"));
    check("above-of-another", |root| give_away(root.join("above")), Some("`$/above` belongs to another user (id 65533)"));
}

#[test]
fn code_that_others_may_write_to_is_not_taken() {
    for (bits, text) in [(0o777, "777"), (0o770, "770"), (0o702, "702"), (0o1777, "1777")] {
        let expected = format!("others may write to `$/above/cache` (mode {text})");
        check(&format!("folder-{text}"), |root| mode(root.join("above/cache"), bits), Some(&expected));
    }
    for (bits, text) in [(0o666, "666"), (0o660, "660"), (0o602, "602")] {
        let expected = format!("others may write to `$/above/cache/FILE` (mode {text})");
        check(&format!("file-{text}"), |root| mode(file(root), bits), Some(&expected));
    }
    for (bits, text) in [(0o777, "777"), (0o770, "770"), (0o702, "702")] {
        let expected = format!("others may write to `$/above` (mode {text})");
        check(&format!("above-{text}"), |root| mode(root.join("above"), bits), Some(&expected));
    }
}

#[test]
fn a_link_in_place_of_the_folder_or_of_the_file_is_not_followed() {
    check("folder-link", |root| link(&root.join("above/cache"), &root.join("elsewhere")), Some("`$/above/cache` is a link"));
    check("file-link", |root| link(&file(root), &root.join("elsewhere")), Some("`$/above/cache/FILE` is a link"));
    let theirs = |root: &Path| {
        let file = file(root);
        link(&file, &root.join("elsewhere"))?;
        lchown(file, Some(STRANGER), None)
    };
    check("file-link-of-another", theirs, Some("`$/above/cache/FILE` is a link"));
}

#[test]
fn a_link_above_is_followed_where_nobody_else_could_have_put_it() {
    check("above-link", |root| link(&root.join("above"), &root.join("elsewhere")), None);
    let relative = |root: &Path| {
        fs::create_dir(root.join("deeper"))?;
        fs::rename(root.join("above"), root.join("deeper/above"))?;
        symlink("deeper/../deeper/./above", root.join("above"))
    };
    check("above-link-relative", relative, None);
    let to_an_open_one = |root: &Path| {
        link(&root.join("above"), &root.join("elsewhere"))?;
        mode(root.join("elsewhere"), 0o777)
    };
    check("above-link-open", to_an_open_one, Some("others may write to `$/elsewhere` (mode 777)"));
    let in_a_shared_one = |root: &Path| {
        link(&root.join("above"), &root.join("elsewhere"))?;
        mode(root.into(), 0o1777)
    };
    check("above-link-shared", in_a_shared_one, Some("`$/above` is a link"));
}

#[test]
fn in_a_shared_folder_only_what_is_of_this_user_or_of_root_is_used() {
    check("sticky", |root| mode(root.into(), 0o1777), None);
    let of_another = |root: &Path| {
        mode(root.into(), 0o1777)?;
        give_away(root.join("above"))
    };
    check("sticky-of-another", of_another, Some("`$/above` belongs to another user (id 65533)"));
}

#[test]
fn a_link_that_leads_to_itself_and_a_file_in_place_of_a_folder_are_as_nothing() {
    let scratch = Scratch::new("nowhere");
    symlink("round", scratch.0.join("round")).expect("writable");
    fs::write(scratch.0.join("file"), b"").expect("writable");
    for path in ["round/cache", "file/cache", "file"] {
        let folder = scratch.0.join(path);
        let told = told_of(&folder, &mut |cache| assert_eq!([code(cache), code(cache)], [Code::Compiled; 2], "{path}"));
        assert_eq!(told, [""; 0], "{path}");
    }
}

#[test]
fn nothing_is_made_where_somebody_else_could_change_it() {
    let scratch = Scratch::new("made");
    let folder = scratch.0.join("above/new/cache");
    fs::create_dir(scratch.0.join("above")).expect("writable");
    mode(scratch.0.join("above"), 0o777).expect("it is ours");
    let told = told_of(&folder, &mut |cache| assert_eq!(code(cache), Code::Compiled));
    assert_eq!(told, [format!("{}: others may write to `{}` (mode 777)", folder.display(), scratch.0.join("above").display())]);
    assert_eq!(files(&scratch.0).len(), 1);

    mode(scratch.0.join("above"), 0o1777).expect("it is ours");
    let told = told_of(&folder, &mut |cache| assert_eq!([code(cache), code(cache)], [Code::Compiled, Code::Cached]));
    assert_eq!(told, [""; 0]);
    let mode_of = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o7777;
    assert_eq!([mode_of(&scratch.0.join("above/new")), mode_of(&folder), mode_of(&only_file(&folder))], [0o700, 0o700, 0o600]);
}
