//! JSON as YAML: as much as a package's files need. Every text that could be anything else stands in quotes.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Members that stand in front of others, in this order.
const FIRST: [&str; 6] = ["format_version", "name", "title", "version", "type", "description"];

/// A whole file.
pub(crate) fn text(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, 0, Place::Line);
    text
}

/// Where a value begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On a line of its own.
    Line,
    /// Behind the dash of a list.
    Dash,
    /// Behind a name.
    Name,
}

fn write(text: &mut String, value: &Value, depth: usize, place: Place) {
    match value {
        Value::Object(members) if !members.is_empty() => object(text, members, depth, place),
        Value::Array(elements) if !elements.is_empty() => {
            if place != Place::Line {
                text.push('\n');
            }
            for element in elements {
                let _ = write!(text, "{:1$}- ", "", depth * 2);
                write(text, element, depth + 1, Place::Dash);
            }
        }
        scalar => {
            if place == Place::Name {
                text.push(' ');
            }
            let _ = writeln!(text, "{}", plain(scalar));
        }
    }
}

fn object(text: &mut String, members: &Map<String, Value>, depth: usize, place: Place) {
    if place == Place::Name {
        text.push('\n');
    }
    let first = FIRST.iter().filter_map(|name| members.get_key_value(*name));
    let others = members.iter().filter(|(name, _)| !FIRST.contains(&name.as_str()));
    for (at, (name, value)) in first.chain(others).enumerate() {
        if at > 0 || place != Place::Dash {
            let _ = write!(text, "{:1$}", "", depth * 2);
        }
        let _ = write!(text, "{}:", key(name));
        write(text, value, depth + 1, Place::Name);
    }
}

fn key(name: &str) -> String {
    let is_plain = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_' || character == '.') && !name.is_empty();
    if is_plain && !is_word(name) { name.to_owned() } else { Value::from(name).to_string() }
}

/// A text stays bare where YAML can take it for nothing else; JSON's quotes are YAML's.
fn plain(value: &Value) -> String {
    let Some(text) = value.as_str() else { return value.to_string() };
    let is_plain = text.starts_with(|character: char| character.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.'));
    if is_plain && !is_word(text) { text.to_owned() } else { value.to_string() }
}

/// What YAML of some version takes for a value of another type.
fn is_word(text: &str) -> bool {
    ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::text;

    #[test]
    fn what_could_be_something_else_stands_in_quotes() {
        let value = json!({ "version": "0.1.0", "name": "a_b", "list": [1, "two", { "x": true, "name": "n" }, []], "empty": {}, "@t": "yes", "o": { "text": "a: b\n" } });
        let expected =
            "name: a_b\nversion: \"0.1.0\"\n\"@t\": \"yes\"\nempty: {}\nlist:\n  - 1\n  - two\n  - name: \"n\"\n    x: true\n  - []\no:\n  text: \"a: b\\n\"\n";
        assert_eq!(text(&value), expected);
    }
}
