//! The sub-assessments of one assessment, from its own list.

use super::context::Context;
use super::list::List;
use super::page::Record;
use super::parent::{Emitted, Parent};
use super::problem::Code;
use super::report::Counts;

/// The list of one assessment's sub-assessments, being read.
#[derive(Debug)]
pub(super) struct Chain {
    /// Its number in the scope's window.
    pub number: u64,
    /// The list.
    pub list: List,
    /// What was counted of it.
    pub counts: Counts,
    parent: Parent,
    merged: bool,
    ended: bool,
}

impl Chain {
    /// Begins the list at a URL. The assessment is held from now on.
    pub(super) fn begin(number: u64, parent: Parent, url: &str, ctx: &mut Context<'_>) -> Self {
        ctx.budget.take(parent.size());
        ctx.budget.chains += 1;
        ctx.changed = true;
        Self { number, list: List::new(url), counts: Counts { records: 1, ..Counts::default() }, parent, merged: false, ended: false }
    }

    /// Hands over what there is. At the end of the list the assessment itself, if none of its sub-assessments was merged with it.
    pub(super) fn work(&mut self, ctx: &mut Context<'_>) {
        self.drain(ctx);
        if self.list.has_ended() && !self.ended && (self.merged || self.parent.emit_bare(self.list.source, &mut self.counts, ctx)) {
            self.conclude(ctx);
        }
    }

    /// Whether all of it was handed over.
    pub(super) fn is_over(&self) -> bool {
        self.ended
    }

    fn drain(&mut self, ctx: &mut Context<'_>) {
        let Some(mut page) = self.list.page.take() else { return };
        while let Some(text) = page.record() {
            let sub = Record::of(text);
            match self.parent.emit_with(&sub, self.list.source, &mut self.counts, ctx) {
                Emitted::Merged => self.merged = true,
                Emitted::Alone => {}
                Emitted::Later => break,
            }
            self.list.note_fresh();
            let key = sub.key;
            page.pass(key);
        }
        let drained = page.record().is_none();
        self.list.page = Some(page);
        if drained {
            self.counts.pages += 1;
            self.list.turn(ctx.budget);
            ctx.changed = true;
        }
    }

    fn conclude(&mut self, ctx: &mut Context<'_>) {
        self.ended = true;
        ctx.budget.give(self.parent.size());
        ctx.budget.chains -= 1;
        ctx.changed = true;
        let Some(fault) = self.list.fault.take() else { return };
        let name = self.parent.name();
        if fault.is_missing() && self.list.is_at_first() {
            self.counts.skipped += 1;
            let message = format!("`{name}` has no list of sub-assessments: {fault}");
            ctx.tell(Code::SubAssessmentsMissing, message, self.list.source, &mut self.counts);
        } else {
            self.counts.failed += 1;
            let message = format!("cannot read the sub-assessments of `{name}`: {fault}");
            ctx.tell(fault.code_of_sub_assessments(), message, self.list.source, &mut self.counts);
        }
    }
}
