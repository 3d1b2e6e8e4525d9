//! JSON that stands in texts, read where it stands before any rule looks for it: with it or without it, a member is the same from here on.

use core::cell::Cell;

use super::lists::object_of;
use crate::defender::assessment::reshaped::{SCANNERS, TAGS};
use crate::defender::assessment::{ADDITIONAL, Additional, NAMES, RECORD, REFERENCE, SCANNER, Sub, SubAdditional, VULNERABILITY, Vulnerability};
use crate::defender::part::Source;
use crate::json::parse::{self, Names};
use crate::json::tree::{Member, Value, array};
use crate::json::write::Writer;
use crate::mapping::record::Record;

/// Reads all of them.
pub(super) fn read<'a>(record: &mut Record<'a>, tree: Value<'a>) {
    if let Some(member) = tree.member(RECORD.resource_additional_data.name) {
        object(record, member, RECORD.resource_additional_data);
    }
    let additional = tree.get(Additional::PART.name);
    for source in [ADDITIONAL.cves_details, ADDITIONAL.cves] {
        if let Some(member) = additional.member(source.name) {
            list_of_cves(record, member, source);
        }
    }
    if let Some(member) = additional.member(ADDITIONAL.detected_software_versions.name) {
        versions(record, member, ADDITIONAL.detected_software_versions);
    }
    if let Some(member) = additional.member(ADDITIONAL.scanners_details.name) {
        object(record, member, ADDITIONAL.scanners_details);
        member.value.get().members().iter().for_each(|scanner| each_scanner(record, scanner));
    }
    if let Some(tags) = additional.cell(TAGS) {
        packed(record, tags);
    }
    let details = additional.get(Sub::PART.name).get(SubAdditional::PART.name).get(Vulnerability::PART.name);
    if let Some(references) = details.cell(VULNERABILITY.references.name) {
        links(record, references);
    }
}

/// A reference that is a text is its link.
fn links<'a>(record: &Record<'a>, references: &Cell<Value<'a>>) {
    match references.get() {
        link @ Value::Text(text) if !text.trim().is_empty() => references.set(object_of(record, REFERENCE.link.name, link)),
        Value::Array(elements) => elements.iter().filter(|element| element.get().text().is_some()).for_each(|element| links(record, element)),
        _ => {}
    }
}

/// The other way round: names that people give must not become names of fields.
fn packed<'a>(record: &Record<'a>, tags: &Cell<Value<'a>>) {
    let value = tags.get();
    if matches!(value, Value::Object(_) | Value::Array(_)) {
        let mut text = Writer::default();
        text.value(value);
        let text = String::from_utf8(text.take()).unwrap_or_default();
        tags.set(Value::Text(record.arena.alloc_str(&text)));
    }
}

fn each_scanner<'a>(record: &mut Record<'a>, scanner: &'a Member<'a>) {
    object(record, scanner, ADDITIONAL.scanners_details);
    if let Some(member) = scanner.value.get().member(SCANNER.cves_ids.name) {
        list_of_cves(record, member, SCANNER.cves_ids);
    }
    if let Some(member) = scanner.value.get().member(SCANNER.detected_software_versions.name) {
        versions(record, member, SCANNER.detected_software_versions);
    }
}

/// The scanners of a record, those of Defender first.
pub(super) fn scanners(details: Value<'_>) -> Vec<Value<'_>> {
    let mut scanners: Vec<_> = details.members().iter().collect();
    scanners.sort_by_key(|scanner| SCANNERS.iter().position(|first| scanner.is(*first)).unwrap_or(SCANNERS.len()));
    scanners.into_iter().map(|scanner| scanner.value.get()).collect()
}

/// An object, and nothing else.
fn object<'a>(record: &mut Record<'a>, member: &'a Member<'a>, source: Source) {
    let read = unpacked(record, member, source);
    let kept = match read {
        Value::Object([]) | Value::Null => Value::Null,
        Value::Array([]) => Value::Null,
        Value::Object(_) => read,
        other => {
            record.errors.unexpected(&source, other, "an object");
            Value::Null
        }
    };
    member.value.set(kept);
}

/// A list of CVEs, each an object or the text of an id. One that stands alone is a list of one.
fn list_of_cves<'a>(record: &mut Record<'a>, member: &'a Member<'a>, source: Source) {
    let value = member.value.get();
    let read = match value {
        Value::Text(text) if begins_as_cve(text) => {
            record.look(|read| read.take(Some(member)));
            value
        }
        _ => unpacked(record, member, source),
    };
    let list = match read {
        Value::Null | Value::Array([]) | Value::Object([]) => Value::Null,
        Value::Text(text) if text.trim().is_empty() => Value::Null,
        Value::Array(_) => read,
        Value::Text(_) | Value::Object(_) => array(record.arena, [read]),
        other => {
            record.errors.unexpected(&source, other, "a list of CVEs");
            Value::Null
        }
    };
    member.value.set(list);
}

/// Whether a text is the id of a CVE, or begins like one.
pub(super) fn begins_as_cve(text: &str) -> bool {
    text.trim_start().get(..4).is_some_and(|start| start.eq_ignore_ascii_case("CVE-"))
}

/// One version as a text, or a list of them. Numbers are versions in the digits that came.
fn versions<'a>(record: &mut Record<'a>, member: &'a Member<'a>, source: Source) {
    record.look(|read| read.take(Some(member)));
    let value = member.value.get();
    let read = match value {
        Value::Text(text) => match text.trim() {
            "" | "null" => Value::Null,
            trimmed if trimmed.starts_with(['[', '{']) => match parse::value(record.arena, text, Names::Snake(&NAMES)) {
                Ok(list @ (Value::Array(_) | Value::Object([]))) => list,
                _ => value,
            },
            _ => value,
        },
        other => other,
    };
    let kept = match read {
        Value::Array(elements) => {
            let all: Vec<_> = elements.iter().filter_map(|element| version(record, element.get(), source)).collect();
            if all.is_empty() { Value::Null } else { array(record.arena, all) }
        }
        Value::Object([]) => Value::Null,
        one => version(record, one, source).unwrap_or(Value::Null),
    };
    member.value.set(kept);
}

fn version<'a>(record: &mut Record<'a>, value: Value<'a>, source: Source) -> Option<Value<'a>> {
    match value {
        Value::Null | Value::Array([]) | Value::Object([]) => None,
        Value::Text(text) => Some(value).filter(|_| !text.trim().is_empty()),
        Value::Number(digits) => Some(Value::Text(digits)),
        other => {
            record.errors.unexpected(&source, other, "a version");
            None
        }
    }
}

/// What stands in a text, or the value itself.
fn unpacked<'a>(record: &mut Record<'a>, member: &'a Member<'a>, source: Source) -> Value<'a> {
    record.look(|read| read.take(Some(member)));
    let Value::Text(text) = member.value.get() else { return member.value.get() };
    match parse::value(record.arena, text, Names::Snake(&NAMES)) {
        Ok(read) => read,
        Err(fault) => {
            record.errors.report(&format_args!("cannot read `{source}` as JSON: {} at byte {}", fault.what, fault.at));
            Value::Null
        }
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::ecs::ASSESSMENT;

    /// What is left of `additional_data`, and how many lines it gave.
    fn check(additional: &str, expected: &str, lines: usize) {
        let arena = Bump::new();
        let mut record = Record::new(&arena, &ASSESSMENT);
        let text = arena.alloc_str(&format!(r#"{{"additionalData":{additional}}}"#));
        let tree = parse::value(&arena, text, Names::Snake(&NAMES)).unwrap();
        read(&mut record, tree);
        let mut out = Writer::default();
        out.value(tree.get(Additional::PART.name));
        assert_eq!(String::from_utf8(out.take()).unwrap(), expected, "{additional}");
        assert_eq!(record.errors.take().len(), lines, "{additional}");
    }

    #[test]
    fn json_in_a_text_is_read_and_its_names_with_it() {
        check(r#"{"CvesDetails":"[{\"CveId\":\"CVE-1\"}]"}"#, r#"{"cves_details":[{"cve_id":"CVE-1"}]}"#, 0);
        check(r#"{"CvesDetails":{"CveId":"CVE-1"}}"#, r#"{"cves_details":[{"cve_id":"CVE-1"}]}"#, 0);
        check(r#"{"CVEs":" cve-1"}"#, r#"{"cves":[" cve-1"]}"#, 0);
        check(
            r#"{"ScannersDetails":"{\"mdvm\":{\"CvesIds\":\"[\\\"CVE-1\\\"]\",\"DetectedSoftwareVersions\":[3.10,\"x\"]}}"}"#,
            r#"{"scanners_details":{"mdvm":{"cves_ids":["CVE-1"],"detected_software_versions":["3.10","x"]}}}"#,
            0,
        );
    }

    #[test]
    fn names_that_people_give_stay_in_a_text() {
        check(r#"{"__Tags__":"{\"Name\":\"quarry\"}"}"#, r#"{"___tags__":"{\"Name\":\"quarry\"}"}"#, 0);
        check(r#"{"__Tags__":{"name":"quarry"}}"#, r#"{"___tags__":"{\"name\":\"quarry\"}"}"#, 0);
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        for nothing in ["\"\"", "\" \"", "null", "[]", "{}", "\"null\"", "\"[]\"", "\"{}\"", "\" [ ] \"", "\"{ }\""] {
            for member in ["CvesDetails", "cves", "scannersDetails", "DetectedSoftwareVersions"] {
                check(&format!(r#"{{"{member}":{nothing}}}"#), "", 0);
            }
        }
    }

    #[test]
    fn what_is_of_no_use_is_a_line() {
        check(r#"{"CvesDetails":"[{\"CveId\""}"#, "", 1);
        check(r#"{"CvesDetails":5,"cves":true,"scannersDetails":[1]}"#, "", 3);
        check(r#"{"scannersDetails":{"mdvm":"x","other":{"packageType":"OS"}}}"#, r#"{"scanners_details":{"other":{"package_type":"OS"}}}"#, 1);
        check(r#"{"DetectedSoftwareVersions":[{"a":1},"2"]}"#, r#"{"detected_software_versions":["2"]}"#, 1);
    }

    #[test]
    fn a_text_of_versions_is_one_unless_it_is_a_list() {
        check(r#"{"DetectedSoftwareVersions":"3.10"}"#, r#"{"detected_software_versions":"3.10"}"#, 0);
        check(r#"{"DetectedSoftwareVersions":3.10}"#, r#"{"detected_software_versions":"3.10"}"#, 0);
        check(r#"{"DetectedSoftwareVersions":"[1.7, 1.8"}"#, r#"{"detected_software_versions":"[1.7, 1.8"}"#, 0);
        check(r#"{"DetectedSoftwareVersions":"[\"1.7\",2]"}"#, r#"{"detected_software_versions":["1.7","2"]}"#, 0);
    }
}
