//! What there is to say about a configuration, and where in it.

use std::cell::RefCell;
use std::fmt;

/// A place in the file; lines and columns count from one, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Place {
    /// The beginning of the file, for what stands nowhere in it.
    pub const BEGINNING: Self = Self { line: 1, column: 1 };
}

/// What a problem means for who reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing can be run with this file.
    Error,
    /// It can be checked, and it must not be run.
    StopsRun,
    /// Somebody should look at it.
    Warning,
}

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it means.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is wrong. It never holds a secret.
    pub text: String,
    /// What to do; may be empty.
    pub hint: String,
}

impl Problem {
    /// As it is shown: `file:line:column: error: text`, and the hint on a line below.
    pub fn shown<'a>(&'a self, file: &'a str) -> impl fmt::Display + 'a {
        Shown { problem: self, file }
    }
}

struct Shown<'a> {
    problem: &'a Problem,
    file: &'a str,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { severity, place, text, hint } = self.problem;
        let word = if *severity == Severity::Error { "error" } else { "warning" };
        write!(formatter, "{}:{}:{}: {word}: {text}", self.file, place.line, place.column)?;
        if hint.is_empty() { Ok(()) } else { write!(formatter, "\n  hint: {hint}") }
    }
}

/// Characters of a text that are shown.
const LONGEST: usize = 2048;

/// Text in which nothing begins a line of its own or acts on a terminal: keys, values and what components say may hold anything.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars().take(LONGEST) {
        if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// Collects what there is to say.
#[derive(Debug, Default)]
pub(super) struct Report(RefCell<Vec<Problem>>);

impl Report {
    pub(super) fn error(&self, place: Place, text: impl Into<String>, hint: impl Into<String>) {
        self.say(Severity::Error, place, text, hint);
    }

    pub(super) fn warning(&self, place: Place, text: impl Into<String>, hint: impl Into<String>) {
        self.say(Severity::Warning, place, text, hint);
    }

    pub(super) fn say(&self, severity: Severity, place: Place, text: impl Into<String>, hint: impl Into<String>) {
        let problem = Problem { severity, place, text: on_one_line(&text.into()), hint: on_one_line(&hint.into()) };
        // What an anchor stands for is read once for each alias, and is wrong once.
        if !self.0.borrow().contains(&problem) {
            self.0.borrow_mut().push(problem);
        }
    }

    pub(super) fn errors(&self) -> usize {
        self.0.borrow().iter().filter(|problem| problem.severity == Severity::Error).count()
    }

    /// All of it, as it stands in the file.
    pub(super) fn sorted(self) -> Vec<Problem> {
        let mut problems = self.0.into_inner();
        problems.sort_by_key(|problem| problem.place);
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, on_one_line};

    #[test]
    fn a_text_stays_on_its_line() {
        assert_eq!(on_one_line("a\r\nb\u{1b}[31m\u{2028}\u{e9}"), "a\\r\\nb\\u{1b}[31m\\u{2028}\u{e9}");
        assert_eq!(on_one_line(&"\u{e9}".repeat(LONGEST + 1)).chars().count(), LONGEST);
    }
}
