//! What may stand in a URL (RFC 3986), and how everything else is written there: `%` and two hex digits for each byte of its UTF-8.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A path, or a part of one, in which every byte may stand in a URL. What is percent-encoded already stays as it is.
pub(crate) fn path(text: &str) -> Cow<'_, str> {
    encoded(text, |rest| match rest {
        [b'%', high, low, ..] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        [byte, ..] => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(byte),
        [] => true,
    })
}

/// The query of a path: it stays, but for what cannot be sent and for what would end it.
pub(crate) fn query(text: &str) -> Cow<'_, str> {
    encoded(text, |rest| !matches!(rest, [b' ' | b'#' | 0x80.., ..]))
}

/// A URL that a server gave. It stays, but for what cannot be sent: tokens in it must not be encoded anew.
pub(crate) fn given(text: &str) -> Cow<'_, str> {
    encoded(text, |rest| !matches!(rest, [b' ' | 0x80.., ..]))
}

/// The text with each byte encoded that does not stand; `stands` looks at a byte and what follows it.
fn encoded(text: &str, stands: impl Fn(&[u8]) -> bool) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let rests = || (0..bytes.len()).filter_map(|at| bytes.get(at..));
    if rests().all(&stands) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + 16);
    for rest in rests() {
        match rest.first() {
            Some(&byte) if byte.is_ascii() && stands(rest) => encoded.push(char::from(byte)),
            Some(byte) => drop(write!(encoded, "%{byte:02X}")),
            None => {}
        }
    }
    Cow::Owned(encoded)
}

/// The text with each `%` and two hex digits as the byte that they stand for. Bytes that are no UTF-8 become U+FFFD.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let coded = if byte == b'%' { behind.get(..2).and_then(|digits| str::from_utf8(digits).ok()) } else { None };
        let coded = coded.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match coded.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(coded) => {
                bytes.push(coded);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_path_may_stand_there() {
        for (text, expected) in [
            ("/subscriptions/0a1b/resourceGroups/rg-1._~(x)", "/subscriptions/0a1b/resourceGroups/rg-1._~(x)"),
            ("/a!$&'()*+,;=:@/", "/a!$&'()*+,;=:@/"),
            ("/RegionVästerbotten/日本", "/RegionV%C3%A4sterbotten/%E6%97%A5%E6%9C%AC"),
            ("/a b\"|<>^`{}\\", "/a%20b%22%7C%3C%3E%5E%60%7B%7D%5C"),
            ("/100%", "/100%25"),
            ("/%zz%2", "/%25zz%252"),
            ("/%c3%A4", "/%c3%A4"),
            ("/a#b[0]?c", "/a%23b%5B0%5D%3Fc"),
            ("", ""),
        ] {
            assert_eq!(path(text), expected);
            assert_eq!(path(expected), expected, "once is enough");
        }
    }

    #[test]
    fn a_query_and_what_a_server_gave_stay_as_they_are() {
        assert_eq!(query("x=%7B\"a+b\"|%&y= ä#z"), "x=%7B\"a+b\"|%&y=%20%C3%A4%23z");
        assert_eq!(given("https://h/a b/ä?$skipToken=%7B\"x+y\"%7d|%&z=[1]"), "https://h/a%20b/%C3%A4?$skipToken=%7B\"x+y\"%7d|%&z=[1]");
    }

    #[test]
    fn what_is_encoded_is_read_as_a_server_reads_it() {
        for (text, expected) in
            [("%2e%2E", ".."), ("a%2Fb%5cc%00", "a/b\\c\0"), ("%", "%"), ("%2", "%2"), ("%zz", "%zz"), ("%c3%a4ä", "ää"), ("%ff", "\u{fffd}")]
        {
            assert_eq!(decoded(text), expected);
        }
    }
}
