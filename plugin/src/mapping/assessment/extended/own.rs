//! A document of one CVE shows nothing of the others: else n documents would have n times n CVEs.

use core::cell::Cell;
use std::collections::BTreeMap;

use super::lists::{Id, List};
use super::texts::begins_as_cve;
use crate::defender::assessment::reshaped::NAMES_A_CVE;
use crate::json::tree::{Value, array};
use crate::mapping::record::Record;

/// All places of a tree that name CVEs.
pub(super) struct Places<'a> {
    lists: Vec<List<'a>>,
    others: Vec<Other<'a>>,
}

/// A list that rules do not know: texts, or objects with a member that is an id.
struct Other<'a> {
    cell: &'a Cell<Value<'a>>,
    /// What names a CVE first, by its id in upper case.
    by_key: BTreeMap<&'a str, Value<'a>>,
}

impl<'a> Places<'a> {
    /// Finds them in a tree whose known lists were read already.
    pub(super) fn of(record: &Record<'a>, tree: Value<'a>, lists: Vec<List<'a>>) -> Self {
        let mut places = Self { lists, others: Vec::new() };
        places.find(record, tree);
        places
    }

    fn find(&mut self, record: &Record<'a>, value: Value<'a>) {
        for member in value.members() {
            // Most members hold no other value.
            let holds_values = matches!(member.value.get(), Value::Array(_) | Value::Object(_));
            if holds_values && !self.lists.iter().any(|list| core::ptr::eq(list.member(), member)) {
                self.find_in(record, &member.value);
            }
        }
        for element in value.elements() {
            self.find_in(record, element);
        }
    }

    fn find_in(&mut self, record: &Record<'a>, cell: &'a Cell<Value<'a>>) {
        let value = cell.get();
        let mut by_key = BTreeMap::new();
        for element in value.elements() {
            if let Some(id) = named(record, element.get()) {
                let shown = if element.get().text().is_some() { Value::Text(id.text) } else { element.get() };
                by_key.entry(id.key).or_insert(shown);
            }
        }
        if by_key.is_empty() {
            self.find(record, value);
        } else {
            self.others.push(Other { cell, by_key });
        }
    }

    /// Leaves one CVE in all of them.
    pub(super) fn show(&self, record: &Record<'a>, key: &str) {
        self.lists.iter().for_each(|list| list.show(record, key));
        for Other { cell, by_key } in &self.others {
            cell.set(by_key.get(key).map_or(Value::Null, |own| array(record.arena, [*own])));
        }
    }
}

/// The CVE that an element of a list names.
fn named<'a>(record: &Record<'a>, element: Value<'a>) -> Option<Id<'a>> {
    let in_object = || element.members().iter().filter(|member| member.name.starts_with(NAMES_A_CVE)).find_map(|member| cve(record, member.value.get()));
    cve(record, element).or_else(in_object)
}

/// The id that a text is: what says more than an id, as the title of an advisory does, names no CVE.
fn cve<'a>(record: &Record<'a>, value: Value<'a>) -> Option<Id<'a>> {
    let is_id = |text: &&str| begins_as_cve(text) && !text.trim().contains(char::is_whitespace);
    value.text().filter(is_id).and_then(|_| Id::of(record, value))
}
