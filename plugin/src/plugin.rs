//! The plugin as its host sees it, in plain types: set up once, then polled, fed and asked.

use core::ops::ControlFlow;

use crate::contract::{Dataset, Decoded, Document, Explanation, Message, Outcome, Problem, SettingProblem, Severity, Step, Timestamp, Totals};
use crate::event_hub::body::{Body, is_one_record};
use crate::id::{self, RecordId};
use crate::mapping::{Event, Mapper, Occurrence, Origin, Recognition};
use crate::settings::Settings;
use crate::walk::Walk;

/// One instance, which serves one set of settings.
#[derive(Debug)]
pub struct Plugin {
    settings: Settings,
    mapper: Mapper,
    walk: Option<Walk>,
}

impl Default for Plugin {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Plugin {
    /// A plugin with these settings.
    pub fn new(settings: Settings) -> Self {
        Self { mapper: Mapper::new(settings.clone()), settings, walk: None }
    }

    /// Takes new settings, unless something in them is wrong; a run that is under way is dropped.
    pub fn configure(&mut self, settings: &str) -> Result<Vec<SettingProblem>, Vec<SettingProblem>> {
        let (settings, warnings) = Settings::parse(settings)?;
        *self = Self::new(settings);
        Ok(warnings)
    }

    /// Starts a run, or resumes one.
    pub fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Step {
        let (walk, step) = Walk::begin(&self.settings, &mut self.mapper, now, cursor);
        self.walk = step.finished.is_none().then_some(walk);
        step
    }

    /// Goes on with the run.
    pub fn advance(&mut self, now: Timestamp, outcomes: Vec<Outcome>) -> Step {
        let Some(walk) = &mut self.walk else { return no_run() };
        let step = walk.advance(&mut self.mapper, now, outcomes);
        if step.finished.is_some() {
            self.walk = None;
        }
        step
    }

    /// Makes at least one document of every message.
    pub fn decode(&mut self, now: Timestamp, dataset: Dataset, messages: &[Message]) -> Decoded {
        let mut decoded = Decoded::default();
        for (source, message) in (0..).zip(messages) {
            match dataset {
                Dataset::Event => self.event(&mut decoded, now, source, message),
                Dataset::Assessment => self.assessment(&mut decoded, now, source, message),
                Dataset::Run => {}
            }
        }
        if !dataset.decodes() {
            decoded.problems.push(Problem {
                severity: Severity::Error,
                code: "dataset-not-decoded",
                message: format!("records of data set `{}` cannot be decoded", dataset.name()),
                source: None,
            });
        }
        decoded
    }

    fn event(&mut self, decoded: &mut Decoded, now: Timestamp, source: u32, message: &Message) {
        let mut body = Body::new(&message.body);
        let origin = Origin { now, position: message.position.as_ref(), replaced: body.replaced };
        if body.replaced {
            decoded.problems.push(not_utf8(source));
        }
        let mut seen = Seen::default();
        let mut push = |record: &str, at: u32, event: Event| {
            let id = event_id(&self.settings, message, at, record);
            seen.add(event.recognition);
            decoded.documents.push(Document { dataset: Dataset::Event, id, body: event.body, source: Some(source) });
        };
        // Nearly every body is one record, and then it is read once.
        if !body.looks_like_several()
            && let Some(document) = self.mapper.event_if(body.text(), origin, is_one_record)
        {
            push(body.text(), 0, document);
            return seen.tell(decoded, source, Dataset::Event);
        }
        body.sanitize(&self.settings.sanitizers);
        for (at, record) in (0..).zip(body.records()) {
            push(record, at, self.mapper.event(record, origin));
        }
        seen.tell(decoded, source, Dataset::Event);
        if body.sanitized {
            decoded.problems.push(Problem {
                severity: Severity::Info,
                code: "body-sanitized",
                message: "a body that was not JSON was repaired by a sanitizer".into(),
                source: Some(source),
            });
        }
    }

    fn assessment(&mut self, decoded: &mut Decoded, now: Timestamp, source: u32, message: &Message) {
        let body = Body::new(&message.body);
        if body.replaced {
            decoded.problems.push(not_utf8(source));
        }
        let origin = Origin { now, position: message.position.as_ref(), replaced: body.replaced };
        let record = body.text();
        let told = self.mapper.findings(
            record,
            origin,
            0,
            |root| record_id(Occurrence::of(root), record),
            |id, made| {
                decoded.documents.push(Document { dataset: Dataset::Assessment, id: id.of_document(made.cve), body: made.body, source: Some(source) });
                ControlFlow::Continue(())
            },
        );
        let mut seen = Seen::default();
        seen.add(told.recognition);
        seen.tell(decoded, source, Dataset::Assessment);
        if told.not_read {
            decoded.problems.push(Problem {
                severity: Severity::Info,
                code: "finding-not-read-in-full",
                message: format!("parts of `{}` could not be read; `microsoft_defender_cloud.assessment.not_read` says which", told.id),
                source: Some(source),
            });
        }
        if told.left_out > 0 {
            decoded.problems.push(Problem { severity: Severity::Warning, code: "cves-left-out", message: told.left_out_message(), source: Some(source) });
        }
    }

    /// What `decode` does with one message, document by document.
    pub fn explain(&mut self, dataset: Dataset, message: &Message) -> Vec<Explanation> {
        let mut body = Body::new(&message.body);
        match dataset {
            Dataset::Event => {
                body.sanitize(&self.settings.sanitizers);
                body.records().into_iter().flat_map(|record| self.mapper.explain(dataset, record)).collect()
            }
            Dataset::Assessment => self.mapper.explain(dataset, body.text()),
            Dataset::Run => Vec::new(),
        }
    }
}

/// How many records of a message say nothing, or do not say what they are.
#[derive(Debug, Default)]
struct Seen {
    unknown: usize,
    empty: usize,
}

impl Seen {
    fn add(&mut self, recognition: Recognition) {
        match recognition {
            Recognition::Known => {}
            Recognition::Unknown => self.unknown += 1,
            Recognition::Empty => self.empty += 1,
        }
    }

    /// Tells each once a message, however many records it has.
    fn tell(&self, decoded: &mut Decoded, source: u32, dataset: Dataset) {
        let mut tell = |severity, code, message| decoded.problems.push(Problem { severity, code, message, source: Some(source) });
        let known = if dataset == Dataset::Event { "a kind of record that Defender for Cloud exports" } else { "an assessment or a sub-assessment" };
        match self.unknown {
            0 => {}
            1 => tell(Severity::Warning, "record-not-recognised", format!("a record is not {known}; `event.original` has all of it")),
            more => {
                tell(Severity::Warning, "record-not-recognised", format!("{more} records are not {known}; `event.original` of their documents has all of them"))
            }
        }
        match self.empty {
            0 => {}
            1 => tell(Severity::Info, "record-empty", "a record says nothing: it is blank, `null`, or has no member with a value".to_owned()),
            more => tell(Severity::Info, "record-empty", format!("{more} records say nothing: they are blank, `null`, or have no member with a value")),
        }
    }
}

/// What makes an occurrence: the place in the hub if it is known, the place in the body, and the record's bytes.
/// Where the place is known it tells messages apart, so the bytes go in by a quick hash.
fn event_id(settings: &Settings, message: &Message, at: u32, record: &str) -> String {
    let at = at.to_le_bytes();
    match &message.position {
        Some(position) => id::of(&[
            b"event",
            settings.eventhub.as_bytes(),
            position.partition.as_bytes(),
            &position.sequence_number.to_le_bytes(),
            &position.enqueued.to_le_bytes(),
            &at,
            &id::digest(record),
        ]),
        None => id::of(&[b"event", &at, record.as_bytes()]),
    }
}

/// What makes an occurrence: whose record it is, from when, and its bytes. Only records of one resource and time rely on the quick hash,
/// and a record that does not say whose it is goes in as it is. Letter case is that of the bytes.
fn record_id(occurrence: Occurrence<'_>, record: &str) -> RecordId {
    match occurrence.arm_id {
        "" => RecordId::of(&[b"assessment", record.as_bytes()]),
        arm_id => RecordId::of(&[b"assessment", arm_id.as_bytes(), occurrence.time.as_bytes(), &id::digest(record)]),
    }
}

fn not_utf8(source: u32) -> Problem {
    Problem { severity: Severity::Warning, code: "body-not-utf8", message: "bytes that are not UTF-8 were replaced by U+FFFD".into(), source: Some(source) }
}

fn no_run() -> Step {
    Step {
        problems: vec![Problem {
            severity: Severity::Error,
            code: "no-run",
            message: "`advance` was called without a run under way; call `begin` first".into(),
            source: None,
        }],
        finished: Some(Totals::default()),
        ..Step::default()
    }
}
