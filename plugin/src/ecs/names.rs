//! Names of members that an index takes.

use std::collections::{HashMap, HashSet};

use bumpalo::Bump;

use crate::json::eight_bytes;
use crate::json::name::Name;
use crate::json::tree::Member;

/// The name of what stands where declared fields are and is no object.
pub(crate) fn value_of<'a>(arena: &'a Bump, name: &str) -> Name<'a> {
    Name::of(arena.alloc_str(&format!("{name}_value")))
}

/// A name in which `_` stands for the dot at a position.
pub(crate) fn with_underscore<'a>(arena: &'a Bump, name: &str, dot: usize) -> Name<'a> {
    let (before, behind) = name.split_at(dot);
    Name::of(arena.alloc_str(&format!("{before}_{}", behind.trim_start_matches('.'))))
}

/// On how many levels an index looks for what has that name: a dot in it is a level more. `None` for a name that it refuses.
pub(crate) fn levels(name: &str) -> Option<usize> {
    match is_plain(name) {
        true => Some(1),
        false => (!is_refused(name)).then(|| 1 + name.matches('.').count()),
    }
}

/// The members of an object under names that an index takes: `_` stands for each part between dots that is empty or blank, and for each NUL. `added` are members
/// whose names the object may have already. A mended or added name that is taken gets a number behind it.
pub(crate) fn mended<'a>(arena: &'a Bump, mut members: Vec<Member<'a>>, added: Vec<Member<'a>>) -> Vec<Member<'a>> {
    if added.is_empty() && !members.iter().any(|member| is_refused(member.name)) {
        return members;
    }
    let mut taken: HashSet<String> = members.iter().filter(|member| !is_refused(member.name)).map(|member| member.name.to_owned()).collect();
    // The last number behind each name, so that many of one name are not tried one by one.
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let own = members.len();
    members.extend(added);
    for (at, member) in members.iter_mut().enumerate() {
        if at < own && !is_refused(member.name) {
            continue;
        }
        let wanted = mended_name(member.name);
        let mut name = wanted.clone();
        let number = numbers.entry(wanted.clone()).or_insert(1);
        while !taken.insert(name.clone()) {
            *number += 1;
            name = format!("{wanted}{number}");
        }
        *member = Member::new(Name::of(arena.alloc_str(&name)), member.spelled, member.value.get());
    }
    members
}

/// Whether a name holds nothing that an index looks at twice: no blank of any alphabet, no dot, and it is not empty. Nearly all names are so.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.is_empty() && eight_bytes::is_plain(name.as_bytes())
}

/// Whether no index takes a name.
fn is_refused(name: &str) -> bool {
    !is_plain(name) && (name.contains('\0') || name.split('.').any(|part| part.trim().is_empty()))
}

fn mended_name(name: &str) -> String {
    let parts: Vec<String> = name.split('.').map(|part| if part.trim().is_empty() { "_".to_owned() } else { part.replace('\0', "_") }).collect();
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tree::Value;

    #[track_caller]
    fn check(names: &[&'static str], added: &[&'static str], expected: &[&str]) {
        let arena = Bump::new();
        let members = |names: &[&'static str]| names.iter().map(|name| Member::new(Name::of(name), name, Value::Bool(true))).collect::<Vec<_>>();
        let mended: Vec<&str> = mended(&arena, members(names), members(added)).iter().map(|member| member.name).collect();
        assert_eq!(mended, expected);
    }

    #[test]
    fn names_that_an_index_refuses_are_mended() {
        check(&["", "a..b", "x\0y", "fine", "of its own", "a.b"], &[], &["_", "a._.b", "x_y", "fine", "of its own", "a.b"]);
        check(&["  ", "", "\0"], &[], &["_", "_2", "_3"]);
        check(&[".", "a.", ".a", "a. .b"], &[], &["_._", "a._", "_.a", "a._.b"]);
        check(&["a\0", "a_"], &[], &["a_2", "a_"]);
        check(&["\u{2003}", "a.\u{a0}", "\u{fc}"], &[], &["_", "a._", "\u{fc}"]);
        check(&["\0\0", "\0_", "_\0", "__3"], &[], &["__", "__2", "__4", "__3"]);
    }

    #[test]
    fn an_added_name_gives_way() {
        check(&["host", "host_value"], &["host_value"], &["host", "host_value", "host_value2"]);
    }
}
