//! Checks that a text is one JSON object on one line, by RFC 8259 to the letter, and finds some of its members on the way. One pass; nothing is built, and
//! nothing recurses but into what is to be found.

mod nesting;

use std::ops::Range;

use self::nesting::{Inside, Nesting};

/// The members of an object that are to be found.
pub(crate) type Wanted = &'static [(&'static str, Member)];

/// A member that is to be found, or that holds such.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member {
    /// If it is an object: these of its members.
    Object(Wanted),
    /// Its value, to be put into this place.
    Value(usize),
}

/// What is wrong with a text, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} at column {}", .at + 1)]
pub(crate) struct Malformed {
    /// How many bytes stand before it.
    at: usize,
    what: &'static str,
}

/// Checks a text, and gives the values of members as they stand in it. A name is found as it is usually written: without escapes.
pub(crate) fn scan_object<const PLACES: usize>(text: &[u8], wanted: Wanted) -> Result<[Option<&str>; PLACES], Malformed> {
    let valid = str::from_utf8(text).map_err(|error| Malformed { at: error.valid_up_to(), what: "no UTF-8" })?;
    let mut found = [const { None }; PLACES];
    let mut scan = Scan { rest: valid.as_bytes(), length: text.len(), found: &mut found };
    match scan.whole(wanted) {
        Ok(()) => Ok(found.map(|range| range.and_then(|range| valid.get(range)))),
        Err(what) => {
            let what = if let [b'\n' | b'\r', ..] = scan.rest { "a line break" } else { what };
            Err(Malformed { at: scan.at(), what })
        }
    }
}

/// What is left of a text. An error says what is wrong where it begins.
struct Scan<'t, 'f> {
    rest: &'t [u8],
    /// Of the whole text.
    length: usize,
    found: &'f mut [Option<Range<usize>>],
}

type Scanned<T = ()> = Result<T, &'static str>;

/// What comes next.
enum Next {
    Value,
    /// What stands behind a value.
    Separator,
}

impl<'t> Scan<'t, '_> {
    /// How many bytes have been passed.
    fn at(&self) -> usize {
        self.length - self.rest.len()
    }

    fn whole(&mut self, wanted: Wanted) -> Scanned {
        if !self.takes(b'{') {
            return Err("no object");
        }
        self.members(wanted)?;
        if self.rest.is_empty() { Ok(()) } else { Err("more than one object") }
    }

    /// The members of an object some of which are wanted, and its end. This recurses as deep as they are nested.
    fn members(&mut self, wanted: Wanted) -> Scanned {
        self.blanks();
        if self.takes(b'}') {
            return Ok(());
        }
        loop {
            let name = self.name()?;
            self.blanks();
            let member = wanted.iter().find(|(wanted, _)| wanted.as_bytes() == name);
            match member {
                Some((_, Member::Object(inner))) if self.takes(b'{') => self.members(inner)?,
                Some((_, Member::Value(place))) => {
                    let start = self.at();
                    self.value()?;
                    let range = start..self.at();
                    if let Some(found) = self.found.get_mut(*place) {
                        *found = Some(range);
                    }
                }
                _ => self.value()?,
            }
            self.blanks();
            match self.rest {
                [b',', rest @ ..] => self.rest = rest,
                [b'}', rest @ ..] => {
                    self.rest = rest;
                    return Ok(());
                }
                _ => return Err("neither `,` nor `}`"),
            }
            self.blanks();
        }
    }

    /// A value with all that is in it.
    fn value(&mut self) -> Scanned {
        let mut nesting = Nesting::default();
        let mut next = Next::Value;
        loop {
            next = match (next, nesting.innermost()) {
                (Next::Value, _) => self.beginning(&mut nesting)?,
                (Next::Separator, Some(inside)) => self.separator(inside, &mut nesting)?,
                (Next::Separator, None) => return Ok(()),
            };
        }
    }

    /// A value, or the beginning of one that holds others.
    fn beginning(&mut self, nesting: &mut Nesting) -> Scanned<Next> {
        self.blanks();
        match self.rest {
            [b'"', ..] => drop(self.string()?),
            [b'{', rest @ ..] => {
                self.rest = rest;
                self.blanks();
                if !self.takes(b'}') {
                    self.name()?;
                    nesting.enter(Inside::Object);
                    return Ok(Next::Value);
                }
            }
            [b'[', rest @ ..] => {
                self.rest = rest;
                self.blanks();
                if !self.takes(b']') {
                    nesting.enter(Inside::Array);
                    return Ok(Next::Value);
                }
            }
            [b'-' | b'0'..=b'9', ..] => self.number()?,
            [b't', b'r', b'u', b'e', rest @ ..] | [b'f', b'a', b'l', b's', b'e', rest @ ..] | [b'n', b'u', b'l', b'l', rest @ ..] => self.rest = rest,
            _ => return Err("no value"),
        }
        Ok(Next::Separator)
    }

    /// A comma and what belongs to it, or an end.
    fn separator(&mut self, inside: Inside, nesting: &mut Nesting) -> Scanned<Next> {
        self.blanks();
        match (inside, self.rest) {
            (Inside::Object, [b',', rest @ ..]) => {
                self.rest = rest;
                self.blanks();
                self.name()?;
                Ok(Next::Value)
            }
            (Inside::Array, [b',', rest @ ..]) => {
                self.rest = rest;
                Ok(Next::Value)
            }
            (Inside::Object, [b'}', rest @ ..]) | (Inside::Array, [b']', rest @ ..]) => {
                self.rest = rest;
                nesting.leave();
                Ok(Next::Separator)
            }
            (Inside::Object, _) => Err("neither `,` nor `}`"),
            (Inside::Array, _) => Err("neither `,` nor `]`"),
        }
    }

    /// The name of a member, and its colon.
    fn name(&mut self) -> Scanned<&'t [u8]> {
        if !matches!(self.rest, [b'"', ..]) {
            return Err("no name of a member");
        }
        let name = self.string()?;
        self.blanks();
        if self.takes(b':') { Ok(name) } else { Err("no `:`") }
    }

    /// A string, whose quote is next, as it stands between its quotes.
    #[inline(always)]
    fn string(&mut self) -> Scanned<&'t [u8]> {
        let text = self.rest.get(1..).unwrap_or_default();
        self.rest = text;
        loop {
            self.rest = self.rest.get(plain(self.rest)..).unwrap_or_default();
            match self.rest {
                [b'"', rest @ ..] => {
                    let string = text.get(..text.len() - self.rest.len()).unwrap_or_default();
                    self.rest = rest;
                    return Ok(string);
                }
                [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => self.rest = rest,
                [b'\\', b'u', a, b, c, d, rest @ ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => self.rest = rest,
                [b'\\', ..] => return Err("no escape"),
                [_, ..] => return Err("a control character in a string"),
                [] => return Err("no end of a string"),
            }
        }
    }

    fn number(&mut self) -> Scanned {
        self.takes(b'-');
        if !self.takes(b'0') {
            self.digits()?;
        }
        if self.takes(b'.') {
            self.digits()?;
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _sign = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Scanned {
        let [b'0'..=b'9', rest @ ..] = self.rest else { return Err("no digit") };
        self.rest = rest;
        while let [b'0'..=b'9', rest @ ..] = self.rest {
            self.rest = rest;
        }
        Ok(())
    }

    /// Line breaks are none, as the text stands on one line.
    fn blanks(&mut self) {
        while let [b' ' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Whether this byte is next; then it is passed.
    fn takes(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }
}

/// How many bytes a text begins with that stand for themselves in a string: no quote, no backslash, no control character. Eight are looked at together.
#[inline(always)]
fn plain(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return text.len() - rest.len() + special.trailing_zeros() as usize / 8;
        }
        rest = after;
    }
    let last = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '));
    text.len() - rest.len() + last.unwrap_or(rest.len())
}

/// The highest bit of each byte that does not stand for itself. Only the lowest bit that is set can be relied on, as a byte borrows from the next.
#[inline(always)]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, b' ') | is(b'"') | is(b'\\')) & (ONES << 7)
}

#[cfg(test)]
mod tests;
