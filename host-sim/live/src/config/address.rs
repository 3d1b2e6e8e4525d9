//! Addresses: https, and plain http to this machine only.

use std::net::IpAddr;

use url::{Host, Url};

use super::units::Mistake;

/// An address that requests go to, perhaps with a path.
pub(super) fn address(text: &str) -> Result<Url, Mistake> {
    let wrong = |what, hint: &str| Err((what, hint.to_owned()));
    let Ok(url) = Url::parse(text) else { return wrong("is no address", "an address is written like `https://host:port`") };
    if url.host().is_none() || !matches!(url.scheme(), "http" | "https") {
        return wrong("is no address", "an address is written like `https://host:port`");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("names a user or a password", "they do not belong into an address; there are keys for them");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("has a query or a fragment", "give the address without them");
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return wrong("is `http` to another machine", "use `https`; `http` is for this machine only");
    }
    Ok(url)
}

/// An address that is https even on this machine.
pub(super) fn secure(text: &str) -> Result<Url, Mistake> {
    let url = address(text)?;
    if url.scheme() == "https" { Ok(url) } else { Err(("is not `https`", "sign-in takes nothing else, on this machine as well".to_owned())) }
}

/// A scheme, a host and a port, and nothing else.
pub(super) fn origin(text: &str) -> Result<Url, Mistake> {
    let url = address(text)?;
    if url.path() == "/" { Ok(url) } else { Err(("has a path", "give scheme, host and port; `poll.paths` says which paths may be asked for".to_owned())) }
}

/// Whether an address leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{address, origin, secure};

    #[test]
    fn an_address_is_https_or_of_this_machine() {
        for good in ["https://a.test", "https://a.test:9200/path", "http://127.0.0.1:9200", "http://[::1]:1", "http://localhost", "HTTPS://B\u{fc}cher.test"] {
            assert!(address(good).is_ok(), "{good}");
        }
        for (bad, what) in [
            ("a.test:9200", "is no address"),
            ("", "is no address"),
            ("https://", "is no address"),
            ("ftp://a.test", "is no address"),
            ("https://user:pass@a.test", "names a user or a password"),
            ("https://a.test?x", "has a query or a fragment"),
            ("http://a.test", "is `http` to another machine"),
            ("http://127.0.0.1.a.test", "is `http` to another machine"),
        ] {
            assert_eq!(address(bad).expect_err("it is wrong").0, what, "{bad}");
        }
        assert!(secure("http://localhost").is_err() && secure("https://localhost").is_ok());
        assert!(origin("https://a.test/x").is_err() && origin("https://a.test").is_ok());
    }
}
