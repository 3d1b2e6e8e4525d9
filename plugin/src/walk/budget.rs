//! How much a walk may hold at a time: what each part of it takes of `max_memory`, and what a step may bring.

use crate::settings::SubAssessments;

/// Lists of sub-assessments that are read side by side, over all scopes.
pub(super) const CHAINS_AT_ONCE: usize = 16;
/// Scopes that are walked side by side.
pub(super) const SCOPES_AT_ONCE: usize = 16;
/// Bytes of documents after which a step is handed over.
const STEP: usize = 1 << 20;
/// Bytes that the first page is expected to have.
const FIRST_GUESS: usize = 256 << 10;
/// Bytes that one remembered hash takes in a set, its share of the tree included.
const HASH: usize = 32;

/// What a page is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// The list of one assessment's sub-assessments stands still without it.
    Chain,
    /// A list of a scope stands still without it.
    List,
    /// Nothing stands still yet: it is read ahead.
    Ahead,
}

/// Bytes of one kind, and how many of them are allowed.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    limit: usize,
    used: usize,
}

impl Share {
    fn take(&mut self, size: usize) -> bool {
        let fits = self.used + size <= self.limit;
        if fits {
            self.used += size;
        }
        fits
    }
}

/// The bytes that a walk holds and may hold.
///
/// An eighth of `max_memory`, but no more than a step may bring, is for the documents of a step, an eighth for hashes of what was seen and, where all
/// sub-assessments are listed, half for the assessments that wait for theirs. The rest is for pages and the assessments whose sub-assessments are being read;
/// of that, an eighth of all at most holds what is known of kinds of assessments.
#[derive(Debug)]
pub(super) struct Budget {
    /// Bytes of documents that a step may bring; one document is always allowed.
    pub step: usize,
    /// Lists of sub-assessments that are being read.
    pub chains: usize,
    hashes: Share,
    kept: Share,
    kinds: Share,
    work: Share,
    reserved: usize,
    guess: usize,
}

impl Budget {
    /// The shares of this much memory.
    pub(super) fn new(max_memory: usize, mode: SubAssessments) -> Self {
        let eighth = max_memory / 8;
        let kept = match mode {
            SubAssessments::PerAssessment | SubAssessments::None => 0,
            SubAssessments::ListAll => 4 * eighth,
        };
        let step = STEP.min(eighth);
        let work = max_memory - step - eighth - kept;
        Self {
            step,
            chains: 0,
            hashes: Share { limit: eighth, used: 0 },
            kept: Share { limit: kept, used: 0 },
            kinds: Share { limit: eighth, used: 0 },
            work: Share { limit: work, used: 0 },
            reserved: 0,
            guess: FIRST_GUESS.min(work / 16),
        }
    }

    /// All bytes that are held.
    pub(super) fn held(&self) -> usize {
        self.hashes.used + self.kept.used + self.work.used
    }

    /// Room for one more hash, if there is any.
    pub(super) fn remember(&mut self) -> bool {
        self.hashes.take(HASH)
    }

    /// These many hashes are no longer needed.
    pub(super) fn forget(&mut self, hashes: usize) {
        self.hashes.used -= hashes * HASH;
    }

    /// Room for what is known of one more kind of assessments, if there is any. It is taken from the room for pages.
    pub(super) fn note(&mut self, size: usize) -> bool {
        let room = self.kinds.take(size);
        self.work.used += if room { size } else { 0 };
        room
    }

    /// What is known of kinds of assessments is no longer needed.
    pub(super) fn forget_kinds(&mut self) {
        self.work.used -= std::mem::take(&mut self.kinds.used);
    }

    /// Room for an assessment that waits for its sub-assessments, if there is any.
    pub(super) fn keep(&mut self, size: usize) -> bool {
        self.kept.take(size)
    }

    /// The same for one that names no list of its own: in half of the room, so that such ones never crowd out those that do.
    pub(super) fn keep_without_link(&mut self, size: usize) -> bool {
        self.kept.used + size <= self.kept.limit / 2 && self.kept.take(size)
    }

    /// An assessment no longer waits.
    pub(super) fn release(&mut self, size: usize) {
        self.kept.used -= size;
    }

    /// A page or an assessment is held from now on.
    pub(super) fn take(&mut self, size: usize) {
        self.work.used += size;
    }

    /// It no longer is.
    pub(super) fn give(&mut self, size: usize) {
        self.work.used -= size;
    }

    /// Whether another list of sub-assessments may be begun for an assessment of this size. A quarter of the room stays free for pages, and the first is
    /// always allowed, so that the walk goes on however large an assessment is.
    pub(super) fn admits_chain(&self, size: usize) -> bool {
        self.chains == 0 || self.chains < CHAINS_AT_ONCE && self.work.used + size <= self.work.limit / 4 * 3
    }

    /// Reserves room for a page, if there is any. Pages of scopes fill at most half of it all: those of one assessment's sub-assessments need some to bring
    /// them to their end. What is read ahead is asked for only where a quarter is enough, so that lists seldom stand still for it.
    pub(super) fn reserve(&mut self, need: Need, known: usize) -> Option<usize> {
        let limit = match need {
            Need::Chain => self.work.limit,
            Need::List => self.work.limit / 2,
            Need::Ahead => self.work.limit / 4,
        };
        let fits = self.work.used + self.reserved + known.max(self.guess) <= limit;
        fits.then(|| self.reserve_anyway(known))
    }

    /// Reserves room for a page without regard to what there is: nothing else is under way, so the walk would stand still.
    pub(super) fn reserve_anyway(&mut self, known: usize) -> usize {
        let size = known.max(self.guess);
        self.reserved += size;
        size
    }

    /// A page has come, or has not: what was reserved for it is free.
    pub(super) fn unreserve(&mut self, size: usize) {
        self.reserved -= size;
    }

    /// Whether a page that has come may stay. The next ones are expected to be as large, or a little smaller each time.
    pub(super) fn fits(&mut self, size: usize) -> bool {
        self.guess = size.max(self.guess - self.guess / 8);
        self.work.used + size <= self.work.limit
    }
}
