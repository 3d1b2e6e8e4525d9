//! Tables of names: new ones for the members of an object.

use core::cell::Cell;
use std::collections::BTreeMap;

use bumpalo::Bump;

use super::java::in_table_order;
use crate::json::known::{self, InForm};
use crate::json::name::{Formed, Name};
use crate::json::places::Places;
use crate::json::tree::{Member, Value};
use crate::json::twins::{Distinction, has_twins};
use crate::json::word::equal;

/// New names by old ones, which are compared without regard to case.
#[derive(Debug)]
pub(crate) struct Renames<const N: usize> {
    rows: [(&'static str, &'static str); N],
    keyed: [Row; N],
    places: Places<128>,
}

/// One row, as members are looked up in it.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// The old name in lower case.
    old: InForm,
    key: u32,
    new: Name,
}

/// A table from rows in any order.
pub(crate) const fn renames<const N: usize>(rows: [(&'static str, &'static str); N]) -> Renames<N> {
    let mut keyed = [Row { old: known::lowercase(""), key: 0, new: Name::of("") }; N];
    let mut places = Places::new();
    let mut at = 0;
    while at < N {
        let (old, new) = rows[at];
        let old = known::lowercase(old);
        keyed[at] = Row { old, key: old.key(), new: Name::of(new) };
        places.add(keyed[at].key, at);
        at += 1;
    }
    Renames { rows, keyed, places }
}

impl<const N: usize> Renames<N> {
    /// The rows, old name first.
    pub(crate) fn rows(&self) -> &[(&'static str, &'static str)] {
        &self.rows
    }

    /// The new name of a member whose name is in lower case.
    #[inline]
    fn get(&self, member: &Member<'_>) -> Option<Formed<'static>> {
        let at = self.places.find(member.key, |at| self.keyed[at].key == member.key && equal(self.keyed[at].old.bytes(), member.name.as_bytes()))?;
        Some(self.keyed[at].new.into())
    }

    /// The value with new names at every depth: in objects, and in objects that stand in an array. `rename` may give a member a name that depends on its value.
    pub(crate) fn apply<'a>(&self, arena: &'a Bump, value: Value<'a>, rename: fn(&Member<'a>) -> Option<Name>) -> Value<'a> {
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

    fn apply_to_members<'a>(&self, arena: &'a Bump, members: &'a [Member<'a>], rename: fn(&Member<'a>) -> Option<Name>) -> Value<'a> {
        let mut names = Distinction::default();
        let renamed = arena.alloc_slice_fill_iter(members.iter().map(|member| {
            let name = self.get(member).or_else(|| rename(member).map(Name::into)).unwrap_or(Formed { text: member.name, key: member.key });
            names.add(name.key);
            let value = match member.value.get() {
                container @ (Value::Object(_) | Value::Array(_)) => self.apply(arena, container, rename),
                scalar => scalar,
            };
            Member::formed(name, member.spelled, value)
        }));
        if names.may_repeat() && has_twins(renamed) {
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
    use crate::json::known::Known;
    use crate::json::parse::{Names, value};
    use crate::json::write::Writer;

    #[test]
    fn members_are_renamed_at_every_depth() {
        const TABLE: Renames<3> = renames([("HostName", "host_name"), ("$id", "id"), ("AzureID", "azure_id")]);
        let arena = Bump::new();
        let read = value(&arena, r#"{"$id":1,"HostName":{"$ID":2,"x":[{"azureid":3},[{"$id":4}]]},"id2":5,"Other":6}"#, Names::Lower(Known::NONE)).unwrap();
        let mut out = Writer::default();
        out.value(TABLE.apply(&arena, read, |_| None));
        assert_eq!(String::from_utf8(out.take()).unwrap(), r#"{"id":1,"host_name":{"id":2,"x":[{"azure_id":3},[{"$id":4}]]},"id2":5,"other":6}"#);
    }
}
