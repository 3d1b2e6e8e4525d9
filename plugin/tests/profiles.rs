//! The page `docs/profiles.md`: what profile `extended` does, made of the mapping's own tables, and of a record in both profiles.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use microsoft_defender_cloud::contract::{Dataset, Message};
use microsoft_defender_cloud::mapping::reference;
use microsoft_defender_cloud::plugin::Plugin;
use microsoft_defender_cloud::settings::{Profile, Settings};
use serde_json::Value;

/// What the tables say before that which only this profile does.
const MARK: &str = "profile extended";

/// Fields of the alert that the README shows in both profiles.
const SHOWN_OF_ALERT: &[&str] = &[
    "event.category",
    "event.outcome",
    "event.severity",
    "host.geo.city_name",
    "host.name",
    "message",
    "rule.id",
    "source.as.number",
    "source.geo.city_name",
    "source.ip",
];

/// Fields of the recommendation that the README shows in both profiles.
const SHOWN: &[&str] = &[
    "cloud.account.id",
    "event.category",
    "event.severity",
    "package.fixed_version",
    "package.name",
    "package.version",
    "resource.name",
    "rule.remediation",
    "vulnerability.id",
    "vulnerability.score.base",
    "vulnerability.severity",
    "vulnerability.title",
];

const INTRODUCTION: &str = "\
<!-- Made by plugin/tests/profiles.rs from the mapping's tables: run it with BLESS=1 after a change there. -->
# Profiles

The setting [`profile`](settings.md#profile) decides which documents are made.

- `extended` is the default: what an analyst needs of Azure as it is today. Since July 2026 Microsoft retires grouped recommendations, whose findings were sub-assessments; in their place
  comes one assessment for each resource and update, secret or rule. `extended` makes a vulnerability of each CVE that such a record names, with package, severity and score.
  An alert is read as what it tells of: which process, whose account, which address is the attacker's and which the host's own, tactic, outcome and severity.
- `elastic` makes the documents of Elastic's integration, value by value. To it such a record is a misconfiguration without CVE, package or severity, and an attacker's city is the host's.
  It is for rules and dashboards that were built on those documents and are to be moved later.

Both read the same records, and run the same walk; only `extended` also asks for the [metadata](settings.md#metadata) of assessments. [differences.md](differences.md) has the reasons,
[fields.md](fields.md) every field.

";

/// The records of the README.
const ALERT: &str = "alert.ndjson";
const RECOMMENDATION: &str = "recommendation.ndjson";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A record of the README, by its file.
fn record(fixture: &str) -> String {
    let line = fs::read_to_string(root().join("tests/fixtures").join(fixture)).expect("the fixture is there");
    let recorded: Value = serde_json::from_str(&line).expect("a recorded message");
    recorded["body"].as_str().expect("a body").to_owned()
}

/// Each document of a record: the value of each ECS field as JSON.
fn documents(profile: Profile, dataset: Dataset, record: String) -> Vec<BTreeMap<String, String>> {
    let message = Message { body: record.into_bytes(), position: None };
    let decoded = Plugin::new(Settings { profile, ..Settings::default() }).decode(1_795_000_000_000, dataset, &[message]);
    let fields = |body: &[u8]| {
        let mut fields = BTreeMap::new();
        flatten(&serde_json::from_slice(body).expect("a document is JSON"), "", &mut fields);
        fields
    };
    decoded.documents.iter().map(|document| fields(&document.body)).collect()
}

fn flatten(value: &Value, path: &str, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) if path != "microsoft_defender_cloud" => {
            for (name, value) in members {
                flatten(value, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, fields);
            }
        }
        // It keeps the record's own members; of them only this one is shown.
        Value::Object(members) => {
            if let Some(class) = members.get("assessment").map(|own| &own["class"]) {
                fields.insert(format!("{path}.assessment.class"), class.to_string());
            }
        }
        _ => drop(fields.insert(path.to_owned(), value.to_string())),
    }
}

/// A line for each field: its value in profile `elastic`, and in each document of profile `extended`.
fn comparison(dataset: Dataset, record: &str) -> BTreeMap<String, String> {
    let [elastic, extended] = [Profile::Elastic, Profile::Extended].map(|profile| documents(profile, dataset, record.to_owned()));
    assert_eq!(elastic.len(), 1, "a record is a document there");
    let columns: Vec<_> = elastic.iter().chain(&extended).collect();
    let line = |name: &String| {
        let value = |document: &&BTreeMap<String, String>| document.get(name).map_or_else(String::new, |value| format!("`{}`", shortened(value)));
        format!("| `{name}` | {} |\n", columns.iter().map(value).collect::<Vec<_>>().join(" | "))
    };
    columns.iter().flat_map(|document| document.keys()).map(|name| (name.clone(), line(name))).collect()
}

/// An ARM id as its last three segments.
fn shortened(value: &str) -> String {
    match value.strip_prefix("\"/subscriptions/") {
        Some(id) => format!("\"…/{}", id.rsplitn(4, '/').take(3).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/")),
        None => value.to_owned(),
    }
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    let pretty = |record: &str| serde_json::to_string_pretty(&serde_json::from_str::<Value>(record).expect("JSON")).expect("JSON");
    let alert = record(ALERT);
    let _ = write!(page, "## An alert, before and after\n\nThe record, as `tests/fixtures/{ALERT}` has it:\n\n```json\n{}\n```\n\n", pretty(&alert));
    page.push_str("Its document, without `microsoft_defender_cloud.event`, which keeps the record's own members.\n\n");
    page.push_str("| field | `elastic` | `extended` |\n|---|---|---|\n");
    page.extend(comparison(Dataset::Event, &alert).into_values());
    let recommendation = record(RECOMMENDATION);
    let _ = write!(
        page,
        "\n## An individual recommendation, before and after\n\nThe record, as `tests/fixtures/{RECOMMENDATION}` has it:\n\n```json\n{}\n```\n\n",
        pretty(&recommendation)
    );
    page.push_str(
        "Its documents. ARM ids are shortened, and of `microsoft_defender_cloud.assessment`, which keeps the record's own members, only `class` is shown.\n\n",
    );
    page.push_str("| field | `elastic` | `extended`, first CVE | `extended`, second CVE |\n|---|---|---|---|\n");
    page.extend(comparison(Dataset::Assessment, &recommendation).into_values());
    for (dataset, title) in [(Dataset::Assessment, "Assessments"), (Dataset::Event, "Events")] {
        let _ = write!(page, "\n## {title}, field by field\n\n");
        page.push_str("Fields that are not listed are the same in both profiles. An empty cell is a field that the profile does not have.\n\n");
        page.push_str("| field | `elastic` | `extended` |\n|---|---|---|\n");
        for field in reference::fields(dataset) {
            let (elastic, extended) = apart(&field.sources);
            if !extended.is_empty() && elastic != extended {
                let _ = writeln!(page, "| `{}` | {} | {} |", field.name, elastic.replace('|', "\\|"), extended.replace('|', "\\|"));
            }
        }
    }
    page
}

/// The sources of a field in both profiles: in each of them, what stands behind the mark is of profile `extended`.
fn apart(sources: &[String]) -> (String, String) {
    let (mut elastic, mut extended) = (Vec::new(), Vec::new());
    for source in sources {
        let (before, behind) = source.split_once(MARK).map_or((source.as_str(), None), |(before, behind)| (before, Some(behind)));
        elastic.extend(Some(before.trim_end_matches([';', ' '])).filter(|before| !before.is_empty()));
        extended.extend(behind.map(|behind| behind.trim_start_matches([':', ',', ' '])));
    }
    (elastic.join("; "), extended.join("; "))
}

#[test]
fn the_page_is_current() {
    let file = root().join("plugin/docs/profiles.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, page()).expect("the page can be written");
    }
    assert!(fs::read_to_string(&file).unwrap_or_default() == page(), "docs/profiles.md is not what the tables say; `make bless` writes it again");
}

#[test]
fn the_readme_shows_what_becomes_of_an_alert_and_of_a_recommendation() {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    for (dataset, fixture, shown) in [(Dataset::Event, ALERT, SHOWN_OF_ALERT), (Dataset::Assessment, RECOMMENDATION, SHOWN)] {
        let lines = comparison(dataset, &record(fixture));
        for name in shown {
            assert!(readme.contains(&lines[*name]), "the README has no line\n{}", lines[*name]);
        }
    }
}
