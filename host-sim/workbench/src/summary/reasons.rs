//! Why documents are not read in full: what they say, without what is different in each, counted.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// Reasons that are kept apart. One that is never the same twice does not fill the memory.
const MOST: usize = 1000;

/// Reasons that are told.
const TOLD: usize = 5;

/// Characters of a reason that are told.
const LONGEST: usize = 160;

/// What a document was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of a file, from 0.
    Line(u64),
    /// A recorded answer, from 0.
    Exchange(u64),
    /// No single one.
    Nowhere,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(formatter, ", first in line {}", line.saturating_add(1)),
            Self::Exchange(number) => write!(formatter, ", first in exchange {number}"),
            Self::Nowhere => Ok(()),
        }
    }
}

/// Reasons, how often each was given, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reasons {
    counts: BTreeMap<String, (u64, Place)>,
    /// How often others were given.
    others: u64,
}

impl Reasons {
    /// Counts what a document says: a text, or a list of texts.
    pub(super) fn add(&mut self, said: &[u8], place: Place) {
        match serde_json::from_slice(said) {
            Ok(Value::String(line)) => self.add_line(&line, place),
            Ok(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).for_each(|line| self.add_line(line, place)),
            _ => (),
        }
    }

    fn add_line(&mut self, line: &str, place: Place) {
        let reason = reason(line);
        let is_full = self.counts.len() >= MOST;
        match self.counts.get_mut(&reason) {
            Some((count, _)) => *count += 1,
            None if is_full => self.others += 1,
            None => drop(self.counts.insert(reason, (1, place))),
        }
    }

    /// The most frequent ones, and how often others were given.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut all: Vec<_> = self.counts.iter().collect();
        all.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        let mut lines: Vec<String> = all.iter().take(TOLD).map(|(reason, (count, place))| format!("{reason}: {count}{place}")).collect();
        let others = all.iter().skip(TOLD).map(|(_, (count, _))| count).sum::<u64>() + self.others;
        if others > 0 {
            lines.push(format!("other reasons: {others}"));
        }
        lines
    }
}

/// A line without the value that could not be read, and without the places of elements and bytes.
fn reason(line: &str) -> String {
    let mut reason = String::new();
    let (mut in_name, mut characters) = (false, line.chars().peekable());
    while let Some(character) = characters.next() {
        match character {
            '`' if in_name || !reason.ends_with(": ") => in_name = !in_name,
            // What stands behind the colon is the value.
            '`' => break,
            '0'..='9' if reason.ends_with("byte ") || (in_name && reason.ends_with('[')) => {
                while characters.next_if(char::is_ascii_digit).is_some() {}
                continue;
            }
            _ => (),
        }
        reason.push(character);
    }
    let kept = reason.trim_end().trim_end_matches(':');
    match kept.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}..", kept.get(..end).unwrap_or_default()),
        None => kept.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, MOST, Place, Reasons, reason};

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(reason(line), expected);
    }

    #[test]
    fn a_reason_is_a_line_without_what_is_different_in_each() {
        check("cannot read `Entities[12].Asn` as a long: `12: x`", "cannot read `Entities[].Asn` as a long");
        check("`properties.cvss30` is a number, not an object", "`properties.cvss30` is a number, not an object");
        check("cannot read `a` as JSON: expected `,` at byte 1234", "cannot read `a` as JSON: expected `,` at byte");
        check("`a[0].b[1]` has 2 elements without an id", "`a[].b[]` has 2 elements without an id");
        check("cannot read `a` as a score from 0 to 10: `11`", "cannot read `a` as a score from 0 to 10");
        check("", "");
        assert_eq!(reason(&"x".repeat(LONGEST + 1)), format!("{}..", "x".repeat(LONGEST)));
    }

    #[test]
    fn the_most_frequent_ones_are_told_and_the_others_are_counted() {
        let mut reasons = Reasons::default();
        reasons.add(br#""cannot read `a` as a date: `x`""#, Place::Line(6));
        reasons.add(br#"["cannot read `b` as a long: `y`", "cannot read `a` as a date: `z`", 1]"#, Place::Exchange(7));
        for odd in [&b""[..], b"null", b"{}", b"\"", b"[]"] {
            reasons.add(odd, Place::Nowhere);
        }
        assert_eq!(reasons.lines(), ["cannot read `a` as a date: 2, first in line 7", "cannot read `b` as a long: 1, first in exchange 7"]);
        for number in 0..2 * MOST {
            reasons.add(format!("\"`m{number}` is a number, not text\"").as_bytes(), Place::Nowhere);
        }
        assert_eq!(reasons.counts.len(), MOST);
        let lines = reasons.lines();
        assert_eq!(lines.len(), 6);
        assert_eq!((lines[0].as_str(), lines[5].as_str()), ("cannot read `a` as a date: 2, first in line 7", "other reasons: 1997"));
    }
}
