//! The parts of a merged assessment record and their members, after every name was brought to snake case.

use super::part::{Part, parts};
use crate::json::known::Known;
use crate::json::name::Name;

parts! { named Order PARTS;
    /// The assessment's `properties`, with the `id`, `name` and `type` of its envelope.
    RECORD: Root in Root "", Reported, "" {
        display_name, id, name, resource_additional_data, type_ as "type",
    }

    /// The recommendation that the assessment is of: what stands in the list of all assessments' metadata, where the record has it.
    RECOMMENDATION: Recommendation in Root "metadata", Ignored, "metadata" {
        categories, description, recommendation_category, remediation_description, severity, tactics, techniques,
    }

    /// Where a person looks at it.
    LINKS: Links in Root "links", Ignored, "links" {
        azure_portal, azure_portal_uri,
    }

    /// How grave it is where it stands, from api-version 2025-05-04 on.
    RISK: Risk in Root "risk", Ignored, "risk" {
        level,
    }

    /// The assessment's status.
    STATUS: Status in Root "status", Reported, "status" {
        cause, code, description, first_evaluation_date, severity, status_change_date,
    }

    /// The assessed resource.
    RESOURCE: Resource in Root "resource_details", Reported, "resource_details" {
        id, machine_name, native_resource_id, resource_name, resource_provider, resource_type, source,
    }

    /// What this kind of assessment adds.
    ADDITIONAL: Additional in Root "additional_data", Reported, "additional_data" {
        category, controller_type, cves, cves_count, cves_details, detected_software_versions, digest, fixed_version, hierarchy_id, impact,
        k8s_cluster_id, k8s_cluster_name, max_cvss30_score, max_cvss_score, namespace, native_cloud_unique_identifier, os_distribution, os_type,
        package_type, pod_name, project_id, recommended_version, region, repo, resource_name, resource_provider, resource_type, rule_id,
        scanners_details, severity, software_name, software_version,
    }

    /// What is said of the resource besides; a text that holds JSON was read before.
    RESOURCE_ADDITIONAL: ResourceAdditional in Root "resource_additional_data", Ignored, "resource_additional_data" {
        digest, image_uri,
    }

    /// The repository that an image is in.
    REPOSITORY: Repository in ResourceAdditional "repository_details", Ignored, "resource_additional_data.repository_details" {
        registry_host, repository_name,
    }

    /// One object of CVEs, where it is no list.
    CVES: Cves in Additional "cves", Ignored, "additional_data.cves" {
        base_score,
    }

    /// The sub-assessment's `properties`, with the `id`, `name` and `type` of its envelope.
    SUB: Sub in Additional "sub_assessment", Reported, "sub_assessment" {
        category, description, display_name, event_id, id, impact, remediation, time_generated,
    }

    /// Its status.
    SUB_STATUS: SubStatus in Sub "status", Reported, "sub_assessment.status" {
        cause, code, description, severity,
    }

    /// Its resource.
    SUB_RESOURCE: SubResource in Sub "resource_details", Reported, "sub_assessment.resource_details" {
        hierarchy_id, id, native_cloud_unique_identifier, native_resource_id, project_id, region, resource_name, resource_provider, resource_type, source,
    }

    /// What this kind of sub-assessment adds.
    SUB_ADDITIONAL: SubAdditional in Sub "additional_data", Reported, "sub_assessment.additional_data" {
        cve, cve_list, cvss, cvss_v30_score, image_digest, kubernetes_context, kubernetes_details, recommended_version, registry_host,
        repository_name, software_name, software_version, source,
    }

    /// Who found it.
    METADATA: Metadata in SubAdditional "metadata", Reported, "sub_assessment.additional_data.metadata" {
        scanner,
    }

    /// Key values of an endpoint protection finding.
    FINDINGS: Findings in SubAdditional "data", Reported, "sub_assessment.additional_data.data" {
        resources, signature_update_date,
    }

    /// One CVE, where there is no list.
    CVE: Cve in SubAdditional "cve", Reported, "sub_assessment.additional_data.cve" {
        cvss_score, cvss_version, description, has_public_exploit, is_exploit_in_kit, is_exploit_verified, is_zero_day, last_modified_date,
        published_date, severity, title,
    }

    /// The cluster it was found in.
    CLUSTER: Cluster in SubAdditional "cluster_details", Ignored, "sub_assessment.additional_data.cluster_details" {
        cluster_name, cluster_resource_id,
    }

    /// Where in Kubernetes the container runs.
    KUBERNETES: Kubernetes in SubAdditional "kubernetes_details", Ignored, "sub_assessment.additional_data.kubernetes_details" {
        cluster_name, cluster_resource_id, container_name, controller_kind, namespace, pod_name,
    }

    /// The container image.
    ARTIFACT: Artifact in SubAdditional "artifact_details", Reported, "sub_assessment.additional_data.artifact_details" {
        digest, registry_host, repository_name, tags,
    }

    /// The software.
    SOFTWARE: Software in SubAdditional "software_details", Reported, "sub_assessment.additional_data.software_details" {
        category, fixed_version, package_name, patchable, version,
    }

    /// The operating system that the software is for.
    OS: Os in Software "os_details", Reported, "sub_assessment.additional_data.software_details.os_details" {
        os_platform, os_version,
    }

    /// Where a fix is described.
    FIX: Fix in Software "fix_reference", Reported, "sub_assessment.additional_data.software_details.fix_reference" {
        release_date,
    }

    /// The vulnerability.
    VULNERABILITY: Vulnerability in SubAdditional "vulnerability_details", Reported, "sub_assessment.additional_data.vulnerability_details" {
        cve_id, cvss, last_modified_date, published_date, references, severity,
    }

    /// Its score by CVSS 2.
    CVSS2: Cvss2 in Vulnerability "cvss_v2", Ignored, "sub_assessment.additional_data.vulnerability_details.cvss.2.0" {
        base,
    }

    /// Its score by CVSS 3.
    CVSS3: Cvss3 in Vulnerability "cvss_v3", Ignored, "sub_assessment.additional_data.vulnerability_details.cvss.3.0" {
        base,
    }

    /// Its score by CVSS 4.
    CVSS4: Cvss4 in Vulnerability "cvss_v4", Ignored, "sub_assessment.additional_data.vulnerability_details.cvss.4.0" {
        base,
    }

    /// Whether there are exploits.
    EXPLOITABILITY: Exploitability in Vulnerability "exploitability_assessment", Ignored, "sub_assessment.additional_data.vulnerability_details.exploitability_assessment" {
        is_in_exploit_kit, is_publicly_disclosed, is_verified,
    }
}

parts! { named OrderInLists _;
    /// One of a list of CVEs.
    CVE_IN_LIST: CveInList in CveInList "", Ignored, "sub_assessment.additional_data.cve_list[]" {
        cvss_score, cvss_version, has_public_exploit, is_exploit_in_kit, is_exploit_verified, is_zero_day, last_modified_date, published_date, severity,
        title,
    }

    /// One of the CVEs of an assessment.
    LISTED_CVE: ListedCve in ListedCve "", Ignored, "additional_data.cves[]" {
        base_score, cve, severity,
    }

    /// One CVE, whichever list it stands in.
    ELEMENT: Element in Element "", Ignored, "" {
        base_score, cve, cve_id, cvss, cvss_score, cvss_version, description, fixed_version, has_public_exploit, is_exploit_in_kit, is_exploit_verified,
        is_zero_day, last_modified_date, link, published_date, references, severity, title,
    }

    /// A score by one version of CVSS: with its version as `key` in a list, by itself in an object whose members are versions.
    CVSS_SCORE: CvssScore in CvssScore "", Ignored, "cvss[]" {
        base, cvss_vector_string, key, value,
    }

    /// What one scanner says of a software.
    SCANNER: Scanner in Scanner "", Ignored, "additional_data.scanners_details.*" {
        cves_ids, detected_software_versions, fixed_version, package_type, software_name,
    }

    /// Where a vulnerability is described.
    REFERENCE: Reference in Reference "", Ignored, "sub_assessment.additional_data.vulnerability_details.references[]" {
        link,
    }
}

/// The envelope around `properties`, which assessments and sub-assessments have.
pub(crate) mod envelope {
    use super::Name;

    /// The only part of it that tells more than what it is.
    pub(crate) const PROPERTIES: Name<'static> = Name::of("properties");
    /// Its ARM id.
    pub(crate) const ID: Name<'static> = Name::of("id");
    /// The last part of that.
    pub(crate) const NAME: Name<'static> = Name::of("name");
    /// Its ARM type.
    pub(crate) const TYPE: Name<'static> = Name::of("type");
}

/// What stands in one place or form and is wanted in another.
pub(crate) mod reshaped {
    use super::{Cvss2, Cvss3, Cvss4, Name, Part};

    /// JSON in a text, as it is spelled.
    pub(crate) const CVES_IN_TEXT: &str = "CVEs";
    /// `Can onboard to BYOL`, in snake case.
    pub(crate) const BYOL: Name<'static> = Name::of("can onboard to _byol");
    /// The same without blanks.
    pub(crate) const CAN_ONBOARD_TO_BYOL: Name<'static> = Name::of("can_onboard_to_byol");
    /// `NSG open ports`, in snake case.
    pub(crate) const OPEN_PORTS: Name<'static> = Name::of("nsg open ports");
    /// The same without blanks.
    pub(crate) const NSG_OPEN_PORTS: Name<'static> = Name::of("nsg_open_ports");
    /// What `resources` holds, read.
    pub(crate) const RESOURCES_OBJECT: Name<'static> = Name::of("resources_object");
    /// The versions, and the part that the score of each becomes.
    pub(crate) const CVSS_VERSIONS: [(Name<'static>, &Part); 3] =
        [(Name::of("2.0"), Cvss2::PART), (Name::of("3.0"), Cvss3::PART), (Name::of("4.0"), Cvss4::PART)];
    /// What the mapping alone says of a record.
    pub(crate) const CLASS: Name<'static> = Name::of("class");
    /// What people call their resources: `__Tags__`, in snake case.
    pub(crate) const TAGS: Name<'static> = Name::of("___tags__");
    /// Lines of what could not be read.
    pub(crate) const NOT_READ: Name<'static> = Name::of("not_read");
    /// How many CVEs have no document.
    pub(crate) const CVES_LEFT_OUT: Name<'static> = Name::of("cves_left_out");
    /// Which.
    pub(crate) const CVES_LEFT_OUT_IDS: Name<'static> = Name::of("cves_left_out_ids");
    /// The scanners that are asked first.
    pub(crate) const SCANNERS: [Name<'static>; 3] = [Name::of("mdvm"), Name::of("agentlessmdvm"), Name::of("agentless_mdvm")];
    /// How the name of a member begins that holds the id of a CVE, whatever object it is in.
    pub(crate) const NAMES_A_CVE: &str = "cve";
}

/// Names as they are mostly spelled, anywhere in a record. A name that is missing here is read all the same, only not as fast.
pub(crate) static NAMES: Known = known!(snake_case
    "Base" "CVEs" "ConnectorId" "ControllerName" "ControllerType" "CveId" "CvesCount" "CvesDetails" "CvesIds" "Cvss" "CvssVectorString" "Description"
    "DetectedSoftwareVersions" "Digest" "FixStatus" "FixedVersion" "HierarchyId" "HighestSeverity" "Id" "ImageUri" "InventorySource" "K8sClusterId"
    "K8sClusterName" "Key" "LastModifiedDate" "Link" "MachineName" "MaxCvss30Score" "MaxCvssScore" "Namespace" "NativeCloudUniqueIdentifier"
    "NativeResourceId" "OsDistribution" "OsType" "PackageType" "Path" "PodName" "ProjectId" "PublishedDate" "References" "Region" "RegistryHost" "Repo"
    "RepositoryDetails" "RepositoryName" "ResourceId" "ResourceName" "ResourceProvider" "ResourceType" "Resources" "ScannersDetails" "Severity"
    "SignatureUpdateDate" "SoftwareName" "SoftwareVendor" "Source" "Tags" "Title" "Value" "additionalData" "affectedNodes"
    "aggregateServerResourceMetadata" "artifactDetails" "artifactType" "assessedResourceType" "assessmentType" "azurePortal" "azureResourceId" "base"
    "baseScore" "benchmark" "benchmarks" "categories" "category" "cause" "cloud" "clusterDetails" "clusterKind" "clusterName" "clusterResourceId" "code"
    "containerName" "containers" "controllerKind" "controllerName" "controllerType" "cpe" "cve" "cveEdgesDetails" "cveId" "cveIdAsSourceNodeId" "cveList"
    "cves" "cvesCount" "cvss" "cvssScore" "cvssV2" "cvssV3" "cvssV30Score" "cvssV4" "cvssVectorString" "cvssVersion" "cwe" "data" "description" "digest"
    "displayName" "edition" "error" "evaluatedResourceKind" "evaluatedResourceName" "eventId" "evidence" "exploitTypes" "exploitUris"
    "exploitabilityAssessment" "exploitabilityLevel" "firstEvaluationDate" "fixReference" "fixStatus" "fixedClusterVersion" "fixedNodePoolVersion"
    "fixedVersion" "hasPublicExploit" "id" "impact" "implementationEffort" "installedClusterVersion" "installedNodePoolVersion" "inventorySource"
    "isExploitInKit" "isExploitVerified" "isInExploitKit" "isPubliclyDisclosed" "isVerified" "isZeroDay" "k8sClusterId" "k8sClusterName" "kind"
    "kubernetesContext" "kubernetesDetails" "language" "lastModifiedDate" "lastPushedToRegistryUTC" "level" "link" "links" "machineName"
    "managedAggregateResourceId" "managedPoolName" "maxCvss30Score" "message" "metadata" "name" "namespace" "nativeResourceId" "osDetails" "osDistribution"
    "osName" "osPlatform" "osType" "osVersion" "other" "ownedResources" "packageName" "part" "patchable" "podName" "product" "properties" "publishedDate"
    "publishedTime" "query" "recommendationCategory" "recommendedProgram" "recommendedVendor" "recommendedVersion" "reference" "references" "registryHost"
    "releaseDate" "remediation" "remediationDescription" "repo" "repositoryName" "requestId" "resourceAdditionalData" "resourceDetails"
    "resourceIdAsTargetNodeId" "resourceName" "resourceProvider" "resourceType" "resources" "risk" "ruleId" "scanner" "secretType" "securityGating"
    "severity" "signatureUpdateDate" "softwareDetails" "softwareEdition" "softwareName" "softwareVendor" "softwareVersion" "source" "status"
    "statusChangeDate" "subAssessment" "subAssessmentsLink" "tactics" "tags" "targetHardware" "targetResourceId" "targetResourceType" "targetSoftware"
    "techniques" "threats" "timeGenerated" "title" "type" "update" "uri" "url" "userImpact" "vendor" "vendorReferences" "version" "vulnerabilityDetails"
    "weaknesses" "workarounds" "workloads"
);
