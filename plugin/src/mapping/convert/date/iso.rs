//! ISO 8601, from a year alone to nanoseconds, with an offset or a region.

use super::zone::Zone;
use super::{DateFault, Local, Reader};

/// The moment in UTC; digits beyond milliseconds are cut off.
pub(super) fn read(text: &str) -> Result<Local, DateFault> {
    let (before, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut reader = Reader { rest: unsigned };
    let mut local = local(&mut reader).ok_or(DateFault::Form)?;
    if before {
        local.year = -local.year;
    }
    let zone = Zone::of(reader.rest).ok_or(DateFault::Form)?;
    if !local.exists() {
        return Err(DateFault::Calendar);
    }
    local.to_utc(zone.offset_at(&local)).ok_or(DateFault::Calendar)
}

/// Reads up to the zone.
fn local(reader: &mut Reader<'_>) -> Option<Local> {
    let year = i32::try_from(reader.digits(4)?).ok()?;
    let mut local = Local { year, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 };
    if reader.rest.is_empty() {
        return Some(local);
    }
    reader.step('-')?;
    local.month = up_to(12, reader.digits(2)?)?;
    if reader.rest.is_empty() {
        return Some(local);
    }
    reader.step('-')?;
    local.day = up_to(31, reader.digits(2)?)?;
    if reader.rest.is_empty() {
        return Some(local);
    }
    reader.step('T')?;
    if reader.rest.is_empty() {
        return Some(local);
    }
    local.hour = up_to(23, reader.digits(2)?)?;
    if is_at_zone(reader) {
        return Some(local);
    }
    reader.step(':')?;
    local.minute = up_to(59, reader.digits(2)?)?;
    if is_at_zone(reader) {
        return Some(local);
    }
    reader.step(':')?;
    local.second = up_to(59, reader.digits(2)?)?;
    if is_at_zone(reader) {
        return Some(local);
    }
    reader.step('.').or_else(|| reader.step(','))?;
    local.millisecond = milliseconds(reader.run_of_digits()?)?;
    is_at_zone(reader).then_some(local)
}

fn up_to(most: u32, value: u32) -> Option<u32> {
    (value <= most).then_some(value)
}

/// Whether the text ends here or goes on with a zone.
fn is_at_zone(reader: &Reader<'_>) -> bool {
    reader.rest.bytes().next().is_none_or(|byte| matches!(byte, b'+' | b'-') || byte.is_ascii_alphabetic())
}

/// The first three of one to nine digits of a fraction.
fn milliseconds(fraction: &str) -> Option<u32> {
    if fraction.len() > 9 {
        return None;
    }
    let mut digits = fraction.bytes();
    let mut value = 0;
    for _ in 0..3 {
        value = value * 10 + u32::from(digits.next().unwrap_or(b'0') - b'0');
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::super::{DateFault, Stamp, iso};

    fn check(text: &str, expected: &str) {
        assert_eq!(iso(text).as_ref().map(Stamp::as_str), Ok(expected), "{text:?}");
    }

    #[test]
    fn missing_parts_are_the_least_possible() {
        check("2023", "2023-01-01T00:00:00.000Z");
        check("2023-06", "2023-06-01T00:00:00.000Z");
        check("2023-06-17", "2023-06-17T00:00:00.000Z");
        check("2023-06-17T", "2023-06-17T00:00:00.000Z");
        check("2023-06-17T08", "2023-06-17T08:00:00.000Z");
        check("2023-06-17T08Z", "2023-06-17T08:00:00.000Z");
        check("2023-06-17T08:09", "2023-06-17T08:09:00.000Z");
        check("2023-06-17T08:09+01", "2023-06-17T07:09:00.000Z");
        check("2023-06-17T08:09:10", "2023-06-17T08:09:10.000Z");
    }

    #[test]
    fn fractions_are_cut_to_milliseconds() {
        check("2023-06-17T08:09:10.3381028Z", "2023-06-17T08:09:10.338Z");
        check("2023-06-17T08:09:10.9999999Z", "2023-06-17T08:09:10.999Z");
        check("2023-06-17T08:09:10,5", "2023-06-17T08:09:10.500Z");
        check("2023-06-17T08:09:10.01Z", "2023-06-17T08:09:10.010Z");
        check("2023-06-17T08:09:10.123456789Z", "2023-06-17T08:09:10.123Z");
    }

    #[test]
    fn offsets_move_the_day() {
        check("2023-05-09T13:19:49.338+02:00", "2023-05-09T11:19:49.338Z");
        check("2023-12-31T23:30:00-0100", "2024-01-01T00:30:00.000Z");
        check("2024-03-01T00:00:00+00:00:01", "2024-02-29T23:59:59.000Z");
        check("2024-03-01T00:00:00-000030", "2024-03-01T00:00:30.000Z");
        check("2023-06-17T08+18:00", "2023-06-16T14:00:00.000Z");
        check("2023-06-17T08UTC", "2023-06-17T08:00:00.000Z");
        check("2023-06-17T08:09UT+05", "2023-06-17T03:09:00.000Z");
    }

    #[test]
    fn years_lose_their_era() {
        check("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z");
        check("0000-02-29T12:00:00Z", "0001-02-29T12:00:00.000Z");
        check("-0044-03-15", "0045-03-15T00:00:00.000Z");
        check("-0000", "0001-01-01T00:00:00.000Z");
        check("-9999-01-01T00:00+01:00", "+10001-12-31T23:00:00.000Z");
        check("9999-12-31T23:59:59.999-01:00", "+10000-01-01T00:59:59.999Z");
        check("0001-01-01T00:00+01:00", "0001-12-31T23:00:00.000Z");
    }

    #[test]
    fn regions_have_their_rules() {
        check("2023-06-17T12:00:00Europe/Paris", "2023-06-17T10:00:00.000Z");
        check("2023-01-17T12:00:00Europe/Paris", "2023-01-17T11:00:00.000Z");
        check("2050-07-01T12:00US/Pacific", "2050-07-01T19:00:00.000Z");
        check("2023-06-17T12Asia/Calcutta", "2023-06-17T06:30:00.000Z");
        // The hour that clocks skip is taken as if they had not been set yet, the hour they show twice as the first one.
        check("2023-03-26T02:30:00Europe/Paris", "2023-03-26T01:30:00.000Z");
        check("2023-10-29T02:30:00Europe/Paris", "2023-10-29T00:30:00.000Z");
        check("9999-12-31T23:59:59.5America/New_York", "+10000-01-01T04:59:59.500Z");
        check("1850-01-01T00:00:00Europe/Paris", "1849-12-31T23:50:39.000Z");
    }

    #[test]
    fn what_is_not_written_like_a_date_is_refused() {
        for text in [
            "",
            "-",
            "--2023",
            "+2023",
            "123",
            "20230",
            "2023-",
            "2023-6",
            "2023-06-",
            "2023-13-01",
            "2023-06-32",
            "2023/06/17",
            "20230617",
            "2023T10",
            "2023Z",
            "2023-06Z",
            "2023-06-17Z",
            "2023-06-17TZ",
            "2023-06-17 08:09",
            "2023-06-17t08",
            "2023-06-17T8",
            "2023-06-17T24",
            "2023-06-17T08:",
            "2023-06-17T08:60",
            "2023-06-17T08:09:60",
            "2023-06-17T08:09:",
            "2023-06-17T08:09:10.",
            "2023-06-17T08:09:10.Z",
            "2023-06-17T08:09:10.1234567890Z",
            "2023-06-17T08.5",
            "2023-06-17T08:09:10z",
            "2023-06-17T08:09:10ZZ",
            "2023-06-17T08:09:10Z ",
            " 2023-06-17",
            "2023-06-17 ",
            "２０２３",
            "2023-06-17T08:09:10é",
            "1686989350",
            "1686989350123",
            "2023.5",
            "true",
            "{a=2023}",
            "2023-06-17T08:09:10Zulu1",
        ] {
            assert_eq!(iso(text), Err(DateFault::Form), "{text:?}");
        }
    }

    #[test]
    fn days_that_are_not_in_the_calendar_are_refused() {
        for text in ["2023-00-10", "2023-01-00", "2023-02-29", "2023-04-31T10:00Z", "1900-02-29", "2023-02-30T10:00Europe/Paris"] {
            assert_eq!(iso(text), Err(DateFault::Calendar), "{text:?}");
        }
        check("2000-02-29", "2000-02-29T00:00:00.000Z");
        check("2024-02-29", "2024-02-29T00:00:00.000Z");
    }
}
