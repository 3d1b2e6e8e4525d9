//! Which fields there are: those of ECS, our custom ones, and those that components declare.

use std::collections::{BTreeMap, BTreeSet};

use host_sim_runtime::contract::Field;
use serde_json::Value;

use super::fit;

/// Fields that documents of this project have and ECS has not. An object is open: anything may stand in it.
const CUSTOM: [(&str, &str); 17] = [
    ("azure-eventhub", "object"),
    ("elastic_agent", "object"),
    ("input.type", "keyword"),
    ("log.offset", "long"),
    ("microsoft_defender_cloud", "object"),
    ("package.fixed_version", "keyword"),
    ("resource.id", "keyword"),
    ("resource.name", "keyword"),
    ("resource.sub_type", "keyword"),
    ("resource.type", "keyword"),
    ("result.evaluation", "keyword"),
    ("rule.impact", "keyword"),
    ("rule.remediation", "keyword"),
    ("rule.section", "keyword"),
    ("vulnerability.cve", "keyword"),
    ("vulnerability.published_date", "date"),
    ("vulnerability.title", "keyword"),
];

/// All lists that documents are checked against.
#[derive(Debug)]
pub(super) struct Lists {
    /// ECS and the custom fields.
    general: List,
    /// By data set.
    declared: BTreeMap<String, List>,
}

#[derive(Debug, Default)]
struct List {
    fields: BTreeMap<String, Entry>,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: String,
    pub(super) is_list: bool,
    pub(super) allowed: Vec<String>,
    /// Whether anything may stand in it.
    is_open: bool,
}

/// What is known of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known<'a> {
    /// It is a field.
    Field(&'a Entry),
    /// Fields stand below it.
    Group,
    /// It stands in something that is open.
    Open,
    /// ECS knows it, and the component that made the document did not say that it would be there.
    Undeclared,
    /// Nobody knows it.
    Unknown,
}

impl Lists {
    /// Reads the table of ECS.
    pub(super) fn new(table: &str) -> Self {
        let mut general = List::default();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let (name, kind, list) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
            let allowed = columns.nth(1).unwrap_or_default();
            let allowed = allowed.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect();
            general.fields.insert(name.to_owned(), Entry { kind: kind.to_owned(), is_list: list == "array", allowed, is_open: false });
        }
        // An object of ECS is open only where ECS does not say what is in it.
        let open: Vec<String> = general.fields.iter().filter(|(name, entry)| is_open(&general, name, &entry.kind)).map(|(name, _)| name.clone()).collect();
        for name in open {
            general.fields.entry(name).and_modify(|entry| entry.is_open = true);
        }
        for (name, kind) in CUSTOM {
            general.fields.insert(name.to_owned(), Entry::open(kind));
        }
        Self { general, declared: BTreeMap::new() }
    }

    /// Takes a component's fields in, and gives name, type and ECS's type of those that ECS has as something else.
    pub(super) fn declare(&mut self, dataset: &str, fields: &[Field]) -> Vec<(String, String, String)> {
        let mut otherwise = Vec::new();
        let list = self.declared.entry(dataset.to_owned()).or_default();
        for field in fields {
            let mut entry = Entry::open(&field.kind);
            if let Some(ecs) = self.general.fields.get(&field.name) {
                entry.is_list = ecs.is_list;
                entry.allowed.clone_from(&ecs.allowed);
                if fit::family(&ecs.kind) != fit::family(&field.kind) {
                    otherwise.push((field.name.clone(), field.kind.clone(), ecs.kind.clone()));
                }
            }
            list.fields.insert(field.name.clone(), entry);
        }
        otherwise
    }

    /// How many fields an index of a data set has before it sees a document: objects count as well.
    pub(super) fn declared_fields(&self, dataset: Option<&str>) -> usize {
        let Some(list) = dataset.and_then(|name| self.declared.get(name)) else { return 0 };
        let ends = list.fields.keys().flat_map(|name| name.match_indices('.').map(|(at, _)| &name[..at]).chain([name.as_str()]));
        ends.collect::<BTreeSet<_>>().len()
    }

    /// What is known of a path in a document of a data set.
    pub(super) fn find(&self, dataset: Option<&str>, path: &str) -> Known<'_> {
        let general = self.general.find(path);
        let Some(declared) = dataset.and_then(|name| self.declared.get(name)) else { return general };
        match (declared.find(path), general) {
            (Known::Unknown, Known::Group) => Known::Group,
            // What is open to anybody is not open in a component that says what is in it.
            (Known::Unknown, Known::Field(entry)) if !entry.is_open => Known::Undeclared,
            (known, _) => known,
        }
    }
}

impl List {
    fn find(&self, path: &str) -> Known<'_> {
        if let Some(entry) = self.fields.get(path) {
            return Known::Field(entry);
        }
        if self.has_below(path) {
            return Known::Group;
        }
        let mut ancestors = path.rmatch_indices('.').filter_map(|(at, _)| path.get(..at));
        let nearest = ancestors.find_map(|ancestor| self.fields.get(ancestor));
        if nearest.is_some_and(|entry| entry.is_open) { Known::Open } else { Known::Unknown }
    }

    fn has_below(&self, path: &str) -> bool {
        let below = format!("{path}.");
        self.fields.range(below.clone()..).next().is_some_and(|(name, _)| name.starts_with(&below))
    }
}

impl Entry {
    fn open(kind: &str) -> Self {
        Self { kind: kind.to_owned(), is_list: false, allowed: Vec::new(), is_open: fit::holds_members(kind) }
    }

    /// Whether a value is among those allowed. What is not text is of a wrong type, which is another matter.
    pub(super) fn allows(&self, value: &Value) -> bool {
        self.allowed.is_empty() || value.as_str().is_none_or(|text| self.allowed.iter().any(|allowed| allowed == text))
    }
}

fn is_open(list: &List, name: &str, kind: &str) -> bool {
    fit::holds_members(kind) && (kind == "flattened" || !list.has_below(name))
}

#[cfg(test)]
mod tests {
    use super::{Known, Lists};

    const TABLE: &str = "# a comment\na.b\tkeyword\tarray\t\tx,y\na.c\tobject\na.c.d\tlong\t\t9.0\na.e\tobject\n";

    #[test]
    fn a_path_is_a_field_a_group_open_or_unknown() {
        let lists = Lists::new(TABLE);
        let Known::Field(entry) = lists.find(None, "a.b") else { panic!("`a.b` is a field") };
        assert!(entry.is_list && entry.allowed == ["x", "y"]);
        assert_eq!(lists.find(None, "a"), Known::Group);
        assert_eq!(lists.find(None, "a.c.x"), Known::Unknown);
        assert_eq!(lists.find(None, "a.e.x.y"), Known::Open);
        assert_eq!(lists.find(Some("unheard-of"), "microsoft_defender_cloud.x"), Known::Open);
    }

    #[test]
    fn the_committed_table_is_read_in_full() {
        let lists = Lists::new(super::super::TABLE);
        let Known::Field(kind) = lists.find(None, "event.kind") else { panic!("`event.kind` is a field") };
        assert!(kind.allowed.contains(&"pipeline_error".to_owned()));
        // One of 8.11 alone, one of 9.0 alone.
        for name in ["process.pgid", "volume.size"] {
            assert!(matches!(lists.find(None, name), Known::Field(entry) if entry.kind == "long"), "{name}");
        }
        assert!(lists.general.fields.len() > 1_700, "{}", lists.general.fields.len());
    }
}
