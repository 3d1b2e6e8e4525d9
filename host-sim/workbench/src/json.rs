//! Documents as values: read within a bound of depth, and written so that a person can read them.

use serde::Deserialize;
use serde_json::Value;

use crate::members::not_json;

/// Documents nest as deep as the messages that they are made of; the stack is not endless.
const DEPTH: usize = 1_100;

/// A JSON text as a value; an error says why it is none.
pub(crate) fn parse(text: &[u8]) -> Result<Value, String> {
    if depth(text) > DEPTH {
        return Err(format!("it is nested more than {DEPTH} levels deep"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.disable_recursion_limit();
    let value = Value::deserialize(&mut deserializer).map_err(|error| not_json(&error))?;
    deserializer.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

/// How deep brackets stand in each other, whatever else is in the text.
fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for token in Tokens::new(text) {
        match token.first() {
            Some(b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            Some(b'}' | b']') => depth = depth.saturating_sub(1),
            _ => (),
        }
    }
    deepest
}

/// A JSON text with each member and element on a line of its own; `level` is how far its lines but the first are indented. Names keep their order
/// and numbers their digits.
pub(crate) fn pretty(text: &[u8], level: usize) -> String {
    let mut lines = String::with_capacity(text.len() * 2);
    let mut level = level;
    let mut opened = false;
    for token in Tokens::new(text) {
        let closes = matches!(token, b"}" | b"]");
        if closes {
            level = level.saturating_sub(1);
        }
        // Empty brackets stay on one line.
        if opened != closes {
            break_line(&mut lines, level);
        }
        lines.push_str(&String::from_utf8_lossy(token));
        opened = matches!(token, b"{" | b"[");
        match token {
            b"{" | b"[" => level += 1,
            b"," => break_line(&mut lines, level),
            b":" => lines.push(' '),
            _ => (),
        }
    }
    lines
}

fn break_line(lines: &mut String, level: usize) {
    lines.push('\n');
    lines.extend(std::iter::repeat_n("    ", level));
}

/// Strings, brackets, colons, commas, and what stands between them, without white space.
struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.rest = self.rest.trim_ascii_start();
        let length = match self.rest.first()? {
            b'"' => string_length(self.rest),
            b'{' | b'}' | b'[' | b']' | b':' | b',' => 1,
            _ => self.rest.iter().position(|byte| byte.is_ascii_whitespace() || b"\"{}[]:,".contains(byte)).unwrap_or(self.rest.len()),
        };
        let (token, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(token)
    }
}

/// The length of the string that a text begins with, its quotes counted.
fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => (),
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{DEPTH, parse, pretty};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(pretty(text.as_bytes(), 0), expected);
    }

    #[test]
    fn members_and_elements_have_a_line_each_and_keep_their_spelling() {
        check(r#"{"b":1.0,"a":[1e400,"x, {\" \\"]}"#, "{\n    \"b\": 1.0,\n    \"a\": [\n        1e400,\n        \"x, {\\\" \\\\\"\n    ]\n}");
        check(r#"{"a":{},"b":[],"c":[[]]}"#, "{\n    \"a\": {},\n    \"b\": [],\n    \"c\": [\n        []\n    ]\n}");
        check(" [ true , null ] ", "[\n    true,\n    null\n]");
        check(r#""a""#, "\"a\"");
        assert_eq!(pretty(b"[1]", 1), "[\n        1\n    ]");
    }

    #[test]
    fn depth_is_bounded_and_brackets_in_strings_are_none() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(nested(DEPTH).as_bytes()).is_ok());
        assert!(parse(nested(DEPTH + 1).as_bytes()).is_err_and(|error| error.contains("levels deep")));
        assert!(parse(format!("\"\\\"{}\"", "[".repeat(DEPTH + 1)).as_bytes()).is_ok());
        assert!(parse(b"{} x").is_err());
    }
}
