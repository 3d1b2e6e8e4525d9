//! From the bytes of a body to its text. What is no text is known by its first bytes, and is not made to look like one.

use std::borrow::Cow;

use super::unpack::{self, Packed};

/// What the bytes of a body are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Bytes<'a> {
    /// Text, with nothing of it lost.
    Text(Cow<'a, str>),
    /// Text in which U+FFFD stands for bytes that are not UTF-8.
    Replaced(Replaced<'a>),
    /// No text; what it looks like, and why it could not be read.
    Other(String),
}

impl<'a> Bytes<'a> {
    /// Reads the bytes of a body; what is packed is unpacked, once.
    pub(crate) fn read(bytes: &'a [u8]) -> Self {
        match unpack::read(bytes) {
            Packed::Not => Self::plain(bytes),
            Packed::Unpacked { format, bytes } => match Bytes::plain(&bytes) {
                Bytes::Text(text) => Self::Text(Cow::Owned(text.into_owned())),
                Bytes::Replaced(_) => Self::Other(format!("{format}, and what it unpacks to is not UTF-8")),
                Bytes::Other(what) => Self::Other(format!("{format}, and what it unpacks to looks like {what}")),
            },
            Packed::Damaged(why) => Self::Other(why),
        }
    }

    fn plain(bytes: &'a [u8]) -> Self {
        if let Some(other) = utf_16_or_32(bytes) {
            return other;
        }
        if unpack::begins_packed(bytes) {
            return Self::Other("gzip".to_owned());
        }
        match str::from_utf8(bytes) {
            Ok(text) => Self::Text(Cow::Borrowed(text)),
            Err(_) => Self::Replaced(Replaced::of(bytes)),
        }
    }
}

/// What UTF-16 and UTF-32 begin with: a mark, or a character of ASCII, as all JSON does, beside bytes that are zero.
fn utf_16_or_32<'a>(bytes: &[u8]) -> Option<Bytes<'a>> {
    let unmarked = |form: &str| Some(Bytes::Other(format!("{form} without a byte order mark")));
    match *bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(Bytes::Other("UTF-32".to_owned())),
        [0xff, 0xfe, ref rest @ ..] => Some(utf_16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, ref rest @ ..] => Some(utf_16(rest, u16::from_be_bytes)),
        [1..=0x7f, 0, 0, 0, ..] => unmarked("UTF-32, little endian,"),
        [0, 0, 0, 1..=0x7f, ..] => unmarked("UTF-32, big endian,"),
        [1..=0x7f, 0, 1..=0xff, _, ..] | [1..=0x7f, 0] => unmarked("UTF-16, little endian,"),
        [0, 1..=0x7f, _, 1..=0xff, ..] | [0, 1..=0x7f] => unmarked("UTF-16, big endian,"),
        _ => None,
    }
}

fn utf_16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Bytes<'a> {
    let (pairs, rest) = bytes.as_chunks();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Bytes::Text(Cow::Owned(text)),
        Ok(_) => Bytes::Other("UTF-16 that ends within a character".to_owned()),
        Err(_) => Bytes::Other("UTF-16 in which half of a surrogate pair is missing".to_owned()),
    }
}

/// A text that stands for bytes of which some are not UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Replaced<'a> {
    /// The text.
    pub text: String,
    bytes: &'a [u8],
    /// Behind each character that stands for other bytes: where in the text, and where in the bytes.
    marks: Vec<(usize, usize)>,
}

impl<'a> Replaced<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let (mut text, mut marks, mut at) = (String::with_capacity(bytes.len()), Vec::new(), 0);
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            at += chunk.valid().len() + chunk.invalid().len();
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
                marks.push((text.len(), at));
            }
        }
        Self { text, bytes, marks }
    }

    /// All bytes.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes that a part of the text stands for, if a character of it stands for other bytes.
    pub(crate) fn behind(&self, at: usize, len: usize) -> Option<&'a [u8]> {
        let end = at + len;
        let first = self.marks.partition_point(|&(text, _)| text <= at);
        let has_any = self.marks.get(first).is_some_and(|&(text, _)| text <= end);
        if !has_any {
            return None;
        }
        self.bytes.get(self.place(at)..self.place(end))
    }

    /// Where in the bytes that is which stands at a place of the text.
    fn place(&self, at: usize) -> usize {
        let before = self.marks.partition_point(|&(text, _)| text <= at);
        match before.checked_sub(1).and_then(|last| self.marks.get(last)) {
            Some((text, bytes)) => bytes + (at - text),
            None => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16_of(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn utf_16_with_a_mark_is_text() {
        let text = "\u{feff}{\"a\":\"\u{e9}\u{1f426}\"}";
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(Bytes::read(&utf_16_of(text, unit)), Bytes::Text(text.trim_start_matches('\u{feff}').into()));
        }
        assert_eq!(Bytes::read(b"\xff\xfe"), Bytes::Text("".into()));
    }

    #[track_caller]
    fn is_other(bytes: &[u8], what: &str) {
        match Bytes::read(bytes) {
            Bytes::Other(said) => assert!(said.contains(what), "{said}"),
            text => panic!("{text:?}"),
        }
    }

    #[test]
    fn what_is_no_text_is_known_by_how_it_begins() {
        let text = "{\"a\":1}";
        is_other(&utf_16_of(text, u16::to_le_bytes), "UTF-16, little endian,");
        is_other(&utf_16_of(text, u16::to_be_bytes), "UTF-16, big endian,");
        is_other(&utf_16_of("1", u16::to_be_bytes), "UTF-16, big endian,");
        is_other(&utf_16_of("\"\u{1f426}\"", u16::to_le_bytes), "UTF-16, little endian,");
        let utf_32 = |unit: fn(u32) -> [u8; 4], mark: &str| mark.chars().chain(text.chars()).flat_map(|character| unit(character.into())).collect::<Vec<_>>();
        is_other(&utf_32(u32::to_le_bytes, ""), "UTF-32, little endian,");
        is_other(&utf_32(u32::to_be_bytes, ""), "UTF-32, big endian,");
        is_other(&utf_32(u32::to_le_bytes, "\u{feff}"), "UTF-32");
        is_other(&utf_32(u32::to_be_bytes, "\u{feff}"), "UTF-32");
        is_other(b"\xff\xfe{", "ends within");
        is_other(b"\xfe\xff\xd8\x00", "surrogate");
    }

    #[test]
    fn other_bytes_are_replaced_and_found_again() {
        let bytes = b"[\"\xe9\",\"b\",\"\xff\xff\"]";
        let Bytes::Replaced(replaced) = Bytes::read(bytes) else { panic!("it is UTF-8") };
        assert_eq!(replaced.text, "[\"\u{fffd}\",\"b\",\"\u{fffd}\u{fffd}\"]");
        let behind = |part: &str| replaced.behind(replaced.text.find(part).unwrap(), part.len());
        assert_eq!(behind("\"\u{fffd}\""), Some(&b"\"\xe9\""[..]));
        assert_eq!(behind("\"b\""), None);
        assert_eq!(behind("\"\u{fffd}\u{fffd}\""), Some(&b"\"\xff\xff\""[..]));
        assert_eq!(replaced.behind(0, replaced.text.len()), Some(&bytes[..]));
        assert_eq!(replaced.behind(replaced.text.len(), 0), None);
    }

    #[test]
    fn text_is_borrowed() {
        for text in ["", "{\"a\":\"\u{e9}\"}", "\u{feff}{}", "xy\u{0}", "x^2 is no zlib", "Hj"] {
            assert!(matches!(Bytes::read(text.as_bytes()), Bytes::Text(Cow::Borrowed(read)) if read == text), "{text:?}");
        }
    }
}
