//! A value brought to a field's type. What cannot be brought there is given back, for the error line.

use std::fmt::Write;

use bumpalo::Bump;

use super::convert::ip::is_ip;
use super::convert::number::{double, double_text, float, float_text, lenient_long, long};
use super::convert::{boolean, date};
use super::java;
use crate::json::tree::{Value, array};

/// The types that rules convert to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cast {
    /// Nothing is changed, nothing can fail.
    AsIs,
    /// `true` or `false`.
    Boolean,
    /// A date in UTC with milliseconds.
    Date,
    /// A double.
    Double,
    /// A single, written with the fewest digits that give it back.
    Float,
    /// An IP address, kept as it is spelled.
    Ip,
    /// 64 bits; an integral decimal counts.
    Long,
    /// 64 bits, and nothing but digits: inside a list, where the reference's element must be equalled.
    Digits,
    /// Text, as Java prints the value.
    Text,
}

impl Cast {
    /// The type in an error line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AsIs => "a value",
            Self::Boolean => "a boolean",
            Self::Date => "a date",
            Self::Double => "a double",
            Self::Float => "a float",
            Self::Ip => "an IP address",
            Self::Long | Self::Digits => "a long",
            Self::Text => "text",
        }
    }
}

/// The value as that type: an array element by element, all or nothing. `Err` is what stood in the way.
pub(crate) fn cast<'a>(arena: &'a Bump, value: Value<'a>, to: Cast) -> Result<Value<'a>, Value<'a>> {
    match value {
        _ if to == Cast::AsIs => Ok(value),
        Value::Array(elements) if to != Cast::Date => {
            let converted: Result<Vec<_>, _> = elements.iter().map(|element| scalar(arena, element.get(), to)).collect();
            Ok(array(arena, converted?))
        }
        value => scalar(arena, value, to),
    }
}

fn scalar<'a>(arena: &'a Bump, value: Value<'a>, to: Cast) -> Result<Value<'a>, Value<'a>> {
    if value.is_null() {
        return Err(value);
    }
    if is_already(value, to) {
        return Ok(value);
    }
    let text = java::text(value);
    let converted = match to {
        Cast::AsIs => Some(value),
        Cast::Boolean => boolean(&text).map(Value::Bool),
        Cast::Date => date::iso(&text).ok().map(|stamp| Value::Text(arena.alloc_str(stamp.as_str()))),
        Cast::Double => double(&text).map(|number| number_value(arena, number.is_finite(), &double_text(number))),
        Cast::Float => float(&text).map(|number| number_value(arena, number.is_finite(), &float_text(number))),
        Cast::Ip => None,
        Cast::Digits => long(&text).map(|number| integer(arena, number)),
        Cast::Long => lenient_long(&text).map(|number| integer(arena, number)),
        Cast::Text => Some(Value::Text(arena.alloc_str(&text))),
    };
    converted.ok_or(value)
}

/// Whether the value needs no conversion, without making its text. A type that has no line here is converted all the same, only slower and with
/// its numbers written anew (`1` as `1.0`); an address alone is told from other texts nowhere but here.
#[inline]
pub(super) fn is_already(value: Value<'_>, to: Cast) -> bool {
    match (to, value) {
        (Cast::Boolean, Value::Bool(_)) | (Cast::Text, Value::Text(_)) => true,
        (Cast::Ip, Value::Text(text)) => is_ip(text),
        // As many digits as every double or single gives back, so that the conversion would not change the number.
        (Cast::Double, Value::Number(number)) => number.len() <= 15 && is_plain(number),
        (Cast::Float, Value::Number(number)) => number.len() <= 6 && is_plain(number),
        (Cast::Long | Cast::Digits, Value::Number(number)) => number.len() <= 18 && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'),
        _ => false,
    }
}

/// Whether a number has no exponent.
fn is_plain(number: &str) -> bool {
    number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

/// A number by its text; NaN and the infinities are no JSON, so they stay text.
fn number_value<'a>(arena: &'a Bump, finite: bool, text: &str) -> Value<'a> {
    let text = arena.alloc_str(text);
    if finite { Value::Number(text) } else { Value::Text(text) }
}

/// An integer.
pub(crate) fn integer(arena: &Bump, number: i64) -> Value<'_> {
    let mut text = String::new();
    let _ = write!(text, "{number}");
    Value::Number(arena.alloc_str(&text))
}
