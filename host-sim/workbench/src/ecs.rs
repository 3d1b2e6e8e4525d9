//! Checks documents against ECS, and against the fields that a component says its documents have.

mod fields;
mod findings;
mod fit;

use serde_json::Value;

use self::fields::{Known, Lists};
pub use self::findings::Findings;
use host_sim_runtime::contract::Field;

use self::findings::{Finding, Rule};
use self::fit::Fit;
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
}

impl EcsCheck {
    /// Knows ECS, and the custom fields of this project's data sets.
    pub fn new() -> Self {
        Self { lists: Lists::new(TABLE), documents: 0, findings: Findings::default() }
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
        let mut walk = Walk { lists: &self.lists, dataset, found: Vec::new() };
        walk.members("", &document);
        walk.combination(&document);
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
        match (known, value) {
            (Known::Open, _) | (_, Value::Null) => (),
            (_, Value::Array(elements)) if !matches!(known, Known::Field(_)) => elements.iter().for_each(|element| self.one(path, known, element)),
            (Known::Group | Known::Undeclared | Known::Unknown, Value::Object(_)) => self.members(path, value),
            (Known::Group, _) => self.say(Rule::WrongType, path, "an object is wanted".into(), value),
            (Known::Undeclared, _) => self.say(Rule::Undeclared, path, String::new(), value),
            (Known::Unknown, _) => self.say(Rule::Unknown, path, String::new(), value),
            (Known::Field(field), _) => {
                match fit::of(&field.kind, value) {
                    Fit::Yes => (),
                    Fit::Loosely => self.say(Rule::LooseType, path, format!("{} is wanted", field.kind), value),
                    Fit::No => self.say(Rule::WrongType, path, format!("{} is wanted", field.kind), value),
                }
                if !field.allows(value) {
                    self.say(Rule::Disallowed, path, format!("allowed are {}", field.allowed.join(", ")), value);
                }
                if fit::holds_members(&field.kind) {
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
mod tests {
    use host_sim_runtime::contract::Field;
    use serde_json::{Value, json};

    use super::EcsCheck;

    #[track_caller]
    fn check(check: &mut EcsCheck, document: &Value, expected: &[&str]) {
        check.document("line 1", document.to_string().as_bytes()).expect("a document");
        assert_eq!(check.findings().to_string().lines().map(str::trim).collect::<Vec<_>>(), expected);
    }

    #[track_caller]
    fn check_ecs(document: &Value, expected: &[&str]) {
        check(&mut EcsCheck::new(), document, expected);
    }

    #[test]
    fn a_document_that_keeps_to_ecs_is_clean() {
        let document = json!({
            "@timestamp": "2026-01-01T00:00:00.000Z",
            "event": {"kind": "alert", "category": ["malware", "threat"], "type": ["indicator", "info"], "severity": 73},
            "host": {"ip": ["192.0.2.1", "2001:db8::1"], "geo": {"location": {"lat": 1.5, "lon": 2}}},
            "labels": {"anything": {"goes": 1}},
            "microsoft_defender_cloud": {"event": {"anything": [[{"goes": 1}]]}},
            "resource": {"sub_type": "x"},
            "tags": [],
            "rule": {"name": null},
        });
        check_ecs(&document, &[]);
        let mut check = EcsCheck::new();
        check.document("line 1", json!({"source": 0, "document": document}).to_string().as_bytes()).expect("an envelope");
        assert!(check.findings().is_clean() && check.documents() == 1);
        assert!(check.document("line 2", b"[]").is_err());
    }

    #[test]
    fn fields_that_nobody_knows_are_named_to_the_leaf() {
        check_ecs(&json!({"host": {"nmae": {"a": 1}}}), &["unknown field", "host.nmae.a: 1", "line 1: 1"]);
        check_ecs(&json!({"threat": {"enrichments": [{"indicator": {"x": true}}]}}), &["unknown field", "threat.enrichments.indicator.x: 1", "line 1: true"]);
    }

    #[test]
    fn types_are_what_ecs_says() {
        check_ecs(&json!({"host": "a"}), &["wrong type", "host: 1, an object is wanted", "line 1: \"a\""]);
        check_ecs(&json!({"host": {"name": {"a": 1}}}), &["wrong type", "host.name: 1, keyword is wanted", "line 1: {\"a\":1}"]);
        check_ecs(&json!({"event": {"severity": "high"}}), &["wrong type", "event.severity: 1, long is wanted", "line 1: \"high\""]);
        check_ecs(&json!({"event": {"severity": "3"}}), &["warning: other type that is converted", "event.severity: 1, long is wanted", "line 1: \"3\""]);
        check_ecs(&json!({"host": {"ip": ["x", "1.2.3.4", "y"]}}), &["wrong type", "host.ip: 2, ip is wanted", "line 1: \"x\""]);
        check_ecs(&json!({"tags": "a"}), &["warning: not a list", "tags: 1", "line 1: \"a\""]);
    }

    #[test]
    fn categories_and_types_are_those_of_ecs_and_go_together() {
        let kinds = "event.kind: 1, allowed are alert, asset, enrichment, event, metric, state, pipeline_error, signal";
        check_ecs(&json!({"event": {"kind": "alarm"}}), &["value that is not allowed", kinds, "line 1: \"alarm\""]);
        let combination = "event.type: 1, `info` is not expected of threat";
        check_ecs(
            &json!({"event": {"category": ["threat"], "type": ["info"]}}),
            &["warning: category and type that do not go together", combination, "line 1: \"info\""],
        );
    }

    #[test]
    fn a_component_says_which_fields_there_are() {
        let field = |name: &str, kind: &str| Field { name: name.into(), kind: kind.into(), sources: Vec::new() };
        let mut with_list = EcsCheck::new();
        with_list.declare("x", &[field("event.dataset", "constant_keyword"), field("x.open", "object"), field("x.open.at", "date"), field("x.n", "long")]);
        let document = json!({"event": {"dataset": "x", "id": "1"}, "x": {"open": {"any": {"thing": 1}, "at": "never"}, "n": 1, "closed": 2}});
        let expected = [
            "unknown field",
            "x.closed: 1",
            "line 1: 2",
            "field that the component does not declare",
            "event.id: 1",
            "line 1: \"1\"",
            "wrong type",
            "x.open.at: 1, date is wanted",
            "line 1: \"never\"",
        ];
        check(&mut with_list, &document, &expected);
        let mut wrong = EcsCheck::new();
        wrong.declare("x", &[field("host.ip", "keyword"), field("event.kind", "constant_keyword")]);
        assert_eq!(wrong.findings().to_string().trim(), "wrong type\n  host.ip: 1, declared as keyword, and ip in ECS\n      x");
    }
}
