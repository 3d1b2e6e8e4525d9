//! Profile `extended`: what the reference leaves out of an assessment, or says otherwise.

mod cloud;
mod dates;
mod exemption;
mod id;
mod image;
mod resource;

use self::cloud::Cloud;
use super::Parts;
use crate::defender::assessment::{RESOURCE, SUB_RESOURCE};
use crate::defender::part::Source;
use crate::json::tree::Value;
use crate::mapping::record::{Reader, Record, Rule};

/// What functions of its files fill.
pub(in crate::mapping) const RULES: &[&[Rule]] = &[cloud::RULES, image::RULES, resource::RULES, exemption::RULES, dates::RULES];

/// Sets whose resource an assessment is about, since when, and whether it is exempt.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    texts_only(record, parts);
    let cloud = record.look(|read| Cloud::of(read, parts));
    cloud::apply(record, parts, cloud);
    image::apply(record, parts);
    resource::apply(record, parts, cloud);
    exemption::apply(record, parts);
    dates::apply(record, parts);
}

/// The reference stops or complains where one of these is something else; here it is left out and told.
const TEXTS: &[Source] = &[RESOURCE.id, RESOURCE.native_resource_id, RESOURCE.resource_type, SUB_RESOURCE.resource_type];

fn texts_only<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    for &source in TEXTS {
        let Some(member) = parts.member(source) else { continue };
        match member.value.get() {
            Value::Text(_) | Value::Null => {}
            other => {
                record.errors.unexpected(&source, other, "a string");
                member.value.set(Value::Null);
            }
        }
    }
}

/// The first of several that is a text and not blank; a number is its digits.
fn text<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, sources: &[Source]) -> Option<&'a str> {
    sources.iter().find_map(|&source| match parts.read(read, source) {
        Value::Text(text) | Value::Number(text) => Some(text).filter(|text| !text.trim().is_empty()),
        _ => None,
    })
}

/// The same, for a field.
fn copy<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, sources: &[Source]) -> Value<'a> {
    text(read, parts, sources).map_or(Value::Null, Value::Text)
}
