//! The lines of `error.message`: what of a record could not be read.

use core::fmt::Display;

use bumpalo::Bump;

use super::java;
use crate::json::tree::{Value, array};

/// Lines in the order in which things were found.
pub(crate) struct Errors<'a> {
    arena: &'a Bump,
    lines: Vec<Value<'a>>,
}

impl<'a> Errors<'a> {
    /// None yet.
    pub(crate) fn new(arena: &'a Bump) -> Self {
        Self { arena, lines: Vec::new() }
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

    /// Adds a line.
    #[cold]
    pub(crate) fn report(&mut self, line: &dyn Display) {
        self.lines.push(Value::Text(self.arena.alloc_str(&line.to_string())));
    }

    /// All lines so far, which are not the record's any more.
    pub(crate) fn take(&mut self) -> Vec<Value<'a>> {
        core::mem::take(&mut self.lines)
    }

    /// Gives back what was taken, before all that came since.
    pub(crate) fn restore(&mut self, lines: Vec<Value<'a>>) {
        self.lines.splice(..0, lines);
    }

    /// Whether everything could be read.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// All lines.
    pub(crate) fn lines(&self) -> Value<'a> {
        array(self.arena, self.lines.iter().copied())
    }
}
