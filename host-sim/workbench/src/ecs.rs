//! Checks documents against ECS, and against the fields that a component says its documents have.

mod fields;
mod findings;
mod fit;
mod index;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::fields::{Known, Lists};
pub use self::findings::Findings;
use host_sim_runtime::contract::Field;

use self::findings::{Finding, Rule};
use self::fit::Fit;
use self::index::Flaw;
use crate::difference::excerpt;
use crate::json;

/// The table of ECS's fields: name, type, `array` if it is a list, the version if only one has it, allowed values.
const TABLE: &str = include_str!("ecs/table.tsv");

/// Types that ECS expects of each category, for the warning that another one is meant.
const EXPECTED_TYPES: [(&str, &[&str]); 20] = [
    ("api", &["access", "admin", "allowed", "change", "creation", "deletion", "denied", "end", "info", "start", "user"]),
    ("authentication", &["end", "info", "start"]),
    ("configuration", &["access", "change", "creation", "deletion", "info"]),
    ("database", &["access", "change", "error", "info"]),
    ("driver", &["change", "end", "info", "start"]),
    ("email", &["info"]),
    ("file", &["access", "change", "creation", "deletion", "info"]),
    ("host", &["access", "change", "end", "info", "start"]),
    ("iam", &["admin", "change", "creation", "deletion", "group", "info", "user"]),
    ("intrusion_detection", &["allowed", "denied", "info"]),
    ("library", &["start"]),
    ("malware", &["info"]),
    ("network", &["access", "allowed", "connection", "denied", "end", "info", "protocol", "start"]),
    ("package", &["access", "change", "deletion", "info", "installation", "start"]),
    ("process", &["access", "change", "end", "info", "start"]),
    ("registry", &["access", "change", "creation", "deletion"]),
    ("session", &["end", "info", "start"]),
    ("threat", &["indicator"]),
    ("vulnerability", &["info"]),
    ("web", &["access", "error", "info"]),
];

/// A check of any number of documents.
#[derive(Debug)]
pub struct EcsCheck {
    lists: Lists,
    documents: u64,
    findings: Findings,
    /// By data set: the fields that documents have added to an index.
    added: BTreeMap<String, BTreeSet<String>>,
}

impl EcsCheck {
    /// Knows ECS, and the custom fields of this project's data sets.
    pub fn new() -> Self {
        Self { lists: Lists::new(TABLE), documents: 0, findings: Findings::default(), added: BTreeMap::new() }
    }

    /// From now on, documents of a data set may have these fields and no others.
    pub fn declare(&mut self, dataset: &str, fields: &[Field]) {
        for (field, kind, ecs) in self.lists.declare(dataset, fields) {
            let detail = format!("declared as {kind}, and {ecs} in ECS");
            self.findings.add(Finding { rule: Rule::WrongType, field, detail, example: dataset.to_owned() });
        }
    }

    /// Checks a document, or one in an envelope; `source` is where it stands. An error says why it cannot be read.
    pub fn document(&mut self, source: &str, text: &[u8]) -> Result<(), String> {
        let mut document = json::parse(text)?;
        if let Some(inner) = document.get_mut("document").filter(|inner| inner.is_object()) {
            document = inner.take();
        }
        if !document.is_object() {
            return Err("it is not a JSON object".into());
        }
        self.documents += 1;
        let dataset = document.pointer("/event/dataset").and_then(Value::as_str);
        let mut walk = Walk { lists: &self.lists, dataset, found: Vec::new(), added: Vec::new() };
        walk.members("", &document);
        walk.combination(&document);
        let declared = self.lists.declared_fields(dataset);
        let fields = self.added.entry(dataset.unwrap_or_default().to_owned()).or_default();
        let new: BTreeSet<String> = walk.added.drain(..).filter(|field| !fields.contains(field)).collect();
        if !new.is_empty() && declared + fields.len() + new.len() > index::FIELDS {
            let first = new.into_iter().next().unwrap_or_default();
            walk.say(Rule::Refused, &first, format!("an index has {} fields at most", index::FIELDS), &Value::Null);
        } else {
            fields.extend(new);
        }
        for Found { rule, field, detail, value } in walk.found {
            self.findings.add(Finding { rule, field, detail, example: format!("{source}: {value}") });
        }
        Ok(())
    }

    /// How many documents were checked.
    pub fn documents(&self) -> u64 {
        self.documents
    }

    /// What there is to say about them.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }
}

impl Default for EcsCheck {
    fn default() -> Self {
        Self::new()
    }
}

/// One document on its way through the check.
struct Walk<'a> {
    lists: &'a Lists,
    dataset: Option<&'a str>,
    found: Vec<Found>,
    /// Fields that an index would get by the document.
    added: Vec<String>,
}

struct Found {
    rule: Rule,
    field: String,
    detail: String,
    value: String,
}

impl Walk<'_> {
    /// All that stands in an object. Text and numbers have no members.
    fn members(&mut self, path: &str, object: &Value) {
        for (name, value) in object.as_object().into_iter().flatten() {
            // A blank name is looked at only where something stands under it.
            if let Some(why) = index::name(name).filter(|_| name.is_empty() || name.contains('.') || !value.is_null()) {
                self.say(Rule::Refused, path, why.to_owned(), &name.as_str().into());
                continue;
            }
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let known = self.lists.find(self.dataset, &path);
            match (value, &known) {
                // A point on the map may be a list of two numbers.
                (Value::Array(_), Known::Field(field)) if field.kind == "geo_point" => self.one(&path, &known, value),
                (Value::Array(elements), _) => elements.iter().for_each(|element| self.one(&path, &known, element)),
                (_, Known::Field(field)) if field.is_list && !value.is_null() => {
                    self.say(Rule::NoList, &path, String::new(), value);
                    self.one(&path, &known, value);
                }
                _ => self.one(&path, &known, value),
            }
        }
    }

    /// A value that stands alone, or as one of a list.
    fn one(&mut self, path: &str, known: &Known<'_>, value: &Value) {
        let is_point = matches!(known, Known::Field(field) if field.kind == "geo_point");
        let is_flattened = matches!(known, Known::Field(field) if field.kind == "flattened");
        if value.is_object() && !is_point && !is_flattened && path.split('.').count() >= index::NAMES {
            return self.say(Rule::Refused, path, format!("an object stands under {} names at most", index::NAMES - 1), value);
        }
        if matches!(known, Known::Open | Known::Undeclared | Known::Unknown) && !value.is_array() && !value.is_null() {
            self.added.push(path.to_owned());
        }
        match (known, value) {
            (_, Value::Null) => (),
            (_, Value::Array(elements)) if !is_point => elements.iter().for_each(|element| self.one(path, known, element)),
            (Known::Group | Known::Open | Known::Undeclared | Known::Unknown, Value::Object(_)) => self.members(path, value),
            (Known::Open, _) => (),
            (Known::Group, _) => self.say(Rule::Refused, path, "an object is wanted".into(), value),
            (Known::Undeclared, _) => self.say(Rule::Undeclared, path, String::new(), value),
            (Known::Unknown, _) => self.say(Rule::Unknown, path, String::new(), value),
            (Known::Field(field), _) => {
                match fit::of(&field.kind, value) {
                    _ if index::refuses(&field.kind, value) => self.say(Rule::Refused, path, format!("{} is wanted", field.kind), value),
                    Fit::Yes => (),
                    Fit::Loosely => self.say(Rule::LooseType, path, format!("{} is wanted", field.kind), value),
                    Fit::No => self.say(Rule::WrongType, path, format!("{} is wanted", field.kind), value),
                }
                if !field.allows(value) {
                    self.say(Rule::Disallowed, path, format!("allowed are {}", field.allowed.join(", ")), value);
                }
                if is_flattened {
                    for flaw in index::flattened(value) {
                        match flaw {
                            Flaw::Refused(why) => self.say(Rule::Refused, path, why.to_owned(), value),
                            Flaw::Long => self.say(Rule::Long, path, String::new(), value),
                        }
                    }
                } else if fit::holds_members(&field.kind) {
                    self.members(path, value);
                }
            }
        }
    }

    /// Each type should be one that some category of the document has.
    fn combination(&mut self, document: &Value) {
        let categories = texts(document.pointer("/event/category"));
        let expected: Vec<&str> =
            EXPECTED_TYPES.iter().filter(|(category, _)| categories.contains(category)).flat_map(|(_, types)| types.iter().copied()).collect();
        for kind in texts(document.pointer("/event/type")) {
            // Of a category that ECS does not know nothing is expected.
            if !expected.is_empty() && !expected.contains(&kind) {
                self.say(Rule::Combination, "event.type", format!("`{kind}` is not expected of {}", categories.join(", ")), &kind.into());
            }
        }
    }

    fn say(&mut self, rule: Rule, field: &str, detail: String, value: &Value) {
        self.found.push(Found { rule, field: field.to_owned(), detail, value: excerpt(value) });
    }
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(elements)) => elements.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
