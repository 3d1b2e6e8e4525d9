//! The programs of `docs/embedding.md`: each gives the same documents as `host-sim`, byte for byte, and the page shows them as they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tests::{built_into, component, host_sim, workspace};

/// 2026-01-01T00:00:00Z.
const NOW: &str = "1767225600000";

fn recording() -> PathBuf {
    workspace().join("tests/fixtures/tenant")
}

fn run(command: &mut Command) -> Result<Output, String> {
    let output = command.output().map_err(|error| format!("`{}` does not run: {error}", command.get_program().to_string_lossy()))?;
    if output.status.success() {
        return Ok(output);
    }
    let talk = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}` failed: {}", command.get_program().to_string_lossy(), talk.trim()))
}

/// What `host-sim` makes of the recording.
fn expected() -> Vec<u8> {
    let mut command = Command::new(host_sim());
    command.arg("replay").arg(component()).arg(recording()).args(["--now", "2026-01-01T00:00:00Z", "--quiet"]);
    run(&mut command).expect("`make build` was run").stdout
}

/// Runs a program that takes component, folder and time, and compares what it writes.
fn check(program: &mut Command) {
    let output = run(program.arg(component()).arg(recording()).arg(NOW)).unwrap_or_else(|error| panic!("{error}"));
    let (actual, expected) = (String::from_utf8_lossy(&output.stdout), expected());
    assert!(expected.split(|byte| *byte == b'\n').count() > 80, "the recording gives many documents");
    for (number, (actual, expected)) in actual.lines().zip(String::from_utf8_lossy(&expected).lines()).enumerate() {
        assert_eq!(actual, expected, "document {number}");
    }
    assert!(output.stdout == expected, "as many documents, and nothing else");
}

/// A copy of a program, in a folder where it can install what it needs.
fn installed(name: &str) -> PathBuf {
    let (from, to) = (workspace().join("tests/embedding").join(name), built_into("embedding").join(name));
    fs::create_dir_all(&to).expect("it can be made");
    for entry in fs::read_dir(from).expect("it is there") {
        let path = entry.expect("it can be read").path();
        fs::copy(&path, to.join(path.file_name().expect("a file has a name"))).expect("it can be copied");
    }
    to
}

/// Does what is needed once for each version of a file, and remembers that it is done.
fn once_for(pins: &Path, install: &mut Command) -> Result<(), String> {
    let done = pins.with_extension("done");
    let pinned = fs::read(pins).expect("it is there");
    if fs::read(&done).is_ok_and(|done| done == pinned) {
        return Ok(());
    }
    run(install)?;
    fs::write(done, pinned).map_err(|error| error.to_string())
}

/// Whether a runtime is there in a version that serves.
fn present(program: &str, question: &[&str], serves: impl Fn(&str) -> bool) -> Result<(), String> {
    let output = run(Command::new(program).args(question))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if serves(&version) { Ok(()) } else { Err(format!("`{program}` is of version {version}")) }
}

fn at_least(version: &str, wanted: &[u32]) -> bool {
    let numbers: Vec<u32> = version.trim_start_matches('v').split('.').filter_map(|number| number.parse().ok()).collect();
    numbers.as_slice() >= wanted
}

fn skipped(name: &str, why: &str) {
    println!("SKIPPED: the {name} program of docs/embedding.md: {}", why.lines().last().unwrap_or_default());
}

#[test]
fn rust() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(&cargo);
    build.current_dir(workspace()).args(["build", "--quiet", "--locked", "--profile", "host", "--package", "embedding", "--target-dir"]);
    run(build.arg(built_into(""))).expect("it builds");
    check(&mut Command::new(built_into("host").join("embedding")));
}

#[test]
fn node() {
    let folder = installed("node");
    let mut install = Command::new("npm");
    install.current_dir(&folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    let ready = present("node", &["--version"], |version| at_least(version, &[20])).and_then(|()| once_for(&folder.join("package-lock.json"), &mut install));
    match ready {
        Ok(()) => check(Command::new("node").arg(folder.join("main.mjs"))),
        Err(why) => skipped("Node", &why),
    }
}

#[test]
fn python() {
    let folder = installed("python");
    let packages = folder.join("packages");
    let mut install = Command::new("python3");
    install.current_dir(&folder).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target"]);
    install.arg(&packages).args(["--requirement", "requirements.txt"]);
    let question = ["-c", "import platform; print(platform.python_version())"];
    let ready = present("python3", &question, |version| at_least(version, &[3, 9])).and_then(|()| once_for(&folder.join("requirements.txt"), &mut install));
    match ready {
        Ok(()) => check(Command::new("python3").arg(folder.join("main.py")).env("PYTHONPATH", packages)),
        Err(why) => skipped("Python", &why),
    }
}

#[test]
fn the_page_shows_the_programs_as_they_are() {
    let page = fs::read_to_string(workspace().join("docs/embedding.md")).expect("it is there");
    let programs = [
        ("rust", "rust/src/main.rs"),
        ("rust", "rust/src/recording.rs"),
        ("js", "node/main.mjs"),
        ("js", "node/recording.mjs"),
        ("json", "node/package.json"),
        ("python", "python/main.py"),
        ("python", "python/recording.py"),
        ("text", "python/requirements.txt"),
    ];
    let mut current = page.clone();
    for (language, path) in programs {
        let text = fs::read_to_string(workspace().join("tests/embedding").join(path)).expect("it is there");
        let start = format!("<!-- tests/embedding/{path} -->\n");
        let (before, rest) = current.split_once(&start).unwrap_or_else(|| panic!("the page has no place for {path}"));
        let (_, after) = rest.split_once("\n```\n").expect("the program ends");
        current = format!("{before}{start}```{language}\n{text}```\n{after}");
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(workspace().join("docs/embedding.md"), &current).expect("it can be written");
    } else {
        assert!(page == current, "the page is not what the programs are; `make bless` writes it again");
    }
}

#[test]
fn a_version_is_compared_number_by_number() {
    assert!(at_least("v20.1.0", &[20]) && at_least("3.11.7", &[3, 9]) && at_least("v100.0.0", &[20]));
    assert!(!at_least("v18.20.1", &[20]) && !at_least("3.8.20", &[3, 9]) && !at_least("", &[1]));
}
