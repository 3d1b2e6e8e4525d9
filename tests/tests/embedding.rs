//! The programs of `docs/embedding.md`: each gives the same documents as `host-sim`, byte for byte, and the page shows them as they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tests::{Scratch, built_into, component, fixture, host_sim, workspace};

/// 2026-01-01T00:00:00Z.
const NOW: &str = "1767225600000";

const URL: &str =
    "https://management.azure.com/subscriptions/cd53e736-e47f-4f28-a3fb-4161ecd881bf/providers/Microsoft.Security/assessments?api-version=2021-06-01";

const SETTINGS: &str =
    r#"{"subscription_id": "cd53e736-e47f-4f28-a3fb-4161ecd881bf", "sub_assessments": "none", "metadata": "none", "preserve_original_event": true}"#;

/// Recordings that are easily read wrongly, or that do not end well, each with the exit status.
const RECORDINGS: [(&str, i32); 4] = [("odd", 0), ("forbidden", 3), ("not-recorded", 1), ("refused", 2)];

/// Makes them. No name and no id in them is a real one.
fn recordings(scratch: &Scratch) {
    let exchange =
        |status: u16, body: &str| format!(r#"{{"exchanges":[{{"request":{{"method":"GET","url":"{URL}"}},"response":{{"status":{status},{body}}}}}]}}"#);
    let page = format!(
        r#""headers":{{"a":["1","2"]}},"body":{{"value":[{{"id":"/a/é","properties":{{"score":4.0,"count":9007199254740993,"te\"xt":"}},]"}}}}],"note":"{}"}}"#,
        "x\\\"".repeat(3_000_000)
    );
    let message = |more: &str| format!(r#"{{"body":"{{\"AlertType\":\"a\"}}","partition":"0",{more}}}"#);
    let messages = [
        message(r#""sequence_number":9007199254740993,"offset":9007199254740995,"enqueued_time":"2026-01-01T00:00:00.1234567Z""#),
        message(r#""sequence_number":"9223372036854775807","offset":"7","enqueued_time":"2026-01-01T01:00:00.5+01:00","partition_key":"k""#),
        message(r#""sequence_number":null,"enqueued_time":null"#),
        r#"{"body_base64":"/w=="}"#.to_owned(),
    ]
    .join("\r\n");
    let write = |folder: &str, settings: &str, exchanges: String, messages: &str| {
        for (name, content) in [("settings.json", settings), ("exchanges.json", &exchanges), ("messages.ndjson", messages)] {
            scratch.write(&format!("{folder}/{name}"), format!("\u{feff}{content}"));
        }
    };
    write("odd", SETTINGS, exchange(200, &page), &messages);
    write("forbidden", SETTINGS, exchange(403, r#""body_base64":"e30=""#), "");
    write("not-recorded", SETTINGS, r#"{"exchanges":[]}"#.to_owned(), &messages);
    write("refused", r#"{"sub_assessments": "some", "x": 1}"#, r#"{"exchanges":[]}"#.to_owned(), "");
}

fn run(command: &mut Command) -> Result<Output, String> {
    let output = command.output().map_err(|error| format!("`{}` does not run: {error}", command.get_program().to_string_lossy()))?;
    if output.status.success() {
        return Ok(output);
    }
    let talk = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}` failed: {}", command.get_program().to_string_lossy(), talk.trim()))
}

/// What `host-sim` makes of a recording.
fn expected(recording: &Path) -> Output {
    let mut command = Command::new(host_sim());
    command.arg("replay").arg(component()).arg(recording).args(["--now", "2026-01-01T00:00:00Z"]);
    command.output().expect("`make build` was run")
}

/// What is said of problems and of settings, without the place that host-sim knows of.
fn told(output: &Output) -> Vec<String> {
    let is_told = |line: &&str| match line.splitn(3, ": ").collect::<Vec<_>>()[..] {
        ["info" | "warning" | "error", what, _] => what.starts_with("setting `") || !what.contains(' '),
        _ => false,
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    stderr.lines().filter(is_told).map(|line| line.split(" (source ").next().unwrap_or_default().to_owned()).collect()
}

/// Runs a program that takes component, folder and time, and compares what it writes, what it says and how it ends.
fn check(program: impl Fn() -> Command) {
    let scratch = Scratch::new(&format!("embedding-{}", std::thread::current().name().unwrap_or_default()));
    recordings(&scratch);
    let made = RECORDINGS.iter().map(|(name, status)| (scratch.path().join(name), *status));
    for (recording, status) in std::iter::once((fixture("tenant"), 0)).chain(made) {
        let name = recording.display();
        let output = program().arg(component()).arg(&recording).arg(NOW).output().expect("it runs");
        let (actual, wanted) = (String::from_utf8_lossy(&output.stdout), expected(&recording));
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), wanted.status.code()), (Some(status), Some(status)), "{name}: {talk}");
        for (number, (actual, wanted)) in actual.lines().zip(String::from_utf8_lossy(&wanted.stdout).lines()).enumerate() {
            assert!(actual == wanted, "document {number} of {name}:\n{actual:.2000}\n{wanted:.2000}");
        }
        assert!(output.stdout == wanted.stdout, "{name}: as many documents, and nothing else");
        assert_eq!(told(&output), told(&wanted), "{name}");
        assert_eq!(talk.lines().count(), told(&output).len(), "{name}: {talk}");
    }
    assert!(program().output().expect("it runs").status.code() == Some(2), "wrong usage");
}

#[test]
fn the_recordings_are_what_they_are_to_be() {
    let scratch = Scratch::new("embedding-recordings");
    recordings(&scratch);
    let documents = String::from_utf8(expected(&scratch.path().join("odd")).stdout).expect("text");
    for part in ["\"sequence_number\":9007199254740993", "9223372036854775807", "4.0,", "\"2026-01-01T00:00:00.123Z\""] {
        assert!(documents.contains(part), "{part} is in {documents:.3000}");
    }
    assert!(fs::metadata(scratch.path().join("odd/exchanges.json")).expect("it is there").len() > 8 << 20);
    assert!(!told(&expected(&scratch.path().join("forbidden"))).is_empty() && told(&expected(&scratch.path().join("refused"))).len() == 2);
    assert!(expected(&fixture("tenant")).stdout.iter().filter(|byte| **byte == b'\n').count() > 70, "it gives many documents");
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

fn with(mut command: Command, more: impl FnOnce(&mut Command) -> &mut Command) -> Command {
    more(&mut command);
    command
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
    check(|| Command::new(built_into("host").join("embedding")));
}

#[test]
fn node() {
    let folder = installed("node");
    let mut install = Command::new("npm");
    install.current_dir(&folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    let ready = present("node", &["--version"], |version| at_least(version, &[20])).and_then(|()| once_for(&folder.join("package-lock.json"), &mut install));
    match ready {
        Ok(()) => check(|| with(Command::new("node"), |node| node.arg(folder.join("main.mjs")))),
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
        Ok(()) => check(|| with(Command::new("python3"), |python| python.arg(folder.join("main.py")).env("PYTHONPATH", &packages))),
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
