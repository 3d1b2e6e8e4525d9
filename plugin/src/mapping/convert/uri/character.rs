//! The characters that may stand in each part of a URI, by RFC 2396 with Java's additions, and their escapes.

use std::borrow::Cow;

/// A set of ASCII characters, and whether escapes and visible characters beyond ASCII come on top.
#[derive(Clone, Copy)]
pub(super) struct Class {
    ascii: u128,
    escapes: bool,
}

impl Class {
    pub(super) const DIGIT: Self = Self::of("0123456789");
    pub(super) const HEXADECIMAL: Self = Self::DIGIT.and("abcdefABCDEF");
    pub(super) const LETTER: Self = Self::of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    pub(super) const ALPHANUMERIC: Self = Self::LETTER.and("0123456789");
    pub(super) const SCHEME: Self = Self::ALPHANUMERIC.and("+-.");
    pub(super) const SCOPE: Self = Self::ALPHANUMERIC.and("_.");
    const UNRESERVED: Self = Self::ALPHANUMERIC.and("-_.!~*'()").escaped();
    pub(super) const USER: Self = Self::UNRESERVED.and(";:&=+$,");
    pub(super) const REGISTRY: Self = Self::USER.and("@");
    /// A percent sign before a scope begins no escape, so here any will do.
    pub(super) const SERVER: Self = Self::REGISTRY.and("[]%");
    pub(super) const PATH: Self = Self::REGISTRY.and("/");
    pub(super) const ANY: Self = Self::PATH.and("?[]");

    const fn of(characters: &str) -> Self {
        Self { ascii: 0, escapes: false }.and(characters)
    }

    const fn and(self, characters: &str) -> Self {
        let bytes = characters.as_bytes();
        let mut ascii = self.ascii;
        let mut at = 0;
        while at < bytes.len() {
            ascii |= 1 << bytes[at];
            at += 1;
        }
        Self { ascii, ..self }
    }

    const fn escaped(self) -> Self {
        Self { escapes: true, ..self }
    }

    /// Whether that character alone belongs to it.
    pub(super) fn has(self, byte: u8) -> bool {
        byte.is_ascii() && self.ascii >> byte & 1 == 1
    }

    /// How many bytes belong to it from the start of the text. `None` if an escape is met that is none.
    pub(super) fn span(self, text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut characters = text.char_indices();
        while let Some((at, character)) = characters.next() {
            let legal = match u8::try_from(character) {
                Ok(byte) if self.has(byte) => true,
                Ok(b'%') if self.escapes => {
                    let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| Self::HEXADECIMAL.has(*byte));
                    if !is_digit(at + 1) || !is_digit(at + 2) {
                        return None;
                    }
                    characters.nth(1);
                    true
                }
                _ => self.escapes && !character.is_ascii() && is_visible(character),
            };
            if !legal {
                return Some(at);
            }
        }
        Some(text.len())
    }

    /// Whether all of the text belongs to it.
    pub(super) fn covers(self, text: &str) -> bool {
        self.span(text) == Some(text.len())
    }
}

/// Neither a blank nor a control character.
fn is_visible(character: char) -> bool {
    // Of the characters that Rust calls white space only controls are no blanks to Java.
    !character.is_whitespace() && !character.is_control()
}

/// Resolves escapes, which are sound, as UTF-8; what is not UTF-8 becomes U+FFFD.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let (digits, behind) = after.split_at_checked(2).unwrap_or((after, ""));
        bytes.push(u8::from_str_radix(digits, 16).unwrap_or(b'%'));
        rest = behind;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Cow::Owned(lossy(&bytes))
}

/// As UTF-8. What stands for half of a surrogate pair is one U+FFFD, as Java's decoder has it, not one for each byte.
fn lossy(mut bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    while let Some(chunk) = bytes.utf8_chunks().next() {
        text.push_str(chunk.valid());
        let mut length = chunk.valid().len() + chunk.invalid().len();
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        if chunk.invalid() == [0xed] {
            length += match bytes.get(length..) {
                Some([0xa0..=0xbf, 0x80..=0xbf, ..]) => 2,
                Some([0xa0..=0xbf, ..]) => 1,
                _ => 0,
            };
        }
        bytes = bytes.get(length..).unwrap_or_default();
    }
    text
}
