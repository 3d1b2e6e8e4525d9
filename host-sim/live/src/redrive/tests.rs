//! Dead letters that are delivered again, and those that stay.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use host_sim_runtime::contract::{Document, Message, Problem, Severity};
use host_sim_runtime::flow::{Bounds, DeadLetters, Fate, Item, Lane, Letter, Sink, SinkError, StopSignal};
use host_sim_runtime::{DeadLetter, Stop, Unread, private_folder};

use super::{RedriveError, Redriven, redrive};
use crate::state::StateFolder;

/// State of a test's own, with dead letters in it: documents of two data sets, and a message.
struct World {
    folder: PathBuf,
    state: StateFolder,
    file: PathBuf,
}

impl World {
    fn new(name: &str, documents: usize) -> Self {
        let folder = std::env::temp_dir().join(format!("host-sim-redrive-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        private_folder(&folder).expect("it is made");
        let state = StateFolder::open(&folder).expect("it is free").state;
        let letters = state.dead_letters("posture", vec!["b.c".into(), "a".into()]).expect("writable");
        let lane = Lane::new("posture");
        let message = DeadLetter { source: 0, message: Message::from("m"), stop: Stop::Cancelled };
        letters.keep(&lane, Letter::Message { letter: &message, number: None }).expect("writable");
        let problem = Problem { severity: Severity::Warning, code: "body-not-text".into(), message: "bytes".into(), source: Some(0) };
        let unread = Unread { source: 0, message: Message::from("u"), problem };
        letters.keep(&lane, Letter::Unread { unread: &unread, number: None }).expect("writable");
        for number in 0..documents {
            let body = format!("{{\"number\":{number}}}").into_bytes();
            let document = Document { dataset: u32::from(number % 2 == 0), id: number.to_string(), body, source: None };
            letters.keep(&lane, Letter::Document { item: &Item { document, number: None }, refusal: &"because".into() }).expect("writable");
        }
        let file = letters.path().to_owned();
        Self { folder, state, file }
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.file).expect("readable")
    }

    fn redrive(&self, sink: &Scripted<'_>) -> Result<Redriven, RedriveError> {
        let make = |datasets: &[String]| {
            assert_eq!(datasets, ["a", "b.c"]);
            Ok(sink.clone())
        };
        redrive(&self.state, "posture", make, Bounds { batch_documents: 7, ..Bounds::DEFAULT }, &StopSignal::default())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Stores what a function says, under its data set and id.
#[derive(Clone)]
struct Scripted<'a> {
    stored: &'a Mutex<BTreeMap<(u32, String), String>>,
    fate: fn(&str) -> Result<Fate, SinkError>,
}

impl Sink for Scripted<'_> {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        let fates: Vec<Fate> = items.iter().map(|item| (self.fate)(&item.document.id)).collect::<Result<_, _>>()?;
        for (item, _) in items.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Stored) {
            let document = &item.document;
            self.stored.lock().expect("nobody panics").insert((document.dataset, document.id.clone()), document.text().into_owned());
        }
        Ok(fates)
    }
}

#[test]
fn what_is_stored_leaves_the_file_and_the_rest_stays_to_the_byte() {
    let (world, stored) = (World::new("some", 200), Mutex::default());
    let before = world.text();
    let fate = |id: &str| Ok(if id.ends_with('3') { Fate::Refused("still".into()) } else { Fate::Stored });
    let redriven = world.redrive(&Scripted { stored: &stored, fate }).expect("it is delivered");
    assert_eq!(redriven, Redriven { delivered: 180, left: 20, others: 2 });
    let stored = stored.into_inner().expect("nobody panics");
    assert_eq!((stored.len(), stored[&(0, "2".into())].as_str(), stored[&(1, "1".into())].as_str()), (180, r#"{"number":2}"#, r#"{"number":1}"#));
    let stays: Vec<&str> = before.lines().filter(|line| line.contains("body_base64") || line.contains("3\",\"reason")).collect();
    assert_eq!(world.text().lines().collect::<Vec<_>>(), stays);
}

#[test]
fn what_was_stored_before_an_error_leaves_the_file() {
    let (world, stored) = (World::new("error", 50), Mutex::default());
    let fate = |id: &str| if id == "30" { Err(SinkError::Closed("the disk is full".into())) } else { Ok(Fate::Stored) };
    let error = world.redrive(&Scripted { stored: &stored, fate }).expect_err("the sink is closed");
    assert!(matches!(error, RedriveError::Delivery(_)));
    let left = world.text().lines().count() - 2;
    assert_eq!(left + stored.lock().expect("nobody panics").len(), 50);
    assert!((20..50).contains(&left), "{left}");
    let redriven = world.redrive(&Scripted { stored: &stored, fate: |_| Ok(Fate::Stored) }).expect("it is delivered");
    assert_eq!(redriven, Redriven { delivered: left as u64, left: 0, others: 2 });
    assert_eq!(world.text().lines().count(), 2);
}

#[test]
fn without_documents_nothing_is_asked_for() {
    let world = World::new("none", 0);
    let before = world.text();
    let make = |_: &[String]| -> Result<Scripted<'static>, _> { panic!("there is nothing to deliver") };
    for (input, others) in [("posture", 2), ("other", 0)] {
        let redriven = redrive(&world.state, input, make, Bounds::DEFAULT, &StopSignal::default()).expect("readable");
        assert_eq!(redriven, Redriven { delivered: 0, left: 0, others });
    }
    assert_eq!(world.text(), before);
}
