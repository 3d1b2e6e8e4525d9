//! A proxy: its address, perhaps with a user, or what the environment says.

use url::Url;

use super::address::is_loopback;
use super::section::Section;
use super::yaml::Value;
use crate::Secret;

/// What requests go through.
#[derive(Debug, Clone)]
pub enum Proxy {
    /// What `HTTPS_PROXY` and `NO_PROXY` say.
    Environment,
    /// This one.
    At {
        /// Its address, without a user.
        url: Url,
        /// Who signs in there.
        user: Option<(String, Secret)>,
    },
}

/// Reads the key `proxy`. Its value may hold a password, so no text shows it.
pub(super) fn read(section: &Section<'_>) -> Option<Proxy> {
    let entry = section.find("proxy")?;
    let reader = section.reader;
    let Value::Scalar(scalar) = &entry.node.value else {
        reader.unexpected("proxy", &entry.node, "an address");
        return None;
    };
    reader.keep_from_settings(&scalar.text);
    let place = entry.node.place;
    let replaced = reader.replaced("proxy", place, scalar)?;
    if replaced.text == "environment" {
        return Some(Proxy::Environment);
    }
    let wrong = |what: &str, hint: &str| {
        reader.error(place, format!("`proxy` {what}"), hint);
        None
    };
    let Ok(mut url) = Url::parse(&replaced.text) else { return wrong("is no address", "it is written like `https://host:port`, or `environment`") };
    if url.host().is_none() || !matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return wrong("is no address of a proxy", "it is written like `https://host:port`, or `environment`");
    }
    let Some(password) = url.password().map(str::to_owned) else { return Some(Proxy::At { url, user: None }) };
    if url.scheme() == "http" && !is_loopback(&url) {
        return wrong("sends a password over `http`", "use a proxy that speaks `https`; `http` with a password is for this machine only");
    }
    if !replaced.refers {
        reader.written_out("proxy", place);
    }
    let user = url.username().to_owned();
    let is_clean = url.set_username("").is_ok() && url.set_password(None).is_ok();
    is_clean.then_some(Proxy::At { url, user: Some((user, Secret::new(password))) })
}
