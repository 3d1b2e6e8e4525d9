//! `event.reason` and the tag `exempt`: why a finding counts as it does.

use super::{Parts, text};
use crate::defender::assessment::{STATUS, SUB_STATUS};
use crate::ecs::ASSESSMENT;
use crate::json::tree::Value;
use crate::mapping::record::{Reader, Record, rules};

rules! { ASSESSMENT;
    REASON "event.reason" =
        "profile extended: `description` of `sub_assessment.status`, else of `status`; else `cause` of these, other than Unknown and None";
    TAG "tags" = "profile extended: then `exempt`, if `cause` of `sub_assessment.status` or of `status` is Exempt";
}

/// The tag; as a cause, in any letter case.
const EXEMPT: &str = "exempt";

/// Sets both; the envelope puts the tag behind the others.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    record.fill(&REASON, |read| {
        let description = text(read, parts, &[SUB_STATUS.description, STATUS.description]);
        let reason = description.or_else(|| causes(read, parts).into_iter().flatten().find(|cause| !says_nothing(cause)));
        reason.map_or(Value::Null, Value::Text)
    });
    let is_exempt = record.look(|read| causes(read, parts).into_iter().flatten().any(|cause| cause.eq_ignore_ascii_case(EXEMPT)));
    if is_exempt {
        record.tags.push(EXEMPT);
    }
}

fn causes<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> [Option<&'a str>; 2] {
    [SUB_STATUS.cause, STATUS.cause].map(|source| text(read, parts, &[source]))
}

fn says_nothing(cause: &str) -> bool {
    ["Unknown", "None"].into_iter().any(|word| cause.eq_ignore_ascii_case(word))
}
