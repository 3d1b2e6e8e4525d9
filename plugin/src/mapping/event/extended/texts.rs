//! How rules of profile `extended` read: texts that stand for nothing, paths, numbers and addresses inside texts.

use bumpalo::Bump;

use crate::defender::part::Source;
use crate::json::tree::Value;
use crate::mapping::cast::integer;
use crate::mapping::convert::date;
use crate::mapping::convert::ip::is_ip;
use crate::mapping::record::Reader;

/// The id of nobody.
const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// Whether a text holds the place of a value that is not there.
pub(super) fn is_placeholder(text: &str) -> bool {
    text.is_empty()
        || text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("N/A"))
        || text == NIL
        || text == "00.00.00.00"
        || text.eq_ignore_ascii_case("Aggregate User Population")
}

/// Whether a text has no blanks around it, and begins as no placeholder does. Most texts are so.
#[inline]
fn is_plain(text: &str) -> bool {
    let [first, .., last] = text.as_bytes() else { return false };
    first.is_ascii_graphic() && last.is_ascii_graphic() && !matches!(first, b'N' | b'n' | b'0' | b'A' | b'a')
}

/// A text or a number that says something.
pub(super) fn said(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Number(text) if is_plain(text) => Some(text),
        Value::Text(text) | Value::Number(text) => Some(text.trim()).filter(|text| !is_placeholder(text)),
        _ => None,
    }
}

/// The first of several members of an object that says something.
pub(super) fn first<'a>(read: &mut Reader<'_, 'a>, object: Value<'a>, sources: &[Source]) -> Option<&'a str> {
    sources.iter().find_map(|source| {
        let member = object.member(source.name)?;
        let text = said(member.value.get())?;
        read.take(Some(member));
        Some(text)
    })
}

/// The same as a value.
pub(super) fn value<'a>(read: &mut Reader<'_, 'a>, object: Value<'a>, sources: &[Source]) -> Value<'a> {
    or_null(first(read, object, sources))
}

/// A text, or nothing.
pub(super) fn or_null(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Null, Value::Text)
}

/// Whether a text is a path, and not a bare name.
pub(super) fn is_path(text: &str) -> bool {
    text.contains(['/', '\\'])
}

/// The last part of a path.
pub(super) fn last_part(path: &str) -> &str {
    path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default()
}

/// A file's place in a folder.
pub(super) fn joined<'a>(arena: &'a Bump, directory: &str, name: &str) -> &'a str {
    let begins_with_drive = matches!(directory.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic());
    let is_windows = !directory.contains("://") && (directory.contains('\\') || begins_with_drive);
    let separator = if is_windows { '\\' } else { '/' };
    let name = name.trim_start_matches(separator);
    if directory.ends_with(separator) { arena.alloc_str(&format!("{directory}{name}")) } else { arena.alloc_str(&format!("{directory}{separator}{name}")) }
}

/// A process id: decimal, or hexadecimal behind `0x`.
pub(super) fn pid(value: Value<'_>) -> Option<i64> {
    let text = said(value)?;
    let (digits, radix) = match text.get(..2) {
        Some("0x" | "0X") => (text.get(2..)?, 16),
        _ => (text, 10),
    };
    let are_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if are_digits { i64::from_str_radix(digits, radix).ok() } else { None }
}

/// A whole number above 0 and up to `most`.
pub(super) fn count(value: Value<'_>, most: i64) -> Option<i64> {
    said(value)?.parse().ok().filter(|number| (1..=most).contains(number))
}

/// A port.
pub(super) fn port(value: Value<'_>) -> Option<i64> {
    count(value, 65_535)
}

/// A date, in ISO 8601 or with a blank before the time.
pub(super) fn day<'a>(arena: &'a Bump, value: Value<'_>) -> Value<'a> {
    let Some(text) = said(value) else { return Value::Null };
    let stamp = date::iso(text).or_else(|fault| with_t(text).map_or(Err(fault), |text| date::iso(&text)));
    stamp.map_or(Value::Null, |stamp| Value::Text(arena.alloc_str(stamp.as_str())))
}

/// A date `YYYY-MM-DD hh:mm:ss[.f]`, with a T in the place of its blank.
pub(in crate::mapping::event) fn with_t(text: &str) -> Option<String> {
    // Most dates have none, and are long enough to be told by one byte.
    if text.as_bytes().get(10) != Some(&b' ') {
        return None;
    }
    let (day, time) = text.split_once(' ')?;
    let has_form =
        |text: &str, length: usize, between: u8| text.len() >= length && text.bytes().take(length).all(|byte| byte.is_ascii_digit() || byte == between);
    (day.len() == 10 && has_form(day, 10, b'-') && has_form(time, 8, b':')).then(|| format!("{day}T{time}"))
}

/// A number.
pub(super) fn number(arena: &Bump, number: i64) -> Value<'_> {
    integer(arena, number)
}

/// An address as it goes into a field: without a scope.
pub(super) fn address(text: &str) -> Option<&str> {
    let text = text.trim();
    is_ip(text).then(|| text.split('%').next().unwrap_or(text))
}

/// The addresses in a text, each with its port if it has one.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = (&str, Option<i64>)> {
    text.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | '"' | '\'' | '[' | ']' | '(' | ')' | '{' | '}')).filter_map(|word| {
        if let Some(own) = address(word) {
            return Some((own, None));
        }
        let (own, behind) = word.rsplit_once(':')?;
        let own = address(own).filter(|own| own.contains('.') && !own.contains(':'))?;
        Some((own, port(Value::Text(behind))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_and_a_name_make_a_path() {
        let arena = Bump::new();
        for (directory, name, expected) in [
            (r"c:\windows", "a.exe", r"c:\windows\a.exe"),
            (r"c:\windows\", "a.exe", r"c:\windows\a.exe"),
            ("d:", "a.exe", r"d:\a.exe"),
            (r"\\share\x", "a", r"\\share\x\a"),
            ("/usr/bin", "a", "/usr/bin/a"),
            ("/", "/a", "/a"),
            ("https://quarry.example/x", "a", "https://quarry.example/x/a"),
        ] {
            assert_eq!(joined(&arena, directory, name), expected);
        }
    }

    #[test]
    fn process_ids_come_in_two_radices() {
        for (text, expected) in
            [("0x64", Some(100)), ("0X1F", Some(31)), ("42", Some(42)), ("4a", None), ("0x", None), ("-1", None), ("", None), ("99999999999999999999", None)]
        {
            assert_eq!(pid(Value::Text(text)), expected, "{text}");
        }
        assert_eq!(pid(Value::Number("7")), Some(7));
        assert_eq!(pid(Value::Number("7.5")), None);
    }

    #[test]
    fn addresses_are_found_inside_a_text() {
        let found = |text| addresses(text).collect::<Vec<_>>();
        assert_eq!(found(r#"["203.0.113.7:443", 2001:db8::1]; (198.51.100.2)"#), [("203.0.113.7", Some(443)), ("2001:db8::1", None), ("198.51.100.2", None)]);
        assert_eq!(found("fe80::1%eth0 1.2.3 word 00.00.00.00"), [("fe80::1", None)]);
        assert_eq!(found("203.0.113.7:x"), [("203.0.113.7", None)]);
    }

    #[test]
    fn a_blank_may_stand_in_a_date() {
        assert_eq!(with_t("2026-02-03 08:00:00.5").as_deref(), Some("2026-02-03T08:00:00.5"));
        for text in ["2026-02-03T08:00:00Z", "3 February", "2026-02-03 8am", ""] {
            assert_eq!(with_t(text), None, "{text}");
        }
    }
}
