//! The fields that a resource fills.

use super::super::graph::Graph;
use super::super::texts::{first, or_null};
use super::Resource;
use crate::defender::arn;
use crate::defender::node::CLOUD_NODE;
use crate::ecs::EVENT;
use crate::json::tree::Value;
use crate::mapping::record::{Record, rules};
use crate::mapping::resource::{Cloud, is_of_azure, lower, subscription};

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

/// Fills all of them; `sources` is what says which resource it is.
pub(in crate::mapping::event::extended) fn apply<'a>(record: &mut Record<'a>, resource: &Resource<'a>, sources: &[&'a str], graph: &Graph<'a>) {
    let node = resource.foreign.map_or(Value::Null, |node| graph.object(node));
    record.fill(&ID, |read| {
        read.came_from(sources);
        or_null(resource.spelled)
    });
    record.fill(&NAME, |read| {
        read.came_from(sources);
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
            or_null(resource.service.map(|own| if is_of_azure(own) { lower(read.arena, own) } else { own }))
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
