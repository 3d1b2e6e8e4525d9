//! The two views of what is found: of all runs, the latest document of each finding. Kibana's pages of findings read them.

use serde_json::{Value, json};

use crate::Fields;
use crate::fields::ASSESSMENT;

/// A view of the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latest {
    /// The last part of its names.
    pub name: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// `microsoft_defender_cloud.assessment.class` of what it shows.
    pub class: &'static str,
    /// What `event.outcome` has to be, where it matters.
    pub outcome: Option<&'static str>,
    /// What tells findings apart. Where a document lacks one, that is a value as well.
    pub unique_key: &'static [&'static str],
    /// Those of them that every document has; one without is no finding.
    pub required: &'static [&'static str],
}

/// Both of them.
pub const ALL: [Latest; 2] = [MISCONFIGURATION, VULNERABILITY];

/// Rules that resources keep or break.
pub const MISCONFIGURATION: Latest = Latest {
    name: "misconfiguration_latest",
    summary: "The latest evaluation of each rule on each resource, as Kibana's page of misconfigurations reads it.",
    class: "misconfiguration",
    outcome: None,
    unique_key: &["event.id", "rule.uuid", "resource.id", "data_stream.namespace"],
    required: &["event.id", "rule.uuid", "resource.id", "data_stream.namespace"],
};

/// Vulnerabilities that are there.
pub const VULNERABILITY: Latest = Latest {
    name: "vulnerability_latest",
    summary: "The latest document of each vulnerability of each resource, as Kibana's page of vulnerabilities reads it.",
    class: "vulnerability",
    outcome: Some("failure"),
    unique_key: &["event.id", "vulnerability.id", "resource.id", "package.name", "package.version", "data_stream.namespace"],
    // Findings of registries, clusters and databases may name neither a package nor a CVE: they are findings all the same.
    required: &["event.id", "resource.id", "data_stream.namespace"],
};

/// What says which class a document is of.
pub const CLASS: &str = "microsoft_defender_cloud.assessment.class";
/// How old a finding may be, in hours. Kibana's page of misconfigurations looks no further back.
pub const HOURS: u32 = 26;
/// By which the newest is told.
pub const SORT: &str = "@timestamp";
/// Goes up with [`INDEX`] whenever a view's query, settings or mapping change: an upload of the same version would delete the view and build it anew.
pub const VERSION: &str = "0.1.0";
/// The number at the end of the names of indices.
pub const INDEX: u32 = 1;

impl Latest {
    /// What Kibana and people read.
    pub fn alias(&self) -> String {
        format!("security_solution-microsoft_defender_cloud.{}", self.name)
    }

    /// The index, which is another one than that of Elastic's package.
    pub fn index(&self) -> String {
        format!("{}-component-v{INDEX}", self.alias())
    }

    /// What is selected.
    pub fn query(&self) -> Value {
        let mut filter = vec![json!({ "term": { CLASS: self.class } }), json!({ "range": { SORT: { "gte": format!("now-{HOURS}h") } } })];
        filter.extend(self.outcome.map(|outcome| json!({ "term": { "event.outcome": outcome } })));
        filter.extend(self.required.iter().map(|field| json!({ "exists": { "field": field } })));
        json!({ "bool": {
            "filter": filter,
            "must_not": [
                { "exists": { "field": "error.message" } },
                { "term": { "event.action": DELETE } },
                { "terms": { "_tier": ["data_frozen", "data_cold"] } },
            ],
        } })
    }

    /// The transform as Elasticsearch and the format of packages have it; names of `dest.aliases` are the same in both.
    pub fn body(&self, fields: &Fields) -> Value {
        json!({
            "description": self.summary,
            "source": { "index": [fields.dataset(ASSESSMENT).pattern()], "query": self.query() },
            "dest": { "index": self.index(), "aliases": [{ "alias": self.alias(), "move_on_creation": true }] },
            "latest": { "unique_key": self.unique_key, "sort": SORT },
            "sync": { "time": { "field": "event.ingested", "delay": "60s" } },
            "frequency": "5m",
            "retention_policy": { "time": { "field": SORT, "max_age": format!("{HOURS}h") } },
            "settings": { "unattended": true },
            "_meta": { "managed": true, "fleet_transform_version": VERSION },
        })
    }
}

/// What `event.action` is where Azure says that a finding is gone.
pub const DELETE: &str = "Delete";
