//! Tables of names: lower case at compile time, and new names for the members of an object.

use core::cell::Cell;
use std::collections::BTreeMap;

use bumpalo::Bump;

use super::java::in_table_order;
use crate::json::parse::has_twins;
use crate::json::tree::{Member, Value};

/// ASCII text in lower case, for names in constants.
pub(crate) const fn lowercase<const N: usize>(text: &str) -> [u8; N] {
    assert!(text.len() == N && text.is_ascii(), "a name of this length, in ASCII");
    let mut lower = [0; N];
    let mut at = 0;
    while at < N {
        lower[at] = text.as_bytes()[at].to_ascii_lowercase();
        at += 1;
    }
    lower
}

/// New names by old ones, which are compared without regard to case; ordered by the length of the old name.
#[derive(Debug)]
pub(crate) struct Renames<const N: usize> {
    rows: [(&'static str, &'static str); N],
    /// Where the rows of each length begin.
    starts: [u8; LONGEST + 2],
}

/// No old name is longer.
const LONGEST: usize = 32;

/// A table from rows in any order.
pub(crate) const fn renames<const N: usize>(mut rows: [(&'static str, &'static str); N]) -> Renames<N> {
    let mut done = 1;
    while done < N {
        let mut at = done;
        while at > 0 && rows[at].0.len() < rows[at - 1].0.len() {
            let row = rows[at];
            rows[at] = rows[at - 1];
            rows[at - 1] = row;
            at -= 1;
        }
        done += 1;
    }
    let mut starts = [N as u8; LONGEST + 2];
    let mut length = 0;
    let mut at = 0;
    while length < starts.len() {
        while at < N && rows[at].0.len() < length {
            at += 1;
        }
        starts[length] = at as u8;
        length += 1;
    }
    Renames { rows, starts }
}

impl<const N: usize> Renames<N> {
    /// The rows, old name first.
    pub(crate) fn rows(&self) -> &[(&'static str, &'static str)] {
        &self.rows
    }

    /// The new name for a name in lower case.
    #[inline]
    fn get(&self, name: &str) -> Option<&'static str> {
        let (from, to) = (*self.starts.get(name.len())?, *self.starts.get(name.len() + 1)?);
        self.rows[from as usize..to as usize].iter().find(|(old, _)| old.eq_ignore_ascii_case(name)).map(|&(_, new)| new)
    }

    /// The value with new names at every depth: in objects, and in objects that stand in an array. `rename` may give a member a name that depends on its value.
    pub(crate) fn apply<'a>(&self, arena: &'a Bump, value: Value<'a>, rename: fn(&Member<'a>) -> Option<&'static str>) -> Value<'a> {
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

    fn apply_to_members<'a>(&self, arena: &'a Bump, members: &'a [Member<'a>], rename: fn(&Member<'a>) -> Option<&'static str>) -> Value<'a> {
        let renamed = arena.alloc_slice_fill_iter(members.iter().map(|member| {
            let name = self.get(member.name).or_else(|| rename(member)).unwrap_or(member.name);
            Member { name, spelled: member.spelled, value: Cell::new(self.apply(arena, member.value.get(), rename)) }
        }));
        if has_twins(renamed) {
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
    use crate::json::write;

    #[test]
    fn members_are_renamed_at_every_depth() {
        const TABLE: Renames<3> = renames([("HostName", "host_name"), ("$id", "id"), ("AzureID", "azure_id")]);
        let arena = Bump::new();
        let read = value(&arena, r#"{"$id":1,"HostName":{"$ID":2,"x":[{"azureid":3},[{"$id":4}]]},"id2":5,"Other":6}"#, Names::Lower).unwrap();
        let mut out = Vec::new();
        write::value(&mut out, TABLE.apply(&arena, read, |_| None));
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"id":1,"host_name":{"id":2,"x":[{"azure_id":3},[{"$id":4}]]},"id2":5,"other":6}"#);
    }
}
