//! What is brought to its type where it stands.

use super::Parts;
use crate::defender::assessment::{
    ADDITIONAL, CVE, CVE_IN_LIST, CVES, CVSS2, CVSS3, CVSS4, Cve, EXPLOITABILITY, FINDINGS, FIX, SOFTWARE, STATUS, SUB, SUB_ADDITIONAL, VULNERABILITY,
};
use crate::defender::part::Source;
use crate::json::tree::{Member, Value, array};
use crate::mapping::cast::{Cast, cast};
use crate::mapping::conversions::{Conversion, conversions};
use crate::mapping::convert::date;
use crate::mapping::convert::number::float_text;
use crate::mapping::java;
use crate::mapping::record::Record;

/// Scores as the reference reads them.
const SCORES: &[Conversion] = conversions! {
    CVES.base_score                       => Float;
    ADDITIONAL.max_cvss30_score           => Float;
    CVE.cvss_score                        => Float;
    CVE.cvss_version                      => Float;
    SUB_ADDITIONAL.cvss_v30_score         => Float;
    CVSS2.base                            => Float;
    CVSS3.base                            => Float;
    CVSS4.base                            => Float;
};

/// All others but those inside lists.
const CONVERSIONS: &[Conversion] = conversions! {
    ADDITIONAL.cves_count                 => Long;
    CVE.has_public_exploit                => Boolean;
    CVE.is_exploit_in_kit                 => Boolean;
    CVE.is_exploit_verified               => Boolean;
    CVE.is_zero_day                       => Boolean;
    CVE.last_modified_date                => Date;
    CVE.published_date                    => Date;
    FIX.release_date                      => Date;
    SOFTWARE.patchable                    => Boolean;
    EXPLOITABILITY.is_in_exploit_kit      => Boolean;
    EXPLOITABILITY.is_publicly_disclosed  => Boolean;
    EXPLOITABILITY.is_verified            => Boolean;
    VULNERABILITY.last_modified_date      => Date;
    VULNERABILITY.published_date          => Date;
    SUB.time_generated                    => Date;
    STATUS.first_evaluation_date          => Date;
    STATUS.status_change_date             => Date;
};

/// In each CVE of a list.
const IN_LIST: &[Conversion] = conversions! {
    CVE_IN_LIST.cvss_score           => Float;
    CVE_IN_LIST.cvss_version         => Text;
    CVE_IN_LIST.has_public_exploit   => Boolean;
    CVE_IN_LIST.is_exploit_in_kit    => Boolean;
    CVE_IN_LIST.is_exploit_verified  => Boolean;
    CVE_IN_LIST.is_zero_day          => Boolean;
};

/// Dates in each CVE of a list, which go without a word if they cannot be read, as in the reference.
const DATES_IN_LIST: [Source; 2] = [CVE_IN_LIST.last_modified_date, CVE_IN_LIST.published_date];

/// What becomes of members that more is done to than the tables say.
const IN_THE_END: [(Source, Cast); 2] = [(CVE.cvss_version, Cast::Text), (FINDINGS.signature_update_date, Cast::Date)];

/// The type that a member is brought to, by its documented path.
pub(crate) fn cast_of(documented: &str) -> Option<Cast> {
    let in_list = |source: Source| source.to_string().replace("[]", "") == documented;
    let single = CONVERSIONS.iter().chain(SCORES).find(|rule| rule.source.to_string() == documented);
    let listed = || IN_LIST.iter().find(|rule| in_list(rule.source));
    let date = || DATES_IN_LIST.into_iter().any(in_list).then_some(Cast::Date);
    let last = IN_THE_END.into_iter().find(|(source, _)| source.to_string() == documented).map(|(_, to)| to);
    last.or_else(|| single.or_else(listed).map(|rule| rule.to)).or_else(date)
}

/// Applies all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    for rule in CONVERSIONS {
        rule.apply(record, parts.member(rule.source));
    }
    signature_date(record, parts.member(FINDINGS.signature_update_date));
    for rule in SCORES {
        rule.apply(record, parts.member(rule.source));
    }
    single_version(record, parts);
    let list = parts.member(SUB_ADDITIONAL.cve_list).map_or(Value::Null, |member| member.value.get());
    for cve in list.elements() {
        for member in cve.get().members() {
            in_list(record, member);
        }
    }
}

/// Makes a text of the version of a single CVE.
pub(super) fn single_version<'a>(record: &Record<'a>, parts: &Parts<'a>) {
    if let Some(version) = parts.member(CVE.cvss_version) {
        version.value.set(texts(record, version.value.get()));
    }
}

/// Applies those that are neither scores nor of CVEs, which profile `extended` reads one by one. There a date that says nothing goes without a word.
pub(super) fn but_of_cves<'a>(record: &mut Record<'a>, parts: &Parts<'a>, says_nothing: fn(Value<'a>) -> bool) {
    for rule in CONVERSIONS.iter().filter(|rule| rule.source.part.index != Cve::PART.index) {
        match parts.member(rule.source) {
            Some(member) if rule.to == Cast::Date && says_nothing(member.value.get()) => member.value.set(Value::Null),
            member => rule.apply(record, member),
        }
    }
    match parts.member(FINDINGS.signature_update_date) {
        Some(date) if says_nothing(date.value.get()) => date.value.set(Value::Null),
        date => signature_date(record, date),
    }
}

/// A number, or each of a list, as text: the version 3 of a single CVE is shown as `3.0`.
fn texts<'a>(record: &Record<'a>, value: Value<'a>) -> Value<'a> {
    match value {
        Value::Array(elements) => {
            let all: Vec<_> = elements.iter().map(|element| texts(record, element.get())).collect();
            array(record.arena, all)
        }
        Value::Number(number) => Value::Text(record.arena.alloc_str(&number.parse().map_or_else(|_| number.to_owned(), float_text))),
        other => other,
    }
}

/// A date as `M/d/yyyy h:mm:ss a`.
fn signature_date<'a>(record: &mut Record<'a>, member: Option<&Member<'a>>) {
    let Some(member) = member else { return };
    let value = member.value.get();
    if value.is_blank() {
        return;
    }
    match date::us(&java::text(value)) {
        Ok(stamp) => member.value.set(Value::Text(record.arena.alloc_str(stamp.as_str()))),
        Err(_) => {
            record.errors.unreadable(&FINDINGS.signature_update_date, value, Cast::Date.name());
            member.value.set(Value::Null);
        }
    }
}

/// One member of a CVE in a list; of several of one name, each.
fn in_list<'a>(record: &mut Record<'a>, member: &Member<'a>) {
    if DATES_IN_LIST.into_iter().any(|date| member.is(date.name)) {
        return member.value.set(cast(record.arena, member.value.get(), Cast::Date).unwrap_or(Value::Null));
    }
    if let Some(rule) = IN_LIST.iter().find(|rule| member.is(rule.source.name)) {
        rule.apply(record, Some(member));
    }
}
