//! How a finding stands: outcome, reason, exemption, and its dates.

use super::read::first;
use super::{Class, Parts};
use crate::defender::assessment::{STATUS, SUB, SUB_STATUS};
use crate::ecs::ASSESSMENT;
use crate::json::tree::Value;
use crate::mapping::assessment::event::{evaluation, latest, outcome};
use crate::mapping::record::{Reader, Record, rules};

rules! { ASSESSMENT;
    OUTCOME "event.outcome" = "profile extended: the codes in any letter case";
    EVALUATION "result.evaluation" = "profile extended: by that outcome";
    REASON "event.reason" =
        "profile extended: else `sub_assessment.status.cause`, else `status.cause`, unless it is Unknown or None";
    CREATED "event.created" = "profile extended: else `sub_assessment.time_generated`; a date before 1970 counts as missing";
    START "event.start" = "profile extended: `status.first_evaluation_date`, unless it is before 1970";
}

/// What a finding is tagged with that is exempt.
const EXEMPT: &str = "exempt";

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, class: Class) {
    record.fill(&OUTCOME, |read| {
        let outcome = [SUB_STATUS.code, STATUS.code].into_iter().find_map(|code| outcome(any_case(parts.read(read, code))));
        outcome.map_or(Value::Null, Value::Text)
    });
    if class == Class::Misconfiguration {
        record.fill(&EVALUATION, |read| read.field(OUTCOME.slot).text().map(evaluation).map_or(Value::Null, Value::Text));
    }
    record.fill(&REASON, |read| reason(read, parts).map_or(Value::Null, Value::Text));
    let causes = record.look(|read| [SUB_STATUS.cause, STATUS.cause].map(|cause| parts.read(read, cause)));
    if causes.into_iter().filter_map(Value::text).any(|cause| cause.trim().eq_ignore_ascii_case("Exempt")) {
        record.tags.push(EXEMPT);
    }
    record.fill(&CREATED, |read| {
        let changed = since_1970(parts.read(read, STATUS.status_change_date));
        let first = since_1970(parts.read(read, STATUS.first_evaluation_date));
        latest(changed, first).or_else(|| since_1970(parts.read(read, SUB.time_generated))).map_or(Value::Null, Value::Text)
    });
    record.fill(&START, |read| since_1970(parts.read(read, STATUS.first_evaluation_date)).map_or(Value::Null, Value::Text));
}

/// A code as the reference knows it.
fn any_case(code: Value<'_>) -> Value<'_> {
    let Some(text) = code.text().map(str::trim) else { return Value::Null };
    let known = ["Healthy", "Unhealthy", "NotApplicable"].into_iter().find(|known| text.eq_ignore_ascii_case(known));
    known.map_or(Value::Null, Value::Text)
}

fn reason<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    let said = first(read, parts, &[SUB_STATUS.description, STATUS.description]);
    said.or_else(|| {
        [SUB_STATUS.cause, STATUS.cause].into_iter().find_map(|source| {
            let cause = first(read, parts, &[source])?;
            ["unknown", "none"].into_iter().all(|nothing| !cause.trim().eq_ignore_ascii_case(nothing)).then_some(cause)
        })
    })
}

/// A date that says something: `0001-01-01` is what .NET writes for none.
pub(super) fn since_1970(date: Value<'_>) -> Option<&str> {
    let text = date.text()?;
    // A year of more digits has a sign.
    (text.starts_with('+') || text >= "1970").then_some(text)
}
