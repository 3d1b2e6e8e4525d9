//! The event data set: one record of an Event Hub becomes one document.

pub(crate) mod alert_type;
pub(crate) mod entities;
pub(crate) mod extended;
pub(crate) mod identifiers;
pub(crate) mod moves;

use super::parts;
use super::record::{Record, rules};
use crate::defender::hub::PARTS;
use crate::ecs::EVENT;
use crate::json::tree::{Value, array};
use crate::settings::{Profile, Settings};

/// The parts of a record.
type Parts<'a> = parts::Parts<'a, { PARTS.len() }>;

rules! { EVENT;
    KIND "event.kind" = "constant: alert";
    CATEGORY "event.category" = "constant: intrusion_detection";
    TYPE "event.type" = "constant: info";
}

/// Maps a record; `root` has its names in lower case.
pub(crate) fn map<'a>(record: &mut Record<'a>, root: Value<'a>, settings: &Settings) {
    record.fill(&KIND, |_| Value::Text("alert"));
    record.fill(&CATEGORY, |read| array(read.arena, [Value::Text("intrusion_detection")]));
    record.fill(&TYPE, |read| array(read.arena, [Value::Text("info")]));
    match root {
        Value::Object(_) => {}
        Value::Null => return,
        other => return record.errors.unexpected(&"message", other, "an object"),
    }
    let keep_copied = settings.preserve_duplicate_custom_fields;
    let parts = Parts::of(record, root, PARTS);
    alert_type::apply(record, &parts);
    moves::apply(record, &parts, keep_copied);
    entities::apply(record, root, keep_copied);
    identifiers::apply(record, root);
    if settings.profile == Profile::Extended {
        extended::apply(record, &parts);
    }
}
