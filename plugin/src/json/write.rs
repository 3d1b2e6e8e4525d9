//! From a tree to JSON text, without anything empty in it.

use super::word::{last_word, next_special, specials};
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
    // Room for a last word that is written whole, too.
    out.reserve(bytes.len() + 2 + 8);
    out.push(b'"');
    plain(out, bytes);
    out.push(b'"');
}

/// Writes bytes that need no escapes, and leaves the rest to [`escaped`] from the first one on that does.
#[inline]
fn plain(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        if specials(u64::from_le_bytes(*chunk)) != 0 {
            return escaped(out, rest);
        }
        out.extend_from_slice(chunk);
        rest = behind;
    }
    if rest.is_empty() {
        return;
    }
    // A space is nothing special, so one word tells of all that is left.
    let word = last_word(rest);
    if specials(word | 0x2020_2020_2020_2020 << (8 * rest.len())) != 0 {
        return escaped(out, rest);
    }
    out.extend_from_slice(&word.to_le_bytes());
    out.truncate(out.len() - (8 - rest.len()));
}

fn escaped(out: &mut Vec<u8>, bytes: &[u8]) {
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
    fn every_character_at_every_place_is_read_back() {
        for length in 0..20 {
            for place in 0..=length {
                for special in ["", "\"", "\\", "\n", "\u{1f}", " ", "\u{7f}", "\u{e9}", "\u{1f600}"] {
                    let text = format!("{}{special}{}", "a".repeat(place), "z".repeat(length - place));
                    let mut out = Vec::new();
                    super::text(&mut out, &text);
                    assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
                }
            }
        }
    }

    #[test]
    fn strings_are_escaped() {
        check(r#"["\"\\\/\b\f\n\r\t\u0001\u001f ü\u2028"]"#, "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f ü\u{2028}\"]");
    }
}
