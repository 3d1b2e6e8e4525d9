//! Fields that are a copy of a member, one line each: the first source that is not empty, if the field is not set yet.

use core::fmt;

use super::Class;
use super::parts::{Parts, path};
use crate::defender::assessment::Part;
use crate::ecs::{ASSESSMENT, Slot};
use crate::json::name::Name;
use crate::mapping::record::Record;

/// One field and its sources.
#[derive(Debug)]
pub(crate) struct Copy {
    /// The field.
    pub target: Slot,
    /// The only class of assessments that it is for.
    pub class: Option<Class>,
    sources: &'static [(Part, Name<'static>)],
}

macro_rules! copies {
    ($($class:ident $target:literal = $($part:ident.$member:ident),+;)*) => {
        &[$(Copy {
            target: const { ASSESSMENT.slot($target) },
            class: copies!(@$class),
            sources: &[$((Part::$part, const { Part::$part.member(stringify!($member)) })),+],
        }),*]
    };
    (@any) => { None };
    (@misconfiguration) => { Some(Class::Misconfiguration) };
    (@vulnerability) => { Some(Class::Vulnerability) };
}

/// Those that depend on nothing but the class.
pub(crate) const COPIES: &[Copy] = copies! {
    any "message"                            = Sub.display_name, Assessment.display_name;
    any "event.id"                           = Sub.id, Assessment.id;
    any "event.reason"                       = SubStatus.description, Status.description;
    any "cloud.instance.id"                  = Resource.native_resource_id, Resource.id;
    any "cloud.instance.name"                = Resource.resource_name;
    any "cloud.service.name"                 = SubResource.resource_provider, Resource.resource_provider;
    any "container.name"                     = Kubernetes.container_name;
    any "container.image.name"               = Artifact.repository_name, Additional.repo;
    any "host.os.family"                     = Os.os_version, Additional.os_distribution;
    any "orchestrator.resource.parent.type"  = Kubernetes.controller_kind, Additional.controller_type;
    any "orchestrator.resource.name"         = Kubernetes.pod_name, Additional.pod_name;
    any "orchestrator.namespace"             = Kubernetes.namespace, Additional.namespace;
    any "orchestrator.cluster.id"            = Kubernetes.cluster_resource_id, Cluster.cluster_resource_id, Additional.k8s_cluster_id;
    any "orchestrator.cluster.name"          = Kubernetes.cluster_name, Cluster.cluster_name, Additional.k8s_cluster_name;
    vulnerability "package.name"             = Software.package_name, SubAdditional.software_name;
    vulnerability "package.version"          = Software.version;
    vulnerability "package.fixed_version"    = Software.fixed_version;
    any "resource.id"                        = SubResource.native_resource_id, SubResource.id, Resource.native_resource_id, Resource.id;
    any "resource.name"                      = SubResource.resource_name, Resource.resource_name;
    any "resource.type"                      = SubResource.resource_provider, Resource.resource_provider;
    any "resource.sub_type"                  = SubResource.resource_type, Resource.resource_type;
    misconfiguration "rule.name"             = Sub.display_name, Assessment.display_name;
    misconfiguration "rule.description"      = Sub.description;
    misconfiguration "rule.impact"           = Sub.impact;
    misconfiguration "rule.remediation"      = Sub.remediation;
    misconfiguration "rule.category"         = Sub.category;
    any "vulnerability.description"          = Cve.description;
    vulnerability "vulnerability.description" = Sub.description;
    vulnerability "vulnerability.id"         = Sub.event_id;
    any "vulnerability.published_date"       = Vulnerability.published_date, Cve.published_date;
};

/// Those that need `package.name`.
pub(crate) const PACKAGE: &[Copy] = copies! {
    any "package.version"        = SubAdditional.software_version;
    any "package.fixed_version"  = SubAdditional.recommended_version;
};

/// Those that come after the scores of lists, which may have set the field.
pub(crate) const SEVERITY: &[Copy] = copies! {
    any "vulnerability.severity"  = Cve.severity, Vulnerability.severity;
};

impl fmt::Display for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (part, member)) in self.sources.iter().enumerate() {
            let or = if place == 0 { "" } else { ", else " };
            write!(f, "{or}`{}`", path(*part, member.text))?;
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
        let found = rule.sources.iter().map(|&(part, member)| parts.read(record, part, member)).find(|value| !value.is_blank());
        match found {
            Some(value) => record.put(rule.target, value, rule),
            None => record.settle(),
        }
    }
}
