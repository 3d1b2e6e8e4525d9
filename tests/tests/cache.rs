//! Compiled code on the disk: none is run that somebody else may have put there, and the program says once why.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::hostile::hostile;
use tests::{Ran, Scratch, component, fixture, host_sim, text};

/// What stands in place of the code, to see that it stays there.
const SPOILT: &[u8] = b"somebody else's";

/// A user that nobody is on most systems.
const STRANGER: u32 = 65533;

/// What to do about a folder.
const HINT: &str = "hint: let `HOST_SIM_CACHE` name a folder of your own, which nobody else may write to, nor to those above it; empty, it asks for none\n";

fn host(cache: &Path) -> Command {
    let mut command = Command::new(host_sim());
    command.env("HOST_SIM_CACHE", cache);
    command
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("host-sim starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { status: output.status.code().expect("no signal ended it"), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

fn decode(cache: &Path, scratch: &Scratch) -> Ran {
    let input = scratch.write("input.txt", "one\n");
    ran(host(cache).args(["decode", text(hostile()), "--dataset", "event", "--quiet", "--raw", text(&input)]))
}

fn warning(folder: &Path, why: &str) -> String {
    format!("warning: the folder for compiled components `{}` is not used: {why}; the component is compiled anew, and not kept\n{HINT}", folder.display())
}

/// As above, where the folder is good and a file in it is not.
fn warning_of_file(folder: &Path, file: &Path, why: &str) -> String {
    let hint = format!("hint: remove `{}`: its folder is good, so the next run keeps the component there\n", file.display());
    warning(folder, why).replace(HINT, &hint)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("readable").path()).collect()
}

/// A folder with the component's code in it is changed, so that somebody else may have put there what there is.
#[track_caller]
fn check(name: &str, change: impl FnOnce(&Path) -> std::io::Result<()>, why: impl Fn(&Path, &Path) -> String) {
    let scratch = Scratch::new(&format!("cache-{name}"));
    let cache = scratch.path().join("above/cache");
    let first = decode(&cache, &scratch);
    assert_eq!((first.status, first.stderr.as_str()), (0, ""), "{name}");
    let file = files(&cache).pop().expect("it is kept");
    fs::write(&file, SPOILT).expect("writable");
    match change(&cache) {
        Ok(()) => {}
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput) => {
            println!("SKIPPED: the program and a cache of another user, {name}: only root can give files to another user");
            return;
        }
        Err(error) => panic!("{name}: {error}"),
    }
    let second = decode(&cache, &scratch);
    let why = why(&cache, &file);
    let expected = if why.contains(text(&file)) { warning_of_file(&cache, &file, &why) } else { warning(&cache, &why) };
    assert_eq!((second.status, second.stderr), (0, expected), "{name}");
    assert_eq!(second.stdout, "{\"message\":\"one\"}\n", "{name}");
    assert_eq!(files(&cache), std::slice::from_ref(&file), "{name}: nothing is kept");
    assert_eq!(fs::read(&file).expect("readable"), SPOILT, "{name}: nothing is kept");
}

#[test]
fn code_that_somebody_else_may_have_put_there_is_not_run_and_it_is_said() {
    let of_another = |path: &Path| format!("`{}` belongs to another user (id {STRANGER})", path.display());
    let open = |path: &Path, mode: &str| format!("others may write to `{}` (mode {mode})", path.display());
    let above = |cache: &Path| cache.parent().expect("there is one").to_owned();
    let mode = |path: PathBuf, mode| fs::set_permissions(path, Permissions::from_mode(mode));
    let give = |path: PathBuf| chown(path, Some(STRANGER), Some(STRANGER));
    let file = |cache: &Path| files(cache).pop().expect("it is there");

    check("folder-of-another", |cache| give(cache.into()), |cache, _| of_another(cache));
    check("file-of-another", |cache| give(file(cache)), |_, file| of_another(file));
    check("above-of-another", |cache| give(above(cache)), |cache, _| of_another(&above(cache)));
    check("open-folder", |cache| mode(cache.into(), 0o777), |cache, _| open(cache, "777"));
    check("open-file", |cache| mode(file(cache), 0o666), |_, file| open(file, "666"));
    check("open-above", |cache| mode(above(cache), 0o775), |cache, _| open(&above(cache), "775"));
    let link = |path: &Path| {
        fs::rename(path, path.with_extension("elsewhere"))?;
        symlink(path.with_extension("elsewhere"), path)
    };
    check("link", link, |cache, _| format!("`{}` is a link", cache.display()));
}

#[test]
fn it_is_said_once_by_every_command_that_loads_a_component() {
    let scratch = Scratch::new("cache-once");
    let cache = scratch.path().join("cache");
    fs::create_dir(&cache).expect("writable");
    fs::set_permissions(&cache, Permissions::from_mode(0o777)).expect("it is ours");
    let component = component();
    let component = text(&component);
    let input = scratch.write("input.ndjson", "{\"body\":\"{}\"}\n".repeat(200));
    let tenant = fixture("tenant");
    let out = scratch.path().join("out");
    let commands: [&[&str]; 6] = [
        &["decode", component, "--dataset", "event", "--jobs", "3", text(&input)],
        &["replay", component, text(&tenant), "--out", text(&out), "--quiet"],
        &["inspect", component],
        &["inspect", component, component],
        &["diff", component, component, text(&tenant)],
        &["explain", component, "--dataset", "event", text(&input)],
    ];
    let expected = warning(&cache, &format!("others may write to `{}` (mode 777)", cache.display()));
    for arguments in commands {
        let ran = ran(host(&cache).args(arguments));
        assert_eq!(ran.stderr.matches("is not used").count(), 1, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with(&expected), "{arguments:?}: {}", ran.stderr);
    }
    assert!(files(&cache).is_empty(), "nothing is kept");
    assert_eq!(ran(host(Path::new("")).args(["inspect", component])).stderr, "", "none is asked for");
}

#[test]
fn a_user_who_is_not_root_keeps_code_below_folders_of_roots_and_trusts_none_of_roots_own() {
    let scratch = Scratch::new("cache-user");
    let (program, wasm) = (scratch.path().join("host-sim"), scratch.path().join("component.wasm"));
    fs::copy(host_sim(), &program).expect("writable");
    fs::copy(component(), &wasm).expect("writable");
    let home = scratch.path().join("home");
    fs::create_dir(&home).expect("writable");
    if chown(&home, Some(STRANGER), Some(STRANGER)).is_err() {
        println!("SKIPPED: a user who is not root and the cache: only root can run the program as another user");
        return;
    }
    let run = |cache: &Path| {
        let mut command = Command::new(&program);
        ran(command.args(["inspect", text(&wasm)]).env("HOST_SIM_CACHE", cache).uid(STRANGER).gid(STRANGER).current_dir("/"))
    };
    let cache = home.join(".cache/host-sim");
    for _ in 0..2 {
        let ran = run(&cache);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert_eq!(files(&cache).len(), 1);
    }
    let of_root = scratch.path().join("cache");
    fs::create_dir(&of_root).expect("writable");
    assert_eq!(run(&of_root).stderr, warning(&of_root, &format!("`{}` belongs to another user (id 0)", of_root.display())));
}
