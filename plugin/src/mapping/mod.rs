//! From what Microsoft sent to ECS documents: the only place that knows both sides. Mapping cannot fail.

mod assessment;
mod cast;
mod conversions;
mod convert;
mod distinct;
mod envelope;
mod errors;
mod event;
mod explain;
mod index;
mod java;
mod kinds;
mod parts;
mod record;
pub mod reference;
mod resource;
mod severity;
mod trace;

use core::ops::ControlFlow;

use bumpalo::Bump;

use self::assessment::Finding;
pub(crate) use self::assessment::occurrence::Occurrence;
use self::envelope::Envelope;
pub(crate) use self::envelope::Origin;
use self::index::Index;
pub(crate) use self::kinds::Recognition;
use self::record::Record;
use crate::contract::{Dataset, Explanation};
use crate::defender;
use crate::ecs::{ASSESSMENT, EVENT, Schema};
use crate::json::parse::{self, Names};
use crate::json::tree::Value;
use crate::json::write::Writer;
use crate::settings::Settings;

const EVENT_ENVELOPE: Envelope = Envelope::event(&EVENT);
const ASSESSMENT_ENVELOPE: Envelope = Envelope::assessment(&ASSESSMENT);

/// Makes documents under one set of settings.
#[derive(Debug)]
pub struct Mapper {
    settings: Settings,
    events: Index,
    findings: Index,
    /// Emptied after each document, so that its memory serves the next; so is the writer.
    arena: Bump,
    writer: Writer,
}

impl Mapper {
    /// A mapper for these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, events: Index::of_events(), findings: Index::of_findings(), arena: Bump::new(), writer: Writer::default() }
    }

    /// The document of one record of the event data set.
    pub(crate) fn event(&mut self, text: &str, origin: Origin<'_>) -> Event {
        let body = {
            let mut record = Record::new(&self.arena, &EVENT);
            let root = read(&mut record, Dataset::Event, text);
            finish_event(&mut record, &mut self.writer, (&self.settings, &self.events), root, text, origin)
        };
        self.arena.reset();
        body
    }

    /// The documents of one merged assessment record, from the one at `from` on, as long as `take` goes on. They are the same whenever they are asked for.
    /// `look` sees the tree of the record before rules change it; what it makes of it is at hand for every document.
    pub(crate) fn findings<K>(
        &mut self,
        text: &str,
        origin: Origin<'_>,
        from: usize,
        look: impl FnOnce(Value<'_>) -> K,
        mut take: impl FnMut(&K, Made<'_>) -> ControlFlow<()>,
    ) -> Told {
        let told = {
            let mut record = Record::new(&self.arena, &ASSESSMENT);
            let root = read(&mut record, Dataset::Assessment, text);
            let known = look(root);
            let mut findings = Findings { finding: assessment::map(&mut record, root, &self.settings, &self.findings), settings: &self.settings, text, origin };
            findings.limit(&mut record, &mut self.writer);
            for at in from..findings.len() {
                findings.complete(&mut record, at);
                record.document.write(&mut self.writer);
                if take(&known, Made { body: self.writer.take(), cve: findings.cve(at) }).is_break() {
                    break;
                }
            }
            findings.told(&record)
        };
        self.arena.reset();
        told
    }

    /// The document of a text whose tree, with its names in form, `is_one` event; `None` for any other.
    pub(crate) fn event_if(&mut self, text: &str, origin: Origin<'_>, is_one: fn(Value<'_>) -> bool) -> Option<Event> {
        let document = match parse::value(&self.arena, text, names(Dataset::Event)) {
            Ok(root) if is_one(root) => {
                let mut record = Record::new(&self.arena, &EVENT);
                Some(finish_event(&mut record, &mut self.writer, (&self.settings, &self.events), root, text, origin))
            }
            _ => None,
        };
        self.arena.reset();
        document
    }

    /// The document of a message that was not read, with a line that says why, and what the origin has of it.
    pub(crate) fn unread(&mut self, dataset: Dataset, line: &str, origin: Origin<'_>) -> Vec<u8> {
        let body = {
            let mut record = Record::new(&self.arena, schema(dataset));
            record.errors.report(&line);
            match dataset {
                Dataset::Event => event::map(&mut record, Value::Null, &self.settings, &self.events),
                _ => drop(assessment::map(&mut record, Value::Null, &self.settings, &self.findings)),
            }
            let envelope = if dataset == Dataset::Event { &EVENT_ENVELOPE } else { &ASSESSMENT_ENVELOPE };
            envelope.complete(&mut record, &self.settings, "", origin);
            record.document.write(&mut self.writer);
            self.writer.take()
        };
        self.arena.reset();
        body
    }

    /// Which rules make what of one record, document by document.
    pub(crate) fn explain(&mut self, dataset: Dataset, text: &str) -> Vec<Explanation> {
        let origin = Origin::new(0, None);
        let mut explanations = Vec::new();
        {
            let mut record = Record::traced(&self.arena, schema(dataset));
            let root = read(&mut record, dataset, text);
            let members = explain::Members::of(root);
            if dataset == Dataset::Event {
                event::map(&mut record, root, &self.settings, &self.events);
                EVENT_ENVELOPE.complete(&mut record, &self.settings, text, origin);
                let unread = members.unread(record.trace.as_ref(), noted(&record));
                explanations.push(explain::explanation(dataset, &record, &members, &unread));
            } else {
                let mut findings =
                    Findings { finding: assessment::map(&mut record, root, &self.settings, &self.findings), settings: &self.settings, text, origin };
                findings.limit(&mut record, &mut self.writer);
                let unread = findings.unread(&record, &members);
                for at in 0..findings.len() {
                    findings.complete(&mut record, at);
                    explanations.push(explain::explanation(dataset, &record, &members, &unread));
                }
            }
        }
        self.arena.reset();
        explanations
    }
}

/// The document of a record of the event data set.
#[derive(Debug)]
pub(crate) struct Event {
    /// As JSON.
    pub body: Vec<u8>,
    /// Whether the record is of a known kind.
    pub recognition: Recognition,
}

/// One document of an assessment record.
#[derive(Debug)]
pub(crate) struct Made<'m> {
    /// As JSON.
    pub body: Vec<u8>,
    /// The CVE by which it differs from the record's other documents, in upper case.
    pub cve: Option<&'m str>,
}

/// What is to be told of a record besides its documents.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// How many documents it has in all.
    pub documents: usize,
    /// Its own id; empty if it has none.
    pub id: String,
    /// Whether a part of it could not be read.
    pub not_read: bool,
    /// How many of its CVEs have no document.
    pub left_out: usize,
    /// Whether it is an assessment at all.
    pub recognition: Recognition,
}

impl Told {
    /// What to say of CVEs without a document.
    pub(crate) fn left_out_message(&self) -> String {
        let Self { id, documents, left_out, .. } = self;
        format!("`{id}` names {} CVEs, of which {documents} have a document; the last of these names the other {left_out}", documents + left_out)
    }
}

/// A mapped assessment record, and what its documents are completed with.
struct Findings<'a> {
    finding: Finding<'a>,
    settings: &'a Settings,
    text: &'a str,
    origin: Origin<'a>,
}

impl<'a> Findings<'a> {
    fn len(&self) -> usize {
        match &self.finding {
            Finding::One => 1,
            Finding::Split(split) => split.len(),
        }
    }

    fn cve(&self, at: usize) -> Option<&'a str> {
        match &self.finding {
            Finding::One => None,
            Finding::Split(split) => split.cve(at),
        }
    }

    /// What no rule read before documents began to differ.
    fn unread(&self, record: &Record<'a>, members: &explain::Members) -> explain::Unread {
        let until = match &self.finding {
            Finding::One => noted(record),
            Finding::Split(split) => split.noted(),
        };
        members.unread(record.trace.as_ref(), until)
    }

    /// Leaves out the documents that are too many.
    fn limit(&mut self, record: &mut Record<'a>, writer: &mut Writer) {
        let Finding::Split(split) = &mut self.finding else { return };
        if self.origin.bytes.is_some() {
            split.keep_original();
        }
        // A member is copied to a handful of fields, and grows at most sixfold: a year becomes a date, a character an escape.
        let of_settings: usize = self.settings.tags.iter().flatten().map(|tag| 6 * tag.len()).sum();
        let most = 36 * self.text.len() + of_settings + (16 << 10);
        split.limit(record, most, |record| {
            ASSESSMENT_ENVELOPE.complete(record, self.settings, self.text, self.origin);
            record.document.write(writer);
            writer.clear()
        });
    }

    /// Fills the document at a place.
    fn complete(&self, record: &mut Record<'a>, at: usize) {
        if let Finding::Split(split) = &self.finding {
            split.fill(record, at);
        }
        ASSESSMENT_ENVELOPE.complete(record, self.settings, self.text, self.origin);
    }

    fn told(&self, record: &Record<'_>) -> Told {
        let Finding::Split(split) = &self.finding else {
            return Told { documents: 1, recognition: record.recognition, ..Told::default() };
        };
        let id = assessment::extended::event_id(record).unwrap_or_default().to_owned();
        Told { documents: split.len(), id, not_read: split.has_lines(), left_out: split.left_out(), recognition: record.recognition }
    }
}

/// What has been noted of a record for `explain`.
fn noted(record: &Record<'_>) -> trace::Mark {
    record.trace.as_ref().map(|trace| trace.mark()).unwrap_or_default()
}

/// Whether a text is a record of a known kind.
pub(crate) fn is_known_kind(text: &str) -> bool {
    parse::value(&Bump::new(), text, names(Dataset::Event)).is_ok_and(|root| kinds::row_of(root).kind != kinds::Kind::Unknown)
}

fn schema(dataset: Dataset) -> &'static Schema {
    if dataset == Dataset::Event { &EVENT } else { &ASSESSMENT }
}

/// The form in which rules know names.
fn names(dataset: Dataset) -> Names {
    if dataset == Dataset::Event { Names::Lower } else { Names::SnakeInside(&defender::assessment::NAMES) }
}

/// The tree of a record's text; `Null`, and a line in the document, where it is not JSON.
fn read<'a>(record: &mut Record<'a>, dataset: Dataset, text: &'a str) -> Value<'a> {
    match parse::value(record.arena, text, names(dataset)) {
        Ok(root) => root,
        Err(fault) => {
            record.errors.report(&fault);
            Value::Null
        }
    }
}

fn finish_event<'a>(
    record: &mut Record<'a>,
    writer: &mut Writer,
    (settings, index): (&'a Settings, &Index),
    root: Value<'a>,
    text: &'a str,
    origin: Origin<'a>,
) -> Event {
    event::map(record, root, settings, index);
    EVENT_ENVELOPE.complete(record, settings, text, origin);
    record.document.write(writer);
    Event { body: writer.take(), recognition: record.recognition }
}

/// What must not build; a test builds it and looks at what the compiler says.
#[cfg(undeclared_member)]
mod undeclared_member {
    use crate::defender::part::Source;

    const MISSPELT: Source = crate::defender::assessment::OS.os_platfrom;
    const OF_NO_ENTITY: Source = crate::defender::entity::ENTITY.hostname;
}
