//! Members that ECS fields repeat, which go unless `preserve_duplicate_custom_fields` is set.

use super::Parts;
use crate::defender::assessment::{ARTIFACT, CVE, CVSS4, KUBERNETES, OS, RESOURCE, SOFTWARE, SUB, SUB_RESOURCE, SUB_STATUS, VULNERABILITY};
use crate::defender::part::Source;
use crate::json::tree::Value;

/// They go whether or not the value went elsewhere, as in the reference.
const DUPLICATES: &[Source] = &[
    SUB.id,
    SUB_STATUS.description,
    RESOURCE.native_resource_id,
    RESOURCE.resource_name,
    SUB_RESOURCE.native_resource_id,
    SUB_RESOURCE.resource_name,
    SUB_RESOURCE.resource_provider,
    SUB_RESOURCE.resource_type,
    KUBERNETES.container_name,
    KUBERNETES.controller_kind,
    KUBERNETES.pod_name,
    KUBERNETES.namespace,
    KUBERNETES.cluster_resource_id,
    KUBERNETES.cluster_name,
    ARTIFACT.repository_name,
    ARTIFACT.digest,
    OS.os_version,
    SOFTWARE.package_name,
    SOFTWARE.version,
    SOFTWARE.fixed_version,
    CVSS4.base,
    VULNERABILITY.published_date,
    CVE.description,
];

/// Empties all of them.
pub(super) fn remove(parts: &Parts<'_>) {
    for &source in DUPLICATES {
        if let Some(member) = parts.member(source) {
            member.value.set(Value::Null);
        }
    }
}
