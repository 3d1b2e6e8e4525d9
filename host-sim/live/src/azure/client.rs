//! The clients that requests leave with: what they trust, what they go through, and which names they may follow.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, ClientBuilder};
use url::Url;

use super::resolver::CheckedResolver;
use crate::config::{Azure, Poll, Proxy};
use crate::tls;

/// No server that is worth waiting for takes longer to take up a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(20);

/// Servers close what is idle, and not always in time for it to be noticed.
const IDLE: Duration = Duration::from_secs(55);

/// Why no request can be sent.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Mend `ca_file`.
    #[error("cannot tell whom to trust: {0}")]
    Trust(String),
    /// Give another proxy.
    #[error("cannot use the proxy: {0}")]
    Proxy(String),
    /// There is nothing to be done about it here.
    #[error("cannot make a client: {0}")]
    Client(String),
}

/// For what a component asks for: names are checked where they lead.
pub(super) fn for_requests(azure: &Azure, poll: &Poll) -> Result<Client, ClientError> {
    let resolver = CheckedResolver { private: poll.private_addresses, proxies: proxies(azure.proxy.as_ref(), &|name| std::env::var(name).ok()) };
    let builder = through(builder(azure)?, azure.proxy.as_ref())?.dns_resolver(Arc::new(resolver));
    built(builder.pool_max_idle_per_host(poll.at_once))
}

/// For tokens of Microsoft Entra.
pub(super) fn for_sign_in(azure: &Azure) -> Result<Client, ClientError> {
    built(through(builder(azure)?, azure.proxy.as_ref())?)
}

/// For tokens of the machine itself, to which no proxy leads.
pub(super) fn for_machine(azure: &Azure) -> Result<Client, ClientError> {
    built(builder(azure)?.no_proxy())
}

fn builder(azure: &Azure) -> Result<ClientBuilder, ClientError> {
    let tls = tls::client(azure.ca_file.as_deref(), None).map_err(|error| ClientError::Trust(error.to_string()))?;
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("host-sim/", env!("CARGO_PKG_VERSION")))
        // What leads elsewhere is looked at first; and what fails is tried again where it is counted.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT_WITHIN)
        .pool_idle_timeout(IDLE);
    Ok(builder)
}

fn through(builder: ClientBuilder, proxy: Option<&Proxy>) -> Result<ClientBuilder, ClientError> {
    match proxy {
        None => Ok(builder.no_proxy()),
        // What reqwest does by itself.
        Some(Proxy::Environment) => Ok(builder),
        Some(Proxy::At { url, user }) => {
            let proxy = reqwest::Proxy::all(url.as_str()).map_err(|error| ClientError::Proxy(error.without_url().to_string()))?;
            Ok(builder.proxy(match user {
                Some((name, password)) => proxy.basic_auth(name, password.expose()),
                None => proxy,
            }))
        }
    }
}

fn built(builder: ClientBuilder) -> Result<Client, ClientError> {
    builder.build().map_err(|error| ClientError::Client(crate::text::chain(&error.without_url())))
}

/// The names of proxies.
fn proxies(proxy: Option<&Proxy>, variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let of = |url: &Url| url.host_str().map(str::to_owned);
    match proxy {
        None => Vec::new(),
        Some(Proxy::At { url, .. }) => of(url).into_iter().collect(),
        Some(Proxy::Environment) => {
            let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
            // Without a scheme it is http.
            let parse = |text: String| Url::parse(&text).ok().filter(Url::has_host).or_else(|| Url::parse(&format!("http://{text}")).ok());
            names.into_iter().filter_map(variable).filter_map(parse).filter_map(|url| of(&url)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::proxies;
    use crate::config::Proxy;

    #[test]
    fn the_proxies_of_the_environment_may_be_anywhere() {
        let variable = |name: &str| match name {
            "HTTPS_PROXY" => Some("proxy.corp:3128".to_owned()),
            "all_proxy" => Some("http://user:password@other.corp".to_owned()),
            _ => None,
        };
        assert_eq!(proxies(Some(&Proxy::Environment), &variable), ["proxy.corp", "other.corp"]);
        assert!(proxies(None, &variable).is_empty());
    }
}
