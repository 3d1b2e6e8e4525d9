//! All scopes of a run, and the requests that are under way for them.

use std::collections::BTreeMap;

use super::budget::SCOPES_AT_ONCE;
use super::context::{Context, Plan};
use super::cursor::{self, Cursor};
use super::list::{List, Must};
use super::problem::Code;
use super::report::Counts;
use super::scope::{Scope, Who};
use crate::contract::{Outcome, Request};

#[derive(Debug)]
struct Flight {
    scope: usize,
    who: Who,
    reserved: usize,
    must: Must,
}

/// The scopes that are being walked, one beside the other, and what was counted of the others.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    open: Vec<Scope>,
    opened: usize,
    closed: Counts,
    flights: BTreeMap<u64, Flight>,
    last_request: u64,
}

impl Scopes {
    /// The scopes as a cursor left them.
    pub(super) fn resumed(cursor: Cursor, ctx: &Context<'_>) -> Self {
        let open = cursor.open.into_iter().map(|mark| Scope::resumed(mark, ctx)).collect();
        Self { open, opened: cursor.opened, closed: cursor.closed, ..Self::default() }
    }

    /// Tells a problem that belongs to no scope.
    pub(super) fn tell(&mut self, code: Code, message: String, source: Option<u32>, ctx: &mut Context<'_>) {
        ctx.tell(code, message, source, &mut self.closed);
    }

    /// Takes what came of requests, in whatever order.
    pub(super) fn receive(&mut self, outcomes: Vec<Outcome>, ctx: &mut Context<'_>) {
        // What came with an earlier call has no position in this one.
        self.open.iter_mut().flat_map(Scope::lists).for_each(|(_, list)| list.source = None);
        for (position, outcome) in outcomes.into_iter().enumerate() {
            let source = u32::try_from(position).ok();
            let Some(flight) = self.flights.remove(&outcome.id) else {
                self.tell(Code::OutcomeUnknown, format!("no request `{}` is under way", outcome.id), source, ctx);
                continue;
            };
            ctx.budget.unreserve(flight.reserved);
            if let Some(scope) = self.open.iter_mut().find(|scope| scope.number() == flight.scope) {
                scope.receive(flight.who, outcome.answer, flight.must, source, ctx);
            }
        }
    }

    /// Hands over all that there is until the step is full, and leaves the scopes that are finished.
    pub(super) fn work(&mut self, ctx: &mut Context<'_>) {
        ctx.changed = true;
        while ctx.changed && !ctx.step.more {
            ctx.changed = false;
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
        while self.open.len() < SCOPES_AT_ONCE && self.opened < ctx.plan.scopes.len() {
            self.open.push(Scope::new(self.opened, ctx));
            self.opened += 1;
        }
        let mut asked = Vec::new();
        // Lists of sub-assessments first: they bring pages that are held to their end.
        for chains in [true, false] {
            for (scope, who, list) in wanting(&mut self.open, chains) {
                let reserved = match who {
                    Who::Chain(_) => ctx.budget.reserve_for_chain(list.known_size()),
                    Who::Assessments | Who::SubAssessments => ctx.budget.reserve_for_list(list.known_size()),
                };
                if let Some(reserved) = reserved {
                    asked.push((Flight { scope, who, reserved, must: Must::Fit }, url(list)));
                }
            }
        }
        if asked.is_empty() && self.flights.is_empty() && !ctx.step.more {
            let first = [true, false].into_iter().find_map(|chains| {
                let (scope, who, list) = wanting(&mut self.open, chains).next()?;
                let reserved = ctx.budget.reserve_anyway(list.known_size());
                Some((Flight { scope, who, reserved, must: Must::Stay }, url(list)))
            });
            asked.extend(first);
        }
        for (flight, url) in asked {
            self.last_request += 1;
            self.flights.insert(self.last_request, flight);
            ctx.step.requests.push(Request { id: self.last_request, url, token_scopes: ctx.plan.settings.token_scopes.clone() });
        }
    }

    /// Whether all scopes were walked.
    pub(super) fn are_finished(&self, plan: &Plan) -> bool {
        self.open.is_empty() && self.opened == plan.scopes.len()
    }

    /// What was counted so far.
    pub(super) fn counts(&self) -> Counts {
        let mut total = self.closed.clone();
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

/// The lists that want a page: those of one assessment each, or those of whole scopes.
fn wanting(scopes: &mut [Scope], chains: bool) -> impl Iterator<Item = (usize, Who, &mut List)> {
    scopes
        .iter_mut()
        .flat_map(|scope| {
            let number = scope.number();
            scope.lists().map(move |(who, list)| (number, who, list))
        })
        .filter(move |(_, who, list)| list.wants() && matches!(who, Who::Chain(_)) == chains)
}

fn url(list: &mut List) -> String {
    list.ask();
    list.url().to_string()
}
