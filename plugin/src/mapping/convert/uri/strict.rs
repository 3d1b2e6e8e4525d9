//! The grammar of `java.net.URI`.

use super::Parts;
use super::address::{self, Server};
use super::character::{Class, unescape};

/// The parts of a legal URI.
pub(super) fn parts(text: &str) -> Option<Parts<'_>> {
    let (before, fragment) = match text.split_once('#') {
        Some((before, fragment)) => (before, Some(fragment)),
        None => (text, None),
    };
    if fragment.is_some_and(|fragment| !Class::ANY.covers(fragment)) {
        return None;
    }
    let (scheme, rest) = match split_scheme(before) {
        Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
        Some(_) => return None,
        None => (None, before),
    };
    // An authority may be empty only if something follows it, be it a fragment.
    if rest == "//" && fragment.is_none() {
        return None;
    }
    let parts = if scheme.is_some() && !rest.starts_with('/') { opaque(rest)? } else { hierarchical(rest)? };
    Some(Parts { scheme: scheme.map(Into::into), fragment: fragment.map(unescape), ..parts })
}

/// What stands before the first colon, if that comes before any slash or question mark.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').filter(|(scheme, _)| !scheme.contains(['/', '?']))
}

fn is_scheme(text: &str) -> bool {
    text.bytes().next().is_some_and(|first| Class::LETTER.has(first)) && Class::SCHEME.covers(text)
}

/// A scheme-specific part without a slash in front has no parts of its own.
fn opaque(text: &str) -> Option<Parts<'_>> {
    (!text.is_empty() && Class::ANY.covers(text)).then(Parts::default)
}

/// `[//authority]path[?query]`
fn hierarchical(text: &str) -> Option<Parts<'_>> {
    let (server, rest) = match text.strip_prefix("//") {
        Some(rest) => {
            let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
            let server = if authority.is_empty() { Server::default() } else { address::server(authority)? };
            (server, rest)
        }
        None => (Server::default(), text),
    };
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    if !Class::PATH.covers(path) || query.is_some_and(|query| !Class::ANY.covers(query)) {
        return None;
    }
    Some(Parts {
        domain: server.host,
        path: Some(unescape(path)),
        port: server.port,
        query: query.map(unescape),
        user_info: server.user.map(unescape),
        ..Parts::default()
    })
}
