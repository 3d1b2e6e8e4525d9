//! The JSON Schema of the settings.

use core::fmt::Write;

use super::check::{Verdict, refuses_empty};
use super::sanitizers;
use super::table::{Kind, ROWS, Row};

/// JSON Schema (2020-12) of the settings, with everything that a form needs.
pub fn schema() -> String {
    let properties: Vec<String> = ROWS.iter().map(property).collect();
    let description = quote("What an instance is set up with. Every setting may be left out, or null.");
    let properties = properties.join(",");
    format!(
        concat!(
            r#"{{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Microsoft Defender for Cloud","description":{},"#,
            r#""type":"object","properties":{{{}}},"additionalProperties":false}}"#,
        ),
        description, properties
    )
}

fn property(row: &Row) -> String {
    let mut text = format!(r#"{}:{{"title":{},"description":{},{}"#, quote(row.name), quote(row.title), quote(row.description), constraints(&row.kind));
    if row.default != "null" {
        write!(text, r#","default":{}"#, row.default).expect("a string takes all text");
    }
    write!(text, r#","examples":[{}]}}"#, row.example).expect("a string takes all text");
    text
}

/// What a value must be like. `null` counts as not given, and so does an empty text, unless its check refuses it.
fn constraints(kind: &Kind) -> String {
    match kind {
        Kind::Text { check, .. } => format!(r#""type":["string","null"]{}"#, shortest(*check)),
        Kind::Texts { least, check, .. } => format!(r#""type":["array","null"],"items":{{"type":"string"{}}},"minItems":{least}"#, shortest(*check)),
        Kind::Switch { .. } => r#""type":["boolean","null"]"#.into(),
        Kind::Integer { least, most, .. } => format!(r#""type":["integer","null"],"minimum":{least},"maximum":{most}"#),
        Kind::Choice { choices, .. } => {
            let choices: Vec<String> = choices.iter().map(|choice| quote(choice)).collect();
            format!(r#""type":["string","null"],"enum":[{},"",null]"#, choices.join(","))
        }
        Kind::Sanitizers { .. } => format!(r#""type":["array","null"],"items":{}"#, sanitizers::SCHEMA),
    }
}

fn shortest(check: fn(&str) -> Verdict) -> &'static str {
    if refuses_empty(check) { r#","minLength":1"# } else { "" }
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
