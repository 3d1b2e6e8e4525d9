//! The reference page of the settings, `docs/settings.md`.

use core::fmt::Write;

use super::check::refuses_empty;
use super::table::{Group, Kind, ROWS, Row};

/// The page's text.
pub fn reference() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n| setting | type | default |\n|---|---|---|\n");
    for row in &ROWS {
        writeln!(page, "| [`{0}`](#{0}) | {1} | {2} |", row.name, kind(&row.kind), default(row)).expect("a string takes all text");
    }
    for group in Group::ALL {
        write!(page, "\n## {}\n", group.title()).expect("a string takes all text");
        for row in ROWS.iter().filter(|row| row.group == group) {
            section(&mut page, row);
        }
    }
    page
}

const INTRODUCTION: &str = "\
<!-- Made from plugin/src/settings/table.rs by a test: run it with BLESS=1 after a change there. -->
# Settings

Settings are one JSON object. All of them may be left out. `null` counts as not given, and so does an empty text, because
agents render variables that are not set like that. Names of scopes are the exception: an empty one is an error, because a
run that leaves a scope out looks like one of a scope where nothing is wrong. A name that is not listed here, a name that is
given twice and a value of another type are errors; everything that is wrong is reported at once, each with a JSON pointer to it.

Credentials, proxies, time-outs, limits and intervals are the host's: nothing of the kind is a setting of the component.
";

fn section(page: &mut String, row: &Row) {
    let Row { name, description, example, .. } = row;
    write!(page, "\n### `{name}`\n\n{description}\n\n- Type: {}\n- Default: {}\n- Example: `\"{name}\": {example}`\n", kind(&row.kind), default(row))
        .expect("a string takes all text");
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Text { check, .. } if refuses_empty(*check) => "text that is not empty".into(),
        Kind::Text { .. } => "text".into(),
        Kind::Texts { check, .. } if refuses_empty(*check) => "list of texts that are not empty".into(),
        Kind::Texts { least: 0, .. } => "list of texts".into(),
        Kind::Texts { least, .. } => format!("list of at least {least} text"),
        Kind::Switch { .. } => "`true` or `false`".into(),
        Kind::Integer { least, most, .. } => format!("integer from {least} to {most}"),
        Kind::Choice { choices, .. } => super::parse::one_of(choices),
        Kind::Sanitizers { .. } => "list of objects".into(),
    }
}

fn default(row: &Row) -> String {
    match row.default {
        "null" => "none".into(),
        default => format!("`{default}`"),
    }
}
