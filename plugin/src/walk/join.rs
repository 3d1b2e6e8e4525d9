//! One list of all of a scope's sub-assessments, joined to the assessments that are held for them.

mod waiting;

use std::sync::Arc;

use self::waiting::Waiting;
use super::context::{Context, Plan};
use super::list::{Attempt, Ending, List, Listed, Told};
use super::page::Record;
use super::report::Counts;
use super::seen::Seen;

/// How far the join is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No assessment was listed yet.
    Listing,
    /// Sub-assessments are being listed; at first beside the assessments.
    Joining,
    /// Assessments that had none are handed over.
    Leaving,
    /// All is done.
    Over,
}

/// The assessments of a scope that wait, and the list of what they wait for.
///
/// A cursor does not say how far a join is, because what waits would have to be in it. A run that is cut during one lists the scope anew: that costs the
/// requests of one scope and documents that the sink has already, under the same ids.
#[derive(Debug)]
pub(super) struct Join {
    scope: usize,
    phase: Phase,
    /// Whether a page has waited for assessments, so that the link behind it may be too old.
    has_waited: bool,
    list: List,
    waiting: Waiting,
}

impl Join {
    /// Nothing is held yet.
    pub(super) fn new(scope: usize, url: &str) -> Self {
        Self { scope, phase: Phase::Listing, has_waited: false, list: List::new(Listed::AllSubAssessments, url), waiting: Waiting::default() }
    }

    /// Holds an assessment until its sub-assessments have come; says whether there is room for it and an id to join by.
    pub(super) fn keep(&mut self, record: &Record<'_>, metadata: Option<&Arc<str>>, ctx: &mut Context<'_>) -> bool {
        self.waiting.keep(record, metadata, ctx)
    }

    /// Whether an assessment is held.
    pub(super) fn holds(&self, key: u128) -> bool {
        self.waiting.holds(key)
    }

    /// What was counted of the list of sub-assessments and behind it.
    pub(super) fn counts(&self) -> &Counts {
        &self.waiting.counts
    }

    /// The scope has assessments, or may have some: the list of sub-assessments begins. It is read as far as the assessments that it names are here.
    pub(super) fn begin(&mut self) {
        if self.phase == Phase::Listing {
            self.phase = Phase::Joining;
        }
    }

    /// All assessments were listed that can be. If `none` could, there is no list of sub-assessments, unless it was begun before.
    pub(super) fn end_of_listing(&mut self, none: bool) {
        if none && self.phase == Phase::Listing {
            self.phase = Phase::Leaving;
        }
        self.begin();
    }

    /// The list of sub-assessments, while it is being read.
    pub(super) fn list(&mut self) -> Option<&mut List> {
        (self.phase == Phase::Joining).then_some(&mut self.list)
    }

    /// Whether all was handed over.
    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Hands over what there is. As long as not all assessments are `listed` that can be, sub-assessments wait for theirs.
    pub(super) fn work(&mut self, seen: &Seen, listed: bool, ctx: &mut Context<'_>) {
        if self.phase == Phase::Joining {
            let Self { list, waiting, scope, .. } = self;
            if let Some(end) = list.drain(ctx, |list, sub, _, ctx| waiting.join(sub, *scope, seen, listed, list.source, ctx)) {
                let counts = end.counts(&self.told(ctx.plan), ctx);
                self.waiting.counts += counts;
            }
            self.has_waited |= !listed && !self.list.is_bare();
            if listed && let Some(ending) = self.list.ending() {
                self.conclude(&ending, ctx);
            }
        }
        if self.phase == Phase::Leaving && self.waiting.leave(ctx) {
            self.phase = Phase::Over;
        }
    }

    fn conclude(&mut self, ending: &Ending, ctx: &mut Context<'_>) {
        let told = Told { left: Some(self.waiting.left()), ..self.told(ctx.plan) };
        if let Ending::Expired(_) = ending {
            self.waiting.recount();
            // A link that expired because this walk let it lie is no fault of the list.
            self.list.restart(if std::mem::take(&mut self.has_waited) { Attempt::First } else { Attempt::Second });
        } else {
            self.phase = Phase::Leaving;
            self.waiting.sum_up(self.scope, told.source, ctx);
            self.list.close(ctx);
        }
        ending.tell(&told, &mut self.waiting.counts, ctx);
    }

    fn told<'p>(&self, plan: &'p Plan) -> Told<'p> {
        Told { listed: Listed::AllSubAssessments, owner: plan.scope(self.scope), left: None, source: self.list.source }
    }
}
