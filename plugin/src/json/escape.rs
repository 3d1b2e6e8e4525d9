//! What the escapes of a string stand for. The lexer has seen that they are sound.

/// Resolves the escapes of a string into `out`; half of a surrogate pair becomes U+FFFD.
pub(crate) fn unescape(raw: &str, mut push: impl FnMut(&str)) {
    let mut buffer = [0; 4];
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        push(&rest[..at]);
        let kind = rest.as_bytes()[at + 1];
        let mut length = 2;
        let one = match kind {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                length = 6;
                let first = unit(&rest[at..]).unwrap_or(0xfffd);
                let pair = match first {
                    0xd800..0xdc00 => unit(&rest[at + 6..]).filter(|second| (0xdc00..0xe000).contains(second)),
                    _ => None,
                };
                match pair {
                    Some(second) => {
                        length = 12;
                        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                    None => char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER),
                }
            }
            same => same as char,
        };
        push(one.encode_utf8(&mut buffer));
        rest = &rest[at + length..];
    }
    push(rest);
}

/// The UTF-16 unit of the `\uXXXX` at the start of the text.
fn unit(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}
