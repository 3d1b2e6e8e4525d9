//! The fields of the run data set, and where each comes from: no rule of the mapping fills them.

use super::schema::{Field, Kind, Schema, field, length_of_paths, paths, steps};
use crate::json::name::Name;

/// What the document of a run may hold.
pub(crate) const RUN: Schema =
    Schema { slots: SLOTS, steps: &steps::<{ SLOTS.len() }>(SLOTS), paths: &paths::<{ length_of_paths(SLOTS) }>(SLOTS), nested: NESTED };

/// A field, and a few words about its value.
type Row = (Field, &'static str);

/// Filled when a run ends.
pub(crate) const ROWS: &[Row] = &[
    (field("@timestamp", Kind::Date), "the start of the run; kept when a run is resumed"),
    (field("ecs.version", Kind::Keyword), "constant"),
    (field("event.dataset", Kind::Keyword), "the constant `microsoft_defender_cloud.run`"),
    (field("event.duration", Kind::Long), "nanoseconds from the start to the end"),
    (field("event.end", Kind::Date), "the time of the last call"),
    (field("event.kind", Kind::Keyword), "the constant `event`"),
    (field("event.module", Kind::Keyword), "the constant `microsoft_defender_cloud`"),
    (field("event.outcome", Kind::Keyword), "`success` if the run is complete, else `failure`"),
    (field("event.start", Kind::Date), "the start of the run"),
    (field("event.type", Kind::Keyword), "the constant `info`"),
    (field("microsoft_defender_cloud.run.complete", Kind::Boolean), "whether everything that was asked for was read"),
    (field("microsoft_defender_cloud.run.documents", Kind::Long), "documents that were made, this one not counted"),
    (field("microsoft_defender_cloud.run.failed", Kind::Long), "lists that could not be read to their end"),
    (field("microsoft_defender_cloud.run.metadata.joined", Kind::Long), "assessments that got the metadata of their kind, with the setting `metadata`"),
    (field("microsoft_defender_cloud.run.metadata.known", Kind::Long), "kinds of assessments whose metadata was at hand, with the setting `metadata`"),
    (field("microsoft_defender_cloud.run.mode", Kind::Keyword), "the setting `sub_assessments`"),
    (field("microsoft_defender_cloud.run.pages", Kind::Long), "pages that were read"),
    (field("microsoft_defender_cloud.run.reasons", Kind::Object), "what was told, by its code"),
    (field("microsoft_defender_cloud.run.records", Kind::Long), "assessments and sub-assessments that were found"),
    (field("microsoft_defender_cloud.run.scopes", Kind::Keyword), "the subscriptions and management groups that were asked for"),
    (field("microsoft_defender_cloud.run.skipped", Kind::Long), "lists of sub-assessments that do not exist"),
    (field("microsoft_defender_cloud.run.split", Kind::Long), "records that gave more than one document, in profile extended"),
    (field("tags", Kind::Keyword), "the setting `tags`, else `forwarded` and `microsoft_defender_cloud-run`"),
];

/// The member of a reason that says which it is.
pub(crate) const CODE: Name<'static> = Name::of("code");
/// The member of a reason that says how often it occurred.
pub(crate) const COUNT: Name<'static> = Name::of("count");

/// What each of `reasons` holds.
pub(crate) const NESTED_ROWS: &[Row] = &[
    (field("microsoft_defender_cloud.run.reasons.code", Kind::Keyword), "the code of a problem"),
    (field("microsoft_defender_cloud.run.reasons.count", Kind::Long), "how often it occurred"),
];

const SLOTS: &[Field] = &fields::<{ ROWS.len() }>(ROWS);
const NESTED: &[Field] = &fields::<{ NESTED_ROWS.len() }>(NESTED_ROWS);

const fn fields<const N: usize>(rows: &[Row]) -> [Field; N] {
    let mut fields = [rows[0].0; N];
    let mut at = 0;
    while at < N {
        fields[at] = rows[at].0;
        at += 1;
    }
    fields
}
