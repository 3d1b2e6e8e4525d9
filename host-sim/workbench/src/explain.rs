//! How the documents of one message came about, for a person or as JSON.

mod unread;

use std::fmt;

use host_sim_runtime::contract::{Message, Timestamp};
use host_sim_runtime::{Instance, Stop};
use serde::Serialize;
use serde_json::Value;

pub use self::unread::Unread;
use crate::difference;
use crate::json;

/// One document of a message, rule by rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// The document's id.
    pub id: String,
    /// Its fields, sorted by name.
    pub fields: Vec<ExplainedField>,
    /// Members of the message that no rule read.
    pub unused: Vec<String>,
}

/// One field of a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedField {
    /// Its dotted name.
    pub field: String,
    /// What the document holds there.
    pub value: Value,
    /// The rule that wrote it.
    pub rule: String,
    /// Where in the message its value stood; empty for a constant.
    pub sources: Vec<String>,
}

/// Why a message is not explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// Start a fresh instance.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// A document that is not one, or an explanation too few: take another component.
    #[error("the component broke the contract: {0}")]
    Broken(String),
}

impl Explained {
    /// Explains all documents that an instance makes of a message.
    pub fn all(instance: &mut Instance, now: Timestamp, dataset: u32, message: &Message) -> Result<Vec<Self>, ExplainError> {
        let decoded = instance.decode(now, dataset, std::slice::from_ref(message))?;
        let explanations = instance.explain(now, dataset, message)?;
        if decoded.documents.len() != explanations.len() {
            let counts = format!("it explains {} documents of a message that gives {}", explanations.len(), decoded.documents.len());
            return Err(ExplainError::Broken(counts));
        }
        let mut all = Vec::new();
        for (document, explanation) in decoded.documents.into_iter().zip(explanations) {
            let value = json::parse(&document.body).map_err(|why| ExplainError::Broken(format!("cannot read a document: {why}")))?;
            let field = |trace: host_sim_runtime::contract::Trace| {
                let value = at_path(&value, &trace.field).unwrap_or(Value::Null);
                ExplainedField { field: trace.field, value, rule: trace.rule, sources: trace.sources }
            };
            all.push(Self { id: document.id, fields: explanation.traces.into_iter().map(field).collect(), unused: explanation.unused });
        }
        Ok(all)
    }

    /// Leaves only a field, or the fields below it.
    pub fn retain(&mut self, name: &str) {
        self.fields.retain(|field| is_within(&field.field, name));
    }
}

/// Whether a field is the one of this name, or stands below it.
pub fn is_within(field: &str, name: &str) -> bool {
    field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What a document holds under a dotted name; of a list of objects, the values of all of them.
fn at_path(value: &Value, path: &str) -> Option<Value> {
    if path.is_empty() {
        return Some(value.clone());
    }
    match value {
        Value::Array(elements) => {
            let found: Vec<Value> = elements.iter().filter_map(|element| at_path(element, path)).collect();
            if found.is_empty() { None } else { Some(Value::Array(found)) }
        }
        Value::Object(members) => {
            // A name may itself hold dots.
            let mut ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
            ends.find_map(|end| at_path(members.get(path.get(..end)?)?, path.get(end + 1..).unwrap_or_default()))
        }
        _ => None,
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "document {}", self.id)?;
        for ExplainedField { field, value, rule, sources } in &self.fields {
            writeln!(formatter, "\n  {field} = {}", difference::excerpt(value))?;
            writeln!(formatter, "      rule  {rule}")?;
            if !sources.is_empty() {
                writeln!(formatter, "      from  {}", sources.join(", "))?;
            }
        }
        if !self.unused.is_empty() {
            writeln!(formatter, "\n  not used")?;
            self.unused.iter().try_for_each(|member| writeln!(formatter, "      {member}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Explained, ExplainedField, at_path, is_within};

    #[track_caller]
    fn check(path: &str, expected: Option<Value>) {
        let document = json!({"a": {"b": 1}, "c": [{"d": 2}, {"e": 3}, {"d": [4]}], "f.g": {"h": 5}});
        assert_eq!(at_path(&document, path), expected);
    }

    #[test]
    fn a_value_is_found_by_its_dotted_name() {
        check("a.b", Some(json!(1)));
        check("a", Some(json!({"b": 1})));
        check("c.d", Some(json!([2, [4]])));
        check("f.g.h", Some(json!(5)));
        check("a.b.c", None);
        check("x", None);
    }

    #[test]
    fn a_field_is_within_itself_and_what_it_stands_below() {
        assert!(is_within("rule.name", "rule.name") && is_within("rule.name", "rule"));
        assert!(!is_within("rule.name", "ru") && !is_within("rule", "rule.name"));
    }

    #[test]
    fn a_person_reads_field_value_rule_and_sources() {
        let field = |field: &str, sources: &[&str]| ExplainedField {
            field: field.into(),
            value: json!("x"),
            rule: "a rule".into(),
            sources: sources.iter().map(|source| (*source).into()).collect(),
        };
        let mut explained = Explained { id: "1".into(), fields: vec![field("a.b", &["A", "B[0]"]), field("c", &[])], unused: vec!["D".into()] };
        let expected = "document 1\n\n  a.b = \"x\"\n      rule  a rule\n      from  A, B[0]\n\n  c = \"x\"\n      rule  a rule\n\n  not used\n      D\n";
        assert_eq!(explained.to_string(), expected);
        explained.retain("a");
        assert_eq!(explained.fields.len(), 1);
    }
}
