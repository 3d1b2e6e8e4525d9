//! The field reference, made from the tables that the mapping works by.

use std::fmt::Write;

use super::assessment::{self, conversions, copies, resource, vulnerability};
use super::envelope;
use super::event::{self, alert_type, entities, extended, identifiers, moves};
use super::index::{DEEPEST, LONGEST, MOST_LISTS};
use super::record::Rule;
use crate::contract::{Dataset, Field};
use crate::defender::entity::{ENTITY_NAMES, IDENTIFIER_NAMES};
use crate::ecs::run;
use crate::ecs::{ASSESSMENT, EVENT, RUN, Schema};

/// All fields of a data set, sorted by name.
pub fn fields(dataset: Dataset) -> Vec<Field> {
    match dataset {
        Dataset::Event => of(&EVENT, &event_sources(), event_part),
        Dataset::Assessment => of(&ASSESSMENT, &assessment_sources(), assessment_part),
        Dataset::Run => of(&RUN, &run_sources(), run_part),
    }
}

/// The rule of a field that every document has.
pub(super) fn envelope_rule(dataset: Dataset, field: &str) -> String {
    let rule = envelope::RULES.iter().find(|(name, _)| *name == field).map_or("", |(_, rule)| rule);
    match (field, dataset) {
        ("event.dataset", dataset) => format!("constant: {}", dataset.name()),
        _ => rule.to_owned(),
    }
}

/// The page `docs/fields.md`.
pub fn page() -> String {
    let mut page = String::from(
        "# Fields\n\nWhat documents hold: each field, its type in Elasticsearch, and where it comes from. Made from the mapping's own tables; \
         `make bless` writes it again.\n\nSources of events are members of a record in the spelling that Azure uses; any letter case is read. \
         Sources of assessments are members of `properties` in snake case, where `sub_assessment` stands for\n`properties.additionalData.subAssessment` \
         and its own `properties`. \"Else\" means: where the sources before it are absent, null or empty.\n",
    );
    let _ = write!(
        page,
        "\n## What an index needs\n\n\
         - Fields of type `flattened`: `depth_limit: {DEEPEST}`, the default, and `ignore_above: 8191`. An index takes a leaf of {LONGEST} bytes together with the names that lead to it, \
         and 8191 characters are never more than that less room for the names.\n\
         - Fields of type `keyword` and `wildcard`: `ignore_above: 1024`; `event.original` is not indexed (`index: false`, `doc_values: false`), as ECS has it.\n\
         - Profile `extended` lets no event and no finding out that such an index refuses. In a field of type `keyword`, an object is the list of its texts. In one of type `flattened`, a \
         text is the object that it spells, objects on level {DEEPEST} are JSON in a text, and a leaf is cut behind {LONGEST} bytes. Members that no field is declared for are JSON in a \
         text where an index would hold objects deeper than {DEEPEST} levels, or where more than {MOST_LISTS} lists stand one in the other. In the name of a member, `_` stands for NUL, for a \
         part between dots that is empty or blank, and for the dot behind a field that holds no others; a number follows if the name is taken. What stands where declared fields are and \
         is no object is under the name with `_value` behind it; of a finding, where rules look for an object, it is left out. An address has no `%scope`. What has no place is not written. \
         Where something is lost by that, `error.message` of an event or `not_read` of a finding says so, and `event.original` is kept.\n\
         - Profile `elastic` writes what the reference writes, and an index may refuse it.\n"
    );
    for dataset in Dataset::ALL {
        let fields = fields(dataset);
        let _ = write!(page, "\n## {}\n\n{} fields.\n\n| field | type | where it comes from |\n|---|---|---|\n", dataset.name(), fields.len());
        for field in fields {
            let _ = writeln!(page, "| `{}` | {} | {} |", field.name, field.kind, field.sources.join("; ").replace('|', "\\|"));
        }
    }
    page
}

fn of(schema: &Schema, sources: &[(&'static str, String)], part: fn(&str) -> String) -> Vec<Field> {
    let slots = schema.slots.iter().map(|field| {
        let lines = sources.iter().filter(|(name, _)| *name == field.name).map(|(_, line)| line.clone()).collect();
        Field { name: field.name.to_owned(), kind: field.kind.name().to_owned(), sources: lines }
    });
    let nested = schema.nested.iter().map(|field| Field { name: field.name.to_owned(), kind: field.kind.name().to_owned(), sources: vec![part(field.name)] });
    let mut fields: Vec<_> = slots.chain(nested).collect();
    fields.sort_by(|left, right| left.name.cmp(&right.name));
    fields
}

fn table(schema: &'static Schema, rules: &[Rule]) -> impl Iterator<Item = (&'static str, String)> {
    rules.iter().map(|rule| (schema.slots[rule.slot].name, rule.to_string()))
}

fn event_sources() -> Vec<(&'static str, String)> {
    let mut sources = Vec::new();
    for rule in moves::MOVES {
        match rule.copy {
            Some(copy) => {
                sources.push((EVENT.slots[copy].name, rule.to_string()));
                sources.push((EVENT.slots[rule.target].name, format!("{rule}, if `preserve_duplicate_custom_fields` is set")));
            }
            None => sources.push((EVENT.slots[rule.target].name, rule.to_string())),
        }
    }
    sources.extend(entities::COLLECTIONS.iter().map(|rule| (EVENT.slots[rule.target].name, rule.to_string())));
    for rules in [event::RULES, alert_type::RULES, identifiers::RULES, entities::RULES].iter().chain(extended::RULES) {
        sources.extend(table(&EVENT, rules));
    }
    sources.extend(extended::finding::kept().map(|(slot, text)| (EVENT.slots[slot].name, text)));
    sources.extend(common(Dataset::Event));
    sources
}

fn assessment_sources() -> Vec<(&'static str, String)> {
    let mut sources = Vec::new();
    for rule in [copies::COMMON, copies::IDENTITY, copies::FINDING, copies::PACKAGE, copies::SEVERITY].into_iter().flatten() {
        sources.push((ASSESSMENT.slots[rule.target].name, rule.to_string()));
    }
    for rule in assessment::extended::rule::COPIES {
        sources.push((ASSESSMENT.slots[rule.target].name, format!("profile extended: {rule}")));
    }
    for rules in [assessment::event::RULES, resource::RULES, vulnerability::RULES, assessment::RULES] {
        sources.extend(table(&ASSESSMENT, rules));
    }
    for rules in assessment::extended::RULES {
        sources.extend(table(&ASSESSMENT, rules));
    }
    sources.extend(common(Dataset::Assessment));
    sources
}

fn run_sources() -> Vec<(&'static str, String)> {
    run::ROWS.iter().map(|(field, source)| (field.name, (*source).to_owned())).collect()
}

fn run_part(name: &str) -> String {
    run::NESTED_ROWS.iter().find(|(field, _)| field.name == name).map_or("", |(_, source)| source).to_owned()
}

fn common(dataset: Dataset) -> impl Iterator<Item = (&'static str, String)> {
    envelope::RULES.iter().map(move |&(field, _)| (field, envelope_rule(dataset, field)))
}

/// Where a declared part of the entities and the like stands.
fn event_part(field: &str) -> String {
    let path = field.strip_prefix("microsoft_defender_cloud.event.").unwrap_or(field);
    let (container, rest) = path.split_once('.').unwrap_or((path, ""));
    let (outer, rows) = match container {
        "entities" => ("Entities[]", ENTITY_NAMES.rows()),
        "resource_identifiers" => ("ResourceIdentifiers[]", IDENTIFIER_NAMES.rows()),
        _ => ("ExtendedLinks[]", &[][..]),
    };
    let mut source = outer.to_owned();
    for name in rest.split('.') {
        let spelled = rows.iter().find(|row| row.new.text == name).map_or_else(|| capitalised(name), |row| row.spelled.to_owned());
        let _ = write!(source, ".{spelled}");
    }
    match rest {
        "location_value" => "`Entities[].Location`, where it has no parts".to_owned(),
        _ => format!("`{source}`"),
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// Where a declared member of an assessment stands, and the type it is brought to.
fn assessment_part(field: &str) -> String {
    let path = field.strip_prefix("microsoft_defender_cloud.assessment.").unwrap_or(field);
    if path == "class" {
        return "vulnerability if a scanner of Defender's vulnerability management found it or `additional_data.cves_count` is there, else misconfiguration; profile extended: also an update that names a package, and what names a package and a CVE"
            .to_owned();
    }
    match path {
        "not_read" => return "profile extended: a line for each value that could not be read".to_owned(),
        "cves_left_out" => return "profile extended, the last document of a record: how many of its CVEs have no document".to_owned(),
        "cves_left_out_ids" => return "profile extended, the last document of a record: the CVEs that have none".to_owned(),
        _ => {}
    }
    let path = path.strip_prefix("additional_data.sub_assessment.").map_or_else(|| path.to_owned(), |rest| format!("sub_assessment.{rest}"));
    match conversions::cast_of(&path) {
        Some(cast) => format!("`{path}` as {}", cast.name()),
        None => format!("`{path}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defender::assessment::PARTS;
    use crate::defender::part::Part;

    #[test]
    fn every_field_has_a_source() {
        for dataset in Dataset::ALL {
            for field in fields(dataset) {
                assert!(field.sources.iter().any(|source| !source.is_empty()), "{}", field.name);
            }
        }
    }

    /// What stands in these is named after scanners and versions of CVSS, so that there is no field to be declared.
    const NAMED_ELSEWHERE: &[&str] = &["assessment.additional_data.scanners_details", "sub_assessment.additional_data.cvss", "vulnerability_details.cvss"];

    /// Where a part of an assessment stands in a document.
    fn place(part: &Part) -> String {
        match part.index {
            0 => "microsoft_defender_cloud.assessment".to_owned(),
            _ => format!("{}.{}", place(PARTS[part.parent]), part.name.text),
        }
    }

    #[test]
    fn every_member_that_rules_read_is_declared() {
        let declared =
            |name: &str| ASSESSMENT.slots.iter().chain(ASSESSMENT.nested).any(|field| field.name == name || field.name.starts_with(&format!("{name}.")));
        let mut missing = Vec::new();
        for part in PARTS {
            for member in part.names() {
                let name = format!("{}.{member}", place(part));
                if !declared(&name) && !NAMED_ELSEWHERE.iter().any(|field| name.ends_with(field)) {
                    missing.push(name);
                }
            }
        }
        assert!(missing.is_empty(), "not in `NESTED`: {}", missing.join("\n"));
    }

    #[test]
    fn the_page_is_current() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fields.md");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(file, page()).expect("the page can be written");
        }
        let current = std::fs::read_to_string(file).unwrap_or_default();
        assert!(current == page(), "docs/fields.md is not what the tables say; `make bless` writes it again");
    }
}
