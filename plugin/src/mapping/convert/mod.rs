//! Conversions of single values, on the text that the reference would see: what it accepts is accepted, with the same result.

pub(crate) mod date;
pub(crate) mod fingerprint;
pub(crate) mod ip;
pub(crate) mod number;
pub(crate) mod uri;

/// `true` or `false` in any letter case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    // Compared through capitals, as the reference does, the long s counts as one.
    let is_false = text.chars().map(|letter| if letter == 'ſ' { 's' } else { letter.to_ascii_lowercase() }).eq("false".chars());
    is_false.then_some(false)
}

#[cfg(test)]
mod tests {
    use super::boolean;

    #[test]
    fn booleans_are_read_in_any_letter_case() {
        for (text, expected) in [
            ("true", Some(true)),
            ("TrUe", Some(true)),
            ("false", Some(false)),
            ("FALSE", Some(false)),
            ("falſe", Some(false)),
            ("", None),
            (" true", None),
            ("false ", None),
            ("1", None),
            ("0", None),
            ("yes", None),
            ("falsee", None),
            ("[true]", None),
        ] {
            assert_eq!(boolean(text), expected, "{text:?}");
        }
    }
}
