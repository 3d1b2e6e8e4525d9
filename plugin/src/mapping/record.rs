//! One record on its way to a document: fields are filled by rules, and what a rule reads while it fills a field is what `explain` shows for it.

use core::fmt::{self, Display};

use bumpalo::Bump;

use super::errors::Errors;
use super::kinds::Recognition;
use super::trace::Trace;
use crate::ecs::{Document, Schema, Slot};
use crate::json::name::Name;
use crate::json::tree::{Member, Value};

/// The context that every rule works in.
pub(crate) struct Record<'a> {
    /// Holds what the document does not borrow from the message.
    pub arena: &'a Bump,
    /// What comes of it.
    pub document: Document<'a>,
    /// What could not be read.
    pub errors: Errors<'a>,
    /// Notes for `explain`.
    pub trace: Option<Trace<'a>>,
    /// Whether the document has the record's own text.
    pub original: Original,
    /// Whether it is of a known kind.
    pub recognition: Recognition,
    /// Whether `event.kind` stays as it is where something could not be read.
    pub keeps_kind: bool,
    /// Tags that the record itself calls for.
    pub tags: Vec<&'static str>,
}

/// Whether a document has the text of the record that it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Original {
    /// If the settings want it, or something could not be read.
    AsSet,
    /// It has, since nothing else shows what the record says.
    Shown,
    /// It has, and the tag that says so.
    Kept,
    /// Another document of the record may have it.
    Elsewhere,
}

/// A field that a function fills, and in words where it comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// The field.
    pub slot: Slot,
    /// Where it comes from.
    pub text: &'static str,
}

impl Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// A table of the rules of a file: a constant for each, and `RULES` for the field reference.
macro_rules! rules {
    ($schema:ident; $($name:ident $field:literal = $text:expr;)*) => {
        $(pub(in crate::mapping) const $name: $crate::mapping::record::Rule = $crate::mapping::record::Rule { slot: $schema.slot($field), text: $text };)*

        /// What functions of this file fill.
        pub(in crate::mapping) const RULES: &[$crate::mapping::record::Rule] = &[$($name),*];
    };
}
pub(crate) use rules;

impl<'a> Record<'a> {
    /// An empty document.
    pub(crate) fn new(arena: &'a Bump, schema: &'static Schema) -> Self {
        Self {
            arena,
            document: Document::new(arena, schema),
            errors: Errors::new(arena),
            trace: None,
            original: Original::AsSet,
            recognition: Recognition::Known,
            keeps_kind: false,
            tags: Vec::new(),
        }
    }

    /// The same, with notes taken for `explain`.
    pub(crate) fn traced(arena: &'a Bump, schema: &'static Schema) -> Self {
        Self { trace: Some(Trace::default()), ..Self::new(arena, schema) }
    }

    /// Fills a field with what `make` gives; where it gives nothing, the field stays as it is.
    #[inline]
    pub(crate) fn fill(&mut self, rule: &Rule, make: impl FnOnce(&mut Reader<'_, 'a>) -> Value<'a>) {
        self.fill_slot(rule.slot, rule, make);
    }

    /// The same by a row of a table, which says by itself where the field comes from.
    #[inline]
    pub(crate) fn fill_slot(&mut self, slot: Slot, rule: &dyn Display, make: impl FnOnce(&mut Reader<'_, 'a>) -> Value<'a>) {
        let mut reader = self.reader();
        let value = make(&mut reader);
        let sources = reader.sources;
        if !value.is_null() {
            self.document.set(slot, value);
            if let Some(trace) = &mut self.trace {
                trace.wrote(slot, rule, sources);
            }
        }
    }

    /// Reads what decides about more than one field.
    #[inline]
    pub(crate) fn look<T>(&mut self, look: impl FnOnce(&mut Reader<'_, 'a>) -> T) -> T {
        look(&mut self.reader())
    }

    #[inline]
    fn reader(&mut self) -> Reader<'_, 'a> {
        Reader { arena: self.arena, errors: &mut self.errors, document: &self.document, trace: self.trace.as_mut(), sources: Vec::new() }
    }
}

/// What a rule sees while it fills a field.
pub(crate) struct Reader<'r, 'a> {
    /// As in [`Record`].
    pub arena: &'a Bump,
    /// As in [`Record`].
    pub errors: &'r mut Errors<'a>,
    document: &'r Document<'a>,
    trace: Option<&'r mut Trace<'a>>,
    /// The spelled names of members that were read and held something.
    sources: Vec<&'a str>,
}

impl<'a> Reader<'_, 'a> {
    /// A field as it was filled before; what it came from is what this one comes from, too.
    pub(crate) fn field(&mut self, slot: Slot) -> Value<'a> {
        if let Some(trace) = &self.trace {
            self.sources.extend(trace.sources_of(slot));
        }
        self.document.get(slot)
    }

    /// What was read so far, for fields that are filled from it later.
    pub(crate) fn so_far(&self) -> Vec<&'a str> {
        self.sources.clone()
    }

    /// A field comes from what was read before.
    pub(crate) fn came_from(&mut self, sources: &[&'a str]) {
        self.sources.extend(sources);
    }

    /// Whether a field was filled before.
    pub(crate) fn is_filled(&self, slot: Slot) -> bool {
        !self.document.get(slot).is_null()
    }

    /// The member of that name, `Null` where there is none.
    #[inline]
    pub(crate) fn value(&mut self, object: Value<'a>, name: Name<'static>) -> Value<'a> {
        self.take(object.member(name))
    }

    /// The value of a member that was found already, `Null` where there was none.
    #[inline]
    pub(crate) fn take(&mut self, member: Option<&Member<'a>>) -> Value<'a> {
        let Some(member) = member else { return Value::Null };
        if let Some(trace) = &mut self.trace {
            trace.read(member);
            if !member.value.get().is_blank() {
                self.sources.push(member.spelled);
            }
        }
        member.value.get()
    }

    /// What a rule made of a whole container: the container is where it comes from, and of what was in it counts as read what is still there.
    pub(crate) fn whole(&mut self, container: Option<&Member<'a>>, value: Value<'a>) -> Value<'a> {
        if let Some(trace) = &mut self.trace {
            self.sources.extend(container.map(|member| member.spelled));
            trace.read_all(value);
        }
        value
    }
}
