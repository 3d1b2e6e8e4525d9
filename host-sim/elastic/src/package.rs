//! Everything as packages that Fleet installs when they are uploaded: the whole one, and one with dashboards alone for who has Elastic's package.

use serde_json::{Map, Value, json};

use crate::dashboard::panel::View;
use crate::dashboard::{self, Searches};
use crate::fields::{ASSESSMENT, DataSet, Declared};
use crate::transform::{ALL, Latest};
use crate::{Fields, NAME, TITLE, mapping, objects, settings, yaml, zip};

/// The version of the format, which is that of Elastic's own package and known to all that we support.
const FORMAT: &str = "3.3.2";
/// The versions of Kibana.
const KIBANA: &str = "^8.19.0 || ^9.1.0";
/// The name of the package with dashboards alone.
pub const DASHBOARDS: &str = "defender_cloud_wasm_dashboards";

/// A package: its files, sorted by their path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Name and version, as the one folder in its archive is called.
    pub name: String,
    /// Paths in that folder, with `/` between their parts.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Package {
    /// The archive that is uploaded.
    pub fn zip(&self) -> std::io::Result<Vec<u8>> {
        let files: Vec<(String, Vec<u8>)> = self.files.iter().map(|(path, content)| (format!("{}/{path}", self.name), content.clone())).collect();
        zip::archive(&files)
    }

    fn new(name: &str, version: &str, files: Files) -> Self {
        let mut files = files.0;
        files.sort();
        Self { name: format!("{name}-{version}"), files }
    }
}

#[derive(Default)]
struct Files(Vec<(String, Vec<u8>)>);

impl Files {
    fn yaml(&mut self, path: impl Into<String>, value: &Value) {
        self.0.push((path.into(), yaml::text(value).into_bytes()));
    }

    /// A pipeline is a document of its own.
    fn document(&mut self, path: String, value: &Value) {
        self.0.push((path, format!("---\n{}", yaml::text(value)).into_bytes()));
    }

    fn json(&mut self, path: String, value: &Value) {
        self.0.push((path, format!("{value:#}\n").into_bytes()));
    }

    fn text(&mut self, path: &str, text: String) {
        self.0.push((path.to_owned(), text.into_bytes()));
    }
}

/// The whole package.
pub fn whole(fields: &Fields) -> Package {
    let mut files = Files::default();
    let description = "Templates, lifecycle, latest views and dashboards for the alerts, recommendations and findings that a WebAssembly component collects for Microsoft Defender for Cloud with its own host.";
    about(&mut files, NAME, TITLE, description, "integration", &fields.version);
    files.text("docs/README.md", readme(fields));
    for dataset in &fields.datasets {
        data_stream(&mut files, dataset);
    }
    for latest in ALL {
        transform(&mut files, &latest, fields);
    }
    for object in objects::own() {
        saved(&mut files, &object);
    }
    saved(&mut files, &objects::latest());
    Package::new(NAME, &fields.version, files)
}

/// The dashboards alone. A package of that type may hold neither data views nor searches.
pub fn dashboards(fields: &Fields) -> Package {
    let mut files = Files::default();
    let title = format!("Dashboards: {TITLE}");
    let description = "Dashboards for the alerts, recommendations and findings of Microsoft Defender for Cloud, for who has the templates of another package.";
    about(&mut files, DASHBOARDS, &title, description, "content", &fields.version);
    let text = format!(
        "# {title}\n\nTwo dashboards over the data streams of Microsoft Defender for Cloud. The data view `{}` comes beside them.\n",
        View::Latest.id()
    );
    files.text("docs/README.md", text);
    for dashboard in dashboard::all() {
        saved(&mut files, &dashboard.object(DASHBOARDS, Searches::LeftOut));
    }
    Package::new(DASHBOARDS, &fields.version, files)
}

/// A saved object, in the folder of its type.
fn saved(files: &mut Files, object: &Value) {
    let part = |name: &str| object[name].as_str().unwrap_or_default().replace('-', "_");
    let id = object["id"].as_str().unwrap_or_default();
    files.json(format!("kibana/{}/{id}.json", part("type")), object);
}

fn about(files: &mut Files, name: &str, title: &str, description: &str, kind: &str, version: &str) {
    let manifest = json!({
        "format_version": FORMAT,
        "name": name,
        "title": title,
        "version": version,
        "description": description,
        "type": kind,
        "source": { "license": "Apache-2.0" },
        "categories": ["security", "cloud", "azure"],
        "conditions": { "kibana": { "version": KIBANA }, "elastic": { "subscription": "basic" } },
        "owner": { "github": "defender-cloud-wasm", "type": "community" },
    });
    files.yaml("manifest.yml", &manifest);
    let change = json!({ "description": "The first version.", "type": "enhancement", "link": "https://defender-cloud-wasm.example/changelog/1" });
    files.yaml("changelog.yml", &json!([{ "version": version, "changes": [change] }]));
    files.text("LICENSE.txt", include_str!("../../../LICENSE").to_owned());
}

fn data_stream(files: &mut Files, dataset: &DataSet) {
    let folder = format!("data_stream/{}", dataset.folder());
    let mut manifest = json!({ "title": title(dataset), "type": "logs", "dataset": dataset.name });
    if let Some(retention) = settings::retention(&dataset.name) {
        manifest["ilm_policy"] = json!(policy_name(dataset));
        files.json(format!("{folder}/elasticsearch/ilm/{}.json", settings::POLICY), &settings::policy(None));
        files.yaml(format!("{folder}/lifecycle.yml"), &json!({ "data_retention": retention }));
    }
    files.yaml(format!("{folder}/manifest.yml"), &manifest);
    files.yaml(format!("{folder}/fields/fields.yml"), &declared(&dataset.fields));
    files.document(format!("{folder}/elasticsearch/ingest_pipeline/default.yml"), &settings::pipeline());
}

/// As Fleet names it.
fn policy_name(dataset: &DataSet) -> String {
    format!("logs-{NAME}.{}-{}", dataset.folder(), settings::POLICY)
}

fn title(dataset: &DataSet) -> &'static str {
    match dataset.folder() {
        "event" => "Microsoft Defender for Cloud Alerts and Events",
        "assessment" => "Microsoft Defender for Cloud Assessments",
        _ => "Runs over Microsoft Defender for Cloud",
    }
}

fn transform(files: &mut Files, latest: &Latest, fields: &Fields) {
    let folder = format!("elasticsearch/transform/{}", latest.name);
    files.yaml(format!("{folder}/transform.yml"), &latest.body(fields));
    let manifest = json!({ "start": true, "destination_index_template": { "settings": { "index": { "codec": "best_compression" } } } });
    files.yaml(format!("{folder}/manifest.yml"), &manifest);
    files.yaml(format!("{folder}/fields/fields.yml"), &declared(&fields.dataset(ASSESSMENT).latest()));
}

/// Fields as the format has them: dotted, but for the open object, which says once for all below it that nothing is added.
fn declared(fields: &[Declared]) -> Value {
    let inner = format!("{}.", mapping::OPEN);
    let (open, others): (Vec<&Declared>, Vec<&Declared>) = fields.iter().partition(|field| field.name.starts_with(&inner));
    let mut all: Vec<Value> = others.into_iter().map(|field| entry(&field.name, field)).collect();
    if !open.is_empty() {
        let members: Vec<Value> = open.into_iter().map(|field| entry(field.name.strip_prefix(&inner).unwrap_or(&field.name), field)).collect();
        all.push(json!({ "name": mapping::OPEN, "type": "group", "dynamic": false, "fields": members }));
    }
    Value::Array(all)
}

fn entry(name: &str, field: &Declared) -> Value {
    let mut entry: Map<String, Value> = mapping::parameters(field);
    // Not a word of the format, and the default of an index.
    entry.remove("depth_limit");
    // Fleet says so by itself.
    if field.name == "@timestamp" {
        entry.remove("ignore_malformed");
    }
    entry.insert("name".into(), json!(name));
    entry.insert("description".into(), json!(field.description));
    Value::Object(entry)
}

fn readme(fields: &Fields) -> String {
    let mut text = format!(
        "# {TITLE}\n\n\
         What an index needs for the documents that the component `microsoft_defender_cloud` makes, and what shows them: templates, a lifecycle for assessments,\n\
         the latest misconfigurations and vulnerabilities for the pages of findings, and two dashboards. Nothing is collected by this package: a host runs the component.\n\n\
         Do not install it beside the package `microsoft_defender_cloud` of Elastic, whose data streams have the same names.\n\n\
         | data stream | what it holds | fields |\n|---|---|---|\n"
    );
    for dataset in &fields.datasets {
        text.push_str(&format!("| `{}` | {} | {} |\n", dataset.pattern(), dataset.summary, dataset.fields.len()));
    }
    text.push_str("\nAssessments are kept for 7 days, since every run stores all of them again. The latest of each are in\n");
    for latest in ALL {
        text.push_str(&format!("`{}`, as long as a run of the last 26 hours has found them.\n", latest.alias()));
    }
    text
}
