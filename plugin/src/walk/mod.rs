//! The walk over assessments and their sub-assessments: says which pages it wants, takes what came, makes documents of them.
//!
//! It sends nothing and waits for nothing; the host does. What it holds stays under `max_memory`, and it can be resumed from the cursor of any step.

mod budget;
mod catalogue;
mod chain;
mod context;
mod cursor;
mod fault;
mod hash;
mod join;
mod link;
mod list;
mod merge;
mod metadata;
mod next_link;
mod page;
mod parent;
mod report;
mod scope;
mod scopes;
mod seen;
mod unfinished;
mod window;

#[cfg(test)]
mod tests;

use crate::contract::{Outcome, Step, Timestamp, Totals};
use crate::mapping::Mapper;
use crate::problem::Code;
use crate::settings::Settings;
use budget::Budget;
use catalogue::Catalogue;
use context::{Context, Plan};
use cursor::Cursor;
use scopes::Scopes;
use unfinished::Unfinished;

/// One run of the poller.
#[derive(Debug)]
pub struct Walk {
    plan: Plan,
    budget: Budget,
    catalogue: Catalogue,
    scopes: Scopes,
    unfinished: Unfinished,
    finished: Option<Totals>,
}

impl Walk {
    /// Begins a run at `now`, or resumes the one that a cursor is of, which keeps its start.
    pub fn begin(settings: &Settings, mapper: &mut Mapper, now: Timestamp, cursor: Option<&[u8]>) -> (Self, Step) {
        let mut plan = Plan::new(settings, now);
        let cursor = cursor.map(|bytes| Cursor::read(bytes, &plan));
        if let Some(Ok(cursor)) = &cursor {
            plan.start = cursor.start;
        }
        let budget = Budget::new(settings.max_memory, settings.sub_assessments);
        let scopes = Scopes::new(&plan);
        let mut walk = Self { plan, budget, catalogue: Catalogue::default(), scopes, unfinished: Unfinished::default(), finished: None };
        let mut ctx = Context::new(&walk.plan, &mut walk.budget, &mut walk.catalogue, &mut walk.unfinished, mapper);
        match cursor {
            Some(Ok(cursor)) => walk.scopes.resume(cursor, &ctx),
            Some(Err(why)) => {
                walk.scopes.tell(Code::CursorUnusable, format!("cannot resume: the cursor does not serve: {why}: a new run is started"), None, &mut ctx)
            }
            None => {}
        }
        if ctx.plan.scopes.is_empty() {
            let message = "nothing to collect: set `subscription_id` or `management_group_name`".to_owned();
            walk.scopes.tell(Code::ScopeMissing, message, None, &mut ctx);
        }
        walk.scopes.work(&mut ctx);
        walk.scopes.request(&mut ctx);
        let step = ctx.step;
        let step = walk.close(step, now);
        (walk, step)
    }

    /// Takes outcomes, or only the next documents, and says what comes next.
    pub fn advance(&mut self, mapper: &mut Mapper, now: Timestamp, outcomes: Vec<Outcome>) -> Step {
        let mut ctx = Context::new(&self.plan, &mut self.budget, &mut self.catalogue, &mut self.unfinished, mapper);
        self.scopes.receive(outcomes, &mut ctx);
        self.scopes.work(&mut ctx);
        self.scopes.request(&mut ctx);
        let step = ctx.step;
        self.close(step, now)
    }

    /// Bytes of pages, waiting assessments and hashes that are held now.
    pub fn held(&self) -> usize {
        self.budget.held()
    }

    /// Adds to a step where the run stands: the cursor, or how it ended.
    fn close(&mut self, mut step: Step, now: Timestamp) -> Step {
        if !self.scopes.are_finished(&self.plan) {
            step.cursor = Some(self.scopes.cursor(&self.plan).write());
            return step;
        }
        let totals = match self.finished {
            // A host that goes on after the end is told the end again, without a second document.
            Some(totals) => totals,
            None => {
                self.budget.forget_kinds();
                let counts = self.scopes.counts();
                let known = self.catalogue.known();
                step.documents.push(report::document(&self.plan.settings, &self.plan.scopes, self.plan.start, now, known, &counts));
                counts.totals(self.plan.scopes.len())
            }
        };
        self.finished = Some(totals);
        step.finished = Some(totals);
        step
    }
}
