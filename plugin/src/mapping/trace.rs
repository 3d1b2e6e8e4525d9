//! Notes for `explain`: which members rules read, and which rule filled which field from which of them.

use core::fmt::Display;

use crate::ecs::Slot;
use crate::json::tree::{Member, Value};

/// What was noted of one record. A member is known by its spelled name, which stands in one place of the message only.
#[derive(Debug, Default)]
pub(crate) struct Trace<'a> {
    /// Members that a rule read, with all that is in them.
    pub read: Vec<&'a str>,
    /// Fields in the order in which they were filled.
    pub written: Vec<Written<'a>>,
}

/// One field, as one rule filled it.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    /// The field.
    pub slot: Slot,
    /// The rule in words.
    pub rule: String,
    /// The members that it read.
    pub sources: Vec<&'a str>,
}

/// How much was noted at some time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mark {
    read: usize,
    written: usize,
}

impl<'a> Trace<'a> {
    /// What has been noted so far.
    pub(crate) fn mark(&self) -> Mark {
        Mark { read: self.read.len(), written: self.written.len() }
    }

    /// Forgets what was noted since: it was about another document of the record.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.read.truncate(mark.read);
        self.written.truncate(mark.written);
    }

    /// The members that were read until some time.
    pub(crate) fn read_until(&self, mark: Mark) -> &[&'a str] {
        self.read.get(..mark.read).unwrap_or_default()
    }

    /// The members that were read since.
    pub(crate) fn read_since(&self, mark: Mark) -> &[&'a str] {
        self.read.get(mark.read..).unwrap_or_default()
    }

    /// A rule filled a field.
    pub(crate) fn wrote(&mut self, slot: Slot, rule: &dyn Display, mut sources: Vec<&'a str>) {
        sources.dedup();
        self.written.push(Written { slot, rule: rule.to_string(), sources });
    }

    /// A rule read a member.
    pub(crate) fn read(&mut self, member: &Member<'a>) {
        self.read.push(member.spelled);
    }

    /// A rule took everything that is left in a value.
    pub(crate) fn read_all(&mut self, value: Value<'a>) {
        for member in value.members() {
            match member.value.get() {
                container @ (Value::Object(_) | Value::Array(_)) if has_members(container) => self.read_all(container),
                value if value.has_content() => self.read(member),
                _ => {}
            }
        }
        value.elements().iter().for_each(|element| self.read_all(element.get()));
    }

    /// What a field was filled from.
    pub(crate) fn sources_of(&self, slot: Slot) -> impl Iterator<Item = &'a str> {
        let last = self.written.iter().rfind(|written| written.slot == slot);
        last.into_iter().flat_map(|written| written.sources.iter().copied())
    }
}

/// Whether there is a member anywhere in a value.
pub(crate) fn has_members(value: Value<'_>) -> bool {
    !value.members().is_empty() || value.elements().iter().any(|element| has_members(element.get()))
}
