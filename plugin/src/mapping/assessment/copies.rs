//! Fields that are a copy of a member, one line each: the first source that is not empty, if the field is not set yet.

use core::fmt;

use super::{Class, Parts};
use crate::defender::assessment::{
    ADDITIONAL, ARTIFACT, CLUSTER, CVE, KUBERNETES, OS, RECORD, RESOURCE, SOFTWARE, STATUS, SUB, SUB_ADDITIONAL, SUB_RESOURCE, SUB_STATUS, VULNERABILITY,
};
use crate::defender::part::Source;
use crate::ecs::{ASSESSMENT, Slot};
use crate::mapping::record::Record;

/// One field and its sources.
#[derive(Debug)]
pub(crate) struct Copy {
    /// The field.
    pub target: Slot,
    /// The only class of assessments that it is for.
    pub class: Option<Class>,
    /// The first that is not empty.
    pub sources: &'static [Source],
}

macro_rules! copies {
    ($($class:ident $target:literal = $($part:ident.$member:ident),+;)*) => {
        &[$($crate::mapping::assessment::copies::Copy {
            target: ASSESSMENT.slot($target),
            class: copies!(@$class),
            sources: &[$($part.$member),+],
        }),*]
    };
    (@any) => { None };
    (@misconfiguration) => { Some($crate::mapping::assessment::Class::Misconfiguration) };
    (@vulnerability) => { Some($crate::mapping::assessment::Class::Vulnerability) };
}
pub(super) use copies;

/// Those of every profile.
pub(crate) const COMMON: &[Copy] = copies! {
    any "message"                            = SUB.display_name, RECORD.display_name;
    any "event.id"                           = SUB.id, RECORD.id;
    any "container.name"                     = KUBERNETES.container_name;
    any "host.os.family"                     = OS.os_version, ADDITIONAL.os_distribution;
    any "orchestrator.resource.parent.type"  = KUBERNETES.controller_kind, ADDITIONAL.controller_type;
    any "orchestrator.resource.name"         = KUBERNETES.pod_name, ADDITIONAL.pod_name;
    any "orchestrator.namespace"             = KUBERNETES.namespace, ADDITIONAL.namespace;
    any "orchestrator.cluster.id"            = KUBERNETES.cluster_resource_id, CLUSTER.cluster_resource_id, ADDITIONAL.k8s_cluster_id;
    any "orchestrator.cluster.name"          = KUBERNETES.cluster_name, CLUSTER.cluster_name, ADDITIONAL.k8s_cluster_name;
};

/// What was found, as the reference sees it.
pub(crate) const FINDING: &[Copy] = copies! {
    vulnerability "package.name"             = SOFTWARE.package_name, SUB_ADDITIONAL.software_name;
    vulnerability "package.version"          = SOFTWARE.version;
    vulnerability "package.fixed_version"    = SOFTWARE.fixed_version;
    misconfiguration "rule.name"             = SUB.display_name, RECORD.display_name;
    misconfiguration "rule.description"      = SUB.description;
    misconfiguration "rule.impact"           = SUB.impact;
    misconfiguration "rule.remediation"      = SUB.remediation;
    misconfiguration "rule.category"         = SUB.category;
    any "vulnerability.description"          = CVE.description;
    vulnerability "vulnerability.description" = SUB.description;
    vulnerability "vulnerability.id"         = SUB.event_id;
    any "vulnerability.published_date"       = VULNERABILITY.published_date, CVE.published_date;
};

/// Whose resource it is, as the reference sees it, and why the finding counts as it does.
pub(crate) const IDENTITY: &[Copy] = copies! {
    any "event.reason"                       = SUB_STATUS.description, STATUS.description;
    any "cloud.instance.id"                  = RESOURCE.native_resource_id, RESOURCE.id;
    any "cloud.instance.name"                = RESOURCE.resource_name;
    any "cloud.service.name"                 = SUB_RESOURCE.resource_provider, RESOURCE.resource_provider;
    any "container.image.name"               = ARTIFACT.repository_name, ADDITIONAL.repo;
    any "resource.id"                        = SUB_RESOURCE.native_resource_id, SUB_RESOURCE.id, RESOURCE.native_resource_id, RESOURCE.id;
    any "resource.name"                      = SUB_RESOURCE.resource_name, RESOURCE.resource_name;
    any "resource.type"                      = SUB_RESOURCE.resource_provider, RESOURCE.resource_provider;
    any "resource.sub_type"                  = SUB_RESOURCE.resource_type, RESOURCE.resource_type;
};

/// Those that need `package.name`.
pub(crate) const PACKAGE: &[Copy] = copies! {
    any "package.version"        = SUB_ADDITIONAL.software_version;
    any "package.fixed_version"  = SUB_ADDITIONAL.recommended_version;
};

/// Those that come after the scores of lists, which may have set the field.
pub(crate) const SEVERITY: &[Copy] = copies! {
    any "vulnerability.severity"  = CVE.severity, VULNERABILITY.severity;
};

impl fmt::Display for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, source) in self.sources.iter().enumerate() {
            write!(f, "{}`{source}`", if index == 0 { "" } else { ", else " })?;
        }
        match self.class {
            Some(class) => write!(f, " (class {} only)", class.name()),
            None => Ok(()),
        }
    }
}

/// Applies a table.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, class: Class, table: &[Copy]) {
    for rule in table {
        let applies = rule.class.is_none_or(|only| only == class);
        if !applies || !record.document.get(rule.target).is_null() {
            continue;
        }
        record.fill_slot(rule.target, rule, |read| parts.first(read, rule.sources));
    }
}
