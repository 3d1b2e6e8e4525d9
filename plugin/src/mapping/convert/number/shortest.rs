//! Java's text of a floating-point number: the shortest digits that read back the same, plain near one and with an exponent elsewhere.

use core::fmt::LowerExp;
use core::str::FromStr;

/// The text of a single or a double.
pub(super) fn text<F: LowerExp + FromStr + PartialEq>(value: F) -> String {
    let scientific = format!("{value:e}");
    let (sign, unsigned) = scientific.strip_prefix('-').map_or(("", scientific.as_str()), |rest| ("-", rest));
    let Some((mantissa, exponent)) = unsigned.split_once('e') else {
        return format!("{sign}{}", if unsigned == "inf" { "Infinity" } else { "NaN" });
    };
    // Of two digits, which is the least that Java prints, the nearest are wanted: 4.9E-324 rather than 5.0E-324.
    let nearest = format!("{value:.1e}");
    if mantissa.len() == 1 && nearest != scientific && nearest.parse().is_ok_and(|same: F| same == value) {
        let unsigned = nearest.trim_start_matches('-');
        if let Some((mantissa, exponent)) = unsigned.split_once('e') {
            return layout(sign, mantissa, exponent);
        }
    }
    layout(sign, mantissa, exponent)
}

/// Puts the point where it belongs; `mantissa` has one digit before it.
fn layout(sign: &str, mantissa: &str, exponent: &str) -> String {
    let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let or_zero = |digits: &str| if digits.is_empty() { "0".to_owned() } else { digits.to_owned() };
    match exponent.parse::<i32>().expect("Rust writes a decimal exponent") {
        below @ -3..=-1 => {
            let zeros = "0".repeat(usize::try_from(-1 - below).expect("at most two"));
            let rest = if rest == "0" { "" } else { rest };
            format!("{sign}0.{zeros}{first}{rest}")
        }
        above @ 0..=6 => {
            let places = usize::try_from(above).expect("at most six");
            let whole = rest.get(..places).map_or_else(|| format!("{rest:0<places$}"), str::to_owned);
            format!("{sign}{first}{whole}.{}", or_zero(rest.get(places..).unwrap_or("")))
        }
        _ => format!("{sign}{first}.{}E{exponent}", or_zero(rest)),
    }
}
