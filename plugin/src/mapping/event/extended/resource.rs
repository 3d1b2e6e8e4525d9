//! `resource.*` and `cloud.*`: which resource a record is about, and in which cloud.

use std::borrow::Cow;

use bumpalo::Bump;

use super::Parts;
use super::graph::{Graph, NodeId};
use super::properties::Properties;
use super::texts::{first, or_null, said};
use crate::defender::arm_id::ArmId;
use crate::defender::hub::{RECORD, RESOURCE_DETAILS};
use crate::defender::node::{CLOUD_NODE, IDENTIFIER, Kind, NODE, NODE_METADATA};
use crate::defender::property::keys;
use crate::defender::{arm_id, arn};
use crate::ecs::EVENT;
use crate::json::tree::Value;
use crate::mapping::record::{Reader, Record, rules};
use crate::mapping::resource::{Cloud, in_one_spelling, is_machine, is_of_azure, lower, subscription};

rules! { EVENT;
    ID "resource.id" = "profile extended: of an alert `AmazonResourceId` or `FullResourceName` of an entity, else `AzureResourceId`, else property `effectiveazureresourceid`, else the first `ResourceIdentifiers[].AzureResourceId`, else `ResourceId` of an entity, else the host's `AzureID`; of a finding `nativeResourceId`, else `id` of `properties.resourceDetails`, else what its `id` begins with; an ARM id in lower case";
    NAME "resource.name" = "profile extended: `ResourceName` of the entity that is the resource, `resourceName` of a finding's details, else the last segment of the id";
    TYPE "resource.type" = "profile extended: `resourceProvider` of a finding's details, else the provider in the ARM id; in lower case if it is Microsoft's";
    SUB_TYPE "resource.sub_type" = "profile extended: `resourceType` of a finding's details, `ResourceType` of an entity of AWS or GCP, else the type in the ARM id; in lower case if `resource.type` is";
    PROVIDER "cloud.provider" = "profile extended: azure, aws or gcp, by an entity, the id of the resource, its type or `resourceDetails.source`";
    ACCOUNT "cloud.account.id" = "profile extended: of Azure the subscription of the resource, of AWS `AmazonAccountId`, else the account in the ARN";
    PROJECT "cloud.project.id" = "profile extended: of GCP `ProjectId`, else what follows `/projects/` in the name of the resource";
    REGION "cloud.region" = "profile extended: of AWS the region in the ARN, of GCP `Location` of an entity, a zone without its last part";
    ZONE "cloud.availability_zone" = "profile extended: of GCP `Location` of an entity, if `LocationType` is Zonal";
    SERVICE "cloud.service.name" = "profile extended: of Azure the provider in the id of the resource, of AWS the service in the ARN";
    INSTANCE_ID "cloud.instance.id" = "profile extended: the id of a resource that is a machine, as it is spelled";
    INSTANCE_NAME "cloud.instance.name" = "profile extended: the name of a resource that is a machine";
}

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
    /// Of an alert. Which host it is about may depend on it, so that the host's own id is looked at last, by [`Self::complete`].
    pub(super) fn of_alert(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, graph: &Graph<'a>, properties: &Properties<'a>) -> Self {
        let foreign = graph.of_kind(Kind::AmazonResource).chain(graph.of_kind(Kind::GcpResource)).next();
        let azure = || graph.of_kind(Kind::AzureResource);
        let is_center = |node: &NodeId| {
            let metadata = graph.object(*node).get(CLOUD_NODE.metadata.name);
            match metadata.get(NODE_METADATA.is_graph_center.name) {
                Value::Bool(is_center) => is_center,
                Value::Text(text) => text.eq_ignore_ascii_case("true"),
                _ => false,
            }
        };
        let arm = text(read, parts)
            .or_else(|| properties.first(read, keys![effectiveazureresourceid]))
            .or_else(|| identifier(read, parts))
            .or_else(|| first(read, graph.object(azure().find(is_center)?), &[CLOUD_NODE.resource_id]))
            .or_else(|| azure().find_map(|node| first(read, graph.object(node), &[CLOUD_NODE.resource_id])));
        let mut resource = Self { arm, foreign, ..Self::default() };
        if let Some(node) = foreign {
            let object = graph.object(node);
            resource.id = first(read, object, &[CLOUD_NODE.amazon_resource_id, CLOUD_NODE.full_resource_name]);
            resource.name = first(read, object, &[CLOUD_NODE.resource_name]);
            resource.types = first(read, object, &[CLOUD_NODE.resource_type]);
        }
        resource
    }

    /// Says the rest, once the host is known.
    pub(super) fn complete(mut self, read: &mut Reader<'_, 'a>, graph: &Graph<'a>, properties: &Properties<'a>, host: Option<NodeId>) -> Self {
        let of_host = host.and_then(|host| first(read, graph.object(host), &[NODE.azure_id]));
        self.arm = self.arm.or(of_host);
        self.id = self.id.or(self.arm);
        let amazon = graph.has(Kind::AmazonResource);
        let types = || {
            let own = graph.all().filter(|node| graph.kind(*node).is_resource()).filter_map(|node| said(graph.object(node).get(CLOUD_NODE.resource_type.name)));
            own.chain(properties.each(keys![resourcetype]))
        };
        let begins = |word: &str| types().any(|text| text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(word)));
        self.cloud = if amazon || self.id.is_some_and(is_arn) || begins("AWS") {
            Some(Cloud::Aws)
        } else if graph.has(Kind::GcpResource) || self.id.is_some_and(is_google) || begins("GCP") {
            Some(Cloud::Gcp)
        } else {
            [self.arm, of_host].into_iter().flatten().any(is_azure).then_some(Cloud::Azure)
        };
        self.account = match self.cloud {
            Some(Cloud::Azure) => [self.arm, of_host].into_iter().flatten().filter(|id| is_azure(id)).find_map(|id| ArmId::new(id)?.subscription()),
            _ => None,
        };
        if self.foreign.is_none() {
            self.types = None;
            let own = self.id.and_then(|id| {
                graph
                    .of_kind(Kind::AzureResource)
                    .find(|node| graph.object(*node).get(CLOUD_NODE.resource_id.name).text().is_some_and(|own| own.trim().eq_ignore_ascii_case(id)))
            });
            self.name = own.and_then(|node| first(read, graph.object(node), &[CLOUD_NODE.resource_name]));
        }
        let kubernetes = types().any(|text| ["EKS", "GKE", "Kubernetes"].into_iter().any(|word| contains(text, word)));
        self.by_id(read.arena);
        let is_of_types =
            |names: &[&str]| self.types.is_some_and(|types| names.iter().any(|name| crate::mapping::resource::last_of(types).eq_ignore_ascii_case(name)));
        let of_node = |names: &str| contains(names, "EKS") || contains(names, "GKE") || contains(names, "Kubernetes");
        let is_foreign_cluster = self.foreign.is_some_and(|node| said(graph.object(node).get(CLOUD_NODE.resource_type.name)).is_some_and(of_node));
        self.is_cluster = is_of_types(&["managedClusters", "connectedClusters"])
            || is_foreign_cluster
            || (kubernetes && !properties.is_empty() && properties.each(keys![resourcetype]).any(of_node));
        self
    }

    /// Of a finding.
    pub(super) fn of_finding(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Self {
        let member = |read: &mut Reader<'_, 'a>, source| first(read, parts.object(RESOURCE_DETAILS_PART), &[source]);
        let native = member(read, RESOURCE_DETAILS.native_resource_id);
        let details = member(read, RESOURCE_DETAILS.id);
        let owner = said(parts.read(read, RECORD.id)).and_then(arm_id::last_assessed_resource);
        let source = member(read, RESOURCE_DETAILS.source);
        let arm = [native, details, owner].into_iter().flatten().find(|id| ArmId::new(id).is_some());
        let mut resource = Self { id: native.or(details).or(owner), arm, ..Self::default() };
        resource.name = member(read, RESOURCE_DETAILS.resource_name);
        resource.namespace = member(read, RESOURCE_DETAILS.resource_provider);
        resource.types = member(read, RESOURCE_DETAILS.resource_type);
        let named = source.and_then(Cloud::named);
        let begins = |word: &str| resource.types.is_some_and(|types| types.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(word)));
        resource.cloud = if native.is_some_and(is_arn) || begins("AWS") || named == Some(Cloud::Aws) {
            Some(Cloud::Aws)
        } else if native.is_some_and(is_google) || begins("GCP") || named == Some(Cloud::Gcp) {
            Some(Cloud::Gcp)
        } else if source.is_none() || named == Some(Cloud::Azure) {
            resource.id.is_some_and(is_azure).then_some(Cloud::Azure)
        } else {
            None
        };
        if !Cloud::is_foreign(resource.cloud) {
            resource.account = [resource.id, owner].into_iter().flatten().filter(|id| is_azure(id)).find_map(|id| ArmId::new(id)?.subscription());
        }
        resource.by_id(read.arena);
        resource.is_machine |= member(read, RESOURCE_DETAILS.machine_name).is_some();
        resource
    }

    /// What the id says where nothing else does.
    fn by_id(&mut self, arena: &'a Bump) {
        let Some(id) = self.id else { return };
        let by_id = ArmId::new(id).and_then(ArmId::kind);
        if let Some(kind) = by_id {
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

    /// Its id in one spelling.
    pub(super) fn id_in_one_spelling(&self, arena: &'a Bump) -> Option<&'a str> {
        self.id.map(|id| in_one_spelling(arena, id))
    }
}

const RESOURCE_DETAILS_PART: &crate::defender::part::Part = crate::defender::hub::ResourceDetails::PART;

fn text<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    let member = parts.member(RECORD.azure_resource_id)?;
    let text = said(member.value.get())?;
    read.take(Some(member));
    Some(text)
}

fn identifier<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    let identifiers = parts.member(RECORD.resource_identifiers)?.value.get();
    let listed = identifiers.elements().iter().map(|element| element.get()).chain([identifiers]);
    listed.into_iter().find_map(|identifier| first(read, identifier, &[IDENTIFIER.azure_resource_id]))
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

fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, resource: &Resource<'a>, graph: &Graph<'a>) {
    let node = resource.foreign.map_or(Value::Null, |node| graph.object(node));
    record.fill(&ID, |read| {
        note(read, node, resource);
        or_null(resource.id_in_one_spelling(read.arena))
    });
    record.fill(&NAME, |read| {
        note(read, node, resource);
        or_null(resource.name())
    });
    record.fill(&TYPE, |read| {
        read.field(ID.slot);
        or_null(resource.namespace)
    });
    record.fill(&SUB_TYPE, |read| {
        read.field(ID.slot);
        or_null(resource.types)
    });
    record.fill(&PROVIDER, |read| {
        read.field(ID.slot);
        or_null(resource.cloud.map(Cloud::name))
    });
    let id = resource.id.unwrap_or_default();
    record.fill(&ACCOUNT, |read| {
        let account = match resource.cloud {
            Some(Cloud::Aws) => first(read, node, &[CLOUD_NODE.amazon_account_id]).or_else(|| arn::account_of(id)),
            Some(Cloud::Gcp) => None,
            _ => resource.account.map(|own| subscription(read.arena, own)),
        };
        read.field(ID.slot);
        or_null(account)
    });
    match resource.cloud {
        Some(Cloud::Aws) => {
            record.fill(&REGION, |read| {
                read.field(ID.slot);
                or_null(arn::part(id, 3))
            });
            record.fill(&SERVICE, |read| {
                read.field(ID.slot);
                or_null(arn::part(id, 2))
            });
        }
        Some(Cloud::Gcp) => of_google(record, node, id),
        Some(Cloud::Azure) => record.fill(&SERVICE, |read| {
            read.field(ID.slot);
            let own = ArmId::new(id).and_then(ArmId::kind).map(|kind| kind.namespace);
            or_null(own.map(|own| if is_of_azure(own) { lower(read.arena, own) } else { own }))
        }),
        None => {}
    }
    if resource.is_machine {
        record.fill(&INSTANCE_ID, |read| {
            read.field(ID.slot);
            or_null(resource.id)
        });
        record.fill(&INSTANCE_NAME, |read| read.field(NAME.slot));
    }
}

/// Notes for `explain` what was read before.
fn note<'a>(read: &mut Reader<'_, 'a>, node: Value<'a>, resource: &Resource<'a>) {
    if resource.foreign.is_some() {
        first(read, node, &[CLOUD_NODE.amazon_resource_id, CLOUD_NODE.full_resource_name]);
    }
}

fn of_google<'a>(record: &mut Record<'a>, node: Value<'a>, id: &'a str) {
    record.fill(&PROJECT, |read| {
        let own = first(read, node, &[CLOUD_NODE.project_id]);
        or_null(own.or_else(|| id.split_once("/projects/")?.1.split('/').next()).filter(|project| !project.is_empty()))
    });
    let kind = node.get(CLOUD_NODE.location_type.name).text().unwrap_or_default();
    let is_zonal = kind.eq_ignore_ascii_case("Zonal");
    if !is_zonal && !kind.eq_ignore_ascii_case("Regional") {
        return;
    }
    if is_zonal {
        record.fill(&ZONE, |read| or_null(first(read, node, &[CLOUD_NODE.location])));
    }
    record.fill(&REGION, |read| {
        let location = first(read, node, &[CLOUD_NODE.location]);
        or_null(location.and_then(|location| if is_zonal { location.rsplit_once('-').map(|(region, _)| region) } else { Some(location) }))
    });
}
