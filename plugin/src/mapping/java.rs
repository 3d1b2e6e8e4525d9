//! Values as text, in the way the reference prints them. Conversions work on that text, and collected fields show it.

use std::borrow::Cow;
use std::fmt::Write;

use super::convert::number::double_text;
use crate::json::table_order::in_table_order;
use crate::json::tree::Value;

/// A value as Java's `toString` prints it.
pub(crate) fn text<'a>(value: Value<'a>) -> Cow<'a, str> {
    match value {
        Value::Null => Cow::Borrowed("null"),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Number(number) => number_text(number),
        Value::Text(text) => Cow::Borrowed(text),
        Value::Array(_) | Value::Object(_) => {
            let mut out = String::new();
            print(&mut out, value);
            Cow::Owned(out)
        }
    }
}

/// A value as a template prints it into a collected field: nothing for null, and the places of an array's elements.
pub(crate) fn rendered<'a>(value: Value<'a>) -> Cow<'a, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Array(elements) => {
            let mut out = String::from("{");
            for (place, element) in elements.iter().enumerate() {
                let comma = if place == 0 { "" } else { ", " };
                let _ = write!(out, "{comma}{place}=");
                print(&mut out, element.get());
            }
            out.push('}');
            Cow::Owned(out)
        }
        other => text(other),
    }
}

/// The beginning of a value's text, for an error line.
pub(crate) fn excerpt(value: Value<'_>) -> String {
    const LONGEST: usize = 100;
    let text = text(value);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text.into_owned(),
    }
}

fn number_text(number: &str) -> Cow<'_, str> {
    if number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return Cow::Borrowed(number);
    }
    Cow::Owned(number.parse().map_or_else(|_| number.to_owned(), double_text))
}

fn print(out: &mut String, value: Value<'_>) {
    match value {
        Value::Array(elements) => {
            out.push('[');
            for (place, element) in elements.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                print(out, element.get());
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (place, member) in in_table_order(members).into_iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                out.push_str(member.name);
                out.push('=');
                print(out, member.value.get());
            }
            out.push('}');
        }
        scalar => out.push_str(&text(scalar)),
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::json::parse::{Names, value};

    #[test]
    fn values_print_as_in_java() {
        let arena = Bump::new();
        let read = |json| value(&arena, json, Names::AsWritten).unwrap();
        for (json, as_text, as_rendered) in [
            ("null", "null", ""),
            ("1.0", "1.0", "1.0"),
            ("1e21", "1.0E21", "1.0E21"),
            ("12345678901234567890", "12345678901234567890", "12345678901234567890"),
            ("[1, \"x\", null]", "[1, x, null]", "{0=1, 1=x, 2=null}"),
            ("{\"b\":1,\"a\":[true,{}]}", "{a=[true, {}], b=1}", "{a=[true, {}], b=1}"),
            ("[]", "[]", "{}"),
            ("{\"id\":\"/a\",\"name\":\"n\"}", "{name=n, id=/a}", "{name=n, id=/a}"),
        ] {
            assert_eq!(text(read(json)), as_text);
            assert_eq!(rendered(read(json)), as_rendered);
        }
    }
}
