//! Which rule filled which field of one record from which of its members, and which members no rule read.

use std::collections::{BTreeMap, BTreeSet};

use super::record::Record;
use super::reference;
use super::trace::{Mark, Trace, has_members};
use crate::contract::{Dataset, Explanation, Trace as Line};
use crate::ecs::Slot;
use crate::json::tree::Value;

/// The members of a record, taken down before it is mapped, outermost first.
pub(super) struct Members {
    all: Vec<Entry>,
    /// Positions by where the spelled name stands in memory, which mapping does not change.
    by_address: BTreeMap<usize, usize>,
}

struct Entry {
    path: String,
    address: usize,
    /// Position of the member that it stands in.
    parent: Option<usize>,
    /// Whether it holds something, and no members that count for themselves.
    is_leaf: bool,
}

impl Members {
    /// All members of a record as it was read.
    pub(super) fn of(root: Value<'_>) -> Self {
        let mut members = Self { all: Vec::new(), by_address: BTreeMap::new() };
        members.add(root, "", None);
        members
    }

    fn add(&mut self, value: Value<'_>, path: &str, parent: Option<usize>) {
        for member in value.members() {
            let path = if path.is_empty() { member.spelled.to_owned() } else { format!("{path}.{}", member.spelled) };
            let at = self.all.len();
            let address = address(member.spelled);
            self.by_address.insert(address, at);
            let value = member.value.get();
            self.all.push(Entry { path: path.clone(), address, parent, is_leaf: value.has_content() && !has_members(value) });
            self.add(value, &path, Some(at));
        }
        for (place, element) in value.elements().iter().enumerate() {
            self.add(element.get(), &format!("{path}[{place}]"), parent);
        }
    }

    /// The path of a member; its bare name for one that stood in a text.
    fn path(&self, spelled: &str) -> String {
        self.by_address.get(&address(spelled)).map_or_else(|| spelled.to_owned(), |&at| self.all[at].path.clone())
    }

    /// Members that hold something and that no rule had read by some time, neither them nor a member that they stand in.
    pub(super) fn unread(&self, trace: Option<&Trace<'_>>, until: Mark) -> Unread {
        let read: BTreeSet<usize> = trace.into_iter().flat_map(|trace| trace.read_until(until)).map(|name| address(name)).collect();
        let mut is_read: Vec<bool> = Vec::with_capacity(self.all.len());
        for entry in &self.all {
            is_read.push(read.contains(&entry.address) || entry.parent.is_some_and(|parent| is_read[parent]));
        }
        let members = (0..self.all.len()).filter(|&at| self.all[at].is_leaf && !is_read[at]).collect();
        Unread { until, members }
    }

    /// Whether a member is among those that were read, or one that it stands in.
    fn is_among(&self, read: &BTreeSet<usize>, at: usize) -> bool {
        let mut next = Some(at);
        while let Some(at) = next {
            if read.contains(&self.all[at].address) {
                return true;
            }
            next = self.all[at].parent;
        }
        false
    }
}

/// What no rule had read of a record when its documents began to differ. It is looked for once, however many of them there are.
pub(super) struct Unread {
    until: Mark,
    members: Vec<usize>,
}

impl Unread {
    /// What no rule has read since either.
    fn still(&self, members: &Members, trace: &Trace<'_>) -> Vec<String> {
        let read: BTreeSet<usize> = trace.read_since(self.until).iter().map(|name| address(name)).collect();
        let still = self.members.iter().filter(|&&at| read.is_empty() || !members.is_among(&read, at));
        still.map(|&at| members.all[at].path.clone()).collect()
    }
}

/// What the mapping noted about a record, in words, by field.
pub(super) fn explanation(dataset: Dataset, record: &Record<'_>, members: &Members, unread: &Unread) -> Explanation {
    let fields = record.document.schema().slots;
    let filled: BTreeSet<Slot> = (0..fields.len()).filter(|&slot| record.document.get(slot).has_content()).collect();
    let nothing = Trace::default();
    let trace = record.trace.as_ref().unwrap_or(&nothing);
    let mut lines: BTreeMap<Slot, Line> = BTreeMap::new();
    for written in trace.written.iter().filter(|written| filled.contains(&written.slot)) {
        let sources = written.sources.iter().map(|spelled| members.path(spelled)).collect();
        // Of several rules that write a field, the last one made what the document shows.
        lines.insert(written.slot, Line { field: fields[written.slot].name.to_owned(), rule: written.rule.clone(), sources });
    }
    for slot in filled {
        let field = fields[slot].name;
        lines.entry(slot).or_insert_with(|| Line { field: field.to_owned(), rule: reference::envelope_rule(dataset, field), sources: Vec::new() });
    }
    Explanation { traces: lines.into_values().collect(), unused: unread.still(members, trace) }
}

fn address(text: &str) -> usize {
    text.as_ptr() as usize
}
