//! The event data set: one record of an Event Hub becomes one document.

pub(crate) mod alert_type;
pub(crate) mod entities;
pub(crate) mod extended;
pub(crate) mod identifiers;
pub(crate) mod member_names;
pub(crate) mod moves;

use core::fmt;

use super::record::Record;
use crate::ecs::{EVENT, Slot};
use crate::json::tree::{Value, array};
use crate::settings::{Profile, Settings};

/// Fields filled by functions here, and how to say where from.
pub(crate) const RULES: &[(&str, &str)] = &[
    ("event.kind", KIND),
    ("event.category", CATEGORY),
    ("event.type", TYPE),
    ("event.category", alert_type::CATEGORY_RULE),
    ("event.type", alert_type::TYPE_RULE),
    ("microsoft_defender_cloud.event.resource_identifiers", identifiers::RULE),
];

const KIND: &str = "constant: alert";
const CATEGORY: &str = "constant: intrusion_detection";
const TYPE: &str = "constant: info";

/// Maps a record; `root` has its names in lower case.
pub(crate) fn map<'a>(record: &mut Record<'a>, root: Value<'a>, settings: &Settings) {
    let one = |value| array(record.arena, [Value::Text(value)]);
    let (category, kind) = (one("intrusion_detection"), one("info"));
    record.put(const { EVENT.slot("event.kind") }, Value::Text("alert"), &KIND);
    record.put(const { EVENT.slot("event.category") }, category, &CATEGORY);
    record.put(const { EVENT.slot("event.type") }, kind, &TYPE);
    match root {
        Value::Object(_) => {}
        Value::Null => return,
        other => return record.unexpected(&"message", other, "an object"),
    }
    let keep_copied = settings.preserve_duplicate_custom_fields;
    alert_type::apply(record, root);
    moves::apply(record, root, keep_copied);
    entities::apply(record, root, keep_copied);
    identifiers::apply(record, root);
    if settings.profile == Profile::Extended {
        extended::apply(record, root);
    }
}

/// The rule of a table that fills a field; it is looked up only when it is printed.
fn rule_of(rules: &'static [(&'static str, &'static str)], slot: Slot) -> RuleOf {
    RuleOf { rules, field: EVENT.slots[slot].name }
}

struct RuleOf {
    rules: &'static [(&'static str, &'static str)],
    field: &'static str,
}

impl fmt::Display for RuleOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = self.rules.iter().find(|(field, _)| *field == self.field);
        f.write_str(rule.map_or("", |(_, rule)| rule))
    }
}
