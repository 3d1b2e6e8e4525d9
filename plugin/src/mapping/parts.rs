//! The parts of a record, found once.

use super::record::{Reader, Record};
use crate::defender::part::{Found, Otherwise, Part, Source};
use crate::json::tree::{Member, Value};

/// The parts of one record.
pub(crate) struct Parts<'a, const COUNT: usize> {
    /// The object that each is, `Null` where there is none.
    objects: [Value<'a>; COUNT],
    /// The members of the record itself, which rules ask for most.
    own: Found<'a>,
    /// What stands where a part should, is none, and was reported.
    pub strays: Vec<&'a Member<'a>>,
}

impl<'a, const COUNT: usize> Parts<'a, COUNT> {
    /// Finds all parts in a record's tree; reports what stands where a part should and is none.
    pub(crate) fn of(record: &mut Record<'a>, tree: Value<'a>, parts: &'static [&'static Part]) -> Self {
        let mut found = Self { objects: [Value::Null; COUNT], own: parts[0].members(tree), strays: Vec::new() };
        found.objects[0] = tree;
        for part in &parts[1..] {
            let Some(member) = found.objects[part.parent].member(part.name) else { continue };
            match member.value.get() {
                object @ Value::Object(_) => found.objects[part.index] = object,
                Value::Null => {}
                other => {
                    if part.otherwise == Otherwise::Reported {
                        record.errors.unexpected(&part.path, other, "an object");
                        found.strays.push(member);
                    }
                }
            }
        }
        found
    }

    /// The object that a part is.
    #[inline]
    pub(crate) fn object(&self, part: &Part) -> Value<'a> {
        self.objects[part.index]
    }

    /// A member as it stands.
    #[inline]
    pub(crate) fn member(&self, source: Source) -> Option<&'a Member<'a>> {
        if source.part.index == 0 { self.own.get(source) } else { self.object(source.part).member(source.name) }
    }

    /// The value of a member for a rule.
    #[inline]
    pub(crate) fn read(&self, read: &mut Reader<'_, 'a>, source: Source) -> Value<'a> {
        read.take(self.member(source))
    }

    /// The first of several that is not blank.
    pub(crate) fn first(&self, read: &mut Reader<'_, 'a>, sources: &[Source]) -> Value<'a> {
        sources.iter().map(|&source| self.read(read, source)).find(|value| !value.is_blank()).unwrap_or(Value::Null)
    }

    /// A text that a condition is about; anything else in its place is reported.
    pub(crate) fn text(&self, read: &mut Reader<'_, 'a>, source: Source) -> Option<&'a str> {
        match self.read(read, source) {
            Value::Text(text) => Some(text),
            Value::Null => None,
            other => {
                read.errors.unexpected(&source, other, "a string");
                None
            }
        }
    }
}
