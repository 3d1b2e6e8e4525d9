//! From a tree to JSON text, without anything empty in it.

use super::lexer::next_special;
use super::tree::Value;

/// Writes a value without its empty parts; `false` if nothing is left of it, and then nothing was written.
pub(crate) fn value(out: &mut Vec<u8>, value: Value<'_>) -> bool {
    match value {
        Value::Null | Value::Text("") => false,
        Value::Bool(true) => put(out, b"true"),
        Value::Bool(false) => put(out, b"false"),
        Value::Number(number) => put(out, number.as_bytes()),
        Value::Text(content) => {
            text(out, content);
            true
        }
        Value::Array(elements) => filled(out, b"[]", elements, |out, element| self::value(out, element.get())),
        Value::Object(members) => filled(out, b"{}", members, |out, member| {
            text(out, member.name);
            out.push(b':');
            self::value(out, member.value.get())
        }),
    }
}

/// Writes what has content between brackets; takes all of it back where nothing has.
fn filled<T>(out: &mut Vec<u8>, brackets: &[u8; 2], items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T) -> bool) -> bool {
    let start = out.len();
    out.push(brackets[0]);
    for item in items {
        let before = out.len();
        if before > start + 1 {
            out.push(b',');
        }
        if !write(out, item) {
            out.truncate(before);
        }
    }
    if out.len() == start + 1 {
        out.truncate(start);
        return false;
    }
    out.push(brackets[1]);
    true
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    out.extend_from_slice(bytes);
    true
}

/// Writes a string in quotes.
pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut from = 0;
    loop {
        let at = next_special(bytes, from);
        out.extend_from_slice(&bytes[from..at]);
        let Some(&special) = bytes.get(at) else { break };
        let short = match special {
            b'"' | b'\\' => special,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            8 => b'b',
            12 => b'f',
            _ => {
                let digit = |value: u8| b"0123456789abcdef"[value as usize & 15];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(special >> 4), digit(special)]);
                from = at + 1;
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', short]);
        from = at + 1;
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use crate::json::parse::{self, Names};

    fn check(text: &str, expected: &str) {
        let arena = Bump::new();
        let mut out = b"before".to_vec();
        let written = super::value(&mut out, parse::value(&arena, text, Names::AsWritten).unwrap());
        assert_eq!(String::from_utf8(out).unwrap(), format!("before{expected}"));
        assert_eq!(written, !expected.is_empty());
    }

    #[test]
    fn nothing_empty_is_written() {
        check(r#"{"a":null,"b":"","c":[],"d":{},"e":[{},[null,""],{"f":[{}]}]}"#, "");
        check(r#"{"a":null,"b":[0,null,false," ",{"c":{}}],"d":{"e":1,"f":""}}"#, r#"{"b":[0,false," "],"d":{"e":1}}"#);
    }

    #[test]
    fn strings_are_escaped() {
        check(r#"["\"\\\/\b\f\n\r\t\u0001\u001f ü\u2028"]"#, "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f ü\u{2028}\"]");
    }
}
