//! The parts of a merged assessment record and their members, after every name was brought to snake case.

use crate::json::known::Known;
use crate::json::name::Name;

/// An object inside a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The assessment's `properties`, with the `id`, `name` and `type` of its envelope.
    Assessment,
    /// The assessment's status.
    Status,
    /// The assessed resource.
    Resource,
    /// What this kind of assessment adds.
    Additional,
    /// One object of CVEs, where it is no list.
    Cves,
    /// The sub-assessment's `properties`, with the `id`, `name` and `type` of its envelope.
    Sub,
    /// Its status.
    SubStatus,
    /// Its resource.
    SubResource,
    /// What this kind of sub-assessment adds.
    SubAdditional,
    /// Who found it.
    Metadata,
    /// Key values of an endpoint protection finding.
    Findings,
    /// One CVE, where there is no list.
    Cve,
    /// The cluster it was found in.
    Cluster,
    /// Where in Kubernetes the container runs.
    Kubernetes,
    /// The container image.
    Artifact,
    /// The software.
    Software,
    /// The operating system that the software is for.
    Os,
    /// Where a fix is described.
    Fix,
    /// The vulnerability.
    Vulnerability,
    /// Its score by CVSS 2.
    Cvss2,
    /// Its score by CVSS 3.
    Cvss3,
    /// Its score by CVSS 4.
    Cvss4,
    /// Whether there are exploits.
    Exploitability,
}

/// A part, where it stands, and what rules read from it.
#[derive(Debug)]
pub(crate) struct Place {
    /// The part.
    pub part: Part,
    /// What it stands in; the assessment in itself.
    pub parent: Part,
    /// Its name there.
    pub name: Name<'static>,
    /// How rules are documented to name it.
    pub path: &'static str,
    /// Whether the reference looks into it, so that anything but an object in its place is reported.
    pub strict: bool,
    members: &'static [&'static str],
}

const fn place(part: Part, parent: Part, name: &'static str, path: &'static str, strict: bool, members: &'static [&'static str]) -> Place {
    Place { part, parent, name: Name::of(name), path, strict, members }
}

/// How many parts there are.
pub(crate) const PARTS: usize = PLACES.len();

/// All parts, a parent before what stands in it, in the order of [`Part`].
pub(crate) const PLACES: &[Place] = &[
    place(Part::Assessment, Part::Assessment, "", "", true, &["display_name", "id"]),
    place(Part::Status, Part::Assessment, "status", "status", true, &["code", "description", "first_evaluation_date", "status_change_date"]),
    place(
        Part::Resource,
        Part::Assessment,
        "resource_details",
        "resource_details",
        true,
        &["id", "native_resource_id", "resource_name", "resource_provider", "resource_type", "source"],
    ),
    place(
        Part::Additional,
        Part::Assessment,
        "additional_data",
        "additional_data",
        true,
        &[
            "controller_type",
            "cves",
            "cves_count",
            "digest",
            "k8s_cluster_id",
            "k8s_cluster_name",
            "max_cvss30_score",
            "namespace",
            "os_distribution",
            "os_type",
            "pod_name",
            "repo",
            "resource_name",
            "resource_type",
        ],
    ),
    place(Part::Cves, Part::Additional, "cves", "additional_data.cves", false, &["base_score"]),
    place(
        Part::Sub,
        Part::Additional,
        "sub_assessment",
        "sub_assessment",
        true,
        &["category", "description", "display_name", "event_id", "id", "impact", "remediation", "time_generated"],
    ),
    place(Part::SubStatus, Part::Sub, "status", "sub_assessment.status", true, &["code", "description", "severity"]),
    place(
        Part::SubResource,
        Part::Sub,
        "resource_details",
        "sub_assessment.resource_details",
        true,
        &["id", "native_resource_id", "resource_name", "resource_provider", "resource_type"],
    ),
    place(
        Part::SubAdditional,
        Part::Sub,
        "additional_data",
        "sub_assessment.additional_data",
        true,
        &["cve_list", "cvss_v30_score", "kubernetes_context", "recommended_version", "software_name", "software_version", "source"],
    ),
    place(Part::Metadata, Part::SubAdditional, "metadata", "sub_assessment.additional_data.metadata", true, &["scanner"]),
    place(Part::Findings, Part::SubAdditional, "data", "sub_assessment.additional_data.data", true, &["resources", "signature_update_date"]),
    place(
        Part::Cve,
        Part::SubAdditional,
        "cve",
        "sub_assessment.additional_data.cve",
        true,
        &[
            "cvss_score",
            "cvss_version",
            "description",
            "has_public_exploit",
            "is_exploit_in_kit",
            "is_exploit_verified",
            "is_zero_day",
            "last_modified_date",
            "published_date",
            "severity",
            "title",
        ],
    ),
    place(
        Part::Cluster,
        Part::SubAdditional,
        "cluster_details",
        "sub_assessment.additional_data.cluster_details",
        false,
        &["cluster_name", "cluster_resource_id"],
    ),
    place(
        Part::Kubernetes,
        Part::SubAdditional,
        "kubernetes_details",
        "sub_assessment.additional_data.kubernetes_details",
        false,
        &["cluster_name", "cluster_resource_id", "container_name", "controller_kind", "namespace", "pod_name"],
    ),
    place(Part::Artifact, Part::SubAdditional, "artifact_details", "sub_assessment.additional_data.artifact_details", true, &["digest", "repository_name"]),
    place(
        Part::Software,
        Part::SubAdditional,
        "software_details",
        "sub_assessment.additional_data.software_details",
        true,
        &["fixed_version", "package_name", "patchable", "version"],
    ),
    place(Part::Os, Part::Software, "os_details", "sub_assessment.additional_data.software_details.os_details", true, &["os_platform", "os_version"]),
    place(Part::Fix, Part::Software, "fix_reference", "sub_assessment.additional_data.software_details.fix_reference", true, &["release_date"]),
    place(
        Part::Vulnerability,
        Part::SubAdditional,
        "vulnerability_details",
        "sub_assessment.additional_data.vulnerability_details",
        true,
        &["cve_id", "last_modified_date", "published_date", "references", "severity"],
    ),
    place(Part::Cvss2, Part::Vulnerability, "cvss_v2", "sub_assessment.additional_data.vulnerability_details.cvss.2.0", false, &["base"]),
    place(Part::Cvss3, Part::Vulnerability, "cvss_v3", "sub_assessment.additional_data.vulnerability_details.cvss.3.0", false, &["base"]),
    place(Part::Cvss4, Part::Vulnerability, "cvss_v4", "sub_assessment.additional_data.vulnerability_details.cvss.4.0", false, &["base"]),
    place(
        Part::Exploitability,
        Part::Vulnerability,
        "exploitability_assessment",
        "sub_assessment.additional_data.vulnerability_details.exploitability_assessment",
        false,
        &["is_in_exploit_kit", "is_publicly_disclosed", "is_verified"],
    ),
];

/// Names as they are mostly spelled, anywhere in a record. A name that is missing here is read all the same, only not as fast.
pub(crate) static NAMES: Known = known!(snake_case
    "CVEs" "ConnectorId" "ControllerName" "ControllerType" "CvesCount" "Digest" "HighestSeverity" "Id" "ImageUri" "InventorySource" "K8sClusterId"
    "K8sClusterName" "Namespace" "NativeResourceId" "OsDistribution" "OsType" "Path" "PodName" "Region" "Repo" "ResourceId" "ResourceName"
    "ResourceProvider" "ResourceType" "Resources" "SignatureUpdateDate" "Source" "Tags" "additionalData" "affectedNodes"
    "aggregateServerResourceMetadata" "artifactDetails" "artifactType" "assessedResourceType" "azureResourceId" "base" "baseScore" "benchmark"
    "benchmarks" "category" "cause" "cloud" "clusterDetails" "clusterKind" "clusterName" "clusterResourceId" "code" "containerName" "containers"
    "controllerKind" "controllerName" "controllerType" "cpe" "cve" "cveEdgesDetails" "cveId" "cveIdAsSourceNodeId" "cveList" "cves" "cvesCount" "cvss"
    "cvssScore" "cvssV2" "cvssV3" "cvssV30Score" "cvssV4" "cvssVectorString" "cvssVersion" "cwe" "data" "description" "digest" "displayName" "edition"
    "error" "evaluatedResourceKind" "evaluatedResourceName" "eventId" "evidence" "exploitTypes" "exploitUris" "exploitabilityAssessment"
    "exploitabilityLevel" "firstEvaluationDate" "fixReference" "fixStatus" "fixedClusterVersion" "fixedNodePoolVersion" "fixedVersion"
    "hasPublicExploit" "id" "impact" "installedClusterVersion" "installedNodePoolVersion" "inventorySource" "isExploitInKit" "isExploitVerified"
    "isInExploitKit" "isPubliclyDisclosed" "isVerified" "isZeroDay" "k8sClusterId" "k8sClusterName" "kind" "kubernetesContext" "kubernetesDetails"
    "language" "lastModifiedDate" "lastPushedToRegistryUTC" "link" "managedAggregateResourceId" "managedPoolName" "maxCvss30Score" "message"
    "metadata" "name" "namespace" "nativeResourceId" "osDetails" "osDistribution" "osName" "osPlatform" "osType" "osVersion" "other" "ownedResources"
    "packageName" "part" "patchable" "podName" "product" "properties" "publishedDate" "publishedTime" "query" "recommendedProgram" "recommendedVendor"
    "recommendedVersion" "reference" "references" "registryHost" "releaseDate" "remediation" "repo" "repositoryName" "requestId" "resourceDetails"
    "resourceIdAsTargetNodeId" "resourceName" "resourceProvider" "resourceType" "resources" "scanner" "secretType" "securityGating" "severity"
    "signatureUpdateDate" "softwareDetails" "softwareEdition" "softwareName" "softwareVendor" "softwareVersion" "source" "status" "statusChangeDate"
    "subAssessment" "subAssessmentsLink" "tags" "targetHardware" "targetResourceId" "targetResourceType" "targetSoftware" "timeGenerated" "title"
    "type" "update" "uri" "url" "vendor" "vendorReferences" "version" "vulnerabilityDetails" "weaknesses" "workarounds" "workloads"
);

impl Part {
    /// Where it stands.
    pub(crate) const fn place(self) -> &'static Place {
        &PLACES[self as usize]
    }

    /// The name of a member; in a constant, one that is not declared stops the build.
    pub(crate) const fn member(self, name: &'static str) -> Name<'static> {
        let members = PLACES[self as usize].members;
        let mut at = 0;
        while at < members.len() {
            if super::same(members[at], name) {
                return Name::of(name);
            }
            at += 1;
        }
        panic!("no such member of that part is declared");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_the_order_of_parts() {
        for (at, place) in PLACES.iter().enumerate() {
            assert_eq!(place.part as usize, at);
            assert!(place.parent as usize <= at);
            assert!(place.members.is_sorted());
        }
    }
}
