//! `event.created` and `event.start`.

use super::Parts;
use crate::defender::assessment::{STATUS, SUB};
use crate::defender::part::Source;
use crate::ecs::ASSESSMENT;
use crate::json::tree::Value;
use crate::mapping::record::{Reader, Record, rules};

rules! { ASSESSMENT;
    CREATED "event.created" =
        "profile extended: the later of `status.status_change_date` and `status.first_evaluation_date`, else `sub_assessment.time_generated`; not before 1970";
    START "event.start" = "profile extended: `status.first_evaluation_date`; not before 1970";
}

/// Sets both.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    record.fill(&CREATED, |read| {
        let [changed, first] = [STATUS.status_change_date, STATUS.first_evaluation_date].map(|source| date(read, parts, source));
        // Dates are texts of one form by now, so the later one is the greater text.
        changed.max(first).or_else(|| date(read, parts, SUB.time_generated)).map_or(Value::Null, Value::Text)
    });
    record.fill(&START, |read| date(read, parts, STATUS.first_evaluation_date).map_or(Value::Null, Value::Text));
}

fn date<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, source: Source) -> Option<&'a str> {
    since_1970(parts.read(read, source))
}

/// A date that was converted before. One before 1970 is none: .NET writes `0001-01-01` where there is no date.
pub(super) fn since_1970(date: Value<'_>) -> Option<&str> {
    // Years of more digits begin with a sign, which stands before any digit.
    date.text().filter(|date| date.starts_with('+') || *date >= "1970")
}
