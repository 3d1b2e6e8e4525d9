//! What a run counted, and the document that says so.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use bumpalo::Bump;
use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

use crate::contract::{Dataset, Document, Timestamp, Totals};
use crate::ecs::{self, RUN, run};
use crate::id;
use crate::json::tree::{Value, array, object};
use crate::json::write::Writer;
use crate::problem::Code;
use crate::settings::Settings;

/// What was counted in a part of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Counts {
    /// As in [`Totals`].
    #[serde(skip_serializing_if = "is_zero")]
    pub pages: u64,
    /// As in [`Totals`].
    #[serde(skip_serializing_if = "is_zero")]
    pub records: u64,
    /// As in [`Totals`].
    #[serde(skip_serializing_if = "is_zero")]
    pub documents: u64,
    /// As in [`Totals`].
    #[serde(skip_serializing_if = "is_zero")]
    pub skipped: u64,
    /// As in [`Totals`].
    #[serde(skip_serializing_if = "is_zero")]
    pub failed: u64,
    /// Scopes that are not registered. Whether that is a failure is known when all scopes were walked.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_registered: u64,
    /// Assessments whose sub-assessments were not asked for any more.
    #[serde(skip_serializing_if = "is_zero")]
    pub given_up: u64,
    /// Records that gave more than one document.
    #[serde(skip_serializing_if = "is_zero")]
    pub split: u64,
    /// Assessments that got the metadata of their kind.
    #[serde(skip_serializing_if = "is_zero")]
    pub joined: u64,
    /// How often each problem occurred.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<Code, u64>,
}

impl Counts {
    /// One more of this reason.
    pub(super) fn note(&mut self, code: Code) {
        *self.reasons.entry(code).or_default() += 1;
    }

    /// The totals of a run over this many scopes. Whatever is missing was counted as failed, so a run without that is complete.
    ///
    /// A scope that is not registered is one that the settings name in vain, unless there is no other that could be read.
    pub(super) fn totals(&self, scopes: usize) -> Totals {
        let (skipped, failed) = if self.pages > 0 { (self.not_registered, 0) } else { (0, self.not_registered) };
        let (skipped, failed) = (self.skipped + skipped, self.failed + failed);
        Totals { pages: self.pages, records: self.records, documents: self.documents, skipped, failed, complete: failed == 0 && scopes > 0 }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.pages += other.pages;
        self.records += other.records;
        self.documents += other.documents;
        self.skipped += other.skipped;
        self.failed += other.failed;
        self.not_registered += other.not_registered;
        self.given_up += other.given_up;
        self.split += other.split;
        self.joined += other.joined;
        for (code, count) in other.reasons {
            *self.reasons.entry(code).or_default() += count;
        }
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The document of a run over these scopes, by their ARM paths; so many kinds of assessments were known.
pub(super) fn document(settings: &Settings, scopes: &[String], start: Timestamp, end: Timestamp, known: u64, counts: &Counts) -> Document {
    let arena = Bump::new();
    let totals = counts.totals(scopes.len());
    let number = |count: u64| Value::Number(arena.alloc_str(&count.to_string()));
    let metadata = |count| if settings.joins_metadata() { number(count) } else { Value::Null };
    let date = |time| Value::Text(arena.alloc_str(&text(time)));
    let texts = |texts: &[String]| array(&arena, texts.iter().map(|text| Value::Text(arena.alloc_str(text))));
    let reason = |(code, count): (&Code, &u64)| object(&arena, &[(run::CODE, Value::Text(code.row().name)), (run::COUNT, number(*count))]);
    let tags = match &settings.tags {
        Some(tags) => texts(tags),
        None => array(&arena, ["forwarded", "microsoft_defender_cloud-run"].map(Value::Text)),
    };
    let mut document = ecs::Document::new(&arena, &RUN);
    for (slot, value) in [
        (const { RUN.slot("@timestamp") }, date(start)),
        (const { RUN.slot("ecs.version") }, Value::Text(ecs::VERSION)),
        (const { RUN.slot("event.dataset") }, Value::Text(Dataset::Run.name())),
        (const { RUN.slot("event.duration") }, number(end.saturating_sub(start).saturating_mul(1_000_000))),
        (const { RUN.slot("event.end") }, date(end)),
        (const { RUN.slot("event.kind") }, Value::Text("event")),
        (const { RUN.slot("event.module") }, Value::Text("microsoft_defender_cloud")),
        (const { RUN.slot("event.outcome") }, Value::Text(if totals.complete { "success" } else { "failure" })),
        (const { RUN.slot("event.start") }, date(start)),
        (const { RUN.slot("event.type") }, array(&arena, [Value::Text("info")])),
        (const { RUN.slot("microsoft_defender_cloud.run.complete") }, Value::Bool(totals.complete)),
        (const { RUN.slot("microsoft_defender_cloud.run.documents") }, number(totals.documents)),
        (const { RUN.slot("microsoft_defender_cloud.run.failed") }, number(totals.failed)),
        (const { RUN.slot("microsoft_defender_cloud.run.metadata.joined") }, metadata(counts.joined)),
        (const { RUN.slot("microsoft_defender_cloud.run.metadata.known") }, metadata(known)),
        (const { RUN.slot("microsoft_defender_cloud.run.mode") }, Value::Text(settings.sub_assessments.name())),
        (const { RUN.slot("microsoft_defender_cloud.run.pages") }, number(totals.pages)),
        (const { RUN.slot("microsoft_defender_cloud.run.reasons") }, array(&arena, counts.reasons.iter().map(reason))),
        (const { RUN.slot("microsoft_defender_cloud.run.records") }, number(totals.records)),
        (const { RUN.slot("microsoft_defender_cloud.run.scopes") }, texts(scopes)),
        (const { RUN.slot("microsoft_defender_cloud.run.skipped") }, number(totals.skipped)),
        (const { RUN.slot("microsoft_defender_cloud.run.split") }, if counts.split > 0 { number(counts.split) } else { Value::Null }),
        (const { RUN.slot("tags") }, tags),
    ] {
        document.set(slot, value);
    }
    let mut body = Writer::default();
    document.write(&mut body);
    Document { dataset: Dataset::Run, id: identity(scopes, start), body: body.take(), source: None }
}

fn identity(scopes: &[String], start: Timestamp) -> String {
    let scopes: Vec<String> = scopes.iter().map(|scope| scope.to_lowercase()).collect();
    let start = start.to_le_bytes();
    let mut parts: Vec<&[u8]> = vec![b"run", &start];
    parts.extend(scopes.iter().map(|scope| scope.as_bytes()));
    id::of(&parts)
}

/// The last millisecond that a date of four-digit years can say.
const LATEST: Timestamp = 253_402_300_799_999;

/// The time as ISO 8601 has it.
fn text(time: Timestamp) -> String {
    let time = i64::try_from(time.min(LATEST)).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Code, Counts, Settings, document};
    use crate::ecs::run;
    use crate::settings::Metadata;

    fn names(prefix: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    names(&if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") }, value, found);
                }
            }
            Value::Array(elements) if elements.iter().any(Value::is_object) => elements.iter().for_each(|element| names(prefix, element, found)),
            _ => found.push(prefix.to_owned()),
        }
    }

    #[test]
    fn a_run_document_has_the_listed_fields_and_no_other() {
        let mut counts = Counts { records: 3, failed: 1, split: 1, ..Counts::default() };
        counts.note(Code::PageFailed);
        let settings = Settings { metadata: Metadata::Join, ..Settings::default() };
        let document = document(&settings, &["/subscriptions/S".into()], 1_767_225_600_000, 1_767_225_601_500, 7, &counts);
        let value: Value = serde_json::from_slice(&document.body).unwrap();
        let mut found = Vec::new();
        names("", &value, &mut found);
        found.sort();
        let listed = run::ROWS.iter().chain(run::NESTED_ROWS).map(|(field, _)| field.name);
        let mut listed: Vec<_> = listed.filter(|name| *name != "microsoft_defender_cloud.run.reasons").collect();
        listed.sort_unstable();
        assert_eq!(found, listed);
        assert_eq!(value["@timestamp"], "2026-01-01T00:00:00.000Z");
        assert_eq!(value["event"]["end"], "2026-01-01T00:00:01.500Z");
        assert_eq!(value["event"]["duration"], 1_500_000_000);
        assert_eq!(value["event"]["outcome"], "failure");
        assert_eq!(value["microsoft_defender_cloud"]["run"]["reasons"], json!([{ "code": "page-failed", "count": 1 }]));
    }

    #[test]
    fn nothing_is_empty_in_it() {
        let settings = Settings { tags: Some(vec![]), ..Settings::default() };
        let document = document(&settings, &[], u64::MAX, 0, 0, &Counts::default());
        let value: Value = serde_json::from_slice(&document.body).unwrap();
        assert_eq!(value["@timestamp"], "9999-12-31T23:59:59.999Z");
        assert!(value.get("tags").is_none());
        assert!(value["microsoft_defender_cloud"]["run"].get("scopes").is_none());
        assert_eq!(value["microsoft_defender_cloud"]["run"]["complete"], false);
    }

    #[test]
    fn its_id_is_of_the_start_and_the_scopes() {
        let id = |scope: &str, start| document(&Settings::default(), &[scope.to_owned()], start, start, 0, &Counts::default()).id;
        assert_eq!(id("/subscriptions/A", 1), id("/subscriptions/a", 1));
        assert_ne!(id("/subscriptions/A", 1), id("/subscriptions/A", 2));
        assert_ne!(id("/subscriptions/A", 1), id("/subscriptions/B", 1));
    }
}
