//! The event data set: one record of an Event Hub becomes one document.

pub(crate) mod alert_type;
pub(crate) mod entities;
pub(crate) mod extended;
pub(crate) mod identifiers;
mod intake;
pub(crate) mod moves;

use super::index::{self, Index};
use super::kinds::{self, Recognition, Row, row_of};
use super::parts;
use super::record::{Original, Record, rules};
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
    KIND_OF "event.kind" = KEPT_BY_KIND;
    CATEGORY_OF "event.category" = BY_KIND;
    TYPE_OF "event.type" = BY_KIND;
}

const BY_KIND: &str = "profile extended: by what the record is, as its `type` or the members that only such a record has say";
const KEPT_BY_KIND: &str = "profile extended: by what the record is, and it stays so where something could not be read, as long as there is a JSON object";

/// Maps a record; `root` has its names in lower case.
pub(crate) fn map<'a>(record: &mut Record<'a>, root: Value<'a>, settings: &Settings, index: &Index) {
    let row = row_of(root);
    recognise(record, root, row);
    match settings.profile {
        Profile::Elastic => of_any_kind(record),
        Profile::Extended => of_its_kind(record, root, row),
    }
    match root {
        // An empty list is a record of nothing, where it is not to be what the reference makes of it.
        Value::Array(_) if record.keeps_kind => return,
        Value::Object(_) => {}
        Value::Null => return,
        other => return record.errors.unexpected(&"message", other, "an object"),
    }
    let is_extended = settings.profile == Profile::Extended;
    let root = if is_extended { intake::of_its_kind(record, root, row.kind) } else { root };
    let parts = Parts::of(record, root, PARTS);
    if !is_extended {
        alert_type::apply(record, &parts);
    }
    moves::apply(record, &parts, settings);
    entities::apply(record, root, settings);
    identifiers::apply(record, root);
    if is_extended {
        extended::apply(record, &parts, root, row.kind);
        index::apply(record, index);
    }
    // What is recognised by something that no field shows must not be lost either.
    if !record.document.has_below("microsoft_defender_cloud.") && !root.members().is_empty() {
        record.original = Original::Shown;
    }
}

/// Notes whether the record says what it is. If it does not, its text is kept, unless there is nothing in that either.
fn recognise<'a>(record: &mut Record<'a>, root: Value<'a>, row: &Row) {
    // What is no JSON is told by its error line.
    if !record.errors.is_empty() {
        return;
    }
    record.recognition = Recognition::of_event(root, row.kind);
    let bare = root.members().is_empty() && root.elements().is_empty();
    if record.recognition != Recognition::Known && !bare {
        record.original = Original::Shown;
    }
}

/// What the reference says of every record.
fn of_any_kind(record: &mut Record<'_>) {
    record.fill(&KIND, |_| Value::Text("alert"));
    record.fill(&CATEGORY, |read| array(read.arena, [Value::Text("intrusion_detection")]));
    record.fill(&TYPE, |read| array(read.arena, [Value::Text("info")]));
}

/// What the table of kinds says. A record that could be read keeps it, whatever in it could not; of any other the envelope says that it is an error.
fn of_its_kind<'a>(record: &mut Record<'a>, root: Value<'a>, row: &'static Row) {
    let is_record = matches!(root, Value::Object(_)) || record.recognition == Recognition::Empty;
    if !record.errors.is_empty() || !is_record {
        return;
    }
    record.keeps_kind = true;
    record.fill(&KIND_OF, |read| {
        read.take(kinds::telling(root, row.kind));
        Value::Text(row.event_kind)
    });
    let Some([category, event_type]) = row.class else { return };
    record.fill(&CATEGORY_OF, |read| array(read.arena, [Value::Text(category)]));
    record.fill(&TYPE_OF, |read| array(read.arena, [Value::Text(event_type)]));
}
