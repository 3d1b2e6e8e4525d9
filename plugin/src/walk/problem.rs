//! Everything that a walk may have to say, in one table: the docs are made from it.

use serde::{Deserialize, Serialize};

use crate::contract::Severity;

/// What a problem of a walk is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Nothing to walk.
    ScopeMissing,
    /// 401 or 403 on a list of the scope's own.
    ScopeForbidden,
    /// The first page of a scope could not be read.
    ScopeFailed,
    /// Defender was never switched on in a subscription.
    ScopeNotRegistered,
    /// A later page of a scope could not be read.
    PageFailed,
    /// A body that did not fit was let go.
    PageAskedAgain,
    /// A `nextLink` that must not be followed.
    LinkRefused,
    /// Items of a page that are no records.
    ItemEmpty,
    /// Records that do not say that they are an assessment.
    RecordNotRecognised,
    /// A page that does not say clearly where the next one is.
    LinkUnknown,
    /// A list that leads back to itself or never ends.
    ListEndless,
    /// A list whose links had expired.
    ListRestarted,
    /// An assessment that was listed before.
    AssessmentRepeated,
    /// 404, 409 or 410 on a list of sub-assessments.
    SubAssessmentsMissing,
    /// Too many lists of sub-assessments in a row are gone.
    SubAssessmentsGivenUp,
    /// A list of sub-assessments could not be read.
    SubAssessmentsFailed,
    /// A sub-assessment without its assessment.
    SubAssessmentOrphaned,
    /// An assessment that has no room for a sub-assessment.
    SubAssessmentUnmerged,
    /// More CVEs than a record may have documents.
    CvesLeftOut,
    /// More assessments than can be remembered.
    JoinOverflowed,
    /// The list of metadata could not be read.
    MetadataFailed,
    /// More metadata than there is room for.
    MetadataCut,
    /// A cursor that does not serve.
    CursorUnusable,
    /// An outcome that nobody waits for.
    OutcomeUnknown,
}

/// One line of the table of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// As in `problem.code`.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it means and what to do, for a user.
    pub sentence: &'static str,
}

impl Code {
    /// All codes, in the order of the docs.
    pub const ALL: [Self; 24] = [
        Self::ScopeMissing,
        Self::ScopeForbidden,
        Self::ScopeFailed,
        Self::ScopeNotRegistered,
        Self::PageFailed,
        Self::PageAskedAgain,
        Self::LinkRefused,
        Self::ItemEmpty,
        Self::RecordNotRecognised,
        Self::LinkUnknown,
        Self::ListEndless,
        Self::ListRestarted,
        Self::AssessmentRepeated,
        Self::SubAssessmentsMissing,
        Self::SubAssessmentsGivenUp,
        Self::SubAssessmentsFailed,
        Self::SubAssessmentOrphaned,
        Self::SubAssessmentUnmerged,
        Self::CvesLeftOut,
        Self::JoinOverflowed,
        Self::MetadataFailed,
        Self::MetadataCut,
        Self::CursorUnusable,
        Self::OutcomeUnknown,
    ];

    /// Its line of the table.
    pub const fn row(self) -> Row {
        use Severity::{Error, Info, Warning};
        let (name, severity, sentence) = match self {
            Self::ScopeMissing => ("scope-missing", Error, "No subscription and no management group is set, so nothing was collected."),
            Self::ScopeForbidden => {
                ("scope-forbidden", Error, "The identity may not read this scope: give it Reader or Security Reader there. The rest of the scope is missing.")
            }
            Self::ScopeFailed => ("scope-failed", Error, "The first page of a scope could not be read, so all of the scope is missing."),
            Self::ScopeNotRegistered => (
                "scope-not-registered",
                Warning,
                "A subscription does not know Microsoft.Security: register it there, or take the subscription out of the settings.",
            ),
            Self::PageFailed => ("page-failed", Error, "A later page of a scope could not be read: what came before it is stored, the rest is missing."),
            Self::PageAskedAgain => ("page-asked-again", Info, "A page did not fit into `max_memory` beside the others and was asked for again later."),
            Self::LinkRefused => {
                ("link-refused", Error, "A page names a next page that is no URL or leads to another server: it was not followed, the rest is missing.")
            }
            Self::ItemEmpty => ("item-empty", Error, "Items of a page are `null`, scalars or `{}`: what they were meant to be is missing."),
            Self::RecordNotRecognised => (
                "record-not-recognised",
                Warning,
                "A record is of no known kind: its document has all of its text in `event.original`, and profile `extended` says nothing else of it.",
            ),
            Self::LinkUnknown => (
                "link-unknown",
                Error,
                "A page says that there is a next one, but under a name that no Azure service is known to use, or in members that do not say the same: what it leads to is missing.",
            ),
            Self::ListEndless => {
                ("list-endless", Error, "A list leads back to a page that was read, or goes on without bringing anything new: it was left there.")
            }
            Self::ListRestarted => ("list-restarted", Info, "The link to the next page had expired, so the list was read once more from its beginning."),
            Self::AssessmentRepeated => {
                ("assessment-repeated", Info, "An assessment was listed twice, as happens when a list changes while it is read: it was stored once.")
            }
            Self::SubAssessmentsMissing => {
                ("sub-assessments-missing", Info, "A list of sub-assessments does not exist (404, 409 or 410): the assessment was stored alone.")
            }
            Self::SubAssessmentsGivenUp => (
                "sub-assessments-given-up",
                Warning,
                "Many lists of sub-assessments in a row are gone, so no further one of the scope was asked for: set `sub_assessments` to `list-all` or `none`.",
            ),
            Self::SubAssessmentsFailed => {
                ("sub-assessments-failed", Error, "A list of sub-assessments could not be read to its end: the rest of it is missing.")
            }
            Self::SubAssessmentOrphaned => ("sub-assessment-orphaned", Warning, "A sub-assessment whose assessment is not at hand was stored alone."),
            Self::SubAssessmentUnmerged => {
                ("sub-assessment-unmerged", Warning, "`properties.additionalData` of an assessment is no object: its sub-assessments were stored alone.")
            }
            Self::CvesLeftOut => (
                "cves-left-out",
                Warning,
                "An assessment names more CVEs than may have a document each: those with the highest scores have one, the last of which names the others.",
            ),
            Self::JoinOverflowed => (
                "join-overflowed",
                Error,
                "There are more assessments than can be remembered: sub-assessments of unlisted ones are missing. Raise `max_memory`.",
            ),
            Self::MetadataFailed => {
                ("metadata-failed", Info, "The list of metadata could not be read to its end: assessments of kinds that it did not name have none of it.")
            }
            Self::MetadataCut => ("metadata-cut", Info, "There was no room for the metadata of all kinds of assessments: raise `max_memory`."),
            Self::CursorUnusable => ("cursor-unusable", Warning, "The cursor is damaged or belongs to other settings: a new run was started."),
            Self::OutcomeUnknown => ("outcome-unknown", Warning, "The host brought the outcome of a request that is not under way: it was ignored."),
        };
        Row { name, severity, sentence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_cursor_use_one_spelling() {
        for (position, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, position);
            assert_eq!(serde_json::to_value(code).unwrap(), code.row().name);
            assert!(code.row().sentence.ends_with('.'));
        }
    }
}
