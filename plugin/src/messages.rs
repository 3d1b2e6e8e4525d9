//! Messages become documents: the records in each, their ids, and what is to be told of it.

use core::ops::ControlFlow;

use crate::contract::{Dataset, Decoded, Document, Explanation, Message};
use crate::event_hub::body::{Body, Found, MOST_VALUES, has_too_many_values, in_base64, is_one_record};
use crate::id::{self, RecordId};
use crate::mapping::{self, Event, Mapper, Occurrence, Origin, Recognition};
use crate::problem::Code;
use crate::settings::Settings;

/// A body of more records is not taken apart.
const MOST_RECORDS: u32 = 10_000;
/// Neither is one whose documents have more bytes, beside those that every document has: ten thousand short records are not too long.
const MOST_BYTES: usize = 4 << 20;
const OF_EVERY_DOCUMENT: usize = 1 << 10;

/// Makes at least one document of each message that it is given.
pub(crate) struct Decoder<'p> {
    /// What they are made under.
    pub settings: &'p Settings,
    /// What makes them.
    pub mapper: &'p mut Mapper,
    /// The time of the call.
    pub now: u64,
    /// What came of the messages so far.
    pub decoded: Decoded,
}

impl Decoder<'_> {
    /// Decodes a message of a hub.
    pub(crate) fn event(&mut self, source: u32, message: &Message) {
        let origin = self.origin(message);
        let mut body = match Body::new(&message.body) {
            Ok(body) => body,
            Err(what) => return self.not_text(Dataset::Event, source, message, &what),
        };
        if body.is_replaced() {
            self.tell_replaced(source);
        }
        let first = self.decoded.documents.len();
        let mut seen = Seen::default();
        // Nearly every body is one record, and then it is read once.
        let bytes = body.bytes_of(body.all());
        if !body.looks_like_several()
            && !has_too_many_values(body.text())
            && let Some(event) = self.mapper.event_if(body.text(), Origin { bytes: bytes.as_deref(), ..origin }, is_one_record)
        {
            seen.add(event.recognition);
            self.push(source, message, 0, body.text(), event);
            return self.tell_seen(&seen, Dataset::Event, source);
        }
        body.sanitize(&self.settings.sanitizers);
        let (mut at, mut size) = (0, 0);
        let mut too_much = None;
        body.records(is_record, &mut |found: Found<'_>| {
            if has_too_many_values(found.text) {
                too_much = Some(format!("a record of more than {MOST_VALUES} values"));
                return ControlFlow::Break(());
            }
            if at == MOST_RECORDS {
                too_much = Some(format!("more than {MOST_RECORDS} records"));
                return ControlFlow::Break(());
            }
            let bytes = body.bytes_of(found);
            let origin = Origin { bytes: bytes.as_deref(), whole: Some(found.whole), ..origin };
            let event = self.mapper.event(found.text, origin);
            size += event.body.len().saturating_sub(OF_EVERY_DOCUMENT);
            if at > 0 && size > MOST_BYTES {
                too_much = Some(format!("records whose documents have more than {} MiB", MOST_BYTES >> 20));
                return ControlFlow::Break(());
            }
            seen.add(event.recognition);
            self.push(source, message, at, found.whole, event);
            at += 1;
            ControlFlow::Continue(())
        });
        match too_much {
            Some(what) => {
                self.decoded.documents.truncate(first);
                self.not_taken_apart(Dataset::Event, source, message, &body, &what);
            }
            None => self.tell_seen(&seen, Dataset::Event, source),
        }
        if body.sanitized {
            self.tell(Code::BodySanitized, "a body that was not JSON was repaired by a sanitizer".into(), Some(source));
        }
    }

    /// Decodes a record of an assessment.
    pub(crate) fn assessment(&mut self, source: u32, message: &Message) {
        let body = match Body::new(&message.body) {
            Ok(body) => body,
            Err(what) => return self.not_text(Dataset::Assessment, source, message, &what),
        };
        if body.is_replaced() {
            self.tell_replaced(source);
        }
        if has_too_many_values(body.text()) {
            let what = format!("a record of more than {MOST_VALUES} values");
            return self.not_taken_apart(Dataset::Assessment, source, message, &body, &what);
        }
        let bytes = body.bytes_of(body.all());
        let origin = Origin { bytes: bytes.as_deref(), ..self.origin(message) };
        let documents = &mut self.decoded.documents;
        let told = self.mapper.findings(
            body.text(),
            origin,
            0,
            |root| record_id(Occurrence::of(root), body.text()),
            |id, made| {
                documents.push(Document { dataset: Dataset::Assessment, id: id.of_document(made.cve), body: made.body, source: Some(source) });
                ControlFlow::Continue(())
            },
        );
        let mut seen = Seen::default();
        seen.add(told.recognition);
        self.tell_seen(&seen, Dataset::Assessment, source);
        if told.not_read {
            let message = format!("parts of `{}` could not be read; `microsoft_defender_cloud.assessment.not_read` says which", told.id);
            self.tell(Code::FindingNotReadInFull, message, Some(source));
        }
        if told.left_out > 0 {
            self.tell(Code::CvesLeftOut, told.left_out_message(), Some(source));
        }
    }

    /// Tells a problem.
    pub(crate) fn tell(&mut self, code: Code, message: String, source: Option<u32>) {
        self.decoded.problems.push(code.problem(message, source));
    }

    fn origin<'m>(&self, message: &'m Message) -> Origin<'m> {
        Origin::new(self.now, message.position.as_ref())
    }

    fn push(&mut self, source: u32, message: &Message, at: u32, record: &str, event: Event) {
        let id = event_id(self.settings, message, at, record);
        self.decoded.documents.push(Document { dataset: Dataset::Event, id, body: event.body, source: Some(source) });
    }

    /// One document that has the bytes of a body that is no text.
    fn not_text(&mut self, dataset: Dataset, source: u32, message: &Message, what: &str) {
        let bytes = in_base64(&message.body);
        let line = format!("a body that looks like {what} is no text");
        let body = self.mapper.unread(dataset, &line, Origin { bytes: Some(&bytes), ..self.origin(message) });
        self.push_unread(dataset, source, message, &bytes, body);
        self.tell(Code::BodyNotText, format!("the body of a message looks like {what}; `event.original` has its bytes in base64"), Some(source));
    }

    /// One document that has the text of a body.
    fn not_taken_apart(&mut self, dataset: Dataset, source: u32, message: &Message, body: &Body<'_>, what: &str) {
        let line = format!("a body of {what} was not taken apart");
        let bytes = body.bytes_of(body.all());
        let origin = Origin { bytes: bytes.as_deref(), whole: Some(body.text()), ..self.origin(message) };
        let made = self.mapper.unread(dataset, &line, origin);
        self.push_unread(dataset, source, message, body.text(), made);
        let message = format!("a message holds {what}: it was not taken apart, and `event.original` of its one document has the text");
        self.tell(Code::BodyNotTakenApart, message, Some(source));
    }

    fn push_unread(&mut self, dataset: Dataset, source: u32, message: &Message, text: &str, body: Vec<u8>) {
        let id = match dataset {
            Dataset::Event => event_id(self.settings, message, 0, text),
            _ => record_id(Occurrence::default(), text).of_document(None),
        };
        self.decoded.documents.push(Document { dataset, id, body, source: Some(source) });
    }

    fn tell_replaced(&mut self, source: u32) {
        let message = "bytes that are not UTF-8 were replaced by U+FFFD; `event.original` has them in base64".into();
        self.tell(Code::BodyNotUtf8, message, Some(source));
    }

    /// Tells each once a message, however many records it has.
    fn tell_seen(&mut self, seen: &Seen, dataset: Dataset, source: u32) {
        let known = if dataset == Dataset::Event { "a kind of record that Defender for Cloud exports" } else { "an assessment or a sub-assessment" };
        let unknown = match seen.unknown {
            0 => None,
            1 => Some(format!("a record is not {known}; `event.original` has all of it")),
            more => Some(format!("{more} records are not {known}; `event.original` of their documents has all of them")),
        };
        let empty = match seen.empty {
            0 => None,
            1 => Some("a record says nothing: it is blank, `null`, or has no member with a value".to_owned()),
            more => Some(format!("{more} records say nothing: they are blank, `null`, or have no member with a value")),
        };
        for (code, message) in [(Code::RecordNotRecognised, unknown), (Code::RecordEmpty, empty)] {
            if let Some(message) = message {
                self.tell(code, message, Some(source));
            }
        }
    }
}

/// Which rules make what of a message, document by document.
pub(crate) fn explain(settings: &Settings, mapper: &mut Mapper, dataset: Dataset, message: &Message) -> Vec<Explanation> {
    let mut decoder = Decoder { settings, mapper: &mut *mapper, now: 0, decoded: Decoded::default() };
    match dataset {
        Dataset::Event => decoder.event(0, message),
        Dataset::Assessment => decoder.assessment(0, message),
        Dataset::Run => return Vec::new(),
    }
    let unread = [Code::BodyNotText, Code::BodyNotTakenApart].map(|code| code.row().name);
    if decoder.decoded.problems.iter().any(|problem| unread.contains(&problem.code)) {
        // One document, which no rule has made.
        return vec![Explanation::default()];
    }
    let Ok(mut body) = Body::new(&message.body) else { return Vec::new() };
    if dataset != Dataset::Event {
        return mapper.explain(dataset, body.text());
    }
    body.sanitize(&settings.sanitizers);
    let mut explanations = Vec::new();
    body.records(is_record, &mut |found| {
        explanations.extend(mapper.explain(dataset, found.text));
        ControlFlow::Continue(())
    });
    explanations
}

/// Whether an object's text is a record by itself; one of too many values counts, and is not taken apart then.
fn is_record(text: &str) -> bool {
    has_too_many_values(text) || mapping::is_known_kind(text)
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
}

/// What makes an occurrence: the place in the hub if it is known, the place in the body, and the record's bytes. The time of arrival is none of it: not every
/// protocol tells it, and the bytes guard against a hub that was made anew. Where the place is known it tells messages apart, so they go in by a quick hash.
fn event_id(settings: &Settings, message: &Message, at: u32, record: &str) -> String {
    let at = at.to_le_bytes();
    match &message.position {
        Some(position) => {
            id::of(&[b"event", settings.eventhub.as_bytes(), position.partition.as_bytes(), &position.sequence_number.to_le_bytes(), &at, &id::digest(record)])
        }
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
