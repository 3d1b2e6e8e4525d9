//! Whether a value can be indexed under a type of Elasticsearch.

use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value;

/// How a value fits a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is of the type.
    Yes,
    /// It is of another one, and is converted.
    Loosely,
    /// It would be refused, or lose something.
    No,
}

/// How a value that is neither null nor a list fits. An unknown type takes everything.
pub(super) fn of(kind: &str, value: &Value) -> Fit {
    match (family(kind), value) {
        ("keyword" | "text", Value::String(_)) => Fit::Yes,
        ("keyword" | "text", Value::Number(_) | Value::Bool(_)) => Fit::Loosely,
        ("boolean", Value::Bool(_)) => Fit::Yes,
        ("boolean", Value::String(text)) if matches!(text.as_str(), "true" | "false") => Fit::Loosely,
        ("long", Value::Number(number)) => yes_if(number.is_i64() || number.as_f64().is_some_and(is_whole)),
        ("long", Value::String(text)) if text.parse::<i64>().is_ok() => Fit::Loosely,
        ("double", Value::Number(_)) => Fit::Yes,
        ("double", Value::String(text)) if text.parse::<f64>().is_ok_and(f64::is_finite) => Fit::Loosely,
        ("date", Value::String(text)) => yes_if(is_date(text)),
        // Milliseconds since 1970.
        ("date", Value::Number(number)) if number.is_i64() => Fit::Loosely,
        ("ip", Value::String(text)) => yes_if(text.parse::<IpAddr>().is_ok()),
        ("geo_point", _) => yes_if(is_point(value)),
        ("object", Value::Object(_)) => Fit::Yes,
        ("keyword" | "text" | "boolean" | "long" | "double" | "date" | "ip" | "object", _) => Fit::No,
        _ => Fit::Yes,
    }
}

/// The types that take the same values, by one of them.
pub(super) fn family(kind: &str) -> &str {
    match kind {
        "constant_keyword" | "wildcard" | "version" => "keyword",
        "match_only_text" => "text",
        "integer" | "short" | "byte" | "unsigned_long" => "long",
        "float" | "half_float" | "scaled_float" => "double",
        "date_nanos" => "date",
        "nested" | "flattened" => "object",
        other => other,
    }
}

/// Whether other values stand in one of this type.
pub(super) fn holds_members(kind: &str) -> bool {
    family(kind) == "object"
}

fn yes_if(holds: bool) -> Fit {
    if holds { Fit::Yes } else { Fit::No }
}

/// A number that a long can hold without loss.
fn is_whole(number: f64) -> bool {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    number.fract() == 0.0 && (-LIMIT..LIMIT).contains(&number)
}

/// ISO 8601: a date, perhaps with a time, perhaps with a zone.
fn is_date(text: &str) -> bool {
    let has_zone = DateTime::parse_from_rfc3339(text).is_ok() && !text.contains([' ', 't', 'z']);
    has_zone || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").is_ok() || NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// An object of `lat` and `lon`, a list of longitude and latitude, or a text of latitude and longitude.
fn is_point(value: &Value) -> bool {
    let is_between = |value: Option<f64>, limit: f64| value.is_some_and(|number| number.abs() <= limit);
    match value {
        Value::Object(members) => {
            let number = |name| members.get(name).and_then(Value::as_f64);
            is_between(number("lat"), 90.0) && is_between(number("lon"), 180.0)
        }
        Value::Array(elements) => match &elements[..] {
            [longitude, latitude] => is_between(longitude.as_f64(), 180.0) && is_between(latitude.as_f64(), 90.0),
            _ => false,
        },
        Value::String(text) => text.split_once(',').is_some_and(|(latitude, longitude)| {
            let number = |text: &str| text.trim().parse::<f64>().ok();
            is_between(number(latitude), 90.0) && is_between(number(longitude), 180.0)
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Fit, of};

    #[track_caller]
    fn check(kind: &str, values: &[Value], fit: Fit) {
        for value in values {
            assert_eq!(of(kind, value), fit, "{value} as {kind}");
        }
    }

    #[test]
    fn texts_take_scalars() {
        check("keyword", &[json!("a"), json!("")], Fit::Yes);
        check("match_only_text", &[json!(1), json!(true)], Fit::Loosely);
        check("wildcard", &[json!({"a": 1}), json!({})], Fit::No);
    }

    #[test]
    fn numbers_are_numbers_and_a_long_is_whole() {
        check("long", &[json!(1), json!(-1), json!(4.0), json!(i64::MAX)], Fit::Yes);
        check("long", &[json!("12")], Fit::Loosely);
        check("long", &[json!(1.5), json!(u64::MAX), json!(1e19), json!("x"), json!("1.5"), json!(true)], Fit::No);
        check("float", &[json!(1), json!(1.5), json!(1e300)], Fit::Yes);
        check("scaled_float", &[json!("1.5")], Fit::Loosely);
        check("double", &[json!("x"), json!("inf"), json!(true), json!({})], Fit::No);
        check("boolean", &[json!(true)], Fit::Yes);
        check("boolean", &[json!("false")], Fit::Loosely);
        check("boolean", &[json!("yes"), json!(0)], Fit::No);
    }

    #[test]
    fn a_date_is_iso_8601() {
        check("date", &[json!("2026-01-01"), json!("2026-01-01T10:00:00"), json!("2026-01-01T10:00:00.123Z"), json!("2026-01-01T10:00:00+01:00")], Fit::Yes);
        check("date", &[json!(1_767_225_600_000_i64)], Fit::Loosely);
        check("date", &[json!("01/02/2026"), json!("2026-13-01"), json!("2026-01-01 10:00:00Z"), json!(1.5), json!("")], Fit::No);
    }

    #[test]
    fn addresses_and_points_are_read() {
        check("ip", &[json!("192.0.2.1"), json!("2001:db8::1")], Fit::Yes);
        check("ip", &[json!("192.0.2.1/24"), json!("192.0.2.256"), json!(1)], Fit::No);
        check("geo_point", &[json!({"lat": 1, "lon": 179.5}), json!([179.5, 1]), json!("1, 179.5")], Fit::Yes);
        check("geo_point", &[json!({"lat": 91, "lon": 1}), json!([1, 179.5]), json!("x"), json!([1]), json!(1)], Fit::No);
    }

    #[test]
    fn containers_take_objects_and_a_type_that_nobody_knows_takes_everything() {
        check("nested", &[json!({})], Fit::Yes);
        check("flattened", &[json!("a"), json!(1)], Fit::No);
        check("histogram", &[json!({}), json!("a")], Fit::Yes);
    }
}
