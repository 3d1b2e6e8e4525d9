//! Alerts in other forms, brought into that of the hub: those of Azure Resource Manager have their members in `properties`, rows of Log Analytics have other
//! names, and objects as texts.

use std::collections::BTreeMap;

use super::extended::texts::with_t;
use crate::defender::hub::{ARM_ALERT, LogRow, Properties, RECORD, ROW, Root, Status};
use crate::defender::part::Source;
use crate::json::parse::{self, Names};
use crate::json::tree::{Member, Value};
use crate::mapping::kinds::Kind;
use crate::mapping::record::Record;

/// Another name, and the hub's.
type Other = (Source, Source);

/// In an alert of Azure Resource Manager. The first of several counts.
const OF_ARM: [Other; 8] = [
    (ARM_ALERT.alert_name, RECORD.alert_type),
    (ARM_ALERT.reported_severity, RECORD.severity),
    (ARM_ALERT.detected_time_utc, RECORD.start_time_utc),
    (ARM_ALERT.time_generated_utc, RECORD.time_generated),
    (ARM_ALERT.reported_time_utc, RECORD.time_generated),
    (ARM_ALERT.processing_end_time_utc, RECORD.processing_end_time),
    (ARM_ALERT.associated_resource, RECORD.azure_resource_id),
    (ARM_ALERT.state, RECORD.status),
];

/// In a row.
const OF_ROW: [Other; 8] = [
    (RECORD.alert_severity, RECORD.severity),
    (ROW.display_name, RECORD.alert_display_name),
    (ROW.alert_name, RECORD.alert_display_name),
    (ROW.start_time, RECORD.start_time_utc),
    (ROW.end_time, RECORD.end_time_utc),
    (RECORD.tactics, RECORD.intent),
    (ROW.resource_id, RECORD.azure_resource_id),
    (ROW.alert_link, RECORD.alert_uri),
];

/// What a row has as texts, and whether one that is no JSON stays as it is.
const TEXTS: [(Source, bool); 6] = [
    (RECORD.entities, false),
    (RECORD.extended_properties, false),
    (RECORD.extended_links, false),
    (RECORD.remediation_steps, true),
    (RECORD.techniques, true),
    (RECORD.sub_techniques, false),
];

const DATES: [Source; 4] = [RECORD.start_time_utc, RECORD.end_time_utc, RECORD.time_generated, RECORD.processing_end_time];

/// The record as the hub would have sent it.
pub(super) fn of_its_kind<'a>(record: &mut Record<'a>, root: Value<'a>, kind: Kind) -> Value<'a> {
    match kind {
        Kind::ArmAlert => arm_alert(record, root),
        Kind::Row | Kind::Alert => row(record, root),
        _ => root,
    }
}

/// The members of `properties` stand at the top. What the envelope has there stays.
fn arm_alert<'a>(record: &Record<'a>, root: Value<'a>) -> Value<'a> {
    let properties = root.get(Properties::PART.name);
    let mut members = Members(Vec::with_capacity(root.members().len() + properties.members().len() + 2));
    for member in root.members() {
        let member = member.clone();
        if member.is(Properties::PART.name) {
            member.value.set(without_status(record, properties));
        }
        members.0.push(member);
    }
    let own: BTreeMap<&str, usize> = members.0.iter().enumerate().map(|(at, member)| (member.name, at)).collect();
    for member in properties.members() {
        match own.get(member.name).and_then(|at| members.0.get_mut(*at)) {
            None => members.0.push(member.clone()),
            Some(place) if place.value.get().is_blank() => *place = member.clone(),
            Some(_) => {}
        }
    }
    for (other, own) in OF_ARM {
        members.rename(properties.member(other.name), own);
    }
    members.rename(root.member(RECORD.name.name), RECORD.system_alert_id);
    Value::Object(record.arena.alloc_slice_fill_iter(members.0))
}

/// The properties without a status that is a text: it is the alert's.
fn without_status<'a>(record: &Record<'a>, properties: Value<'a>) -> Value<'a> {
    let is_status = |member: &Member<'a>| member.is(Status::PART.name) && member.value.get().text().is_some();
    if !properties.members().iter().any(is_status) {
        return properties;
    }
    let kept: Vec<Member<'a>> = properties.members().iter().filter(|member| !is_status(member)).cloned().collect();
    Value::Object(record.arena.alloc_slice_fill_iter(kept))
}

fn row<'a>(record: &mut Record<'a>, root: Value<'a>) -> Value<'a> {
    let (own, columns) = (Root::PART.members(root), LogRow::PART.members(root));
    let member = |source: Source| if source.part.index == LogRow::PART.index { columns.get(source) } else { own.get(source) };
    let is_named_otherwise = OF_ROW.iter().any(|(other, _)| member(*other).is_some_and(|member| !member.value.get().is_blank()));
    let (root, own) = if is_named_otherwise {
        let mut members = Members(root.members().to_vec());
        for (other, own) in OF_ROW {
            members.rename(member(other), own);
        }
        let root = Value::Object(record.arena.alloc_slice_fill_iter(members.0));
        (root, Root::PART.members(root))
    } else {
        (root, own)
    };
    for (source, stays) in TEXTS {
        if let Some(member) = own.get(source) {
            read_text(record, member, source, stays);
        }
    }
    for member in DATES.into_iter().filter_map(|source| own.get(source)) {
        if let Some(date) = member.value.get().text().and_then(with_t) {
            member.value.set(Value::Text(record.arena.alloc_str(&date)));
        }
    }
    root
}

/// Puts the value that a text spells in its place.
fn read_text<'a>(record: &mut Record<'a>, member: &Member<'a>, source: Source, stays: bool) {
    let Value::Text(text) = member.value.get() else { return };
    match parse::value(record.arena, text, Names::Lower) {
        _ if text.trim().is_empty() => member.value.set(Value::Null),
        Ok(Value::Null) => member.value.set(Value::Null),
        Ok(value @ (Value::Array(_) | Value::Object(_))) => member.value.set(value),
        _ if stays => {}
        _ => {
            record.errors.unreadable(&source, Value::Text(text), "JSON");
            member.value.set(Value::Null);
        }
    }
}

struct Members<'a>(Vec<Member<'a>>);

impl<'a> Members<'a> {
    /// A member under the hub's name, unless that has a value.
    fn rename(&mut self, other: Option<&Member<'a>>, own: Source) {
        let Some(other) = other.filter(|member| !member.value.get().is_blank()) else { return };
        let renamed = Member::new(own.name, other.spelled, other.value.get());
        match self.0.iter_mut().find(|member| member.is(own.name)) {
            None => self.0.push(renamed),
            Some(place) if place.value.get().is_blank() => *place = renamed,
            Some(_) => {}
        }
    }
}
