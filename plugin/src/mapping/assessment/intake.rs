//! From a merged record to one tree: the envelopes of assessment and sub-assessment folded into their `properties`, and JSON that stands in texts read.

use core::cell::Cell;

use super::Class;
use crate::defender::assessment::envelope::{ID, NAME, PROPERTIES, TYPE};
use crate::defender::assessment::reshaped::{BYOL, CAN_ONBOARD_TO_BYOL, CLASS, CVES_IN_TEXT, CVSS_VERSIONS, NSG_OPEN_PORTS, OPEN_PORTS, RESOURCES_OBJECT};
use crate::defender::assessment::{Additional, FINDINGS, Findings, NAMES, SUB, SUB_ADDITIONAL, Sub, SubAdditional, VULNERABILITY, Vulnerability};
use crate::json::name::Name;
use crate::json::parse::{self, Names};
use crate::json::tree::{Member, Value, array};
use crate::mapping::cast::{Cast, cast};
use crate::mapping::java;
use crate::mapping::record::Record;
use crate::settings::Profile;

/// The assessment's `properties`, `Null` where there are none.
pub(super) fn properties<'a>(record: &mut Record<'a>, root: Value<'a>) -> Value<'a> {
    match as_written(root, PROPERTIES.text).map_or(Value::Null, |member| member.value.get()) {
        object @ Value::Object(_) => object,
        Value::Null => Value::Null,
        other => {
            record.errors.unexpected(&"properties", other, "an object");
            Value::Null
        }
    }
}

/// Its `properties` with the envelope's `id`, `name` and `type`; `Null` where there is nothing.
pub(super) fn tree<'a>(record: &mut Record<'a>, root: Value<'a>, properties: Value<'a>, profile: Profile) -> Value<'a> {
    let tree = fold(record, root, properties, "properties");
    let tree = Cell::new(tree);
    if let Some(additional) = tree.get().cell(Additional::PART.name) {
        if profile == Profile::Elastic {
            read_cves(record, additional.get());
        }
        open_ports_and_licence(record, additional);
        if let Some(sub) = additional.get().cell(Sub::PART.name) {
            fold_sub(record, sub);
            if let Some(additional) = sub.get().cell(SubAdditional::PART.name) {
                reshape(record, additional, profile);
            }
        }
    }
    tree.get()
}

/// The member that was spelled exactly so.
fn as_written<'a>(object: Value<'a>, spelled: &str) -> Option<&'a Member<'a>> {
    object.members().iter().find(|member| member.spelled == spelled)
}

/// `inner` with the members of the envelope that identify it. One that is there already gives way, and is reported.
fn fold<'a>(record: &mut Record<'a>, envelope: Value<'a>, inner: Value<'a>, path: &str) -> Value<'a> {
    let mut new = Vec::new();
    for name in [NAME, TYPE, ID] {
        let Some(outer) = as_written(envelope, name.text) else { continue };
        match inner.cell(name) {
            Some(cell) => {
                let name = name.text;
                record.errors.report(&format_args!("`{path}.{name}` stands beside the `{name}` of its envelope, which is taken"));
                cell.set(outer.value.get());
            }
            None => new.push(Member::new(name, outer.spelled, outer.value.get())),
        }
    }
    if new.is_empty() { inner } else { prepend(record, inner, &new) }
}

/// The object with these members before its own.
pub(super) fn prepend<'a>(record: &Record<'a>, object: Value<'a>, first: &[Member<'a>]) -> Value<'a> {
    let mut members = first.iter().chain(object.members()).cloned();
    let count = first.len() + object.members().len();
    Value::Object(record.arena.alloc_slice_fill_with(count, |_| members.next().expect("as many as were counted")))
}

/// Replaces the envelope of a sub-assessment by its `properties`, whose own `id` becomes `event_id`.
fn fold_sub<'a>(record: &mut Record<'a>, cell: &Cell<Value<'a>>) {
    let envelope = cell.get();
    if envelope.members().is_empty() {
        return;
    }
    let path = "subAssessment.properties";
    let properties = envelope.member(PROPERTIES);
    let has_properties = properties.is_some();
    let properties = match properties.map_or(Value::Null, |member| member.value.get()) {
        object @ Value::Object(_) => object,
        Value::Null => Value::Null,
        other => {
            record.errors.unexpected(&path, other, "an object");
            Value::Null
        }
    };
    let folds = has_properties || [NAME, TYPE, ID].into_iter().any(|name| envelope.cell(name).is_some());
    if !folds {
        return;
    }
    let has_own_id = properties.cell(ID).is_some();
    if has_own_id && properties.cell(SUB.event_id.name).is_some() {
        record.errors.report(&format_args!("`{path}.eventId` stands beside `{path}.id`, which is taken"));
    }
    let kept = properties.members().iter().filter(|member| !(has_own_id && member.is(SUB.event_id.name)));
    let renamed: Vec<Member<'a>> =
        kept.map(|member| if member.is(ID) { Member::new(SUB.event_id.name, member.spelled, member.value.get()) } else { member.clone() }).collect();
    let inner = Value::Object(record.arena.alloc_slice_fill_iter(renamed));
    cell.set(fold(record, envelope, inner, path));
}

/// `CVEs` is JSON in a text; what cannot be read is dropped, as the reference does.
fn read_cves<'a>(record: &Record<'a>, additional: Value<'a>) {
    let Some(member) = as_written(additional, CVES_IN_TEXT) else { return };
    let read = parse::value(record.arena, java_text(record, member.value.get()), Names::Snake(&NAMES));
    member.value.set(read.unwrap_or(Value::Null));
}

fn java_text<'a>(record: &Record<'a>, value: Value<'a>) -> &'a str {
    match value {
        Value::Text(text) => text,
        other => record.arena.alloc_str(&java::text(other)),
    }
}

/// Two members whose names have blanks go under names without.
fn open_ports_and_licence<'a>(record: &mut Record<'a>, additional: &Cell<Value<'a>>) {
    if let Some(member) = additional.get().member(BYOL) {
        let value = member.value.replace(Value::Null);
        match cast(record.arena, value, Cast::Boolean) {
            Ok(converted) => insert(record, additional, CAN_ONBOARD_TO_BYOL, member.spelled, converted),
            Err(_) if value.is_null() => {}
            Err(part) => record.errors.unreadable(&"additionalData.Can onboard to BYOL", part, Cast::Boolean.name()),
        }
    }
    if let Some(member) = additional.get().member(OPEN_PORTS) {
        let value = member.value.replace(Value::Null);
        match cast(record.arena, ports(record, value), Cast::Long) {
            Ok(converted) => insert(record, additional, NSG_OPEN_PORTS, member.spelled, converted),
            Err(_) if value.is_null() => {}
            Err(part) => record.errors.unreadable(&"additionalData.NSG open ports", part, Cast::Long.name()),
        }
    }
}

/// Several ports in one text, as a list.
fn ports<'a>(record: &Record<'a>, value: Value<'a>) -> Value<'a> {
    match value {
        Value::Text(text) if text.contains(',') => {
            let ports: Vec<_> = text.split(',').map(|port| Value::Text(port.trim())).collect();
            array(record.arena, ports)
        }
        other => other,
    }
}

/// Brings a list of CVEs, the resources of a finding and the scores of a vulnerability to where rules look for them.
fn reshape<'a>(record: &mut Record<'a>, additional: &Cell<Value<'a>>, profile: Profile) {
    if let Some((cve, list)) = additional.get().member(SUB_ADDITIONAL.cve.name).and_then(|cve| Some((cve, cves(record, cve.value.get(), profile)?))) {
        if additional.get().cell(SUB_ADDITIONAL.cve_list.name).is_some() {
            record.errors.report(&"`subAssessment.properties.additionalData.cveList` stands beside a list `cve`, which is taken");
        }
        cve.value.set(Value::Null);
        insert(record, additional, SUB_ADDITIONAL.cve_list.name, cve.spelled, list);
    }
    if let Some(data) = additional.get().cell(Findings::PART.name) {
        read_resources(record, data);
    }
    if let Some(details) = additional.get().cell(Vulnerability::PART.name) {
        spread_scores(record, details, profile);
    }
}

/// Several CVEs; in profile extended a text is one by its id.
fn cves<'a>(record: &Record<'a>, cve: Value<'a>, profile: Profile) -> Option<Value<'a>> {
    match cve {
        Value::Array(_) => Some(cve),
        Value::Text(_) if profile == Profile::Extended => Some(array(record.arena, [cve])),
        _ => None,
    }
}

/// `resources` is JSON in a text; its names stay as they are.
fn read_resources<'a>(record: &Record<'a>, data: &Cell<Value<'a>>) {
    let Some(member) = data.get().member(FINDINGS.resources.name).filter(|member| !member.value.get().is_null()) else { return };
    match parse::value(record.arena, java_text(record, member.value.get()), Names::AsWritten) {
        Ok(Value::Null) | Err(_) => {}
        Ok(read) => {
            member.value.set(Value::Null);
            insert(record, data, RESOURCES_OBJECT, member.spelled, read);
        }
    }
}

/// The members of `cvss` are versions; each becomes an object of its own.
fn spread_scores<'a>(record: &mut Record<'a>, details: &Cell<Value<'a>>, profile: Profile) {
    let Some(cvss) = details.get().member(VULNERABILITY.cvss.name) else { return };
    let value = cvss.value.get();
    if profile == Profile::Elastic {
        cvss.value.set(Value::Null);
    }
    match value {
        Value::Null => {}
        Value::Array(_) if profile == Profile::Extended => {}
        scores @ Value::Object(_) => {
            for (version, part) in CVSS_VERSIONS {
                if let Some(score) = scores.member(version) {
                    insert(record, details, part.name, score.spelled, score.value.get());
                }
            }
        }
        other => record.errors.unexpected(&"vulnerabilityDetails.cvss", other, "an object"),
    }
}

/// Sets a member of the object in a cell, which gets it if it has none of that name.
fn insert<'a>(record: &Record<'a>, object: &Cell<Value<'a>>, name: Name<'static>, spelled: &'a str, value: Value<'a>) {
    match object.get().cell(name) {
        Some(member) => member.set(value),
        None => object.set(prepend(record, object.get(), &[Member::new(name, spelled, value)])),
    }
}

/// Sets the member `class` of the tree, which only the mapping gives; the member, if the tree has none of that name.
pub(super) fn class_member<'a>(tree: Value<'a>, class: Class) -> Option<Member<'a>> {
    let class = Value::Text(class.name());
    match tree.cell(CLASS) {
        Some(member) => {
            member.set(class);
            None
        }
        None => Some(Member::new(CLASS, CLASS.text, class)),
    }
}
