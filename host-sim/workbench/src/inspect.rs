//! What a component is, for a person or as JSON.

mod changes;
mod dependencies;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::changes::Changes;
pub use self::dependencies::{Dependency, DependencyKind};
use host_sim_runtime::contract::{Dataset, Field};
use host_sim_runtime::{Artifact, Instance, Stop};

/// All that can be said about a component without decoding anything.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// Its name, if it may run and so could be asked.
    pub name: Option<String>,
    /// Its version, likewise.
    pub version: Option<String>,
    /// Its length in bytes.
    pub size: usize,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// What it imports; it may run if that is nothing.
    pub imports: Vec<String>,
    /// The data sets of its documents.
    pub datasets: Vec<Dataset>,
    /// The fields of each data set.
    pub fields: BTreeMap<String, Vec<Field>>,
    /// Its settings, sorted by name.
    pub settings: Vec<Setting>,
    /// Its imports and exports.
    pub wit: String,
    /// The packages that it was built from; `None` if it carries no list of them.
    pub dependencies: Option<Vec<Dependency>>,
}

/// Why a component cannot be described: it is not what it claims to be.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The schema of its settings is none.
    #[error("the schema of the component's settings is not one")]
    Schema(#[source] serde_json::Error),
    /// Its list of dependencies is none.
    #[error("cannot read the component's dependencies: {0}")]
    Dependencies(String),
    /// It stopped when it was asked for its fields.
    #[error(transparent)]
    Stopped(#[from] Stop),
}

/// One setting, as the JSON Schema of the component has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its JSON type, or the values that it may have.
    pub kind: String,
    /// What holds when it is left out; `None` if the schema does not say.
    pub default: Option<Value>,
    /// What it is for.
    pub description: String,
}

#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    properties: BTreeMap<String, Property>,
}

#[derive(Deserialize)]
struct Property {
    #[serde(rename = "type", default)]
    kind: Value,
    #[serde(rename = "enum", default)]
    values: Vec<Value>,
    /// A default of `null` is one.
    #[serde(default, deserialize_with = "present")]
    default: Option<Value>,
    #[serde(default)]
    description: String,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Inspection {
    /// Puts together what the file shows and, if it may run, what the component says of itself.
    pub fn of(bytes: &[u8], artifact: &Artifact, mut instance: Option<&mut Instance>) -> Result<Self, InspectError> {
        let description = instance.as_ref().map(|instance| instance.description().clone());
        let settings = description.as_ref().map(|description| settings(&description.settings_schema)).transpose();
        let mut fields = BTreeMap::new();
        if let (Some(instance), Some(description)) = (&mut instance, &description) {
            for (position, dataset) in (0..).zip(&description.datasets) {
                fields.insert(dataset.name.clone(), instance.fields(position)?);
            }
        }
        Ok(Self {
            name: description.as_ref().map(|description| description.name.clone()),
            version: description.as_ref().map(|description| description.version.clone()),
            size: artifact.size(),
            sha256: artifact.sha256().to_owned(),
            imports: artifact.imports(),
            datasets: description.map(|description| description.datasets).unwrap_or_default(),
            fields,
            settings: settings.map_err(InspectError::Schema)?.unwrap_or_default(),
            wit: artifact.wit(),
            dependencies: dependencies::read(bytes).map_err(InspectError::Dependencies)?,
        })
    }

    fn datasets_text(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.datasets.is_empty() {
            writeln!(formatter, "\ndata sets")?;
        }
        for dataset in &self.datasets {
            let fields = self.fields.get(&dataset.name).map_or(0, Vec::len);
            let decodes = if dataset.decodes { "" } else { ", not for decode" };
            writeln!(formatter, "  {} ({fields} fields{decodes})\n      {}", dataset.name, dataset.summary)?;
        }
        Ok(())
    }

    fn settings_text(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.settings.is_empty() {
            writeln!(formatter, "\nsettings")?;
        }
        for setting in &self.settings {
            writeln!(formatter, "  {}: {}", setting.name, with_default(setting))?;
            for line in setting.description.lines() {
                writeln!(formatter, "      {line}")?;
            }
        }
        Ok(())
    }

    fn dependencies_text(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(dependencies) = &self.dependencies else {
            return writeln!(formatter, "\ndependencies\n  it carries no list of them");
        };
        writeln!(formatter, "\ndependencies")?;
        for Dependency { name, version, source, kind, .. } in dependencies.iter().filter(|dependency| !dependency.root) {
            let source = if source == "crates.io" { String::new() } else { format!(", from {source}") };
            let kind = if *kind == DependencyKind::Build { ", to build it" } else { "" };
            writeln!(formatter, "  {name} {version}{source}{kind}")?;
        }
        Ok(())
    }
}

fn with_default(setting: &Setting) -> String {
    let default = setting.default.as_ref().map(|default| format!(" = {default}")).unwrap_or_default();
    format!("{}{default}", setting.kind)
}

fn settings(schema: &str) -> serde_json::Result<Vec<Setting>> {
    let schema: Schema = serde_json::from_str(schema)?;
    let setting = |(name, property): (String, Property)| {
        let kind = kind(&property);
        Setting { name, kind, default: property.default, description: property.description }
    };
    Ok(schema.properties.into_iter().map(setting).collect())
}

fn kind(property: &Property) -> String {
    let join = |values: &[&Value]| values.iter().map(|value| plain(value)).collect::<Vec<_>>().join(" | ");
    // Null and the empty text only say that a setting may be left out.
    let real: Vec<&Value> = property.values.iter().filter(|value| !value.is_null() && *value != "").collect();
    match (&real[..], &property.kind) {
        ([], Value::Array(kinds)) => join(&kinds.iter().filter(|kind| *kind != "null").collect::<Vec<_>>()),
        ([], Value::String(kind)) => kind.clone(),
        ([], _) => "any".to_owned(),
        (values, _) => join(values),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl fmt::Display for Inspection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(name), Some(version)) = (&self.name, &self.version) {
            writeln!(formatter, "{name} {version}")?;
        }
        writeln!(formatter, "size      {} bytes", self.size)?;
        writeln!(formatter, "sha256    {}", self.sha256)?;
        writeln!(formatter, "imports   {}", if self.imports.is_empty() { "none".to_owned() } else { self.imports.join(", ") })?;
        self.datasets_text(formatter)?;
        self.settings_text(formatter)?;
        self.dependencies_text(formatter)?;
        write!(formatter, "\nWIT\n\n{}", self.wit)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Setting, settings};

    #[track_caller]
    fn check(property: &Value, kind: &str, default: Option<Value>, description: &str) {
        let schema = json!({ "type": "object", "properties": { "a": property } }).to_string();
        let setting = Setting { name: "a".into(), kind: kind.into(), default, description: description.into() };
        assert_eq!(settings(&schema).expect("a schema"), [setting]);
    }

    #[test]
    fn a_setting_has_its_type_default_and_description() {
        check(&json!({ "type": "string", "default": "x", "description": "for y" }), "string", Some(json!("x")), "for y");
        check(&json!({ "type": ["array", "null"], "default": null }), "array", Some(Value::Null), "");
        check(&json!({ "enum": ["a", 1, "", null], "type": ["string", "null"] }), "a | 1", None, "");
        check(&json!({}), "any", None, "");
    }

    #[test]
    fn a_schema_without_settings_has_none_and_text_is_no_schema() {
        assert!(settings("{}").expect("a schema").is_empty());
        assert!(settings("text").is_err());
    }
}
