//! What outlives a process, what is refused, and what is set aside.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use host_sim_runtime::Stop;
use host_sim_runtime::contract::{Document, Message, Position, Problem, Severity, Totals};
use host_sim_runtime::flow::{DeadLetters, Item, Lane, Letter, Mark, Refusal, State};
use host_sim_runtime::{DeadLetter, Unread, private_folder};
use sha2::{Digest, Sha256};

use super::{Run, SetAside, StateError, StateFolder};

/// A folder of a test's own, for this user alone.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("host-sim-state-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self(private_folder(&folder).expect("it is made"))
    }

    fn open(&self) -> StateFolder {
        let opened = StateFolder::open(&self.0).expect("it is free");
        assert_eq!(opened.set_aside, []);
        opened.state
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn cursor(text: &str) -> Mark {
    Mark::Cursor(text.into())
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn run(number: u64) -> Run {
    Run::finished("posture", number, number + 1, &Totals { documents: number, complete: true, ..Totals::default() })
}

#[test]
fn marks_and_runs_are_there_again() {
    let scratch = Scratch::new("again");
    let (posture, other) = (Lane::new("posture"), Lane::new("alerts/hub/$Default/3"));
    {
        let state = scratch.open();
        assert_eq!(state.mark(&posture).expect("readable"), None);
        state.keep(&posture, &cursor("one")).expect("writable");
        state.keep(&other, &Mark::Ended).expect("writable");
        state.keep(&posture, &cursor("\u{0}two\n")).expect("writable");
        for number in 0..103 {
            state.remember(run(number)).expect("writable");
        }
        // Also while a host has it.
        assert_eq!(StateFolder::look(&scratch.0).expect("readable").marks[&posture.to_string()], cursor("\u{0}two\n"));
    }
    let state = scratch.open();
    assert_eq!(state.mark(&posture).expect("readable"), Some(cursor("\u{0}two\n")));
    assert_eq!(state.mark(&other).expect("readable"), Some(Mark::Ended));
    assert_eq!(state.runs(), (3..103).map(run).collect::<Vec<_>>());
    assert_eq!(StateFolder::look(&scratch.0).expect("readable").runs, state.runs());
}

#[test]
fn a_position_in_a_hub_is_there_again_and_so_is_what_an_older_version_has_written() {
    let scratch = Scratch::new("position");
    let lane = Lane::new("alerts/hub/$Default/3");
    let older = "{\"format\":\"host-sim-state\",\"version\":1}\n{\"lane\":\"alerts/hub/$Default/3\",\"ended\":true}\n";
    let checksum = Sha256::digest(older.as_bytes()).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    fs::write(scratch.0.join("marks.ndjson"), format!("{older}{{\"sha256\":\"{checksum}\"}}\n")).expect("writable");
    assert_eq!(scratch.open().mark(&lane).expect("readable"), Some(Mark::Ended));
    let position = Mark::Position { sequence_number: i64::MAX, offset: "9223372036854775807".into() };
    scratch.open().keep(&lane, &position).expect("writable");
    assert_eq!(scratch.open().mark(&lane).expect("readable"), Some(position));
}

#[test]
fn a_host_has_the_same_id_as_long_as_it_has_its_state() {
    let (one, other) = (Scratch::new("id-one"), Scratch::new("id-other"));
    let id = one.open().host_id().to_owned();
    assert_eq!((id.len(), one.open().host_id()), (32, id.as_str()));
    assert_ne!(other.open().host_id(), id);
    fs::write(one.0.join("id"), "half").expect("writable");
    assert_eq!(one.open().host_id().len(), 32);
}

#[test]
fn one_host_at_a_time_has_the_folder() {
    let scratch = Scratch::new("locked");
    let state = scratch.open();
    let error = StateFolder::open(&scratch.0).expect_err("it is taken");
    assert!(matches!(error, StateError::Locked { .. }));
    assert_eq!(error.to_string(), format!("`{}` is in use by another host; stop that one, or give this one a `state` folder of its own", scratch.0.display()));
    drop(state);
    scratch.open();
}

#[test]
fn nobody_else_reads_it_and_no_link_is_followed() {
    let scratch = Scratch::new("modes");
    let state = scratch.open();
    state.keep(&Lane::new("a"), &cursor("one")).expect("writable");
    state.remember(run(1)).expect("writable");
    let letters = state.dead_letters("posture", Vec::new()).expect("writable");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    for file in ["id", "lock", "marks.ndjson", "runs.ndjson", "dead-letters/posture.ndjson"] {
        assert_eq!(mode(&scratch.0.join(file)), 0o600, "{file}");
    }
    assert_eq!([mode(&scratch.0), mode(&scratch.0.join("dead-letters"))], [0o700; 2]);
    drop((state, letters));

    for file in ["lock", "marks.ndjson", "dead-letters/posture.ndjson"] {
        let (path, elsewhere) = (scratch.0.join(file), scratch.0.join("elsewhere"));
        fs::rename(&path, &elsewhere).expect("writable");
        symlink(&elsewhere, &path).expect("writable");
        let opened = StateFolder::open(&scratch.0).and_then(|opened| opened.state.dead_letters("posture", Vec::new()));
        assert!(matches!(opened, Err(StateError::Io { .. })), "{file}: {opened:?}");
        fs::rename(&elsewhere, &path).expect("writable");
    }
    fs::set_permissions(&scratch.0, Permissions::from_mode(0o777)).expect("it is ours");
    let error = StateFolder::open(&scratch.0).expect_err("others may write there");
    assert!(error.to_string().contains("others may write to"), "{error}");
}

#[test]
fn what_is_damaged_is_set_aside_and_said_so() {
    let scratch = Scratch::new("damaged");
    let (lane, marks) = (Lane::new("a"), scratch.0.join("marks.ndjson"));
    for round in 0..5 {
        let state = scratch.open();
        state.keep(&lane, &cursor("one")).expect("writable");
        state.remember(run(round)).expect("writable");
        drop(state);
        let whole = fs::read(&marks).expect("readable");
        let damaged = if round % 2 == 0 { whole[..whole.len() / 2].to_vec() } else { [whole, vec![0; 10]].concat() };
        fs::write(&marks, &damaged).expect("writable");
        let opened = StateFolder::open(&scratch.0).expect("it can be used still");
        let [SetAside { from, to }] = opened.set_aside.as_slice() else { panic!("{:?}", opened.set_aside) };
        assert_eq!((from, fs::read(to).expect("it is kept")), (&marks, damaged));
        assert_eq!(opened.state.mark(&lane).expect("readable"), None);
        assert_eq!(opened.state.runs().last(), Some(&run(round)), "the other file is as it was");
        let kept = files(&scratch.0).iter().filter(|name| name.contains(".damaged.")).count();
        assert_eq!(kept, 3.min(usize::try_from(round).expect("small") + 1));
    }
}

#[test]
fn a_newer_versions_file_is_refused_and_left_alone() {
    let scratch = Scratch::new("newer");
    let newer = "{\"format\":\"host-sim-state\",\"version\":3}\nnobody knows\n";
    fs::write(scratch.0.join("marks.ndjson"), newer).expect("writable");
    let error = StateFolder::open(&scratch.0).expect_err("it is newer");
    assert!(matches!(error, StateError::Newer { found: 3, known: 2, .. }));
    assert!(error.to_string().contains("was written by a newer version of this program (format 3, and this one reads up to 2); run that version"), "{error}");
    assert_eq!(fs::read_to_string(scratch.0.join("marks.ndjson")).expect("readable"), newer);
}

#[test]
fn what_a_kill_leaves_of_a_write_is_in_nobodys_way() {
    let scratch = Scratch::new("killed");
    let lane = Lane::new("a");
    scratch.open().keep(&lane, &cursor("one")).expect("writable");
    fs::write(scratch.0.join("marks.ndjson.new"), "{\"for").expect("writable");
    let state = scratch.open();
    assert_eq!(state.mark(&lane).expect("readable"), Some(cursor("one")));
    state.keep(&lane, &cursor("two")).expect("writable");
    drop(state);
    assert_eq!(scratch.open().mark(&lane).expect("readable"), Some(cursor("two")));
    assert_eq!(files(&scratch.0), ["id", "lock", "marks.ndjson"]);
}

fn item(id: &str, body: &str) -> Item {
    Item { document: Document { dataset: 1, id: id.into(), body: body.into(), source: None }, number: None }
}

fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(path).expect("readable");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_dead_letter_has_all_there_is_to_know() {
    let scratch = Scratch::new("letters");
    let state = scratch.open();
    let file = state.dead_letters("posture", vec!["a.b".into(), "c.d".into()]).expect("writable");
    let refusal = Refusal { why: "no\n\u{202e}date".into(), status: Some(400) };
    let keep = |letter: Letter<'_>| file.keep(&Lane::new("posture"), letter).expect("writable");
    keep(Letter::Document { item: &item("i1", r#"{"a":1e400}"#), refusal: &refusal });
    keep(Letter::Document { item: &item("i2", "no json"), refusal: &"because".into() });
    let position = Position { partition: "3".into(), sequence_number: 7, offset: "12".into(), enqueued: 1_795_740_300_123, partition_key: None };
    let message = Message { body: b"\xff!".to_vec(), position: Some(position) };
    let problem = Problem { severity: Severity::Warning, code: "body-not-text".into(), message: "no\ntext".into(), source: Some(0) };
    keep(Letter::Unread { unread: &Unread { source: 0, message: message.clone(), problem }, number: Some(7) });
    let letter = DeadLetter { source: 0, message, stop: Stop::Cancelled };
    keep(Letter::Message { letter: &letter, number: None });

    let text = fs::read_to_string(file.path()).expect("readable");
    assert!(text.lines().next().is_some_and(|line| line.contains(r#""document":{"a":1e400}"#)), "to the byte: {text}");
    let lines = lines_without_time(&text.replace("1e400", "0"));
    assert_eq!(
        lines,
        [
            r#"{"dataset":"c.d","document":{"a":0},"id":"i1","input":"posture","reason":"no\\n\\u{202e}date","status":400}"#.to_owned(),
            r#"{"body_base64":"bm8ganNvbg==","dataset":"c.d","id":"i2","input":"posture","reason":"because","status":null}"#.to_owned(),
            r#"{"body_base64":"/yE=","code":"body-not-text","dataset":null,"id":null,"input":"posture","position":{"enqueued":"2026-11-27T00:45:00.123Z","offset":"12","partition":"3","partition_key":null,"sequence_number":7},"reason":"no\\ntext","status":null}"#.to_owned(),
            format!(
                r#"{{"body_base64":"/yE=","dataset":null,"id":null,"input":"posture","position":{{"enqueued":"2026-11-27T00:45:00.123Z","offset":"12","partition":"3","partition_key":null,"sequence_number":7}},"reason":"{}","status":null}}"#,
                Stop::Cancelled
            ),
        ]
    );
}

fn lines_without_time(text: &str) -> Vec<String> {
    let strip = |line: &str| {
        let mut line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).expect("JSON");
        assert!(line.remove("time").is_some());
        serde_json::to_string(&line).expect("JSON")
    };
    text.lines().map(strip).collect()
}

#[test]
fn a_line_that_a_kill_has_cut_is_not_there_afterwards() {
    let scratch = Scratch::new("cut");
    let state = scratch.open();
    let keep = |id: &str| {
        let file = state.dead_letters("a", Vec::new()).expect("writable");
        file.keep(&Lane::new("a"), Letter::Document { item: &item(id, "{}"), refusal: &"because".into() }).expect("writable");
        file.path().to_owned()
    };
    let path = keep("one");
    for rest in ["{\"time\":\"2".to_owned(), "x".repeat(200_000)] {
        let mut whole = fs::read(&path).expect("readable");
        whole.extend(rest.bytes());
        fs::write(&path, whole).expect("writable");
        keep("two");
    }
    assert_eq!(lines(&path).iter().map(|line| line["id"].as_str().expect("a text")).collect::<Vec<_>>(), ["one", "two", "two"]);
}

#[test]
fn dead_letters_are_bounded() {
    let scratch = Scratch::new("bounded");
    let state = scratch.open();
    let file = state.dead_letters("a", Vec::new()).expect("writable").bounded(400);
    let keep = || file.keep(&Lane::new("a"), Letter::Document { item: &item("one", "{}"), refusal: &"because".into() });
    let kept = (0..10).take_while(|_| keep().is_ok()).count();
    assert!((1..10).contains(&kept));
    let error = keep().expect_err("it is full").to_string();
    assert!(error.contains("has reached its bound of 400 bytes; find out why so much is refused"), "{error}");
    assert_eq!(lines(file.path()).len(), kept);
    assert!(fs::metadata(file.path()).expect("it is there").len() <= 400);
}

#[test]
fn an_inputs_name_does_not_lead_elsewhere() {
    let scratch = Scratch::new("names");
    let state = scratch.open();
    for name in ["", "..", "a/b", "A"] {
        assert!(state.dead_letters(name, Vec::new()).is_err(), "{name}");
    }
}
