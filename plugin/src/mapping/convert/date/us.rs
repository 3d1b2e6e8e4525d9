//! Dates as an American writes them: `6/17/2023 8:09:10 AM`, in UTC.

use super::{DateFault, Local, Reader};

/// The reference's parser stops at that many digits.
const MOST_DIGITS: usize = 19;

/// Month, day and hour may have leading zeros, a year of more than four digits needs a plus.
pub(super) fn read(text: &str) -> Result<Local, DateFault> {
    let written = Written::read(&mut Reader { rest: text }).ok_or(DateFault::Form)?;
    written.local().filter(Local::exists).ok_or(DateFault::Calendar)
}

/// The numbers as they are written.
struct Written {
    month: u64,
    day: u64,
    year: u64,
    hour: u64,
    minute: u32,
    second: u32,
    afternoon: bool,
}

impl Written {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let month = number(reader)?;
        reader.step('/')?;
        let day = number(reader)?;
        reader.step('/')?;
        let year = year(reader)?;
        reader.step(' ')?;
        let hour = number(reader)?;
        reader.step(':')?;
        let minute = reader.digits(2)?;
        reader.step(':')?;
        let second = reader.digits(2)?;
        reader.step(' ')?;
        let afternoon = match reader.rest {
            "AM" => false,
            "PM" => true,
            _ => return None,
        };
        Some(Self { month, day, year, hour, minute, second, afternoon })
    }

    fn local(&self) -> Option<Local> {
        if !(1..=999_999_999).contains(&self.year) || !(1..=12).contains(&self.hour) || self.minute > 59 || self.second > 59 {
            return None;
        }
        let hour = u32::try_from(self.hour).ok()? % 12;
        Some(Local {
            year: self.year.try_into().ok()?,
            month: self.month.try_into().ok()?,
            day: self.day.try_into().ok()?,
            hour: if self.afternoon { hour + 12 } else { hour },
            minute: self.minute,
            second: self.second,
            millisecond: 0,
        })
    }
}

fn number(reader: &mut Reader<'_>) -> Option<u64> {
    let digits = reader.run_of_digits()?;
    if digits.len() > MOST_DIGITS { None } else { digits.parse().ok() }
}

fn year(reader: &mut Reader<'_>) -> Option<u64> {
    let long = reader.step('+').is_some();
    let digits = reader.run_of_digits()?;
    let fits = if long { (5..=MOST_DIGITS).contains(&digits.len()) } else { digits.len() == 4 };
    if fits { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::{DateFault, Stamp, us};

    #[test]
    fn american_dates_are_read() {
        for (text, expected) in [
            ("6/17/2023 8:09:10 AM", "2023-06-17T08:09:10.000Z"),
            ("06/07/2023 08:09:10 PM", "2023-06-07T20:09:10.000Z"),
            ("12/31/1999 12:00:00 AM", "1999-12-31T00:00:00.000Z"),
            ("2/29/2024 12:59:59 PM", "2024-02-29T12:59:59.000Z"),
            ("0000006/0017/2023 001:00:00 AM", "2023-06-17T01:00:00.000Z"),
            ("1/1/0001 1:00:00 AM", "0001-01-01T01:00:00.000Z"),
            ("1/1/+02024 1:00:00 AM", "2024-01-01T01:00:00.000Z"),
            ("1/1/+12024 1:00:00 AM", "+12024-01-01T01:00:00.000Z"),
            ("1/1/+999999999 1:00:00 AM", "+999999999-01-01T01:00:00.000Z"),
        ] {
            assert_eq!(us(text).as_ref().map(Stamp::as_str), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "6/17/2023",
            "6/17/2023 8:09:10",
            "6/17/2023 8:09:10 am",
            "6/17/2023 8:09:10 Am",
            "6/17/2023 8:09:10 AM ",
            " 6/17/2023 8:09:10 AM",
            "6/17/23 8:09:10 AM",
            "6/17/12023 8:09:10 AM",
            "6/17/+2023 8:09:10 AM",
            "6/17/-2023 8:09:10 AM",
            "6-17-2023 8:09:10 AM",
            "6/17/2023T8:09:10 AM",
            "6/17/2023 8:9:10 AM",
            "6/17/2023 8:09:1 AM",
            "6/17/2023 8:09 AM",
            "6/17/2023  8:09:10 AM",
            "-6/17/2023 8:09:10 AM",
            "00000000000000000006/17/2023 8:09:10 AM",
            "2023-06-17T08:09:10Z",
        ] {
            assert_eq!(us(text), Err(DateFault::Form), "{text:?}");
        }
        for text in [
            "13/1/2023 1:00:00 AM",
            "0/1/2023 1:00:00 AM",
            "2/30/2024 1:00:00 AM",
            "2/29/2023 1:00:00 AM",
            "1/32/2023 1:00:00 AM",
            "1/0/2023 1:00:00 AM",
            "1/1/0000 1:00:00 AM",
            "1/1/2023 0:00:00 AM",
            "1/1/2023 13:00:00 PM",
            "1/1/2023 1:60:00 AM",
            "1/1/2023 1:00:60 AM",
            "1/1/+1000000000 1:00:00 AM",
            "9999999999999999999/1/2023 1:00:00 AM",
        ] {
            assert_eq!(us(text), Err(DateFault::Calendar), "{text:?}");
        }
    }
}
