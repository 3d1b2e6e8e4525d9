//! `findings` agrees with a real Elasticsearch: a composite aggregation with missing buckets over what the transform selects, which is what a transform of the
//! latest runs. And the command shows it.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use host_sim_elastic::fields::ASSESSMENT;
use host_sim_elastic::findings::Documents;
use host_sim_elastic::transform::{self, Latest};
use live_servers::SearchServer;
use serde_json::{Value, json};

use crate::FIELDS;
use crate::server::{golden, install, store};

type Keys = BTreeMap<Vec<Option<String>>, String>;

/// Keys, each with the time of its newest document.
fn asked(server: &SearchServer, latest: &Latest) -> Keys {
    let sources: Vec<Value> = latest.unique_key.iter().map(|field| json!({ *field: { "terms": { "field": field, "missing_bucket": true } } })).collect();
    let top = json!({ "newest": { "top_hits": { "size": 1, "sort": [{ "@timestamp": "desc" }], "_source": ["@timestamp"] } } });
    let body = json!({ "size": 0, "query": latest.query(), "aggs": { "latest": { "composite": { "size": 1000, "sources": sources }, "aggs": top } } });
    let (status, answer) = server.ask("POST", &format!("/logs-{ASSESSMENT}-*/_search"), &body);
    assert_eq!(status, 200, "{answer}");
    let mut keys = Keys::new();
    for bucket in answer["aggregations"]["latest"]["buckets"].as_array().expect("buckets") {
        let key = latest.unique_key.iter().map(|field| bucket["key"][*field].as_str().map(str::to_owned)).collect();
        keys.insert(key, bucket["newest"]["hits"]["hits"][0]["_source"]["@timestamp"].as_str().expect("a time").to_owned());
    }
    keys
}

/// The time, from the system: Elasticsearch looks there as well.
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map(|since| DateTime::UNIX_EPOCH + since).expect("it is later")
}

fn simulated(documents: &[Value], latest: &Latest, now: DateTime<Utc>) -> Keys {
    let mut all = Documents::default();
    documents.iter().cloned().for_each(|document| all.add(document));
    all.shown(latest, now).findings.into_iter().map(|finding| (finding.key, finding.document["@timestamp"].as_str().expect("a time").to_owned())).collect()
}

#[test]
fn f2_findings_without_package_or_cve_are_shown_as_elasticsearch_would() {
    let Some(server) = SearchServer::for_test(Path::new(env!("CARGO_TARGET_TMPDIR")), "findings", &[]) else { return };
    install(&server);
    // Elasticsearch looks at its own clock, so the recordings are brought to today: one run of now, one of twelve hours ago, one that is too old.
    let begun = now();
    let mut documents = Vec::new();
    for (name, hours) in [("recent", 1), ("before", 13), ("old", 30)] {
        let time = (begun - TimeDelta::hours(hours)).to_rfc3339_opts(SecondsFormat::Millis, true);
        for (at, mut document) in golden(ASSESSMENT).into_iter().enumerate() {
            // The newest run has missed every third, and the oldest has some of its own.
            if name == "recent" && at % 3 == 0 {
                continue;
            }
            if name == "old" && at % 5 == 0 {
                document["event"]["id"] = json!(format!("/only/of/old/{at}"));
            }
            document["@timestamp"] = json!(time);
            documents.push(document);
        }
    }
    assert_eq!(store(&server, ASSESSMENT, &documents), [""; 0]);
    assert_eq!(server.ask("POST", "/_refresh", &Value::Null).0, 200);
    let mut without = 0;
    for latest in transform::ALL {
        let (asked, simulated) = (asked(&server, &latest), simulated(&documents, &latest, now()));
        assert!(asked.len() > 15, "{}", asked.len());
        assert_eq!(asked, simulated, "{}", latest.name);
        assert!(!asked.keys().flatten().flatten().any(|value| value.starts_with("/only/of/old")));
        without += asked.keys().filter(|key| key.contains(&None)).count();
    }
    assert!(without >= 4, "{without} of them lack something");
}

/// A transform would write them there. Elasticsearch says which values it left out of an index.
#[test]
fn f6_no_date_number_or_address_of_a_finding_is_left_out_of_its_index() {
    let Some(server) = SearchServer::for_test(Path::new(env!("CARGO_TARGET_TMPDIR")), "latest", &[]) else { return };
    install(&server);
    let mut all = Documents::default();
    golden(ASSESSMENT).into_iter().for_each(|document| all.add(document));
    for latest in transform::ALL {
        let shown = all.shown(&latest, all.newest().expect("there are some"));
        let lines: String = shown.findings.iter().map(|finding| format!("{{\"index\":{{}}}}\n{}\n", finding.document)).collect();
        let (status, answer) = server.send_lines(&format!("/{}/_bulk?refresh=true", latest.index()), &lines);
        assert!(status == 200 && answer["errors"] == false, "{answer}");
        let wanted = json!({ "size": 1000, "query": { "exists": { "field": "_ignored" } }, "_source": false });
        let (_, answer) = server.ask("POST", &format!("/{}/_search", latest.index()), &wanted);
        let declared = FIELDS.dataset(ASSESSMENT).latest();
        for hit in answer["hits"]["hits"].as_array().expect("hits") {
            for name in hit["_ignored"].as_array().expect("names") {
                // A text may be too long for an index.
                let kind = declared.iter().find(|field| field.name == *name).map(|field| field.kind.as_str());
                assert!(matches!(kind, Some("keyword" | "wildcard" | "constant_keyword")), "{name} is {kind:?}");
            }
        }
        let (_, count) = server.ask("GET", &format!("/{}/_count", latest.index()), &Value::Null);
        assert_eq!(count["count"], shown.findings.len());
    }
}

#[test]
fn the_recordings_give_what_the_pages_would_show() {
    let ran = tests::run(&["findings", "tests/golden/tenant"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    for line in [
        "as of 2026-01-01T00:00:00.000Z",
        "misconfiguration_latest: 20",
        "vulnerability_latest: 22",
        "  failed    Key vaults should have purge protection enabled  lark-erp-kv",
        "  left out: 2 `event.outcome` is not `failure`",
    ] {
        assert!(ran.stdout.contains(line), "{line}\n{}", ran.stdout);
    }
    let lines = tests::run(&["findings", "tests/golden/tenant", "--view", "vulnerability", "--format", "ndjson"]).stdout;
    let without = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).filter(|line| line["key"]["vulnerability.id"].is_null()).count();
    assert_eq!((lines.lines().count(), without), (22, 1));
    let later = tests::run(&["findings", "tests/golden/tenant", "--now", "2026-01-02T02:00:00.001Z", "--format", "json"]);
    let later: Value = serde_json::from_str(&later.stdout).expect("JSON");
    for view in later["views"].as_array().expect("a list") {
        assert_eq!((&view["findings"], view["left_out"]["older than 26 hours"].as_u64().is_some()), (&json!([]), true));
    }
}
