//! From what Microsoft sent to ECS documents: the only place that knows both sides. Mapping cannot fail.

mod assessment;
mod cast;
mod convert;
mod distinct;
mod envelope;
mod event;
mod explain;
mod java;
mod names;
mod record;
pub mod reference;

use bumpalo::Bump;

use self::envelope::{Envelope, Place};
use self::record::Record;
use crate::contract::{Position, Timestamp};
use crate::ecs::{ASSESSMENT, EVENT};
use crate::json::parse::{self, Names};
use crate::json::tree::Value;
use crate::settings::Settings;

const EVENT_ENVELOPE: Envelope = Envelope::event(&EVENT);
const ASSESSMENT_ENVELOPE: Envelope = Envelope::assessment(&ASSESSMENT);

/// Makes documents under one set of settings.
#[derive(Debug)]
pub struct Mapper {
    settings: Settings,
    /// Emptied after each document, so that its memory serves the next.
    arena: Bump,
}

impl Mapper {
    /// A mapper for these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, arena: Bump::new() }
    }

    /// The document of one record of an Event Hub, as JSON. Without `TimeGenerated` it bears the time of the position, else `now`.
    pub fn event(&mut self, record: &str, position: Option<&Position>, now: Timestamp) -> Vec<u8> {
        let body = {
            let mut mapped = Record::new(&self.arena, &EVENT);
            let root = read(&mut mapped, record, Names::Lower);
            event::map(&mut mapped, root, &self.settings);
            EVENT_ENVELOPE.complete(&mut mapped, &self.settings, record, Place { now, position });
            written(&mapped, record)
        };
        self.arena.reset();
        body
    }

    /// The document of one merged assessment record, as JSON, which bears the time `now`.
    pub fn assessment(&mut self, record: &str, position: Option<&Position>, now: Timestamp) -> Vec<u8> {
        let body = {
            let mut mapped = Record::new(&self.arena, &ASSESSMENT);
            let root = read(&mut mapped, record, Names::SnakeInside);
            assessment::map(&mut mapped, root, &self.settings);
            ASSESSMENT_ENVELOPE.complete(&mut mapped, &self.settings, record, Place { now, position });
            written(&mapped, record)
        };
        self.arena.reset();
        body
    }
}

/// The tree of a record's text; `Null`, and a line in the document, where it is not JSON.
fn read<'a>(record: &mut Record<'a>, text: &'a str, names: Names) -> Value<'a> {
    match parse::value(record.arena, text, names) {
        Ok(root) => root,
        Err(fault) => {
            record.report(&fault);
            Value::Null
        }
    }
}

fn written(mapped: &Record<'_>, record: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(record.len() + 1024);
    mapped.document.write(&mut body);
    body
}
