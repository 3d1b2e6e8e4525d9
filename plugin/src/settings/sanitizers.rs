//! Reads the list of sanitizers.

use super::Sanitizer;
use super::parse::{Report, members, one_of};
use super::pattern::Pattern;
use crate::json::scan::{Kind, Span};

const TYPES: [&str; 3] = ["new_lines", "single_quotes", "replace_all"];

/// The JSON Schema of one element.
pub(super) const SCHEMA: &str = concat!(
    r#"{"oneOf":["#,
    r#"{"type":"object","properties":{"type":{"enum":["new_lines","single_quotes"]},"spec":{"type":["object","null"],"maxProperties":0}},"#,
    r#""required":["type"],"additionalProperties":false},"#,
    r#"{"type":"object","properties":{"type":{"const":"replace_all"},"spec":{"type":"object","#,
    r#""properties":{"pattern":{"type":"string","format":"regex"},"replacement":{"type":"string"}},"#,
    r#""required":["pattern","replacement"],"additionalProperties":false}},"required":["type","spec"],"additionalProperties":false}"#,
    r#"]}"#,
);

/// The sanitizers of a list, without those that have an error.
pub(super) fn read(value: &Span<'_>, pointer: &str, report: &mut Report) -> Option<Vec<Sanitizer>> {
    if value.kind != Kind::Array {
        report.unexpected(pointer, "a list of objects", value);
        return None;
    }
    let mut sanitizers = Vec::new();
    for (place, element) in value.elements().enumerate() {
        sanitizers.extend(one(&element.value, &format!("{pointer}/{place}"), report));
    }
    Some(sanitizers)
}

fn one(value: &Span<'_>, pointer: &str, report: &mut Report) -> Option<Sanitizer> {
    if value.kind != Kind::Object {
        report.unexpected(pointer, "an object", value);
        return None;
    }
    let (mut of_type, mut spec) = (None, None);
    for (place, member) in members(value, pointer, ["type", "spec"], report) {
        let slot = if place == 0 { &mut of_type } else { &mut spec };
        *slot = Some(member).filter(|member| !member.is_null());
    }
    let Some(of_type) = of_type else {
        report.error(pointer, format!("without a `type`, which is {}", one_of(&TYPES)));
        return None;
    };
    let type_pointer = format!("{pointer}/type");
    match of_type.as_text().as_deref() {
        Some("new_lines") => bare(Sanitizer::NewLines, spec, pointer, report),
        Some("single_quotes") => bare(Sanitizer::SingleQuotes, spec, pointer, report),
        Some("replace_all") => replace_all(spec, pointer, report),
        Some(_) => {
            report.error(&type_pointer, format!("expected {}", one_of(&TYPES)));
            None
        }
        None => {
            report.unexpected(&type_pointer, "a text", &of_type);
            None
        }
    }
}

/// One that nothing can be said about.
fn bare(sanitizer: Sanitizer, spec: Option<Span<'_>>, pointer: &str, report: &mut Report) -> Option<Sanitizer> {
    let pointer = format!("{pointer}/spec");
    match spec {
        Some(spec) if spec.kind != Kind::Object => report.unexpected(&pointer, "nothing", &spec),
        Some(spec) => drop(members(&spec, &pointer, [], report)),
        None => {}
    }
    Some(sanitizer)
}

fn replace_all(spec: Option<Span<'_>>, pointer: &str, report: &mut Report) -> Option<Sanitizer> {
    let Some(spec) = spec else {
        report.error(pointer, "without a `spec`, which has `pattern` and `replacement`".into());
        return None;
    };
    let pointer = format!("{pointer}/spec");
    if spec.kind != Kind::Object {
        report.unexpected(&pointer, "an object", &spec);
        return None;
    }
    let [mut pattern, mut replacement] = [None, None];
    for (place, member) in members(&spec, &pointer, ["pattern", "replacement"], report) {
        let slot = if place == 0 { &mut pattern } else { &mut replacement };
        *slot = Some(member);
    }
    // Both are looked at even if one is wrong, so that all is said at once.
    let pattern = required(pattern, "pattern", &pointer, report).and_then(|pattern| match Pattern::new(&pattern) {
        Ok(pattern) => Some(pattern),
        Err(reason) => {
            report.error(&format!("{pointer}/pattern"), format!("not a regular expression: {reason}"));
            None
        }
    });
    let replacement = required(replacement, "replacement", &pointer, report);
    Some(Sanitizer::ReplaceAll { pattern: pattern?, replacement: replacement? })
}

/// The text of a member that must be there, even if it is empty.
fn required(member: Option<Span<'_>>, name: &str, pointer: &str, report: &mut Report) -> Option<String> {
    let Some(member) = member else {
        report.error(pointer, format!("without a `{name}`"));
        return None;
    };
    let text = member.as_text().map(String::from);
    if text.is_none() {
        report.unexpected(&format!("{pointer}/{name}"), "a text", &member);
    }
    text
}
