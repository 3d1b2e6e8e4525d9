//! `url.*`, `http.*` and `user_agent.*`: what was asked for, by entities and properties.

use std::borrow::Cow;

use super::Alert;
use super::texts::or_null;
use crate::defender::node::Kind;
use crate::defender::property::keys;
use crate::ecs::EVENT;
use crate::json::tree::Value;
use crate::mapping::cast::integer;
use crate::mapping::convert::uri::{self, Parts};
use crate::mapping::event::entities::{self, URL_ORIGINAL, URL_PATH};
use crate::mapping::record::{Record, rules};

rules! { EVENT;
    FULL "url.full" = "profile extended: the readable `Url` of an entity if it has scheme and host; else a property `apiendpoint`, `url` or `target` that is one, else `file.path`";
    PATH "url.path" = "profile extended: else a property `apiendpoint`, `url` or `target` that is a path, else the first of `sampleuris`";
    METHOD "http.request.method" = "profile extended: what stands before the URL in property `apiendpoint`, `url` or `target`";
    REFERRER "http.request.referrer" = "profile extended: property `samplereferer`";
    STATUS "http.response.status_code" = "profile extended: property `statuscode` of an alert about an API, a web app or an AI service";
    USER_AGENT "user_agent.original" = "profile extended: property `useragent`, `useragents` or `sampleuseragents`";
}

/// Fills all of them; needs `file.*`.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Alert { properties, graph, .. } = alert;
    record.fill(&FULL, |read| match read.field(URL_ORIGINAL.slot) {
        Value::Text(url) if is_absolute(url) => Value::Text(url),
        _ => Value::Null,
    });
    let has_entity = !record.document.get(URL_ORIGINAL.slot).is_null();
    if !has_entity && graph.has(Kind::File) {
        record.fill(&FULL, |read| match [super::file::DIRECTORY.slot, super::file::PATH.slot].map(|slot| read.field(slot)) {
            [Value::Text(directory), path] if directory.contains("://") => path,
            _ => Value::Null,
        });
    }
    if properties.is_empty() {
        return;
    }
    let endpoints = keys![apiendpoint url target];
    if !has_entity && record.document.get(FULL.slot).is_null() {
        let found = record.look(|read| {
            properties.find(read, endpoints, |text| Some((text, uri::parts(without_method(text).1)?)).filter(|(text, _)| is_absolute(without_method(text).1)))
        });
        match found {
            Some((text, parts)) => {
                let url = without_method(text).1;
                record.fill(&FULL, |read| {
                    properties.find(read, endpoints, |own| (own == text).then_some(()));
                    Value::Text(url)
                });
                fill_parts(record, &parts);
            }
            None => {
                let path = |text: &'a str| Some(without_method(text).1).filter(|path| path.starts_with('/') && !path.starts_with("//"));
                record.fill(&PATH, |read| {
                    let own = properties.find(read, endpoints, path);
                    or_null(own.or_else(|| {
                        let first = |text: &'a str| text.split([' ', ',', ';', '"', '\'', '[', ']']).find(|part| !part.is_empty());
                        properties.find(read, keys![sampleuris], |text| first(text).filter(|first| first.starts_with('/')))
                    }))
                });
            }
        }
    }
    record.fill(&METHOD, |read| or_null(properties.find(read, endpoints, |text| without_method(text).0)));
    record.fill(&REFERRER, |read| properties.value(read, keys![samplereferer]));
    record.fill(&USER_AGENT, |read| properties.value(read, keys![useragent useragents sampleuseragents]));
    if matches!(alert.said.family(), 14 | 16 | 17) {
        record.fill(&STATUS, |read| match properties.first(read, keys![statuscode]) {
            Some(code) if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()) && !code.starts_with('0') => Value::Number(code),
            _ => Value::Null,
        });
    }
}

fn fill_parts<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let arena = record.arena;
    let text = |part: &Option<Cow<'a, str>>| match part {
        Some(Cow::Borrowed(text)) => Value::Text(text),
        Some(Cow::Owned(text)) => Value::Text(arena.alloc_str(text)),
        None => Value::Null,
    };
    for (rule, part) in [
        (&entities::URL_DOMAIN, or_null(parts.domain)),
        (&entities::URL_EXTENSION, text(&parts.extension)),
        (&entities::URL_FRAGMENT, text(&parts.fragment)),
        (&entities::URL_ORIGINAL, Value::Text(parts.original)),
        (&entities::URL_PASSWORD, text(&parts.password)),
        (&URL_PATH, text(&parts.path)),
        (&entities::URL_PORT, parts.port.map_or(Value::Null, |port| integer(arena, port.into()))),
        (&entities::URL_QUERY, text(&parts.query)),
        (&entities::URL_SCHEME, text(&parts.scheme)),
        (&entities::URL_USER_INFO, text(&parts.user_info)),
        (&entities::URL_USERNAME, text(&parts.username)),
    ] {
        record.fill(rule, |read| {
            read.field(FULL.slot);
            part
        });
    }
}

/// A method, and the URL behind it.
fn without_method(text: &str) -> (Option<&str>, &str) {
    match text.split_once(' ') {
        Some((method, rest)) if method.len() > 2 && method.bytes().all(|byte| byte.is_ascii_uppercase()) => (Some(method), rest.trim()),
        _ => (None, text),
    }
}

/// Whether a URL has a scheme and a host.
fn is_absolute(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    is_scheme && !rest.is_empty() && !rest.starts_with(['/', '?', '#']) && !url.contains(char::is_whitespace)
}
