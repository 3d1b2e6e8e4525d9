//! `package.*`, in any class: it is a key of transforms, so each field is one text.

use super::Parts;
use super::read::{one_text, text};
use super::texts::scanners;
use crate::defender::assessment::{ADDITIONAL, SCANNER, SOFTWARE, SUB_ADDITIONAL};
use crate::defender::part::Source;
use crate::ecs::ASSESSMENT;
use crate::json::tree::Value;
use crate::mapping::record::{Reader, Record, Rule, rules};

rules! { ASSESSMENT;
    NAME "package.name" =
        "profile extended, any class: `package_name` of `sub_assessment.additional_data.software_details`, else `software_name` of `sub_assessment.additional_data`, of `additional_data`, of a scanner in `additional_data.scanners_details`";
    VERSION "package.version" =
        "profile extended, with a name: `version` of `sub_assessment.additional_data.software_details`, else `software_version` of `sub_assessment.additional_data`, else `detected_software_versions` of `additional_data`, of a scanner, else `additional_data.software_version`; several are one text, sorted";
    FIXED "package.fixed_version" =
        "profile extended, with a name: `fixed_version` of the CVE, else of `sub_assessment.additional_data.software_details`, else `sub_assessment.additional_data.recommended_version`, else `fixed_version` of `additional_data`, of a scanner, else `additional_data.recommended_version`";
    TYPE "package.type" =
        "profile extended, with a name: `package_type` of `additional_data`, of a scanner, else `sub_assessment.additional_data.software_details.category`";
}

/// Fills all of them; the fixed version is that of the record, which one of a CVE may replace.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    record.fill(&NAME, |read| name(read, parts).map_or(Value::Null, Value::Text));
    if record.document.get(NAME.slot).is_null() {
        return;
    }
    record.fill(&VERSION, |read| {
        let own = |read: &mut Reader<'_, 'a>, source| versions(read, parts.member(source).map(|member| member.value.get()), source, parts);
        own(read, SOFTWARE.version)
            .or_else(|| own(read, SUB_ADDITIONAL.software_version))
            .or_else(|| own(read, ADDITIONAL.detected_software_versions))
            .or_else(|| of_scanners(read, parts, SCANNER.detected_software_versions, joined))
            .or_else(|| own(read, ADDITIONAL.software_version))
            .map_or(Value::Null, Value::Text)
    });
    record.fill(&FIXED, |read| {
        text(read, parts, &[SOFTWARE.fixed_version, SUB_ADDITIONAL.recommended_version, ADDITIONAL.fixed_version])
            .or_else(|| of_scanners(read, parts, SCANNER.fixed_version, |_, value| one_text(value)))
            .or_else(|| text(read, parts, &[ADDITIONAL.recommended_version]))
            .map_or(Value::Null, Value::Text)
    });
    record.fill(&TYPE, |read| {
        text(read, parts, &[ADDITIONAL.package_type])
            .or_else(|| of_scanners(read, parts, SCANNER.package_type, |_, value| one_text(value)))
            .or_else(|| text(read, parts, &[SOFTWARE.category]))
            .map_or(Value::Null, Value::Text)
    });
}

fn name<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    text(read, parts, &[SOFTWARE.package_name, SUB_ADDITIONAL.software_name, ADDITIONAL.software_name])
        .or_else(|| of_scanners(read, parts, SCANNER.software_name, |_, value| one_text(value)))
}

/// What the first scanner says that says anything.
fn of_scanners<'a>(
    read: &mut Reader<'_, 'a>,
    parts: &Parts<'a>,
    source: Source,
    text_of: fn(&Reader<'_, 'a>, Value<'a>) -> Option<&'a str>,
) -> Option<&'a str> {
    let details = parts.member(ADDITIONAL.scanners_details)?.value.get();
    scanners(details).into_iter().find_map(|scanner| {
        let value = read.value(scanner, source.name);
        text_of(read, value)
    })
}

fn versions<'a>(read: &mut Reader<'_, 'a>, value: Option<Value<'a>>, source: Source, parts: &Parts<'a>) -> Option<&'a str> {
    let text = joined(read, value?)?;
    parts.read(read, source);
    Some(text)
}

/// Several versions as one text: sorted, each once.
fn joined<'a>(read: &Reader<'_, 'a>, value: Value<'a>) -> Option<&'a str> {
    let mut all: Vec<&str> = value.elements().iter().filter_map(|element| one_text(element.get())).collect();
    all.sort_unstable();
    all.dedup();
    match all.as_slice() {
        [] => one_text(value),
        [only] => Some(only),
        several => Some(read.arena.alloc_str(&several.join(", "))),
    }
}

/// The rule by which a CVE's own fix replaces that of the record.
pub(super) const OWN_FIX: &Rule = &FIXED;
