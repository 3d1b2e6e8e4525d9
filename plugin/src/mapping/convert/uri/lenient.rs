//! The grammar of `java.net.URL`, for what is no legal URI: few schemes, little checked but the authority, nothing decoded.

use super::super::ip;
use super::Parts;
use super::address::Server;

const SCHEMES: [&str; 5] = ["file", "ftp", "http", "https", "mailto"];

/// What may stand nowhere in an authority, besides control characters.
const NOT_IN_AUTHORITY: &[char] = &['/', '?', '#', '\\'];

/// What may not stand in a host besides: characters that browsers would escape, and those that some turn into delimiters.
const NOT_IN_HOST: &[char] = &[
    ':', '@', '[', ']', ' ', '"', '<', '>', '^', '`', '{', '|', '}', '⁇', '⁈', '⁉', '℀', '℁', '℅', '℆', '⩴', '﹕', '﹖', '﹟', '﹫', '＃', '／', '：', '？',
    '＠',
];

/// The parts of a URL of a known scheme.
pub(super) fn parts(text: &str) -> Option<Parts<'_>> {
    let trimmed = text.trim_matches(|character| character <= ' ');
    let url = match trimmed.split_at_checked(4) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("url:") => rest,
        _ => trimmed,
    };
    let (scheme, rest) = url.split_once(':')?;
    let scheme = SCHEMES.into_iter().find(|known| known.eq_ignore_ascii_case(scheme))?;
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment.into())),
        None => (rest, None),
    };
    let parts = if scheme == "mailto" { mail(rest)? } else { Parts { fragment, ..hierarchical(rest)? } };
    Some(Parts { scheme: Some(scheme.into()), ..parts })
}

/// An address that is not blank; what follows the last question mark is a query, and there is no fragment.
fn mail(text: &str) -> Option<Parts<'_>> {
    if text.chars().all(is_blank) {
        return None;
    }
    let (path, query) = match text.rsplit_once('?') {
        Some((path, query)) => (path, Some(query.into())),
        None => (text, None),
    };
    Some(Parts { domain: Some(""), path: Some(path.into()), query, ..Parts::default() })
}

/// White space to Java, to which blanks that hold words together are none.
fn is_blank(character: char) -> bool {
    let holds = matches!(character, '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}');
    matches!(character, '\u{1c}'..='\u{1f}') || (character.is_whitespace() && !holds)
}

fn hierarchical(text: &str) -> Option<Parts<'_>> {
    let (before, query) = match text.split_once('?') {
        Some((before, query)) => (before, Some(query.into())),
        None => (text, None),
    };
    // Four slashes begin a path of Windows' network.
    let (server, path) = match before.strip_prefix("//") {
        Some(rest) if !rest.starts_with("//") => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            (server(authority)?, path)
        }
        _ => (Server { host: Some(""), ..Server::default() }, before),
    };
    Some(Parts { domain: server.host, path: Some(path.into()), port: server.port, query, user_info: server.user.map(Into::into), ..Parts::default() })
}

/// `[user@]host[:port]`; with several `@` there is no host.
fn server(authority: &str) -> Option<Server<'_>> {
    if authority.contains(|character: char| character.is_ascii_control() || NOT_IN_AUTHORITY.contains(&character)) {
        return None;
    }
    let (user, rest) = match authority.split_once('@') {
        Some((_, rest)) if rest.contains('@') => return Some(Server { host: Some(""), ..Server::default() }),
        Some((user, _)) if user.contains(['[', ']']) => return None,
        Some((user, rest)) => (Some(user), rest),
        None => (None, authority),
    };
    let (host, port) = if rest.starts_with('[') { bracketed(rest)? } else { bare(rest)? };
    Some(Server { user, host: Some(host), port: read_port(port)? })
}

/// A host, and the text of the port behind it.
fn bare(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    (!host.contains(NOT_IN_HOST)).then_some((host, port))
}

/// An IPv6 address in brackets, and the text of the port behind it.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let (host, rest) = text.split_at(text.find(']')? + 1);
    let inside = host.get(1..host.len() - 1)?;
    let address = match inside.split_once('%') {
        Some((_, "")) => return None,
        Some((_, scope)) if scope.contains('[') => return None,
        Some((address, _)) => address,
        None => inside,
    };
    let port = if rest.is_empty() { "" } else { rest.strip_prefix(':')? };
    ip::is_v6(address).then_some((host, port))
}

/// The outer option is whether it is a number at all. -1 stands for no port.
fn read_port(text: &str) -> Option<Option<u32>> {
    if text.is_empty() {
        return Some(None);
    }
    match text.parse::<i32>().ok()? {
        -1 => Some(None),
        port => Some(Some(port.try_into().ok()?)),
    }
}
