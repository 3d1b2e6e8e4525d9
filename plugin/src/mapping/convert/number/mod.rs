//! Numbers as Java reads and prints them.

mod shortest;

/// An integer of 64 bits: decimal digits with an optional sign, or `0x` and hexadecimal digits.
pub(crate) fn long(text: &str) -> Option<i64> {
    let (negative, digits, radix) = if let Some(digits) = text.strip_prefix("0x") {
        (false, digits, 16)
    } else if let Some(digits) = text.strip_prefix("-0x") {
        (true, digits, 16)
    } else if let Some(digits) = text.strip_prefix('-') {
        (true, digits, 10)
    } else {
        (false, text.strip_prefix('+').unwrap_or(text), 10)
    };
    if digits.is_empty() {
        return None;
    }
    // Counted downwards, because the lowest number has no positive counterpart.
    let mut value = 0_i64;
    for character in digits.chars() {
        let digit = character.to_digit(radix)?;
        value = value.checked_mul(radix.into())?.checked_sub(digit.into())?;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

/// As [`long`], and a decimal that stands for an integer: `3.0`, `1E2`.
pub(crate) fn lenient_long(text: &str) -> Option<i64> {
    long(text).or_else(|| integral(text))
}

/// The integer that a decimal stands for, exactly.
fn integral(text: &str) -> Option<i64> {
    let decimal = Decimal::of(text)?;
    let digits: String = decimal.whole.chars().chain(decimal.fraction.chars()).collect();
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    let exponent: i64 = match decimal.exponent {
        "" => 0,
        exponent => exponent.parse().ok()?,
    };
    let dropped = i64::try_from(digits.len() - significant.len()).ok()?;
    let scale = exponent.checked_sub(i64::try_from(decimal.fraction.len()).ok()?)?.checked_add(dropped)?;
    let power = 10_i64.checked_pow(u32::try_from(scale).ok()?)?;
    let sign = if decimal.negative { "-" } else { "" };
    format!("{sign}{significant}").parse::<i64>().ok()?.checked_mul(power)
}

/// A double: decimal or hexadecimal, `NaN` or `Infinity`, with white space and control characters around it ignored.
pub(crate) fn double(text: &str) -> Option<f64> {
    match Floating::of(text)? {
        Floating::NotANumber => Some(f64::NAN),
        Floating::Infinite { negative } => Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY }),
        Floating::Decimal(digits) => digits.parse().ok(),
        Floating::Hexadecimal(number) => Some(number),
    }
}

/// A single: as [`double`], rounded once to single precision.
pub(crate) fn float(text: &str) -> Option<f32> {
    match Floating::of(text)? {
        Floating::NotANumber => Some(f32::NAN),
        Floating::Infinite { negative } => Some(if negative { f32::NEG_INFINITY } else { f32::INFINITY }),
        Floating::Decimal(digits) => digits.parse().ok(),
        #[expect(clippy::cast_possible_truncation, reason = "it is rounded to what a single holds")]
        Floating::Hexadecimal(number) => Some(number as f32),
    }
}

/// A double as Java prints it: `1.0`, `0.001`, `1.0E7`, `NaN`. Valid JSON unless it is `NaN` or infinite.
pub(crate) fn double_text(value: f64) -> String {
    shortest::text(value)
}

/// A single as Java prints it. Valid JSON unless it is `NaN` or infinite.
pub(crate) fn float_text(value: f32) -> String {
    shortest::text(value)
}

/// A floating-point number by the way it is written.
enum Floating<'a> {
    NotANumber,
    Infinite {
        negative: bool,
    },
    /// Sign and digits, in a form that Rust reads as well.
    Decimal(&'a str),
    Hexadecimal(f64),
}

impl<'a> Floating<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let text = text.trim_matches(|character| character <= ' ');
        let (negative, unsigned) = unsign(text);
        match unsigned {
            "NaN" => return Some(Self::NotANumber),
            "Infinity" => return Some(Self::Infinite { negative }),
            _ => {}
        }
        let signed = text.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(text);
        if Decimal::of(signed).is_some() {
            return Some(Self::Decimal(signed));
        }
        hexadecimal(signed).map(Self::Hexadecimal)
    }
}

/// The parts of a decimal of ASCII digits; at least one digit stands before or behind the point.
struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    /// With its sign; empty if there is none.
    exponent: &'a str,
}

impl<'a> Decimal<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (negative, unsigned) = unsign(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let digits = unsign(exponent).1;
                if digits.is_empty() || !are_digits(digits) {
                    return None;
                }
                (mantissa, exponent)
            }
            None => (unsigned, ""),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let has_digits = !whole.is_empty() || !fraction.is_empty();
        (has_digits && are_digits(whole) && are_digits(fraction)).then_some(Self { negative, whole, fraction, exponent })
    }
}

/// A hexadecimal number of at most 16 digits and with the exponent that Java insists on: `0x1.8p3`.
fn hexadecimal(text: &str) -> Option<f64> {
    let (negative, unsigned) = unsign(text);
    let (mantissa, exponent) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X"))?.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let significand = u64::from_str_radix(&digits, 16).ok()?;
    let exponent = exponent.parse::<i32>().ok()?.checked_sub(4 * i32::try_from(fraction.len()).ok()?)?;
    // In two steps, because the power alone may be no double where the number is one.
    #[expect(clippy::cast_precision_loss, reason = "it is rounded to what a double holds")]
    let magnitude = significand as f64 * 2_f64.powi(exponent / 2) * 2_f64.powi(exponent - exponent / 2);
    Some(if negative { -magnitude } else { magnitude })
}

/// Whether it begins with a minus, and what stands behind its sign.
fn unsign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longs_are_decimal_or_hexadecimal_integers_of_64_bits() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("+12", Some(12)),
            ("-5", Some(-5)),
            ("0042", Some(42)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("-9223372036854775809", None),
            ("0x1f", Some(31)),
            ("-0xFF", Some(-255)),
            ("0x7fffffffffffffff", Some(i64::MAX)),
            ("-0x8000000000000000", Some(i64::MIN)),
            ("0x8000000000000000", None),
            ("0x٣", None),
            ("٤٢", None),
            ("４2", None),
            ("0X1f", None),
            ("+0x1f", None),
            ("0x", None),
            ("-0x", None),
            ("0x-1", None),
            ("0x+1", None),
            ("#1f", None),
            ("", None),
            ("+", None),
            ("-", None),
            ("--1", None),
            (" 1", None),
            ("1 ", None),
            ("1.0", None),
            ("1E2", None),
            ("1_000", None),
            ("true", None),
        ] {
            assert_eq!(long(text), expected, "{text:?}");
        }
    }

    #[test]
    fn lenient_longs_may_be_written_as_decimals() {
        for (text, expected) in [
            ("7", Some(7)),
            ("0x10", Some(16)),
            ("3.0", Some(3)),
            ("-3.000", Some(-3)),
            ("1E2", Some(100)),
            ("1.5e1", Some(15)),
            ("300e-2", Some(3)),
            ("3.", Some(3)),
            ("-0.0", Some(0)),
            ("0E999999999999999999999", Some(0)),
            ("9.223372036854775807E18", Some(i64::MAX)),
            ("-9.223372036854775808E18", Some(i64::MIN)),
            ("9.223372036854775808E18", None),
            ("1E19", None),
            ("1E99999999999999999999", None),
            ("1.5", None),
            ("1E-1", None),
            ("12e-9223372036854775808", None),
            (".", None),
            ("1e", None),
            ("", None),
            ("NaN", None),
            (" 3.0", None),
            ("3.0f", None),
        ] {
            assert_eq!(lenient_long(text), expected, "{text:?}");
        }
    }

    #[test]
    fn floating_point_numbers_are_read_as_java_does() {
        for (text, expected) in [
            ("1.5", Some(1.5)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("+1e3", Some(1000.0)),
            ("-1E-3", Some(-0.001)),
            ("1d", Some(1.0)),
            ("2.5F", Some(2.5)),
            (" \t\n1\u{1}", Some(1.0)),
            ("0x1p3", Some(8.0)),
            ("-0x.8P+1f", Some(-1.0)),
            ("0x1.p-1", Some(0.5)),
            ("-0xap-1", Some(-5.0)),
            ("0x1.8p-1074", Some(f64::from_bits(2))),
            ("0x1.fffffffffffffp1023", Some(f64::MAX)),
            ("0x1p1024", Some(f64::INFINITY)),
            ("0x1p-1100", Some(0.0)),
            ("0x0000000000000000000001p0", Some(1.0)),
            ("0x1.00000000000000000p0", None),
            ("0x1p99999999999", None),
            ("0x+1p0", None),
            ("0x1p", None),
            ("1e400", Some(f64::INFINITY)),
            ("1e-400", Some(0.0)),
            ("Infinity", Some(f64::INFINITY)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("+Infinity", Some(f64::INFINITY)),
            ("4.9e-324", Some(f64::from_bits(1))),
            ("", None),
            ("  ", None),
            (".", None),
            ("e5", None),
            ("1e", None),
            ("1e+", None),
            ("1e5.0", None),
            ("1 d", None),
            ("1fd", None),
            ("0x1", None),
            ("0x1.8", None),
            ("0xp1", None),
            ("0x.p1", None),
            ("infinity", None),
            ("INFINITY", None),
            ("inf", None),
            ("nan", None),
            ("Infinityd", None),
            ("NaNf", None),
            ("٣", None),
            ("\u{a0}1", None),
            ("1,5", None),
            ("[1.5]", None),
        ] {
            assert_eq!(double(text), expected, "{text:?}");
            assert_eq!(float(text).is_some(), expected.is_some(), "{text:?}");
        }
        for text in ["NaN", "-NaN", "+NaN"] {
            assert!(double(text).is_some_and(f64::is_nan) && float(text).is_some_and(f32::is_nan), "{text:?}");
        }
        assert!(double("-0").is_some_and(|zero| zero == 0.0 && zero.is_sign_negative()));
    }

    #[test]
    fn singles_are_rounded_once() {
        // Halfway between two singles but for a digit that a double cannot hold.
        assert_eq!(float("1.00000017881393432617187499"), Some(1.0000001));
        assert_eq!(float("1.00000017881393432617187501"), Some(1.0000002));
        assert_eq!(float("3.4028236e38"), Some(f32::INFINITY));
        assert_eq!(float("9.1").map(f64::from), Some(9.100000381469727));
    }
}
