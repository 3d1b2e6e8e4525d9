//! Why nothing is received, and what to do about it.

use std::fmt;

/// Why a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) kind: Kind,
    /// What the service says, or what is wrong here.
    pub(super) why: String,
}

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The token is refused.
    Unauthorized,
    /// There is no token.
    SignIn,
    /// There is no such hub.
    NoHub,
    /// There is no such consumer group.
    NoGroup,
    /// Others read already.
    TooMany,
    /// The service has too much to do.
    Busy,
    /// There is no connection.
    Unreachable,
    /// The name leads nowhere.
    NoName,
    /// The server is not trusted.
    Untrusted,
    /// Checkpoints cannot be read, or partitions not be shared out.
    Checkpoints,
    /// Something broke, and is made anew.
    Broken,
}

impl Trouble {
    pub(super) fn new(kind: Kind, why: impl Into<String>) -> Self {
        Self { kind, why: why.into() }
    }

    /// Whether it does not pass by itself, as far as can be told.
    pub(super) fn is_lasting(&self) -> bool {
        matches!(self.kind, Kind::Unauthorized | Kind::NoHub | Kind::NoGroup | Kind::Untrusted)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, hint) = match self.kind {
            Kind::Unauthorized => (
                "the hub refuses the key or token",
                "copy the connection string of a policy with `Listen` again, or give the identity the role `Azure Event Hubs Data Receiver` on the hub",
            ),
            Kind::SignIn => ("no token could be obtained", "check `azure` of the input or of the file"),
            Kind::NoHub => ("there is no such hub", "check `EntityPath` of the connection string, or `eventhub` in `settings`"),
            Kind::NoGroup => ("there is no such consumer group", "create it at the hub, or correct `consumer_group`"),
            Kind::TooMany => ("too many read this consumer group already", "give this host a consumer group of its own, and stop readers that are not needed"),
            Kind::Busy => ("the hub is throttled", "it is tried again; if it lasts, give the namespace more throughput units"),
            Kind::Unreachable => {
                ("the hub cannot be reached", "check that the network lets connections to its port 5671 through, or write `transport: websocket` for port 443")
            }
            Kind::NoName => ("the name of the namespace cannot be resolved", "check `Endpoint` of the connection string, or `namespace`, and the resolver"),
            Kind::Untrusted => (
                "the hub's certificate is not trusted",
                "where something between opens connections, name its authority by the variable `SSL_CERT_FILE` of the environment",
            ),
            Kind::Checkpoints => ("the storage account of the checkpoints cannot be used", "check account, key or role, container and network"),
            Kind::Broken => ("the connection to the hub broke", "it is made anew"),
        };
        write!(formatter, "{what}: {}; {hint}", self.why)
    }
}
