//! An assessment that has, or may have, sub-assessments: how documents are made of it and of them.

use std::sync::Arc;

use super::context::Context;
use super::merge::{self, Seam};
use super::page::Record;
use super::report::Counts;
use crate::problem::Code;

/// An assessment that is held until its sub-assessments have come. Merged texts exist one at a time, however many there are.
#[derive(Debug)]
pub(super) struct Parent {
    text: Box<str>,
    id: String,
    seam: Option<Seam>,
    /// What Azure says of its kind, where it comes without.
    metadata: Option<Arc<str>>,
    told: bool,
}

/// What came of a sub-assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emitted {
    /// A document of both.
    Merged,
    /// A document of the sub-assessment alone.
    Alone,
    /// Nothing: the step is full.
    Later,
}

impl Parent {
    /// The assessment of this record.
    pub(super) fn of(record: &Record<'_>, metadata: Option<Arc<str>>) -> Self {
        Self { text: record.text.into(), id: record.id.clone(), seam: Seam::of(record.text), metadata, told: false }
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        self.text.len() + self.id.len() + size_of::<Self>()
    }

    /// Bytes that the assessment of a record would take.
    pub(super) fn size_of(record: &Record<'_>) -> usize {
        record.text.len() + record.id.len() + size_of::<Self>()
    }

    /// What a person calls it.
    pub(super) fn name(&self) -> &str {
        if self.id.is_empty() { "an assessment without an id" } else { &self.id }
    }

    /// Makes the document of the assessment without a sub-assessment; says whether the step had room for it.
    pub(super) fn emit_bare(&self, source: Option<u32>, counts: &mut Counts, ctx: &mut Context<'_>) -> bool {
        let text = merge::with_metadata(&self.text, self.metadata.as_deref());
        ctx.has_room(text.len()) && ctx.emit(&text, self.identity(), b"", source, counts)
    }

    /// Makes the document of the assessment and one of its sub-assessments.
    pub(super) fn emit_with(&mut self, sub: &Record<'_>, source: Option<u32>, counts: &mut Counts, ctx: &mut Context<'_>) -> Emitted {
        let text = merge::with_metadata(&self.text, self.metadata.as_deref());
        if !ctx.has_room(text.len() + sub.text.len()) {
            return Emitted::Later;
        }
        // With metadata in it, the assessment has its seam elsewhere.
        let seam = if self.metadata.is_some() { Seam::of(&text) } else { self.seam.clone() };
        let (is_whole, emitted) = match &seam {
            Some(seam) => (ctx.emit(&seam.merge(&text, sub.text), self.identity(), sub.identity(), source, counts), Emitted::Merged),
            None => {
                if !self.told {
                    self.told = true;
                    let message = format!("cannot put sub-assessments into `{}`: its `properties.additionalData` is no object", self.name());
                    ctx.tell(Code::SubAssessmentUnmerged, message, source, counts);
                }
                (ctx.emit(&merge::alone(sub.text), self.identity(), sub.identity(), source, counts), Emitted::Alone)
            }
        };
        if !is_whole {
            return Emitted::Later;
        }
        counts.records += 1;
        emitted
    }

    fn identity(&self) -> &[u8] {
        if self.id.is_empty() { self.text.as_bytes() } else { self.id.as_bytes() }
    }
}
