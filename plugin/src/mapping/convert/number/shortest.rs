//! Java's text of a floating-point number: the fewest digits that read back the same, plain near one and with an exponent elsewhere.

use core::fmt::LowerExp;
use core::str::FromStr;

/// The text of a single or a double.
pub(super) fn text<F: LowerExp + FromStr + PartialEq>(value: F) -> String {
    let shortest = format!("{value:e}");
    match places(&shortest) {
        Some(places) => {
            // Java prints at least two digits, and of all texts of a length the one nearest to the value, in a tie the even one.
            let nearest = format!("{value:.places$e}");
            let same = nearest.parse().is_ok_and(|nearest: F| nearest == value);
            layout(if same { &nearest } else { &shortest })
        }
        None => shortest.replace("inf", "Infinity"),
    }
}

/// How many digits to print behind the point; `None` if it is no finite number.
fn places(scientific: &str) -> Option<usize> {
    let (mantissa, _) = scientific.split_once('e')?;
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    Some(digits.max(2) - 1)
}

/// Puts the point where Java has it. There is one digit before it to begin with.
fn layout(scientific: &str) -> String {
    let (sign, unsigned) = scientific.strip_prefix('-').map_or(("", scientific), |unsigned| ("-", unsigned));
    let (mantissa, exponent) = unsigned.split_once('e').expect("it is written with an exponent");
    let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    match exponent.parse::<i32>().expect("exponents are decimal") {
        below @ -3..=-1 => {
            let zeros = "0".repeat(usize::try_from(-1 - below).expect("at most two"));
            let rest = if rest == "0" { "" } else { rest };
            format!("{sign}0.{zeros}{first}{rest}")
        }
        above @ 0..=6 => {
            let whole = usize::try_from(above).expect("at most six");
            let padded = format!("{rest:0<width$}", width = whole + 1);
            let (whole, fraction) = padded.split_at(whole);
            format!("{sign}{first}{whole}.{fraction}")
        }
        _ => format!("{sign}{first}.{rest}E{exponent}"),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn the_fewest_digits_are_printed_and_the_nearest_of_them() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-38.5, "-38.5"),
            (100.0, "100.0"),
            (0.001, "0.001"),
            (0.00099, "9.9E-4"),
            (0.0001, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
            (9_999_999.999, "9999999.999"),
            (1e7, "1.0E7"),
            (12_345_678.0, "1.2345678E7"),
            (1e21, "1.0E21"),
            (2e23, "2.0E23"),
            (0.1 + 0.2, "0.30000000000000004"),
            (9.100000381469727, "9.100000381469727"),
            (f64::from_bits(0xc31e_06c6_afaf_1c15), "-2.1129249305249332E15"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
            (f64::from_bits(1), "4.9E-324"),
            (f64::from_bits(2), "9.9E-324"),
            (f64::from_bits(3), "1.5E-323"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(text(value), expected);
        }
        for (value, expected) in [
            (9.1, "9.1"),
            (10.0, "10.0"),
            (f32::from_bits(0x4049_0fdb), "3.1415927"),
            (1e10, "1.0E10"),
            (3.0, "3.0"),
            (f32::from_bits(0x4725_7050), "42352.312"),
            (f32::from_bits(0x3980_0000), "2.4414062E-4"),
            (f32::MAX, "3.4028235E38"),
            (f32::from_bits(1), "1.4E-45"),
            (f32::NAN, "NaN"),
            (f32::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(text(value), expected);
        }
    }
}
