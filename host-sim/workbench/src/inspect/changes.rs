//! What differs between two components, by what is said of each.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::{Inspection, Setting, with_default};

/// What one component has that the other has not, and what both have differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes {
    sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Section {
    name: String,
    entries: Vec<Entry>,
}

/// One thing that was added, removed or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Entry {
    name: String,
    old: Option<String>,
    new: Option<String>,
}

type Entries = BTreeMap<String, String>;

impl Changes {
    /// What a newer component changes.
    pub fn between(old: &Inspection, new: &Inspection) -> Self {
        let mut sections = Vec::new();
        let mut section = |name: &str, old: Entries, new: Entries| {
            let entries = entries(old, new);
            if !entries.is_empty() {
                sections.push(Section { name: name.to_owned(), entries });
            }
        };
        section("component", itself(old), itself(new));
        section("data sets", datasets(old), datasets(new));
        for name in old.fields.keys().chain(new.fields.keys().filter(|name| !old.fields.contains_key(*name))) {
            section(&format!("fields of {name}"), fields(old, name), fields(new, name));
        }
        section("settings", settings(&old.settings), settings(&new.settings));
        section("contract", contract(&old.wit), contract(&new.wit));
        section("dependencies", dependencies(old), dependencies(new));
        Self { sections }
    }

    /// Whether there are none: both are the same file.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }
}

fn entries(old: Entries, mut new: Entries) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (name, old) in old {
        match new.remove(&name) {
            Some(same) if same == old => (),
            other => entries.push(Entry { name, old: Some(old), new: other }),
        }
    }
    entries.extend(new.into_iter().map(|(name, new)| Entry { name, old: None, new: Some(new) }));
    entries.sort_by(|left, right| left.name.cmp(&right.name));
    entries
}

fn itself(inspection: &Inspection) -> Entries {
    let unknown = || "not known".to_owned();
    BTreeMap::from([
        ("imports".to_owned(), inspection.imports.join(", ")),
        ("name".to_owned(), inspection.name.clone().unwrap_or_else(unknown)),
        ("sha256".to_owned(), inspection.sha256.clone()),
        ("size".to_owned(), format!("{} bytes", inspection.size)),
        ("version".to_owned(), inspection.version.clone().unwrap_or_else(unknown)),
    ])
}

fn datasets(inspection: &Inspection) -> Entries {
    let words = |decodes| if decodes { "decoded" } else { "not for decode" };
    inspection.datasets.iter().map(|dataset| (dataset.name.clone(), words(dataset.decodes).to_owned())).collect()
}

fn fields(inspection: &Inspection, dataset: &str) -> Entries {
    inspection.fields.get(dataset).into_iter().flatten().map(|field| (field.name.clone(), format!("{}, {}", field.kind, field.sources.join("; ")))).collect()
}

fn settings(settings: &[Setting]) -> Entries {
    settings.iter().map(|setting| (setting.name.clone(), with_default(setting))).collect()
}

/// Each line of the WIT, so that what was added or removed shows as such.
fn contract(wit: &str) -> Entries {
    wit.lines().filter(|line| !line.trim().is_empty()).map(|line| (line.trim().to_owned(), String::new())).collect()
}

fn dependencies(inspection: &Inspection) -> Entries {
    let mut entries = Entries::new();
    for dependency in inspection.dependencies.iter().flatten().filter(|dependency| !dependency.root) {
        // More than one version of a package may be in it.
        let versions = entries.entry(dependency.name.clone()).or_default();
        if !versions.is_empty() {
            versions.push_str(", ");
        }
        versions.push_str(&dependency.version);
    }
    entries
}

impl fmt::Display for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(formatter, "no difference");
        }
        for (at, section) in self.sections.iter().enumerate() {
            writeln!(formatter, "{}{}", if at == 0 { "" } else { "\n" }, section.name)?;
            for Entry { name, old, new } in &section.entries {
                let named = |text: &str| if text.is_empty() { name.clone() } else { format!("{name}: {text}") };
                match (old, new) {
                    (Some(old), Some(new)) => writeln!(formatter, "  ~ {name}\n      old  {old}\n      new  {new}")?,
                    (Some(old), None) => writeln!(formatter, "  - {}", named(old))?,
                    (None, Some(new)) => writeln!(formatter, "  + {}", named(new))?,
                    (None, None) => (),
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use host_sim_runtime::contract::{Dataset, Field};

    use super::{Changes, Inspection};
    use crate::inspect::{Dependency, DependencyKind, Setting};

    fn inspection(version: &str, field: &str, kind: &str, dependency: &str) -> Inspection {
        let field = Field { name: field.into(), kind: kind.into(), sources: vec!["`A`".into()] };
        let package =
            |version: &str, root| Dependency { name: "a".into(), version: version.into(), source: String::new(), kind: DependencyKind::Runtime, root };
        Inspection {
            name: Some("x".into()),
            version: Some(version.into()),
            size: 8,
            sha256: "00".into(),
            imports: Vec::new(),
            datasets: vec![Dataset { name: "x.event".into(), summary: String::new(), decodes: true }],
            fields: [("x.event".to_owned(), vec![field])].into(),
            settings: vec![Setting { name: "s".into(), kind: "string".into(), default: Some(version.into()), description: String::new() }],
            wit: format!("world root {{\n  export x:y/{kind};\n}}\n"),
            dependencies: Some(vec![package(dependency, false), package("9", true)]),
        }
    }

    #[test]
    fn what_was_added_removed_and_changed_is_said_section_by_section() {
        let one = inspection("1", "a.b", "keyword", "1.0");
        let changes = Changes::between(&one, &inspection("2", "a.c", "keyword", "1.1"));
        let expected = "\
component
  ~ version
      old  1
      new  2

fields of x.event
  - a.b: keyword, `A`
  + a.c: keyword, `A`

settings
  ~ s
      old  string = \"1\"
      new  string = \"2\"

dependencies
  ~ a
      old  1.0
      new  1.1
";
        assert_eq!(changes.to_string(), expected);
        let contract = Changes::between(&one, &inspection("1", "a.b", "long", "1.0")).to_string();
        assert!(contract.ends_with("contract\n  - export x:y/keyword;\n  + export x:y/long;\n"), "{contract}");
        assert!(Changes::between(&one, &one).is_empty());
    }
}
