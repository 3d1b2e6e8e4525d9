//! Where the reference's data lies, and how it is read.

use std::path::PathBuf;

use serde_json::Value;

use crate::compare::Case;

/// The folder that the reference data is in.
pub fn folder() -> PathBuf {
    std::env::var_os("DEFENDER_SHARED").map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from)
}

/// A file of the shared folder; `None`, and a line that says so, where there is none.
fn read(path: &str) -> Option<String> {
    let file = folder().join(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => {
            println!("SKIPPED: no reference data, `{path}` of the shared folder cannot be read ({error}); set DEFENDER_SHARED to where it lies");
            None
        }
    }
}

/// The gold documents of a data set, with the tags that they carry.
pub fn gold(dataset: &str) -> Option<Vec<Case>> {
    let raw = read(&format!("gold/{dataset}/raw.ndjson"))?;
    let expected: Value = serde_json::from_str(&read(&format!("gold/{dataset}/expected.json"))?).expect("gold is JSON");
    let expected = expected["expected"].as_array().expect("a list").clone();
    let cases = raw.lines().filter(|line| !line.is_empty()).zip(expected).enumerate();
    Some(
        cases
            .map(|(number, (message, expected))| Case {
                name: format!("gold {dataset} {number}"),
                tags: tags(&expected["tags"]),
                message: message.to_owned(),
                expected,
            })
            .collect(),
    )
}

/// The further cases of a data set that can be compared.
pub fn cases(dataset: &str) -> Option<Vec<Case>> {
    let text = read(&format!("cases/{dataset}.ndjson"))?;
    let mut cases = Vec::new();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let name = case["name"].as_str().expect("a name").to_owned();
        let rests_on_accidents = case.get("approximate").is_some() || name.contains("collision") || name.contains("collide");
        // The component takes this body apart before it maps.
        let taken_apart = name == "json/two_objects";
        if case.get("fields").is_some() || rests_on_accidents || taken_apart {
            continue;
        }
        let Some(message) = case["message"].as_str() else { continue };
        cases.push(Case { name, tags: tags(&case["tags"]), message: message.to_owned(), expected: case["expected"].clone() });
    }
    Some(cases)
}

fn tags(value: &Value) -> Vec<String> {
    value.as_array().map(|tags| tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect()).unwrap_or_default()
}
