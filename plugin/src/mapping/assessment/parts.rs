//! The parts of a record, found once.

use crate::defender::assessment::{PARTS, PLACES, Part};
use crate::json::name::Name;
use crate::json::tree::{Member, Value};
use crate::mapping::record::Record;

/// The object that each part is, `Null` where there is none.
pub(crate) struct Parts<'a>([Value<'a>; PARTS]);

impl<'a> Parts<'a> {
    /// Finds all parts in a tree; reports what stands where a part should and is none.
    pub(super) fn of(record: &mut Record<'a>, tree: Value<'a>) -> Self {
        let mut parts = [Value::Null; PARTS];
        parts[0] = tree;
        for place in &PLACES[1..] {
            let member = parts[place.parent as usize].member(place.name);
            member.into_iter().for_each(|member| record.open(member));
            let value = member.map_or(Value::Null, |member| member.value.get());
            parts[place.part as usize] = match value {
                Value::Object(_) => value,
                Value::Null => Value::Null,
                // CVEs of a parent may be a list, and a single object has its own part.
                other => {
                    if place.strict {
                        record.unexpected(&place.path, other, "an object");
                    }
                    Value::Null
                }
            };
        }
        Self(parts)
    }

    /// The object that a part is.
    #[inline]
    pub(super) fn object(&self, part: Part) -> Value<'a> {
        self.0[part as usize]
    }

    /// A member of a part, noted as read.
    #[inline]
    pub(super) fn read(&self, record: &Record<'a>, part: Part, name: impl Into<Name<'static>>) -> Value<'a> {
        record.read(self.object(part), name)
    }

    /// A member of a part as it stands.
    #[inline]
    pub(super) fn member(&self, part: Part, name: impl Into<Name<'static>>) -> Option<&'a Member<'a>> {
        self.object(part).member(name)
    }
}

/// A member of a part by its documented path.
pub(super) fn path(part: Part, member: &str) -> String {
    match part.place().path {
        "" => member.to_owned(),
        path => format!("{path}.{member}"),
    }
}
