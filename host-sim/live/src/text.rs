//! Texts from outside, brought into a form that is harmless in a log, a table or a terminal.

use std::fmt::Write;

/// Bytes of a text that are shown.
const MOST: usize = 2 << 10;

/// A text on one line of 2 KiB at most, in which nothing can move the cursor, change a colour or turn letters around.
pub fn one_line(text: &str) -> String {
    let mut line = String::new();
    for character in text.chars() {
        if line.len() >= MOST {
            line.push_str("..");
            break;
        }
        if is_active(character) {
            let _ = write!(line, "{}", character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// Control characters, separators of lines and paragraphs, and what changes the direction of text.
fn is_active(character: char) -> bool {
    character.is_control() || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}

/// What is wrong, with all that led to it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let next = error.to_string();
        if !text.contains(&next) {
            let _ = write!(text, ": {next}");
        }
        source = error.source();
    }
    one_line(&text)
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn nothing_acts_on_a_terminal_and_nothing_is_endless() {
        assert_eq!(one_line("a\u{1b}[31m\nb\u{202e}\u{9b}"), "a\\u{1b}[31m\\nb\\u{202e}\\u{9b}");
        assert_eq!(one_line("`caf\u{e9}`"), "`caf\u{e9}`");
        assert!(one_line(&"\u{e9}".repeat(5_000)).len() <= 2_052);
    }
}
