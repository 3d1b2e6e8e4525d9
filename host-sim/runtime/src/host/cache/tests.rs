//! What is kept, for how long, and what is taken again; `private` has who may have put it there.

use std::fs;
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::{Cache, KEPT, distrust, forget_oldest};
use crate::host::{Artifact, Code, Engine, Limits};

mod private;
mod private_folder;

/// What stands in place of the folder where there is no Unix.
#[expect(dead_code, reason = "nothing can be done with a folder that there is not")]
#[path = "nowhere.rs"]
mod nowhere;

/// The smallest component: a header and nothing in it.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

/// A folder of a test's own, for this user alone.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("host-sim-cache-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Folder::make(&folder).expect("it is ours").expect("it is made");
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Where the code of a component comes from.
fn code(cache: &Cache) -> Code {
    let engine = Engine::new(Limits::default(), cache.clone()).expect("the runtime starts");
    Artifact::from_bytes(&engine, EMPTY).expect("it compiles").code()
}

fn only_file(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).expect("the folder is there");
    let file = files.next().expect("one file").expect("readable").path();
    assert!(files.next().is_none(), "no partial is left");
    file
}

#[test]
fn kept_code_is_taken_again_unless_it_is_damaged() {
    let scratch = Scratch::new("damage");
    let cache = Cache::in_folder(&scratch.0);
    assert_eq!(code(&cache), Code::Compiled);
    assert_eq!(code(&cache), Code::Cached);

    let path = only_file(&scratch.0);
    let whole = fs::read(&path).expect("readable");
    let mut flipped = whole.clone();
    *flipped.last_mut().expect("it is not empty") ^= 1;
    for damaged in [&flipped[..], b"short", b""] {
        fs::write(&path, damaged).expect("writable");
        assert_eq!(code(&cache), Code::Compiled);
        assert_eq!(fs::read(&path).expect("readable"), whole);
    }
    assert_eq!(code(&cache), Code::Cached);
    assert_eq!(code(&Cache::none()), Code::Compiled);
}

#[test]
fn where_it_is_not_known_who_may_write_nothing_is_kept() {
    let scratch = Scratch::new("elsewhere");
    let missing = scratch.0.join("missing");
    for folder in [&scratch.0, &missing] {
        assert!(matches!(nowhere::Folder::open(folder), Ok(None)));
        assert!(matches!(nowhere::Folder::make(folder), Ok(None)));
    }
    assert!(!missing.exists());
}

#[test]
fn code_is_taken_for_its_component_only() {
    let scratch = Scratch::new("hash");
    let cache = Cache::in_folder(&scratch.0);
    let engine = Engine::new(Limits::default(), Cache::none()).expect("the runtime starts");
    let component = wasmtime::component::Component::new(&engine.runtime, EMPTY).expect("it compiles");
    cache.keep(&component, "hash");
    assert!(cache.take(&engine.runtime, "hash").is_ok_and(|component| component.is_some()));
    assert!(cache.take(&engine.runtime, "another hash").is_ok_and(|component| component.is_none()));
}

#[test]
fn what_an_earlier_process_of_the_same_number_left_is_no_obstacle() {
    let scratch = Scratch::new("partial");
    let cache = Cache::in_folder(&scratch.0);
    assert_eq!(code(&cache), Code::Compiled);
    let path = only_file(&scratch.0);
    let name = path.file_name().expect("a name").to_string_lossy();
    fs::write(scratch.0.join(format!(".{name}.{}", std::process::id())), b"half").expect("writable");
    fs::remove_file(&path).expect("removable");
    assert_eq!([code(&cache), code(&cache)], [Code::Compiled, Code::Cached]);
    assert_eq!(only_file(&scratch.0), path);
}

#[test]
fn only_so_many_pieces_are_kept_and_nothing_else_is_touched() {
    let scratch = Scratch::new("oldest");
    for number in 0..KEPT + 3 {
        fs::write(scratch.0.join(format!("{number}.cwasm")), b"").expect("writable");
    }
    fs::write(scratch.0.join("note.txt"), b"").expect("writable");
    forget_oldest(&Folder::open(&scratch.0).expect("it is ours").expect("it is there"));
    assert_eq!(fs::read_dir(&scratch.0).expect("the folder is there").count(), KEPT + 1);
    assert!(scratch.0.join("note.txt").exists());
}
