//! Tries a hub, its consumer group and the container of its checkpoints once, and says what to mend. Nothing is changed, and nothing is taken from whoever is reading.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use tokio::time::timeout;

use super::blobs::{Answered, Blobs, Use};
use super::opening::{self, SignIn};
use super::place::Extent;
use super::service::{Access, Broken, Service};
use super::trouble::{Kind, Trouble};
use crate::config::{Checkpoints, EventHub, HubAccess, HubTransport, Start};

/// How the service calls who asks.
const NAME: &str = "host-sim-doctor";

/// A message that is there comes sooner.
const WITHIN: Duration = Duration::from_secs(5);

/// A link that is refused is refused sooner.
const REFUSED_WITHIN: Duration = Duration::from_secs(4);

/// What was tried, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// What was tried.
    pub what: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of trying something, and what there is to say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It works.
    Works(String),
    /// It works, or will, and somebody should look.
    Look(String),
    /// It does not work, and this is to be mended.
    Fails(String),
}

/// Tries everything that a hub needs; `tell` is told each as soon as it is known.
pub fn examine(hub: &EventHub, sign_in: &SignIn, mut tell: impl FnMut(Trial)) {
    let what = format!("hub {}", hub.hub);
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tell(Trial { what, outcome: Outcome::Fails(format!("there is no room for connections: {error}")) }),
    };
    LocalSet::new().block_on(&runtime, async {
        match opening::access(hub, sign_in, NAME.to_owned()) {
            Ok(access) => try_hub(hub, access, &mut tell).await,
            Err(error) => tell(Trial { what, outcome: Outcome::Fails(error.to_string()) }),
        }
        if let Some(checkpoints) = &hub.checkpoints {
            let outcome = match opening::blobs(hub, sign_in) {
                Ok(Some(blobs)) => try_container(checkpoints, &blobs).await,
                Ok(None) => return,
                Err(error) => Outcome::Fails(error.to_string()),
            };
            tell(Trial { what: format!("container {}", checkpoints.container), outcome });
        }
    });
}

/// Tries a hub and its consumer group.
pub(super) async fn try_hub(hub: &EventHub, access: Access, tell: &mut impl FnMut(Trial)) {
    let what = format!("hub {}", hub.hub);
    let asked = async {
        let service = Service::open(Arc::new(access)).await?;
        let mut extents = Vec::new();
        for partition in service.partitions().await? {
            let extent = service.extent(&partition).await?;
            extents.push((partition, extent));
        }
        Ok((service, extents))
    };
    let (service, extents) = match asked.await {
        Ok(asked) => asked,
        Err(trouble) => return tell(Trial { what, outcome: Outcome::Fails(told(&trouble, hub)) }),
    };
    let held: i64 = extents.iter().map(|(_, extent)| held(extent)).sum();
    tell(Trial { what, outcome: Outcome::Works(format!("partitions: {}, messages: {held}", extents.len())) });
    // One that holds something shows more.
    if let Some((partition, extent)) = extents.iter().find(|(_, extent)| held_any(extent)).or_else(|| extents.first()) {
        let outcome = try_group(hub, &service, partition, extent).await;
        tell(Trial { what: format!("consumer group {}", hub.consumer_group), outcome });
    }
    service.leave().await;
}

/// Looks whether messages of a partition are given out.
async fn try_group(hub: &EventHub, service: &Service, partition: &str, extent: &Extent) -> Outcome {
    let onlooker = match service.look_on(partition, Start::Earliest, 1).await {
        Ok(onlooker) => onlooker,
        Err(trouble) => return Outcome::Fails(told(&trouble, hub)),
    };
    let wait = if held_any(extent) { WITHIN } else { REFUSED_WITHIN };
    let came = timeout(wait, pin!(onlooker.messages()).next()).await;
    let outcome = match came {
        Ok(Some(Ok(_))) => Outcome::Works("messages can be received".to_owned()),
        Ok(Some(Err(Broken::Lost))) if hub.checkpoints.is_some() => {
            Outcome::Works("it is there; a host that runs receives by it now, and nothing was taken from that one".to_owned())
        }
        Ok(Some(Err(Broken::Lost))) => Outcome::Look(
            "somebody receives by it now, and nothing was taken from them; unless that is this host, give this one a consumer group of its own, or \
             `checkpoints` in a storage account to share"
                .to_owned(),
        ),
        Ok(Some(Err(Broken::For(trouble)))) => Outcome::Fails(told(&trouble, hub)),
        Ok(None) => Outcome::Fails("the link ended without a reason".to_owned()),
        Err(_) if held_any(extent) => Outcome::Look(format!("it is there, but none of the messages came within {} seconds", WITHIN.as_secs())),
        Err(_) => Outcome::Works("it is there, and there are no messages yet".to_owned()),
    };
    onlooker.close().await;
    outcome
}

fn held_any(extent: &Extent) -> bool {
    held(extent) > 0
}

fn held(extent: &Extent) -> i64 {
    if extent.is_empty { 0 } else { extent.last.saturating_sub(extent.first).saturating_add(1).max(0) }
}

/// A trouble, with what is to be mended in this configuration.
fn told(trouble: &Trouble, hub: &EventHub) -> String {
    let Trouble { kind, why } = trouble;
    match (kind, &hub.access, hub.transport) {
        (Kind::Unauthorized, HubAccess::ConnectionString { .. }, _) => {
            format!("the hub refuses the key: {why}; copy the connection string of a policy with `Listen` again")
        }
        (Kind::Unauthorized, HubAccess::Namespace(_), _) => {
            format!("the hub refuses the token: {why}; give the identity of `azure` the role `Azure Event Hubs Data Receiver` on the hub or its namespace")
        }
        (Kind::Unreachable, _, HubTransport::WebSocket) => {
            format!("the hub cannot be reached: {why}; check that the network lets connections to its port 443 through")
        }
        _ => trouble.to_string(),
    }
}

async fn try_container(checkpoints: &Checkpoints, blobs: &Blobs) -> Outcome {
    let has_key = checkpoints.storage_account_key.is_some();
    match blobs.look().await {
        Ok(Use::Full) => Outcome::Works("checkpoints can be read and written".to_owned()),
        Ok(Use::Missing) if has_key => Outcome::Look("it is not there; `run` makes it, which the key of the storage account allows".to_owned()),
        Ok(Use::Missing) => Outcome::Look(
            "it is not there; `run` makes it, for which the identity of `azure` needs the role `Storage Blob Data Contributor` on the storage account"
                .to_owned(),
        ),
        Ok(Use::Unread(answered)) => Outcome::Fails(format!("checkpoints cannot be read: {}", refused(&answered, checkpoints))),
        Ok(Use::Unwritten(answered)) => Outcome::Fails(format!("checkpoints cannot be written: {}", refused(&answered, checkpoints))),
        Err(Trouble { kind: Kind::Checkpoints, why }) => Outcome::Fails(format!(
            "the storage account `{}` cannot be reached: {why}; check `storage_account`, name resolution, and that the network lets connections to port 443 through",
            checkpoints.storage_account
        )),
        Err(trouble) => Outcome::Fails(trouble.to_string()),
    }
}

/// What a storage account answers, and what to do about it.
fn refused(answered: &Answered, checkpoints: &Checkpoints) -> String {
    let account = &checkpoints.storage_account;
    let Answered { status, code } = answered;
    let code = code.as_deref().unwrap_or("no reason is given");
    let advice = match (status, code, &checkpoints.storage_account_key) {
        (403, "KeyBasedAuthenticationNotPermitted", _) => {
            "it takes no keys: leave out `storage_account_key`, and give the identity of `azure` the role `Storage Blob Data Contributor`"
        }
        (401 | 403, _, Some(_)) => "copy one of its two access keys again into `storage_account_key`, and check that its firewall lets this host in",
        (401, _, None) => "look whether `tenant_id` and `cloud` of `azure` are those of the storage account",
        (403, "AuthorizationFailure", None) => "check that its firewall lets this host in",
        (403, _, None) => "give the identity of `azure` the role `Storage Blob Data Contributor` on the storage account or the container",
        (429 | 500.., _, _) => "look again later",
        _ => "check `storage_account` and `container`",
    };
    format!("the storage account `{account}` answers {status}, {code}; {advice}")
}

#[cfg(test)]
mod tests;
