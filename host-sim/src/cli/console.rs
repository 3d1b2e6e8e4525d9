//! What is said on stderr: messages, and progress if a person is watching.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use host_sim_runtime::contract::{Problem, SettingProblem};
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Characters of a component's problem that are shown: a component that says too much does not bury what others say.
const LONGEST_MESSAGE: usize = 1000;
pub(super) const LONGEST_CODE: usize = 100;

/// Says things on stderr. A closed stderr is no error.
#[derive(Debug)]
pub(super) struct Console {
    bar: ProgressBar,
}

impl Console {
    /// Without progress.
    pub(super) fn quiet() -> Self {
        Self { bar: ProgressBar::hidden() }
    }

    /// With progress on a terminal.
    pub(super) fn with_progress() -> Self {
        if !io::stderr().is_terminal() {
            return Self::quiet();
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar }
    }

    /// Begins to show progress through something of this length, or without an end in sight.
    pub(super) fn begin(&self, what: &'static str, length: Option<u64>) {
        let template = match length {
            Some(_) => "{prefix} {wide_bar} {percent:>3} % {msg}",
            None => "{prefix} {spinner} {msg}",
        };
        self.bar.set_style(ProgressStyle::with_template(template).expect("the templates above are well formed"));
        self.bar.set_length(length.unwrap_or_default());
        self.bar.set_prefix(what);
    }

    /// Shows how far it is.
    pub(super) fn progress(&self, position: u64, documents: u64) {
        self.bar.set_position(position);
        self.bar.set_message(format!("{} documents", HumanCount(documents)));
    }

    /// Takes progress off the screen.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Says what went wrong. The text stays on one line, whatever is in it.
    pub(super) fn error(&self, text: &str) {
        self.say(&format!("error: {}", on_one_line(text)));
    }

    /// Says what may be wrong.
    pub(super) fn warning(&self, text: &str) {
        self.say(&format!("warning: {}", on_one_line(text)));
    }

    /// Says how to go on after an error.
    pub(super) fn hint(&self, text: &str) {
        self.say(&format!("hint: {text}"));
    }

    /// Says something that stays on one line, whatever is in it.
    pub(super) fn say_on_one_line(&self, text: &str) {
        self.say(&on_one_line(text));
    }

    /// Says what a component reports, and of what.
    pub(super) fn problem(&self, problem: &Problem, source: Option<u64>) {
        let source = source.map(|source| format!(" (source {source})")).unwrap_or_default();
        let message = beginning(&problem.message, LONGEST_MESSAGE);
        let text = format!("{}: {}: {message}{source}", problem.severity.name(), beginning(&problem.code, LONGEST_CODE));
        self.say_on_one_line(&text);
    }

    /// Says what a component has to say about a setting.
    pub(super) fn setting(&self, problem: &SettingProblem) {
        let pointer = if problem.pointer.is_empty() { "settings".to_owned() } else { format!("setting `{}`", problem.pointer) };
        self.say_on_one_line(&format!("{}: {pointer}: {}", problem.severity.name(), problem.message));
    }

    /// Says some lines.
    pub(super) fn say(&self, text: &str) {
        let lines = for_a_terminal(text);
        // Nobody is left to be told that stderr is closed.
        self.bar.suspend(|| drop(writeln!(io::stderr(), "{lines}")));
    }
}

impl Drop for Console {
    /// What is said after it does not run into a bar that is left behind.
    fn drop(&mut self) {
        self.end();
    }
}

/// The first characters of a text, and how long it is if there are more.
pub(super) fn beginning(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}.. ({} bytes)", text.get(..end).unwrap_or_default(), text.len())),
        None => Cow::Borrowed(text),
    }
}

/// Text in which nothing can move the cursor, change a colour or turn letters around; line breaks stay.
pub(super) fn for_a_terminal(text: &str) -> Cow<'_, str> {
    escape(text, |character| character != '\n' && is_active(character))
}

fn on_one_line(text: &str) -> Cow<'_, str> {
    escape(text, is_active)
}

/// Control characters, line and paragraph separators, and those that change the direction of text.
fn is_active(character: char) -> bool {
    character.is_control() || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}

fn escape(text: &str, active: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&active) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if active(character) {
            let _ = write!(escaped, "{}", character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::{beginning, for_a_terminal, on_one_line};

    #[test]
    fn a_long_text_is_shown_in_part() {
        assert_eq!(beginning("\u{e9}\u{e9}", 2), "\u{e9}\u{e9}");
        assert_eq!(beginning("\u{e9}\u{e9}x", 2), "\u{e9}\u{e9}.. (5 bytes)");
    }

    #[test]
    fn what_could_act_on_a_terminal_is_written_out() {
        assert_eq!(on_one_line("a\x1b[31m\r\nb\u{9b}\u{202e}\u{7f}"), "a\\u{1b}[31m\\r\\nb\\u{9b}\\u{202e}\\u{7f}");
        assert_eq!(for_a_terminal("a\n\tb"), "a\n\\tb");
        assert_eq!(for_a_terminal("`caf\u{e9}` \"x\" \u{4e2d}"), "`caf\u{e9}` \"x\" \u{4e2d}");
    }
}
