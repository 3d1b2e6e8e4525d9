//! From a merged record to one tree: the envelopes of assessment and sub-assessment folded into their `properties`, and JSON that stands in texts read.

use core::cell::Cell;

use crate::defender::assessment::NAMES;
use crate::json::parse::{self, Names};
use crate::json::tree::{Member, Value, with_members};
use crate::mapping::cast::{Cast, cast};
use crate::mapping::java;
use crate::mapping::record::Record;
use crate::settings::Profile;

/// The assessment's `properties` with the envelope's `id`, `name` and `type`; `Null` where there is nothing.
pub(super) fn tree<'a>(record: &mut Record<'a>, root: Value<'a>, profile: Profile) -> Value<'a> {
    let properties = as_written(root, "properties");
    properties.into_iter().for_each(|member| record.open(member));
    let properties = match properties.map(|member| member.value.get()) {
        Some(object @ Value::Object(_)) => object,
        Some(Value::Null) | None => Value::Null,
        Some(other) => {
            record.unexpected(&"properties", other, "an object");
            Value::Null
        }
    };
    let tree = fold(record, root, properties, "properties");
    let tree = Cell::new(tree);
    if let Some(additional) = tree.get().cell("additional_data") {
        read_cves(record, additional.get(), profile);
        open_ports_and_licence(record, additional);
        if let Some(member) = additional.get().member("sub_assessment") {
            let sub = &member.value;
            record.open(member);
            fold_sub(record, sub);
            if let Some(additional) = sub.get().cell("additional_data") {
                reshape(record, additional);
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
    for name in ["name", "type", "id"] {
        let Some(outer) = as_written(envelope, name) else { continue };
        record.note(outer);
        match inner.cell(name) {
            Some(place) => {
                record.report(&format_args!("`{path}.{name}` stands beside the `{name}` of its envelope, which is taken"));
                place.set(outer.value.get());
            }
            None => new.push(Member::new(name, outer.spelled, outer.value.get())),
        }
    }
    record.settle();
    if new.is_empty() { inner } else { prepend(record, inner, new) }
}

fn prepend<'a>(record: &Record<'a>, object: Value<'a>, mut members: Vec<Member<'a>>) -> Value<'a> {
    members.extend(object.members().iter().cloned());
    Value::Object(record.arena.alloc_slice_fill_iter(members))
}

/// Replaces the envelope of a sub-assessment by its `properties`, whose own `id` becomes `event_id`.
fn fold_sub<'a>(record: &mut Record<'a>, place: &Cell<Value<'a>>) {
    let envelope = place.get();
    if envelope.members().is_empty() {
        return;
    }
    let path = "subAssessment.properties";
    let properties = envelope.member("properties");
    properties.into_iter().for_each(|member| record.open(member));
    let has_properties = properties.is_some();
    let properties = match properties.map_or(Value::Null, |member| member.value.get()) {
        object @ Value::Object(_) => object,
        Value::Null => Value::Null,
        other => {
            record.unexpected(&path, other, "an object");
            Value::Null
        }
    };
    let folds = has_properties || ["name", "type", "id"].into_iter().any(|name| envelope.cell(name).is_some());
    if !folds {
        return;
    }
    if properties.cell("id").is_some() && properties.cell("event_id").is_some() {
        record.report(&format_args!("`{path}.eventId` stands beside `{path}.id`, which is taken"));
    }
    let has_own_id = properties.cell("id").is_some();
    let kept = properties.members().iter().filter(|member| !(has_own_id && member.name == "event_id"));
    let renamed: Vec<Member<'a>> =
        kept.map(|member| if member.name == "id" { Member::new("event_id", member.spelled, member.value.get()) } else { member.clone() }).collect();
    let inner = Value::Object(record.arena.alloc_slice_fill_iter(renamed));
    place.set(fold(record, envelope, inner, path));
}

/// `CVEs` is JSON in a text; what cannot be read is dropped, as the reference does.
fn read_cves<'a>(record: &Record<'a>, additional: Value<'a>, profile: Profile) {
    let Some(member) = as_written(additional, "CVEs") else { return };
    let value = member.value.get();
    if profile == Profile::Extended && value.text().is_none() {
        return;
    }
    let read = parse::value(record.arena, java_text(record, value), Names::Snake(&NAMES));
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
    if let Some(member) = additional.get().member("can onboard to _byol") {
        let value = member.value.replace(Value::Null);
        match cast(record.arena, value, Cast::Boolean) {
            Ok(converted) => insert(record, additional, "can_onboard_to_byol", member.spelled, converted),
            Err(_) if value.is_null() => {}
            Err(part) => record.unreadable(&"additionalData.Can onboard to BYOL", part, Cast::Boolean.name()),
        }
    }
    if let Some(member) = additional.get().member("nsg open ports") {
        let value = member.value.replace(Value::Null);
        match cast(record.arena, ports(record, value), Cast::Long) {
            Ok(converted) => insert(record, additional, "nsg_open_ports", member.spelled, converted),
            Err(_) if value.is_null() => {}
            Err(part) => record.unreadable(&"additionalData.NSG open ports", part, Cast::Long.name()),
        }
    }
}

/// Several ports in one text, as a list.
fn ports<'a>(record: &Record<'a>, value: Value<'a>) -> Value<'a> {
    match value {
        Value::Text(text) if text.contains(',') => {
            let ports: Vec<_> = text.split(',').map(|port| Value::Text(port.trim())).collect();
            crate::json::tree::array(record.arena, ports)
        }
        other => other,
    }
}

/// Brings a list of CVEs, the resources of a finding and the scores of a vulnerability to where rules look for them.
fn reshape<'a>(record: &mut Record<'a>, additional: &Cell<Value<'a>>) {
    if let Some(cve) = additional.get().member("cve").filter(|member| matches!(member.value.get(), Value::Array(_))) {
        let list = cve.value.get();
        if additional.get().cell("cve_list").is_some() {
            record.report(&"`subAssessment.properties.additionalData.cveList` stands beside a list `cve`, which is taken");
        }
        cve.value.set(Value::Null);
        insert(record, additional, "cve_list", cve.spelled, list);
    }
    if let Some(data) = additional.get().cell("data") {
        read_resources(record, data);
    }
    if let Some(details) = additional.get().cell("vulnerability_details") {
        spread_scores(record, details);
    }
}

/// `resources` is JSON in a text; its names stay as they are.
fn read_resources<'a>(record: &Record<'a>, data: &Cell<Value<'a>>) {
    let Some(member) = data.get().member("resources").filter(|member| !member.value.get().is_null()) else { return };
    match parse::value(record.arena, java_text(record, member.value.get()), Names::AsWritten) {
        Ok(Value::Null) | Err(_) => {}
        Ok(read) => {
            member.value.set(Value::Null);
            insert(record, data, "resources_object", member.spelled, read);
        }
    }
}

/// The members of `cvss` are versions; each becomes an object of its own.
fn spread_scores<'a>(record: &mut Record<'a>, details: &Cell<Value<'a>>) {
    let Some(cvss) = details.get().member("cvss") else { return };
    match cvss.value.replace(Value::Null) {
        Value::Null => {}
        scores @ Value::Object(_) => {
            for (version, name) in [("2.0", "cvss_v2"), ("3.0", "cvss_v3"), ("4.0", "cvss_v4")] {
                if let Some(score) = scores.member(version) {
                    insert(record, details, name, score.spelled, score.value.get());
                }
            }
        }
        other => record.unexpected(&"vulnerabilityDetails.cvss", other, "an object"),
    }
}

/// Sets a member of the object that stands in `place`, which gets it if it has none of that name.
fn insert<'a>(record: &Record<'a>, place: &Cell<Value<'a>>, name: &'static str, spelled: &'a str, value: Value<'a>) {
    match place.get().cell(name) {
        Some(member) => member.set(value),
        None => place.set(prepend(record, place.get(), vec![Member::new(name, spelled, value)])),
    }
}

/// The tree with the member `class`, which only the mapping gives.
pub(super) fn with_class<'a>(record: &Record<'a>, tree: Value<'a>, class: &'static str) -> Value<'a> {
    match tree.cell("class") {
        Some(place) => {
            place.set(Value::Text(class));
            tree
        }
        None => with_members(record.arena, tree, &[("class", Value::Text(class))]),
    }
}
