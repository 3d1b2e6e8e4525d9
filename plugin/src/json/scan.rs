//! Finds values in JSON text without building anything: where a value ends, what members and elements are in it.
//!
//! It is strict about grammar and blind to what a single value may be refused for (a name twice, nesting too deep), so that one such value never hides its
//! neighbours. It does not recurse: nesting costs memory, not stack.

use std::borrow::Cow;

use super::escape::unescape;
use super::lexer::{Fault, Halt, Lexer, Quoted};

/// What a value is, by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `{..}`
    Object,
    /// `[..]`
    Array,
    /// `".."`
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`
    Null,
}

/// A value of JSON text by where it stands: its own text, and its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span<'a> {
    /// The value's text, from its first character to its last.
    pub text: &'a str,
    /// Byte offset of the value in the text it was found in.
    pub at: usize,
    /// What it is.
    pub kind: Kind,
}

impl<'a> Span<'a> {
    /// Whether it is `null`.
    pub(crate) fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    /// The text of a string value, escapes resolved.
    pub(crate) fn as_text(&self) -> Option<Cow<'a, str>> {
        match self.kind {
            Kind::Text => Some(resolve(Quoted { raw: &self.text[1..self.text.len() - 1], escaped: self.text.contains('\\') })),
            _ => None,
        }
    }

    /// The members of an object; nothing for any other kind. `at` of a member counts from the text that this span was found in.
    pub(crate) fn members(&self) -> Items<'a> {
        Items::new(self, Kind::Object)
    }

    /// The elements of an array; nothing for any other kind.
    pub(crate) fn elements(&self) -> Items<'a> {
        Items::new(self, Kind::Array)
    }

    /// The last member of that exact name.
    pub(crate) fn member(&self, name: &str) -> Option<Span<'a>> {
        self.members().filter(|item| item.name == name).map(|item| item.value).last()
    }
}

/// A member, or an element with an empty name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    /// The member's name, escapes resolved.
    pub name: Cow<'a, str>,
    /// The value.
    pub value: Span<'a>,
}

/// Goes through the members or elements of a value that [`one`] or [`values`] has found.
#[derive(Debug, Clone)]
pub(crate) struct Items<'a> {
    lexer: Option<Lexer<'a>>,
    base: usize,
    kind: Kind,
}

impl<'a> Items<'a> {
    fn new(span: &Span<'a>, kind: Kind) -> Self {
        let lexer = (span.kind == kind).then(|| {
            let mut lexer = Lexer::new(span.text);
            lexer.step();
            lexer
        });
        Self { lexer, base: span.at, kind }
    }

    fn read(&mut self) -> Result<Option<Item<'a>>, Halt> {
        let Some(lexer) = &mut self.lexer else { return Ok(None) };
        match lexer.peek()? {
            Some(b'}' | b']') | None => return Ok(None),
            Some(b',') => lexer.step(),
            _ => {}
        }
        let name = match self.kind {
            Kind::Object => resolve(lexer.member_name()?),
            _ => Cow::Borrowed(""),
        };
        let mut value = value(lexer)?;
        value.at += self.base;
        Ok(Some(Item { name, value }))
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        // The text was found to be sound when the span was made, so nothing is lost by ending at a fault.
        self.read().ok().flatten()
    }
}

/// The one value that the text consists of; `None` for blank text.
pub(crate) fn one(text: &str) -> Result<Option<Span<'_>>, Fault> {
    let mut lexer = Lexer::new(text);
    only(&mut lexer).map_err(|Halt| lexer.fault())
}

fn only<'a>(lexer: &mut Lexer<'a>) -> Result<Option<Span<'a>>, Halt> {
    if lexer.peek()?.is_none() {
        return Ok(None);
    }
    let value = value(lexer)?;
    if value.kind == Kind::Number && !lexer.at_blank() {
        return Err(lexer.halt("no white space after the number"));
    }
    match lexer.peek()? {
        None => Ok(Some(value)),
        Some(_) => Err(lexer.halt("text after the value")),
    }
}

/// The values that a text consists of, one behind the other with nothing but white space and comments between, as far as it is sound.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    lexer: Lexer<'a>,
    is_sound: bool,
}

/// All values that a text consists of.
pub(crate) fn values(text: &str) -> Values<'_> {
    Values { lexer: Lexer::new(text), is_sound: true }
}

impl Values<'_> {
    /// Whether the text was sound so far.
    pub(crate) fn is_sound(&self) -> bool {
        self.is_sound
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Span<'a>;

    fn next(&mut self) -> Option<Span<'a>> {
        let next = match self.lexer.peek() {
            Ok(None) => return None,
            Ok(Some(_)) if self.is_sound => value(&mut self.lexer),
            _ => Err(Halt),
        };
        self.is_sound = next.is_ok();
        next.ok()
    }
}

/// Whether the text consists of values and nothing else.
pub(crate) fn is_sound(text: &str) -> bool {
    let mut values = values(text);
    while values.next().is_some() {}
    values.is_sound()
}

/// Whether it consists of objects and nothing else.
pub(crate) fn are_objects(text: &str) -> bool {
    let mut values = values(text);
    values.all(|value| value.kind == Kind::Object) && values.is_sound()
}

/// Reads over the value that comes next.
fn value<'a>(lexer: &mut Lexer<'a>) -> Result<Span<'a>, Halt> {
    let Some(first) = lexer.peek()? else { return Err(lexer.halt("no value")) };
    let at = lexer.at();
    let kind = match first {
        b'{' => Kind::Object,
        b'[' => Kind::Array,
        b'"' => Kind::Text,
        b't' | b'f' => Kind::Bool,
        b'n' => Kind::Null,
        _ => Kind::Number,
    };
    skip(lexer)?;
    Ok(Span { text: &lexer.text()[at..lexer.at()], at, kind })
}

/// Reads over one value, however deep it is.
fn skip(lexer: &mut Lexer<'_>) -> Result<(), Halt> {
    // One closing bracket for every level that is open.
    let mut open: Vec<u8> = Vec::new();
    loop {
        let Some(first) = lexer.peek()? else { return Err(lexer.halt("no value")) };
        match first {
            b'{' | b'[' => {
                let bracket = if first == b'{' { b'}' } else { b']' };
                lexer.step();
                if lexer.peek()? == Some(bracket) {
                    lexer.step();
                } else {
                    open.push(bracket);
                    if bracket == b'}' {
                        lexer.member_name()?;
                    }
                    continue;
                }
            }
            b'"' => drop(lexer.string()?),
            b't' => lexer.literal("true")?,
            b'f' => lexer.literal("false")?,
            b'n' => lexer.literal("null")?,
            b'-' | b'0'..=b'9' => drop(lexer.number()?),
            _ => return Err(lexer.halt("an unexpected character")),
        }
        // A value has ended; so may those around it.
        loop {
            let Some(&bracket) = open.last() else { return Ok(()) };
            if lexer.comma_or(bracket)? {
                open.pop();
                continue;
            }
            if bracket == b'}' {
                lexer.member_name()?;
            }
            break;
        }
    }
}

/// The text of a string, copied only where it has escapes.
fn resolve(quoted: Quoted<'_>) -> Cow<'_, str> {
    if !quoted.escaped {
        return Cow::Borrowed(quoted.raw);
    }
    let mut text = String::with_capacity(quoted.raw.len());
    unescape(quoted.raw, |part| text.push_str(part));
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_where_it_stands() {
        let text = " {\"a\": [1, {\"b\\u0063\":null}] /* c */, \"a\":\"x\\n\"} ";
        let whole = one(text).unwrap().unwrap();
        assert_eq!(whole.kind, Kind::Object);
        let members: Vec<_> = whole.members().collect();
        assert_eq!(members[0].value.text, "[1, {\"b\\u0063\":null}]");
        assert_eq!(&text[members[0].value.at..][..3], "[1,");
        let inner = members[0].value.elements().nth(1).unwrap().value.members().next().unwrap();
        assert_eq!((&*inner.name, inner.value.is_null()), ("bc", true));
        assert_eq!(&text[inner.value.at..][..4], "null");
        assert_eq!(whole.member("a").unwrap().as_text().unwrap(), "x\n");
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        assert_eq!(one(&deep).unwrap().unwrap().text.len(), deep.len());
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in
            ["{\"a\":1,}", "[1 2]", "{a:1}", "[01]", "[.5]", "\"\\x\"", "\"\u{1}\"", "[1]x", "/*", "{\"a\"}", "[", "nul", "1//x", "truex", "[1,]", "{,}"]
        {
            assert!(one(text).is_err(), "{text}");
        }
        for text in ["1 //x", "true//x", "[]", "{} ", "\u{feff}{}", "-0.5E+10", "[1/**/,//\n2]"] {
            assert!(one(text).is_ok(), "{text}");
        }
        assert_eq!(one(" \n").unwrap(), None);
    }
}
