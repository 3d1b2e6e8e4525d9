//! Settings of a component: YAML becomes JSON, typed by the component's own schema.

use serde_json::{Map, Number, Value as Json};

use super::reader::Reader;
use super::report::Place;
use super::variables;
use super::yaml::{Node, Scalar, Value};

/// How far references within a schema are followed.
const MOST_REFERENCES: usize = 16;

/// A JSON Schema, and all that may hold for a value at one place of it.
#[derive(Clone)]
struct Rules<'s> {
    root: &'s Json,
    all: Vec<&'s Json>,
}

impl<'s> Rules<'s> {
    fn of(root: &'s Json, schemas: impl IntoIterator<Item = &'s Json>) -> Self {
        let mut rules = Self { root, all: Vec::new() };
        schemas.into_iter().for_each(|schema| rules.add(schema, 0));
        rules
    }

    /// Adds a schema, with its alternatives and what it refers to.
    fn add(&mut self, schema: &'s Json, depth: usize) {
        if depth > MOST_REFERENCES || self.all.len() > 256 {
            return;
        }
        self.all.push(schema);
        for name in ["oneOf", "anyOf", "allOf"] {
            let alternatives = schema.get(name).and_then(Json::as_array).into_iter().flatten();
            alternatives.for_each(|alternative| self.add(alternative, depth + 1));
        }
        let target = schema.get("$ref").and_then(Json::as_str).and_then(|target| self.root.pointer(target.strip_prefix('#')?));
        if let Some(target) = target {
            self.add(target, depth + 1);
        }
    }

    fn member(&self, name: &str) -> Self {
        let named = |schema: &&'s Json| schema.get("properties").and_then(|properties| properties.get(name)).or_else(|| schema.get("additionalProperties"));
        Self::of(self.root, self.all.iter().filter_map(named))
    }

    fn element(&self) -> Self {
        Self::of(self.root, self.all.iter().filter_map(|schema| schema.get("items")))
    }

    /// Whether a value may be of this type. A choice among values says so too.
    fn allows(&self, kind: &str) -> bool {
        let of_value = |value: &Json| match value {
            Json::String(_) => kind == "string",
            Json::Bool(_) => kind == "boolean",
            Json::Number(_) => kind == "number" || kind == "integer",
            _ => false,
        };
        self.all.iter().any(|schema| match schema.get("type") {
            Some(Json::String(name)) => name == kind,
            Some(Json::Array(names)) => names.iter().any(|name| name == kind),
            _ => schema.get("enum").and_then(Json::as_array).is_some_and(|values| values.iter().any(of_value)) || schema.get("const").is_some_and(of_value),
        })
    }

    /// What a scalar without quotation marks is.
    fn plain(&self, text: &str) -> Json {
        let boolean = || match text {
            "true" => Some(Json::Bool(true)),
            "false" => Some(Json::Bool(false)),
            _ => None,
        };
        let number = || serde_json::from_str::<Number>(text).ok().map(Json::Number);
        let of_type = match (self.allows("boolean"), self.allows("integer") || self.allows("number"), self.allows("string")) {
            // Nothing is known: as YAML 1.2 has it.
            (false, false, false) => boolean().or_else(number),
            (is_boolean, is_number, _) => is_boolean.then(boolean).flatten().or_else(|| is_number.then(number).flatten()),
        };
        of_type.unwrap_or_else(|| text.into())
    }
}

/// The names of what a component can be set to.
pub(super) fn knows(schema: &Json, name: &str) -> bool {
    schema.get("properties").and_then(|properties| properties.get(name)).is_some()
}

/// Settings as JSON. References are replaced; a file is never read for them.
pub(super) fn typed(reader: &Reader<'_>, node: &Node, schema: &Json) -> Json {
    value(reader, node, "settings", &Rules::of(schema, [schema]))
}

fn value(reader: &Reader<'_>, node: &Node, key: &str, rules: &Rules<'_>) -> Json {
    match &node.value {
        Value::Scalar(scalar) => self::scalar(reader, node.place, scalar, key, rules),
        Value::List(nodes) => {
            let rules = rules.element();
            nodes.iter().map(|node| value(reader, node, key, &rules)).collect()
        }
        Value::Map(entries) => {
            let members: Map<String, Json> =
                entries.iter().map(|entry| (entry.name.clone(), value(reader, &entry.node, &entry.name, &rules.member(&entry.name)))).collect();
            Json::Object(members)
        }
    }
}

fn scalar(reader: &Reader<'_>, place: Place, scalar: &Scalar, key: &str, rules: &Rules<'_>) -> Json {
    if scalar.is_null() {
        return Json::Null;
    }
    if variables::reads_files(&scalar.text) {
        reader.error(
            place,
            format!("`{key}` refers to a file, which settings must not"),
            "a component gets no secrets; write the value here, or refer to a variable",
        );
        return Json::Null;
    }
    let Some(replaced) = reader.replaced(key, place, scalar) else { return Json::Null };
    // In quotation marks it is a text, unless a reference cannot be one otherwise.
    if scalar.is_plain || (replaced.refers && !rules.allows("string")) { rules.plain(&replaced.text) } else { replaced.text.into() }
}

/// Says which scalars refer to a variable that a secret key uses.
pub(super) fn refuse_secrets(reader: &Reader<'_>, node: &Node, key: &str) {
    match &node.value {
        Value::Scalar(scalar) => {
            let secrets = reader.secret_variables.borrow();
            for name in variables::names(&scalar.text).into_iter().filter(|name| secrets.contains(*name)) {
                let text = format!("`{key}` refers to the variable `{name}`, which holds a secret");
                reader.error(node.place, text, "a component gets no secrets, and documents may show its settings; use another variable");
            }
        }
        Value::List(nodes) => nodes.iter().for_each(|node| refuse_secrets(reader, node, key)),
        Value::Map(entries) => entries.iter().for_each(|entry| refuse_secrets(reader, &entry.node, &entry.name)),
    }
}

/// Where a JSON pointer leads to: the key of a member, the place of an element, and of what is not there the place of what it would be in.
pub(super) fn place_of(node: &Node, at: Place, pointer: &str) -> Place {
    let (mut node, mut place) = (node, at);
    for segment in pointer.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        let next = match &node.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.name == name).map(|entry| (&entry.node, entry.place)),
            Value::List(nodes) => name.parse::<usize>().ok().and_then(|index| nodes.get(index)).map(|node| (node, node.place)),
            Value::Scalar(_) => None,
        };
        let Some(found) = next else { return place };
        (node, place) = found;
    }
    place
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;
    use std::path::Path;

    use serde_json::{Value, json};

    use super::{place_of, typed};
    use crate::config::reader::Reader;
    use crate::config::report::{Place, Report};
    use crate::config::variables::Variables;
    use crate::config::yaml;

    fn schema() -> Value {
        json!({"properties": {
            "text": {"type": ["string", "null"]},
            "choice": {"enum": ["none", "on", null]},
            "switch": {"type": "boolean"},
            "count": {"type": ["integer", "null"]},
            "texts": {"type": "array", "items": {"type": "string"}},
            "either": {"type": ["integer", "string"]},
            "deep": {"$ref": "#/$defs/deep"},
            "steps": {"items": {"oneOf": [{"properties": {"type": {"const": "a"}}}, {"properties": {"spec": {"properties": {"pattern": {"type": "string"}}}}}]}},
        }, "additionalProperties": false, "$defs": {"deep": {"properties": {"text": {"type": "string"}, "again": {"$ref": "#/$defs/deep"}}}}})
    }

    #[track_caller]
    fn check(text: &str, expected: Value) {
        let variable = |name: &str| match name {
            "N" => Some("7".to_owned()),
            "T" => Some("true".to_owned()),
            _ => None,
        };
        let variables = Variables { variable: &variable, folder: Path::new("/") };
        let reader = Reader { report: Report::default(), variables, is_open: false, secret_variables: RefCell::new(BTreeSet::new()) };
        let node = yaml::parse(text.as_bytes(), &reader.report).expect("YAML");
        assert_eq!(typed(&reader, &node, &schema()), expected, "{text}");
        assert_eq!(reader.report.errors(), 0);
    }

    #[test]
    fn a_text_stays_a_text() {
        for text in ["0123", "1e3", "on", "2021-06-01", "true", "1", "0x1f", ".5", "off", "1_000"] {
            check(&format!("text: {text}"), json!({"text": text}));
            check(&format!("texts: [{text}]"), json!({"texts": [text]}));
            check(&format!("deep: {{again: {{text: {text}}}}}"), json!({"deep": {"again": {"text": text}}}));
        }
        check("choice: on", json!({"choice": "on"}));
        check("text: ${N}", json!({"text": "7"}));
        check("text:\ncount: ~", json!({"text": null, "count": null}));
        check("steps: [{type: a, spec: {pattern: 1}}]", json!({"steps": [{"type": "a", "spec": {"pattern": "1"}}]}));
    }

    #[test]
    fn other_types_are_taken_strictly() {
        check("switch: true", json!({"switch": true}));
        check("switch: yes", json!({"switch": "yes"}));
        check("switch: 'true'", json!({"switch": "true"}));
        check("switch: \"${T}\"", json!({"switch": true}));
        check("count: 12", json!({"count": 12}));
        check("count: 012", json!({"count": "012"}));
        check("count: ${N}", json!({"count": 7}));
        check("either: 12\n", json!({"either": 12}));
        check("either: 12a\n", json!({"either": "12a"}));
        check("other: [true, 1.5, x, 01, ~]", json!({"other": [true, 1.5, "x", "01", null]}));
    }

    #[test]
    fn a_pointer_leads_to_a_place() {
        let node = yaml::parse(b"a:\n  b/c: [x, y]\n", &Report::default()).expect("YAML");
        for (pointer, line, column) in [("", 9, 9), ("/a", 1, 1), ("/a/b~1c", 2, 3), ("/a/b~1c/1", 2, 12), ("/a/b~1c/7", 2, 3), ("/z", 9, 9)] {
            assert_eq!(place_of(&node, Place { line: 9, column: 9 }, pointer), Place { line, column }, "{pointer}");
        }
    }
}
