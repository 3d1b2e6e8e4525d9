//! The parts of a URI, as `java.net.URI` finds them, or else `java.net.URL`.

mod address;
mod character;
mod lenient;
mod strict;

use std::borrow::Cow;

/// What a URI consists of. A part that is not there is absent; one that is there may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    /// The host.
    pub domain: Option<&'a str>,
    /// Behind the last dot of the path's last segment.
    pub extension: Option<Cow<'a, str>>,
    /// Behind `#`.
    pub fragment: Option<Cow<'a, str>>,
    /// All of it, as it was given.
    pub original: &'a str,
    /// Before the first colon of the user information.
    pub username: Option<Cow<'a, str>>,
    /// Behind that colon.
    pub password: Option<Cow<'a, str>>,
    /// From the first slash behind the authority.
    pub path: Option<Cow<'a, str>>,
    /// As it is given; no default.
    pub port: Option<u32>,
    /// Behind `?`.
    pub query: Option<Cow<'a, str>>,
    /// Before the first colon.
    pub scheme: Option<Cow<'a, str>>,
    /// Before the `@`.
    pub user_info: Option<Cow<'a, str>>,
}

/// The parts of a text that is a URI, or nearly one.
pub(crate) fn parts(text: &str) -> Option<Parts<'_>> {
    let found = strict::parts(text).or_else(|| lenient::parts(text))?;
    let (username, password) = match &found.user_info {
        Some(user) => (section(user, |user| Some(user.split_once(':')?.0)), section(user, |user| Some(user.split_once(':')?.1))),
        None => (None, None),
    };
    let extension = found.path.as_ref().and_then(|path| section(path, extension));
    Some(Parts { original: text, extension, username, password, ..found })
}

/// The extension of a path; a bare name has none.
fn extension(path: &str) -> Option<&str> {
    let (_, last) = path.rsplit_once('/')?;
    Some(last.rsplit_once('.')?.1)
}

/// A section of a part, borrowed if the part is.
fn section<'a>(part: &Cow<'a, str>, select: impl FnOnce(&str) -> Option<&str>) -> Option<Cow<'a, str>> {
    match part {
        Cow::Borrowed(text) => select(text).map(Cow::Borrowed),
        Cow::Owned(text) => select(text).map(|section| Cow::Owned(section.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts that are there, one behind the other.
    fn check(text: &str, expected: Option<&str>) {
        let found = parts(text).map(|parts| {
            let port = parts.port.map(|port| Cow::Owned(port.to_string()));
            [
                ("scheme", parts.scheme),
                ("user_info", parts.user_info),
                ("username", parts.username),
                ("password", parts.password),
                ("domain", parts.domain.map(Cow::Borrowed)),
                ("port", port),
                ("path", parts.path),
                ("extension", parts.extension),
                ("query", parts.query),
                ("fragment", parts.fragment),
            ]
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| format!("{name}={value}")))
            .collect::<Vec<_>>()
            .join(" ")
        });
        assert_eq!(found.as_deref(), expected, "{text:?}");
        assert!(parts(text).is_none_or(|parts| parts.original == text));
    }

    #[test]
    fn a_url_has_all_parts() {
        check(
            "https://ann:s3%3Aret@files.example:8443/a%20b/c.tar.gz?q=%C3%A9&r#top",
            Some(
                "scheme=https user_info=ann:s3:ret username=ann password=s3:ret domain=files.example port=8443 path=/a b/c.tar.gz extension=gz query=q=é&r fragment=top",
            ),
        );
        check("HTTPS://Host.Example", Some("scheme=HTTPS domain=Host.Example path="));
        check("http://h:/?#", Some("scheme=http domain=h path=/ query= fragment="));
        check("http://ann@h/", Some("scheme=http user_info=ann domain=h path=/"));
        check("http://@h/", Some("scheme=http user_info= domain=h path=/"));
        check("http://ann:@h/", Some("scheme=http user_info=ann: username=ann password= domain=h path=/"));
        check("http://a%3Ab@h/", Some("scheme=http user_info=a:b username=a password=b domain=h path=/"));
        check("http://h/é?ü#ö", Some("scheme=http domain=h path=/é query=ü fragment=ö"));
        check("http://h/a/../b/./c//d", Some("scheme=http domain=h path=/a/../b/./c//d"));
        check("file:///c:/a.b", Some("scheme=file path=/c:/a.b extension=b"));
        check("c:/temp", Some("scheme=c path=/temp"));
        check("http://h/?a[0]=[x]", Some("scheme=http domain=h path=/ query=a[0]=[x]"));
    }

    #[test]
    fn opaque_and_relative_references_are_legal() {
        check("mailto:ann@h.example?subject=x#f", Some("scheme=mailto fragment=f"));
        check("urn:isbn:1", Some("scheme=urn"));
        check("javascript:x[0]%20", Some("scheme=javascript"));
        check("", Some("path="));
        check("word", Some("path=word"));
        check("a.b", Some("path=a.b"));
        check("/a.b", Some("path=/a.b extension=b"));
        check("/a.", Some("path=/a. extension="));
        check("/a.b/c", Some("path=/a.b/c"));
        check("?a", Some("path= query=a"));
        check("#a", Some("path= fragment=a"));
        check("//h:80/p", Some("domain=h port=80 path=/p"));
        check("///p", Some("path=/p"));
        check("//?q", Some("path= query=q"));
    }

    #[test]
    fn hosts_are_checked_and_registry_names_are_not() {
        for (text, expected) in [
            ("http://1.2.3.4/", Some("scheme=http domain=1.2.3.4 path=/")),
            ("http://001.2.3.4:80/", Some("scheme=http domain=001.2.3.4 port=80 path=/")),
            ("http://1.2.3.256/", Some("scheme=http path=/")),
            ("http://1.2.3.4./", Some("scheme=http path=/")),
            ("http://1234/", Some("scheme=http domain=1234 path=/")),
            ("http://a.1/", Some("scheme=http path=/")),
            ("http://1.a/", Some("scheme=http domain=1.a path=/")),
            ("http://a.b./", Some("scheme=http domain=a.b. path=/")),
            ("http://a..b/", Some("scheme=http path=/")),
            ("http://a-b.c-1/", Some("scheme=http domain=a-b.c-1 path=/")),
            ("http://a-.b/", Some("scheme=http path=/")),
            ("http://-a/", Some("scheme=http path=/")),
            ("http://my_host:80/", Some("scheme=http path=/")),
            ("http://münchen/", Some("scheme=http path=/")),
            ("http://h%41/", Some("scheme=http path=/")),
            ("http://h:x/", Some("scheme=http path=/")),
            ("http://h:99999999999/", Some("scheme=http path=/")),
            ("http://h:2147483647/", Some("scheme=http domain=h port=2147483647 path=/")),
            ("http://:80/", Some("scheme=http path=/")),
            ("http://a@b@c/", Some("scheme=http path=/")),
            ("http://a,b;c/", Some("scheme=http path=/")),
            ("http://[::1]/", Some("scheme=http domain=[::1] path=/")),
            ("http://u@[1:2:3:4:5:6:7:8]:80/", Some("scheme=http user_info=u domain=[1:2:3:4:5:6:7:8] port=80 path=/")),
            ("http://[1:2:3:4:5:6:7::]/", Some("scheme=http domain=[1:2:3:4:5:6:7::] path=/")),
            ("http://[::ffff:1.2.3.4]/", Some("scheme=http domain=[::ffff:1.2.3.4] path=/")),
            ("http://[1:2:3:4:5:6:1.2.3.4]/", Some("scheme=http domain=[1:2:3:4:5:6:1.2.3.4] path=/")),
            ("http://[fe80::1%25eth0]/", Some("scheme=http domain=[fe80::1%25eth0] path=/")),
            ("http://[::1%]/", None),
            ("http://[::1%a-b]/", Some("scheme=http domain=[::1%a-b] path=/")),
            ("http://[zz]/", None),
            ("http://[::1/", None),
            ("http://::1]/", None),
            ("http://[1:2]/", None),
            ("http://[1::2::3]/", None),
            ("http://[::1]x/", None),
            ("http://u%zz@[::1]/", Some("scheme=http user_info=u%zz domain=[::1] path=/")),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn what_is_no_uri_may_still_be_a_url() {
        for (text, expected) in [
            ("http://h/a b", Some("scheme=http domain=h path=/a b")),
            (" HTTP://h/%zz ", Some("scheme=http domain=h path=/%zz")),
            ("http://my_host/a|b.c?d|e#f g", Some("scheme=http domain=my_host path=/a|b.c extension=c query=d|e fragment=f g")),
            ("http://h/a#b#c", Some("scheme=http domain=h path=/a fragment=b#c")),
            ("http://h/a b#", Some("scheme=http domain=h path=/a b fragment=")),
            ("http://h/a b?", Some("scheme=http domain=h path=/a b query=")),
            ("ftp://u:p@h:21/{a}", Some("scheme=ftp user_info=u:p username=u password=p domain=h port=21 path=/{a}")),
            ("http://u@v@h/ ", Some("scheme=http domain= path=/")),
            ("http://h: /", None),
            ("http://h:/ a", Some("scheme=http domain=h path=/ a")),
            ("http://h:80a/ ", None),
            ("http://h:-1/<", Some("scheme=http domain=h path=/<")),
            ("http://h:-2/<", None),
            ("http://h:+80/<", Some("scheme=http domain=h port=80 path=/<")),
            ("http:a b", Some("scheme=http domain= path=a b")),
            ("http:?a b", Some("scheme=http domain= path= query=a b")),
            ("http:////h/a b", Some("scheme=http domain= path=////h/a b")),
            ("http://[::1]:80/a b", Some("scheme=http domain=[::1] port=80 path=/a b")),
            ("http://[::1]a/a b", None),
            ("http://[:]/a b", None),
            ("http://[zz]/a b", None),
            ("http://[fe80::1%a|b]/ ", Some("scheme=http domain=[fe80::1%a|b] path=/")),
            ("http://[fe80::1%]/ ", None),
            ("http://ann b@h/", Some("scheme=http user_info=ann b domain=h path=/")),
            ("http://a[b]/", None),
            ("http://a b/", None),
            ("http://a|b/", None),
            ("http://h\\p", None),
            ("http://h\u{1}/", None),
            ("http://a：80/ b", None),
            ("file:c:\\temp\\a.txt", Some("scheme=file domain= path=c:\\temp\\a.txt")),
            ("url:http://h/a b", Some("scheme=http domain=h path=/a b")),
            ("mailto:a b@c?d?e#f", Some("scheme=mailto domain= path=a b@c?d query=e")),
            ("mailto:\u{2003}", None),
            ("mailto:\u{a0}", Some("scheme=mailto domain= path=\u{a0}")),
            ("mailto:", None),
            ("http:", Some("scheme=http domain= path=")),
            ("gopher://h/a b", None),
            ("c:\\temp", None),
            ("\\\\host\\share", None),
            ("a b", None),
            ("#a b", None),
            ("http//h:80/a b", None),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn escapes_are_utf8() {
        check("/%E2%82%AC", Some("path=/€"));
        check("/%FFx", Some("path=/\u{fffd}x"));
        check("/%E2%82x%C3%28", Some("path=/\u{fffd}x\u{fffd}("));
        check("/%2e%2F%41", Some("path=/./A"));
        check("/%ED%A0%BD%ED%B8%80%ED%A0", Some("path=/\u{fffd}\u{fffd}\u{fffd}"));
        check("/%F0%9F%98%80%ED%41", Some("path=/😀\u{fffd}A"));
        check("/a%", None);
        check("/a%4", None);
    }
}
