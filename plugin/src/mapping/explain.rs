//! Which rule filled which field of one record from which of its members, and which members no rule read.

use std::collections::{BTreeMap, BTreeSet};

use super::record::Trace;
use super::reference;
use crate::contract::{Dataset, Explanation, Trace as Line};
use crate::ecs::{Document, Slot};
use crate::json::tree::Value;

/// The members of a message by where their names stand in memory, which the mapping does not change.
pub(super) struct Members(BTreeMap<usize, String>);

impl Members {
    /// All members of a message as it was read.
    pub(super) fn of(root: Value<'_>) -> Self {
        let mut members = BTreeMap::new();
        walk(root, "", &mut |path, spelled, _| {
            members.insert(address(spelled), path.to_owned());
            true
        });
        Self(members)
    }

    /// The path of a member; its bare name for one that stood in a text.
    fn path(&self, spelled: &str) -> String {
        self.0.get(&address(spelled)).map_or_else(|| spelled.to_owned(), Clone::clone)
    }
}

/// What the mapping noted about a record, in words. `unread` is the message as it was before it was mapped.
pub(super) fn explanation(dataset: Dataset, trace: &Trace<'_>, filled: &[Slot], members: &Members, unread: Vec<String>, document: &'static [crate::ecs::Field]) -> Explanation {
    let mut traces: Vec<Line> = Vec::new();
    for written in &trace.written {
        // A field that a later rule has written over counts once, by that rule.
        let field = document[written.slot].name;
        traces.retain(|line| line.field != field);
        if filled.contains(&written.slot) {
            let mut sources: Vec<String> = written.sources.iter().map(|spelled| members.path(spelled)).collect();
            sources.dedup();
            traces.push(Line { field: field.to_owned(), rule: written.rule.clone(), sources });
        }
    }
    for &slot in filled {
        let field = document[slot].name;
        if !traces.iter().any(|line| line.field == field) {
            let rule = reference::rule_of(dataset, field);
            traces.push(Line { field: field.to_owned(), rule, sources: Vec::new() });
        }
    }
    traces.sort_by(|left, right| left.field.cmp(&right.field));
    Explanation { traces, unused: unread }
}

/// The slots of a document that hold something.
pub(super) fn filled(document: &Document<'_>) -> Vec<Slot> {
    (0..document.schema().slots.len()).filter(|&slot| document.get(slot).has_content()).collect()
}

/// The outermost members of a message that were neither read nor opened.
pub(super) fn unread(members: &[(String, usize, bool)], trace: &Trace<'_>) -> Vec<String> {
    let read: BTreeSet<usize> = trace.read.iter().map(|spelled| address(spelled)).collect();
    let opened: BTreeSet<usize> = trace.opened.iter().map(|spelled| address(spelled)).collect();
    let mut unread: Vec<String> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for (path, address, has_content) in members {
        let inside = done.iter().any(|outer| path.strip_prefix(outer).is_some_and(|rest| rest.starts_with(['.', '['])));
        if inside || opened.contains(address) {
            continue;
        }
        done.push(path);
        if !read.contains(address) && *has_content {
            unread.push(path.clone());
        }
    }
    unread
}

/// All members of a message, outermost first: path, address, and whether there is anything in them.
pub(super) fn outline(root: Value<'_>) -> Vec<(String, usize, bool)> {
    let mut members = Vec::new();
    walk(root, "", &mut |path, spelled, value| {
        members.push((path.to_owned(), address(spelled), value.has_content()));
        true
    });
    members
}

fn walk(value: Value<'_>, path: &str, visit: &mut dyn FnMut(&str, &str, Value<'_>) -> bool) {
    for member in value.members() {
        let path = if path.is_empty() { member.spelled.to_owned() } else { format!("{path}.{}", member.spelled) };
        if visit(&path, member.spelled, member.value.get()) {
            walk(member.value.get(), &path, visit);
        }
    }
    for (place, element) in value.elements().iter().enumerate() {
        walk(element.get(), &format!("{path}[{place}]"), visit);
    }
}

fn address(text: &str) -> usize {
    text.as_ptr() as usize
}
