//! Every problem that the plugin may tell, in one table: `docs/problems.md` is made from it. Nothing else makes a problem.

use core::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::contract::{Problem, Severity};

/// What a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// A record of no known kind.
    RecordNotRecognised,
    /// A record that says nothing.
    RecordEmpty,
    /// A body that is no text.
    BodyNotText,
    /// Bytes of a body that are not UTF-8.
    BodyNotUtf8,
    /// A body of very many records, or one whose documents would be very long.
    BodyNotTakenApart,
    /// A body that a sanitizer changed.
    BodySanitized,
    /// A finding of which something could not be read.
    FindingNotReadInFull,
    /// More CVEs than a record may have documents.
    CvesLeftOut,
    /// A data set whose records are not decoded.
    DatasetNotDecoded,
    /// A call that needs a run, without one.
    NoRun,
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
    pub const ALL: [Self; 32] = [
        Self::RecordNotRecognised,
        Self::RecordEmpty,
        Self::BodyNotText,
        Self::BodyNotUtf8,
        Self::BodyNotTakenApart,
        Self::BodySanitized,
        Self::FindingNotReadInFull,
        Self::CvesLeftOut,
        Self::DatasetNotDecoded,
        Self::NoRun,
        Self::ScopeMissing,
        Self::ScopeForbidden,
        Self::ScopeFailed,
        Self::ScopeNotRegistered,
        Self::PageFailed,
        Self::PageAskedAgain,
        Self::LinkRefused,
        Self::ItemEmpty,
        Self::LinkUnknown,
        Self::ListEndless,
        Self::ListRestarted,
        Self::AssessmentRepeated,
        Self::SubAssessmentsMissing,
        Self::SubAssessmentsGivenUp,
        Self::SubAssessmentsFailed,
        Self::SubAssessmentOrphaned,
        Self::SubAssessmentUnmerged,
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
            Self::RecordNotRecognised => (
                "record-not-recognised",
                Warning,
                "A record is of no kind that Defender for Cloud is known to send: its document has the text in `event.original`, and profile `extended` says nothing else of it. Look at it there: something else writes to the hub, or a kind is new.",
            ),
            Self::RecordEmpty => (
                "record-empty",
                Info,
                "A record says nothing: it is blank, `null`, `{}`, `[]`, or none of its members has a value. Some senders put such messages on a hub; nothing is to be done.",
            ),
            Self::BodyNotText => (
                "body-not-text",
                Warning,
                "The bytes of a message are no text, or could not be unpacked: the problem says what they look like, and `event.original` has them in base64 behind `base64:`. A live host keeps the message in its dead-letter file, too. See to it that the sender writes JSON in UTF-8.",
            ),
            Self::BodyNotUtf8 => (
                "body-not-utf8",
                Warning,
                "Bytes of a message that are not UTF-8 were replaced by U+FFFD: `event.original` of the records that they are in has those bytes in base64 behind `base64:`. See to it that the sender writes UTF-8.",
            ),
            Self::BodyNotTakenApart => (
                "body-not-taken-apart",
                Warning,
                "A message holds more than 10,000 records, or a record of more than 500,000 values, or its documents would have more than 4 MiB: it gave one document, which has the text in `event.original`. Have the sender put fewer records into a message, and decode that text in parts.",
            ),
            Self::BodySanitized => {
                ("body-sanitized", Info, "A body that was not JSON was changed by the sanitizers of the settings, and read as they left it.")
            }
            Self::FindingNotReadInFull => (
                "finding-not-read-in-full",
                Info,
                "Parts of a finding could not be read: `microsoft_defender_cloud.assessment.not_read` says which, and `event.original` has the text.",
            ),
            Self::CvesLeftOut => (
                "cves-left-out",
                Warning,
                "A finding names more CVEs than may have a document each: those with the highest scores have one, the last of which names the others.",
            ),
            Self::DatasetNotDecoded => (
                "dataset-not-decoded",
                Error,
                "The host asked for records of a data set that is not decoded: nothing was. Name one that `describe` says decodes.",
            ),
            Self::NoRun => ("no-run", Error, "The host called `advance` without a run under way: it has to call `begin` first."),
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

    /// A problem of this code.
    pub(crate) fn problem(self, message: String, source: Option<u32>) -> Problem {
        let Row { name, severity, .. } = self.row();
        Problem { severity, code: name, message, source }
    }
}

/// `docs/problems.md`.
pub fn page() -> String {
    let mut page = String::from(
        "<!-- Made by plugin/src/problem.rs from the table of codes: run its test with BLESS=1 after a change there. -->\n# Problems\n\nWhat `decode`, `begin` and `advance` may tell beside their documents, by code. A problem never stops a run. Count by code: texts may change, and codes may\nbe added. A run is not complete where something of severity `error` says that something is missing; its document counts the codes.\n\n| code | severity | what it means, and what to do |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let Row { name, severity, sentence } = code.row();
        let _ = writeln!(page, "| `{name}` | {} | {sentence} |", severity.name());
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_current() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/problems.md");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(file, page()).expect("the page can be written");
        }
        assert_eq!(std::fs::read_to_string(file).unwrap_or_default(), page(), "`make bless` writes the page again");
    }

    #[test]
    fn the_table_and_the_cursor_use_one_spelling() {
        for (position, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, position);
            assert_eq!(serde_json::to_value(code).unwrap(), code.row().name);
            assert!(code.row().sentence.ends_with('.'));
        }
    }
}
