//! All scopes of a run, and the requests that are under way for them.

use std::collections::BTreeMap;

use super::budget::{Need, SCOPES_AT_ONCE};
use super::context::{Context, Plan};
use super::cursor::{self, Cursor};
use super::list::{List, Must};
use super::metadata::MetadataList;
use super::report::Counts;
use super::scope::{Scope, Who};
use crate::contract::{Outcome, Request};
use crate::problem::Code;

/// What pages are needed for, the most urgent first.
const NEEDS: [Need; 3] = [Need::Chain, Need::List, Need::Ahead];

/// Which list a request is for.
#[derive(Debug, Clone, Copy)]
enum Target {
    /// The metadata.
    Metadata,
    /// A list of the scope with this number.
    Scope(usize, Who),
}

#[derive(Debug)]
struct Flight {
    target: Target,
    reserved: usize,
    must: Must,
}

/// The scopes that are being walked, one beside the other, and what was counted of the others.
#[derive(Debug)]
pub(super) struct Scopes {
    metadata: MetadataList,
    open: Vec<Scope>,
    opened: usize,
    closed: Counts,
    flights: BTreeMap<u64, Flight>,
    last_request: u64,
}

impl Scopes {
    /// None begun yet.
    pub(super) fn new(plan: &Plan) -> Self {
        Self { metadata: MetadataList::new(plan), open: Vec::new(), opened: 0, closed: Counts::default(), flights: BTreeMap::new(), last_request: 0 }
    }

    /// Goes to where a cursor left them.
    pub(super) fn resume(&mut self, cursor: Cursor, ctx: &Context<'_>) {
        self.open = cursor.open.into_iter().map(|mark| Scope::resumed(mark, ctx)).collect();
        self.opened = cursor.opened;
        self.closed = cursor.closed;
    }

    /// Tells a problem that belongs to no scope.
    pub(super) fn tell(&mut self, code: Code, message: String, source: Option<u32>, ctx: &mut Context<'_>) {
        ctx.tell(code, message, source, &mut self.closed);
    }

    /// Takes what came of requests, in whatever order.
    pub(super) fn receive(&mut self, outcomes: Vec<Outcome>, ctx: &mut Context<'_>) {
        // What came with an earlier call has no position in this one.
        self.open.iter_mut().flat_map(Scope::lists).map(|(_, list)| list).chain(self.metadata.list()).for_each(List::forget_sources);
        for (position, outcome) in outcomes.into_iter().enumerate() {
            let source = u32::try_from(position).ok();
            let Some(flight) = self.flights.remove(&outcome.id) else {
                self.tell(Code::OutcomeUnknown, format!("no request `{}` is under way", outcome.id), source, ctx);
                continue;
            };
            ctx.budget.unreserve(flight.reserved);
            match flight.target {
                Target::Metadata => self.metadata.receive(outcome.answer, source, ctx),
                Target::Scope(number, who) => {
                    if let Some(scope) = self.open.iter_mut().find(|scope| scope.number() == number) {
                        scope.receive(who, outcome.answer, flight.must, source, ctx);
                    }
                }
            }
        }
    }

    /// Hands over all that there is until the step is full, and leaves the scopes that are finished.
    pub(super) fn work(&mut self, ctx: &mut Context<'_>) {
        ctx.changed = true;
        while ctx.changed && !ctx.step.more {
            ctx.changed = false;
            self.metadata.work(ctx);
            for scope in &mut self.open {
                scope.work(ctx);
            }
        }
        for mut scope in self.open.extract_if(.., |scope| scope.is_finished()) {
            self.closed += scope.close(ctx);
        }
    }

    /// Asks for pages as far as there is room. If nothing else is under way, for one in any case.
    pub(super) fn request(&mut self, ctx: &mut Context<'_>) {
        if self.are_finished(ctx.plan) {
            return;
        }
        if let Some(list) = self.metadata.list() {
            if list.wants() {
                let reserved = ctx.budget.reserve_anyway(list.known_size());
                let flight = Flight { target: Target::Metadata, reserved, must: Must::Stay };
                let url = list.ask();
                self.send(flight, url, ctx);
            }
            return;
        }
        while self.open.len() < SCOPES_AT_ONCE && self.opened < ctx.plan.scopes.len() {
            self.open.push(Scope::new(self.opened, ctx));
            self.opened += 1;
        }
        // Lists of one assessment's sub-assessments have the first choice of room: they bring pages that are held to their end. They are sent last: the lists of
        // scopes are what there is too little of at a time.
        let (mut chains, mut asked) = (Vec::new(), Vec::new());
        for need in NEEDS {
            for (scope, who, list) in wanting(&mut self.open, need) {
                if let Some(reserved) = ctx.budget.reserve(need, list.known_size()) {
                    let to = if let Who::Chain(_) = who { &mut chains } else { &mut asked };
                    to.push((Flight { target: Target::Scope(scope, who), reserved, must: Must::Fit }, list.ask()));
                }
            }
        }
        asked.append(&mut chains);
        if asked.is_empty() && self.flights.is_empty() && !ctx.step.more {
            let first = NEEDS.into_iter().find_map(|need| {
                let (scope, who, list) = wanting(&mut self.open, need).next()?;
                let reserved = ctx.budget.reserve_anyway(list.known_size());
                Some((Flight { target: Target::Scope(scope, who), reserved, must: Must::Stay }, list.ask()))
            });
            asked.extend(first);
        }
        for (flight, url) in asked {
            self.send(flight, url, ctx);
        }
    }

    fn send(&mut self, flight: Flight, url: String, ctx: &mut Context<'_>) {
        self.last_request += 1;
        self.flights.insert(self.last_request, flight);
        ctx.step.requests.push(Request { id: self.last_request, url, token_scopes: ctx.plan.settings.token_scopes.clone() });
    }

    /// Whether all scopes were walked.
    pub(super) fn are_finished(&self, plan: &Plan) -> bool {
        self.open.is_empty() && self.opened == plan.scopes.len()
    }

    /// What was counted so far.
    pub(super) fn counts(&self) -> Counts {
        let mut total = self.closed.clone();
        total += self.metadata.counts.clone();
        for scope in &self.open {
            total += scope.counts();
        }
        total
    }

    /// Where to resume.
    pub(super) fn cursor(&self, plan: &Plan) -> Cursor {
        Cursor {
            start: plan.start,
            plan: cursor::hash(plan),
            opened: self.opened,
            closed: self.closed.clone(),
            open: self.open.iter().map(Scope::mark).collect(),
        }
    }
}

/// The lists that want a page for this.
fn wanting(scopes: &mut [Scope], need: Need) -> impl Iterator<Item = (usize, Who, &mut List)> {
    scopes.iter_mut().flat_map(move |scope| {
        let number = scope.number();
        scope.wanting(need).map(move |(who, list)| (number, who, list))
    })
}
