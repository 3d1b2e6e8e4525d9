//! New names for members, by tables.

use core::cell::Cell;
use std::collections::BTreeMap;

use bumpalo::Bump;

use super::key_table::KeyTable;
use super::name::Name;
use super::table_order::in_table_order;
use super::tree::{Member, Value};
use super::twins::may_have_twins;

/// New names by old ones, which are compared without regard to case.
#[derive(Debug)]
pub(crate) struct Renames {
    rows: &'static [Rename],
    by_key: KeyTable<128>,
}

/// One old name and the new one.
#[derive(Debug)]
pub(crate) struct Rename {
    /// The old name as Azure spells it.
    pub spelled: &'static str,
    /// The old name in lower case.
    pub old: Name<'static>,
    /// The new name.
    pub new: Name<'static>,
}

/// A table of new names by old ones, in any order.
macro_rules! renames {
    ($(($spelled:literal, $new:literal)),* $(,)?) => {
        $crate::json::renames::Renames::new(&[$($crate::json::renames::Rename {
            spelled: $spelled,
            old: {
                const LOWER: $crate::json::name::InForm = $crate::json::name::lowercase($spelled);
                $crate::json::name::Name::of(LOWER.text())
            },
            new: $crate::json::name::Name::of($new),
        }),*])
    };
}
pub(crate) use renames;

impl Renames {
    /// A table of these rows.
    pub(crate) const fn new(rows: &'static [Rename]) -> Self {
        let mut by_key = KeyTable::new();
        let mut index = 0;
        while index < rows.len() {
            by_key.add(rows[index].old.key, index);
            index += 1;
        }
        Self { rows, by_key }
    }

    /// The rows.
    pub(crate) fn rows(&self) -> &'static [Rename] {
        self.rows
    }

    /// The new name of a member whose name is in lower case.
    #[inline]
    fn get(&self, member: &Member<'_>) -> Option<Name<'static>> {
        let index = self.by_key.index_of(member.keyed_name(), |index| self.rows[index].old)?;
        Some(self.rows[index].new)
    }

    /// The value with new names at every depth: in objects, and in objects that stand in an array. `rename` may give a member a name that depends on its value.
    pub(crate) fn apply<'a>(&self, arena: &'a Bump, value: Value<'a>, rename: fn(&Member<'a>) -> Option<Name<'static>>) -> Value<'a> {
        match value {
            Value::Object(members) => self.apply_to_members(arena, members, rename),
            Value::Array(elements) => {
                let renamed = elements.iter().map(|element| {
                    let element = element.get();
                    Cell::new(if let Value::Object(members) = element { self.apply_to_members(arena, members, rename) } else { element })
                });
                Value::Array(arena.alloc_slice_fill_iter(renamed))
            }
            scalar => scalar,
        }
    }

    fn apply_to_members<'a>(&self, arena: &'a Bump, members: &'a [Member<'a>], rename: fn(&Member<'a>) -> Option<Name<'static>>) -> Value<'a> {
        let renamed = arena.alloc_slice_fill_iter(members.iter().map(|member| {
            let name = self.get(member).or_else(|| rename(member)).unwrap_or(member.keyed_name());
            let value = match member.value.get() {
                container @ (Value::Object(_) | Value::Array(_)) => self.apply(arena, container, rename),
                scalar => scalar,
            };
            Member::new(name, member.spelled, value)
        }));
        if may_have_twins(renamed) {
            keep_last(members, renamed);
        }
        Value::Object(renamed)
    }
}

/// Where two names became the same, the member stays that the reference's hash table holds last: empties the others, which are then not written.
#[cold]
fn keep_last(members: &[Member<'_>], renamed: &[Member<'_>]) {
    let new: BTreeMap<&str, &Member<'_>> = members.iter().map(|member| member.name).zip(renamed).collect();
    let mut last: BTreeMap<&str, &Member<'_>> = BTreeMap::new();
    for member in in_table_order(members).into_iter().filter_map(|member| new.get(member.name)) {
        if let Some(earlier) = last.insert(member.name, member) {
            earlier.value.set(Value::Null);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse::{Names, value};
    use crate::json::write::Writer;

    #[test]
    fn members_are_renamed_at_every_depth() {
        const TABLE: Renames = renames!(("HostName", "host_name"), ("$id", "id"), ("AzureID", "azure_id"));
        let arena = Bump::new();
        let read = value(&arena, r#"{"$id":1,"HostName":{"$ID":2,"x":[{"azureid":3},[{"$id":4}]]},"id2":5,"Other":6}"#, Names::Lower).unwrap();
        let mut out = Writer::default();
        out.value(TABLE.apply(&arena, read, |_| None));
        assert_eq!(String::from_utf8(out.take()).unwrap(), r#"{"id":1,"host_name":{"id":2,"x":[{"azure_id":3},[{"$id":4}]]},"id2":5,"other":6}"#);
    }
}
