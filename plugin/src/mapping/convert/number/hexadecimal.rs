//! Hexadecimal floating-point numbers: `0x1.8p3`, rounded to the nearest, ties to even.

/// A number that is read but not rounded: its value is `significand` times two to the power of `exponent`, and a bit more if `inexact`.
pub(super) struct Hexadecimal {
    negative: bool,
    /// With its highest bit set, or zero.
    significand: u64,
    exponent: i64,
    inexact: bool,
}

/// The layout of a binary floating-point type.
struct Layout {
    mantissa_bits: u32,
    /// The exponent of the smallest normal number.
    lowest: i64,
    /// The exponent of the largest number.
    highest: i64,
}

const SINGLE: Layout = Layout { mantissa_bits: 23, lowest: -126, highest: 127 };
const DOUBLE: Layout = Layout { mantissa_bits: 52, lowest: -1022, highest: 1023 };

/// No exponent beyond this makes a difference, and sums of two of them do not overflow.
const FAR: i64 = 1 << 60;

impl Hexadecimal {
    /// Reads sign, `0x`, digits with an optional point, and the exponent that Java insists on.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (negative, unsigned) = super::unsign(text);
        let (mantissa, exponent) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X"))?.split_once(['p', 'P'])?;
        let (down, power) = super::unsign(exponent);
        if power.is_empty() || !super::are_digits(power) {
            return None;
        }
        let power = power.parse::<i64>().unwrap_or(FAR).min(FAR);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        // A point needs a digit behind it unless there is one before it.
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut number = Self { negative, significand: 0, exponent: if down { -power } else { power }, inexact: false };
        for digit in whole.chars() {
            number.push(digit.to_digit(16)?, 4);
        }
        for digit in fraction.chars() {
            number.push(digit.to_digit(16)?, 0);
        }
        if number.significand != 0 {
            let unused = number.significand.leading_zeros();
            number.significand <<= unused;
            number.exponent -= i64::from(unused);
        }
        Some(number)
    }

    /// Appends a digit. `growth` is by how many bits it makes the number longer: four before the point, none behind it.
    fn push(&mut self, digit: u32, growth: i64) {
        if self.significand >> 60 == 0 {
            self.significand = self.significand << 4 | u64::from(digit);
            self.exponent += growth - 4;
        } else {
            self.inexact |= digit != 0;
            self.exponent += growth;
        }
    }

    pub(super) fn double(&self) -> f64 {
        let magnitude = f64::from_bits(self.round(&DOUBLE));
        if self.negative { -magnitude } else { magnitude }
    }

    pub(super) fn single(&self) -> f32 {
        let bits = u32::try_from(self.round(&SINGLE)).expect("a single has 32 bits");
        let magnitude = f32::from_bits(bits);
        if self.negative { -magnitude } else { magnitude }
    }

    /// The bits of the nearest number of that layout, without a sign.
    fn round(&self, layout: &Layout) -> u64 {
        let infinity = u64::try_from(layout.highest - layout.lowest + 2).expect("the highest is the larger") << layout.mantissa_bits;
        let leading = self.exponent + 63;
        if self.significand == 0 {
            return 0;
        }
        if leading > layout.highest {
            return infinity;
        }
        // Below the smallest normal number bits are lost one by one.
        let lost = (layout.lowest - leading).max(0);
        let kept_bits = i64::from(layout.mantissa_bits) + 1 - lost;
        if kept_bits < 0 {
            return 0;
        }
        let shift = u32::try_from(64 - kept_bits).expect("between 11 and 64 bits go");
        let kept = self.significand.checked_shr(shift).unwrap_or(0);
        let half = 1_u64 << (shift - 1);
        let rest = self.significand & (half | (half - 1));
        let up = rest > half || (rest == half && (self.inexact || kept & 1 == 1));
        // The hidden bit adds one to the biased exponent, and so does a carry out of the mantissa.
        let biased = if lost > 0 { 0 } else { u64::try_from(leading - layout.lowest).expect("not below the lowest") };
        (biased << layout.mantissa_bits) + kept + u64::from(up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_rounded_to_even() {
        for (text, expected) in [
            ("0x0p0", 0.0),
            ("0x1p0", 1.0),
            ("0X1.8P1", 3.0),
            ("-0xap-1", -5.0),
            ("0x00000000000000000000001p0", 1.0),
            ("0x10000000000000000000000000p-100", 1.0),
            ("0x0.00000000000000000000000001p104", 1.0),
            ("0x1.fffffffffffffp1023", f64::MAX),
            ("0x1.fffffffffffff7p1023", f64::MAX),
            ("0x1.fffffffffffff8p1023", f64::INFINITY),
            ("0x1p1024", f64::INFINITY),
            ("0x1p99999999999999999999", f64::INFINITY),
            ("0x1p-99999999999999999999", 0.0),
            ("0x0p99999999999999999999", 0.0),
            ("0x1p-1022", f64::MIN_POSITIVE),
            ("0x1p-1074", f64::from_bits(1)),
            ("0x1p-1075", 0.0),
            ("0x1.00000000000000000001p-1075", f64::from_bits(1)),
            ("0x1.8p-1074", f64::from_bits(2)),
            ("0x0.fffffffffffff8p-1022", f64::MIN_POSITIVE),
            ("0x1.00000000000008p0", 1.0),
            ("0x1.000000000000080000000001p0", 1.0 + f64::EPSILON),
            ("0x1.00000000000018p0", 1.0 + 2.0 * f64::EPSILON),
        ] {
            assert_eq!(Hexadecimal::of(text).unwrap().double(), expected, "{text}");
        }
    }

    #[test]
    fn singles_are_rounded_once() {
        for (text, expected) in [
            ("0x1.000001p0", 1.0),
            ("0x1.00000100000000000000001p0", 1.0 + f32::EPSILON),
            ("0x1.fffffep127", f32::MAX),
            ("0x1.ffffffp127", f32::INFINITY),
            ("0x1p-149", f32::from_bits(1)),
            ("0x1p-150", 0.0),
            ("0x1.8p-150", f32::from_bits(1)),
            ("-0x1p-127", -f32::from_bits(1 << 22)),
        ] {
            assert_eq!(Hexadecimal::of(text).unwrap().single(), expected, "{text}");
        }
    }
}
