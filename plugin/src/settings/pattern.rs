//! A regular expression of the settings.

use regex_lite::Regex;

/// A regular expression that was found to be sound. Two are equal if they are written alike.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles it, or says what is wrong with it.
    pub fn new(pattern: &str) -> Result<Self, String> {
        Regex::new(pattern).map(Self).map_err(|error| error.to_string())
    }

    /// The text with every match replaced; `$1`, `${1}` and `$name` in the replacement are groups.
    pub fn replace_all(&self, text: &str, replacement: &str) -> String {
        self.0.replace_all(text, replacement).into_owned()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn check(pattern: &str, replacement: &str, text: &str, expected: &str) {
        assert_eq!(Pattern::new(pattern).unwrap().replace_all(text, replacement), expected, "{pattern} {replacement}");
    }

    #[test]
    fn groups_are_named_as_in_go() {
        check(r"(\w+)=(\w+)", "$2=$1", "a=b c=d", "b=a d=c");
        check(r"(\w)", "${1}x", "ab", "axbx");
        check(r"(\w)", "$1x", "ab", "");
        check(r"(?P<first>\w)", "<$first>", "ab", "<a><b>");
        check(r"a", "$$1", "a", "$1");
        check(r"a", "$", "a", "$");
        check(r"a", "$9", "a", "");
        check(r"x*", "-", "abxd", "-a-b-d-");
        check(r"[[:digit:]]\d", "_", "12 ٣٤", "_ ٣٤");
    }

    #[test]
    fn a_pattern_that_does_not_compile_is_refused() {
        for pattern in ["(", "[", "*", "a{2,1}", r"\", "(?<n>a)(?<n>b)", "a**{"] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
    }
}
