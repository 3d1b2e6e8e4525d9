//! How a finding stands.

use super::{Class, Parts};
use crate::defender::assessment::{STATUS, SUB_STATUS};
use crate::ecs::ASSESSMENT;
use crate::json::tree::Value;
use crate::mapping::assessment::event::{evaluation, outcome};
use crate::mapping::record::{Record, rules};

rules! { ASSESSMENT;
    OUTCOME "event.outcome" = "profile extended: the codes in any letter case";
    EVALUATION "result.evaluation" = "profile extended: by that outcome";
}

/// Fills both.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, class: Class) {
    record.fill(&OUTCOME, |read| {
        let outcome = [SUB_STATUS.code, STATUS.code].into_iter().find_map(|code| outcome(in_known_case(parts.read(read, code))));
        outcome.map_or(Value::Null, Value::Text)
    });
    if class == Class::Misconfiguration {
        record.fill(&EVALUATION, |read| read.field(OUTCOME.slot).text().map(evaluation).map_or(Value::Null, Value::Text));
    }
}

/// A code as the reference knows it.
fn in_known_case(code: Value<'_>) -> Value<'_> {
    let Some(text) = code.text().map(str::trim) else { return Value::Null };
    let known = ["Healthy", "Unhealthy", "NotApplicable"].into_iter().find(|known| text.eq_ignore_ascii_case(known));
    known.map_or(Value::Null, Value::Text)
}
