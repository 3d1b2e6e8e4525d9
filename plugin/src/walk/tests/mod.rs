//! The walk against invented tenants and the recorded API, natively.

mod join;
mod lists;
mod memory;
mod metadata;
mod pace;
mod pages;
mod patience;
mod properties;
mod recorded;
mod resume;
mod small;
mod split;
mod tenant;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Walk;
use crate::contract::{Dataset, Failure, Outcome, Problem, Request, Response, Step, Timestamp, Totals};
use crate::mapping::Mapper;
use crate::settings::{Metadata, Profile, Scope, Settings, SubAssessments};

const NOW: Timestamp = 1_767_225_600_000;

type Answer = Result<Response, Failure>;

/// Numbers that look random and are the same in every run.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % sides as u64) as usize
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }
}

fn settings(mode: SubAssessments) -> Settings {
    let scopes = vec![Scope::Subscription("s".into())];
    Settings { scopes, sub_assessments: mode, metadata: Metadata::None, profile: Profile::Elastic, preserve_original_event: true, ..Settings::default() }
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Ok(Response { status, headers: vec![], body: body.into() })
}

/// A page of these records.
fn page(records: &[String], next: Option<&str>) -> String {
    let link = next.map(|next| format!(",\"nextLink\":{next:?}")).unwrap_or_default();
    format!("{{\"value\":[{}]{link}}}", records.join(","))
}

/// What a run gave, all steps together.
#[derive(Debug, Default)]
struct Ran {
    /// By id.
    documents: BTreeMap<String, Vec<u8>>,
    /// Assessment documents, repeated ones included.
    made: u64,
    problems: Vec<Problem>,
    /// After each step: its cursor, and the ids that were stored up to there.
    cursors: Vec<(Vec<u8>, BTreeSet<String>)>,
    totals: Totals,
    run: Value,
    most_held: usize,
    largest_step: usize,
    requests: Vec<String>,
}

impl Ran {
    fn ids(&self) -> BTreeSet<String> {
        self.documents.keys().cloned().collect()
    }

    fn codes(&self) -> Vec<&'static str> {
        self.problems.iter().map(|problem| problem.code).collect()
    }
}

/// The record that a document was made of.
fn original(body: &[u8]) -> Value {
    let document: Value = serde_json::from_slice(body).expect("a document is JSON");
    match &document["event"]["original"] {
        Value::String(text) => serde_json::from_str(text).expect("records are JSON"),
        value => value.clone(),
    }
}

/// A host that answers from a function, some outcomes at a time, in an order that the random numbers choose.
struct Host<'a> {
    settings: &'a Settings,
    random: Random,
    /// Whether all steps' cursors are kept.
    keep_cursors: bool,
}

impl<'a> Host<'a> {
    fn new(settings: &'a Settings, seed: u64) -> Self {
        Self { settings, random: Random(seed), keep_cursors: false }
    }

    fn keeping_cursors(mut self) -> Self {
        self.keep_cursors = true;
        self
    }

    fn run(self, answers: impl FnMut(&str) -> Answer) -> Ran {
        self.resume(None, answers)
    }

    fn resume(mut self, cursor: Option<&[u8]>, mut answers: impl FnMut(&str) -> Answer) -> Ran {
        let mut mapper = Mapper::new(self.settings.clone());
        let mut ran = Ran::default();
        let (mut walk, mut step) = Walk::begin(self.settings, &mut mapper, NOW, cursor);
        let mut pending: Vec<Request> = Vec::new();
        let mut last_request = 0;
        for calls in 0.. {
            assert!(calls < 2_000_000, "the walk goes on for ever");
            ran.most_held = ran.most_held.max(walk.held());
            for request in &step.requests {
                assert!(request.id > last_request, "ids are unique");
                last_request = request.id;
                ran.requests.push(request.url.clone());
            }
            pending.append(&mut step.requests);
            let more = step.more;
            let finished = self.store(step, &mut ran);
            if finished {
                assert!(pending.is_empty() && !more, "nothing is outstanding at the end");
                assert_eq!(walk.held(), 0, "nothing is held at the end");
                break;
            }
            assert!(more || !pending.is_empty(), "the walk stands still");
            let mut outcomes = Vec::new();
            let waits = more && self.random.one_in(2);
            if !waits && !pending.is_empty() {
                for _ in 0..=self.random.roll(pending.len()) {
                    let request = pending.swap_remove(self.random.roll(pending.len()));
                    outcomes.push(Outcome { id: request.id, answer: answers(&request.url) });
                }
            }
            let given = outcomes.len();
            step = walk.advance(&mut mapper, NOW + 1000, outcomes);
            let mut sources = step.documents.iter().map(|document| document.source).chain(step.problems.iter().map(|problem| problem.source)).flatten();
            assert!(sources.all(|source| (source as usize) < given), "positions are of this call");
        }
        assert_eq!(ran.totals.complete, ran.totals.failed == 0 && !self.settings.scopes.is_empty());
        ran
    }

    /// Keeps what a step brought; says whether it was the last.
    fn store(&self, step: Step, ran: &mut Ran) -> bool {
        if step.finished.is_some() {
            assert!(step.documents.last().is_none_or(|document| document.dataset == Dataset::Run), "the run document is the last");
        }
        let size = step.documents.iter().map(|document| document.body.len()).sum();
        ran.largest_step = ran.largest_step.max(size);
        ran.problems.extend(step.problems);
        for document in step.documents {
            match document.dataset {
                Dataset::Run => {
                    assert!(ran.run.is_null() && step.finished.is_some(), "one run document, at the end");
                    ran.run = serde_json::from_slice(&document.body).expect("a document is JSON");
                }
                _ => {
                    ran.made += 1;
                    ran.documents.insert(document.id, document.body);
                }
            }
        }
        assert_eq!(step.cursor.is_some(), step.finished.is_none(), "a cursor with every step but the last");
        if let Some(cursor) = step.cursor.filter(|_| self.keep_cursors) {
            ran.cursors.push((cursor, ran.documents.keys().cloned().collect()));
        }
        if let Some(totals) = step.finished {
            ran.totals = totals;
            assert!(!ran.run.is_null(), "a run document");
        }
        step.finished.is_some()
    }
}
