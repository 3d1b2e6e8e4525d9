//! Which links are followed: only those to the origin the walk started from, and none twice.

use std::collections::BTreeSet;

use super::hash;
use crate::url;

/// Scheme, host and port: the server that may see the access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// `https://host:port` as the settings have it.
    text: String,
    /// The same in a form that compares.
    normal: Option<String>,
}

impl Origin {
    /// The origin of the settings' `url`.
    pub(super) fn of(url: &str) -> Self {
        let length = url.find("://").map_or(url.len(), |at| at + 3 + authority(&url[at + 3..]).len());
        Self { text: url[..length].to_owned(), normal: normal(url) }
    }

    /// The URL that a page's `nextLink` leads to, or why it is not followed.
    pub(super) fn follow(&self, link: &str) -> Result<String, &'static str> {
        let url = if is_path(link) { format!("{}{link}", self.text) } else { link.to_owned() };
        if url.contains('#') {
            return Err("it holds a fragment");
        }
        self.admit(&url)?;
        Ok(url::given(&url).into_owned())
    }

    /// Whether two links of pages are the same or lead to the same URL, so that it does not matter which is followed.
    pub(super) fn is_same(&self, one: &str, other: &str) -> bool {
        let page = |link: &str| self.follow(link).ok().map(|url| behind_server(&url).to_owned());
        one == other || page(one).is_some_and(|one| page(other) == Some(one))
    }

    /// The URL of the list that a `subAssessmentsLink` leads to. It is a path below the API's base, made of names that may hold anything, but a whole URL
    /// serves as well.
    pub(super) fn list(&self, base: &str, link: &str, api_version: &str) -> Result<String, &'static str> {
        let whole = if is_path(link) { format!("{base}{link}") } else { link.to_owned() };
        if !is_path(link) && whole.contains('#') {
            return Err("it holds a fragment");
        }
        self.admit(&whole)?;
        if has_dots(link) {
            return Err("a segment of its path is `.` or `..`, so it would lead to another one");
        }
        let (address, query) = whole.split_once('?').map_or((whole.as_str(), None), |(address, query)| (address, Some(query)));
        let server = address.find("://").map_or(0, |at| at + 3 + authority(&address[at + 3..]).len());
        let (server, path) = address.split_at(server);
        let mut url = format!("{server}{}?", url::path(path));
        if let Some(query) = query {
            url.push_str(&url::query(query));
        }
        let named = |part: &str| part.split('=').next().is_some_and(|name| url::decoded(name).eq_ignore_ascii_case("api-version"));
        if !query.is_some_and(|query| query.split('&').any(named)) {
            let separator = if query.is_none_or(str::is_empty) { "" } else { "&" };
            url.push_str(&format!("{separator}api-version={api_version}"));
        }
        Ok(url)
    }

    /// Whether a URL leads to this server, and no client could read it in another way.
    fn admit(&self, url: &str) -> Result<(), &'static str> {
        if url.contains(|character: char| character.is_ascii_control()) {
            return Err("it holds a control character");
        }
        match normal(url) {
            None => Err("it is no URL"),
            same if same == self.normal => Ok(()),
            Some(_) => Err("it leads to another server"),
        }
    }
}

/// Whether a link is a path of the same server. Two slashes would name another one, and some clients read a backslash as a slash.
fn is_path(link: &str) -> bool {
    link.starts_with('/') && !link[1..].starts_with(['/', '\\'])
}

/// Whether a segment of a link's path leads nowhere or back, as a server reads it.
fn has_dots(link: &str) -> bool {
    let path = link.split_once('?').map_or(link, |(path, _)| path);
    url::decoded(path).split(['/', '\\']).any(|segment| matches!(segment, "." | ".."))
}

/// What a URL says to its server: path, query and fragment.
fn behind_server(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.strip_prefix(authority(rest)).unwrap_or(rest)
}

/// The part of a URL behind its `//` that names the server. A backslash ends nothing, so a name with one in it never compares equal.
fn authority(rest: &str) -> &str {
    rest.find(['/', '?', '#']).map_or(rest, |end| &rest[..end])
}

/// Scheme, host and port in lower case, the port always written.
fn normal(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let port = match scheme.as_str() {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let host = authority(rest).to_ascii_lowercase();
    let has_port = host.rsplit_once(':').is_some_and(|(_, digits)| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    match host.as_str() {
        "" => None,
        _ if has_port => Some(format!("{scheme}://{host}")),
        _ => Some(format!("{scheme}://{}:{port}", host.trim_end_matches(':'))),
    }
}

/// The pages of one list that were visited, in bounded space: any loop is found, one through the first pages at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Trail {
    first: BTreeSet<u128>,
    anchor: Option<u128>,
    pages: u64,
    next_anchor: u64,
}

impl Trail {
    /// URLs that are remembered one by one. Behind them a single one is, set anew after ever longer stretches (Brent's way to find a loop).
    const REMEMBERED: usize = 1024;
    /// More pages than any tenant has: a server that invents a new link for ever is left here.
    pub(super) const LONGEST: u64 = 1_000_000;

    /// Notes a page's URL; says whether to go there.
    pub(super) fn visit(&mut self, url: &str) -> bool {
        let url = hash::of(url);
        if self.first.contains(&url) || self.anchor == Some(url) || self.pages >= Self::LONGEST {
            return false;
        }
        self.pages += 1;
        if self.first.len() < Self::REMEMBERED {
            self.first.insert(url);
        } else if self.pages >= self.next_anchor {
            self.anchor = Some(url);
            self.next_anchor = self.pages * 2;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r03_only_links_to_the_same_origin_are_followed() {
        let origin = Origin::of("https://management.azure.com");
        for link in [
            "https://management.azure.com/a?api-version=2019-01-01&$skipToken=%7B\"x+y\"%7D",
            "HTTPS://Management.Azure.com:443/a",
            "https://management.azure.com?x",
        ] {
            assert_eq!(origin.follow(link).as_deref(), Ok(link));
        }
        assert_eq!(origin.follow("/a?b=%7B+").as_deref(), Ok("https://management.azure.com/a?b=%7B+"));
        assert_eq!(origin.follow("/ä b?c=%7b|\"ö\"").as_deref(), Ok("https://management.azure.com/%C3%A4%20b?c=%7b|\"%C3%B6\""));
        for link in [
            "_dynamic",
            "a/b",
            "?x=1",
            "//evil.example/a",
            "/\\evil.example/a",
            "http://management.azure.com/a",
            "https://management.azure.com:8443/a",
            "https://management.azure.com.evil.example/a",
            "https://management.azure.com@evil.example/a",
            "https://user@management.azure.com/a",
            "https://evil.example\\@management.azure.com/a",
            "https://management.azure.com\\.evil.example/a",
            "https://management.azure.com\t/a",
            "https:///a",
            "ftp://management.azure.com/a",
            "https://management.azure.com/a#b",
        ] {
            assert!(origin.follow(link).is_err(), "{link}");
        }
        let local = Origin::of("http://127.0.0.1:8080/base");
        assert_eq!(local.follow("/a").as_deref(), Ok("http://127.0.0.1:8080/a"));
        assert!(local.follow("https://127.0.0.1:8080/a").is_err());
    }

    #[test]
    fn a_list_of_sub_assessments_has_an_api_version() {
        let base = "https://h/base";
        let check = |link: &str, expected: &str| assert_eq!(Origin::of(base).list(base, link, "v").as_deref(), Ok(expected));
        check("/a/b", "https://h/base/a/b?api-version=v");
        check("/a?", "https://h/base/a?api-version=v");
        check("/a?x=1", "https://h/base/a?x=1&api-version=v");
        check("/a?Api-Version=w", "https://h/base/a?Api-Version=w");
        check("/a?x=1&api%2Dversion=w", "https://h/base/a?x=1&api%2Dversion=w");
        check("/a?%61PI%2dversion", "https://h/base/a?%61PI%2dversion");
        check("/a?x=api-version", "https://h/base/a?x=api-version&api-version=v");
        check("https://H/a", "https://H/a?api-version=v");
        check("/RegionVästerbotten/a b#c[1]%20%", "https://h/base/RegionV%C3%A4sterbotten/a%20b%23c%5B1%5D%20%25?api-version=v");
        check("/a?x={1|2} ä#b", "https://h/base/a?x={1|2}%20%C3%A4%23b&api-version=v");
        check("https://H/a|b", "https://H/a%7Cb?api-version=v");
        for refused in ["https://h/a#b", "https://h/a\tb", "/a\nb", "https://ä/a", "https://h /a"] {
            assert!(Origin::of(base).list(base, refused, "v").is_err(), "{refused}");
        }
        assert!(Origin::of(base).list(base, "https://other/a", "v").is_err());
        assert!(Origin::of(base).list(base, "a", "v").is_err());
    }

    #[test]
    fn a_list_of_sub_assessments_is_at_no_other_path() {
        let list = |link: &str| Origin::of("https://h/base").list("https://h/base", link, "v");
        for link in ["/a/../b", "/a/..", "/..", "/a/./b", "/%2e%2E/b", "/a/%2e", "/.%2e?x", "/a\\..\\b", "/a%2F..%5cb", "https://h/base/../b", "https://h/.."] {
            assert_eq!(list(link), Err("a segment of its path is `.` or `..`, so it would lead to another one"), "{link}");
        }
        for link in ["/a/.b", "/a/b..", "/a/...", "/a/%252e%252e", "/a?x=/../b", "/a/.. /b"] {
            assert!(list(link).is_ok(), "{link}");
        }
    }

    #[test]
    fn links_to_the_same_url_are_the_same() {
        let same = |one: &str, other: &str| Origin::of("https://management.azure.com").is_same(one, other);
        for (one, other) in
            [("/a?x=1", "https://management.azure.com/a?x=1"), ("HTTPS://MANAGEMENT.azure.com:443/a", "/a"), ("/ä b", "/%C3%A4%20b"), ("refused", "refused")]
        {
            assert!(same(one, other) && same(other, one), "{one} and {other}");
        }
        for (one, other) in [("/a", "/A"), ("/a", "/a?"), ("/a", "http://management.azure.com/a"), ("/a", "a"), ("a", "b"), ("/a", "/a#")] {
            assert!(!same(one, other) && !same(other, one), "{one} and {other}");
        }
    }

    #[test]
    fn r03_every_loop_is_found() {
        for (before, around) in [(0, 1), (1, 1), (3, 5), (2000, 1), (5000, 700)] {
            let mut trail = Trail::default();
            let page = |step: usize| if step < before { step } else { before + (step - before) % around };
            let steps = (0..1_000_000).find(|&step| !trail.visit(&page(step).to_string())).expect("an end");
            assert!(steps >= before + around, "nothing is refused before it comes again");
            assert!(steps <= 4 * (before + around) + 2, "{before} {around} {steps}");
        }
    }
}
