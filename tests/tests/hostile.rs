//! Components that do what they must not do: each is contained within its limits, what it spoils is named and kept, and everything else goes on.

use std::fmt::Write as _;
use std::fs;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use host_sim_runtime::contract::{Message, Severity};
use host_sim_runtime::flow::{Source, StopSignal};
use host_sim_runtime::{Allowance, Artifact, Cache, Clock, Code, Component, Decoder, Engine, Instance, Limits, Stop};
use host_sim_workbench::decode::Decoding;
use host_sim_workbench::recording::{Format, Lines};
use serde_json::Value;
use tests::hostile::{hostile, importing};
use tests::{Ran, Scratch, run, run_with, text};

/// Far above what the limits allow for, so that a busy machine does not matter; a hostile component that is not contained takes for ever.
const CONTAINED: Duration = Duration::from_secs(60);

/// A call may take half a second.
const LIMITS: [&str; 4] = ["--time-limit", "0.5", "--memory-limit", "64"];

fn contained<T>(action: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = action();
    assert!(started.elapsed() < CONTAINED, "it took {:?}", started.elapsed());
    result
}

fn decode(arguments: &[&str], input: &str) -> Ran {
    let mut all = vec!["decode", text(hostile()), "--dataset", "event", "--raw"];
    all.extend(LIMITS);
    all.extend(arguments);
    contained(|| run_with(&all, input))
}

/// A message that asks for a misdeed, between two that do not: those give their documents, it is reported and kept.
#[track_caller]
fn check(misdeed: &str, problem: &str) {
    let scratch = Scratch::new(&format!("hostile-{}", misdeed.replace(' ', "-")));
    let file = scratch.path().join("dead.ndjson");
    let ran = decode(&["--dead-letter", text(&file)], &format!("before\n{misdeed}\nafter\n"));
    assert_eq!(ran.stdout, "{\"message\":\"before\"}\n{\"message\":\"after\"}\n");
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    let first = ran.stderr.lines().next().unwrap_or_default();
    assert_eq!(first, format!("error: {problem}; the message gave no document (source 1)"));
    assert_eq!(fs::read_to_string(&file).expect("it is kept"), format!("{{\"body\":\"{misdeed}\"}}\n"));
}

#[test]
fn a_loop_without_an_end() {
    check("loop for ever", "message-timed-out: the component ran for longer than 500ms");
}

#[test]
fn memory_without_an_end() {
    check("take all memory", "message-out-of-memory: the component wants more than its 64 MiB of memory");
}

#[test]
fn recursion_without_an_end() {
    check("recurse for ever", "message-trapped: the component trapped: out of bounds memory access");
}

#[test]
fn an_instance_that_has_grown_is_replaced_between_two_batches() {
    let engine = Engine::new(Limits::default(), Cache::none()).expect("an engine");
    let mut instance = Component::load(&engine, tests::component()).expect("a component").start().expect("it starts");
    instance.configure("{}").expect("settings");
    let fresh = instance.memory();
    for (bytes, is_kept) in [(1 << 20, true), (20 << 20, false), (10, false)] {
        let message = Message { body: format!("{{\"AlertType\":\"{}\"}}", "x".repeat(bytes)).into_bytes(), position: None };
        let decoded = Decoder::decode(&mut instance, 0, 0, &[message]).expect("documents");
        assert_eq!(decoded.documents.len(), 1);
        assert!(instance.memory() <= 64 << 20 && (is_kept || instance.memory() < fresh + (16 << 20)), "{}", instance.memory());
    }
}

#[test]
fn a_panic() {
    check("panic", "message-trapped: the component trapped: wasm `unreachable` instruction executed");
}

#[test]
fn an_answer_that_breaks_the_contract() {
    let broken = |why: &str| format!("message-answer-broken: the component broke the contract: {why}");
    check("give no UTF-8 as id", &broken("invalid utf-8 sequence of 1 bytes from index 3"));
    check("give no UTF-8 as body", &broken("document `id-give no UTF-8 as body` is not one line of UTF-8: invalid utf-8 sequence of 1 bytes from index 6"));
    check("give two lines", &broken("document `id-give two lines` is not one line of UTF-8: it has a line break"));
    check("give nothing", &broken("it gave nothing for message 0 of 1"));
    check("give what nobody sent", &broken("something comes from position 4294967295 of 1"));
    check("give what nobody knows", &broken("a document belongs to data set 7 of 1"));
}

#[test]
fn a_document_that_is_no_json_is_its_sinks_matter_unless_that_is_to_be_checked() {
    let ran = decode(&[], "before\ngive no JSON\nafter\n");
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "{\"message\":\"before\"}\n{\"a\":}\n{\"message\":\"after\"}\n"));
    let ran = decode(&["--check", "json"], "before\ngive no JSON\nafter\n");
    assert_eq!((ran.status, ran.stdout.as_str()), (3, "{\"message\":\"before\"}\n{\"message\":\"after\"}\n"));
    let why = "document `id-give no JSON` is not one JSON object: expected value at line 1 column 6; the message gave no document (source 1)";
    let told = format!("error: message-answer-broken: the component broke the contract: {why}");
    assert_eq!(ran.stderr.lines().next(), Some(told.as_str()));
}

#[test]
fn two_documents_of_one_id_are_given_and_told() {
    let ran = decode(&[], "before\ngive one id twice\nafter\n");
    assert_eq!(ran.stdout, "{\"message\":\"before\"}\n{\"a\":1}\n{\"a\":2}\n{\"message\":\"after\"}\n");
    let told = "error: id-repeated: two documents with different content have the id `id-give one id twice`: a sink keeps only one of them (source 1)";
    assert_eq!((ran.status, ran.stderr.lines().next()), (3, Some(told)));
}

#[test]
fn an_answer_that_is_too_large() {
    let messages = ["before", "give very much", "give very many", "after"].map(Message::from);
    let limits = Limits { answer: 1 << 20, items: 1_000, ..Limits::default() };
    let salvage = contained(|| start(limits).salvage(0, 0, &messages));
    assert_eq!(bodies(&salvage.decoded.documents), ["{\"message\":\"before\"}", "{\"message\":\"after\"}"]);
    let stops: Vec<&Stop> = salvage.dead.iter().map(|letter| &letter.stop).collect();
    assert_eq!(stops, [&Stop::TooMuch(Allowance::Bytes(1 << 20)); 2]);
    let limits = Limits { items: 1_000, ..Limits::default() };
    let salvage = start(limits).salvage(0, 0, &messages);
    assert_eq!(salvage.dead.iter().map(|letter| (letter.source, letter.stop.clone())).collect::<Vec<_>>(), [(2, Stop::TooMuch(Allowance::Items(1_000)))]);
    assert_eq!(
        salvage.decoded.problems[0].message,
        "the component gave back more than 1000 documents, problems and requests in one call; the message gave no document"
    );
}

#[test]
fn messages_of_many_batches_keep_their_order_around_bad_ones() {
    let bad = [0, 63, 64, 100, 101, 127, 299];
    let mut input = String::new();
    for line in 0..300 {
        let _ = writeln!(input, "{}{line}", if bad.contains(&line) { "panic " } else { "" });
    }
    let jobs = NonZeroUsize::new(3).expect("three");
    let lines = Lines::new(Cursor::new(input), Format::Raw);
    let mut decoding = Decoding::new(start(Limits::default()), jobs, 0, Clock::Fixed(0), lines).expect("a thread starts");
    let (mut documents, mut dead) = (Vec::new(), Vec::new());
    while let Some(parcel) = decoding.next_parcel(&StopSignal::default()).expect("it goes on") {
        documents.extend(parcel.documents.iter().filter_map(|document| parcel.number_of(document.source)));
        dead.extend(parcel.dead.iter().filter_map(|letter| parcel.number_of(Some(letter.source))));
        assert_eq!(parcel.problems.iter().filter(|problem| problem.severity == Severity::Error).count(), parcel.dead.len());
    }
    assert_eq!(dead, bad);
    assert_eq!(documents, (0..300).filter(|line| !bad.contains(line)).collect::<Vec<_>>());
}

#[test]
fn dead_letters_are_recordings_and_are_never_their_own_input() {
    let scratch = Scratch::new("hostile-letters");
    let input = r#"{"partition":"3","sequence_number":5,"offset":"7","enqueued_time":"2026-01-01T00:00:00.000Z","partition_key":"k","body":"panic"}"#;
    let recording = scratch.write("messages.ndjson", format!("{input}\n{{\"body_base64\":\"cGFuaWP/\"}}\n"));
    let file = scratch.path().join("dead.ndjson");
    let arguments = ["decode", text(hostile()), "--dataset", "event", text(&recording), "--dead-letter", text(&file)];
    let ran = run(&arguments);
    assert!(ran.stderr.contains(&format!("not decoded 2 in {}", file.display())), "{}", ran.stderr);
    let expected = format!("{input}\n{{\"body_base64\":\"cGFuaWP/\"}}\n");
    assert_eq!(fs::read_to_string(&file).expect("they are kept"), expected);
    run(&arguments);
    assert_eq!(fs::read_to_string(&file).expect("they are kept"), expected.repeat(2), "what is there stays");
    let ran = run(&["decode", text(hostile()), "--dataset", "event", text(&file), "--dead-letter", text(&file)]);
    assert!(ran.status == 2 && ran.stderr.contains("is the input"), "{}", ran.stderr);
}

#[test]
fn without_a_file_the_beginning_of_the_message_is_shown() {
    let ran = decode(&[], &format!("panic \u{1b}[31m{}\n", "x".repeat(5_000)));
    let lines: Vec<&str> = ran.stderr.lines().take(3).collect();
    assert_eq!(lines[1], format!("  the message of source 0: panic \\u{{1b}}[31m{}.. (5011 bytes)", "x".repeat(189)));
    assert_eq!(lines[2], "hint: with `--dead-letter FILE`, messages that stop the component are kept whole, to be decoded again");
}

#[test]
fn a_component_that_only_stops_is_given_up_and_the_place_is_named() {
    let arguments = ["decode", text(hostile()), "--dataset", "event", "--raw", "--time-limit", "0.05"];
    let ran = contained(|| run_with(&arguments, &"loop for ever\n".repeat(30)));
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let last = ran.stderr.lines().last().unwrap_or_default();
    assert_eq!(last, "error: cannot decode lines 5 to 30, nor what follows: the component stopped too often: the component ran for longer than 50ms");
}

#[test]
fn settings_that_stop_it() {
    let ran = decode(&["--settings", "\"loop for ever\""], "");
    assert_eq!((ran.status, ran.stderr.as_str()), (1, "error: the component ran for longer than 500ms\n"));
}

/// A recording of four pages, the third of which asks for a misdeed.
fn recording(scratch: &Scratch, misdeed: &str) {
    let exchange = |(page, body): (usize, &str)| {
        format!(r#"{{"request":{{"method":"GET","url":"https://hostile.example/pages/{page}?token=secret"}},"response":{{"status":200,"body":"{body}"}}}}"#)
    };
    let exchanges: Vec<String> = ["one", "two", misdeed, "four"].into_iter().enumerate().map(exchange).collect();
    scratch.write("exchanges.json", format!("{{\"exchanges\":[{}]}}", exchanges.join(",")));
}

fn replay(scratch: &Scratch, arguments: &[&str]) -> Ran {
    let mut all = vec!["replay", text(hostile()), text(scratch.path())];
    all.extend(LIMITS);
    all.extend(arguments);
    contained(|| run(&all))
}

#[test]
fn a_response_that_stops_it_is_refused_and_the_walk_goes_on() {
    for (misdeed, problem) in [
        ("panic", "response-trapped: the component trapped: wasm `unreachable` instruction executed"),
        ("loop for ever", "response-timed-out: the component ran for longer than 500ms"),
        ("take all memory", "response-out-of-memory: the component wants more than its 64 MiB of memory"),
    ] {
        let scratch = Scratch::new(&format!("hostile-walk-{}", misdeed.replace(' ', "-")));
        recording(&scratch, misdeed);
        let ran = replay(&scratch, &[]);
        assert_eq!(ran.stdout, "{\"message\":\"one\"}\n{\"message\":\"two\"}\n{\"message\":\"four\"}\n");
        let told: Vec<&str> = ran.stderr.lines().take(2).collect();
        let expected = format!("error: {problem}; the walk goes on without the response of `https://hostile.example/pages/2` (source 2)");
        assert_eq!(told, [expected.as_str(), "error: page-failed: no page"]);
        assert_eq!(ran.status, 3);
    }
}

#[test]
fn a_walk_that_neither_asks_nor_ends() {
    for (settings, why) in [
        ("\"stand still\"", "it neither asks, nor has more, nor is finished"),
        ("\"more for ever\"", "it says again and again that more is ready, and gives nothing"),
    ] {
        let scratch = Scratch::new(&format!("hostile-{}", settings.len()));
        recording(&scratch, "three");
        let ran = replay(&scratch, &["--settings", settings]);
        let expected = format!("error: cannot walk the recorded API to its end: the component broke the contract of a walk: {why}\n");
        assert_eq!((ran.status, ran.stderr.as_str()), (1, expected.as_str()));
    }
}

#[test]
fn what_imports_something_is_refused_by_name_before_it_runs() {
    let ran = run(&["decode", text(importing()), "--dataset", "event"]);
    let expected = format!(
        "error: cannot load `{}`: the component imports `test:hostile/sockets`; a component that is to run here imports nothing\n",
        importing().display()
    );
    assert_eq!((ran.status, ran.stderr), (1, expected));
    let ran = run(&["inspect", text(importing()), "--json"]);
    let shown: Value = serde_json::from_str(&ran.stdout).expect("it is shown all the same");
    assert_eq!((ran.status, &shown["imports"]), (1, &serde_json::json!(["test:hostile/sockets"])));
}

#[test]
fn a_damaged_cache_of_compiled_code_is_made_anew() {
    let scratch = Scratch::new("hostile-cache");
    let folder = scratch.path().join("cache");
    assert_eq!(code(&folder), Code::Compiled);
    assert_eq!(code(&folder), Code::Cached);
    let file = fs::read_dir(&folder).expect("it is there").next().expect("one file").expect("readable").path();
    let whole = fs::read(&file).expect("readable");
    for damage in [whole[..whole.len() / 2].to_vec(), Vec::new(), flipped(&whole), vec![0; whole.len()]] {
        fs::write(&file, damage).expect("writable");
        assert_eq!(code(&folder), Code::Compiled);
        assert_eq!(fs::read(&file).expect("readable"), whole, "it is whole again");
    }
    assert_eq!(code(&folder), Code::Cached);
}

#[cfg(unix)]
#[test]
fn a_cache_that_others_may_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new("hostile-open-cache");
    let folder = scratch.path().join("cache");
    assert_eq!(code(&folder), Code::Compiled);
    for mode in [0o777, 0o770, 0o702] {
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("it is ours");
        assert_eq!(code(&folder), Code::Compiled, "{mode:o}");
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("it is ours");
    assert_eq!(code(&folder), Code::Cached);
}

#[test]
fn code_that_cannot_be_stopped_is_not_taken_where_calls_have_a_limit() {
    let scratch = Scratch::new("hostile-checks");
    let load = |call: Option<Duration>| {
        let engine = Engine::new(Limits { call, ..Limits::default() }, Cache::in_folder(scratch.path().join("cache"))).expect("the runtime starts");
        Artifact::read(&engine, hostile()).expect("it loads")
    };
    let limit = Some(Duration::from_millis(50));
    for code in [Code::Compiled, Code::Cached] {
        assert_eq!([load(None).code(), load(limit).code()], [code; 2]);
        let start = |call| Component::admit(&load(call)).expect("it keeps the contract").start().expect("it starts");
        assert!(start(None).decode(0, 0, &[Message::from("one")]).is_ok());
        let stopped = contained(|| start(limit).decode(0, 0, &[Message::from("loop for ever")]));
        assert_eq!(stopped, Err(Stop::TimedOut(Duration::from_millis(50))));
    }
}

fn flipped(whole: &[u8]) -> Vec<u8> {
    let mut flipped = whole.to_vec();
    flipped[whole.len() / 2] ^= 1;
    flipped
}

/// Where the compiled code of a component comes from.
fn code(cache: &std::path::Path) -> Code {
    let engine = Engine::new(Limits::default(), Cache::in_folder(cache)).expect("the runtime starts");
    Artifact::read(&engine, hostile()).expect("it loads").code()
}

fn start(limits: Limits) -> Instance {
    let engine = Engine::new(limits, Cache::none()).expect("the runtime starts");
    Component::load(&engine, hostile()).expect("it loads").start().expect("it starts")
}

fn bodies(documents: &[host_sim_runtime::contract::Document]) -> Vec<String> {
    documents.iter().map(|document| document.text().into_owned()).collect()
}
