//! What recommendations, scores, compliance results and attack paths say, as those of a walk do.

use super::resource::{self, Resource};
use super::texts::{day, first, or_null, said};
use super::{Parts, attack, host, vulnerability};
use crate::defender::arm_id::behind_last;
use crate::defender::hub::{
    ASSESSMENT_ENRICHMENT, LINKS, METADATA, PROPERTIES, RECORD, RESOURCE_DETAILS, SECURITY_ENRICHMENT, STATUS, SUB_ASSESSMENT_ENRICHMENT,
};
use crate::defender::part::Source;
use crate::ecs::EVENT;
use crate::json::tree::{Value, array};
use crate::mapping::cast::{Cast, cast};
use crate::mapping::distinct::Distinct;
use crate::mapping::kinds::Kind;
use crate::mapping::record::{Reader, Record, Rule, rules};
use crate::mapping::resource::{is_uuid, with_scheme};
use crate::mapping::severity::Word;

rules! { EVENT;
    ID "event.id" = "profile extended: of a finding `id`";
    MESSAGE "message" = "profile extended: of a finding `properties.displayName`, else `properties.metadata.displayName`, else `properties.description`, else `name`";
    SEVERITY "event.severity" = "profile extended: of a finding that failed `properties.status.severity`, else `properties.metadata.severity`; of an attack path `properties.riskLevel`";
    OUTCOME "event.outcome" = "profile extended: of a finding by `properties.status.code`: Healthy → success, Unhealthy → failure, NotApplicable → unknown; of compliance by `properties.state`";
    EVALUATION "result.evaluation" = "profile extended: passed, failed or unknown, by that outcome; not of a vulnerability";
    REASON "event.reason" = "profile extended: of a finding `properties.status.description`, else `properties.status.cause` unless Unknown or None";
    ACTION "event.action" = "profile extended: of a finding `action` of the enrichment of its kind, else of `securityEventDataEnrichment`";
    CREATED "event.created" = "profile extended: of a finding the later of `statusChangeDate` and `firstEvaluationDate` of its status, else `properties.timeGenerated`";
    URL "event.url" = "profile extended: of a finding `properties.links.azurePortal`, of compliance `assessmentDetailsLink`, with https:// before it if it has no scheme";
    REFERENCE "rule.reference" = "profile extended: of a finding `event.url`; not of a vulnerability";
    RULE_ID "rule.id" = "profile extended: of a finding the name behind `/assessments/` in its `id`, of a misconfiguration among sub-assessments `properties.id`, of compliance `name`";
    RULE_UUID "rule.uuid" = "profile extended: of a finding the name behind `/assessments/`, if it is a UUID";
    RULE_NAME "rule.name" = "profile extended: of a finding `properties.displayName`, else `properties.metadata.displayName`; of compliance `properties.description`";
    DESCRIPTION "rule.description" = "profile extended: of a finding `properties.metadata.description`, else `properties.description`";
    REMEDIATION "rule.remediation" = "profile extended: of a finding `properties.metadata.remediationDescription`, else `properties.remediation`";
    IMPACT "rule.impact" = "profile extended: of a finding `properties.impact`";
    CATEGORY "rule.category" = "profile extended: of a finding `properties.category`, else `properties.metadata.recommendationCategory` unless Unknown";
    SECTION "rule.section" = "profile extended: of a finding each of `properties.metadata.categories`, once";
    RULESET "rule.ruleset" = "profile extended: of compliance the name behind `/regulatoryComplianceStandards/` in its `id`";
    HOST_NAME "host.name" = "profile extended: of a finding on a machine `machineName`, else the name of the resource";
    HOST_ID "host.id" = "profile extended: of a finding on a machine the id of the resource; an ARM id in lower case";
    RELATED_HOSTS "related.hosts" = "profile extended: of a finding `host.name`";
    CLASS_CATEGORY "event.category" = "profile extended: of a sub-assessment configuration, if it names no CVE, no score and no vulnerability";
}

/// A member of a finding that the reference drops.
struct Kept {
    source: Source,
    slot: crate::ecs::Slot,
    cast: Cast,
}

macro_rules! kept {
    ($($part:ident.$member:ident => $target:literal $cast:ident;)*) => {
        &[$(Kept { source: $part.$member, slot: EVENT.slot(concat!("microsoft_defender_cloud.event.properties.", $target)), cast: Cast::$cast }),*]
    };
}

/// What stays in fields of its own.
const KEPT: &[Kept] = kept! {
    PROPERTIES.failed_assessments => "failed_assessments" Long;
    PROPERTIES.failed_controls => "failed_controls" Long;
    PROPERTIES.passed_assessments => "passed_assessments" Long;
    PROPERTIES.passed_controls => "passed_controls" Long;
    PROPERTIES.skipped_assessments => "skipped_assessments" Long;
    PROPERTIES.skipped_controls => "skipped_controls" Long;
    PROPERTIES.unsupported_assessments => "unsupported_assessments" Long;
    PROPERTIES.unsupported_controls => "unsupported_controls" Long;
    PROPERTIES.unsupported_resources => "unsupported_resources" Long;
    METADATA.tactics => "metadata.tactics" AsIs;
    METADATA.techniques => "metadata.techniques" AsIs;
    RESOURCE_DETAILS.native_resource_id => "resource_details.native_resource_id" AsIs;
    RESOURCE_DETAILS.resource_name => "resource_details.resource_name" AsIs;
    RESOURCE_DETAILS.resource_provider => "resource_details.resource_provider" AsIs;
    RESOURCE_DETAILS.resource_type => "resource_details.resource_type" AsIs;
};

/// The rules of [`KEPT`], for the field reference.
pub(in crate::mapping) fn kept() -> impl Iterator<Item = (crate::ecs::Slot, String)> {
    KEPT.iter().map(|kept| (kept.slot, format!("profile extended: {}", Text(kept))))
}

struct Text<'k>(&'k Kept);

impl core::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0.cast {
            Cast::AsIs => write!(f, "`{}`", self.0.source),
            cast => write!(f, "`{}` as {}", self.0.source, cast.name()),
        }
    }
}

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, kind: Kind) {
    keep(record, parts);
    let is_vulnerability = kind == Kind::SubAssessment && vulnerability::apply(record, parts);
    if kind == Kind::SubAssessment && !is_vulnerability {
        record.fill(&CLASS_CATEGORY, |read| array(read.arena, [Value::Text("configuration")]));
    }
    record.fill(&ID, |read| copy(read, parts, &[RECORD.id]));
    record.fill(&MESSAGE, |read| copy(read, parts, &[PROPERTIES.display_name, METADATA.display_name, PROPERTIES.description, RECORD.name]));
    record.fill(&ACTION, |read| copy(read, parts, &[own_action(kind), SECURITY_ENRICHMENT.action]));
    if !matches!(kind, Kind::Score | Kind::AttackPath) {
        outcome(record, parts, kind, is_vulnerability);
    }
    record.fill(&SEVERITY, |read| {
        let outcome = read.field(OUTCOME.slot).text();
        let sources = if kind == Kind::AttackPath { &[PROPERTIES.risk_level][..] } else { &[STATUS.severity, METADATA.severity] };
        if outcome.is_some_and(|outcome| outcome != "failure") {
            return Value::Null;
        }
        Word::of(copy(read, parts, sources)).known().map_or(Value::Null, |severity| Value::Number(severity.number()))
    });
    record.fill(&REASON, |read| {
        let description = copy(read, parts, &[STATUS.description]);
        if !description.is_null() {
            return description;
        }
        let cause = copy(read, parts, &[STATUS.cause]);
        let says_nothing = ["Unknown", "None"].into_iter().any(|word| cause.text().is_some_and(|cause| cause.eq_ignore_ascii_case(word)));
        if says_nothing { Value::Null } else { cause }
    });
    record.fill(&CREATED, |read| created(read, parts));
    record.fill(&URL, |read| {
        let sources = if kind == Kind::Compliance {
            [PROPERTIES.assessment_details_link, LINKS.azure_portal]
        } else {
            [LINKS.azure_portal, PROPERTIES.assessment_details_link]
        };
        copy(read, parts, &sources).text().map_or(Value::Null, |url| Value::Text(with_scheme(read.arena, url.trim())))
    });
    rule(record, parts, kind, is_vulnerability);
    attack::of_finding(record, parts);
    about(record, parts);
}

fn own_action(kind: Kind) -> Source {
    if kind == Kind::SubAssessment { SUB_ASSESSMENT_ENRICHMENT.action } else { ASSESSMENT_ENRICHMENT.action }
}

fn copy<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, sources: &[Source]) -> Value<'a> {
    or_null(sources.iter().find_map(|source| first(read, parts.object(source.part), &[*source])))
}

fn keep<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    for kept in KEPT {
        let Some(member) = parts.member(kept.source) else { continue };
        record.fill_slot(kept.slot, &format_args!("profile extended: {}", Text(kept)), |read| {
            let value = read.take(Some(member));
            if value.is_blank() {
                return Value::Null;
            }
            cast(read.arena, value, kept.cast).unwrap_or_else(|part| {
                read.errors.unreadable(&kept.source, part, kept.cast.name());
                Value::Null
            })
        });
    }
}

fn outcome<'a>(record: &mut Record<'a>, parts: &Parts<'a>, kind: Kind, is_vulnerability: bool) {
    const CODES: [(&str, &str); 3] = [("Healthy", "success"), ("Unhealthy", "failure"), ("NotApplicable", "unknown")];
    const STATES: [(&str, &str); 4] = [("Passed", "success"), ("Failed", "failure"), ("Skipped", "unknown"), ("Unsupported", "unknown")];
    record.fill(&OUTCOME, |read| {
        let (source, table) = if kind == Kind::Compliance { (PROPERTIES.state, &STATES[..]) } else { (STATUS.code, &CODES[..]) };
        let code = copy(read, parts, &[source]).text().unwrap_or_default();
        or_null(table.iter().find(|(own, _)| own.eq_ignore_ascii_case(code)).map(|(_, outcome)| *outcome))
    });
    if !is_vulnerability {
        record.fill(&EVALUATION, |read| match read.field(OUTCOME.slot).text() {
            Some("success") => Value::Text("passed"),
            Some("failure") => Value::Text("failed"),
            Some(_) => Value::Text("unknown"),
            None => Value::Null,
        });
    }
}

fn created<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Value<'a> {
    let [changed, evaluated, generated] = [STATUS.status_change_date, STATUS.first_evaluation_date, PROPERTIES.time_generated].map(|source| {
        let time = parts.read(read, source);
        day(read.arena, time)
    });
    // The form in which dates are written is in their order.
    match (changed.text(), evaluated.text()) {
        (Some(left), Some(right)) => Value::Text(left.max(right)),
        (Some(only), None) | (None, Some(only)) => Value::Text(only),
        (None, None) => generated,
    }
}

fn rule<'a>(record: &mut Record<'a>, parts: &Parts<'a>, kind: Kind, is_vulnerability: bool) {
    if kind == Kind::Score {
        return;
    }
    let remediation =
        |record: &mut Record<'a>, rule: &Rule| record.fill(rule, |read| copy(read, parts, &[METADATA.remediation_description, PROPERTIES.remediation]));
    remediation(record, &REMEDIATION);
    if is_vulnerability {
        return;
    }
    record.fill(&REFERENCE, |read| read.field(URL.slot));
    let name = |read: &mut Reader<'_, 'a>, part| copy(read, parts, &[RECORD.id]).text().and_then(|id| behind_last(id, part));
    match kind {
        Kind::Compliance => {
            record.fill(&RULE_ID, |read| copy(read, parts, &[RECORD.name]));
            record.fill(&RULE_NAME, |read| copy(read, parts, &[PROPERTIES.description]));
            record.fill(&RULESET, |read| or_null(name(read, "/regulatoryComplianceStandards/")));
        }
        _ => {
            record.fill(&RULE_ID, |read| {
                let own = if kind == Kind::SubAssessment { copy(read, parts, &[PROPERTIES.id]) } else { Value::Null };
                if own.is_null() { or_null(name(read, "/assessments/")) } else { own }
            });
            record.fill(&RULE_UUID, |read| or_null(name(read, "/assessments/").filter(|name| is_uuid(name))));
            record.fill(&RULE_NAME, |read| copy(read, parts, &[PROPERTIES.display_name, METADATA.display_name]));
        }
    }
    record.fill(&DESCRIPTION, |read| copy(read, parts, &[METADATA.description, PROPERTIES.description]));
    record.fill(&IMPACT, |read| copy(read, parts, &[PROPERTIES.impact]));
    record.fill(&CATEGORY, |read| {
        let own = copy(read, parts, &[PROPERTIES.category]);
        if !own.is_null() {
            return own;
        }
        let general = copy(read, parts, &[METADATA.recommendation_category]);
        if general.text().is_some_and(|word| word.eq_ignore_ascii_case("Unknown")) { Value::Null } else { general }
    });
    record.fill(&SECTION, |read| {
        let mut sections = Distinct::default();
        let value = parts.read(read, METADATA.categories);
        let listed = value.elements().iter().map(|element| element.get()).chain([value]);
        listed.filter_map(said).for_each(|section| sections.add(read.arena, section.into()));
        sections.at_most(read.arena, super::MOST)
    });
}

/// What it is about.
fn about<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let (own, sources) = record.look(|read| (Resource::of_finding(read, parts), read.so_far()));
    resource::fields::apply(record, &own, &sources, &super::Graph::default());
    if !own.is_machine {
        return;
    }
    record.fill(&HOST_NAME, |read| {
        let name = copy(read, parts, &[RESOURCE_DETAILS.machine_name]);
        if name.is_null() { read.field(resource::fields::NAME.slot) } else { name }
    });
    record.fill(&HOST_ID, |read| read.field(resource::fields::ID.slot));
    record.fill(&host::HOSTNAME, |read| read.field(HOST_NAME.slot));
    record.fill(&RELATED_HOSTS, |read| match read.field(HOST_NAME.slot) {
        Value::Null => Value::Null,
        name => array(read.arena, [name]),
    });
}
