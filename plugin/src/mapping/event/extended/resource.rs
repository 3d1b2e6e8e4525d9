//! `resource.*` and `cloud.*`: which resource a record is about, and in which cloud.

pub(super) mod fields;
mod of_alert;
mod of_finding;

use std::borrow::Cow;

use bumpalo::Bump;

use super::graph::NodeId;
use crate::defender::arm_id::ArmId;
use crate::mapping::resource::{Cloud, in_one_spelling, is_machine, is_of_azure, lower};

/// The resource that a record is about.
#[derive(Clone, Copy, Default)]
pub(super) struct Resource<'a> {
    /// Its id as it is spelled: of another cloud, the name there.
    pub id: Option<&'a str>,
    /// Its ARM id, which may be that of a connector.
    pub arm: Option<&'a str>,
    name: Option<&'a str>,
    namespace: Option<&'a str>,
    types: Option<&'a str>,
    /// Its id in one spelling.
    pub spelled: Option<&'a str>,
    /// The provider in its ARM id.
    service: Option<&'a str>,
    /// Of an alert: the entity of another cloud.
    pub foreign: Option<NodeId>,
    pub cloud: Option<Cloud>,
    account: Option<&'a str>,
    /// Whether it is a machine.
    pub is_machine: bool,
    /// Whether it is a cluster of Kubernetes.
    pub is_cluster: bool,
}

impl<'a> Resource<'a> {
    /// What the id says where nothing else does.
    fn by_id(&mut self, arena: &'a Bump) {
        let Some(id) = self.id else { return };
        let by_id = ArmId::new(id).and_then(ArmId::kind);
        self.spelled = Some(in_one_spelling(arena, id));
        if let Some(kind) = by_id {
            self.service = Some(kind.namespace);
            self.namespace = self.namespace.or(Some(kind.namespace)).filter(|namespace| !namespace.is_empty());
            if self.types.is_none() && !kind.types.is_empty() {
                self.types = Some(match kind.types {
                    Cow::Borrowed(types) => types,
                    Cow::Owned(types) => arena.alloc_str(&types),
                });
            }
        }
        self.is_machine = is_machine(self.cloud, self.namespace, self.types) || is_foreign_machine(id);
        if self.namespace.is_some_and(is_of_azure) {
            self.namespace = self.namespace.map(|text| lower(arena, text));
            self.types = self.types.map(|text| lower(arena, text));
        }
    }

    /// Its name: as it is given, else the last segment of its id.
    pub(super) fn name(&self) -> Option<&'a str> {
        self.name.or_else(|| self.last_segment())
    }

    /// The last segment of its id.
    pub(super) fn last_segment(&self) -> Option<&'a str> {
        let id = self.id?;
        let last = if ArmId::new(id).is_some() { ArmId::new(id)?.name() } else { id.rsplit(['/', ':']).next()? };
        Some(last).filter(|last| !last.is_empty())
    }
}

fn is_arn(id: &str) -> bool {
    id.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("arn:aws"))
}

fn is_google(id: &str) -> bool {
    id.starts_with("//") && id.get(2..).and_then(|rest| rest.split('/').next()).is_some_and(|host| host.ends_with(".googleapis.com"))
}

fn is_azure(id: &str) -> bool {
    ArmId::new(id).is_some_and(|id| id.subscription().is_some() && !id.is_of_connector())
}

/// `arn:aws…:ec2:…:instance/…` and `//compute.googleapis.com/…/instances/…`.
fn is_foreign_machine(id: &str) -> bool {
    if is_arn(id) {
        let mut parts = id.splitn(6, ':');
        return parts.nth(2).is_some_and(|service| service.eq_ignore_ascii_case("ec2")) && parts.nth(2).is_some_and(|rest| rest.starts_with("instance/"));
    }
    id.strip_prefix("//compute.googleapis.com/").is_some_and(|rest| rest.contains("/instances/"))
}
