//! Recordings that gzip or zstd has packed, through every command that reads recordings or documents.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use tests::{Ran, Scratch, component, fixture, host_sim, run, text};

const NOW: [&str; 2] = ["--now", "2026-01-01T00:00:00Z"];

fn wasm() -> String {
    component().display().to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory can be written")
}

fn decode(file: &str) -> Ran {
    run(&[&["decode", &wasm(), "--dataset", "event", "--quiet", file], &NOW[..]].concat())
}

/// Decodes what stands in a file, through stdin.
fn decode_stdin(file: &std::path::Path) -> (Option<i32>, String) {
    let mut command = Command::new(host_sim());
    command.args(["decode", &wasm(), "--dataset", "event", "--quiet"]).args(NOW).stdin(fs::File::open(file).expect("it is there")).stderr(Stdio::inherit());
    let output = command.output().expect("host-sim starts");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_packed_recording_gives_what_it_gives_unpacked() {
    let scratch = Scratch::new("packed-decode");
    let plain = decode(text(&fixture("tenant/messages.ndjson")));
    assert_eq!((plain.status, plain.stdout.lines().count()), (0, 34), "{plain:#?}");
    for name in ["messages.ndjson.gz", "messages.ndjson.zst"] {
        let file = fixture("packed").join(name);
        assert_eq!(decode(text(&file)).stdout, plain.stdout, "{name}");
        assert_eq!(decode_stdin(&file), (Some(0), plain.stdout.clone()), "{name} by stdin");
        // It is the bytes that tell, and not the name.
        let renamed = scratch.write("renamed", fs::read(&file).expect("it is there"));
        assert_eq!(decode(text(&renamed)).stdout, plain.stdout, "{name} renamed");
        for command in [&["explain", "--dataset", "event", "--line", "22"][..], &["diff", &wasm()]] {
            let ran = |file: &std::path::Path| run(&[&[command[0], &wasm()], &command[1..], &[text(file)]].concat());
            let (packed, plain) = (ran(&file), ran(&fixture("tenant/messages.ndjson")));
            assert!(packed.status == 0 && packed.stdout == plain.stdout && !plain.stdout.is_empty(), "{name}: {packed:#?}");
        }
    }
}

#[test]
fn a_packed_folder_is_replayed_and_its_documents_are_checked() {
    let scratch = Scratch::new("packed-replay");
    scratch.write("exchanges.json.gz", gzip(&fs::read(fixture("tenant/exchanges.json")).expect("it is there")));
    scratch.write("messages.ndjson.zst", fs::read(fixture("packed/messages.ndjson.zst")).expect("it is there"));
    scratch.write("settings.json", fs::read(fixture("tenant/settings.json")).expect("it is there"));
    let replay = |folder: &std::path::Path| run(&[&["replay", &wasm(), text(folder), "--quiet"], &NOW[..]].concat());
    let (packed, plain) = (replay(scratch.path()), replay(&fixture("tenant")));
    assert_eq!((packed.status, packed.stdout.lines().count()), (plain.status, 79), "{}", packed.stderr);
    assert_eq!(packed.stdout, plain.stdout);

    let documents = scratch.write("documents.ndjson.gz", gzip(plain.stdout.as_bytes()));
    let one = scratch.write("one.json.gz", gzip(format!("{{\"expected\": [{}]}}", plain.stdout.lines().next().expect("a document")).as_bytes()));
    let checked = run(&["ecs-check", text(&documents), text(&one)]);
    assert!(checked.status == 0 && checked.stdout.contains("documents: 80, findings: 0, "), "{checked:#?}");

    scratch.write("messages.ndjson", "");
    let both = replay(scratch.path());
    assert!(both.status == 1 && both.stderr.contains("there are both `"), "{both:#?}");
    fs::remove_file(scratch.path().join("messages.ndjson")).expect("removable");
    let dead = scratch.path().join("exchanges.json.gz");
    let refused = run(&["replay", &wasm(), text(scratch.path()), "--dead-letter", text(&dead)]);
    assert!(refused.stderr.contains("is the input"), "{refused:#?}");
}

#[test]
fn what_stands_before_a_fault_is_written_and_the_file_and_the_place_are_named() {
    let scratch = Scratch::new("packed-cut-off");
    let message = |number: u64| format!("{{\"body\":\"{{\\\"AlertType\\\":\\\"{:x}\\\"}}\"}}\n", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let packed = gzip((0..20_000).map(message).collect::<String>().as_bytes());
    let at = packed.len() / 2;
    let file = scratch.write("cut.ndjson.gz", &packed[..at]);
    let ran = decode(text(&file));
    assert_eq!((ran.status, ran.stderr), (1, format!("error: cannot read `{}`: its gzip data ends too early, behind byte {at}\n", file.display())));
    let whole = decode(text(&scratch.write("whole.ndjson.gz", &packed)));
    assert_eq!((whole.status, whole.stdout.lines().count()), (0, 20_000));
    assert!(whole.stdout.starts_with(&ran.stdout) && ran.stdout.lines().count() > 9_000, "{} documents", ran.stdout.lines().count());

    // The checksum stands at the end: everything comes before it is known to be wrong.
    let mut damaged = packed.clone();
    let checksum = packed.len() - 8;
    damaged[checksum] ^= 1;
    let file = scratch.write("damaged.ndjson.gz", damaged);
    let told = format!("cannot read `{}`: its gzip data is damaged, at byte {} or before\n", file.display(), packed.len());
    for arguments in [&["decode", "--dataset", "event", "--quiet"][..], &["explain", "--dataset", "event", "--line", "30000"], &["diff", &wasm()]] {
        let ran = run(&[&[arguments[0], &wasm()], &arguments[1..], &[text(&file)]].concat());
        assert_eq!((ran.status, ran.stderr), (1, format!("error: {told}")));
        assert!(arguments[0] != "decode" || ran.stdout.lines().count() == 20_000);
    }
    let documents = gzip(b"{}\n");
    let file = scratch.write("documents.ndjson.gz", &documents[..documents.len() - 1]);
    let ran = run(&["ecs-check", text(&file)]);
    let told = format!("error: cannot check `{}`: its gzip data ends too early, behind byte {}\n", file.display(), documents.len() - 1);
    assert_eq!((ran.status, ran.stderr), (1, told));
}
