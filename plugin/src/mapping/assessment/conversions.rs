//! Members brought to their type where they stand. One that cannot be read is removed and reported.

use super::parts::{Parts, path};
use crate::defender::assessment::Part;
use crate::json::name::Name;
use crate::json::tree::{Member, Value, array};
use crate::mapping::cast::{Cast, cast};
use crate::mapping::convert::date;
use crate::mapping::convert::number::float_text;
use crate::mapping::java;
use crate::mapping::record::Record;

/// One conversion.
#[derive(Debug)]
pub(crate) struct Conversion {
    part: Part,
    member: Name<'static>,
    to: Cast,
}

macro_rules! conversions {
    ($($part:ident.$member:ident => $to:ident;)*) => {
        &[$(Conversion { part: Part::$part, member: const { Part::$part.member(stringify!($member)) }, to: Cast::$to }),*]
    };
}

/// All but those inside lists.
pub(crate) const CONVERSIONS: &[Conversion] = conversions! {
    Cves.base_score                       => Float;
    Additional.cves_count                 => Long;
    Additional.max_cvss30_score           => Float;
    Cve.cvss_score                        => Float;
    Cve.cvss_version                      => Float;
    Cve.has_public_exploit                => Boolean;
    Cve.is_exploit_in_kit                 => Boolean;
    Cve.is_exploit_verified               => Boolean;
    Cve.is_zero_day                       => Boolean;
    Cve.last_modified_date                => Date;
    Cve.published_date                    => Date;
    SubAdditional.cvss_v30_score          => Float;
    Fix.release_date                      => Date;
    Software.patchable                    => Boolean;
    Cvss2.base                            => Float;
    Cvss3.base                            => Float;
    Cvss4.base                            => Float;
    Exploitability.is_in_exploit_kit      => Boolean;
    Exploitability.is_publicly_disclosed  => Boolean;
    Exploitability.is_verified            => Boolean;
    Vulnerability.last_modified_date      => Date;
    Vulnerability.published_date          => Date;
    Sub.time_generated                    => Date;
    Status.first_evaluation_date          => Date;
    Status.status_change_date             => Date;
};

/// The members of each CVE in a list, by the type they are brought to.
const IN_LIST: &[(&str, Cast)] = &[
    ("cvss_score", Cast::Float),
    ("cvss_version", Cast::Text),
    ("has_public_exploit", Cast::Boolean),
    ("is_exploit_in_kit", Cast::Boolean),
    ("is_exploit_verified", Cast::Boolean),
    ("is_zero_day", Cast::Boolean),
];

/// The type that a member is brought to, by its documented path.
pub(crate) fn cast_of(documented: &str) -> Option<Cast> {
    let single = CONVERSIONS.iter().find(|rule| path(rule.part, rule.member.text) == documented).map(|rule| rule.to);
    let in_list = || {
        let member = documented.strip_prefix(&path(Part::SubAdditional, "cve_list."))?;
        let date = matches!(member, "last_modified_date" | "published_date").then_some(Cast::Date);
        date.or(IN_LIST.iter().find(|(name, _)| *name == member).map(|&(_, to)| to))
    };
    single.or_else(in_list)
}

/// Applies all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    for rule in CONVERSIONS {
        if let Some(member) = parts.member(rule.part, rule.member) {
            convert(record, member, rule.to, &|| path(rule.part, rule.member.text));
        }
    }
    if let Some(version) = parts.member(Part::Cve, "cvss_version") {
        version.value.set(texts(record, version.value.get()));
    }
    if let Some(date) = parts.member(Part::Findings, "signature_update_date") {
        signature_date(record, date);
    }
    let list = parts.member(Part::SubAdditional, "cve_list").map_or(Value::Null, |member| member.value.get());
    for cve in list.elements() {
        for member in cve.get().members() {
            in_list(record, member);
        }
    }
}

fn convert<'a>(record: &mut Record<'a>, member: &Member<'a>, to: Cast, path: &dyn Fn() -> String) {
    let value = member.value.get();
    if value.is_null() || (to == Cast::Date && value.is_blank()) {
        return;
    }
    match cast(record.arena, value, to) {
        Ok(converted) => member.value.set(converted),
        Err(part) => {
            record.unreadable(&path(), part, to.name());
            member.value.set(Value::Null);
        }
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
fn signature_date<'a>(record: &mut Record<'a>, member: &Member<'a>) {
    let value = member.value.get();
    if value.is_blank() {
        return;
    }
    match date::us(&java::text(value)) {
        Ok(stamp) => member.value.set(Value::Text(record.arena.alloc_str(stamp.as_str()))),
        Err(_) => {
            record.unreadable(&path(Part::Findings, member.name), value, Cast::Date.name());
            member.value.set(Value::Null);
        }
    }
}

/// One member of a CVE in a list. Dates that cannot be read go without a word, as in the reference.
fn in_list<'a>(record: &mut Record<'a>, member: &Member<'a>) {
    if matches!(member.name, "last_modified_date" | "published_date") {
        return member.value.set(cast(record.arena, member.value.get(), Cast::Date).unwrap_or(Value::Null));
    }
    if let Some(&(_, to)) = IN_LIST.iter().find(|(name, _)| *name == member.name) {
        convert(record, member, to, &|| path(Part::SubAdditional, &format!("cve_list[].{}", member.name)));
    }
}
