//! Dates, read in the forms that Azure sends and written in one: UTC with three digits of fraction, `2023-05-09T13:19:49.338Z`.

mod iso;
mod us;
mod zone;

use core::fmt;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};

/// Reads ISO 8601: `yyyy[-MM[-dd[T[HH[:mm[:ss[.f]]]]]]]` and a zone behind any time of day. What is missing is the least possible, a missing zone is UTC.
pub(crate) fn iso(text: &str) -> Result<Stamp, DateFault> {
    match usual(text) {
        Some(stamp) => Ok(stamp),
        None => iso::read(text).map(Stamp::of),
    }
}

/// The form in which nearly all dates come, `yyyy-MM-ddTHH:mm:ss[.f]Z`; `None` for any other, and for a day that is not in the calendar.
fn usual(text: &str) -> Option<Stamp> {
    let (head, tail) = text.as_bytes().split_first_chunk::<19>()?;
    let fraction = match tail {
        [b'Z'] => &[],
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) => digits,
        _ => return None,
    };
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', hour @ .., b':', n1, n2, b':', s1, s2] = *head else { return None };
    let two = |tens: u8, ones: u8| (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'));
    let year = i32::try_from(two(y1, y2)? * 100 + two(y3, y4)?).ok()?;
    let [month, day, hour, minute, second] = [two(m1, m2)?, two(d1, d2)?, two(hour[0], hour[1])?, two(n1, n2)?, two(s1, s2)?];
    let local = Local { year, month, day, hour, minute, second, millisecond: 0 };
    if year == 0 || hour > 23 || minute > 59 || second > 59 || !local.exists() {
        return None;
    }
    let mut stamp = Stamp { bytes: [0; Stamp::LONGEST], length: "yyyy-MM-ddTHH:mm:ss.SSSZ".len() };
    stamp.bytes[..19].copy_from_slice(head);
    stamp.bytes[19..24].copy_from_slice(b".000Z");
    for (place, digit) in stamp.bytes[20..23].iter_mut().zip(fraction) {
        *place = *digit;
    }
    Some(stamp)
}

/// Reads `M/d/yyyy h:mm:ss a` in UTC.
pub(crate) fn us(text: &str) -> Result<Stamp, DateFault> {
    us::read(text).map(Stamp::of)
}

/// A time by its milliseconds since 1970.
pub(crate) fn from_millis(millis: u64) -> Stamp {
    let latest = DateTime::<Utc>::MAX_UTC.timestamp_millis();
    let millis = i64::try_from(millis).map_or(latest, |millis| millis.min(latest));
    let utc = DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::<Utc>::MAX_UTC).naive_utc();
    Stamp::of(Local {
        year: utc.year(),
        month: utc.month(),
        day: utc.day(),
        hour: utc.hour(),
        minute: utc.minute(),
        second: utc.second(),
        millisecond: utc.and_utc().timestamp_subsec_millis(),
    })
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateFault {
    /// It is not written like one.
    Form,
    /// It is, but there is no such day or time.
    Calendar,
}

impl fmt::Display for DateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not written like a date",
            Self::Calendar => "no such day or time in the calendar",
        })
    }
}

/// The text of a date in UTC, held without an allocation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    bytes: [u8; Self::LONGEST],
    length: usize,
}

impl Stamp {
    /// That of a year of nine digits.
    const LONGEST: usize = "+999999999-12-31T23:59:59.999Z".len();

    fn of(local: Local) -> Self {
        let mut stamp = Self { bytes: [0; Self::LONGEST], length: 0 };
        // The reference writes the year of the era and leaves the era out.
        let year = if local.year > 0 { local.year.unsigned_abs() } else { local.year.abs_diff(1) };
        if year > 9999 {
            stamp.push(b'+');
        }
        stamp.number(year, 4);
        for (separator, value, width) in [
            (b'-', local.month, 2),
            (b'-', local.day, 2),
            (b'T', local.hour, 2),
            (b':', local.minute, 2),
            (b':', local.second, 2),
            (b'.', local.millisecond, 3),
        ] {
            stamp.push(separator);
            stamp.number(value, width);
        }
        stamp.push(b'Z');
        stamp
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.length]).expect("only ASCII is pushed")
    }

    fn number(&mut self, value: u32, least_width: u32) {
        let width = value.checked_ilog10().map_or(1, |log| log + 1).max(least_width);
        for place in (0..width).rev() {
            let digit = u8::try_from(value / 10_u32.pow(place) % 10).expect("a digit");
            self.push(b'0' + digit);
        }
    }

    fn push(&mut self, byte: u8) {
        self.bytes[self.length] = byte;
        self.length += 1;
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A day and a time of day, as a calendar and a clock show them.
#[derive(Debug, Clone, Copy)]
struct Local {
    /// As astronomers count: the year before 1 is 0.
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    millisecond: u32,
}

impl Local {
    /// Whether the month has that day. The other parts are limited where they are read.
    fn exists(&self) -> bool {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let last = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (1..=12).contains(&self.month) && (1..=last).contains(&self.day)
    }

    /// The same moment in UTC, where the clock runs `offset` seconds ahead of it.
    fn to_utc(self, offset: i32) -> Option<Self> {
        if offset == 0 {
            return Some(self);
        }
        let clock = NaiveDate::from_ymd_opt(self.year, self.month, self.day)?.and_hms_opt(self.hour, self.minute, self.second)?;
        let utc = clock.checked_sub_signed(TimeDelta::seconds(offset.into()))?;
        Some(Self {
            year: utc.year(),
            month: utc.month(),
            day: utc.day(),
            hour: utc.hour(),
            minute: utc.minute(),
            second: utc.second(),
            millisecond: self.millisecond,
        })
    }
}

/// Reads ASCII from the front of a text.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Steps over that character, if it comes next.
    fn step(&mut self, expected: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    /// Exactly that many digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(count)?;
        let mut value = 0;
        for byte in digits.bytes() {
            value = value * 10 + char::from(byte).to_digit(10)?;
        }
        self.rest = rest;
        Some(value)
    }

    /// All digits that come next; at least one.
    fn run_of_digits(&mut self) -> Option<&'a str> {
        let end = self.rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!digits.is_empty()).then_some(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Stamp, iso, usual};

    #[test]
    fn the_usual_form_is_read_as_any_other() {
        let mut usuals = 0;
        for day in ["2023-05-09", "0001-01-01", "0000-02-29", "2024-02-29", "2023-02-29", "2023-13-01", "2023-00-10", "9999-12-31", "2023-1-012", "20x3-01-01"]
        {
            for time in ["00:00:00", "23:59:59", "24:00:00", "08:60:00", "08:09:60", "8:09:10:", "08:0a:10", "08-09-10"] {
                for tail in ["Z", ".3Z", ".3381028Z", ".123456789Z", ".1234567890Z", ".Z", "", ".5", ".3Zz", "+01:00", ".33é"] {
                    let text = format!("{day}T{time}{tail}");
                    if let Some(stamp) = usual(&text) {
                        usuals += 1;
                        assert_eq!(iso::read(&text).map(Stamp::of), Ok(stamp), "{text}");
                    }
                }
            }
        }
        assert_eq!(usuals, 4 * 2 * 4);
        assert_eq!(iso("2023-05-09T13:19:49.3381028Z").as_ref().map(Stamp::as_str), Ok("2023-05-09T13:19:49.338Z"));
    }
}
