//! The sub-assessments of one assessment, from its own list.

use super::context::Context;
use super::list::{List, Listed, Taken, Told};
use super::parent::{Emitted, Parent};
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
}

impl Chain {
    /// Begins the list at a URL. The assessment is held from now on.
    pub(super) fn begin(number: u64, parent: Parent, counts: Counts, url: &str, ctx: &mut Context<'_>) -> Self {
        ctx.budget.take(parent.size());
        ctx.budget.chains += 1;
        Self { number, list: List::new(Listed::SubAssessments, url), counts, parent, merged: false }
    }

    /// Hands over what there is. At the end of the list the assessment itself, if none of its sub-assessments was merged with it.
    pub(super) fn work(&mut self, ctx: &mut Context<'_>) {
        let Self { list, parent, counts, merged, .. } = self;
        let end = list.drain(ctx, |list, sub, _, ctx| match parent.emit_with(sub, list.source, counts, ctx) {
            Emitted::Merged => {
                *merged = true;
                Taken::New
            }
            Emitted::Alone => Taken::New,
            Emitted::Later => Taken::Later,
        });
        let source = list.source;
        if let Some(end) = end {
            *counts += end.counts(&Told { listed: Listed::SubAssessments, owner: parent.name(), left: None, source }, ctx);
        }
        let Some(ending) = list.ending() else { return };
        if *merged || parent.emit_bare(source, counts, ctx) {
            ending.tell(&Told { listed: Listed::SubAssessments, owner: parent.name(), left: None, source }, counts, ctx);
            ctx.budget.give(parent.size());
            ctx.budget.chains -= 1;
            list.close(ctx);
        }
    }

    /// Whether all of it was handed over.
    pub(super) fn is_over(&self) -> bool {
        self.list.is_closed()
    }
}
