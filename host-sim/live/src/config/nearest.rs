//! The known name that somebody most likely meant.

/// The name that the fewest changes of one character lead to, if it takes no more than a third of its characters.
pub(super) fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let (changes, name) = known.iter().map(|name| (changes(written, name), *name)).min_by_key(|(changes, _)| *changes)?;
    let most = name.chars().count().div_ceil(3).max(1);
    (changes <= most).then_some(name)
}

/// How many characters have to be put in, left out, replaced or changed with their neighbour; letter case, `-` and `_` make no difference.
fn changes(from: &str, to: &str) -> usize {
    let plain = |text: &str| -> String { text.chars().take(64).map(|character| if character == '-' { '_' } else { character.to_ascii_lowercase() }).collect() };
    strsim::osa_distance(&plain(from), &plain(to))
}

#[cfg(test)]
mod tests {
    use super::{changes, nearest};

    #[test]
    fn changes_are_counted() {
        for (from, to, expected) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("At-Once", "at_once", 0), ("tenat_id", "tenant_id", 1)]
        {
            assert_eq!(changes(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn only_what_is_near_is_named() {
        assert_eq!(nearest("tenantid", &["client_id", "tenant_id"]), Some("tenant_id"));
        assert_eq!(nearest("colour", &["client_id", "tenant_id"]), None);
        assert_eq!(nearest("x", &[]), None);
    }
}
