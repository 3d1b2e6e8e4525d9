//! Checkpoints and ownership as blobs in Azure Storage, where Microsoft's clients have them: either can go on where the other stopped.
//!
//! Names keep their case, as those of Microsoft's Go client and Elastic Agent's second processor do; its Python client writes lower case.

mod container;
mod http;
mod v1;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use azure_core::credentials::TokenCredential;
use futures::TryStreamExt;
use object_store::azure::{MicrosoftAzure, MicrosoftAzureBuilder};
use object_store::path::Path;
use object_store::{Attribute, Attributes, Error, GetOptions, ObjectMeta, ObjectStore, PutMode, PutOptions, PutPayload, RetryConfig, UpdateVersion};

pub(super) use self::container::{Answered, Use};
use self::http::Tokens;
use super::owners::Claim;
use super::place::Place;
use super::trouble::{Kind, Trouble};
use crate::Secret;
use crate::config::Checkpoints;
use crate::text::chain;

/// Metadata of a checkpoint.
const NUMBER: &str = "sequencenumber";
const OFFSET: &str = "offset";

/// Metadata of a claim.
const OWNER: &str = "ownerid";

/// What opens a storage account.
#[derive(Clone)]
pub(super) enum Opener {
    /// Its key.
    Key(Secret),
    /// A credential of Microsoft Entra.
    Credential(Arc<dyn TokenCredential>),
}

/// The blobs of a hub and a consumer group.
pub(super) struct Blobs {
    store: MicrosoftAzure,
    /// `<namespace>/<hub>/<group>`.
    prefix: String,
    migrates_v1: bool,
    container: container::Container,
    /// Claims by partition as they were last seen: what has not changed is not asked for again.
    seen: Mutex<HashMap<String, Claim>>,
}

impl Blobs {
    /// Nothing is asked yet.
    pub(super) fn new(checkpoints: &Checkpoints, opener: Opener, prefix: String) -> Result<Self, Trouble> {
        let connector = http::Connector::new().map_err(|why| Trouble::new(Kind::Checkpoints, why))?;
        let endpoint = checkpoints.endpoint.as_str().trim_end_matches('/').to_owned();
        let retry = RetryConfig { max_retries: 2, retry_timeout: Duration::from_secs(20), ..RetryConfig::default() };
        let tokens = Tokens::new(opener).map_err(trouble)?;
        let builder = MicrosoftAzureBuilder::new()
            .with_account(&checkpoints.storage_account)
            .with_container_name(&checkpoints.container)
            .with_endpoint(endpoint.clone())
            .with_allow_http(checkpoints.endpoint.scheme() == "http")
            .with_retry(retry)
            .with_http_connector(connector.clone())
            .with_credentials(Arc::new(tokens.clone()));
        let store = builder.build().map_err(trouble)?;
        let container = container::Container::new(format!("{endpoint}/{}", checkpoints.container), checkpoints.storage_account.clone(), tokens, connector);
        Ok(Self { store, prefix, migrates_v1: checkpoints.migrate_v1, container, seen: Mutex::default() })
    }

    /// Makes the container, if it is missing.
    pub(super) async fn prepare(&self) -> Result<(), Trouble> {
        self.container.ensure().await
    }

    /// Looks how far they can be used, and changes nothing.
    pub(super) async fn look(&self) -> Result<Use, Trouble> {
        self.container.look().await
    }

    /// How far a partition was read.
    pub(super) async fn kept(&self, partition: &str) -> Result<Option<Place>, Trouble> {
        match self.attributes(&self.checkpoint(partition)).await? {
            Some((_, attributes)) => Ok(place(&attributes)),
            None if self.migrates_v1 => v1::kept(&self.store, partition).await,
            None => Ok(None),
        }
    }

    /// Keeps how far a partition was read.
    pub(super) async fn keep(&self, partition: &str, place: &Place) -> Result<(), Trouble> {
        let metadata = [(NUMBER, place.sequence_number.to_string()), (OFFSET, place.offset.clone())];
        self.put(&self.checkpoint(partition), &metadata, PutMode::Overwrite).await.map(drop).map_err(trouble)
    }

    /// Who reads what.
    pub(super) async fn claims(&self) -> Result<Vec<Claim>, Trouble> {
        let prefix = Path::from(format!("{}/ownership", self.prefix));
        let listed: Vec<ObjectMeta> = self.store.list(Some(&prefix)).try_collect().await.map_err(trouble)?;
        let mut claims = Vec::new();
        for blob in listed {
            let partition = blob.location.filename().unwrap_or_default().to_owned();
            let known = self.known(&partition).filter(|known| known.tag.is_some() && known.tag == blob.e_tag);
            let claim = match known {
                Some(known) => Claim { modified: Some(blob.last_modified.into()), ..known },
                None => match self.attributes(&blob.location).await? {
                    Some((meta, attributes)) => claim(&partition, &meta, &attributes),
                    // It is gone meanwhile.
                    None => continue,
                },
            };
            self.see(&claim);
            claims.push(claim);
        }
        Ok(claims)
    }

    /// Claims partitions; gives those that nobody else was faster with.
    pub(super) async fn claim(&self, claims: &[Claim]) -> Result<Vec<Claim>, Trouble> {
        let mut won = Vec::new();
        for claim in claims {
            let name = Path::from(format!("{}/ownership/{}", self.prefix, claim.partition));
            let mode = match &claim.tag {
                Some(tag) => PutMode::Update(UpdateVersion { e_tag: Some(tag.clone()), version: None }),
                None => PutMode::Create,
            };
            match self.put(&name, &[(OWNER, claim.owner.clone().unwrap_or_default())], mode).await {
                Ok(tag) => {
                    let claim = Claim { tag, modified: Some(SystemTime::now()), ..claim.clone() };
                    self.see(&claim);
                    won.push(claim);
                }
                Err(Error::Precondition { .. } | Error::AlreadyExists { .. } | Error::NotFound { .. }) => {}
                Err(error) => return Err(trouble(error)),
            }
        }
        Ok(won)
    }

    /// Gives partitions back, so that nobody has to wait until their claims expire.
    pub(super) async fn give_back(&self, owner: &str) -> Result<(), Trouble> {
        // A renewal that was under way may come in between.
        for _ in 0..3 {
            let own = self.claims().await?.into_iter().filter(|claim| claim.owner.as_deref() == Some(owner));
            let claims: Vec<Claim> = own.map(|claim| Claim { owner: None, ..claim }).collect();
            if self.claim(&claims).await?.len() == claims.len() {
                break;
            }
        }
        Ok(())
    }

    fn checkpoint(&self, partition: &str) -> Path {
        Path::from(format!("{}/checkpoint/{partition}", self.prefix))
    }

    async fn attributes(&self, name: &Path) -> Result<Option<(ObjectMeta, Attributes)>, Trouble> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        match self.store.get_opts(name, options).await {
            Ok(found) => Ok(Some((found.meta, found.attributes))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(trouble(error)),
        }
    }

    /// Writes a blob without content; gives its tag.
    async fn put(&self, name: &Path, metadata: &[(&'static str, String)], mode: PutMode) -> object_store::Result<Option<String>> {
        let mut attributes = Attributes::new();
        for (name, value) in metadata {
            attributes.insert(Attribute::Metadata((*name).into()), value.clone().into());
        }
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        Ok(self.store.put_opts(name, PutPayload::new(), options).await?.e_tag)
    }

    fn known(&self, partition: &str) -> Option<Claim> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(partition).cloned()
    }

    fn see(&self, claim: &Claim) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(claim.partition.clone(), claim.clone());
    }
}

/// A value of metadata, whose names come in any case.
fn metadata<'a>(attributes: &'a Attributes, wanted: &str) -> Option<&'a str> {
    attributes.iter().find_map(|(attribute, value)| match attribute {
        Attribute::Metadata(name) if name.eq_ignore_ascii_case(wanted) => Some(value.as_ref()),
        _ => None,
    })
}

fn place(attributes: &Attributes) -> Option<Place> {
    let sequence_number = metadata(attributes, NUMBER)?.trim().parse().ok()?;
    Some(Place { sequence_number, offset: metadata(attributes, OFFSET).unwrap_or_default().to_owned() })
}

/// An owner without a name is nobody: so do clients give partitions back.
fn claim(partition: &str, meta: &ObjectMeta, attributes: &Attributes) -> Claim {
    Claim {
        partition: partition.to_owned(),
        owner: metadata(attributes, OWNER).filter(|owner| !owner.is_empty()).map(str::to_owned),
        tag: meta.e_tag.clone(),
        modified: Some(meta.last_modified.into()),
    }
}

fn trouble(error: Error) -> Trouble {
    Trouble::new(Kind::Checkpoints, chain(&error))
}
