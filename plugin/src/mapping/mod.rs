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
mod java;
mod parts;
mod record;
pub mod reference;
mod trace;

use bumpalo::Bump;

pub(crate) use self::assessment::occurrence::Occurrence;
use self::envelope::Envelope;
pub(crate) use self::envelope::Origin;
use self::record::Record;
use crate::contract::{Dataset, Explanation, Timestamp};
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
    /// Emptied after each document, so that its memory serves the next; so is the writer.
    arena: Bump,
    writer: Writer,
}

impl Mapper {
    /// A mapper for these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, arena: Bump::new(), writer: Writer::default() }
    }

    /// The document of one merged assessment record, as JSON, which bears the time `at`.
    pub fn assessment(&mut self, record: &str, at: Timestamp) -> Vec<u8> {
        self.document(Dataset::Assessment, record, Origin { now: at, position: None, replaced: false })
    }

    /// The document of one merged assessment record, as JSON, and its id, which `id` makes of what the record says about itself.
    pub(crate) fn identified(&mut self, text: &str, origin: Origin<'_>, id: impl FnOnce(Occurrence<'_>) -> String) -> (String, Vec<u8>) {
        let identified = {
            let mut record = Record::new(&self.arena, &ASSESSMENT);
            let root = read(&mut record, Dataset::Assessment, text);
            let id = id(Occurrence::of(root));
            (id, finish(&mut record, &mut self.writer, &self.settings, Dataset::Assessment, root, text, origin))
        };
        self.arena.reset();
        identified
    }

    /// The document of one record, as JSON.
    pub(crate) fn document(&mut self, dataset: Dataset, text: &str, origin: Origin<'_>) -> Vec<u8> {
        let body = {
            let mut record = Record::new(&self.arena, schema(dataset));
            let root = read(&mut record, dataset, text);
            finish(&mut record, &mut self.writer, &self.settings, dataset, root, text, origin)
        };
        self.arena.reset();
        body
    }

    /// The document of a text whose tree, with its names in form, `is_one` record; `None` for any other.
    pub(crate) fn document_if(&mut self, dataset: Dataset, text: &str, origin: Origin<'_>, is_one: fn(Value<'_>) -> bool) -> Option<Vec<u8>> {
        let document = match parse::value(&self.arena, text, names(dataset)) {
            Ok(root) if is_one(root) => {
                let mut record = Record::new(&self.arena, schema(dataset));
                Some(finish(&mut record, &mut self.writer, &self.settings, dataset, root, text, origin))
            }
            _ => None,
        };
        self.arena.reset();
        document
    }

    /// Which rules make what of one record.
    pub(crate) fn explain(&mut self, dataset: Dataset, text: &str) -> Explanation {
        let explanation = {
            let mut record = Record::traced(&self.arena, schema(dataset));
            let root = read(&mut record, dataset, text);
            let members = explain::Members::of(root);
            finish(&mut record, &mut self.writer, &self.settings, dataset, root, text, Origin { now: 0, position: None, replaced: false });
            explain::explanation(dataset, record, &members)
        };
        self.arena.reset();
        explanation
    }
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

fn finish<'a>(
    record: &mut Record<'a>,
    writer: &mut Writer,
    settings: &'a Settings,
    dataset: Dataset,
    root: Value<'a>,
    text: &'a str,
    origin: Origin<'a>,
) -> Vec<u8> {
    if dataset == Dataset::Event {
        event::map(record, root, settings);
        EVENT_ENVELOPE.complete(record, settings, text, origin);
    } else {
        assessment::map(record, root, settings);
        ASSESSMENT_ENVELOPE.complete(record, settings, text, origin);
    }
    record.document.write(writer);
    writer.take()
}

/// What must not build; a test builds it and looks at what the compiler says.
#[cfg(undeclared_member)]
mod undeclared_member {
    use crate::defender::part::Source;

    const MISSPELT: Source = crate::defender::assessment::OS.os_platfrom;
    const OF_NO_ENTITY: Source = crate::defender::entity::ENTITY.hostname;
}
