//! Time zones as they stand behind a time of day: offsets and regions, as `java.time` knows them.

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::{Local, Reader};

/// The most that a clock may run ahead of UTC or behind it.
const MOST_SECONDS: u32 = 18 * 60 * 60;

/// Names of the time zone database that `java.time` leaves out.
const LEFT_OUT: [&str; 5] = ["EST", "Factory", "HST", "MST", "ROC"];

/// How local time is turned into UTC.
pub(super) enum Zone {
    /// Seconds ahead of UTC.
    Offset(i32),
    /// Rules that depend on the day.
    Region(TimeZone),
}

impl Zone {
    /// The zone of that name; nothing at all means UTC.
    pub(super) fn of(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [] | b"Z" => Some(Self::Offset(0)),
            [b'+' | b'-', ..] => offset(text).map(Self::Offset),
            _ => named(text),
        }
    }

    /// Seconds ahead of UTC at that local time. Where the clock was set back the first of both times counts, where it was set forward the time is moved on by
    /// as much: in both cases the offset from before the change.
    pub(super) fn offset_at(&self, local: &Local) -> i32 {
        match self {
            Self::Offset(seconds) => *seconds,
            Self::Region(rules) => offset_before_change(rules, local).unwrap_or(0),
        }
    }
}

fn offset_before_change(rules: &TimeZone, local: &Local) -> Option<i32> {
    let date = civil::Date::new(local.year.try_into().ok()?, local.month.try_into().ok()?, local.day.try_into().ok()?).ok()?;
    let time = civil::Time::new(local.hour.try_into().ok()?, local.minute.try_into().ok()?, local.second.try_into().ok()?, 0).ok()?;
    let offset = match rules.to_ambiguous_timestamp(date.to_datetime(time)).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
    };
    Some(offset.seconds())
}

/// A region, or an offset behind the name of UTC.
fn named(text: &str) -> Option<Zone> {
    for prefix in ["UTC", "GMT", "UT"] {
        let Some(rest) = text.strip_prefix(prefix) else { continue };
        return match rest.as_bytes() {
            [] => Some(Zone::Offset(0)),
            [b'+' | b'-', ..] => offset(rest).or_else(|| offset_of_one_digit(rest)).map(Zone::Offset),
            _ => region(text),
        };
    }
    region(text)
}

/// `jiff` finds names in any letter case; only the database's own counts.
fn region(name: &str) -> Option<Zone> {
    if LEFT_OUT.contains(&name) {
        return None;
    }
    let rules = TimeZone::get(name).ok()?;
    (rules.iana_name() == Some(name)).then_some(Zone::Region(rules))
}

/// `±hh`, `±hhmm`, `±hh:mm`, `±hhmmss` or `±hh:mm:ss`.
fn offset(text: &str) -> Option<i32> {
    let mut reader = Reader { rest: text };
    let ahead = sign(&mut reader)?;
    let mut seconds = reader.digits(2)? * 60 * 60;
    let colons = reader.rest.starts_with(':');
    for unit in [60, 1] {
        if reader.rest.is_empty() {
            break;
        }
        if colons {
            reader.step(':')?;
        }
        let value = reader.digits(2)?;
        if value > 59 {
            return None;
        }
        seconds += value * unit;
    }
    if !reader.rest.is_empty() || seconds > MOST_SECONDS {
        return None;
    }
    Some(ahead * i32::try_from(seconds).ok()?)
}

/// `±h`
fn offset_of_one_digit(text: &str) -> Option<i32> {
    let mut reader = Reader { rest: text };
    let ahead = sign(&mut reader)?;
    let hours = i32::try_from(reader.digits(1)?).ok()?;
    reader.rest.is_empty().then_some(ahead * hours * 60 * 60)
}

fn sign(reader: &mut Reader<'_>) -> Option<i32> {
    reader.step('+').map(|()| 1).or_else(|| reader.step('-').map(|()| -1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_in_all_forms() {
        for (text, expected) in [
            ("", Some(0)),
            ("Z", Some(0)),
            ("+01", Some(3600)),
            ("-01", Some(-3600)),
            ("+0130", Some(5400)),
            ("+01:30", Some(5400)),
            ("-013015", Some(-5415)),
            ("+01:30:15", Some(5415)),
            ("+18", Some(64800)),
            ("-18:00:00", Some(-64800)),
            ("UTC", Some(0)),
            ("GMT+02:00", Some(7200)),
            ("UT-0215", Some(-8100)),
            ("UTC+5", Some(18000)),
            ("GMT-0", Some(0)),
            ("+1", None),
            ("+", None),
            ("+1:00", None),
            ("+01:3", None),
            ("+01:30:", None),
            ("+01:3015", None),
            ("+0130:15", None),
            ("+01301", None),
            ("+0130150", None),
            ("+18:00:01", None),
            ("+19", None),
            ("+00:60", None),
            ("+00:90", None),
            ("+00:00:60", None),
            ("UTC+5:30", None),
            ("UTC+", None),
            ("GMT 1", None),
            ("UTC+19", None),
        ] {
            let found = match Zone::of(text) {
                Some(Zone::Offset(seconds)) => Some(seconds),
                Some(Zone::Region(_)) => panic!("{text} is no region"),
                None => None,
            };
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn regions_are_those_of_java_time() {
        for name in [
            "Europe/Paris",
            "US/Pacific",
            "Asia/Calcutta",
            "America/Argentina/ComodRivadavia",
            "Etc/GMT+5",
            "Etc/UTC",
            "GMT0",
            "UCT",
            "Zulu",
            "CET",
            "EST5EDT",
            "PRC",
            "ROK",
            "NZ-CHAT",
            "W-SU",
        ] {
            assert!(matches!(Zone::of(name), Some(Zone::Region(_))), "{name}");
        }
        for name in
            ["EST", "MST", "HST", "ROC", "Factory", "europe/paris", "EUROPE/PARIS", "Europe/Pari", "Mars/Base", "z", "utc", "PST", "UTCx", "Europe/Paris "]
        {
            assert!(Zone::of(name).is_none(), "{name}");
        }
    }
}
