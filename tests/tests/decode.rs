//! `host-sim decode` on several instances side by side: all that comes of a file is the same for any number of them.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use tests::hostile::hostile;
use tests::{Ran, Scratch, component, host_sim, run, text};

/// Lines of a file that is cut into many batches.
const LINES: usize = 3_000;

/// Everything that a run leaves: how it ended, what it wrote and said, and what it set aside.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    status: i32,
    stdout: String,
    stderr: String,
    dead: Option<String>,
}

fn decode(jobs: &str, component: &Path, input: &Path, arguments: &[&str]) -> Left {
    let dead = input.with_file_name(format!("dead-{jobs}.ndjson"));
    let mut all = vec!["decode", text(component), text(input), "--dataset", "event", "--now", "2026-01-01T00:00:00Z", "--jobs", jobs];
    all.extend(["--envelope", "--dead-letter", text(&dead)]);
    all.extend(arguments);
    let Ran { status, stdout, stderr } = run(&all);
    // The names of the files and the time that it took are as they are.
    let stderr = stderr.replace(text(&dead), "FILE").lines().filter(|line| !line.starts_with("time ")).collect::<Vec<_>>().join("\n");
    Left { status, stdout, stderr, dead: fs::read_to_string(&dead).ok() }
}

/// Decodes a file with one instance and with several, and gives what all of them leave.
#[track_caller]
fn check(component: &Path, input: &Path, arguments: &[&str]) -> Left {
    let one = decode("1", component, input, arguments);
    for jobs in ["2", "4"] {
        let several = decode(jobs, component, input, arguments);
        assert_eq!((several.status, &several.stderr, &several.dead), (one.status, &one.stderr, &one.dead), "{jobs} jobs");
        assert!(several.stdout == one.stdout, "{jobs} jobs give other documents, or another order");
    }
    one
}

/// A line of a file in which now and then a message stops the component, is no text, or is missing.
fn line(number: usize) -> String {
    match number {
        _ if number % 97 == 5 => "{\"body\":\"panic\"}".into(),
        _ if number % 251 == 9 => "{\"body\":\"give no JSON\"}".into(),
        // The component makes an id of it, which is not ASCII then.
        _ if number % 89 == 7 => "{\"body_base64\":\"/w==\"}".into(),
        _ if number % 53 == 11 => " \t".into(),
        _ => format!("{{\"body\":\"message {number}\"}}"),
    }
}

fn file(scratch: &Scratch, lines: impl Iterator<Item = String>) -> std::path::PathBuf {
    let mut all = String::new();
    lines.for_each(|line| writeln!(all, "{line}").expect("memory can be written"));
    scratch.write("messages.ndjson", all)
}

/// The lines that documents come from, in their order.
fn sources(left: &Left) -> Vec<usize> {
    let source = |line: &str| line.strip_prefix("{\"source\":")?.split_once(',')?.0.parse().ok();
    left.stdout.lines().filter_map(source).collect()
}

#[test]
fn several_instances_give_what_one_gives_around_messages_that_stop_them() {
    let scratch = Scratch::new("decode-poison");
    let left = check(hostile(), &file(&scratch, (0..LINES).map(line)), &["--check", "json"]);
    let gives = |number: &usize| line(*number).contains("message ");
    assert_eq!(sources(&left), (0..LINES).filter(gives).collect::<Vec<_>>());
    let stops = (0..LINES).filter(|number| !gives(number)).map(line).filter(|line| !line.trim().is_empty());
    assert_eq!(left.dead, Some(stops.map(|line| line + "\n").collect()));
    assert_eq!(left.status, 3);
}

#[test]
fn what_stands_before_a_bad_line_is_written_first() {
    let scratch = Scratch::new("decode-bad-line");
    let bad = |number| if number == 1_234 { "not JSON".into() } else { format!("{{\"body\":\"message {number}\"}}") };
    let left = check(hostile(), &file(&scratch, (0..LINES).map(bad)), &[]);
    assert_eq!(sources(&left), (0..1_234).collect::<Vec<_>>());
    assert_eq!(left.status, 1);
    let told = "error: line 1235 is not a recorded message: it is not a JSON object";
    assert!(left.stderr.ends_with(told), "{}", left.stderr);
}

#[test]
fn what_stands_before_a_component_that_is_given_up_is_written_first() {
    let scratch = Scratch::new("decode-gave-up");
    let stops = |number| if (1_000..2_500).contains(&number) { "panic".into() } else { format!("message {number}") };
    let input = file(&scratch, (0..LINES).map(stops));
    for jobs in ["1", "2", "4"] {
        let left = decode(jobs, hostile(), &input, &["--raw"]);
        assert_eq!(sources(&left), (0..1_000).collect::<Vec<_>>(), "{jobs} jobs");
        let first = 1_000 + left.dead.unwrap_or_default().lines().count() + 1;
        let told = format!("error: cannot decode lines {first} to ");
        let last = left.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with(&told) && last.contains("the component stopped too often"), "{jobs} jobs: {last}");
        assert_eq!(left.status, 1);
    }
}

#[test]
fn raw_lines_and_documents_of_every_kind() {
    let scratch = Scratch::new("decode-component");
    let recorded = fs::read_to_string(tests::fixture("tenant/messages.ndjson")).expect("it is there");
    let lines: Vec<&str> = recorded.lines().collect();
    let input = file(&scratch, (0..LINES).map(|number| lines[number % lines.len()].to_owned()));
    let left = check(&component(), &input, &[]);
    assert_eq!(left.status, 0, "{}", left.stderr);
    assert!(sources(&left).is_sorted() && sources(&left).len() >= LINES);
    check(&component(), &input, &["--raw"]);
}

#[test]
fn what_comes_through_a_pipe_that_pauses_is_written_before_more_comes() {
    for jobs in ["1", "4"] {
        let mut command = Command::new(host_sim());
        command.args(["decode", text(hostile()), "--dataset", "event", "--raw", "--quiet", "--jobs", jobs]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("host-sim starts");
        let (mut input, output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let (sender, lines) = channel();
        let reader = std::thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        for round in 0..3 {
            for line in 0..=round {
                writeln!(input, "{round} {line}").expect("it reads");
            }
            for line in 0..=round {
                // What is never written while the pipe is open is waited for no longer than a busy machine may take.
                let written = lines.recv_timeout(Duration::from_secs(60)).expect("it is written though the pipe is open");
                assert_eq!(written, format!("{{\"message\":\"{round} {line}\"}}"));
            }
        }
        drop(input);
        assert!(child.wait().expect("it ends").success());
        reader.join().expect("it ends").expect("every line is taken");
    }
}
