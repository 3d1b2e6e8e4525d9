//! How rules of profile `extended` read: what is blank or of no use for a text gives way to the next source.

use super::{Class, Parts};
use crate::defender::part::Source;
use crate::json::tree::Value;
use crate::mapping::assessment::copies::Copy;
use crate::mapping::distinct::Distinct;
use crate::mapping::record::{Reader, Record};

/// Whether a value says nothing.
pub(super) fn is_blank(value: Value<'_>) -> bool {
    !value.has_content() || value.text().is_some_and(|text| text.trim().is_empty())
}

/// The value as one text: a number in the digits that came; nothing for what is blank, a list or an object.
pub(super) fn one_text(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text).filter(|text| !text.trim().is_empty()),
        Value::Bool(true) => Some("true"),
        Value::Bool(false) => Some("false"),
        _ => None,
    }
}

/// The first of several that is a text and not blank.
pub(super) fn text<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, sources: &[Source]) -> Option<&'a str> {
    sources.iter().find_map(|&source| {
        let member = parts.member(source)?;
        let text = one_text(member.value.get())?;
        read.take(Some(member));
        Some(text)
    })
}

/// Each text of a list, or the one that stands there alone, once.
pub(super) fn each<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, source: Source) -> Value<'a> {
    let value = parts.read(read, source);
    let mut texts = Distinct::default();
    for text in value.elements().iter().map(|element| element.get()).chain([value]).filter_map(one_text) {
        texts.add(read.arena, text.into());
    }
    texts.value(read.arena)
}

/// The same, for a field.
pub(super) fn copy<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, sources: &[Source]) -> Value<'a> {
    text(read, parts, sources).map_or(Value::Null, Value::Text)
}

/// Applies a table of copies: a field that is set stays.
pub(super) fn copies<'a>(record: &mut Record<'a>, parts: &Parts<'a>, class: Class, table: &[Copy]) {
    for rule in table {
        if rule.class.is_none_or(|only| only == class) && record.document.get(rule.target).is_null() {
            record.fill_slot(rule.target, rule, |read| copy(read, parts, rule.sources));
        }
    }
}
