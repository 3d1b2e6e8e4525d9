//! A host that gets no more memory or addresses says so, and blames neither the component nor a message.

use std::process::{Command, Stdio};

use tests::hostile::hostile;
use tests::{Ran, component, fixture, host_sim, text};

const NO_ROOM: &str = "the host has no room for the component: the system gives this process no more memory or addresses: ";

/// Runs host-sim with a limit of the shell's `ulimit`, in KiB.
fn limited(limit: &str, arguments: &[&str]) -> Ran {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit {limit} && exec \"$@\""), "sh"]).arg(host_sim()).args(arguments);
    let output = command.stdin(Stdio::null()).output().expect("a shell starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { status: output.status.code().expect("no signal ended it"), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

fn decode<'a>(component: &'a str, file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["decode", component, file, "--dataset", "event", "--quiet", "--now", "2026-01-01T00:00:00Z", "--jobs", "1"];
    arguments.extend(more);
    arguments
}

/// 4 GiB are more addresses than these 3 GB.
const FEW_ADDRESSES: &str = "-v 3000000";

#[test]
fn too_few_addresses_are_told_and_can_be_done_with() {
    let (component, messages) = (component(), fixture("tenant/messages.ndjson"));
    let ran = limited(FEW_ADDRESSES, &decode(text(&component), text(&messages), &[]));
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    let [error, hint] = ran.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{}", ran.stderr) };
    assert!(error.starts_with("error: cannot start `") && error.contains(NO_ROOM), "{error}");
    assert!(hint.starts_with("hint: raise the limit of this process") && hint.contains("--addresses limited"), "{hint}");

    let enough = tests::run(&decode(text(&component), text(&messages), &[]));
    let few = limited(FEW_ADDRESSES, &decode(text(&component), text(&messages), &["--addresses", "limited"]));
    assert_eq!((few.status, few.stdout.lines().count()), (enough.status, 34), "{}", few.stderr);
    assert!(few.stdout == enough.stdout, "the same documents");
}

#[test]
fn other_commands_tell_it_too() {
    let (component, tenant) = (component(), fixture("tenant"));
    for arguments in [&["inspect", text(&component)][..], &["replay", text(&component), text(&tenant), "--quiet"]] {
        let ran = limited(FEW_ADDRESSES, arguments);
        assert!(ran.status == 1 && ran.stderr.contains(NO_ROOM) && ran.stderr.contains("\nhint: raise"), "{}", ran.stderr);
    }
}

/// Linux counts what is written to as data from version 4.7 on.
#[cfg(target_os = "linux")]
#[test]
fn a_message_is_not_to_blame_for_what_the_host_has_not() {
    let scratch = tests::Scratch::new("room");
    let messages = scratch.write("messages.txt", "before\ntake all memory\nafter\n");
    let dead = scratch.path().join("dead.ndjson");
    let ran = limited("-d 400000", &decode(text(hostile()), text(&messages), &["--raw", "--memory-limit", "4096", "--dead-letter", text(&dead)]));
    assert_eq!((ran.status, ran.stdout.as_str()), (1, "{\"message\":\"before\"}\n"), "{}", ran.stderr);
    let first = ran.stderr.lines().next().unwrap_or_default();
    assert!(first.starts_with(&format!("error: cannot decode lines 2 to 3, nor what follows: {NO_ROOM}")), "{}", ran.stderr);
    assert!(std::fs::read(dead).unwrap_or_default().is_empty(), "no message is set aside");
}

#[test]
fn what_a_component_wants_above_its_own_limit_is_its_own_fault_without_so_many_addresses_too() {
    let scratch = tests::Scratch::new("room-of-its-own");
    let messages = scratch.write("messages.txt", "before\ntake all memory\nafter\n");
    let ran = tests::run(&decode(text(hostile()), text(&messages), &["--raw", "--memory-limit", "64", "--addresses", "limited"]));
    assert_eq!((ran.status, ran.stdout.as_str()), (3, "{\"message\":\"before\"}\n{\"message\":\"after\"}\n"), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: message-out-of-memory: the component wants more than its 64 MiB of memory"), "{}", ran.stderr);
}
