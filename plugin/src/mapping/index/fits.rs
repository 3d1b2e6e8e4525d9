//! Whether an index takes a value as it stands, which nearly all of them do. It looks and makes nothing; what it does not know to fit is brought to fit.

use super::{DEEPEST, Index, LONGEST, MOST_LISTS, is_text};
use crate::ecs::{Kind, Place, names};
use crate::json::tree::{Member, Value};
use crate::mapping::cast::{Cast, is_already};
use crate::mapping::convert::date;

/// The value of a field that no others stand in.
pub(super) fn leaf(value: Value<'_>, kind: Kind) -> bool {
    match (kind, value) {
        (_, Value::Null | Value::Text("")) => true,
        (kind, _) if is_text(kind) => text(value, 0),
        (Kind::Flattened, Value::Object(_)) => inner(value, 0, 0, LONGEST),
        (Kind::GeoPoint | Kind::Object, _) => true,
        (Kind::Flattened, _) => false,
        (_, Value::Array(elements)) => elements.iter().all(|element| is_typed(element.get(), kind)),
        (_, value) => is_typed(value, kind),
    }
}

/// Whether a value is made of texts. An index reads lists in lists as one list; `lists` of them are around it.
pub(super) fn text(value: Value<'_>, lists: usize) -> bool {
    match value {
        Value::Object(_) => false,
        Value::Array(elements) => lists < MOST_LISTS && elements.iter().all(|element| text(element.get(), lists + 1)),
        _ => true,
    }
}

fn is_typed(value: Value<'_>, kind: Kind) -> bool {
    match (kind, value) {
        (Kind::Ip, Value::Text(text)) => is_already(value, Cast::Ip) && !text.contains('%'),
        (Kind::Date, Value::Text(text)) => date::iso(text).is_ok_and(|stamp| stamp.as_str() == text),
        (Kind::Boolean, _) => is_already(value, Cast::Boolean),
        (Kind::Double | Kind::Float, _) => is_already(value, Cast::Double),
        (Kind::Long, _) => is_already(value, Cast::Long),
        _ => false,
    }
}

/// What stands where declared fields are, `level` names below the top: objects, or a list of them.
pub(super) fn declared(index: &Index, value: Value<'_>, place: Place, level: usize) -> bool {
    match value {
        Value::Null | Value::Text("") => true,
        Value::Object(members) => members.iter().all(|member| {
            let (name, value) = (member.keyed_name(), member.value.get());
            // Nearly all members are so.
            if !matches!(value, Value::Array(_) | Value::Object(_)) && index.takes_scalars(name) && names::is_plain(name.text) {
                return true;
            }
            match index.shape.part(place, name) {
                _ if value.is_blank() => true,
                Some(part) => match index.shape.leaf(part) {
                    Some(kind) => !index.types(part, kind) || leaf(value, kind),
                    None => declared(index, value, part, level + 1),
                },
                None => undeclared(index, name.text, value, place, level),
            }
        }),
        Value::Array(elements) => {
            let is_list = |value| matches!(value, Value::Array(_));
            index.lists(place) && elements.iter().all(|element| !is_list(element.get()) && declared(index, element.get(), place, level))
        }
        _ => index.leaves(place),
    }
}

/// A member that no field is declared for, unless its name has dots and leads to where fields are.
fn undeclared(index: &Index, name: &str, value: Value<'_>, place: Place, level: usize) -> bool {
    let is_apart = || name.split_once('.').is_none_or(|(first, _)| index.shape.at(place, first).is_none());
    names::levels(name).is_some_and(|levels| inner(value, level + levels, 0, usize::MAX) && (levels == 1 || is_apart()))
}

/// What stands where any members may, `level` names below the top of its field and in so many lists.
fn inner(value: Value<'_>, level: usize, lists: usize, longest: usize) -> bool {
    match value {
        Value::Object(members) => {
            let fits = |member: &Member<'_>| names::levels(member.name).is_some_and(|levels| inner(member.value.get(), level + levels, lists, longest));
            level < DEEPEST && members.iter().all(fits)
        }
        Value::Array(elements) => lists < MOST_LISTS && elements.iter().all(|element| inner(element.get(), level, lists + 1, longest)),
        Value::Text(text) => text.len() <= longest,
        _ => true,
    }
}
