//! Files that grow, and what is left of them when a process dies.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use host_sim_runtime::contract::Document;
use host_sim_runtime::flow::{Fate, Item, Sink, SinkError};

use super::{Files, Stdout};
use crate::config::{FileOutput, StdoutShape};

/// A folder of a test's own.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("host-sim-files-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("it is made");
        Self(folder)
    }

    fn files(&self, rotate: Option<u64>, keep: u32) -> Arc<Files> {
        Arc::new(Files::new(FileOutput { folder: self.0.join("out"), rotate, keep }).expect("it is made"))
    }

    /// The files with what is in them.
    fn found(&self) -> Vec<(String, String)> {
        let entries = fs::read_dir(self.0.join("out")).expect("a folder").map(|entry| entry.expect("an entry"));
        let mut found: Vec<(String, String)> =
            entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path()).expect("readable"))).collect();
        found.sort();
        found
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names() -> Vec<String> {
    vec!["a".into(), "a.b".into()]
}

fn item(dataset: u32, body: &str) -> Item {
    Item { document: Document { dataset, id: format!("id-{body}"), body: body.into(), source: None }, number: Some(7) }
}

#[test]
fn each_data_set_has_a_file_that_is_appended_to() {
    let scratch = Scratch::new("append");
    for _ in 0..2 {
        let sink = scratch.files(None, 1).sink(names()).expect("they are names");
        let items = [item(1, "{1}"), item(0, "{2}"), item(1, "{3}"), item(0, "{\n}")];
        assert_eq!(sink.put(&items).expect("writable"), [Fate::Stored, Fate::Stored, Fate::Stored, Fate::Refused("it is not on one line".into())]);
    }
    assert_eq!(scratch.found(), [("a.b.ndjson".into(), "{1}\n{3}\n{1}\n{3}\n".into()), ("a.ndjson".into(), "{2}\n{2}\n".into())]);
}

#[test]
fn a_line_that_was_cut_goes_away_at_the_start() {
    let scratch = Scratch::new("cut");
    fs::create_dir(scratch.0.join("out")).expect("writable");
    fs::write(scratch.0.join("out/a.ndjson"), "{1}\n{\"cu").expect("writable");
    let sink = scratch.files(None, 1).sink(names()).expect("they are names");
    sink.put(&[item(0, "{2}")]).expect("writable");
    assert_eq!(scratch.found(), [("a.ndjson".into(), "{1}\n{2}\n".into())]);
}

#[test]
fn a_large_file_is_rotated_and_so_many_are_kept() {
    let scratch = Scratch::new("rotate");
    let sink = scratch.files(Some(8), 2).sink(names()).expect("they are names");
    sink.put(&[item(1, "{other}")]).expect("writable");
    // Two lines fit, in one batch or in several; one that is too large has a file of its own.
    for lines in [["{1}", "{2}", "{3}"].as_slice(), &["{4}"], &["{5}", "{6}", "{7}"], &["{a long one}"], &["{8}"]] {
        let items: Vec<Item> = lines.iter().map(|line| item(0, line)).collect();
        sink.put(&items).expect("writable");
    }
    let found = scratch.found();
    let (names, texts): (Vec<_>, Vec<_>) = found.iter().map(|(name, text)| (name.as_str(), text.as_str())).unzip();
    assert_eq!(texts, ["{7}\n", "{a long one}\n", "{other}\n", "{8}\n"], "{names:?}");
    assert_eq!(&names[2..], ["a.b.ndjson", "a.ndjson"]);
    for name in &names[..2] {
        let time = name.strip_prefix("a.").and_then(|name| name.strip_suffix(".ndjson")).expect("a time");
        assert!(crate::time::is_in_a_name(time), "{name}");
    }
}

#[test]
fn no_other_process_writes_to_a_file_meanwhile() {
    let scratch = Scratch::new("locked");
    let one = scratch.files(None, 1).sink(names()).expect("they are names");
    let other = scratch.files(None, 1).sink(names()).expect("they are names");
    one.put(&[item(0, "{1}")]).expect("writable");
    match other.put(&[item(0, "{2}")]) {
        Err(SinkError::Closed(error)) => assert!(error.to_string().ends_with("a.ndjson`: another process writes to it"), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_name_does_not_lead_elsewhere() {
    let scratch = Scratch::new("names");
    for name in ["", ".", "..", ".a", "a/b", "A", "a b"] {
        assert!(scratch.files(None, 1).sink(vec![name.into()]).is_err(), "{name}");
    }
}

#[test]
fn a_stream_gets_lines_of_either_shape() {
    let stream = Arc::new(Mutex::new(Vec::new()));
    for shape in [StdoutShape::Bare, StdoutShape::Envelope] {
        let sink = Stdout::new(stream.clone(), shape, names());
        assert_eq!(sink.put(&[item(1, "{1}"), item(0, "{2}")]).expect("writable").len(), 2);
    }
    let text = String::from_utf8(stream.lock().expect("nobody panics").clone()).expect("UTF-8");
    let envelope = |dataset: &str, body: &str| format!(r#"{{"source":7,"dataset":"{dataset}","id":"id-{body}","document":{body}}}"#);
    assert_eq!(text, format!("{{1}}\n{{2}}\n{}\n{}\n", envelope("a.b", "{1}"), envelope("a", "{2}")));
}

#[test]
fn a_stream_that_nobody_reads_ends_it() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _bytes: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let sink = Stdout::new(Arc::new(Mutex::new(Gone)), StdoutShape::Bare, names());
    assert!(matches!(sink.put(&[item(0, "{}")]), Err(SinkError::Closed(_))));
}
