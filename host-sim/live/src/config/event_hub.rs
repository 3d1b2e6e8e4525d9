//! Which Event Hub an input receives from.

use std::time::Duration;

use chrono::DateTime;

use super::azure::{self, Azure};
use super::checkpoints::{self, Checkpoints};
use super::cloud::Cloud;
use super::connection_string::{self, ConnectionString};
use super::names;
use super::section::Section;
use super::units::Mistake;
use crate::Secret;

/// The last two are none: they have a text of their own.
pub(super) const KEYS: [&str; 10] =
    ["connection_string", "namespace", "consumer_group", "transport", "start", "receive", "checkpoints", "balance", "proxy", "ca_file"];

/// What is said about a proxy or an authority of one's own at a hub.
pub(super) const NO_PROXY: &str =
    "hubs are connected to directly; authorities besides the system's are named by the variable `SSL_CERT_FILE` of the environment";

/// An Event Hub to receive from.
#[derive(Debug, Clone)]
pub struct EventHub {
    /// Where it is, and what opens it.
    pub access: HubAccess,
    /// The hub.
    pub hub: String,
    /// The consumer group to read with.
    pub consumer_group: String,
    /// How it is spoken to.
    pub transport: HubTransport,
    /// Where a partition without a checkpoint begins.
    pub start: Start,
    /// Messages that are taken at a time.
    pub receive_count: u32,
    /// How long to wait for so many.
    pub receive_wait: Duration,
    /// Where checkpoints are kept; `None` is the local state, for one process.
    pub checkpoints: Option<Checkpoints>,
    /// How often partitions are shared out.
    pub balance_update: Duration,
    /// When a process that is not heard of has lost its partitions.
    pub balance_expire: Duration,
}

/// What opens a hub.
#[derive(Debug, Clone)]
pub enum HubAccess {
    /// A connection string.
    ConnectionString {
        /// The whole of it.
        secret: Secret,
        /// What it says besides its key.
        parts: ConnectionString,
    },
    /// The credential of the input's `azure`, at this host.
    Namespace(String),
}

/// How a hub is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HubTransport {
    /// Port 5671.
    Amqp,
    /// Port 443.
    WebSocket,
}

/// Where a partition begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With the oldest message that it has.
    Earliest,
    /// With the next one that comes.
    Latest,
    /// With messages that came in at this time or later; milliseconds since 1970.
    Time(i64),
    /// With this message.
    SequenceNumber(i64),
}

/// What the input says besides.
pub(super) struct Beside<'a> {
    pub(super) azure: Option<&'a Azure>,
    /// Whether there is an `azure` at all, right or wrong.
    pub(super) has_azure: bool,
    /// `settings.eventhub`.
    pub(super) hub: Option<&'a str>,
    /// `settings.consumer_group`.
    pub(super) consumer_group: Option<&'a str>,
}

/// Reads a section `event_hub`.
pub(super) fn read(section: &Section<'_>, beside: &Beside<'_>) -> Option<EventHub> {
    for key in ["proxy", "ca_file"].into_iter().filter(|key| section.has(key)) {
        section.error(key, format!("`{key}` is not possible for a hub"), NO_PROXY);
    }
    let access = access(section, beside);
    let host = access.as_ref().map(HubAccess::host);
    let cloud = beside.azure.map(|azure| azure.cloud).or_else(|| Cloud::of_host(host?)).unwrap_or_default();
    if let (Some(host), Some(access)) = (host, &access) {
        azure::contradiction(section, access.key(), host, cloud);
    }
    let hub = hub(section, access.as_ref(), beside);
    let consumer_group = consumer_group(section, beside);
    let transport = section.choice("transport", &[("amqp", HubTransport::Amqp), ("websocket", HubTransport::WebSocket)]).unwrap_or(HubTransport::Amqp);
    if let (Some(HubAccess::ConnectionString { parts, .. }), HubTransport::WebSocket) = (&access, transport)
        && parts.emulator
    {
        section.error("transport", "an emulator is spoken to by `amqp` only", "");
    }
    let start = section.converted("start", start).unwrap_or(Start::Earliest);
    let receive = section.section("receive", &["count", "wait"]);
    let receive_count = receive.as_ref().map_or(100, |receive| receive.integer("count", 1..=10_000, 100));
    let wait = Duration::from_secs(5);
    let receive_wait = receive.as_ref().map_or(wait, |receive| receive.duration("wait", Duration::from_millis(1)..=Duration::from_secs(300), wait));
    let (balance_update, balance_expire) = balance(section);
    let checkpoints = section.section("checkpoints", &checkpoints::KEYS);
    let checkpoints = checkpoints.map(|checkpoints| checkpoints::read(&checkpoints, hub.as_deref(), cloud, beside.has_azure));
    Some(EventHub {
        access: access?,
        hub: hub?,
        consumer_group: consumer_group?,
        transport,
        start,
        receive_count: u32::try_from(receive_count).unwrap_or(100),
        receive_wait,
        checkpoints: match checkpoints {
            Some(checkpoints) => Some(checkpoints?),
            None => None,
        },
        balance_update,
        balance_expire,
    })
}

impl HubAccess {
    /// The host of the namespace.
    pub fn host(&self) -> &str {
        match self {
            Self::ConnectionString { parts, .. } => &parts.host,
            Self::Namespace(host) => host,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Self::ConnectionString { .. } => "connection_string",
            Self::Namespace(_) => "namespace",
        }
    }
}

fn access(section: &Section<'_>, beside: &Beside<'_>) -> Option<HubAccess> {
    match (section.has("connection_string"), section.has("namespace")) {
        (true, true) => {
            section.error(
                "namespace",
                "`namespace` and `connection_string` exclude each other",
                "with `namespace` the credential of `azure` signs in; remove one of them",
            );
        }
        (false, false) => {
            section.missing("connection_string", "it, or `namespace`, says where the hub is", "with `namespace` the credential of `azure` signs in")
        }
        (false, true) if !beside.has_azure => {
            section.error("namespace", "`namespace` needs a credential, and there is no `azure`", "add `azure`, or give a `connection_string`")
        }
        _ => {}
    }
    let namespace = section.checked("namespace", namespace);
    if let Some(secret) = section.secret("connection_string") {
        return match connection_string::parse(secret.expose()) {
            Ok(parts) => Some(HubAccess::ConnectionString { secret, parts }),
            Err((what, hint)) => {
                section.error("connection_string", format!("`connection_string` {what}"), hint);
                None
            }
        };
    }
    namespace.map(|host| HubAccess::Namespace(host.to_ascii_lowercase()))
}

fn namespace(text: &str) -> Result<(), Mistake> {
    let usual = text.chars().all(|character| character.is_ascii_alphanumeric() || "-.".contains(character));
    let is_host = usual && text.contains('.') && text.split('.').all(|label| !label.is_empty() && label.len() < 64);
    if is_host { Ok(()) } else { Err(("is no host", "give the whole host of the namespace, such as `contoso.servicebus.windows.net`".to_owned())) }
}

/// What stands in the connection string wins, as in Elastic's input.
fn hub(section: &Section<'_>, access: Option<&HubAccess>, beside: &Beside<'_>) -> Option<String> {
    let entity_path = match access {
        Some(HubAccess::ConnectionString { parts, .. }) => parts.entity_path.as_deref(),
        _ => None,
    };
    let Some(hub) = entity_path.or(beside.hub) else {
        if access.is_some() {
            section.reader.error(
                section.place,
                "no hub is named",
                "write `eventhub: NAME` in `settings`, or let the connection string end with `EntityPath=NAME`",
            );
        }
        return None;
    };
    if let Err((what, hint)) = names::hub(hub) {
        let from = if entity_path.is_some() { "`EntityPath` of the connection string" } else { "`eventhub` in `settings`" };
        section.reader.error(section.place, format!("{from} {what}"), hint);
        return None;
    }
    if let (Some(path), Some(named)) = (entity_path, beside.hub)
        && path != named
    {
        section.reader.report.warning(
            section.place_of("connection_string"),
            "the connection string names another hub than `eventhub` in `settings`; it wins",
            "let them be the same: documents' ids are made of the hub's name",
        );
    }
    Some(hub.to_owned())
}

fn consumer_group(section: &Section<'_>, beside: &Beside<'_>) -> Option<String> {
    if !section.has("consumer_group") {
        let group = beside.consumer_group.unwrap_or("$Default");
        if let Err((what, hint)) = names::group(group) {
            section.reader.error(section.place, format!("`consumer_group` in `settings` {what}"), hint);
            return None;
        }
        return Some(group.to_owned());
    }
    let group = section.checked("consumer_group", names::group)?;
    if beside.consumer_group.is_some_and(|other| other != group) {
        section.error("consumer_group", "`consumer_group` is another one in `settings`", "leave it out there; `event_hub` says which one is read with");
    }
    Some(group)
}

fn start(text: &str) -> Result<Start, Mistake> {
    match text {
        "earliest" => return Ok(Start::Earliest),
        "latest" => return Ok(Start::Latest),
        _ => {}
    }
    if let Ok(number) = text.parse::<i64>()
        && number >= 0
    {
        return Ok(Start::SequenceNumber(number));
    }
    match DateTime::parse_from_rfc3339(text) {
        Ok(time) => Ok(Start::Time(time.timestamp_millis())),
        Err(_) => Err(("is no place to start", "it is `earliest`, `latest`, a time such as `2026-01-01T00:00:00Z`, or a sequence number".to_owned())),
    }
}

fn balance(section: &Section<'_>) -> (Duration, Duration) {
    let (update, expire) = (Duration::from_secs(10), Duration::from_secs(60));
    let Some(balance) = section.section("balance", &["update", "expire"]) else { return (update, expire) };
    let range = || Duration::from_millis(10)..=Duration::from_secs(3600);
    let update = balance.duration("update", range(), update);
    let expire = balance.duration("expire", range(), expire);
    if expire <= update {
        balance.error(
            "expire",
            "`expire` is not longer than `update`, so every partition would be lost between two updates",
            "let `expire` be several times as long",
        );
    }
    (update, expire)
}

#[cfg(test)]
mod tests {
    use super::{Start, namespace, start};

    #[test]
    fn a_start_is_a_word_a_time_or_a_number() {
        assert_eq!(start("earliest"), Ok(Start::Earliest));
        assert_eq!(start("2026-01-01T00:00:00Z"), Ok(Start::Time(1_767_225_600_000)));
        assert_eq!(start("0"), Ok(Start::SequenceNumber(0)));
        for bad in ["", "-1", "Earliest", "2026-01-01", "1.5"] {
            assert!(start(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_namespace_is_a_whole_host() {
        assert!(namespace("contoso.servicebus.windows.net").is_ok());
        for bad in ["", "contoso", "sb://a.b", "a..b", "a.b/", "a.b:1"] {
            assert!(namespace(bad).is_err(), "{bad}");
        }
    }
}
