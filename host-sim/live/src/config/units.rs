//! Durations and sizes, each a whole number with its unit.

use std::time::Duration;

/// Units of time, in milliseconds.
const TIMES: [(&str, u64); 5] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Units of size, in bytes.
const SIZES: [(&str, u64); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// What is wrong with a quantity, and what to write.
pub(super) type Mistake = (&'static str, String);

pub(super) fn duration(text: &str) -> Result<Duration, Mistake> {
    let wanted = "a duration is written like `500ms`, `30s`, `15m`, `24h` or `7d`";
    quantity(text, &TIMES, wanted).map(Duration::from_millis)
}

pub(super) fn size(text: &str) -> Result<u64, Mistake> {
    quantity(text, &SIZES, "a size is written like `64KiB` or `5MiB`")
}

fn quantity(text: &str, units: &[(&str, u64)], wanted: &str) -> Result<u64, Mistake> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(("is no number with a unit", wanted.to_owned()));
    }
    let names = || units.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if unit.is_empty() {
        return Err(("says no unit", format!("one of {} is missing; {wanted}", names())));
    }
    let Some((_, factor)) = units.iter().find(|(name, _)| *name == unit) else {
        return Err(("has a unit that is not known", format!("the units are {}; {wanted}", names())));
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor)).ok_or_else(|| ("is too large", wanted.to_owned()))
}

/// A duration as it is written, in the largest unit that leaves no rest.
pub(super) fn shown_duration(duration: Duration) -> String {
    let all = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    // A day is `24h`, as everybody writes it.
    let written = |(name, factor): &(&str, u64)| {
        if *name == "d" && all / factor < 2 { None } else { (all >= *factor && all.is_multiple_of(*factor)).then(|| format!("{}{name}", all / factor)) }
    };
    TIMES.iter().rev().find_map(written).unwrap_or_else(|| format!("{all}ms"))
}

/// A size as it is written, in the largest unit that leaves no rest.
pub(super) fn shown_size(size: u64) -> String {
    let written = |(name, factor): &(&str, u64)| (size >= *factor && size.is_multiple_of(*factor)).then(|| format!("{}{name}", size / factor));
    SIZES.iter().rev().find_map(written).unwrap_or_else(|| format!("{size}B"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{duration, shown_duration, shown_size, size};

    #[test]
    fn a_duration_has_a_unit() {
        for (text, expected) in [("500ms", 500), ("30s", 30_000), ("15m", 900_000), ("24h", 86_400_000), ("7d", 604_800_000), ("0s", 0)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(expected)), "{text}");
        }
        for (text, why) in [
            ("30", "says no unit"),
            ("", "is no number with a unit"),
            ("-1s", "is no number with a unit"),
            ("1.5h", "has a unit that is not known"),
            ("5M", "has a unit that is not known"),
            ("1h30m", "has a unit that is not known"),
            ("99999999999999999999s", "is too large"),
            ("999999999999999999d", "is too large"),
        ] {
            assert_eq!(duration(text).expect_err("it is wrong").0, why, "{text}");
        }
    }

    #[test]
    fn a_size_has_a_unit() {
        for (text, expected) in [("64KiB", 65_536), ("5MiB", 5_242_880), ("1GiB", 1_073_741_824), ("12B", 12)] {
            assert_eq!(size(text), Ok(expected), "{text}");
        }
        for (text, why) in
            [("5", "says no unit"), ("5MB", "has a unit that is not known"), ("5 MiB", "has a unit that is not known"), ("MiB", "is no number with a unit")]
        {
            assert_eq!(size(text).expect_err("it is wrong").0, why, "{text}");
        }
    }

    #[test]
    fn what_is_shown_is_what_is_written() {
        for text in ["500ms", "30s", "15m", "24h", "7d", "90s", "1500ms", "12h"] {
            assert_eq!(duration(text).map(shown_duration).as_deref(), Ok(text));
        }
        for text in ["64KiB", "5MiB", "1GiB", "1000B"] {
            assert_eq!(size(text).map(shown_size).as_deref(), Ok(text));
        }
    }
}
