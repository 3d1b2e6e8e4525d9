//! What becomes of each assessment of a scope: it is handed over, waits for the join, or its own list of sub-assessments begins.

use std::sync::Arc;

use super::patience::{Outlook, Patience};
use crate::problem::Code;
use crate::settings::SubAssessments;
use crate::walk::chain::Chain;
use crate::walk::context::Context;
use crate::walk::fault::Fault;
use crate::walk::join::Join;
use crate::walk::list::{Attempt, Ending, List, Listed, Taken, Told};
use crate::walk::merge;
use crate::walk::page::Record;
use crate::walk::parent::Parent;
use crate::walk::report::Counts;
use crate::walk::seen::Seen;
use crate::walk::window::{Place, Window};

/// The assessments of a scope that were taken off its list, as far as they are still of interest.
#[derive(Debug)]
pub(super) struct Intake {
    /// Those that are under way, and what was counted.
    pub window: Window,
    /// Those that were listed.
    pub seen: Seen,
    /// Those whose own lists are being read.
    pub chains: Vec<Chain>,
    /// Whether another such list is begun.
    pub patience: Patience,
    /// Those that wait for one list of all sub-assessments.
    pub join: Option<Join>,
}

impl Intake {
    /// Deals with one assessment.
    pub(super) fn take(&mut self, list: &List, record: &Record<'_>, place: Place, ctx: &mut Context<'_>) -> Taken {
        if self.window.is_wide() {
            return Taken::Later;
        }
        if self.seen.contains(record.key) || self.join.as_ref().is_some_and(|join| join.holds(record.key)) {
            let mut counts = Counts::default();
            if list.attempt() == Attempt::First {
                counts.note(Code::AssessmentRepeated);
            }
            self.window.done(counts);
            return Taken::Known;
        }
        let metadata = ctx.catalogue.of(record);
        let counts = Counts { records: 1, joined: u64::from(metadata.is_some()), ..Counts::default() };
        if self.join.as_mut().is_some_and(|join| join.keep(record, metadata.as_ref(), ctx)) {
            // It is known there from now on.
            self.window.done(counts);
            return Taken::New;
        }
        let newcomer = Newcomer { record, metadata, counts, source: list.source };
        let taken = match (&record.link, ctx.plan.settings.sub_assessments) {
            (None, _) | (_, SubAssessments::None) => self.take_bare(newcomer, ctx),
            (Some(link), SubAssessments::ListAll) => self.take_linked(newcomer, link, place, ctx),
            (Some(link), SubAssessments::PerAssessment) => match self.patience.outlook() {
                Outlook::Open => self.take_linked(newcomer, link, place, ctx),
                Outlook::Unsure => Taken::Later,
                Outlook::GivenUp => {
                    let counts = Counts { skipped: 1, given_up: 1, ..newcomer.counts };
                    self.take_bare(Newcomer { counts, ..newcomer }, ctx)
                }
            },
        };
        // Beside a join, one without a link is not remembered: a sub-assessment of it must not be taken for one that is read from a list of its own.
        if taken == Taken::New && (self.join.is_none() || record.link.is_some()) {
            self.seen.insert(record.key, ctx.budget);
        }
        taken
    }

    fn take_bare(&mut self, newcomer: Newcomer<'_>, ctx: &mut Context<'_>) -> Taken {
        let Newcomer { record, metadata, mut counts, source } = newcomer;
        let text = merge::with_metadata(record.text, metadata.as_deref());
        if !ctx.has_room(text.len()) || !ctx.emit(&text, record.identity(), b"", source, &mut counts) {
            return Taken::Later;
        }
        self.window.done(counts);
        Taken::New
    }

    fn take_linked(&mut self, newcomer: Newcomer<'_>, link: &str, place: Place, ctx: &mut Context<'_>) -> Taken {
        let Newcomer { record, metadata, mut counts, source } = newcomer;
        if !ctx.budget.admits_chain(Parent::size_of(record)) {
            return Taken::Later;
        }
        let settings = &ctx.plan.settings;
        let parent = Parent::of(record, metadata);
        match ctx.plan.origin.list(&settings.url, link, &settings.sub_assessment_api_version) {
            Ok(url) => {
                let number = self.window.begin(place);
                self.patience.begin(number);
                self.chains.push(Chain::begin(number, parent, counts, &url, ctx));
            }
            Err(why) => {
                if !parent.emit_bare(source, &mut counts, ctx) {
                    return Taken::Later;
                }
                let ending = Ending::Cut(Code::SubAssessmentsFailed, Fault::Astray(why.to_owned()));
                ending.tell(&Told { listed: Listed::SubAssessments, owner: parent.name(), left: None, source }, &mut counts, ctx);
                self.window.done(counts);
            }
        }
        Taken::New
    }
}

/// An assessment that comes for the first time.
#[derive(Debug)]
struct Newcomer<'a> {
    record: &'a Record<'a>,
    /// What is known of its kind, where it comes without.
    metadata: Option<Arc<str>>,
    /// What it counts by itself.
    counts: Counts,
    source: Option<u32>,
}
