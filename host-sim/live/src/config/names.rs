//! What may become a part of a path, a URL or a label: each kind of name with the characters that it may have.

use super::units::Mistake;

/// An input's id: it names a lane, a thread, log lines and metrics.
pub(super) fn input(text: &str) -> Result<(), Mistake> {
    named(
        text,
        1..=40,
        |character| character.is_ascii_lowercase() || character.is_ascii_digit() || "_-".contains(character),
        "an id has 1 to 40 of `a-z`, `0-9`, `_` and `-`",
    )
}

/// A data set that a component makes documents of: it becomes a file's name and a part of a data stream's.
pub(super) fn dataset(text: &str) -> bool {
    let allowed = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || "_.".contains(character);
    (1..=100).contains(&text.len()) && text.chars().all(allowed) && !text.starts_with('.')
}

/// The last part of a data stream's name.
pub(super) fn namespace(text: &str) -> Result<(), Mistake> {
    let allowed = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || "_.".contains(character);
    named(text, 1..=100, allowed, "a namespace has 1 to 100 of `a-z`, `0-9`, `_` and `.`; it is the last part of the name of data streams")
}

/// An Event Hub.
pub(super) fn hub(text: &str) -> Result<(), Mistake> {
    const HINT: &str = "the name of a hub has 1 to 256 letters, digits, `.`, `-` and `_`, and begins and ends with a letter or digit";
    named(text, 1..=256, is_of_hub, HINT)?;
    edges(text, HINT)
}

/// A consumer group.
pub(super) fn group(text: &str) -> Result<(), Mistake> {
    const HINT: &str = "a consumer group is `$Default`, or has 1 to 50 letters, digits, `.`, `-` and `_`";
    if text.eq_ignore_ascii_case("$default") { Ok(()) } else { named(text, 1..=50, is_of_hub, HINT) }
}

fn is_of_hub(character: char) -> bool {
    character.is_ascii_alphanumeric() || ".-_".contains(character)
}

/// A container of blobs.
pub(super) fn container(text: &str) -> Result<(), Mistake> {
    const HINT: &str = "a container has 3 to 63 of `a-z`, `0-9` and `-`, begins and ends with a letter or digit, and has no `--`";
    named(text, 3..=63, |character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-', HINT)?;
    edges(text, HINT)?;
    if text.contains("--") { Err(("cannot be a name", HINT.to_owned())) } else { Ok(()) }
}

/// A storage account.
pub(super) fn storage_account(text: &str) -> Result<(), Mistake> {
    named(
        text,
        3..=24,
        |character| character.is_ascii_lowercase() || character.is_ascii_digit(),
        "a storage account has 3 to 24 of `a-z` and `0-9`; give its name, not its address",
    )
}

/// A tenant: its id, or a domain of it.
pub(super) fn tenant(text: &str) -> Result<(), Mistake> {
    const HINT: &str = "a tenant is its id, which is a UUID, or one of its domains, such as `contoso.onmicrosoft.com`";
    if is_uuid(text) {
        return Ok(());
    }
    named(text, 3..=253, |character| character.is_ascii_alphanumeric() || "-.".contains(character), HINT)?;
    edges(text, HINT)?;
    if text.contains('.') && !text.contains("..") { Ok(()) } else { Err(("cannot be a tenant", HINT.to_owned())) }
}

/// An id of Microsoft Entra.
pub(super) fn uuid(text: &str) -> Result<(), Mistake> {
    let hint = "an id is a UUID such as `0a1b2c3d-0000-4444-8888-ccccddddeeee`; it is not what the application is displayed as";
    if is_uuid(text) { Ok(()) } else { Err(("is no id", hint.to_owned())) }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.concat().chars().all(|character| character.is_ascii_hexdigit())
}

/// An ingest pipeline.
pub(super) fn pipeline(text: &str) -> Result<(), Mistake> {
    let allowed = |character: char| !(character.is_whitespace() || character.is_control() || ",*?\"<>|\\/#&".contains(character));
    named(text, 1..=255, allowed, "it is the name of an ingest pipeline, or `_none`")
}

/// A space of Kibana.
pub(super) fn space(text: &str) -> Result<(), Mistake> {
    named(
        text,
        1..=100,
        |character| character.is_ascii_lowercase() || character.is_ascii_digit() || "_-".contains(character),
        "a space is named by its id, of `a-z`, `0-9`, `_` and `-`",
    )
}

fn named(text: &str, length: std::ops::RangeInclusive<usize>, allowed: impl Fn(char) -> bool, hint: &str) -> Result<(), Mistake> {
    if length.contains(&text.chars().count()) && text.chars().all(allowed) { Ok(()) } else { Err(("cannot be a name", hint.to_owned())) }
}

fn edges(text: &str, hint: &str) -> Result<(), Mistake> {
    let sound = |character: Option<char>| character.is_some_and(|character| character.is_ascii_alphanumeric());
    if sound(text.chars().next()) && sound(text.chars().next_back()) { Ok(()) } else { Err(("cannot be a name", hint.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> Result<(), Mistake>, good: &[&str], bad: &[&str]) {
        good.iter().for_each(|text| assert!(rule(text).is_ok(), "{text}"));
        bad.iter().for_each(|text| assert!(rule(text).is_err(), "{text}"));
    }

    #[test]
    fn what_becomes_a_path_or_a_url_is_harmless() {
        let long = "a".repeat(257);
        check(input, &["posture", "a-1_b"], &["", "Posture", "a/b", "..", "a b", "é", &"a".repeat(41)]);
        check(namespace, &["default", "prod_1.x"], &["", "Prod", "a-b", "a/b", &long]);
        check(hub, &["defender-export", "A.b_c1"], &["", "-a", "a/", "a b", "..", &long]);
        check(group, &["$Default", "$default", "siem", "cg1"], &["", "$other", "a/b", &"a".repeat(51)]);
        check(container, &["abc", "azure-eventhub-input-defender-export"], &["ab", "a--b", "-ab", "ab-", "Abc", "a_b", "../x", &"a".repeat(64)]);
        check(storage_account, &["abc", "store24"], &["ab", "Store", "a-b", "x.blob.core.windows.net"]);
        check(tenant, &["00000000-0000-0000-0000-000000000000", "contoso.onmicrosoft.com"], &["", "contoso", "a/b.c", "a..b", ".a.b", "common/x"]);
        check(uuid, &["0a1b2c3d-0000-4444-8888-CCCCddddeeee"], &["", "my application", "0a1b2c3d000044448888ccccddddeeee"]);
        for (name, is_one) in
            [("microsoft_defender_cloud.event", true), ("", false), ("..", false), ("a/b", false), ("A", false), ("a-b", false), (&long, false)]
        {
            assert_eq!(dataset(name), is_one, "{name}");
        }
        check(pipeline, &["_none", "logs@custom"], &["", "a b", "a/b", "a?b"]);
        check(space, &["default", "a-b_1"], &["", "A", "a/b"]);
    }
}
