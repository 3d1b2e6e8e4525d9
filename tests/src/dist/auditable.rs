//! The list of packages that the component carries in its section `.dep-v0`, in the format of cargo-auditable.

use serde_json::{Map, Value, json};

use super::packages::{Kind, Package};

/// In this revision of the format, macros and what they need count as needed for the build only.
const FORMAT: u32 = 1;

/// The list as JSON, one package a line.
pub fn text(packages: &[Package]) -> String {
    let lines: Vec<String> = packages.iter().map(|package| entry(package).to_string()).collect();
    format!("{{\"packages\":[\n{}\n],\"format\":{FORMAT}}}\n", lines.join(",\n"))
}

/// What is as a reader assumes is left out.
fn entry(package: &Package) -> Value {
    let source = if package.checksum.is_some() { "crates.io" } else { "local" };
    let mut entry = Map::new();
    entry.insert("name".into(), json!(package.name));
    entry.insert("version".into(), json!(package.version));
    entry.insert("source".into(), json!(source));
    if package.kind == Kind::Build {
        entry.insert("kind".into(), json!("build"));
    }
    if !package.dependencies.is_empty() {
        entry.insert("dependencies".into(), json!(package.dependencies));
    }
    if package.root {
        entry.insert("root".into(), json!(true));
    }
    Value::Object(entry)
}
