//! One scope: its list of assessments, and what hangs on it.

mod ending;

use super::budget::Budget;
use super::chain::Chain;
use super::context::Context;
use super::cursor::Mark;
use super::join::Join;
use super::list::{Arrival, List, Must};
use super::page::Record;
use super::parent::Parent;
use super::problem::Code;
use super::report::Counts;
use super::seen::Seen;
use super::window::{Place, Window};
use crate::contract::{Failure, Response};
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

/// A place in the page that is wanted, from a cursor.
#[derive(Debug, Clone, Copy)]
struct Resume {
    index: usize,
    prefix: u128,
}

/// A scope that is being walked.
#[derive(Debug)]
pub(super) struct Scope {
    number: usize,
    list: List,
    /// Whether the list of assessments was dealt with, to its end or as far as it goes.
    listed: bool,
    restarted: bool,
    resume: Option<Resume>,
    /// Whether `seen` and the window tell of the list from its beginning.
    whole: bool,
    /// Whether the window counted more than lies before the place in the list, because the list was restarted.
    ahead: bool,
    window: Window,
    seen: Seen,
    chains: Vec<Chain>,
    join: Option<Join>,
}

impl Scope {
    /// A scope from its beginning.
    pub(super) fn new(number: usize, ctx: &Context<'_>) -> Self {
        let path = ctx.plan.scope(number);
        let join = match ctx.plan.settings.sub_assessments {
            SubAssessments::PerAssessment => None,
            SubAssessments::ListAll => Some(Join::new(number, &ctx.plan.sub_assessments(path))),
        };
        Self {
            number,
            list: List::new(&ctx.plan.assessments(path)),
            listed: false,
            restarted: false,
            resume: None,
            whole: true,
            ahead: false,
            window: Window::default(),
            seen: Seen::new(),
            chains: Vec::new(),
            join,
        }
    }

    /// A scope from where a cursor left it.
    pub(super) fn resumed(mark: Mark, ctx: &Context<'_>) -> Self {
        let mut scope = Self::new(mark.scope, ctx);
        scope.restarted = mark.restarted;
        let Some(url) = mark.url else { return scope };
        scope.list = List::resumed(&ctx.plan.assessments(ctx.plan.scope(mark.scope)), &url);
        scope.resume = Some(Resume { index: mark.index, prefix: mark.prefix });
        scope.whole = false;
        scope.window = Window::resumed(mark.counts, mark.at_page);
        scope
    }

    /// Where to resume. A join, and a list that was restarted, are begun anew: what tells which assessments were counted is too much for a cursor.
    pub(super) fn mark(&self) -> Mark {
        let anew = Mark { scope: self.number, restarted: self.restarted, ..Mark::default() };
        if self.join.is_some() || self.ahead {
            return anew;
        }
        let place = self.window.oldest().cloned().unwrap_or_else(|| self.place());
        Mark {
            url: Some(place.url.to_string()),
            index: place.index,
            prefix: place.prefix,
            counts: self.window.settled().clone(),
            at_page: self.window.at_page().clone(),
            ..anew
        }
    }

    /// All lists that are being read.
    pub(super) fn lists(&mut self) -> impl Iterator<Item = (Who, &mut List)> {
        let chains = self.chains.iter_mut().map(|chain| (Who::Chain(chain.number), &mut chain.list));
        let join = self.join.as_mut().and_then(Join::list).map(|list| (Who::SubAssessments, list));
        chains.chain([(Who::Assessments, &mut self.list)]).chain(join)
    }

    /// Its number among the scopes of the settings.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Takes what came of a request.
    pub(super) fn receive(&mut self, who: Who, answer: Result<Response, Failure>, must: Must, source: Option<u32>, ctx: &mut Context<'_>) {
        let scope = ctx.plan.scope(self.number);
        let Some((_, list)) = self.lists().find(|(list, _)| *list == who) else { return };
        list.source = source;
        let arrival = list.receive(answer, must, &ctx.plan.origin, ctx.budget);
        let size = list.known_size();
        if arrival == Arrival::LetGo {
            let mut counts = Counts::default();
            ctx.tell(Code::PageAskedAgain, format!("no room yet for a page of {size} bytes of `{scope}`: it is asked for again"), source, &mut counts);
            self.window.done(counts);
        } else if who == Who::Assessments {
            self.find_place(ctx.budget);
        }
    }

    /// Hands over what there is, and begins what there is room for.
    pub(super) fn work(&mut self, ctx: &mut Context<'_>) {
        for chain in &mut self.chains {
            chain.work(ctx);
        }
        for chain in self.chains.extract_if(.., |chain| chain.is_over()) {
            self.window.finish(chain.number, chain.counts);
        }
        self.drain(ctx);
        if self.list.has_ended() && !self.listed {
            self.conclude(ctx);
        }
        if let Some(join) = &mut self.join {
            join.work(&self.seen, ctx);
        }
    }

    /// Whether all was handed over.
    pub(super) fn is_finished(&self) -> bool {
        self.listed && self.window.is_empty() && self.join.as_ref().is_none_or(Join::is_over)
    }

    /// What was counted of it, at its end.
    pub(super) fn close(&mut self, budget: &mut Budget) -> Counts {
        self.seen.clear(budget);
        let mut total = self.window.total();
        if let Some(join) = self.join.take() {
            total += join.counts;
        }
        total
    }

    /// What was counted of it so far.
    pub(super) fn counts(&self) -> Counts {
        let mut total = self.window.total();
        if let Some(join) = &self.join {
            total += join.counts.clone();
        }
        total
    }

    /// The place in the list itself.
    fn place(&self) -> Place {
        let (index, prefix) = match (&self.list.page, &self.resume) {
            (Some(page), _) => (page.index(), page.prefix()),
            (None, Some(resume)) => (resume.index, resume.prefix),
            (None, None) => (0, 0),
        };
        Place { url: self.list.url().clone(), index, prefix }
    }

    /// Goes to the place that a cursor named, once its page is here. A page that is no longer the same is read from its beginning.
    fn find_place(&mut self, budget: &mut Budget) {
        let Some(resume) = self.resume.take() else { return };
        let keys = self.list.page.as_mut().and_then(|page| page.skip(resume.index, resume.prefix));
        match keys {
            Some(keys) => keys.into_iter().for_each(|key| self.seen.insert(key, budget)),
            None => self.window.back_to_page(),
        }
    }

    fn drain(&mut self, ctx: &mut Context<'_>) {
        let Some(mut page) = self.list.page.take() else { return };
        while let Some(text) = page.record() {
            let record = Record::of(text);
            let place = Place { url: self.list.url().clone(), index: page.index(), prefix: page.prefix() };
            if !self.take(&record, place, ctx) {
                break;
            }
            let key = record.key;
            page.pass(key);
        }
        let drained = page.record().is_none();
        self.list.page = Some(page);
        if drained {
            self.window.end_page();
            self.list.turn(ctx.budget);
            ctx.changed = true;
        }
    }

    /// Deals with one assessment; says whether there was room for it.
    fn take(&mut self, record: &Record<'_>, place: Place, ctx: &mut Context<'_>) -> bool {
        if self.window.is_wide() {
            return false;
        }
        if self.seen.contains(record.key) || self.join.as_ref().is_some_and(|join| join.holds(record.key)) {
            let mut counts = Counts::default();
            if !self.restarted {
                counts.note(Code::AssessmentRepeated);
            }
            self.window.done(counts);
            return true;
        }
        let kept = self.join.as_mut().is_some_and(|join| join.keep(record, ctx));
        let taken = match &record.link {
            _ if kept => {
                self.window.done(Counts { records: 1, ..Counts::default() });
                true
            }
            Some(link) => self.take_linked(record, link, place, ctx),
            None => self.take_bare(record, ctx),
        };
        if taken {
            self.list.note_fresh();
            // What waits in the join is known there. Without a link, a sub-assessment that comes later in the join's list must not be taken for one that is
            // read from a list of its own.
            if self.join.is_none() || !kept && record.link.is_some() {
                self.seen.insert(record.key, ctx.budget);
            }
        }
        taken
    }

    fn take_bare(&mut self, record: &Record<'_>, ctx: &mut Context<'_>) -> bool {
        let room = ctx.has_room(record.text.len());
        if room {
            let mut counts = Counts { records: 1, ..Counts::default() };
            ctx.emit(record.text, record.identity(), b"", self.list.source, &mut counts);
            self.window.done(counts);
        }
        room
    }

    fn take_linked(&mut self, record: &Record<'_>, link: &str, place: Place, ctx: &mut Context<'_>) -> bool {
        if !ctx.budget.admits_chain(Parent::size_of(record)) {
            return false;
        }
        let settings = &ctx.plan.settings;
        let parent = Parent::of(record);
        match ctx.plan.origin.list(&settings.url, link, &settings.sub_assessment_api_version) {
            Ok(url) => {
                let number = self.window.begin(place);
                self.chains.push(Chain::begin(number, parent, &url, ctx));
                true
            }
            Err(why) => {
                let mut counts = Counts { records: 1, failed: 1, ..Counts::default() };
                let source = self.list.source;
                let room = parent.emit_bare(source, &mut counts, ctx);
                if room {
                    let message = format!("cannot read the sub-assessments of `{}`: its link is not followed: {why}", parent.name());
                    ctx.tell(Code::SubAssessmentsFailed, message, source, &mut counts);
                    self.window.done(counts);
                }
                room
            }
        }
    }
}
