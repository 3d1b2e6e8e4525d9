//! What an alert says of itself: its name, rule, times and links, and whether it is a sample.

use super::texts::{day, or_null};
use super::{Alert, Parts};
use crate::defender::hub::RECORD;
use crate::defender::part::Source;
use crate::defender::property::{Key, keys};
use crate::ecs::EVENT;
use crate::json::tree::Value;
use crate::mapping::record::{Reader, Record, rules};
use crate::mapping::severity::Word;

rules! { EVENT;
    ID "event.id" = "profile extended: of an alert `SystemAlertId`, else `id`";
    SEVERITY "event.severity" = "profile extended: of an alert `Severity`: Informational and Low → 21, Medium → 47, High → 73, Critical → 99";
    MESSAGE "message" = "profile extended: of an alert `AlertDisplayName`, else `AlertType`";
    RULE_ID "rule.id" = "profile extended: of an alert `AlertType` without `SIMULATED_`";
    RULE_NAME "rule.name" = "profile extended: of an alert `AlertDisplayName`";
    RULE_DESCRIPTION "rule.description" = "profile extended: of an alert `Description`, where `%{Key}` is the property of that name";
    REMEDIATION "rule.remediation" = "profile extended: of an alert each of `RemediationSteps` in a line of its own, filled in the same way";
    RULESET "rule.ruleset" = "profile extended: of an alert property `productcomponentname`";
    URL "event.url" = "profile extended: of an alert `AlertUri`";
    CREATED "event.created" = "profile extended: of an alert `TimeGenerated`, else `ProcessingEndTime`";
    PRODUCT "observer.product" = "profile extended: of an alert `ProductName`";
    ACTION "event.action" = "profile extended: of an alert the first of property `operationstypes`, `operations`, `operationname`, `operation` or `activitytype`";
    OUTCOME "event.outcome" = "profile extended: of an alert success or failure, as `AlertType`, logins, or a status among the properties say";
}

const SAMPLE: &str = "sample_alert";

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Alert { parts, properties, .. } = alert;
    for (rule, sources) in [
        (&ID, &[RECORD.system_alert_id, RECORD.id][..]),
        (&MESSAGE, &[RECORD.alert_display_name, RECORD.alert_type]),
        (&RULE_NAME, &[RECORD.alert_display_name]),
        (&URL, &[RECORD.alert_uri]),
        (&PRODUCT, &[RECORD.product_name]),
    ] {
        record.fill(rule, |read| or_null(text(read, parts, sources)));
    }
    record.fill(&RULE_ID, |read| or_null(text(read, parts, &[RECORD.alert_type]).map(without_sample)));
    record.fill(&SEVERITY, |read| Word::of(parts.read(read, RECORD.severity)).known().map_or(Value::Null, |severity| Value::Number(severity.number())));
    record.fill(&RULE_DESCRIPTION, |read| {
        let description = text(read, parts, &[RECORD.description]);
        or_null(description.map(|text| properties.filled(read, text)))
    });
    record.fill(&REMEDIATION, |read| {
        let steps = parts.read(read, RECORD.remediation_steps);
        let texts: Vec<&str> = steps.elements().iter().map(|step| step.get()).chain([steps]).filter_map(Value::text).filter(|text| !text.is_empty()).collect();
        match texts.as_slice() {
            [] => Value::Null,
            [text] => Value::Text(properties.filled(read, text)),
            texts => {
                let joined = read.arena.alloc_str(&texts.join("\n"));
                Value::Text(properties.filled(read, joined))
            }
        }
    });
    record.fill(&CREATED, |read| {
        let time = parts.read(read, RECORD.time_generated);
        let time = day(read.arena, time);
        if !time.is_null() {
            return time;
        }
        let time = parts.read(read, RECORD.processing_end_time);
        day(read.arena, time)
    });
    if !properties.is_empty() {
        record.fill(&RULESET, |read| properties.value(read, keys![productcomponentname]));
        record.fill(&ACTION, |read| {
            let listed = properties.first(read, keys![operationstypes operations operationname operation activitytype]);
            or_null(listed.and_then(|listed| listed.split(',').map(str::trim).find(|action| !action.is_empty())))
        });
    }
    record.fill(&OUTCOME, |read| {
        parts.read(read, RECORD.alert_type);
        or_null(outcome(read, alert))
    });
    if is_sample(parts) && !record.tags.contains(&SAMPLE) {
        record.tags.push(SAMPLE);
    }
}

fn text<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, sources: &[Source]) -> Option<&'a str> {
    sources.iter().find_map(|&source| {
        let member = parts.member(source)?;
        let text = member.value.get().text().filter(|text| !text.is_empty())?;
        read.take(Some(member));
        Some(text)
    })
}

fn without_sample(alert_type: &str) -> &str {
    match alert_type.split_at_checked("SIMULATED_".len()) {
        Some((head, rest)) if head.eq_ignore_ascii_case("SIMULATED_") && !rest.is_empty() => rest,
        _ => alert_type,
    }
}

fn is_sample(parts: &Parts<'_>) -> bool {
    let begins = |source: Source, start: &str| {
        let text = parts.member(source).and_then(|member| member.value.get().text()).unwrap_or_default();
        text.trim_start().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    begins(RECORD.alert_type, "SIMULATED_") || begins(RECORD.alert_display_name, "[SAMPLE ALERT]") || begins(RECORD.description, "THIS IS A SAMPLE ALERT")
}

/// How what the alert is about ended; the first that speaks. It is nothing about the detection.
fn outcome<'a>(read: &mut Reader<'_, 'a>, alert: &Alert<'a, '_>) -> Option<&'static str> {
    if super::families::has(alert.t, &["unsuccess", "fail", "blocked", "denied", "prevented"]) {
        return Some("failure");
    }
    if super::families::has(alert.t, &["success"]) {
        return Some("success");
    }
    let properties = &alert.properties;
    let mut any = |keys: &[Key]| properties.find(read, keys, |text| text.parse::<f64>().ok().filter(|count| *count > 0.0)).is_some();
    if any(keys![successfullogins]) {
        return Some("success");
    }
    if any(keys![failedlogins failedattempts]) {
        return Some("failure");
    }
    if let Some(status) = properties.first(read, keys![requeststatus]) {
        return Some(if status.eq_ignore_ascii_case("Success") { "success" } else { "failure" });
    }
    if let Some(signatures) = properties.first(read, keys![resultsignature]) {
        let mut signatures =
            signatures.split(',').map(str::trim).filter(|signature| !signature.is_empty()).map(|signature| signature.eq_ignore_ascii_case("OK"));
        let first = signatures.next()?;
        return signatures.all(|other| other == first).then_some(if first { "success" } else { "failure" });
    }
    match properties.first(read, keys![statuscode])?.parse().ok()? {
        100..=399 => Some("success"),
        400..=599 => Some("failure"),
        _ => None,
    }
}
