//! Where it is kept how far a hub was read, for all processes that share it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::address;
use super::azure;
use super::cloud::Cloud;
use super::names;
use super::section::Section;
use crate::Secret;

pub(super) const KEYS: [&str; 5] = ["storage_account", "storage_account_key", "container", "migrate_v1", "endpoint"];

/// Checkpoints in Azure Storage.
#[derive(Debug, Clone)]
pub struct Checkpoints {
    /// The account.
    pub storage_account: String,
    /// What opens it; without one it is the credential of the input's `azure`.
    pub storage_account_key: Option<Secret>,
    /// The container, which is made if it is missing.
    pub container: String,
    /// Whether checkpoints of Elastic Agent's first format are read once.
    pub migrate_v1: bool,
    /// Where blobs are.
    pub endpoint: Url,
}

/// Reads a section `checkpoints`.
pub(super) fn read(section: &Section<'_>, hub: Option<&str>, cloud: Cloud, has_azure: bool) -> Option<Checkpoints> {
    if !section.has("storage_account") {
        section.missing("storage_account", "it says where checkpoints are kept", "without `checkpoints` they are kept in the local state, for one process");
    }
    let storage_account = section.checked("storage_account", names::storage_account);
    let storage_account_key = section.secret("storage_account_key").filter(|key| {
        let is_key = STANDARD.decode(key.expose()).is_ok();
        if !is_key {
            section.error(
                "storage_account_key",
                "`storage_account_key` is not base64, so it is no key",
                "copy one of the two access keys of the storage account",
            );
        }
        is_key
    });
    if !section.has("storage_account_key") && !has_azure {
        section.missing("storage_account_key", "there is no `azure` that would sign in instead", "");
    }
    let container = if section.has("container") { section.checked("container", names::container) } else { default_container(section, hub) };
    let migrate_v1 = section.switch("migrate_v1", true);
    let endpoint = if section.has("endpoint") {
        let endpoint = section.converted("endpoint", address::address);
        endpoint.inspect(|endpoint| azure::contradiction(section, "endpoint", endpoint.host_str().unwrap_or_default(), cloud))
    } else {
        Url::parse(&format!("https://{}.{}/", storage_account.as_deref()?, cloud.names().blob_suffix)).ok()
    };
    Some(Checkpoints { storage_account: storage_account?, storage_account_key, container: container?, migrate_v1, endpoint: endpoint? })
}

/// As Elastic's integration calls it, so that either can go on where the other stopped.
fn default_container(section: &Section<'_>, hub: Option<&str>) -> Option<String> {
    let container = format!("azure-eventhub-input-{}", hub?.replace('_', "-"));
    if names::container(&container).is_ok() {
        return Some(container);
    }
    section.missing("container", &format!("`{container}` cannot be the name of one"), "name a container of 3 to 63 of `a-z`, `0-9` and `-`");
    None
}
