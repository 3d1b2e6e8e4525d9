//! `event.*`, `result.*` and `rule.uuid`: what is more than a copy.

use super::{Class, Parts};
use crate::defender::assessment::{STATUS, SUB_STATUS};
use crate::ecs::ASSESSMENT;
use crate::json::tree::{Value, array};
use crate::mapping::convert::fingerprint::Fingerprint;
use crate::mapping::record::{Record, rules};

rules! { ASSESSMENT;
    KIND "event.kind" = "state for class misconfiguration, event for class vulnerability";
    KIND_OF_NONE "event.kind" = "profile extended: event for a record that says nothing, or does not say that it is an assessment";
    CATEGORY "event.category" = "configuration for class misconfiguration, vulnerability for class vulnerability";
    TYPE "event.type" = "constant: info";
    CREATED "event.created" = "the later of `status.status_change_date` and `status.first_evaluation_date`";
    OUTCOME "event.outcome" = "`sub_assessment.status.code`, else `status.code`: Healthy → success, Unhealthy → failure, NotApplicable → unknown";
    SEVERITY "event.severity" = "`sub_assessment.status.severity`: Low → 21, Medium → 47, High → 73";
    VENDOR "observer.vendor" = "constant: Microsoft Defender for Cloud";
    EVALUATION "result.evaluation" = "`event.outcome`: success → passed, failure → failed, unknown → unknown (class misconfiguration only)";
    UUID "rule.uuid" = "fingerprint of `rule.name` (class misconfiguration only)";
}

/// Sets what the class alone decides.
pub(super) fn of_class(record: &mut Record<'_>, class: Class) {
    record.fill(&KIND, |_| Value::Text(class.kind()));
    record.fill(&CATEGORY, |read| array(read.arena, [Value::Text(class.category())]));
    record.fill(&TYPE, |read| array(read.arena, [Value::Text("info")]));
    record.fill(&VENDOR, |_| Value::Text("Microsoft Defender for Cloud"));
}

/// Sets when a finding was last evaluated otherwise than before, as profile `elastic` says.
pub(super) fn created<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    record.fill(&CREATED, |read| {
        let changed = parts.read(read, STATUS.status_change_date).text();
        let first = parts.read(read, STATUS.first_evaluation_date).text();
        latest(changed, first).map_or(Value::Null, Value::Text)
    });
}

/// Sets outcome, evaluation and severity, as profile `elastic` says.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, class: Class) {
    record.fill(&OUTCOME, |read| {
        let outcome = [SUB_STATUS.code, STATUS.code].into_iter().find_map(|code| outcome(parts.read(read, code)));
        outcome.map_or(Value::Null, Value::Text)
    });
    if class == Class::Misconfiguration {
        record.fill(&EVALUATION, |read| read.field(OUTCOME.slot).text().map(evaluation).map_or(Value::Null, Value::Text));
    }
    record.fill(&SEVERITY, |read| match parts.read(read, SUB_STATUS.severity).text() {
        Some("Low") => Value::Number("21"),
        Some("Medium") => Value::Number("47"),
        Some("High") => Value::Number("73"),
        _ => Value::Null,
    });
}

/// The later of two dates. They are texts of one form by now, so it is the greater text.
pub(super) fn latest<'a>(left: Option<&'a str>, right: Option<&'a str>) -> Option<&'a str> {
    left.max(right).filter(|later| !later.is_empty())
}

/// The outcome that a status code stands for.
pub(super) fn outcome(code: Value<'_>) -> Option<&'static str> {
    match code.text() {
        Some("Healthy") => Some("success"),
        Some("Unhealthy") => Some("failure"),
        Some("NotApplicable") => Some("unknown"),
        _ => None,
    }
}

/// The evaluation that an outcome stands for.
pub(super) fn evaluation(outcome: &str) -> &'static str {
    match outcome {
        "success" => "passed",
        "failure" => "failed",
        _ => "unknown",
    }
}

/// Sets the uuid of a rule that has a name.
pub(super) fn uuid(record: &mut Record<'_>) {
    record.fill(&UUID, |read| {
        let name = read.field(const { ASSESSMENT.slot("rule.name") });
        if name.is_null() {
            return Value::Null;
        }
        let mut fingerprint = Fingerprint::default();
        feed(&mut fingerprint, name);
        Value::Text(read.arena.alloc_str(&fingerprint.finish()))
    });
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
