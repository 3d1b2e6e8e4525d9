//! The connection string of an Event Hub. It is a secret, so no text shows a part of it.

use url::{Host, Url};

use super::units::Mistake;

/// What a connection string says besides its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionString {
    /// The host of the namespace.
    pub host: String,
    /// Its port, where one is given.
    pub port: Option<u16>,
    /// The hub.
    pub entity_path: Option<String>,
    /// Whether an emulator on this machine is meant, which speaks plain AMQP.
    pub emulator: bool,
}

pub(super) fn parse(text: &str) -> Result<ConnectionString, Mistake> {
    let wanted = "it is written like `Endpoint=sb://NAME.servicebus.windows.net/;SharedAccessKeyName=..;SharedAccessKey=..;EntityPath=HUB`";
    let wrong = |what| Err((what, wanted.to_owned()));
    let (mut endpoint, mut key_name, mut key, mut signature, mut entity_path, mut emulator) = (None, None, None, None, None, None);
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let Some((name, value)) = part.split_once('=') else { return wrong("has a part without `=`") };
        let known = match name.trim().to_ascii_lowercase().as_str() {
            "endpoint" => &mut endpoint,
            "sharedaccesskeyname" => &mut key_name,
            "sharedaccesskey" => &mut key,
            "sharedaccesssignature" => &mut signature,
            "entitypath" => &mut entity_path,
            "usedevelopmentemulator" => &mut emulator,
            _ => return wrong("has a part that is not known"),
        };
        if known.replace(value.trim()).is_some() {
            return wrong("has a part twice");
        }
    }
    let Some(endpoint) = endpoint else { return wrong("has no `Endpoint`") };
    match (key_name, key, signature) {
        (Some(name), Some(key), None) if !name.is_empty() && !key.is_empty() => {}
        (None, None, Some(signature)) if !signature.is_empty() => {}
        _ => return wrong("has neither `SharedAccessKeyName` with `SharedAccessKey`, nor `SharedAccessSignature`"),
    }
    // Of a scheme that is not known a host would not be read as one.
    let rest = endpoint.strip_prefix("sb://").or_else(|| endpoint.strip_prefix("amqps://")).or_else(|| endpoint.strip_prefix("amqp://"));
    let Some(url) = rest.and_then(|rest| Url::parse(&format!("ws://{rest}")).ok()) else { return wrong("has an `Endpoint` that is no `sb://` address") };
    let emulator = emulator.is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return wrong("has an `Endpoint` without a host"),
    };
    if emulator && !is_here {
        return Err((
            "asks for an emulator that is not on this machine",
            "an emulator speaks without encryption, so it has to be on a loopback address".to_owned(),
        ));
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    Ok(ConnectionString { host, port: url.port(), entity_path: entity_path.filter(|path| !path.is_empty()).map(str::to_owned), emulator })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_it_says_is_read() {
        let string = parse("Endpoint=sb://X.servicebus.windows.net/;SharedAccessKeyName=listen;SharedAccessKey=a=b=;EntityPath=hub;").expect("it is one");
        assert_eq!((string.host.as_str(), string.port, string.entity_path.as_deref(), string.emulator), ("x.servicebus.windows.net", None, Some("hub"), false));
        let string =
            parse("endpoint=sb://127.0.0.1:5673;SharedAccessSignature=SharedAccessSignature sr=x&sig=y;UseDevelopmentEmulator=True").expect("it is one");
        assert_eq!((string.host.as_str(), string.port, string.entity_path, string.emulator), ("127.0.0.1", Some(5673), None, true));
    }

    #[test]
    fn what_is_wrong_is_said_without_a_part_of_it() {
        for (text, what) in [
            ("hunter2", "has a part without `=`"),
            ("hunter2=x", "has a part that is not known"),
            ("Endpoint=sb://a;Endpoint=sb://b", "has a part twice"),
            ("SharedAccessKeyName=a;SharedAccessKey=b", "has no `Endpoint`"),
            ("Endpoint=sb://a", "has neither `SharedAccessKeyName` with `SharedAccessKey`, nor `SharedAccessSignature`"),
            ("Endpoint=sb://a;SharedAccessKeyName=a;SharedAccessKey=", "has neither `SharedAccessKeyName` with `SharedAccessKey`, nor `SharedAccessSignature`"),
            ("Endpoint=a;SharedAccessKeyName=a;SharedAccessKey=b", "has an `Endpoint` that is no `sb://` address"),
            ("Endpoint=sb://;SharedAccessKeyName=a;SharedAccessKey=b", "has an `Endpoint` that is no `sb://` address"),
            ("Endpoint=sb://a.test;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true", "asks for an emulator that is not on this machine"),
        ] {
            assert_eq!(parse(text).expect_err("it is wrong").0, what, "{text}");
        }
    }
}
