//! From a tree to JSON text, without anything empty in it.

use super::eight_bytes::{fewer_than_eight, index_of, sixteen_bytes, specials};
use super::tree::Value;

/// JSON text under construction. Its memory serves one document after the other, so that it is cleared only once.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    /// All of it may be written to.
    bytes: Vec<u8>,
    /// How much of it has been.
    length: usize,
}

/// More memory than this is not kept for the next document.
const KEPT: usize = 1 << 20;

/// What may be written behind a text: words are written whole.
const SLACK: usize = 16;

impl Writer {
    /// What has been written, and begins anew.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let length = core::mem::take(&mut self.length);
        if self.bytes.len() <= KEPT {
            return self.bytes[..length].to_vec();
        }
        let mut bytes = core::mem::take(&mut self.bytes);
        bytes.truncate(length);
        bytes.shrink_to_fit();
        bytes
    }

    /// Forgets what has been written, and says how long it was.
    pub(crate) fn clear(&mut self) -> usize {
        core::mem::take(&mut self.length)
    }

    /// Writes bytes as they are.
    #[inline]
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.room(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    /// Writes one byte.
    #[inline]
    pub(crate) fn byte(&mut self, byte: u8) {
        self.room(1)[0] = byte;
        self.length += 1;
    }

    /// Writes a value without its empty parts; `false` if nothing is left of it, and then nothing was written.
    pub(crate) fn value(&mut self, value: Value<'_>) -> bool {
        match value {
            Value::Null | Value::Text("") => return false,
            Value::Bool(true) => self.raw(b"true"),
            Value::Bool(false) => self.raw(b"false"),
            Value::Number(number) => self.raw(number.as_bytes()),
            Value::Text(text) => self.text(text),
            Value::Array(elements) => return self.filled(b"[]", elements, |out, element| out.value(element.get())),
            Value::Object(members) => {
                return self.filled(b"{}", members, |out, member| {
                    out.text(member.name);
                    out.byte(b':');
                    out.value(member.value.get())
                });
            }
        }
        true
    }

    /// Writes what has content between brackets; takes all of it back where nothing has.
    #[inline]
    fn filled<T>(&mut self, brackets: &[u8; 2], items: &[T], write: impl Fn(&mut Self, &T) -> bool) -> bool {
        let start = self.length;
        self.byte(brackets[0]);
        for item in items {
            let before = self.length;
            if before > start + 1 {
                self.byte(b',');
            }
            if !write(self, item) {
                self.length = before;
            }
        }
        if self.length == start + 1 {
            self.length = start;
            return false;
        }
        self.byte(brackets[1]);
        true
    }

    /// Writes a string in quotes.
    pub(crate) fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let room = self.room(bytes.len() + 2);
        room[0] = b'"';
        let plain = copy_plain(bytes, &mut room[1..]);
        self.length += 1 + plain;
        if plain < bytes.len() {
            self.escaped(&bytes[plain..]);
        }
        self.byte(b'"');
    }

    #[cold]
    fn escaped(&mut self, mut bytes: &[u8]) {
        while let Some((&first, rest)) = bytes.split_first() {
            let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 15)];
            match first {
                b'"' | b'\\' => self.raw(&[b'\\', first]),
                b'\n' => self.raw(b"\\n"),
                b'\r' => self.raw(b"\\r"),
                b'\t' => self.raw(b"\\t"),
                8 => self.raw(b"\\b"),
                12 => self.raw(b"\\f"),
                0..0x20 => self.raw(&[b'\\', b'u', b'0', b'0', digit(first >> 4), digit(first)]),
                other => self.byte(other),
            }
            let plain = copy_plain(rest, self.room(rest.len()));
            self.length += plain;
            bytes = &rest[plain..];
        }
    }

    /// The place for so many bytes more, and some slack.
    #[inline(always)]
    fn room(&mut self, more: usize) -> &mut [u8] {
        if self.bytes.len() - self.length < more + SLACK {
            self.grow(more);
        }
        &mut self.bytes[self.length..]
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let least = self.length + more + SLACK;
        self.bytes.resize(least.max(2 * self.bytes.len()).max(1 << 12), 0);
    }
}

/// Copies bytes up to the first that needs an escape, and says how many they are. A word more may be written behind them.
#[inline(always)]
fn copy_plain(bytes: &[u8], mut to: &mut [u8]) -> usize {
    let mut rest = bytes;
    while let Some((first, second)) = sixteen_bytes(rest) {
        let (place, room) = core::mem::take(&mut to).split_first_chunk_mut::<16>().expect("there is room for all bytes and a word more");
        *place = (u128::from(second) << 64 | u128::from(first)).to_le_bytes();
        let (first, second) = (specials(first), specials(second));
        if first | second != 0 {
            return bytes.len() - rest.len() + index_of(first, second);
        }
        (rest, to) = (&rest[16..], room);
    }
    if let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let (place, room) = core::mem::take(&mut to).split_first_chunk_mut::<8>().expect("there is room for all bytes and a word more");
        *place = *chunk;
        let hits = specials(word);
        if hits != 0 {
            return bytes.len() - rest.len() + (hits.trailing_zeros() / 8) as usize;
        }
        (rest, to) = (behind, room);
    }
    if rest.is_empty() {
        return bytes.len();
    }
    // A space is nothing special, so one word tells of all that is left.
    let word = fewer_than_eight(rest);
    *to.first_chunk_mut::<8>().expect("there is room for a word") = word.to_le_bytes();
    match specials(word | 0x2020_2020_2020_2020 << (8 * rest.len())) {
        0 => bytes.len(),
        hits => bytes.len() - rest.len() + (hits.trailing_zeros() / 8) as usize,
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::Writer;
    use crate::json::parse::{self, Names};

    fn check(text: &str, expected: &str) {
        let arena = Bump::new();
        let mut out = Writer::default();
        out.raw(b"before");
        let written = out.value(parse::value(&arena, text, Names::AsWritten).unwrap());
        assert_eq!(String::from_utf8(out.take()).unwrap(), format!("before{expected}"));
        assert_eq!(written, !expected.is_empty());
    }

    #[test]
    fn nothing_empty_is_written() {
        check(r#"{"a":null,"b":"","c":[],"d":{},"e":[{},[null,""],{"f":[{}]}]}"#, "");
        check(r#"{"a":null,"b":[0,null,false," ",{"c":{}}],"d":{"e":1,"f":""}}"#, r#"{"b":[0,false," "],"d":{"e":1}}"#);
    }

    #[test]
    fn every_character_at_every_place_is_read_back() {
        let mut out = Writer::default();
        for length in 0..20 {
            for place in 0..=length {
                for special in ["", "\"", "\\", "\n", "\u{1f}", " ", "\u{7f}", "\u{e9}", "\u{1f600}"] {
                    let text = format!("{}{special}{}", "a".repeat(place), "z".repeat(length - place));
                    out.text(&text);
                    assert_eq!(serde_json::from_slice::<String>(&out.take()).unwrap(), text);
                }
            }
        }
    }

    #[test]
    fn memory_serves_the_next_text_unless_it_is_much() {
        let mut out = Writer::default();
        for length in [10, super::KEPT, 3 * super::KEPT, 10] {
            let text = "x\n".repeat(length / 2);
            out.text(&text);
            assert_eq!(serde_json::from_slice::<String>(&out.take()).unwrap(), text);
            assert!(out.bytes.len() <= super::KEPT);
        }
    }

    #[test]
    fn strings_are_escaped() {
        check(r#"["\"\\\/\b\f\n\r\t\u0001\u001f ü\u2028"]"#, "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f ü\u{2028}\"]");
    }
}
