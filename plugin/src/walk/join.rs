//! One list of all of a scope's sub-assessments, joined to the assessments that are held for them.

use std::collections::{BTreeMap, VecDeque};

use super::context::Context;
use super::hash;
use super::list::List;
use super::merge;
use super::page::Record;
use super::parent::{Emitted, Parent};
use super::problem::Code;
use super::report::Counts;
use super::seen::Seen;

/// Bytes that an assessment's place in the index takes.
const INDEXED: usize = 48;

/// How far the join is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Assessments are being listed.
    Listing,
    /// Sub-assessments are being listed.
    Joining,
    /// Assessments that had none are handed over.
    Leaving,
    /// All is done.
    Over,
}

#[derive(Debug)]
struct Held {
    parent: Parent,
    linked: bool,
    joined: bool,
}

impl Held {
    fn size(&self) -> usize {
        self.parent.size() + INDEXED
    }

    /// Whether it is thinner than it should be if the list could not be read.
    fn is_left(&self) -> bool {
        self.linked && !self.joined
    }
}

/// The assessments of a scope that wait, and the list of what they wait for.
///
/// A cursor does not say how far a join is, because what waits would have to be in it. A run that is cut during one lists the scope anew: that costs the
/// requests of one scope and documents that the sink has already, under the same ids.
#[derive(Debug)]
pub(super) struct Join {
    /// What was counted of the list of sub-assessments and behind it.
    pub counts: Counts,
    scope: usize,
    phase: Phase,
    held: VecDeque<Held>,
    index: BTreeMap<u128, usize>,
    list: List,
    restarted: bool,
    overflowed: bool,
}

impl Join {
    /// Nothing is held yet.
    pub(super) fn new(scope: usize, url: &str) -> Self {
        Self {
            counts: Counts::default(),
            scope,
            phase: Phase::Listing,
            held: VecDeque::new(),
            index: BTreeMap::new(),
            list: List::new(url),
            restarted: false,
            overflowed: false,
        }
    }

    /// Holds an assessment until its sub-assessments have come; says whether there is room for it and an id to join by.
    pub(super) fn keep(&mut self, record: &Record<'_>, ctx: &mut Context<'_>) -> bool {
        if record.id.is_empty() {
            return false;
        }
        let size = Parent::size_of(record) + INDEXED;
        let room = match record.link {
            Some(_) => ctx.budget.keep(size),
            None => ctx.budget.keep_without_link(size),
        };
        if room {
            let held = Held { parent: Parent::of(record), linked: record.link.is_some(), joined: false };
            self.index.insert(record.key, self.held.len());
            self.held.push_back(held);
            ctx.changed = true;
        }
        room
    }

    /// Whether an assessment is held.
    pub(super) fn holds(&self, key: u128) -> bool {
        self.index.contains_key(&key)
    }

    /// All assessments were listed that can be: the list of sub-assessments begins.
    pub(super) fn begin(&mut self) {
        self.phase = Phase::Joining;
    }

    /// There will be no list of sub-assessments: what is held is handed over as it is.
    pub(super) fn abandon(&mut self, ctx: &mut Context<'_>) {
        self.phase = Phase::Leaving;
        let left = self.held.iter().filter(|held| held.is_left()).count();
        if left > 0 {
            self.counts.failed += left as u64;
            let message = format!("no sub-assessments for {left} assessments of `{}`: its assessments could not be listed", ctx.plan.scope(self.scope));
            ctx.tell(Code::SubAssessmentsFailed, message, None, &mut self.counts);
        }
    }

    /// The list of sub-assessments, while it is being read.
    pub(super) fn list(&mut self) -> Option<&mut List> {
        (self.phase == Phase::Joining).then_some(&mut self.list)
    }

    /// Whether all was handed over.
    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Hands over what there is.
    pub(super) fn work(&mut self, seen: &Seen, ctx: &mut Context<'_>) {
        if self.phase == Phase::Joining {
            self.drain(seen, ctx);
            if self.list.has_ended() {
                self.conclude(ctx);
            }
        }
        if self.phase == Phase::Leaving {
            self.leave(ctx);
        }
    }

    fn drain(&mut self, seen: &Seen, ctx: &mut Context<'_>) {
        let Some(mut page) = self.list.page.take() else { return };
        while let Some(text) = page.record() {
            let sub = Record::of(text);
            if !self.place(&sub, seen, ctx) {
                break;
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

    /// Deals with one sub-assessment; says whether the step had room for it.
    fn place(&mut self, sub: &Record<'_>, seen: &Seen, ctx: &mut Context<'_>) -> bool {
        let parent = sub.parent_id().map(hash::of);
        let held = parent.and_then(|key| self.index.get(&key)).and_then(|&position| self.held.get_mut(position));
        if let Some(held) = held {
            let emitted = held.parent.emit_with(sub, self.list.source, &mut self.counts, ctx);
            held.joined |= emitted == Emitted::Merged;
            return emitted != Emitted::Later;
        }
        match parent {
            // Beyond what could be held, so its own list is read.
            Some(key) if seen.contains(key) => true,
            Some(_) if !seen.is_complete() => {
                self.overflow(ctx);
                true
            }
            _ => self.emit_orphan(sub, ctx),
        }
    }

    fn emit_orphan(&mut self, sub: &Record<'_>, ctx: &mut Context<'_>) -> bool {
        if !ctx.has_room(sub.text.len()) {
            return false;
        }
        let name = if sub.id.is_empty() { "a sub-assessment without an id" } else { &sub.id };
        ctx.tell(Code::SubAssessmentOrphaned, format!("no assessment for `{name}`"), self.list.source, &mut self.counts);
        self.counts.records += 1;
        let assessment = sub.parent_id().unwrap_or_default().as_bytes();
        ctx.emit(&merge::alone(sub.text), assessment, sub.identity(), self.list.source, &mut self.counts);
        true
    }

    fn overflow(&mut self, ctx: &mut Context<'_>) {
        if self.overflowed {
            return;
        }
        self.overflowed = true;
        self.counts.failed += 1;
        let message = format!("too many assessments in `{}` to tell which sub-assessments lack theirs: raise `max_memory`", ctx.plan.scope(self.scope));
        ctx.tell(Code::JoinOverflowed, message, self.list.source, &mut self.counts);
    }

    fn conclude(&mut self, ctx: &mut Context<'_>) {
        let scope = ctx.plan.scope(self.scope);
        let first = self.list.is_at_first();
        let source = self.list.source;
        match self.list.fault.take() {
            None => {}
            Some(fault) if fault.is_expired() && !first && !self.restarted => {
                self.restarted = true;
                // All of it is counted again; documents have the same ids as before.
                self.counts = Counts::default();
                self.overflowed = false;
                self.list.restart();
                let message = format!("the sub-assessments of `{scope}` are listed again: {fault}");
                return ctx.tell(Code::ListRestarted, message, source, &mut self.counts);
            }
            Some(fault) if fault.is_missing() && first => {
                self.counts.skipped += 1;
                ctx.tell(Code::SubAssessmentsMissing, format!("`{scope}` has no list of sub-assessments: {fault}"), source, &mut self.counts);
            }
            Some(fault) => {
                let left = self.held.iter().filter(|held| held.is_left()).count();
                self.counts.failed += left.max(1) as u64;
                let code = if fault.is_forbidden() { Code::ScopeForbidden } else { fault.code_of_sub_assessments() };
                let advice = fault.advice(scope);
                let message = format!("cannot list the sub-assessments of `{scope}`, so {left} assessments are stored without theirs: {fault}{advice}");
                ctx.tell(code, message, source, &mut self.counts);
            }
        }
        self.phase = Phase::Leaving;
        ctx.changed = true;
    }

    fn leave(&mut self, ctx: &mut Context<'_>) {
        self.index.clear();
        while let Some(held) = self.held.front() {
            if !held.joined && !held.parent.emit_bare(None, &mut self.counts, ctx) {
                return;
            }
            ctx.budget.release(held.size());
            self.held.pop_front();
        }
        self.phase = Phase::Over;
        ctx.changed = true;
    }
}
