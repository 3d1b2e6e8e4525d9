//! Names become addresses here, and an address that a name may not lead to is not connected to. What was checked is what is connected to.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Resolves names by the system, and looks at what comes of it.
#[derive(Debug, Clone)]
pub(super) struct CheckedResolver {
    /// Whether names may lead to private addresses.
    pub(super) private: bool,
    /// Proxies, whose names the configuration gives: they may be anywhere.
    pub(super) proxies: Vec<String>,
}

/// Why a name is not connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` resolves to {address}, which is {what}; {hint}")]
pub(super) struct AddressRefused {
    name: String,
    address: IpAddr,
    what: &'static str,
    hint: &'static str,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let checked = resolver.check(name.as_str(), found.collect())?;
            Ok(Box::new(checked.into_iter()) as Addrs)
        })
    }
}

impl CheckedResolver {
    /// The addresses of a name, if it may lead to all of them.
    fn check(&self, name: &str, addresses: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, AddressRefused> {
        if self.proxies.iter().any(|proxy| proxy.eq_ignore_ascii_case(name)) {
            return Ok(addresses);
        }
        for address in &addresses {
            let (what, hint) = match reach(address.ip()) {
                Reach::Public => continue,
                Reach::Private if self.private => continue,
                Reach::Private => ("private", "`poll.private_addresses: true` lets names lead there"),
                Reach::Never(what) => (what, "no name may lead there, whatever `poll.private_addresses` says; where it is meant, write the address itself"),
            };
            return Err(AddressRefused { name: name.to_owned(), address: address.ip(), what, hint });
        }
        Ok(addresses)
    }
}

/// What refused an address, if that is why something failed.
pub(super) fn refusal<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a AddressRefused> {
    let mut error: Option<&'a (dyn Error + 'static)> = Some(error);
    while let Some(inner) = error {
        if let Some(refused) = inner.downcast_ref::<AddressRefused>() {
            return Some(refused);
        }
        error = inner.source();
    }
    None
}

/// Who an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Public,
    Private,
    Never(&'static str),
}

fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        [0, ..] => Reach::Never("an address of no machine"),
        [127, ..] => Reach::Never("this machine"),
        [169, 254, ..] => Reach::Never("link-local"),
        // Where Azure's machines ask their host, as at 169.254.169.254.
        [168, 63, 129, 16] => Reach::Never("Azure's own service for its machines"),
        [224..=239, ..] => Reach::Never("multicast"),
        [240..=255, ..] => Reach::Never("an address of no machine"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] | [198, 18..=19, ..] | [192, 0, 0, _] => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        reach_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0) if (g, h) == (0, 0) => Reach::Never("an address of no machine"),
        (0, 0, 0, 0, 0, 0) if (g, h) == (0, 1) => Reach::Never("this machine"),
        // Mapped, translated and compatible addresses, NAT64 and 6to4 lead to the IPv4 address that is in them.
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0, 0, 0, 0, 0xffff, 0) | (0x64, 0xff9b, 0, 0, 0, 0) => v4(g, h),
        (0x2002, ..) => v4(b, c),
        // NAT64 of a network of its own, and Teredo: what is behind cannot be seen.
        (0x64, 0xff9b, 1, ..) | (0x2001, 0, ..) => Reach::Private,
        (0xfe80..=0xfebf, ..) => Reach::Never("link-local"),
        (0xff00..=0xffff, ..) => Reach::Never("multicast"),
        (0xfc00..=0xfdff | 0xfec0..=0xfeff, ..) => Reach::Private,
        _ => Reach::Public,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr};

    use super::{CheckedResolver, Reach, reach};

    fn resolver(private: bool) -> CheckedResolver {
        CheckedResolver { private, proxies: vec!["Proxy.test".into()] }
    }

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().expect("an address"), 0)).collect()
    }

    #[test]
    fn an_address_is_public_private_or_never_reached_by_a_name() {
        for (texts, private, never) in [
            (
                &["8.8.8.8", "20.37.158.0", "172.15.0.1", "172.32.0.1", "100.128.0.1", "168.63.129.17", "2603:1030::1", "::ffff:8.8.8.8", "64:ff9b::808:808"][..],
                false,
                false,
            ),
            (&["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1", "fd00::1", "fec0::1"], true, false),
            (&["::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::1", "2001::1", "::10.0.0.1"], true, false),
            (&["127.0.0.1", "127.255.0.1", "0.0.0.0", "0.1.2.3", "169.254.169.254", "224.0.0.1", "255.255.255.255", "240.0.0.1", "168.63.129.16"], false, true),
            (
                &[
                    "::",
                    "::1",
                    "fe80::1",
                    "ff02::1",
                    "::ffff:127.0.0.1",
                    "::ffff:0.0.0.1",
                    "64:ff9b::7f00:1",
                    "64:ff9b::a9fe:a9fe",
                    "2002:7f00:1::",
                    "::ffff:0:127.0.0.1",
                ],
                false,
                true,
            ),
        ] {
            for text in texts {
                let reach = reach(text.parse::<IpAddr>().expect("an address"));
                assert_eq!((reach == Reach::Private, matches!(reach, Reach::Never(_))), (private, never), "{text}: {reach:?}");
            }
        }
    }

    #[test]
    fn a_name_leads_to_private_addresses_where_it_may_and_the_text_names_the_key() {
        let private = addresses(&["8.8.8.8", "10.0.0.1"]);
        let error = resolver(false).check("a.test", private.clone()).expect_err("it is refused");
        assert_eq!(error.to_string(), "`a.test` resolves to 10.0.0.1, which is private; `poll.private_addresses: true` lets names lead there");
        assert_eq!(resolver(true).check("a.test", private.clone()), Ok(private));
    }

    #[test]
    fn no_name_leads_to_this_machine_whatever_is_allowed() {
        for text in ["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "0.0.0.0", "224.0.0.1"] {
            let error = resolver(true).check("a.test", addresses(&["8.8.8.8", text])).expect_err("it is refused");
            assert!(error.to_string().contains("poll.private_addresses"), "{error}");
        }
        assert!(resolver(false).check("proxy.TEST", addresses(&["127.0.0.1"])).is_ok());
    }
}
