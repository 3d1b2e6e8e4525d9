//! The tokens of JSON text: white space and comments, strings, numbers, literals. Knows no structure.
//!
//! It reads RFC 8259 plus `//` and `/* */` comments and a leading byte order mark, which is what the reference's parser takes.

use core::fmt;

use super::eight_bytes::next_special;

/// A number of more characters than this is refused, as the reference's parser does.
const LONGEST_NUMBER: usize = 1000;

/// Where and why text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Byte offset in the text.
    pub at: usize,
    /// What was met or missing.
    pub what: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not JSON: {} at byte {}", self.what, self.at)
    }
}

/// Reading has stopped; [`Lexer::fault`] says where and why. An error of no size costs nothing where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Halt;

/// A string as it stands between its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quoted<'a> {
    /// The characters between the quotes, escapes unresolved.
    pub raw: &'a str,
    /// Whether there is an escape in it.
    pub escaped: bool,
}

/// Reads tokens one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    fault: Fault,
}

impl<'a> Lexer<'a> {
    /// Starts before the first token; a byte order mark is skipped.
    pub(crate) fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, fault: Fault { at: 0, what: "" } }
    }

    /// The byte offset of the next character.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The text that is read.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Why reading has stopped.
    pub(crate) fn fault(&self) -> Fault {
        self.fault
    }

    /// Stops at the next character.
    #[cold]
    pub(crate) fn halt(&mut self, what: &'static str) -> Halt {
        self.halt_at(self.at, what)
    }

    #[cold]
    fn halt_at(&mut self, at: usize, what: &'static str) -> Halt {
        self.fault = Fault { at, what };
        Halt
    }

    /// The first byte of the next token, behind white space and comments; `None` at the end.
    #[inline(always)]
    pub(crate) fn peek(&mut self) -> Result<Option<u8>, Halt> {
        match self.text.as_bytes().get(self.at) {
            Some(&byte) if byte > b' ' && byte != b'/' => Ok(Some(byte)),
            _ => self.skip_blank(),
        }
    }

    /// Whether the next token begins with this byte, which it mostly does, and without anything before it.
    #[inline(always)]
    pub(crate) fn next_is(&mut self, byte: u8) -> Result<bool, Halt> {
        if self.text.as_bytes().get(self.at) == Some(&byte) {
            return Ok(true);
        }
        Ok(self.peek()? == Some(byte))
    }

    fn skip_blank(&mut self) -> Result<Option<u8>, Halt> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(b'/') => self.comment()?,
                other => return Ok(other.copied()),
            }
        }
    }

    /// Steps over one byte that [`peek`](Self::peek) has shown.
    #[inline]
    pub(crate) fn step(&mut self) {
        self.at += 1;
    }

    #[cold]
    fn comment(&mut self) -> Result<(), Halt> {
        let rest = &self.text.as_bytes()[self.at..];
        let length = match rest.get(1) {
            Some(b'/') => rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len()),
            Some(b'*') => {
                let Some(end) = rest[2..].windows(2).position(|pair| pair == b"*/") else {
                    return Err(self.halt("an unterminated comment"));
                };
                end + 4
            }
            _ => return Err(self.halt("an unexpected `/`")),
        };
        self.at += length;
        Ok(())
    }

    /// Reads a string; the next byte is its opening quote.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Result<Quoted<'a>, Halt> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let at = next_special(bytes, start);
        if bytes.get(at) != Some(&b'"') {
            return self.escaped_string(start, at);
        }
        self.at = at + 1;
        Ok(Quoted { raw: &self.text[start..at], escaped: false })
    }

    /// The same, from the first byte on that is no plain character.
    fn escaped_string(&mut self, start: usize, mut at: usize) -> Result<Quoted<'a>, Halt> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(Quoted { raw: &self.text[start..at], escaped: true });
                }
                Some(b'\\') => at += self.escape(at)?,
                Some(_) => return Err(self.halt_at(at, "a control character in a string")),
                None => return Err(self.halt_at(at, "an unterminated string")),
            }
            at = next_special(bytes, at);
        }
    }

    /// The length of the escape at `at`.
    fn escape(&mut self, at: usize) -> Result<usize, Halt> {
        let bytes = self.text.as_bytes();
        match bytes.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
            Some(b'u') if bytes.get(at + 2..at + 6).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) => Ok(6),
            _ => Err(self.halt_at(at, "an invalid escape")),
        }
    }

    /// Reads a number; the next byte is its first.
    pub(crate) fn number(&mut self) -> Result<&'a str, Halt> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start;
        if bytes.get(at) == Some(&b'-') {
            at += 1;
        }
        let whole = at;
        at = digits(bytes, at);
        if at == whole {
            return Err(self.halt_at(at, "a number without digits"));
        }
        if bytes[whole] == b'0' && at > whole + 1 {
            return Err(self.halt_at(whole, "a number with a leading zero"));
        }
        if bytes.get(at) == Some(&b'.') {
            let fraction = at + 1;
            at = digits(bytes, fraction);
            if at == fraction {
                return Err(self.halt_at(at, "no digits after the decimal point"));
            }
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            at += 1;
            if let Some(b'+' | b'-') = bytes.get(at) {
                at += 1;
            }
            let exponent = at;
            at = digits(bytes, exponent);
            if at == exponent {
                return Err(self.halt_at(at, "no digits in the exponent"));
            }
        }
        if at - start > LONGEST_NUMBER {
            return Err(self.halt_at(start, "a number of more than 1,000 characters"));
        }
        self.at = at;
        Ok(&self.text[start..at])
    }

    /// Reads `true`, `false` or `null`, whichever is asked for; the next byte is its first.
    pub(crate) fn literal(&mut self, literal: &'static str) -> Result<(), Halt> {
        let rest = &self.text.as_bytes()[self.at..];
        let goes_on = rest.get(literal.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 128..));
        if !rest.starts_with(literal.as_bytes()) || goes_on {
            return Err(self.halt("an unknown word"));
        }
        self.at += literal.len();
        Ok(())
    }

    /// Reads the comma or the closing `bracket` that must come now; says whether it was the bracket.
    #[inline(always)]
    pub(crate) fn comma_or(&mut self, bracket: u8) -> Result<bool, Halt> {
        if self.next_is(b',')? {
            self.at += 1;
            return Ok(false);
        }
        match self.peek()? {
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => Err(self.halt("no comma after a value")),
            None => Err(self.halt("an unterminated object or array")),
        }
    }

    /// Reads a member's name and colon.
    #[inline(always)]
    pub(crate) fn member_name(&mut self) -> Result<Quoted<'a>, Halt> {
        if !self.next_is(b'"')? {
            return Err(self.halt("no name at the start of a member"));
        }
        let name = self.string()?;
        if !self.next_is(b':')? {
            return Err(self.halt("no colon after a name"));
        }
        self.at += 1;
        Ok(name)
    }

    /// Whether a number that stood alone ends here as it must: at white space or the end.
    pub(crate) fn at_blank(&self) -> bool {
        matches!(self.text.as_bytes().get(self.at), None | Some(b' ' | b'\n' | b'\r' | b'\t'))
    }
}

#[inline]
fn digits(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}
