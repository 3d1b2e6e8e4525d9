//! Looks for members of a JSON text by skimming it: nothing is checked, and what is not looked for costs no more than finding its end.

/// What is left of a text. `None` is the end of what can be told, for whatever reason.
pub(crate) struct Skim<'a> {
    rest: &'a [u8],
}

impl<'a> Skim<'a> {
    /// A text from its beginning.
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    /// The members of the object that is next: each name as it is spelled between its quotes, and its value, which has to be taken.
    pub(crate) fn members(&mut self, mut each: impl FnMut(&'a [u8], &mut Self) -> Option<()>) -> Option<()> {
        self.next()?;
        self.pass(b'{')?;
        while self.next()? != b'}' {
            let name = self.string()?;
            self.next()?;
            self.pass(b':')?;
            self.next()?;
            each(name, self)?;
            if self.next()? == b',' {
                self.pass(b',')?;
            }
        }
        self.pass(b'}')
    }

    /// Whether the value that is next is an object.
    pub(crate) fn is_at_object(&self) -> bool {
        self.rest.starts_with(b"{")
    }

    /// The text of the value that is next, whatever is in it.
    pub(crate) fn value(&mut self) -> Option<&'a [u8]> {
        let length = match self.rest.first()? {
            b'"' => end_of_string(self.rest, 0)? + 1,
            b'{' | b'[' => end_of_brackets(self.rest)? + 1,
            // A number or a literal.
            _ => self.rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']'))?,
        };
        self.take(length)
    }

    /// What stands between the quotes of the string that is next.
    fn string(&mut self) -> Option<&'a [u8]> {
        let end = Some(end_of_string(self.rest, 0)?).filter(|_| self.rest.starts_with(b"\""))?;
        self.take(end + 1)?.get(1..end)
    }

    /// The next byte that is no blank.
    fn next(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.first().copied()
    }

    fn pass(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }

    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(taken)
    }
}

/// Where the bracket is that closes the one that a text begins with.
fn end_of_brackets(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        match text.get(at)? {
            b'"' => at = end_of_string(text, at)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return Some(at),
            b'}' | b']' => depth -= 1,
            _ => (),
        }
        at += 1;
    }
}

/// Where the quote is that closes the one at a place. Eight bytes are looked at together.
fn end_of_string(text: &[u8], quote: usize) -> Option<usize> {
    let mut at = quote + 1;
    loop {
        at += match text.get(at..)?.split_first_chunk() {
            Some((word, _)) => match special(u64::from_le_bytes(*word)) {
                0 => {
                    at += 8;
                    continue;
                }
                special => special.trailing_zeros() as usize / 8,
            },
            None => text.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?,
        };
        match text.get(at)? {
            b'"' => return Some(at),
            // What a backslash stands before is none of the two, whatever it is.
            _ => at += 2,
        }
    }
}

/// The highest bit of each byte that is one of the two. Only the lowest bit that is set can be relied on, as a byte borrows from the next.
#[inline(always)]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let is = |byte: u8| {
        let same = word ^ (ONES * u64::from(byte));
        same.wrapping_sub(ONES) & !same
    };
    (is(b'"') | is(b'\\')) & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::Skim;

    #[track_caller]
    fn check(text: &str, expected: Option<&[(&str, &str)]>) {
        let mut found = Vec::new();
        let whole = Skim::new(text.as_bytes()).members(|name, skim| {
            found.push((String::from_utf8_lossy(name).into_owned(), String::from_utf8_lossy(skim.value()?).into_owned()));
            Some(())
        });
        assert_eq!(whole.is_some(), expected.is_some(), "{text}");
        if let Some(expected) = expected {
            assert_eq!(found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn every_member_is_found_with_the_text_of_its_value() {
        let long = format!("\"{}\\\"}}\"", "x".repeat(50));
        check("{}", Some(&[]));
        check(r#" { "a\\\"" : [ "}" , {"b":1} ] , "c" : -1.5e3, "d":null } "#, Some(&[("a\\\\\\\"", r#"[ "}" , {"b":1} ]"#), ("c", "-1.5e3"), ("d", "null ")]));
        check(&format!("{{\"a\":{long},\"b\":{{}}}}"), Some(&[("a", &long), ("b", "{}")]));
        for odd in ["", "[", "{]", "{\"event\" {}}", "{,}", "}", "{\"a\":]}", "{\"a\"", "{\"a\\"] {
            check(odd, None);
        }
    }
}
