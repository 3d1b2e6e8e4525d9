//! The assessments that wait for their sub-assessments, and what becomes of each sub-assessment that comes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::problem::Code;
use crate::walk::context::Context;
use crate::walk::hash;
use crate::walk::list::Taken;
use crate::walk::merge;
use crate::walk::page::Record;
use crate::walk::parent::{Emitted, Parent};
use crate::walk::report::Counts;
use crate::walk::seen::Seen;

/// Bytes that an assessment's position in the index takes.
const INDEXED: usize = 48;
/// Sub-assessments without an assessment that are told one by one.
const MOST_TOLD: u64 = 5;

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
}

/// Assessments in the order of their list, found by the hashes of their ids.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// What was counted since the list of sub-assessments began.
    pub counts: Counts,
    held: VecDeque<Held>,
    index: BTreeMap<u128, usize>,
    overflowed: bool,
    /// Sub-assessments without an assessment.
    orphans: u64,
    /// How many of them were told one by one.
    orphans_told: u64,
}

impl Waiting {
    /// Holds an assessment; says whether there is room for it and an id to find it by.
    pub(super) fn keep(&mut self, record: &Record<'_>, metadata: Option<&Arc<str>>, ctx: &mut Context<'_>) -> bool {
        if record.id.is_empty() {
            return false;
        }
        let size = Parent::size_of(record) + INDEXED;
        let room = match record.link {
            Some(_) => ctx.budget.keep(size),
            None => ctx.budget.keep_without_link(size),
        };
        if room {
            self.index.insert(record.key, self.held.len());
            self.held.push_back(Held { parent: Parent::of(record, metadata.cloned()), linked: record.link.is_some(), joined: false });
        }
        room
    }

    /// Whether an assessment is held.
    pub(super) fn holds(&self, key: u128) -> bool {
        self.index.contains_key(&key)
    }

    /// How many are thinner than they should be if nothing more comes.
    pub(super) fn left(&self) -> u64 {
        self.held.iter().filter(|held| held.linked && !held.joined).count() as u64
    }

    /// The list is read once more: all of it is counted again, and its documents have the same ids as before.
    pub(super) fn recount(&mut self) {
        self.counts = Counts::default();
        self.overflowed = false;
        self.orphans = 0;
    }

    /// Deals with one sub-assessment. As long as not all assessments are `listed`, its own may come yet.
    pub(super) fn join(&mut self, sub: &Record<'_>, scope: usize, seen: &Seen, listed: bool, source: Option<u32>, ctx: &mut Context<'_>) -> Taken {
        let parent = sub.parent_id().map(hash::of);
        let held = parent.and_then(|key| self.index.get(&key)).and_then(|&index| self.held.get_mut(index));
        if let Some(held) = held {
            let emitted = held.parent.emit_with(sub, source, &mut self.counts, ctx);
            held.joined |= emitted == Emitted::Merged;
            return if emitted == Emitted::Later { Taken::Later } else { Taken::New };
        }
        match parent {
            // Beyond what could be held, so its own list is read.
            Some(key) if seen.contains(key) => Taken::New,
            Some(_) if !listed => Taken::Later,
            Some(_) if !seen.is_complete() => {
                self.overflow(scope, source, ctx);
                Taken::New
            }
            _ => self.emit_orphan(sub, source, ctx),
        }
    }

    /// The list has ended: tells how many sub-assessments of a scope were not told one by one.
    pub(super) fn sum_up(&self, scope: usize, source: Option<u32>, ctx: &mut Context<'_>) {
        if self.orphans > self.orphans_told {
            let more = self.orphans - self.orphans_told;
            ctx.say(Code::SubAssessmentOrphaned, format!("no assessment for {more} more sub-assessments of `{}`", ctx.plan.scope(scope)), source);
        }
    }

    /// Hands over the assessments that had no sub-assessment; says whether the step had room for all.
    pub(super) fn leave(&mut self, ctx: &mut Context<'_>) -> bool {
        self.index.clear();
        while let Some(held) = self.held.front() {
            if !held.joined && !held.parent.emit_bare(None, &mut self.counts, ctx) {
                return false;
            }
            ctx.budget.release(held.size());
            self.held.pop_front();
        }
        true
    }

    fn emit_orphan(&mut self, sub: &Record<'_>, source: Option<u32>, ctx: &mut Context<'_>) -> Taken {
        let assessment = sub.parent_id().unwrap_or_default().as_bytes();
        if !ctx.has_room(sub.text.len()) || !ctx.emit(&merge::alone(sub.text), assessment, sub.identity(), source, &mut self.counts) {
            return Taken::Later;
        }
        let name = if sub.id.is_empty() { "a sub-assessment without an id" } else { &sub.id };
        self.orphans += 1;
        self.counts.note(Code::SubAssessmentOrphaned);
        if self.orphans_told < MOST_TOLD {
            self.orphans_told += 1;
            ctx.say(Code::SubAssessmentOrphaned, format!("no assessment for `{name}`"), source);
        }
        self.counts.records += 1;
        Taken::New
    }

    fn overflow(&mut self, scope: usize, source: Option<u32>, ctx: &mut Context<'_>) {
        if self.overflowed {
            return;
        }
        self.overflowed = true;
        self.counts.failed += 1;
        let message = format!("too many assessments in `{}` to tell which sub-assessments lack theirs: raise `max_memory`", ctx.plan.scope(scope));
        ctx.tell(Code::JoinOverflowed, message, source, &mut self.counts);
    }
}
