//! The fields of documents: what the component says of its own, and what a host and Elasticsearch add to them.

use host_sim_runtime::contract::Field;
use host_sim_runtime::{Component, Instance, Stop};

/// The fields of every data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// The component's version, which is that of everything made from it.
    pub version: String,
    /// Events, assessments and runs, in the component's order.
    pub datasets: Vec<DataSet>,
}

/// A data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    /// As in `data_stream.dataset`.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// Sorted by name.
    pub fields: Vec<Declared>,
}

/// A field of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Dotted.
    pub name: String,
    /// Elasticsearch's name of the type.
    pub kind: String,
    /// Where it comes from, for people.
    pub description: String,
    /// What a `constant_keyword` always is.
    pub value: Option<String>,
}

/// Why there are no fields.
#[derive(Debug, thiserror::Error)]
pub enum NoFields {
    /// It does not run.
    #[error("the component stopped")]
    Stopped(#[from] Stop),
    /// It is another one.
    #[error("the component is `{0}`; templates, transforms and dashboards are those of `microsoft_defender_cloud`")]
    Another(String),
}

/// What the host adds to a document, and Elasticsearch.
const ADDED: [(&str, &str, &str); 9] = [
    ("agent.id", "keyword", "added by the host, where its configuration says so"),
    ("agent.name", "keyword", "added by the host, where its configuration says so"),
    ("agent.type", "keyword", "added by the host, where its configuration says so"),
    ("agent.version", "keyword", "added by the host, where its configuration says so"),
    ("data_stream.dataset", "constant_keyword", "added by the host"),
    ("data_stream.namespace", "constant_keyword", "added by the host"),
    ("data_stream.type", "constant_keyword", "added by the host"),
    ("event.ingested", "date", "when Elasticsearch took the document in"),
    ("input.type", "keyword", "added by the host"),
];

impl Fields {
    /// Asks a component.
    pub fn of(component: &Component) -> Result<Self, NoFields> {
        let mut instance = component.start()?;
        Self::read(&mut instance)
    }

    fn read(instance: &mut Instance) -> Result<Self, NoFields> {
        let description = instance.description().clone();
        let own: Vec<&str> = description.datasets.iter().map(|dataset| dataset.name.as_str()).collect();
        if own != [EVENT, ASSESSMENT, RUN] {
            return Err(NoFields::Another(description.name));
        }
        let mut datasets = Vec::new();
        for (position, dataset) in (0..).zip(&description.datasets) {
            datasets.push(DataSet::new(&dataset.name, &dataset.summary, instance.fields(position)?));
        }
        Ok(Self { version: description.version, datasets })
    }

    /// A data set by its name.
    pub fn dataset(&self, name: &str) -> &DataSet {
        self.datasets.iter().find(|dataset| dataset.name == name).expect("all three are there")
    }
}

/// The name of the data set of events.
pub const EVENT: &str = "microsoft_defender_cloud.event";
/// The name of the data set of assessments.
pub const ASSESSMENT: &str = "microsoft_defender_cloud.assessment";
/// The name of the data set of runs.
pub const RUN: &str = "microsoft_defender_cloud.run";

impl DataSet {
    /// With what a component says of its fields.
    pub fn new(name: &str, summary: &str, fields: Vec<Field>) -> Self {
        let own = fields.into_iter().map(|field| (field.name, field.kind, field.sources.join("; ")));
        let added = ADDED.iter().map(|(name, kind, description)| ((*name).to_owned(), (*kind).to_owned(), (*description).to_owned()));
        let mut all: Vec<Declared> = own.chain(added).map(|(field, kind, description)| Declared::new(name, field, kind, description)).collect();
        all.sort_by(|left, right| left.name.cmp(&right.name));
        all.dedup_by(|later, earlier| later.name == earlier.name);
        let parents: Vec<bool> = all.iter().map(|field| is_parent(&all, &field.name)).collect();
        let mut parents = parents.into_iter();
        // An object is what its members make it.
        all.retain(|_| !parents.next().unwrap_or_default());
        Self { name: name.to_owned(), summary: summary.to_owned(), fields: all }
    }

    /// The last part of its name.
    pub fn folder(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }

    /// The data streams of all namespaces.
    pub fn pattern(&self) -> String {
        format!("logs-{}-*", self.name)
    }

    /// Its fields as they are in an index that a transform writes, which holds documents of several namespaces.
    pub fn latest(&self) -> Vec<Declared> {
        let mut fields = self.fields.clone();
        for field in fields.iter_mut().filter(|field| field.name == "data_stream.namespace") {
            field.kind = "keyword".into();
        }
        fields
    }
}

fn is_parent(fields: &[Declared], name: &str) -> bool {
    fields.iter().any(|field| field.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

impl Declared {
    fn new(dataset: &str, name: String, kind: String, description: String) -> Self {
        let value = match name.as_str() {
            "event.module" => Some("microsoft_defender_cloud"),
            "event.dataset" | "data_stream.dataset" => Some(dataset),
            "data_stream.type" => Some("logs"),
            _ => None,
        };
        // These are the same in all documents of a data stream, whatever a component calls them.
        let kind = if value.is_some() { "constant_keyword".into() } else { kind };
        let value = value.map(str::to_owned);
        Self { name, kind, description, value }
    }
}

#[cfg(test)]
mod tests {
    use super::{DataSet, EVENT};
    use host_sim_runtime::contract::Field;

    #[test]
    fn what_hosts_add_stands_beside_what_the_component_says_and_parents_are_left_out() {
        let field = |name: &str, kind: &str| Field { name: name.into(), kind: kind.into(), sources: vec!["a".into(), "b".into()] };
        let dataset = DataSet::new(EVENT, "x", vec![field("m.open", "object"), field("m.open.at", "date"), field("event.dataset", "keyword")]);
        let names: Vec<(&str, &str)> = dataset.fields.iter().map(|field| (field.name.as_str(), field.kind.as_str())).collect();
        assert!(names.contains(&("m.open.at", "date")) && !names.iter().any(|(name, _)| *name == "m.open"));
        assert!(names.contains(&("event.dataset", "constant_keyword")) && names.contains(&("event.ingested", "date")));
        assert!(names.is_sorted());
        assert_eq!((dataset.folder(), dataset.pattern()), ("event", "logs-microsoft_defender_cloud.event-*".to_owned()));
        let latest = dataset.latest();
        assert!(latest.iter().any(|field| field.name == "data_stream.namespace" && field.kind == "keyword"));
    }
}
