//! One record on its way to a document: what was set, what could not be read, and, for `explain`, which rule read what.

use core::cell::RefCell;
use core::fmt::Display;

use bumpalo::Bump;

use super::java;
use crate::ecs::{Document, Schema, Slot};
use crate::json::name::Name;
use crate::json::tree::{Member, Value, array};

/// The context that every rule works in.
pub(crate) struct Record<'a> {
    /// Holds what the document does not borrow from the message.
    pub arena: &'a Bump,
    /// What comes of it.
    pub document: Document<'a>,
    errors: Vec<Value<'a>>,
    trace: Option<RefCell<Trace<'a>>>,
}

/// What `explain` wants to know. A member is known by its spelled name, which stands in one place of the message only.
#[derive(Debug, Default)]
pub(crate) struct Trace<'a> {
    /// Members read since the last field was written.
    pending: Vec<&'a str>,
    /// All members that a rule read, with all that is in them.
    pub read: Vec<&'a str>,
    /// Containers that rules looked into.
    pub opened: Vec<&'a str>,
    /// Fields written, in order.
    pub written: Vec<Written<'a>>,
}

/// One field, as one rule wrote it.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    /// The field.
    pub slot: Slot,
    /// The rule in words.
    pub rule: String,
    /// The members that it read.
    pub sources: Vec<&'a str>,
}

impl<'a> Record<'a> {
    /// An empty document.
    pub(crate) fn new(arena: &'a Bump, schema: &'static Schema) -> Self {
        Self { arena, document: Document::new(arena, schema), errors: Vec::new(), trace: None }
    }

    /// The same, with notes taken for `explain`.
    pub(crate) fn traced(arena: &'a Bump, schema: &'static Schema) -> Self {
        Self { trace: Some(RefCell::default()), ..Self::new(arena, schema) }
    }

    /// The notes taken.
    pub(crate) fn into_trace(self) -> Trace<'a> {
        self.trace.map(RefCell::into_inner).unwrap_or_default()
    }

    /// The member of that name, `Null` where there is none, noted as read.
    #[inline]
    pub(crate) fn read(&self, object: Value<'a>, name: impl Into<Name<'static>>) -> Value<'a> {
        self.member(object, name).map_or(Value::Null, |member| member.value.get())
    }

    /// The same member as it stands.
    #[inline]
    pub(crate) fn member(&self, object: Value<'a>, name: impl Into<Name<'static>>) -> Option<&'a Member<'a>> {
        let member = object.member(name)?;
        self.note(member);
        Some(member)
    }

    /// Notes that a rule has read a member.
    #[inline]
    pub(crate) fn note(&self, member: &Member<'a>) {
        if let Some(trace) = &self.trace {
            let mut trace = trace.borrow_mut();
            trace.read.push(member.spelled);
            if !member.value.get().is_blank() {
                trace.pending.push(member.spelled);
            }
        }
    }

    /// Whether notes are taken.
    #[inline]
    pub(crate) fn is_traced(&self) -> bool {
        self.trace.is_some()
    }

    /// Notes the members that the next field is collected from.
    pub(crate) fn collected(&self, sources: &[&'a str]) {
        if let Some(trace) = &self.trace {
            trace.borrow_mut().pending.extend(sources);
        }
    }

    /// Notes that rules look into a container.
    #[inline]
    pub(crate) fn open(&self, member: &Member<'a>) {
        if let Some(trace) = &self.trace {
            trace.borrow_mut().opened.push(member.spelled);
        }
    }

    /// Notes everything in a value as read.
    pub(crate) fn note_all(&self, value: Value<'a>) {
        if self.trace.is_some() {
            for member in value.members() {
                self.note(member);
                self.note_all(member.value.get());
            }
            for element in value.elements() {
                self.note_all(element.get());
            }
        }
    }

    /// Forgets what was read for a field that was not written after all.
    #[inline]
    pub(crate) fn settle(&self) {
        if let Some(trace) = &self.trace {
            trace.borrow_mut().pending.clear();
        }
    }

    /// Sets a field by a rule; what was read since the last one is taken for its source.
    #[inline]
    pub(crate) fn put(&mut self, slot: Slot, value: Value<'a>, rule: &dyn Display) {
        self.document.set(slot, value);
        self.explain(slot, rule);
    }

    #[inline]
    fn explain(&self, slot: Slot, rule: &dyn Display) {
        if let Some(trace) = &self.trace {
            let mut trace = trace.borrow_mut();
            let mut sources = core::mem::take(&mut trace.pending);
            sources.dedup();
            trace.written.push(Written { slot, rule: rule.to_string(), sources });
        }
    }

    /// Reports that a value could not be read.
    #[cold]
    pub(crate) fn unreadable(&mut self, source: &dyn Display, value: Value<'a>, wanted: &str) {
        self.report(&format_args!("cannot read `{source}` as {wanted}: `{}`", java::excerpt(value)));
    }

    /// Reports that something is of another kind than expected.
    #[cold]
    pub(crate) fn unexpected(&mut self, source: &dyn Display, value: Value<'a>, wanted: &str) {
        self.report(&format_args!("`{source}` is {}, not {wanted}", value.kind()));
    }

    /// Adds a line to `error.message`.
    #[cold]
    pub(crate) fn report(&mut self, line: &dyn Display) {
        self.errors.push(Value::Text(self.arena.alloc_str(&line.to_string())));
    }

    /// Whether something could not be read.
    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The lines of `error.message`.
    pub(crate) fn errors(&self) -> Value<'a> {
        array(self.arena, self.errors.iter().copied())
    }
}
