//! The authority of a URI: a server with a checked host, or a name of some registry, which says nothing to us.

use super::character::Class;

/// What an authority says about a server; nothing if it is a registry's name.
#[derive(Debug, Default)]
pub(super) struct Server<'a> {
    pub user: Option<&'a str>,
    pub host: Option<&'a str>,
    pub port: Option<u32>,
}

/// Reads an authority that is not empty. `None` if it is neither a server nor a registry's name.
pub(super) fn server(authority: &str) -> Option<Server<'_>> {
    let is_registry = Class::REGISTRY.span(authority)? == authority.len();
    if Class::SERVER.covers(authority)
        && let Some(server) = user_host_port(authority)
    {
        return Some(server);
    }
    is_registry.then(Server::default)
}

/// `[user@]host[:port]`
fn user_host_port(authority: &str) -> Option<Server<'_>> {
    let (user, rest) = match authority.split_once('@') {
        Some((user, rest)) if Class::USER.covers(user) => (Some(user), rest),
        Some(_) => return None,
        None => (None, authority),
    };
    let (host, rest) = rest.split_at(host_length(rest)?);
    let port = match rest.strip_prefix(':') {
        Some("") => None,
        Some(digits) => Some(port(digits)?),
        None if rest.is_empty() => None,
        None => return None,
    };
    Some(Server { user, host: Some(host), port })
}

fn port(digits: &str) -> Option<u32> {
    if !Class::DIGIT.covers(digits) {
        return None;
    }
    // Java keeps ports as signed numbers.
    digits.parse::<i32>().ok()?.try_into().ok()
}

/// The length of the host that the text begins with.
fn host_length(text: &str) -> Option<usize> {
    if let Some(inside) = text.strip_prefix('[') {
        let end = inside.find(']')?;
        return is_bracketed(&inside[..end]).then_some(end + 2);
    }
    let end = text.find(':').unwrap_or(text.len());
    let host = &text[..end];
    (is_quad(host) || is_name(host)).then_some(end)
}

/// Four numbers below 256 with as many leading zeros as one likes.
fn is_quad(text: &str) -> bool {
    let mut parts = 0;
    for part in text.split('.') {
        let significant = part.trim_start_matches('0');
        let fits = significant.len() < 3 || significant.parse::<u8>().is_ok();
        if part.is_empty() || !Class::DIGIT.covers(part) || !fits {
            return false;
        }
        parts += 1;
    }
    parts == 4
}

/// Labels of letters, digits and inner hyphens. The last of several begins with a letter, and may end with a dot.
fn is_name(text: &str) -> bool {
    let labels = text.strip_suffix('.').unwrap_or(text);
    let last_begins_with_letter = labels.rsplit_once('.').is_none_or(|(_, last)| last.starts_with(|first: char| first.is_ascii_alphabetic()));
    labels.split('.').all(is_label) && last_begins_with_letter
}

fn is_label(text: &str) -> bool {
    let inner = text.bytes().all(|byte| byte == b'-' || Class::ALPHANUMERIC.has(byte));
    inner && !text.is_empty() && !text.starts_with('-') && !text.ends_with('-')
}

/// An IPv6 address, perhaps with a scope.
fn is_bracketed(text: &str) -> bool {
    match text.split_once('%') {
        Some((address, scope)) => !address.is_empty() && is_v6(address) && !scope.is_empty() && Class::SCOPE.covers(scope),
        None => is_v6(text),
    }
}

/// Groups of one to four digits, sixteen bytes in all, or fewer with one `::`.
fn is_v6(text: &str) -> bool {
    match text.split_once("::") {
        Some((before, after)) => match (leading_bytes(before), bytes(after)) {
            (Some(before), Some(after)) => before + after < 16,
            _ => false,
        },
        None => bytes(text) == Some(16),
    }
}

fn leading_bytes(text: &str) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    text.split(':').all(is_group).then(|| 2 * text.split(':').count())
}

/// The bytes that groups stand for; the last may be a dotted quad.
fn bytes(text: &str) -> Option<usize> {
    match text.rsplit_once(':') {
        Some((before, last)) if is_quad(last) && !before.is_empty() => Some(leading_bytes(before)? + 4),
        None if is_quad(text) => Some(4),
        _ => leading_bytes(text),
    }
}

fn is_group(text: &str) -> bool {
    (1..=4).contains(&text.len()) && Class::HEXADECIMAL.covers(text)
}
