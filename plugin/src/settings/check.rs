//! Whether a text can be what a setting is for. Only what can never be right is refused.

use core::net::{Ipv4Addr, Ipv6Addr};

/// What is said about a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is as good as none: agents render variables that are not set like that.
    Absent,
    /// This is taken, perhaps in another form than it was given.
    Accepted(String),
    /// It is taken as it is, but may be wrong for the reason given.
    Doubtful(String),
    /// It cannot be used, for the reason given.
    Refused(String),
}

/// The longest name that Azure allows a management group, in characters. A subscription's id has 36.
const LONGEST_SCOPE: usize = 90;

/// Whether an empty text is an error, instead of as good as none.
pub(super) fn refuses_empty(check: fn(&str) -> Verdict) -> bool {
    matches!(check(""), Verdict::Refused(_))
}

/// Anything.
pub(super) fn any(text: &str) -> Verdict {
    if text.is_empty() { Verdict::Absent } else { Verdict::Accepted(text.to_owned()) }
}

/// The name of an Event Hub or a consumer group.
pub(super) fn name(text: &str) -> Verdict {
    match text.chars().find(|character| character.is_whitespace() || character.is_control() || "/\\?#%".contains(*character)) {
        Some(character) => refused(character, "a name"),
        None => any(text),
    }
}

/// The id of a subscription, which is a UUID wherever it was seen.
pub(super) fn subscription(text: &str) -> Verdict {
    match scope(text, "a subscription's id", "give the id alone") {
        Some(refused) => refused,
        None if is_uuid(text) => any(text),
        None => Verdict::Doubtful("does not look like a subscription's id, which is a UUID".into()),
    }
}

/// The name of a management group.
pub(super) fn management_group(text: &str) -> Verdict {
    let usual = |character: char| character.is_ascii_alphanumeric() || "-_.()".contains(character);
    match scope(text, "a management group's name", "give the name alone, not what it is displayed as") {
        Some(refused) => refused,
        None if text.chars().all(usual) => any(text),
        None => Verdict::Doubtful("does not look like a management group's name, which has at most 90 letters, digits and `-_.()`".into()),
    }
}

/// Why a text cannot be the one segment of a path that names a scope, which is `of` such a kind; `instead` is what to do. Anything else can be written
/// there, percent-encoded where it has to be.
fn scope(text: &str, of: &str, instead: &str) -> Option<Verdict> {
    // What is encoded already goes out as it is, so a server reads it decoded.
    let read = crate::url::decoded(text);
    if let Some(character) = read.chars().find(|character| character.is_control() || "/\\".contains(*character)) {
        return Some(refused(character, &format!("{of}; {instead}")));
    }
    let why = match read.trim() {
        "" if text.is_empty() => "it is empty; leave the setting out if there is nothing to name".to_owned(),
        "" => "it is blank; leave the setting out if there is nothing to name".to_owned(),
        "." | ".." => format!("`{text}` cannot be {of}, because it would name another path"),
        _ if text.chars().count() > LONGEST_SCOPE => format!("it has more than {LONGEST_SCOPE} characters, so it cannot be {of}; {instead}"),
        _ => return None,
    };
    Some(Verdict::Refused(why))
}

/// An OAuth scope.
pub(super) fn token_scope(text: &str) -> Verdict {
    match text.chars().find(|character| character.is_whitespace() || character.is_control()) {
        Some(character) => refused(character, "a token scope; give several as a list"),
        None => any(text),
    }
}

/// A date, perhaps with a suffix such as `-preview`; a time of midnight is dropped.
pub(super) fn api_version(text: &str) -> Verdict {
    if text.is_empty() {
        return Verdict::Absent;
    }
    let refused = || Verdict::Refused("expected a date such as `2021-06-01`, or one with a suffix such as `-preview`".into());
    let Some((date, rest)) = text.split_at_checked("2021-06-01".len()).filter(|(date, _)| is_date(date)) else { return refused() };
    match rest {
        "T00:00:00Z" | "T00:00:00.000Z" => any(date),
        "" => any(text),
        _ => match rest.strip_prefix('-') {
            Some(suffix) if !suffix.is_empty() && suffix.chars().all(|character| character.is_ascii_alphanumeric() || "-.".contains(character)) => any(text),
            _ => refused(),
        },
    }
}

/// The base of an API: scheme and host in lower case, without a slash at the end.
pub(super) fn url(text: &str) -> Verdict {
    match base(text) {
        _ if text.is_empty() => Verdict::Absent,
        Ok(base) => Verdict::Accepted(base),
        Err(reason) => Verdict::Refused(reason.into()),
    }
}

fn base(text: &str) -> Result<String, &'static str> {
    let (scheme, rest) = text.split_once("://").ok_or("expected an absolute URL such as `https://management.azure.com`")?;
    if rest.contains(['?', '#']) {
        return Err("a query or a fragment cannot be part of it");
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err("a user or a password cannot be part of it; the host has the credentials");
    }
    if path.contains(|character: char| character.is_whitespace() || character.is_control() || character == '\\') {
        return Err("its path has a character that would have to be escaped");
    }
    let host = host(authority).ok_or("it has no host, or one that is not written like one")?;
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {}
        "http" if is_this_machine(host) => {}
        "http" => return Err("`http` is for this machine only; use `https`"),
        _ => return Err("expected `https`"),
    }
    Ok(format!("{}://{}{}", scheme.to_ascii_lowercase(), authority.to_ascii_lowercase(), crate::url::path(path.trim_end_matches('/'))))
}

/// The host of an authority whose port, if it has one, is a number.
fn host(authority: &str) -> Option<&str> {
    let end = match authority.strip_prefix('[') {
        Some(inside) => inside.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(end);
    let port_is_sound = port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.parse::<u16>().is_ok());
    let usual = |character: char| character.is_ascii_alphanumeric() || "-._".contains(character);
    let is_sound = bracketed(host).is_some() || (!host.is_empty() && host.chars().all(usual));
    (port_is_sound && is_sound).then_some(host)
}

fn bracketed(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

fn is_this_machine(host: &str) -> bool {
    let is_v4 = host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    let is_v6 = bracketed(host).is_some_and(|address| address.is_loopback());
    is_v4 || is_v6 || host.eq_ignore_ascii_case("localhost")
}

fn refused(character: char, of: &str) -> Verdict {
    let shown = match character {
        _ if character.is_control() => "a control character".to_owned(),
        _ if character.is_whitespace() => "a blank".to_owned(),
        _ => format!("`{character}`"),
    };
    Verdict::Refused(format!("{shown} cannot be part of {of}"))
}

fn is_uuid(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    digits && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

fn is_date(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(text: &str) -> Verdict {
        Verdict::Accepted(text.into())
    }

    #[test]
    fn ids_and_names_are_refused_only_if_they_can_never_be_right() {
        let id = "0a1b2c3d-0000-4444-8888-CCCCddddeeee";
        assert_eq!(subscription(id), accepted(id));
        assert_eq!(management_group("contoso_root-1.(x)"), accepted("contoso_root-1.(x)"));
        assert_eq!(name("$Default"), accepted("$Default"));
        for doubtful in ["my-subscription", "0a1b2c3d-0000-4444-8888-ccccddddeeeg", "0a1b2c3d00004444-8888-ccccddddeeee"] {
            assert!(matches!(subscription(doubtful), Verdict::Doubtful(_)), "{doubtful}");
        }
        for doubtful in ["größe", "a,b", "a b", " a", "a?b", "a#b", "100%", "a%20b", &"ö".repeat(90)] {
            assert!(matches!(management_group(doubtful), Verdict::Doubtful(_)), "{doubtful}");
            assert!(matches!(subscription(doubtful), Verdict::Doubtful(_)), "{doubtful}");
        }
        for wrong in ["a b", " a", "a\n", "a?b", "a#", "a%20", "a\\b"] {
            assert!(matches!(name(wrong), Verdict::Refused(_)), "{wrong:?}");
        }
    }

    #[test]
    fn a_scope_is_one_segment_of_a_path_that_is_no_other_one() {
        let long = "x".repeat(91);
        let wrong = ["", " ", ".", "..", " .. ", "%2e%2E", "/subscriptions/0a1b", "a/b", "a%2Fb", "a\\b", "a%5cb", "a\n", "a\0", "a%0db", "a\u{85}", &long];
        for wrong in wrong {
            for check in [subscription, management_group] {
                assert!(matches!(check(wrong), Verdict::Refused(_)), "{wrong:?}");
            }
        }
    }

    #[test]
    fn urls_are_https_or_local() {
        for (text, expected) in [
            ("https://management.azure.com", "https://management.azure.com"),
            ("https://management.azure.com/", "https://management.azure.com"),
            ("HTTPS://Management.Azure.COM//", "https://management.azure.com"),
            ("https://proxy.example:8443/Azure/", "https://proxy.example:8443/Azure"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://127.0.0.2", "http://127.0.0.2"),
            ("http://[::1]:80/", "http://[::1]:80"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]"),
            ("https://proxy.example/Größe|%20/", "https://proxy.example/Gr%C3%B6%C3%9Fe%7C%20"),
        ] {
            assert_eq!(url(text), accepted(expected), "{text}");
        }
        for wrong in [
            " ",
            "management.azure.com",
            "https:management.azure.com",
            "http://management.azure.com",
            "http://localhost.example",
            "http://128.0.0.1",
            "ftp://localhost",
            "https://",
            "https:///x",
            "https://:443",
            "https://h:",
            "https://h:x",
            "https://h:65536",
            "https://h:1:2",
            "https://h?api-version=1",
            "https://h/#",
            "https://u:p@h",
            "https://h h",
            " https://h",
            "https://h/a b",
            "https://h/a\\b",
            "https://[::1",
            "https://[zz]",
            "https://[::1]x",
            "https://münchen",
        ] {
            assert!(matches!(url(wrong), Verdict::Refused(_)), "{wrong}");
        }
    }

    #[test]
    fn api_versions_are_dates() {
        for (text, expected) in [
            ("2021-06-01", "2021-06-01"),
            ("2019-01-01-preview", "2019-01-01-preview"),
            ("2021-06-01T00:00:00Z", "2021-06-01"),
            ("2021-06-01T00:00:00.000Z", "2021-06-01"),
        ] {
            assert_eq!(api_version(text), accepted(expected), "{text}");
        }
        for wrong in
            ["latest", "2021", "2021-6-1", "2021-06-01-", "2021-06-01preview", "2021-06-01 ", "2021-06-01T12:00:00Z", "2021-06-01-a&b=c", "２021-06-01"]
        {
            assert!(matches!(api_version(wrong), Verdict::Refused(_)), "{wrong}");
        }
    }

    #[test]
    fn token_scopes_have_no_blanks() {
        assert_eq!(token_scope("https://h/.default"), accepted("https://h/.default"));
        assert!(matches!(token_scope("https://h/.default offline_access"), Verdict::Refused(_)));
    }
}
