//! One scope: its list of assessments, and what hangs on it.

mod intake;
mod patience;

use self::intake::Intake;
use self::patience::{LIMIT, Patience};
use super::budget::{Budget, Need};
use super::context::{Context, Plan};
use super::cursor::Mark;
use super::join::Join;
use super::list::{Arrival, Attempt, Ending, List, Listed, Must, Told};
use super::report::Counts;
use super::seen::Seen;
use super::window::{Place, Window};
use crate::contract::{Failure, Response};
use crate::problem::Code;
use crate::settings::SubAssessments;

/// Which list of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// The assessments.
    Assessments,
    /// All sub-assessments.
    SubAssessments,
    /// The sub-assessments of the assessment with this number.
    Chain(u64),
}

/// What the counts of a scope, and its memory of assessments, tell of its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// All that lies before the place in the list, from its beginning.
    Whole,
    /// What lies before a place that a cursor named: so many records of a page that has yet to come, and the hash over their keys.
    Resumed { index: usize, prefix: u128 },
    /// That, and what was read since; which assessments came before is not known.
    Rest,
    /// More than lies before the place in the list, which is being read a second time.
    Ahead,
}

/// A scope that is being walked.
#[derive(Debug)]
pub(super) struct Scope {
    number: usize,
    list: List,
    reach: Reach,
    intake: Intake,
}

impl Scope {
    /// A scope from its beginning.
    pub(super) fn new(number: usize, ctx: &Context<'_>) -> Self {
        Self::resumed(Mark { scope: number, ..Mark::default() }, ctx)
    }

    /// A scope from where a cursor left it.
    pub(super) fn resumed(mark: Mark, ctx: &Context<'_>) -> Self {
        let path = ctx.plan.scope(mark.scope);
        let join = match ctx.plan.settings.sub_assessments {
            SubAssessments::PerAssessment | SubAssessments::None => None,
            SubAssessments::ListAll => Some(Join::new(mark.scope, &ctx.plan.sub_assessments(path))),
        };
        let first = ctx.plan.assessments(path);
        let attempt = if mark.restarted { Attempt::Second } else { Attempt::First };
        let (url, reach, window) = match &mark.url {
            Some(url) => (url, Reach::Resumed { index: mark.index, prefix: mark.prefix }, Window::resumed(mark.counts, mark.at_page)),
            None => (&first, Reach::Whole, Window::default()),
        };
        let intake = Intake { window, seen: Seen::new(), chains: Vec::new(), patience: Patience::resumed(mark.gone), join };
        Self { number: mark.scope, list: List::resumed(Listed::Assessments, &first, url, attempt), reach, intake }
    }

    /// Where to resume. A join, and a list that was restarted, are begun anew: what tells which assessments were counted is too much for a cursor.
    pub(super) fn mark(&self) -> Mark {
        let anew = Mark { scope: self.number, restarted: self.list.attempt() == Attempt::Second, ..Mark::default() };
        let window = &self.intake.window;
        if self.intake.join.is_some() || self.reach == Reach::Ahead {
            return anew;
        }
        let place = window.oldest().cloned().unwrap_or_else(|| self.place());
        Mark {
            url: Some(place.url.to_string()),
            index: place.index,
            prefix: place.prefix,
            counts: window.settled().clone(),
            at_page: window.at_page().clone(),
            gone: self.intake.patience.gone(),
            ..anew
        }
    }

    /// All lists that are being read.
    pub(super) fn lists(&mut self) -> impl Iterator<Item = (Who, &mut List)> {
        let chains = self.intake.chains.iter_mut().map(|chain| (Who::Chain(chain.number), &mut chain.list));
        let join = self.intake.join.as_mut().and_then(Join::list).map(|list| (Who::SubAssessments, list));
        chains.chain([(Who::Assessments, &mut self.list)]).chain(join)
    }

    /// The lists that want a page for this.
    pub(super) fn wanting(&mut self, need: Need) -> impl Iterator<Item = (Who, &mut List)> {
        let listing = !self.list.is_closed();
        self.lists().filter(move |(who, list)| {
            list.wants()
                && need
                    == match who {
                        Who::SubAssessments if listing => Need::Ahead,
                        _ if !list.is_bare() => Need::Ahead,
                        Who::Chain(_) => Need::Chain,
                        Who::Assessments | Who::SubAssessments => Need::List,
                    }
        })
    }

    /// Its number among the scopes of the settings.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Takes what came of a request.
    pub(super) fn receive(&mut self, who: Who, answer: Result<Response, Failure>, must: Must, source: Option<u32>, ctx: &mut Context<'_>) {
        let scope = ctx.plan.scope(self.number);
        let Some((_, list)) = self.lists().find(|(list, _)| *list == who) else { return };
        let arrival = list.receive(answer, source, must, &ctx.plan.origin, ctx.budget);
        let size = list.known_size();
        if arrival == Arrival::LetGo {
            let mut counts = Counts::default();
            ctx.tell(Code::PageAskedAgain, format!("no room yet for a page of {size} bytes of `{scope}`: it is asked for again"), source, &mut counts);
            self.intake.window.done(counts);
        } else if who == Who::Assessments {
            self.find_place(ctx.budget);
            if arrival == Arrival::Page
                && let Some(join) = &mut self.intake.join
            {
                join.begin();
            }
        }
    }

    /// Hands over what there is, and begins what there is room for.
    pub(super) fn work(&mut self, ctx: &mut Context<'_>) {
        let Self { list, intake, .. } = self;
        for chain in &mut intake.chains {
            chain.work(ctx);
            if let Some(opening) = chain.list.opening() {
                intake.patience.note(chain.number, opening);
            }
        }
        for chain in intake.chains.extract_if(.., |chain| chain.is_over()) {
            intake.window.finish(chain.number, chain.counts);
            intake.patience.finish(chain.number);
        }
        if let Some(end) = list.drain(ctx, |list, record, place, ctx| intake.take(list, record, place, ctx)) {
            let counts = end.counts(&self.told(ctx.plan), ctx);
            self.intake.window.end_page(counts);
        }
        if let Some(ending) = self.list.ending() {
            self.conclude(&ending, ctx);
        }
        if let Some(join) = &mut self.intake.join {
            join.work(&self.intake.seen, self.list.is_closed(), ctx);
        }
    }

    /// Whether all was handed over.
    pub(super) fn is_finished(&self) -> bool {
        self.list.is_closed() && self.intake.window.is_empty() && self.intake.join.as_ref().is_none_or(Join::is_over)
    }

    /// What was counted of it, at its end.
    pub(super) fn close(&mut self, ctx: &mut Context<'_>) -> Counts {
        self.intake.seen.clear(ctx.budget);
        let mut counts = self.counts();
        if counts.given_up > 0 {
            let (left, scope) = (counts.given_up, ctx.plan.scope(self.number));
            let message = format!(
                "{LIMIT} lists of sub-assessments in a row are gone in `{scope}`, so {left} assessments are stored without theirs: \
                 set `sub_assessments` to `list-all` or `none`"
            );
            ctx.tell(Code::SubAssessmentsGivenUp, message, None, &mut counts);
        }
        counts
    }

    /// What was counted of it so far.
    pub(super) fn counts(&self) -> Counts {
        let mut total = self.intake.window.total();
        if let Some(join) = &self.intake.join {
            total += join.counts().clone();
        }
        total
    }

    /// The place in the list itself.
    fn place(&self) -> Place {
        let (index, prefix) = match self.reach {
            Reach::Resumed { index, prefix } => (index, prefix),
            Reach::Whole | Reach::Rest | Reach::Ahead => (0, 0),
        };
        self.list.place().unwrap_or_else(|| Place { url: self.list.url().clone(), index, prefix })
    }

    /// Goes to the place that a cursor named, once its page is here. A page that is no longer the same is read from its beginning.
    fn find_place(&mut self, budget: &mut Budget) {
        let Reach::Resumed { index, prefix } = self.reach else { return };
        self.reach = Reach::Rest;
        match self.list.skip(index, prefix) {
            Some(keys) => keys.into_iter().for_each(|key| self.intake.seen.insert(key, budget)),
            None => {
                self.intake.window.back_to_page();
                self.intake.patience.back_to_page();
            }
        }
    }

    /// The list of assessments has ended.
    fn conclude(&mut self, ending: &Ending, ctx: &mut Context<'_>) {
        let told = self.told(ctx.plan);
        match ending {
            // A cursor names the oldest page, which must not be one of those that expired.
            Ending::Expired(_) if !self.intake.window.is_empty() => return,
            Ending::Expired(_) => self.restart(ctx.budget),
            _ => self.list.close(ctx),
        }
        let mut counts = Counts::default();
        ending.tell(&told, &mut counts, ctx);
        self.intake.window.done(counts);
        match &mut self.intake.join {
            Some(join) if self.list.is_closed() => {
                let none = matches!(ending, Ending::Cut(Code::ScopeFailed | Code::ScopeForbidden | Code::ScopeNotRegistered, _));
                join.end_of_listing(none);
            }
            _ => {}
        }
    }

    fn told<'p>(&self, plan: &'p Plan) -> Told<'p> {
        Told { listed: Listed::Assessments, owner: plan.scope(self.number), left: None, source: self.list.source }
    }

    fn restart(&mut self, budget: &mut Budget) {
        let Intake { window, seen, patience, join, .. } = &mut self.intake;
        if join.is_none() && !(self.reach == Reach::Whole && seen.is_complete()) {
            // Which assessments were counted is not known, so all are counted again.
            seen.clear(budget);
            *window = Window::default();
            *patience = Patience::default();
            self.reach = Reach::Whole;
        } else {
            self.reach = Reach::Ahead;
        }
        self.list.restart(Attempt::Second);
    }
}
