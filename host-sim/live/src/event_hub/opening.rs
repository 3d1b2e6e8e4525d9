//! What opens a hub and the storage account of its checkpoints, as the configuration has it. Nothing is asked yet.

use std::io;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;

use super::blobs::{self, Blobs};
use super::service::{Access, Opener};
use crate::azure::provider;
use crate::config::{Azure, EventHub, HubAccess, HubTransport};
use crate::tls;

/// Why a source cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum HubStartError {
    /// Mend what the text says.
    #[error("cannot tell whom to trust: {0}")]
    Trust(String),
    /// Mend `checkpoints`.
    #[error("{0}")]
    Checkpoints(String),
    /// Mend the credential.
    #[error("cannot sign in: {0}")]
    Credential(String),
    /// Make room.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
}

/// What a hub is opened with. `owner` tells who opens it from others.
pub(super) fn access(hub: &EventHub, azure: Option<&Azure>, owner: String) -> Result<Access, HubStartError> {
    let host = hub.access.host().to_owned();
    let (opener, port, is_emulator) = match &hub.access {
        HubAccess::ConnectionString { secret, parts } => (Opener::ConnectionString(secret.clone()), parts.port, parts.emulator),
        HubAccess::Namespace(_) => (Opener::Credential(credential(azure)?), None, false),
    };
    let tls = match hub.transport {
        HubTransport::Amqp if !is_emulator => Some(tls::client(None, None).map_err(|error| HubStartError::Trust(error.to_string()))?),
        HubTransport::Amqp | HubTransport::WebSocket => None,
    };
    let (tls, group) = (tls.map(Arc::new), hub.consumer_group.clone());
    Ok(Access { opener, host, port, is_emulator, hub: hub.hub.clone(), group, transport: hub.transport, owner, tls })
}

/// Where its checkpoints are, unless that is the state of this host.
pub(super) fn blobs(hub: &EventHub, azure: Option<&Azure>) -> Result<Option<Blobs>, HubStartError> {
    let Some(checkpoints) = &hub.checkpoints else { return Ok(None) };
    let opener = match &checkpoints.storage_account_key {
        Some(key) => blobs::Opener::Key(key.clone()),
        None => blobs::Opener::Credential(credential(azure)?),
    };
    let prefix = format!("{}/{}/{}", hub.access.host(), hub.hub, hub.consumer_group);
    Blobs::new(checkpoints, opener, prefix).map(Some).map_err(|trouble| HubStartError::Checkpoints(trouble.to_string()))
}

fn credential(azure: Option<&Azure>) -> Result<Arc<dyn TokenCredential>, HubStartError> {
    let azure = azure.ok_or_else(|| HubStartError::Credential("there is no `azure` to sign in with".to_owned()))?;
    provider(azure).map_err(|error| HubStartError::Credential(error.to_string()))
}
