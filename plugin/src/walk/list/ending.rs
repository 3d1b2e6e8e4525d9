//! How a list ends: with its last page, to be read once more, or too early; and what a person is told of it.

use super::{Attempt, List, State};
use crate::problem::Code;
use crate::walk::context::Context;
use crate::walk::fault::Fault;
use crate::walk::report::Counts;

/// What a list is of. It decides what an early end means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::walk) enum Listed {
    /// The assessments of a scope.
    Assessments,
    /// The sub-assessments of one assessment.
    SubAssessments,
    /// All sub-assessments of a scope.
    AllSubAssessments,
    /// What Azure says of each kind of assessment.
    Metadata,
}

/// How a list has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::walk) enum Ending {
    /// With its last page.
    Whole,
    /// Its links are too old, so it is to be read once more from its beginning.
    Expired(Fault),
    /// There is no such list.
    Missing(Fault),
    /// Before its last page.
    Cut(Code, Fault),
}

/// What a list's first page was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::walk) enum Opening {
    /// 404 or 410: there is no such list, or no longer.
    Gone,
    /// 409: there is no such list for this resource.
    Absent,
    /// A page, or a failure that says nothing of other lists.
    Other,
}

/// The end of a page: all of its records were dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::walk) struct PageEnd {
    /// Items that are no records.
    pub empty: u64,
    /// Position of the page, among the outcomes of the present call.
    pub source: Option<u32>,
}

/// Whose list it is, for what a person is told.
#[derive(Debug, Clone, Copy)]
pub(in crate::walk) struct Told<'a> {
    /// What it is of.
    pub listed: Listed,
    /// The scope or the assessment.
    pub owner: &'a str,
    /// Assessments that lack what an early end leaves unread, where it can be more than one.
    pub left: Option<u64>,
    /// Position, among the outcomes of the present call, of what ended it.
    pub source: Option<u32>,
}

impl List {
    /// What its first page was answered with, once it was.
    pub(in crate::walk) fn opening(&self) -> Option<Opening> {
        match (self.state, &self.fault) {
            _ if !self.is_at_first() => Some(Opening::Other),
            (State::Wanted | State::Asked, _) => None,
            (_, Some(Fault::Status(404 | 410, _) | Fault::NotRegistered(_))) => Some(Opening::Gone),
            (_, Some(Fault::Status(409, _))) => Some(Opening::Absent),
            _ => Some(Opening::Other),
        }
    }

    /// How it has ended, once it has and until it is [closed](Self::close).
    pub(in crate::walk) fn ending(&self) -> Option<Ending> {
        if self.state != State::Over || !self.is_bare() {
            return None;
        }
        let Some(fault) = self.fault.clone() else { return Some(Ending::Whole) };
        Some(match self.listed {
            Listed::SubAssessments | Listed::AllSubAssessments if fault.is_missing() && self.is_at_first() => Ending::Missing(fault),
            Listed::Assessments | Listed::AllSubAssessments if fault.is_expired() && !self.is_at_first() && self.attempt == Attempt::First => {
                Ending::Expired(fault)
            }
            Listed::Assessments | Listed::AllSubAssessments if fault.is_forbidden() => Ending::Cut(Code::ScopeForbidden, fault),
            Listed::Assessments => Ending::Cut(self.code(&fault), fault),
            Listed::Metadata => Ending::Cut(Code::MetadataFailed, fault),
            Listed::SubAssessments | Listed::AllSubAssessments => Ending::Cut(fault.code_of_sub_assessments(), fault),
        })
    }

    /// The code of a list of assessments that ended early.
    fn code(&self, fault: &Fault) -> Code {
        match fault {
            Fault::Link(_) => Code::LinkRefused,
            Fault::UnknownLink(_) => Code::LinkUnknown,
            Fault::Loop | Fault::Barren(_) => Code::ListEndless,
            Fault::NotRegistered(_) if self.is_at_first() => Code::ScopeNotRegistered,
            _ if self.is_at_first() => Code::ScopeFailed,
            _ => Code::PageFailed,
        }
    }
}

impl Ending {
    /// Tells it, and counts what it means for the run; a list that ended well is not worth a word.
    pub(in crate::walk) fn tell(&self, told: &Told<'_>, counts: &mut Counts, ctx: &mut Context<'_>) {
        let owner = told.owner;
        let (code, message) = match self {
            Self::Whole => return,
            Self::Expired(fault) => (Code::ListRestarted, format!("the {} of `{owner}` are listed again: {fault}", told.listed.name())),
            Self::Missing(fault) => {
                counts.skipped += 1;
                (Code::SubAssessmentsMissing, format!("`{owner}` has no list of sub-assessments: {fault}"))
            }
            Self::Cut(Code::ScopeNotRegistered, fault) => {
                counts.not_registered += 1;
                (Code::ScopeNotRegistered, told.cut(fault))
            }
            Self::Cut(code, fault) => {
                counts.failed += told.left.unwrap_or(1).max(1);
                (*code, told.cut(fault))
            }
        };
        ctx.tell(code, message, told.source, counts);
    }
}

impl PageEnd {
    /// What the page counts, its records apart. Items that are no records are told: what they were meant to be is missing.
    pub(in crate::walk) fn counts(self, told: &Told<'_>, ctx: &mut Context<'_>) -> Counts {
        let mut counts = Counts { pages: 1, failed: self.empty, ..Counts::default() };
        if self.empty > 0 {
            let (owner, name, empty) = (told.owner, told.listed.name(), self.empty);
            let message = format!("items of a page of the {name} of `{owner}` are `null`, scalars or `{{}}`: {empty} in all");
            ctx.say(Code::ItemEmpty, message, self.source);
            counts.reasons.insert(Code::ItemEmpty, self.empty);
        }
        counts
    }
}

impl Told<'_> {
    fn cut(&self, fault: &Fault) -> String {
        let (owner, name) = (self.owner, self.listed.name());
        if self.listed == Listed::SubAssessments {
            return format!("cannot read the {name} of `{owner}`: {fault}");
        }
        let so = self.left.map(|left| format!(", so {left} assessments are stored without theirs")).unwrap_or_default();
        format!("cannot list the {name} of `{owner}`{so}: {fault}{}", fault.advice(owner))
    }
}

impl Listed {
    const fn name(self) -> &'static str {
        match self {
            Self::Assessments => "assessments",
            Self::SubAssessments | Self::AllSubAssessments => "sub-assessments",
            Self::Metadata => "metadata",
        }
    }
}
