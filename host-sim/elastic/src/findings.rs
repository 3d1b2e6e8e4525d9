//! Both latest views, simulated over documents: which findings Kibana's pages would show, and why the others are not among them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::dashboard::condition::values;
use crate::fields::ASSESSMENT;
use crate::transform::{CLASS, DELETE, HOURS, Latest, SORT};

/// Documents, as an index would hold them.
#[derive(Debug, Default)]
pub struct Documents {
    assessments: Vec<Value>,
    /// By the id of what is gone, in lower case: when Azure said so.
    deleted: BTreeMap<String, DateTime<Utc>>,
    newest: Option<DateTime<Utc>>,
}

/// A finding that a view shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding<'a> {
    /// What tells it apart; `None` is a value as well.
    pub key: Vec<Option<String>>,
    /// The newest document.
    pub document: &'a Value,
    /// When Azure said that it is gone, where it did so later; the view shows it until it is too old.
    pub deleted: Option<DateTime<Utc>>,
}

/// What a view shows, and what it does not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown<'a> {
    /// By their keys.
    pub findings: Vec<Finding<'a>>,
    /// How many documents of its class are not selected, by why.
    pub left_out: BTreeMap<String, u64>,
}

impl Documents {
    /// Takes a document in, bare or in an envelope; others than assessments and what hubs say of them do not matter.
    pub fn add(&mut self, mut document: Value) {
        if let Some(inner) = document.get_mut("document").filter(|inner| inner.is_object()) {
            document = inner.take();
        }
        let Some(time) = time(&document) else { return };
        if text(&document, "event.action") == Some(DELETE) {
            if let Some(id) = text(&document, "event.id") {
                let known = self.deleted.entry(id.to_lowercase()).or_insert(time);
                *known = time.max(*known);
            }
            return;
        }
        if text(&document, "event.dataset") != Some(ASSESSMENT) {
            return;
        }
        self.newest = self.newest.max(Some(time));
        // As a host adds it, where none has.
        if document.pointer("/data_stream/namespace").is_none() {
            document["data_stream"]["namespace"] = json!("default");
        }
        self.assessments.push(document);
    }

    /// The time of the newest assessment.
    pub fn newest(&self) -> Option<DateTime<Utc>> {
        self.newest
    }

    /// What a view shows at a time.
    pub fn shown(&self, latest: &Latest, now: DateTime<Utc>) -> Shown<'_> {
        let mut newest: BTreeMap<Vec<Option<String>>, (DateTime<Utc>, &Value)> = BTreeMap::new();
        let mut left_out = BTreeMap::new();
        for document in self.assessments.iter().filter(|document| text(document, CLASS) == Some(latest.class)) {
            let Some(time) = time(document) else { continue };
            if let Some(why) = refusal(latest, document, time, now) {
                *left_out.entry(why).or_default() += 1;
                continue;
            }
            for key in keys(latest, document) {
                match newest.get(&key) {
                    Some((known, _)) if *known >= time => (),
                    _ => drop(newest.insert(key, (time, document))),
                }
            }
        }
        let finding = |(key, (time, document))| {
            let deleted = text(document, "event.id").and_then(|id| self.deleted.get(&id.to_lowercase())).copied().filter(|deleted| *deleted > time);
            Finding { key, document, deleted }
        };
        Shown { findings: newest.into_iter().map(finding).collect(), left_out }
    }
}

/// Why a document of its class is not selected.
fn refusal(latest: &Latest, document: &Value, time: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
    if time < now - TimeDelta::hours(i64::from(HOURS)) {
        return Some(format!("older than {HOURS} hours"));
    }
    if !values(document, "error.message").is_empty() {
        return Some("with `error.message`".into());
    }
    if let Some(wanted) = latest.outcome.filter(|wanted| text(document, "event.outcome") != Some(wanted)) {
        return Some(format!("`event.outcome` is not `{wanted}`"));
    }
    latest.required.iter().find(|field| values(document, field).is_empty()).map(|field| format!("without `{field}`"))
}

/// The keys of a document: one for each combination of its values, and a value that is missing is one.
fn keys(latest: &Latest, document: &Value) -> Vec<Vec<Option<String>>> {
    let mut keys = vec![Vec::new()];
    for field in latest.unique_key {
        let mut found: Vec<Option<String>> =
            values(document, field).into_iter().map(|value| Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))).collect();
        found.sort();
        found.dedup();
        if found.is_empty() {
            found.push(None);
        }
        keys = keys.into_iter().flat_map(|key: Vec<_>| found.iter().map(move |value| [key.as_slice(), std::slice::from_ref(value)].concat())).collect();
    }
    keys
}

fn time(document: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text(document, SORT)?).ok().map(|time| time.to_utc())
}

/// The first text of a field.
pub fn text<'a>(document: &'a Value, field: &str) -> Option<&'a str> {
    values(document, field).first()?.as_str()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use serde_json::{Value, json};

    use super::Documents;
    use crate::transform::{Latest, MISCONFIGURATION, VULNERABILITY};

    fn document(time: &str, class: &str, more: &Value) -> Value {
        let mut document = json!({
            "@timestamp": time, "resource": { "id": "/r" },
            "event": { "dataset": "microsoft_defender_cloud.assessment", "id": "/A", "outcome": "failure" },
            "microsoft_defender_cloud": { "assessment": { "class": class } },
        });
        for (name, value) in more.as_object().expect("an object") {
            document[name] = value.clone();
        }
        document
    }

    fn now() -> DateTime<Utc> {
        "2026-01-02T02:00:00Z".parse().expect("a time")
    }

    #[track_caller]
    fn check(latest: &Latest, documents: &[Value], keys: &[&[Option<&str>]], left_out: &[(&str, u64)]) {
        let mut all = Documents::default();
        documents.iter().cloned().for_each(|document| all.add(document));
        let shown = all.shown(latest, now());
        let found: Vec<Vec<Option<&str>>> = shown.findings.iter().map(|finding| finding.key.iter().map(Option::as_deref).collect()).collect();
        assert_eq!(found, keys.iter().map(|key| key.to_vec()).collect::<Vec<_>>());
        assert_eq!(shown.left_out.iter().map(|(why, count)| (why.as_str(), *count)).collect::<Vec<_>>(), left_out);
    }

    const RECENT: &str = "2026-01-01T00:00:00.000Z";
    const OLD: &str = "2025-12-31T23:59:59.999Z";

    #[test]
    fn f1_a_document_without_what_every_finding_has_is_left_out() {
        let rule = json!({ "rule": { "uuid": "u" } });
        let key: &[Option<&str>] = &[Some("/A"), Some("u"), Some("/r"), Some("default")];
        check(
            &MISCONFIGURATION,
            &[document(RECENT, "misconfiguration", &rule), document(RECENT, "misconfiguration", &json!({}))],
            &[key],
            &[("without `rule.uuid`", 1)],
        );
        check(&MISCONFIGURATION, &[document(RECENT, "vulnerability", &rule)], &[], &[]);
    }

    #[test]
    fn f2_what_a_vulnerability_may_lack_is_a_value_of_its_key() {
        let with =
            document(RECENT, "vulnerability", &json!({ "vulnerability": { "id": ["CVE-1", "CVE-2", "CVE-1"] }, "package": { "name": "p", "version": "1" } }));
        let without = document(RECENT, "vulnerability", &json!({}));
        let [a, r, n] = [Some("/A"), Some("/r"), Some("default")];
        let keys: [&[Option<&str>]; 3] =
            [&[a, None, r, None, None, n], &[a, Some("CVE-1"), r, Some("p"), Some("1"), n], &[a, Some("CVE-2"), r, Some("p"), Some("1"), n]];
        check(&VULNERABILITY, &[with, without], &keys, &[]);
    }

    #[test]
    fn f3_the_newest_document_is_what_is_shown() {
        let at = |time, evaluation: &str| document(time, "misconfiguration", &json!({ "rule": { "uuid": "u" }, "result": { "evaluation": evaluation } }));
        let mut all = Documents::default();
        for (time, evaluation) in [("2026-01-01T12:00:00Z", "passed"), (RECENT, "failed"), ("2026-01-01T06:00:00.5Z", "unknown")] {
            all.add(at(time, evaluation));
        }
        let shown = all.shown(&MISCONFIGURATION, now());
        let evaluations: Vec<&Value> = shown.findings.iter().map(|finding| &finding.document["result"]["evaluation"]).collect();
        assert_eq!(evaluations, ["passed"]);
    }

    #[test]
    fn f4_what_two_runs_have_not_found_leaves_and_what_one_has_missed_stays() {
        let rule = json!({ "rule": { "uuid": "u" } });
        check(&MISCONFIGURATION, &[document(OLD, "misconfiguration", &rule)], &[], &[("older than 26 hours", 1)]);
        // The run of twelve hours ago was not complete, the one before had it.
        let before: &[Option<&str>] = &[Some("/A"), Some("u"), Some("/r"), Some("default")];
        check(&MISCONFIGURATION, &[document(RECENT, "misconfiguration", &rule)], &[before], &[]);
    }

    #[test]
    fn what_could_not_be_read_or_is_remediated_is_left_out_and_why_is_said() {
        let healthy = json!({ "event": { "dataset": "microsoft_defender_cloud.assessment", "id": "/A", "outcome": "success" } });
        let unread = json!({ "error": { "message": ["x"] } });
        let documents = [document(RECENT, "vulnerability", &healthy), document(RECENT, "vulnerability", &unread)];
        check(&VULNERABILITY, &documents, &[], &[("`event.outcome` is not `failure`", 1), ("with `error.message`", 1)]);
    }

    #[test]
    fn what_azure_says_is_gone_is_marked_if_it_said_so_later() {
        let mut all = Documents::default();
        all.add(document(RECENT, "misconfiguration", &json!({ "rule": { "uuid": "u" } })));
        let gone = |time: &str| json!({ "@timestamp": time, "event": { "dataset": "microsoft_defender_cloud.event", "action": "Delete", "id": "/a" } });
        all.add(gone(OLD));
        assert_eq!(all.shown(&MISCONFIGURATION, now()).findings[0].deleted, None);
        all.add(gone("2026-01-01T01:00:00Z"));
        assert_eq!(all.shown(&MISCONFIGURATION, now()).findings[0].deleted, "2026-01-01T01:00:00Z".parse().ok());
    }
}
