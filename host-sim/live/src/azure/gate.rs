//! Where requests may go. What a component asks for is checked here before anything is sent, and so is where a redirect leads.

use url::{Host, Origin, Url};

use crate::config::Poll;
use crate::text::one_line;

/// The origins and paths that may be asked for.
#[derive(Debug)]
pub(super) struct Gate {
    origins: Vec<(Origin, bool)>,
    paths: Vec<String>,
}

/// A request that may be sent.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) url: Url,
    /// Whether the token goes there too.
    pub(super) token: bool,
}

impl Gate {
    /// The origin of the setting `url` gets the token; others are asked without it unless they are told to have it.
    pub(super) fn new(url: Option<&Url>, poll: &Poll) -> Self {
        let own = url.map(|url| (url.origin(), true));
        let others = poll.allow.iter().map(|allowed| (allowed.origin.origin(), allowed.token));
        Self { origins: own.into_iter().chain(others).collect(), paths: poll.paths.clone() }
    }

    /// The request, or why it is not sent. No text has a query in it.
    pub(super) fn admit(&self, text: &str) -> Result<Admitted, String> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err("its URL has characters that do not belong there".into());
        }
        let url = Url::parse(text).map_err(|error| format!("its URL cannot be read: {error}"))?;
        self.check(&url).map(|token| Admitted { url, token })
    }

    /// Whether the token may go there, or why nothing goes there.
    pub(super) fn check(&self, url: &Url) -> Result<bool, String> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err("its URL names a user".into());
        }
        let origin = url.origin();
        let Some((_, token)) = self.origins.iter().find(|(known, _)| *known == origin) else {
            let shown = one_line(&origin.ascii_serialization());
            return Err(format!("`{shown}` is neither where the setting `url` leads nor in `poll.allow`"));
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(url)) {
            return Err(format!("`{}` is not `https`", one_line(&origin.ascii_serialization())));
        }
        let path = url.path();
        if climbs(path) {
            return Err(format!("the path `{}` leads out of itself", one_line(path)));
        }
        if !self.paths.iter().any(|pattern| matches(pattern.as_bytes(), path.as_bytes())) {
            return Err(format!("the path `{}` is not in `poll.paths`", one_line(path)));
        }
        Ok(*token)
    }
}

/// A literal address: what a name leads to is not known here.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(_)) | None => false,
    }
}

/// Whether a server that decodes the path once more than it should would see a segment that leads upwards.
fn climbs(path: &str) -> bool {
    let mut decoded = path.to_ascii_lowercase();
    for _ in 0..2 {
        decoded = decoded.replace("%2e", ".").replace("%2f", "/").replace("%5c", "/").replace("%25", "%");
    }
    decoded.split(['/', '\\']).any(|segment| segment == "..")
}

/// Whether a pattern in which `*` stands for anything is the whole of a path. Azure's paths are the same in any case.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    // Where the last `*` was, and how much of the path it stands for so far.
    let (mut at, mut from, mut star) = (0, 0, None);
    while let Some(byte) = path.get(from) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(known) if known.eq_ignore_ascii_case(byte) => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((asterisk, begin)) => {
                    star = Some((asterisk, begin + 1));
                    at = asterisk + 1;
                    from = begin + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{Gate, matches};
    use crate::config::{Allowed, Poll};

    const PATH: &str = "/subscriptions/1/providers/Microsoft.Security/assessments";

    fn gate() -> Gate {
        let origin = |text: &str| Url::parse(text).expect("a url");
        let allow = vec![Allowed { origin: origin("https://other.test:8443"), token: false }, Allowed { origin: origin("http://127.0.0.1:81"), token: true }];
        Gate::new(Some(&origin("https://management.azure.com/some/path")), &Poll { allow, ..Poll::default() })
    }

    #[track_caller]
    fn check(origin: &str, path: &str, expected: Result<bool, &str>) {
        let admitted = gate().admit(&format!("{origin}{path}")).map(|admitted| admitted.token);
        match (&admitted, expected) {
            (Ok(token), Ok(expected)) => assert_eq!(*token, expected, "{origin}{path}"),
            (Err(why), Err(part)) => assert!(why.contains(part), "{origin}{path}: {why}"),
            _ => panic!("{origin}{path}: {admitted:?}"),
        }
    }

    #[test]
    fn requests_go_to_the_origin_of_the_setting_and_to_those_that_are_allowed() {
        check("https://management.azure.com", PATH, Ok(true));
        check("https://MANAGEMENT.azure.com:443", PATH, Ok(true));
        check("https://other.test:8443", PATH, Ok(false));
        check("http://127.0.0.1:81", PATH, Ok(true));
        for other in [
            "https://other.test",
            "https://management.azure.com:444",
            "http://management.azure.com",
            "https://management.azure.com.",
            "https://management.azure.com.evil.test",
            "https://evil.test",
            "http://127.0.0.1",
            "http://169.254.169.254",
            "https://m\u{e4}nagement.azure.com",
        ] {
            let why = if other.is_ascii() { "neither where the setting `url` leads nor in `poll.allow`" } else { "characters" };
            check(other, PATH, Err(why));
        }
        check("https://management.azure.com\\@evil.test", PATH, Err("characters"));
        check("https://user@management.azure.com", PATH, Err("names a user"));
        check("https://user:password@management.azure.com", PATH, Err("names a user"));
        check("ftp://management.azure.com", PATH, Err("neither"));
        check("", PATH, Err("cannot be read"));
        check("https://management.azure.com", "/a b", Err("characters"));
    }

    #[test]
    fn http_is_for_an_address_of_this_machine() {
        for (url, goes) in
            [("http://127.0.0.1", true), ("http://[::1]:8080", true), ("http://localhost", false), ("http://10.0.0.1", false), ("https://10.0.0.1", true)]
        {
            let gate = Gate::new(Some(&Url::parse(url).expect("a url")), &Poll::default());
            assert_eq!(gate.admit(&format!("{url}{PATH}")).is_ok(), goes, "{url}");
        }
    }

    #[test]
    fn only_the_paths_of_the_patterns_are_asked_for() {
        let arm = "https://management.azure.com";
        check(arm, "/x/PROVIDERS/microsoft.security/y?api-version=1", Ok(true));
        for path in [
            "/subscriptions/1/providers/Microsoft.Compute/virtualMachines",
            "/providers/Microsoft.Security",
            "/subscriptions?x=/providers/Microsoft.Security/",
            "/providers/Microsoft.Security/../Microsoft.Compute/x",
            "/providers/Microsoft.Security/%2e%2e/Microsoft.Compute/x",
        ] {
            check(arm, path, Err("is not in `poll.paths`"));
        }
        for path in ["..%2fMicrosoft.Compute", "%2e%2e%2fx", "a%5c..%5cx", "%252e%252e%252fx"] {
            check(arm, &format!("/providers/Microsoft.Security/{path}"), Err("leads out of itself"));
        }
        check(arm, "/providers/Microsoft.Security/a..b%2fc", Ok(true));
    }

    #[test]
    fn no_text_has_a_query_in_it() {
        for url in ["https://evil.test/?sig=hunter2", "https://management.azure.com/x?sig=hunter2", "https://hunter2:hunter2@management.azure.com/"] {
            let why = gate().admit(url).expect_err("it is refused");
            assert!(!why.contains("hunter2"), "{why}");
        }
    }

    #[test]
    fn an_asterisk_stands_for_anything() {
        for (pattern, path, expected) in [
            ("*", "/", true),
            ("/a", "/A", true),
            ("/a", "/ab", false),
            ("/a*", "/ab/c", true),
            ("*b", "/ab/b", true),
            ("*b", "/abc", false),
            ("/*/b/*", "/a/b/", true),
            ("/*/b/*", "/a/b", false),
            ("*a*a*", "/a/b", false),
            ("**", "", true),
            ("", "/", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), path.as_bytes()), expected, "{pattern} {path}");
        }
    }
}
