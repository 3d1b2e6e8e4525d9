//! What opens a hub and the storage account of its checkpoints, as the configuration has it. Nothing is asked yet.

use std::io;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;

use super::blobs::{self, Blobs};
use super::service::{Access, Opener};
use crate::azure::provider;
use crate::config::{Azure, EventHub, HubAccess, HubTransport};
use crate::redactor::Redactor;
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

/// What signs in where there is no key.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The input's credential, if it has one.
    pub azure: Option<Azure>,
    /// Learns the tokens.
    pub redactor: Arc<Redactor>,
}

/// What a hub is opened with. `owner` tells who opens it from others.
pub(super) fn access(hub: &EventHub, sign_in: &SignIn, owner: String) -> Result<Access, HubStartError> {
    let host = hub.access.host().to_owned();
    let (opener, port, is_emulator) = match &hub.access {
        HubAccess::ConnectionString { secret, parts } => (Opener::ConnectionString(secret.clone()), parts.port, parts.emulator),
        HubAccess::Namespace(_) => (Opener::Credential(sign_in.credential()?), None, false),
    };
    let tls = match hub.transport {
        HubTransport::Amqp if !is_emulator => Some(tls::client(None, None).map_err(|error| HubStartError::Trust(error.to_string()))?),
        HubTransport::Amqp | HubTransport::WebSocket => None,
    };
    let (tls, group) = (tls.map(Arc::new), hub.consumer_group.clone());
    Ok(Access { opener, host, port, is_emulator, hub: hub.hub.clone(), group, transport: hub.transport, owner, tls })
}

/// Where its checkpoints are, unless that is the state of this host.
pub(super) fn blobs(hub: &EventHub, sign_in: &SignIn) -> Result<Option<Blobs>, HubStartError> {
    let Some(checkpoints) = &hub.checkpoints else { return Ok(None) };
    let opener = match &checkpoints.storage_account_key {
        Some(key) => blobs::Opener::Key(key.clone()),
        None => blobs::Opener::Credential(sign_in.credential()?),
    };
    let prefix = format!("{}/{}/{}", hub.access.host(), hub.hub, hub.consumer_group);
    Blobs::new(checkpoints, opener, prefix).map(Some).map_err(|trouble| HubStartError::Checkpoints(trouble.to_string()))
}

impl SignIn {
    fn credential(&self) -> Result<Arc<dyn TokenCredential>, HubStartError> {
        let azure = self.azure.as_ref().ok_or_else(|| HubStartError::Credential("there is no `azure` to sign in with".to_owned()))?;
        provider(azure, Arc::clone(&self.redactor)).map_err(|error| HubStartError::Credential(error.to_string()))
    }
}
