//! What a run counted, and the document that says so.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::problem::Code;
use crate::contract::{Dataset, Document, Timestamp, Totals};
use crate::id;
use crate::settings::{Settings, SubAssessments};

/// Every field of a run document: its name, Elasticsearch's type of it, and where it comes from.
pub const FIELDS: &[(&str, &str, &str)] = &[
    ("@timestamp", "date", "the start of the run; kept when a run is resumed"),
    ("ecs.version", "keyword", "the constant `8.17.0`"),
    ("event.dataset", "keyword", "the constant `microsoft_defender_cloud.run`"),
    ("event.duration", "long", "nanoseconds from the start to the end"),
    ("event.end", "date", "the time of the last call"),
    ("event.kind", "keyword", "the constant `event`"),
    ("event.module", "keyword", "the constant `microsoft_defender_cloud`"),
    ("event.outcome", "keyword", "`success` if the run is complete, else `failure`"),
    ("event.start", "date", "the start of the run"),
    ("event.type", "keyword", "the constant `info`"),
    ("microsoft_defender_cloud.run.complete", "boolean", "whether everything that was asked for was read"),
    ("microsoft_defender_cloud.run.documents", "long", "documents that were made, this one not counted"),
    ("microsoft_defender_cloud.run.failed", "long", "lists that could not be read to their end"),
    ("microsoft_defender_cloud.run.mode", "keyword", "the setting `sub_assessments`"),
    ("microsoft_defender_cloud.run.pages", "long", "pages that were read"),
    ("microsoft_defender_cloud.run.reasons.code", "keyword", "the code of a problem"),
    ("microsoft_defender_cloud.run.reasons.count", "long", "how often it occurred"),
    ("microsoft_defender_cloud.run.records", "long", "assessments and sub-assessments that were found"),
    ("microsoft_defender_cloud.run.scopes", "keyword", "the subscriptions and management groups that were asked for"),
    ("microsoft_defender_cloud.run.skipped", "long", "lists of sub-assessments that do not exist"),
    ("tags", "keyword", "the setting `tags`, else `forwarded` and `microsoft_defender_cloud-run`"),
];

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
    /// How often each problem was told.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<Code, u64>,
}

impl Counts {
    /// One more of this reason.
    pub(super) fn note(&mut self, code: Code) {
        *self.reasons.entry(code).or_default() += 1;
    }

    /// The totals of a run over this many scopes. Whatever is missing was counted as failed, so a run without that is complete.
    pub(super) fn totals(&self, scopes: usize) -> Totals {
        Totals {
            pages: self.pages,
            records: self.records,
            documents: self.documents,
            skipped: self.skipped,
            failed: self.failed,
            complete: self.failed == 0 && scopes > 0,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.pages += other.pages;
        self.records += other.records;
        self.documents += other.documents;
        self.skipped += other.skipped;
        self.failed += other.failed;
        for (code, count) in other.reasons {
            *self.reasons.entry(code).or_default() += count;
        }
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The document of a run over these scopes, by their ARM paths.
pub(super) fn document(settings: &Settings, scopes: &[String], start: Timestamp, end: Timestamp, counts: &Counts) -> Document {
    let totals = counts.totals(scopes.len());
    let mode = match settings.sub_assessments {
        SubAssessments::PerAssessment => "per-assessment",
        SubAssessments::ListAll => "list-all",
    };
    let reasons: Vec<Value> = counts.reasons.iter().map(|(code, count)| json!({ "code": code, "count": count })).collect();
    let mut run = json!({
        "complete": totals.complete,
        "documents": totals.documents,
        "failed": totals.failed,
        "mode": mode,
        "pages": totals.pages,
        "records": totals.records,
        "skipped": totals.skipped,
    });
    // Empty lists are left out, as everywhere.
    if !reasons.is_empty() {
        run["reasons"] = reasons.into();
    }
    if !scopes.is_empty() {
        run["scopes"] = scopes.into();
    }
    let mut document = json!({
        "@timestamp": text(start),
        "ecs": { "version": "8.17.0" },
        "event": {
            "dataset": Dataset::Run.name(),
            "duration": end.saturating_sub(start).saturating_mul(1_000_000),
            "end": text(end),
            "kind": "event",
            "module": "microsoft_defender_cloud",
            "outcome": if totals.complete { "success" } else { "failure" },
            "start": text(start),
            "type": ["info"],
        },
        "microsoft_defender_cloud": { "run": run },
    });
    match &settings.tags {
        None => document["tags"] = json!(["forwarded", "microsoft_defender_cloud-run"]),
        Some(tags) if tags.is_empty() => {}
        Some(tags) => document["tags"] = json!(tags),
    }
    Document { dataset: Dataset::Run, id: identity(scopes, start), body: document.to_string().into_bytes(), source: None }
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
    use super::*;

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
        let mut counts = Counts { records: 3, failed: 1, ..Counts::default() };
        counts.note(Code::PageFailed);
        let document = document(&Settings::default(), &["/subscriptions/S".into()], 1_767_225_600_000, 1_767_225_601_500, &counts);
        let value: Value = serde_json::from_slice(&document.body).unwrap();
        let mut found = Vec::new();
        names("", &value, &mut found);
        found.sort();
        assert_eq!(found, FIELDS.iter().map(|(name, ..)| name.to_string()).collect::<Vec<_>>());
        assert_eq!(value["@timestamp"], "2026-01-01T00:00:00.000Z");
        assert_eq!(value["event"]["end"], "2026-01-01T00:00:01.500Z");
        assert_eq!(value["event"]["duration"], 1_500_000_000);
        assert_eq!(value["event"]["outcome"], "failure");
        assert_eq!(value["microsoft_defender_cloud"]["run"]["reasons"], json!([{ "code": "page-failed", "count": 1 }]));
    }

    #[test]
    fn nothing_is_empty_in_it() {
        let settings = Settings { tags: Some(vec![]), ..Settings::default() };
        let document = document(&settings, &[], u64::MAX, 0, &Counts::default());
        let value: Value = serde_json::from_slice(&document.body).unwrap();
        assert_eq!(value["@timestamp"], "9999-12-31T23:59:59.999Z");
        assert!(value.get("tags").is_none());
        assert!(value["microsoft_defender_cloud"]["run"].get("scopes").is_none());
        assert_eq!(value["microsoft_defender_cloud"]["run"]["complete"], false);
    }

    #[test]
    fn its_id_is_of_the_start_and_the_scopes() {
        let id = |scope: &str, start| document(&Settings::default(), &[scope.to_owned()], start, start, &Counts::default()).id;
        assert_eq!(id("/subscriptions/A", 1), id("/subscriptions/a", 1));
        assert_ne!(id("/subscriptions/A", 1), id("/subscriptions/A", 2));
        assert_ne!(id("/subscriptions/A", 1), id("/subscriptions/B", 1));
    }
}
