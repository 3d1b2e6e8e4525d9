//! `resource.*`, `cloud.service.name` and `host.name`: which resource it is, of what kind, and whether it is a machine.

use std::borrow::Cow;

use super::id::{self, Place};
use super::provider::only_foreign;
use super::{Parts, text};
use crate::defender::arm_id::{self, ArmId};
use crate::defender::assessment::{ADDITIONAL, RESOURCE, SUB_RESOURCE};
use crate::defender::image::{name_with_host_of, repository_of};
use crate::ecs::ASSESSMENT;
use crate::json::tree::{Value, array};
use crate::mapping::record::{Reader, Record, rules};
use crate::mapping::resource::{Cloud, in_one_spelling, is_machine, is_of_azure, last_of, lower};

rules! { ASSESSMENT;
    ID "resource.id" =
        "profile extended: `native_resource_id`, else `id` of `sub_assessment.resource_details`; else `resource_details.native_resource_id`, else of AWS and GCP `native_cloud_unique_identifier` other than NoArn, else `resource_details.id`, else what the assessment's `id` begins with; an ARM id in lower case";
    TYPE "resource.type" =
        "profile extended: `resource_provider` of `sub_assessment.resource_details`, else of `resource_details`, else of AWS and GCP of `additional_data`; else what stands before the first slash of `resource_type`; else by the ARM id of the resource, else by what the assessment's `id` begins with; in lower case if it is of Azure";
    SUB_TYPE "resource.sub_type" =
        "profile extended: `resource_type`, of the same places, without a provider before it; else by the same ids; in lower case if `resource.type` is; `registries/images` for an image of a registry";
    SERVICE "cloud.service.name" = "profile extended: `resource.type`";
    NAME "resource.name" =
        "profile extended: `resource_name` of `sub_assessment.resource_details`, else of `resource_details`, else of AWS and GCP of `additional_data`; else by the id of the resource: of an ARM id the last segment, of an image its repository; else `container.image.name`";
    HOST "host.name" =
        "profile extended: of a machine `resource_name` of `sub_assessment.resource_details`, else of `resource_details`, else `resource_details.machine_name`, else of AWS and GCP `resource_name` of `additional_data`, else the last segment of the ARM id; of what is on a virtual machine `resource_details.resource_name`";
    RELATED_HOSTS "related.hosts" = "profile extended: `host.name`";
}

const PLACES: &[Place] = &[
    Place::Member(SUB_RESOURCE.native_resource_id),
    Place::Member(SUB_RESOURCE.id),
    Place::Member(RESOURCE.native_resource_id),
    Place::Native,
    Place::Member(RESOURCE.id),
    Place::Owner,
];

/// Sets all of them; needs `container.image.name`.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, cloud: Option<Cloud>) {
    let mut id = None;
    record.fill(&ID, |read| {
        id = id::first(read, parts, cloud, PLACES);
        id.map_or(Value::Null, |id| Value::Text(in_one_spelling(read.arena, id)))
    });
    let mut kind = Kind::default();
    record.fill(&TYPE, |read| {
        kind = Kind::of(read, parts, cloud, id);
        kind.namespace.map_or(Value::Null, Value::Text)
    });
    record.fill(&SUB_TYPE, |read| {
        read.field(TYPE.slot);
        kind.types.map_or(Value::Null, Value::Text)
    });
    record.fill(&SERVICE, |read| read.field(TYPE.slot));
    record.fill(&NAME, |read| {
        let name = given_name(read, parts, cloud).or_else(|| {
            read.field(ID.slot);
            name_in(id?)
        });
        name.map_or_else(|| read.field(const { ASSESSMENT.slot("container.image.name") }), Value::Text)
    });
    record.fill(&HOST, |read| host(read, parts, cloud, id, kind).map_or(Value::Null, Value::Text));
    record.fill(&RELATED_HOSTS, |read| match read.field(HOST.slot) {
        Value::Null => Value::Null,
        host => array(read.arena, [host]),
    });
}

/// Of which kind a resource is.
#[derive(Debug, Clone, Copy, Default)]
struct Kind<'a> {
    namespace: Option<&'a str>,
    types: Option<&'a str>,
}

impl<'a> Kind<'a> {
    /// As the record says, and where it says nothing as the ids do.
    fn of(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, cloud: Option<Cloud>, id: Option<&'a str>) -> Self {
        let provider = text(read, parts, &[SUB_RESOURCE.resource_provider, RESOURCE.resource_provider])
            .or_else(|| text(read, parts, only_foreign(cloud, &[ADDITIONAL.resource_provider])));
        let types = text(read, parts, &[SUB_RESOURCE.resource_type, RESOURCE.resource_type])
            .or_else(|| text(read, parts, only_foreign(cloud, &[ADDITIONAL.resource_type])));
        let (named, types) = types.map_or((None, None), |types| without_provider(types, provider));
        let mut kind = Self { namespace: provider.or(named), types };
        if kind.namespace.is_none() || kind.types.is_none() {
            let by_id = id.and_then(|id| id::own_arm_id(id, cloud)?.kind()).or_else(|| id::own_arm_id(id::owner(read, parts)?, cloud)?.kind());
            if let Some(by_id) = by_id {
                kind.complete(read, by_id);
            }
        }
        if kind.namespace.is_some_and(is_of_azure) {
            kind = Self { namespace: kind.namespace.map(|text| lower(read.arena, text)), types: kind.types.map(|text| lower(read.arena, text)) };
        }
        let is_image = id.and_then(repository_of).is_some();
        if is_image && kind.types.is_some_and(|types| types.eq_ignore_ascii_case("registries")) {
            kind.types = Some("registries/images");
        }
        kind
    }

    fn complete(&mut self, read: &Reader<'_, 'a>, by_id: arm_id::Kind<'a>) {
        self.namespace.get_or_insert_with(|| lower(read.arena, by_id.namespace));
        if !by_id.types.is_empty() {
            self.types.get_or_insert_with(|| match by_id.types {
                Cow::Borrowed(types) => lower(read.arena, types),
                Cow::Owned(types) => read.arena.alloc_str(&types.to_lowercase()),
            });
        }
    }
}

/// A type, and the provider that stands before it: `microsoft.compute/virtualmachines`, but not `servers/databases` of a provider that is known.
fn without_provider<'a>(types: &'a str, provider: Option<&str>) -> (Option<&'a str>, Option<&'a str>) {
    let not_blank = |text: &'a str| Some(text).filter(|text| !text.trim().is_empty());
    match types.split_once('/') {
        Some((first, rest)) if provider.is_none_or(|provider| first.contains('.') || first.eq_ignore_ascii_case(provider)) => {
            (not_blank(first), not_blank(rest))
        }
        _ => (None, Some(types)),
    }
}

fn given_name<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, cloud: Option<Cloud>) -> Option<&'a str> {
    text(read, parts, &[SUB_RESOURCE.resource_name, RESOURCE.resource_name]).or_else(|| text(read, parts, only_foreign(cloud, &[ADDITIONAL.resource_name])))
}

fn name_in(id: &str) -> Option<&str> {
    match ArmId::new(id) {
        Some(id) => Some(id.name()).filter(|name| !name.is_empty()),
        None => repository_of(id).or_else(|| name_with_host_of(id)),
    }
}

fn host<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, cloud: Option<Cloud>, id: Option<&'a str>, kind: Kind<'a>) -> Option<&'a str> {
    let is_on_premise = text(read, parts, &[RESOURCE.source]).is_some_and(|source| source.eq_ignore_ascii_case("OnPremise"))
        && text(read, parts, &[RESOURCE.machine_name]).is_some();
    if is_on_premise || is_machine(cloud, kind.namespace, kind.types) {
        return text(read, parts, &[SUB_RESOURCE.resource_name, RESOURCE.resource_name, RESOURCE.machine_name])
            .or_else(|| text(read, parts, only_foreign(cloud, &[ADDITIONAL.resource_name])))
            .or_else(|| id.and_then(|id| id::own_arm_id(id, cloud)).or_else(|| id::own_arm_id(id::owner(read, parts)?, cloud)).map(ArmId::name));
    }
    // What was found is something on the machine, as in the reference.
    let is_on_machine = text(read, parts, &[RESOURCE.resource_type]).is_some_and(|types| last_of(types).eq_ignore_ascii_case("virtualMachines"));
    if is_on_machine { text(read, parts, &[RESOURCE.resource_name]) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_before_a_type_is_split_off() {
        let check = |types, provider, expected| assert_eq!(without_provider(types, provider), expected, "{types} {provider:?}");
        check("microsoft.compute/virtualmachines", None, (Some("microsoft.compute"), Some("virtualmachines")));
        check("microsoft.compute/virtualmachines", Some("Microsoft.Compute"), (Some("microsoft.compute"), Some("virtualmachines")));
        check("Microsoft.Sql/servers/databases", None, (Some("Microsoft.Sql"), Some("servers/databases")));
        check("servers/databases", Some("Microsoft.Sql"), (None, Some("servers/databases")));
        check("EC2/instance", Some("EC2"), (Some("EC2"), Some("instance")));
        check("virtualMachines", None, (None, Some("virtualMachines")));
        check(".containerimage", None, (None, Some(".containerimage")));
        check("/a", None, (None, Some("a")));
        check("a/", None, (Some("a"), None));
    }

    #[test]
    fn an_id_names_its_resource() {
        let check = |id, name| assert_eq!(name_in(id), name, "{id}");
        check("/subscriptions/s/resourceGroups/G", Some("G"));
        check("/repositories/tools/mason/images/sha256:9e", Some("tools/mason"));
        check("quarryacr.azurecr.io/mason@sha256:9e", Some("quarryacr.azurecr.io/mason"));
        check("arn:aws:ec2:eu-north-1:444455556666:instance/i-1", None);
    }
}
