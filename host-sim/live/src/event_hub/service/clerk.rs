//! Answers what the crate asks of checkpoints and ownership.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use azure_core::http::Etag;
use azure_messaging_eventhubs::CheckpointStore;
use azure_messaging_eventhubs::models::{Checkpoint, Ownership};

use super::{Service, errors};
use crate::event_hub::desk::{Desk, Known};
use crate::event_hub::owners::Claim;

/// Knows how far partitions are, and who reads them.
pub(super) struct Clerk {
    pub(super) desk: Arc<Desk>,
    pub(super) service: Arc<Service>,
}

#[async_trait]
impl CheckpointStore for Clerk {
    async fn claim_ownership(&self, ownerships: &[Ownership]) -> azure_core::Result<Vec<Ownership>> {
        let claims: Vec<Claim> = ownerships.iter().map(claim).collect();
        let won = self.desk.store.claim(&claims).await.map_err(errors::azure)?;
        self.desk.owned(&won.iter().map(|claim| claim.partition.clone()).collect()).await;
        let by_id: BTreeMap<&str, &Ownership> = ownerships.iter().map(|ownership| (ownership.partition_id.as_str(), ownership)).collect();
        Ok(won.iter().filter_map(|claim| by_id.get(claim.partition.as_str()).map(|ownership| changed((*ownership).clone(), claim))).collect())
    }

    /// The crate asks for all of them at each turn, and uses those of partitions that it opens a link for, which may be one that is just being closed.
    async fn list_checkpoints(&self, namespace: &str, hub: &str, group: &str) -> azure_core::Result<Vec<Checkpoint>> {
        let mut checkpoints = Vec::new();
        for (partition, known) in self.desk.ours() {
            let place = match known {
                Known::Begun(place) => place,
                Known::Nothing => {
                    let extent = self.service.extent(&partition).await.map_err(errors::azure)?;
                    self.desk.resume(&partition, &extent).await.map_err(errors::azure)?
                }
            };
            let Some(place) = place else { continue };
            checkpoints.push(Checkpoint {
                fully_qualified_namespace: namespace.to_owned(),
                event_hub_name: hub.to_owned(),
                consumer_group: group.to_owned(),
                partition_id: partition,
                offset: Some(place.offset).filter(|offset| !offset.is_empty()),
                sequence_number: Some(place.sequence_number),
            });
        }
        Ok(checkpoints)
    }

    async fn list_ownerships(&self, namespace: &str, hub: &str, group: &str) -> azure_core::Result<Vec<Ownership>> {
        let claims = self.desk.store.claims().await.map_err(errors::azure)?;
        let of = |claim: Claim| {
            let ownership = Ownership {
                fully_qualified_namespace: namespace.to_owned(),
                event_hub_name: hub.to_owned(),
                consumer_group: group.to_owned(),
                partition_id: claim.partition.clone(),
                ..Ownership::default()
            };
            changed(ownership, &claim)
        };
        Ok(claims.into_iter().map(of).collect())
    }

    /// Marks are kept as they are earned, which the crate knows nothing of.
    async fn update_checkpoint(&self, _checkpoint: Checkpoint) -> azure_core::Result<()> {
        Ok(())
    }
}

fn claim(ownership: &Ownership) -> Claim {
    Claim {
        partition: ownership.partition_id.clone(),
        owner: ownership.owner_id.clone(),
        tag: ownership.etag.as_ref().map(ToString::to_string),
        modified: ownership.last_modified_time.map(SystemTime::from),
    }
}

fn changed(ownership: Ownership, claim: &Claim) -> Ownership {
    Ownership { owner_id: claim.owner.clone(), etag: claim.tag.clone().map(Etag::from), last_modified_time: claim.modified.map(Into::into), ..ownership }
}
