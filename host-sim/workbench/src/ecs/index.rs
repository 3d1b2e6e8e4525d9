//! What an index of the declared fields refuses, as Elasticsearch 8.19 was seen to do: with coercion, with new fields added as they come, and with
//! `ignore_above` for keywords and flattened fields. What it takes may still lose something, which is another matter.

use std::net::{IpAddr, Ipv6Addr};

use chrono::NaiveDate;
use serde_json::Value;

use super::fit::family;

/// No object may stand under so many names.
pub(super) const NAMES: usize = 20;
/// Objects of a flattened field may stand one in the other so often: its `depth_limit`.
const DEPTH: usize = 20;
/// A leaf of a flattened field is indexed with the names that lead to it; both may have so many bytes.
const LEAF: usize = 32_766;
/// A longer leaf of a flattened field is stored and not indexed, in units of UTF-16.
const IGNORED_ABOVE: usize = 8_191;
/// So many fields may an index have.
pub(super) const FIELDS: usize = 2_000;

/// Whether a value that is neither null nor a list is refused by a field of that type. One of a type that nobody knows takes everything.
pub(super) fn refuses(kind: &str, value: &Value) -> bool {
    match (family(kind), value) {
        ("keyword" | "text" | "boolean" | "long" | "double" | "date" | "ip", Value::Object(_)) => true,
        ("boolean", Value::String(text)) => !matches!(text.as_str(), "" | "true" | "false"),
        ("boolean", value) => !value.is_boolean(),
        ("long", Value::Number(number)) => {
            !number.is_i64() && !number.as_f64().is_some_and(|number| !number.is_nan() && is_of_long(number) && !is_above(value))
        }
        ("long", Value::String(text)) => !text.is_empty() && text.parse::<i64>().is_err() && !decimal(text).is_some_and(is_of_long),
        ("double", Value::Number(number)) => !number.as_f64().is_some_and(|number| is_finite(kind, number)),
        ("double", Value::String(text)) => !text.is_empty() && !decimal(text.trim()).is_some_and(|number| is_finite(kind, number)),
        ("date", Value::Number(number)) => !number.is_i64() && !number.as_f64().is_some_and(|number| number.abs() < 1e15),
        ("date", Value::String(text)) => !is_date(text) && !is_millis(text),
        ("ip", Value::String(text)) => !is_address(text),
        ("long" | "double" | "date" | "ip", _) => true,
        ("geo_point", Value::Object(members)) => {
            let within = |name, most: f64| members.get(name).and_then(Value::as_f64).is_some_and(|degrees| degrees.abs() <= most);
            !within("lat", 90.0) || !within("lon", 180.0)
        }
        ("geo_point", Value::String(text)) => text.is_empty(),
        ("object", value) => !value.is_object(),
        _ => false,
    }
}

/// A whole number that a long does not hold.
fn is_above(value: &Value) -> bool {
    value.is_u64()
}

fn is_of_long(number: f64) -> bool {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (-LIMIT..LIMIT).contains(&number)
}

fn is_finite(kind: &str, number: f64) -> bool {
    // A number beyond single precision is none in a field of it.
    number.is_finite() && (kind != "float" || number.abs() <= f64::from(f32::MAX))
}

/// A number as it is written with digits.
fn decimal(text: &str) -> Option<f64> {
    let is_written_so = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    if is_written_so { text.parse().ok() } else { None }
}

/// Milliseconds since 1970.
fn is_millis(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    let (digits, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(digits) && are_digits(fraction)
}

/// `yyyy[-MM[-dd[T[HH[:mm[:ss[.f]]]]]]]`, and a zone behind a time.
fn is_date(text: &str) -> bool {
    let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = day.split('-').collect();
    let is_day = match parts.as_slice() {
        [year] => time.is_none() && digits(year, 4),
        [year, month] => time.is_none() && digits(year, 4) && digits(month, 2) && (1..=12).contains(&month.parse().unwrap_or(0)),
        [year, month, date] => digits(year, 4) && digits(month, 2) && digits(date, 2) && NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok(),
        _ => false,
    };
    is_day && time.is_none_or(is_time)
}

fn is_time(text: &str) -> bool {
    let at = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (time, zone) = text.split_at(at);
    let (whole, fraction) = time.split_once(['.', ',']).map_or((time, None), |(whole, fraction)| (whole, Some(fraction)));
    let two =
        |text: &str, most: u32| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u32>().is_ok_and(|number| number <= most);
    let parts: Vec<&str> = whole.split(':').collect();
    let is_whole = match parts.as_slice() {
        [""] => zone.is_empty(),
        [hour] => two(hour, 23),
        [hour, minute] => two(hour, 23) && two(minute, 59),
        [hour, minute, second] => two(hour, 23) && two(minute, 59) && two(second, 59),
        _ => false,
    };
    let is_fraction = fraction.is_none_or(|digits| parts.len() == 3 && (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
    let is_zone = match zone.split_at_checked(1) {
        None => true,
        Some(("Z", rest)) => rest.is_empty(),
        Some((_, offset)) => match offset.split_once(':') {
            Some((hours, minutes)) => two(hours, 18) && two(minutes, 59),
            None => two(offset, 18) || offset.split_at_checked(2).is_some_and(|(hours, minutes)| two(hours, 18) && two(minutes, 59)),
        },
    };
    is_whole && is_fraction && is_zone
}

/// An address; one of IPv6 may have a scope.
fn is_address(text: &str) -> bool {
    match text.split_once('%') {
        Some((address, scope)) => !scope.is_empty() && address.parse::<Ipv6Addr>().is_ok(),
        None => text.parse::<IpAddr>().is_ok(),
    }
}

/// Why an object may not have a member of that name.
pub(super) fn name(name: &str) -> Option<&'static str> {
    let parts: Vec<&str> = name.split('.').collect();
    let last = parts.iter().rposition(|part| !part.is_empty());
    match last {
        None if name.is_empty() => Some("a member without a name"),
        None => Some("a name of nothing but dots"),
        Some(last) if parts.iter().take(last + 1).any(|part| part.chars().all(is_blank)) => Some("a name that is blank, or has a blank part between dots"),
        Some(_) => None,
    }
}

/// As Java has it: a space that keeps words together is none.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() && !matches!(letter, '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}') || matches!(letter, '\u{1c}'..='\u{1f}')
}

/// What is wrong in a flattened field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flaw {
    /// It is refused.
    Refused(&'static str),
    /// It is refused where the field has no `ignore_above`.
    Long,
}

/// What is wrong in an object of a flattened field.
pub(super) fn flattened(object: &Value) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    look(object, &Way { bytes: 0, has_nul: false, depth: 0 }, &mut flaws);
    flaws.sort_unstable();
    flaws.dedup();
    flaws
}

/// What leads to a value of a flattened field.
struct Way {
    /// How many bytes its names have, each with what stands behind it.
    bytes: usize,
    /// Whether one of them holds NUL.
    has_nul: bool,
    /// In how many objects the value stands.
    depth: usize,
}

fn look(value: &Value, way: &Way, flaws: &mut Vec<Flaw>) {
    match value {
        Value::Null => {}
        Value::Array(elements) => elements.iter().for_each(|element| look(element, way, flaws)),
        Value::Object(_) if way.depth == DEPTH => flaws.push(Flaw::Refused("objects nested deeper than 20")),
        Value::Object(members) => {
            for (name, value) in members {
                look(value, &Way { bytes: way.bytes + name.len() + 1, has_nul: way.has_nul || name.contains('\0'), depth: way.depth + 1 }, flaws);
            }
        }
        // Names are looked at where something is indexed under them.
        _ if way.has_nul => flaws.push(Flaw::Refused("a name with NUL")),
        Value::String(text) if way.bytes + text.len() > LEAF => {
            let is_ignored = text.encode_utf16().count() > IGNORED_ABOVE;
            flaws.push(if is_ignored { Flaw::Long } else { Flaw::Refused("a text that is too long with the names before it") });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Flaw, flattened, name, refuses};

    fn nested(levels: usize, leaf: Value) -> Value {
        (0..levels).fold(leaf, |inner, _| json!({ "a": inner }))
    }

    #[test]
    fn a_type_takes_what_it_can_convert() {
        for (kind, taken, refused) in [
            ("keyword", vec![json!(1), json!(true), json!("")], vec![json!({})]),
            ("match_only_text", vec![json!(1)], vec![json!({ "a": 1 })]),
            (
                "long",
                vec![json!(1.5), json!("1.5"), json!("1e3"), json!(""), json!(i64::MIN)],
                vec![json!(true), json!(1e19), json!(u64::MAX), json!("x"), json!(" 1 ")],
            ),
            ("double", vec![json!("1e5"), json!(" 2"), json!(""), json!(1e300)], vec![json!("x"), json!("NaN"), json!(true), json!({})]),
            ("float", vec![json!(1.5)], vec![json!(1e300)]),
            ("boolean", vec![json!(true), json!("false"), json!("")], vec![json!(1), json!("True"), json!({})]),
            ("ip", vec![json!("1.2.3.4"), json!("::1%eth0")], vec![json!("1.2.3.4%x"), json!(""), json!("01.2.3.4"), json!(1)]),
            ("geo_point", vec![json!({ "lat": 1, "lon": 2 }), json!("1,2")], vec![json!({ "lat": 91, "lon": 2 }), json!({ "lat": 1 }), json!({}), json!("")]),
            ("flattened", vec![json!({})], vec![json!(""), json!(1)]),
            ("object", vec![json!({})], vec![json!("x")]),
        ] {
            taken.iter().for_each(|value| assert!(!refuses(kind, value), "{value} as {kind}"));
            refused.iter().for_each(|value| assert!(refuses(kind, value), "{value} as {kind}"));
        }
    }

    #[test]
    fn a_date_has_parts_from_the_left() {
        for date in [
            "2026",
            "2026-01",
            "2026-01-01",
            "2026-01-01T",
            "2026-01-01T10",
            "2026-01-01T10:00:00.123456789Z",
            "2026-01-01T10:00:00,1Z",
            "2026-01-01T10:00:00+0100",
            "2026-01-01T10:00:00+01",
            "1767225600000",
            "12",
        ] {
            assert!(!refuses("date", &json!(date)), "{date}");
        }
        for text in [
            "",
            "x",
            "2026-01-01 10:00:00",
            "2026-13-01",
            "2026-02-30",
            "12026-01-01",
            "2026-01-01T10:00:00z",
            "2026-1-1",
            "2026-01-01Z",
            "2026-01-01T24:00:00Z",
            "+12026-01-01T00:00:00.000Z",
        ] {
            assert!(refuses("date", &json!(text)), "{text}");
        }
    }

    #[test]
    fn names_say_something_between_their_dots() {
        for own in ["a", "a b", " a", "a.", "a.b ", "\u{a0}", "a\0", "_id"] {
            assert_eq!(name(own), None, "{own:?}");
        }
        for own in ["", " ", "\u{2003}", ".", "..", ".a", "a..b", "a. .b"] {
            assert!(name(own).is_some(), "{own:?}");
        }
    }

    #[test]
    fn a_flattened_field_has_bounds() {
        for (object, expected) in [
            (nested(20, json!(1)), vec![]),
            (nested(20, json!({})), vec![Flaw::Refused("objects nested deeper than 20")]),
            (nested(20, json!([[1]])), vec![]),
            (json!({ "": 1, "a..b": { " ": 2 } }), vec![]),
            (json!({ "a\0": { "b": {} } }), vec![]),
            (json!({ "a\0": { "b": [1] } }), vec![Flaw::Refused("a name with NUL")]),
            (json!({ "a": "x".repeat(32_764) }), vec![]),
            (json!({ "a": ["x".repeat(32_765)] }), vec![Flaw::Long]),
            (json!({ "a".repeat(30_000): "x".repeat(8_000) }), vec![Flaw::Refused("a text that is too long with the names before it")]),
        ] {
            assert_eq!(flattened(&object), expected, "{}", object.to_string().chars().take(60).collect::<String>());
        }
    }
}
