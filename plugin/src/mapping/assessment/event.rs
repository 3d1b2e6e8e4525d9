//! `event.*`, `result.*` and `rule.uuid`: what is more than a copy.

use super::Class;
use super::parts::{Parts, path};
use crate::defender::assessment::Part;
use crate::ecs::ASSESSMENT;
use crate::json::tree::{Value, array};
use crate::mapping::convert::fingerprint::Fingerprint;
use crate::mapping::record::Record;

/// Fields filled here, and how to say where from.
pub(crate) const RULES: &[(&str, &str)] = &[
    ("event.kind", KIND),
    ("event.category", CATEGORY),
    ("event.type", TYPE),
    ("event.created", CREATED),
    ("event.outcome", OUTCOME),
    ("event.severity", SEVERITY),
    ("observer.vendor", VENDOR),
    ("result.evaluation", EVALUATION),
    ("rule.uuid", UUID),
];

const KIND: &str = "state for class misconfiguration, event for class vulnerability";
const CATEGORY: &str = "configuration for class misconfiguration, vulnerability for class vulnerability";
const TYPE: &str = "constant: info";
const CREATED: &str = "the later of `status.status_change_date` and `status.first_evaluation_date`";
const OUTCOME: &str = "`sub_assessment.status.code`, else `status.code`: Healthy → success, Unhealthy → failure, NotApplicable → unknown";
const SEVERITY: &str = "`sub_assessment.status.severity`: Low → 21, Medium → 47, High → 73";
const VENDOR: &str = "constant: Microsoft Defender for Cloud";
const EVALUATION: &str = "`event.outcome`: success → passed, failure → failed, unknown → unknown (class misconfiguration only)";
const UUID: &str = "fingerprint of `rule.name` (class misconfiguration only)";

/// Sets all of them but the uuid.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, class: Class) {
    let one = |value| array(record.arena, [Value::Text(value)]);
    let (category, info) = (one(class.category()), one("info"));
    record.put(const { ASSESSMENT.slot("event.kind") }, Value::Text(class.kind()), &KIND);
    record.put(const { ASSESSMENT.slot("event.category") }, category, &CATEGORY);
    record.put(const { ASSESSMENT.slot("event.type") }, info, &TYPE);
    record.put(const { ASSESSMENT.slot("observer.vendor") }, Value::Text("Microsoft Defender for Cloud"), &VENDOR);
    created(record, parts);
    if let Some(outcome) = outcome(record, parts) {
        record.put(const { ASSESSMENT.slot("event.outcome") }, Value::Text(outcome), &OUTCOME);
        if class == Class::Misconfiguration {
            record.put(const { ASSESSMENT.slot("result.evaluation") }, Value::Text(evaluation(outcome)), &EVALUATION);
        }
    }
    let severity = match parts.read(record, Part::SubStatus, "severity").text() {
        Some("Low") => "21",
        Some("Medium") => "47",
        Some("High") => "73",
        _ => return record.settle(),
    };
    record.put(const { ASSESSMENT.slot("event.severity") }, Value::Number(severity), &SEVERITY);
}

/// Dates are texts of one form by now, so the later one is the greater text.
fn created<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let changed = parts.read(record, Part::Status, "status_change_date").text().unwrap_or_default();
    let first = parts.read(record, Part::Status, "first_evaluation_date").text().unwrap_or_default();
    match changed.max(first) {
        "" => record.settle(),
        later => record.put(const { ASSESSMENT.slot("event.created") }, Value::Text(later), &CREATED),
    }
}

fn outcome<'a>(record: &Record<'a>, parts: &Parts<'a>) -> Option<&'static str> {
    let outcome = [Part::SubStatus, Part::Status].into_iter().find_map(|part| match parts.read(record, part, "code").text() {
        Some("Healthy") => Some("success"),
        Some("Unhealthy") => Some("failure"),
        Some("NotApplicable") => Some("unknown"),
        _ => None,
    });
    if outcome.is_none() {
        record.settle();
    }
    outcome
}

fn evaluation(outcome: &str) -> &'static str {
    match outcome {
        "success" => "passed",
        "failure" => "failed",
        _ => "unknown",
    }
}

/// Sets the uuid of a rule that has a name.
pub(super) fn uuid(record: &mut Record<'_>) {
    let name = record.document.get(const { ASSESSMENT.slot("rule.name") });
    if name.is_null() {
        return;
    }
    let mut fingerprint = Fingerprint::default();
    feed(&mut fingerprint, name);
    let uuid = Value::Text(record.arena.alloc_str(&fingerprint.finish()));
    record.put(const { ASSESSMENT.slot("rule.uuid") }, uuid, &UUID);
}

fn feed(fingerprint: &mut Fingerprint, value: Value<'_>) {
    match value {
        Value::Null => fingerprint.null(),
        Value::Bool(boolean) => fingerprint.boolean(boolean),
        Value::Text(text) => fingerprint.text(text),
        Value::Number(number) => match (number.parse::<i32>(), number.parse::<i64>(), number.parse::<f64>()) {
            (Ok(integer), ..) => fingerprint.integer(integer),
            (_, Ok(long), _) => fingerprint.long(long),
            (.., Ok(double)) => fingerprint.double(double),
            _ => fingerprint.text(number),
        },
        Value::Array(elements) => elements.iter().for_each(|element| feed(fingerprint, element.get())),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|member| member.name);
            for member in members {
                fingerprint.text(member.name);
                feed(fingerprint, member.value.get());
            }
        }
    }
}

/// Reports a member that a condition compares with text and that is none.
pub(super) fn text_of<'a>(record: &mut Record<'a>, parts: &Parts<'a>, part: Part, member: &'static str) -> Option<&'a str> {
    match parts.read(record, part, member) {
        Value::Text(text) => Some(text),
        Value::Null => None,
        other => {
            record.unexpected(&path(part, member), other, "a string");
            None
        }
    }
}
