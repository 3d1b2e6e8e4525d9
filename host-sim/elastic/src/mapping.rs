//! Fields as a mapping: what each type says to an index, so that no document is refused for one odd value.

use serde_json::{Map, Value, json};

use crate::fields::Declared;

/// Characters of a keyword that are indexed.
pub const KEYWORD: u64 = 1024;
/// Characters of a leaf of a flattened field that are indexed: an index takes 32,766 bytes, with the names that lead to it.
pub const LEAF: u64 = 8191;
/// Names that may lead to a leaf of a flattened field.
pub const DEPTH: u64 = 20;
/// The object that holds what Azure sends and nobody has declared.
pub const OPEN: &str = "microsoft_defender_cloud";

/// What a field says to an index besides its name, sorted.
pub fn parameters(field: &Declared) -> Map<String, Value> {
    let mut parameters = match (field.name.as_str(), field.kind.as_str()) {
        // The whole text of a record: it is read, and never looked for.
        ("event.original", _) => json!({ "index": false, "doc_values": false }),
        (_, "keyword" | "wildcard") => json!({ "ignore_above": KEYWORD }),
        (_, "flattened") => json!({ "ignore_above": LEAF, "depth_limit": DEPTH }),
        // A data stream takes no other.
        ("@timestamp", _) => json!({ "ignore_malformed": false }),
        (_, "boolean" | "date" | "double" | "float" | "geo_point" | "ip" | "long") => json!({ "ignore_malformed": true }),
        _ => json!({}),
    };
    if let Some(value) = &field.value {
        parameters["value"] = json!(value);
    }
    parameters["type"] = json!(field.kind);
    match parameters {
        Value::Object(parameters) => parameters,
        _ => Map::new(),
    }
}

/// A mapping of these fields. Below `microsoft_defender_cloud`, what is not declared stays in the document and takes part in nothing else: what Azure calls the same
/// is a text here and an object there, and an index would refuse the second.
pub fn of(fields: &[Declared]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut names: Vec<&str> = field.name.split('.').collect();
        let last = names.pop().unwrap_or_default();
        let mut place = &mut properties;
        for name in names {
            let object = place.entry(name).or_insert_with(|| json!({ "properties": {} }));
            place = object["properties"].as_object_mut().expect("no field is a parent of another");
        }
        place.insert(last.to_owned(), Value::Object(parameters(field)));
    }
    if let Some(open) = properties.get_mut(OPEN) {
        open["dynamic"] = json!(false);
    }
    json!({ "date_detection": false, "dynamic_templates": [{ "strings_as_keyword": { "match_mapping_type": "string", "mapping": { "type": "keyword", "ignore_above": KEYWORD } } }], "properties": properties })
}

/// The fields of a mapping, each with its type, sorted by name.
pub fn types(mapping: &Value) -> Vec<(String, String)> {
    let mut types = Vec::new();
    collect(&mapping["properties"], "", &mut types);
    types.sort();
    types
}

fn collect(properties: &Value, path: &str, types: &mut Vec<(String, String)>) {
    for (name, field) in properties.as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match field["type"].as_str() {
            Some(kind) if kind != "object" => types.push((path.clone(), kind.to_owned())),
            _ => (),
        }
        collect(&field["properties"], &path, types);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{of, types};
    use crate::fields::Declared;

    #[test]
    fn each_type_says_what_an_index_does_with_what_is_too_long_or_odd() {
        let field = |name: &str, kind: &str| Declared { name: name.into(), kind: kind.into(), description: String::new(), value: None };
        let constant = Declared { value: Some("logs".into()), ..field("data_stream.type", "constant_keyword") };
        let fields = [
            field("@timestamp", "date"),
            field("event.original", "keyword"),
            field("event.severity", "long"),
            field("microsoft_defender_cloud.event.a", "flattened"),
            field("url.path", "wildcard"),
            constant,
        ];
        let mapping = of(&fields);
        let properties = &mapping["properties"];
        assert_eq!(properties["@timestamp"], json!({ "type": "date", "ignore_malformed": false }));
        assert_eq!(properties["event"]["properties"]["original"], json!({ "type": "keyword", "index": false, "doc_values": false }));
        assert_eq!(properties["event"]["properties"]["severity"], json!({ "type": "long", "ignore_malformed": true }));
        assert_eq!(properties["url"]["properties"]["path"], json!({ "type": "wildcard", "ignore_above": 1024 }));
        assert_eq!(properties["data_stream"]["properties"]["type"], json!({ "type": "constant_keyword", "value": "logs" }));
        let open =
            json!({ "dynamic": false, "properties": { "event": { "properties": { "a": { "type": "flattened", "ignore_above": 8191, "depth_limit": 20 } } } } });
        assert_eq!(properties["microsoft_defender_cloud"], open);
        let mut names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        names.sort();
        assert_eq!(types(&mapping).into_iter().map(|(name, _)| name).collect::<Vec<_>>(), names);
    }
}
