//! What the crate's errors mean.

use std::error::Error;
use std::io;

use azure_core::error::ErrorKind as CoreKind;
use azure_core_amqp::AmqpError;
use azure_core_amqp::error::{AmqpErrorCondition, AmqpErrorKind};
use azure_messaging_eventhubs::EventHubsError;
use azure_messaging_eventhubs::error::ErrorKind;

use crate::event_hub::trouble::{Kind, Trouble};
use crate::text::{chain, one_line};

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The hub was asked for.
    Hub,
    /// A partition was read.
    Partition,
}

/// Why nothing more comes from a partition.
#[derive(Debug)]
pub(in crate::event_hub) enum Broken {
    /// Another reader has it.
    Lost,
    /// Something is wrong.
    For(Trouble),
}

/// Why a partition gives nothing more.
pub(super) fn broken(error: &EventHubsError) -> Broken {
    match trouble(error, Stage::Partition) {
        _ if is_stolen(error) => Broken::Lost,
        trouble => Broken::For(trouble),
    }
}

/// A trouble of ours, on its way through the crate.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Carried(Trouble);

/// An error as the crate wants it.
pub(super) fn azure(trouble: Trouble) -> azure_core::Error {
    azure_core::Error::with_error(CoreKind::Other, Carried(trouble), "not possible")
}

/// What an error means.
pub(super) fn trouble(error: &EventHubsError, stage: Stage) -> Trouble {
    let mut found = None;
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(Carried(trouble)) = error.downcast_ref::<Carried>() {
            return trouble.clone();
        }
        found = meaning(error, stage).or(found);
        next = error.source();
    }
    found.unwrap_or_else(|| Trouble::new(Kind::Broken, chain(error)))
}

fn is_stolen(error: &EventHubsError) -> bool {
    // The crate says so itself, also where it closed the link because the partition was claimed by another process.
    matches!(error.kind, ErrorKind::ConsumerDisconnected(_))
}

/// What one error of a chain means, if that is known.
fn meaning(error: &(dyn Error + 'static), stage: Stage) -> Option<Trouble> {
    let missing = if stage == Stage::Hub { Kind::NoHub } else { Kind::NoGroup };
    if let Some(error) = error.downcast_ref::<AmqpError>() {
        return match error.kind() {
            AmqpErrorKind::AmqpDescribedError(described) => {
                let kind = match &described.condition {
                    AmqpErrorCondition::NotFound => missing,
                    AmqpErrorCondition::UnauthorizedAccess => Kind::Unauthorized,
                    AmqpErrorCondition::ResourceLimitExceeded => Kind::TooMany,
                    AmqpErrorCondition::ServerBusyError => Kind::Busy,
                    _ => Kind::Broken,
                };
                let condition: &str = described.condition.as_ref();
                Some(Trouble::new(kind, one_line(described.description.as_deref().unwrap_or(condition))))
            }
            AmqpErrorKind::ManagementStatusCode(status, description) => {
                let status = u16::from(*status);
                let kind = match status {
                    401 | 403 => Kind::Unauthorized,
                    404 => missing,
                    429 | 503 => Kind::Busy,
                    _ => Kind::Broken,
                };
                Some(Trouble::new(kind, one_line(&format!("{} (status {status})", description.as_deref().unwrap_or("no reason is given")))))
            }
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        let text = error.to_string();
        let kind = if text.contains("failed to lookup") || text.contains("Name or service not known") { Kind::NoName } else { Kind::Unreachable };
        return Some(Trouble::new(kind, one_line(&text)));
    }
    match error.downcast_ref::<azure_core::Error>().map(azure_core::Error::kind) {
        Some(CoreKind::Credential) => Some(Trouble::new(Kind::SignIn, chain(error))),
        _ => None,
    }
}
