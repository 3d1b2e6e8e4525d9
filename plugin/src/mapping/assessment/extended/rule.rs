//! `rule.*`, `threat.*` and where a person looks at a recommendation.

use super::class::category;
use super::read::{copies as apply_table, each, text};
use super::{Class, Parts};
use crate::defender::assessment::{ADDITIONAL, LINKS, RECOMMENDATION, RECORD, SUB};
use crate::ecs::ASSESSMENT;
use crate::json::tree::Value;
use crate::mapping::assessment::copies::{Copy, copies};
use crate::mapping::assessment::event;
use crate::mapping::record::{Record, rules};
use crate::mapping::resource::with_scheme;

/// Where the class is said, the source is for that class; what stands below is for where it gave nothing.
pub(crate) const COPIES: &[Copy] = copies! {
    misconfiguration "rule.name"         = SUB.display_name;
    any "rule.name"                      = RECORD.display_name;
    any "rule.id"                        = ADDITIONAL.rule_id;
    misconfiguration "rule.id"           = SUB.event_id;
    any "rule.id"                        = RECORD.name;
    misconfiguration "rule.description"  = SUB.description;
    any "rule.description"               = RECOMMENDATION.description;
    any "rule.remediation"               = SUB.remediation, RECOMMENDATION.remediation_description;
    misconfiguration "rule.impact"       = SUB.impact;
    any "rule.impact"                    = ADDITIONAL.impact;
    misconfiguration "rule.category"     = SUB.category;
    any "rule.category"                  = ADDITIONAL.category;
};

rules! { ASSESSMENT;
    CATEGORY "rule.category" = "profile extended: else `metadata.recommendation_category`, unless it is Unknown";
    SECTION "rule.section" = "profile extended: each of `metadata.categories`, once";
    TACTIC "threat.tactic.name" = "profile extended: each of `metadata.tactics`, once";
    TECHNIQUE "threat.technique.name" = "profile extended: each of `metadata.techniques`, once";
    FRAMEWORK "threat.framework" = "profile extended: MITRE ATT&CK if there is a tactic or technique";
    URL "event.url" = "profile extended: `links.azure_portal`, else `links.azure_portal_uri`, with https:// before it if it has no scheme";
}

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, class: Class) {
    apply_table(record, parts, class, COPIES);
    if class == Class::Misconfiguration {
        event::uuid(record);
    }
    if record.document.get(CATEGORY.slot).is_null() {
        record.fill(&CATEGORY, |read| category(read, parts).map_or(Value::Null, Value::Text));
    }
    for (rule, source) in [(&SECTION, RECOMMENDATION.categories), (&TACTIC, RECOMMENDATION.tactics), (&TECHNIQUE, RECOMMENDATION.techniques)] {
        record.fill(rule, |read| each(read, parts, source));
    }
    record.fill(&FRAMEWORK, |read| {
        let [tactics, techniques] = [TACTIC.slot, TECHNIQUE.slot].map(|slot| read.field(slot));
        if tactics.is_null() && techniques.is_null() { Value::Null } else { Value::Text("MITRE ATT&CK") }
    });
    record.fill(&URL, |read| match text(read, parts, &[LINKS.azure_portal, LINKS.azure_portal_uri]).map(str::trim) {
        Some(url) => Value::Text(with_scheme(read.arena, url)),
        None => Value::Null,
    });
}
