//! Members that ECS fields repeat, which go unless `preserve_duplicate_custom_fields` is set.

use super::parts::Parts;
use crate::defender::assessment::Part;
use crate::json::name::Name;
use crate::json::tree::Value;

macro_rules! members {
    ($($part:ident.$member:ident;)*) => { &[$((Part::$part, const { Part::$part.member(stringify!($member)) })),*] };
}

/// They go whether or not the value went elsewhere, as in the reference.
const DUPLICATES: &[(Part, Name<'static>)] = members! {
    Sub.id;
    SubStatus.description;
    Resource.native_resource_id;
    Resource.resource_name;
    SubResource.native_resource_id;
    SubResource.resource_name;
    SubResource.resource_provider;
    SubResource.resource_type;
    Kubernetes.container_name;
    Kubernetes.controller_kind;
    Kubernetes.pod_name;
    Kubernetes.namespace;
    Kubernetes.cluster_resource_id;
    Kubernetes.cluster_name;
    Artifact.repository_name;
    Artifact.digest;
    Os.os_version;
    Software.package_name;
    Software.version;
    Software.fixed_version;
    Cvss4.base;
    Vulnerability.published_date;
    Cve.description;
};

/// Empties all of them.
pub(super) fn remove(parts: &Parts<'_>) {
    for &(part, member) in DUPLICATES {
        if let Some(member) = parts.member(part, member) {
            member.value.set(Value::Null);
        }
    }
}
