//! Whether an index takes a value as it stands, which nearly all of them do. It looks and makes nothing; what it does not know to fit is brought to fit.

use super::{DEEPEST, LONGEST};
use crate::ecs::{Kind, Place, Shape, names};
use crate::json::tree::Value;
use crate::mapping::cast::{Cast, is_already};
use crate::mapping::convert::date;

/// The value of a field that no others stand in.
pub(super) fn leaf(value: Value<'_>, kind: Kind) -> bool {
    match (kind, value) {
        (_, Value::Null | Value::Text("")) => true,
        (Kind::ConstantKeyword | Kind::Keyword | Kind::MatchOnlyText | Kind::Wildcard, _) => text(value),
        (Kind::Flattened, Value::Object(_)) => inner(value, 0, LONGEST),
        (Kind::GeoPoint | Kind::Object, _) => true,
        (Kind::Flattened, _) => false,
        (_, Value::Array(elements)) => elements.iter().all(|element| is_typed(element.get(), kind)),
        (_, value) => is_typed(value, kind),
    }
}

fn text(value: Value<'_>) -> bool {
    match value {
        Value::Object(_) => false,
        Value::Array(elements) => !elements.iter().any(|element| matches!(element.get(), Value::Array(_) | Value::Object(_))),
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
pub(super) fn declared(shape: &Shape, value: Value<'_>, place: Place, level: usize) -> bool {
    match value {
        Value::Null | Value::Text("") => true,
        Value::Object(members) => members.iter().all(|member| {
            let (name, value) = (member.keyed_name(), member.value.get());
            match shape.part(place, name) {
                _ if value.is_blank() => true,
                Some(part) => match shape.leaf(part) {
                    Some(kind) => leaf(value, kind),
                    None => declared(shape, value, part, level + 1),
                },
                None => names::is_plain(name.text) && inner(value, level + 1, usize::MAX),
            }
        }),
        Value::Array(elements) => elements.iter().all(|element| declared(shape, element.get(), place, level)),
        _ => false,
    }
}

/// What stands where any members may, `level` names below the top of its field.
fn inner(value: Value<'_>, level: usize, longest: usize) -> bool {
    match value {
        Value::Object(members) => level < DEEPEST && members.iter().all(|member| names::is_plain(member.name) && inner(member.value.get(), level + 1, longest)),
        Value::Array(elements) => elements.iter().all(|element| inner(element.get(), level, longest)),
        Value::Text(text) => text.len() <= longest,
        _ => true,
    }
}
