//! The members of a record in an Event Hub, in the spelling that Azure uses. Any spelling is read.

use crate::json::known::Known;

/// Containers and their members, sorted. Rules can read no others, and each is read by one.
pub(crate) const MEMBERS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "$type",
            "AgentId",
            "AlertDisplayName",
            "AlertType",
            "AlertUri",
            "AzureResourceId",
            "CompromisedEntity",
            "ConfidenceLevel",
            "ConfidenceReasons",
            "ConfidenceScore",
            "CorrelationKey",
            "Description",
            "EndTimeUtc",
            "Entities",
            "ExtendedLinks",
            "ExtendedProperties",
            "Intent",
            "IsIncident",
            "ProcessingEndTime",
            "ProductName",
            "ProviderAlertStatus",
            "RemediationSteps",
            "ResourceIdentifiers",
            "Severity",
            "StartTimeUtc",
            "Status",
            "SystemAlertId",
            "TimeGenerated",
            "VendorName",
            "WorkspaceId",
            "WorkspaceResourceGroup",
            "WorkspaceSubscriptionId",
            "id",
            "kind",
            "location",
            "name",
            "tags",
            "tenantId",
            "type",
        ],
    ),
    ("assessmentEventDataEnrichment", &["action", "apiVersion", "isSnapshot"]),
    (
        "properties",
        &[
            "$type",
            "additionalData",
            "assessmentDetailsLink",
            "assessmentType",
            "category",
            "description",
            "displayName",
            "environment",
            "failedResources",
            "healthyResourceCount",
            "id",
            "impact",
            "notApplicableResourceCount",
            "passedResources",
            "remediation",
            "skippedResources",
            "state",
            "timeGenerated",
            "unhealthyResourceCount",
            "weight",
        ],
    ),
    ("properties.definition", &["id", "name", "type"]),
    ("properties.definition.properties", &["assessmentDefinitions", "displayName", "maxScore"]),
    ("properties.definition.properties.source", &["sourceType"]),
    ("properties.links", &["azurePortal"]),
    (
        "properties.metadata",
        &[
            "assessmentType",
            "categories",
            "description",
            "displayName",
            "implementationEffort",
            "policyDefinitionId",
            "preview",
            "remediationDescription",
            "severity",
            "threats",
            "userImpact",
        ],
    ),
    ("properties.resourceDetails", &["$type", "id", "machineName", "source", "sourceComputerId", "vmUuid", "workspaceId"]),
    ("properties.score", &["current", "max", "percentage"]),
    ("properties.status", &["$type", "cause", "code", "description", "firstEvaluationDate", "severity", "statusChangeDate"]),
    ("securityEventDataEnrichment", &["$type", "action", "apiVersion", "interval", "isSnapshot"]),
    ("SubAssessmentEventDataEnrichment", &["$type", "action", "apiVersion", "isSnapshot"]),
];

/// Names as they are mostly spelled, anywhere in a record. A name that is missing here is read all the same, only not as fast.
pub(crate) static NAMES: Known = known!(lowercase
    "$id" "$ref" "$type" "AadTenantId" "AadUserId" "Account" "Action" "AdditionalData" "Address" "AgentId" "AlertDisplayName" "AlertType" "AlertUri"
    "Algorithm" "AmazonResourceId" "ApiVersion" "AppId" "Asn" "AssessedResourceType" "Asset" "AzureID" "AzureResourceId" "AzureResourceTenantId"
    "BlobContainer" "Carrier" "Category" "City" "CloudProvider" "CloudResource" "Cluster" "Code" "CommandLine" "CompromisedEntity" "Confidence"
    "ConfidenceLevel" "ConfidenceReasons" "ConfidenceScore" "Container" "ContainerId" "CorrelationKey" "CountryCode" "CountryName" "CreationTimeUtc"
    "Data" "Description" "Directory" "DisplayName" "DnsDomain" "DomainName" "ElevationToken" "EndTimeUtc" "Entities" "Etag" "ExtendedLinks"
    "ExtendedProperties" "FileHashes" "Files" "Host" "HostIpAddress" "HostName" "Href" "Id" "Image" "ImageFile" "ImageId" "Impact" "Intent"
    "IpAddresses" "IsDomainJoined" "IsIncident" "IsSnapshot" "IsValid" "Key" "Label" "Latitude" "Location" "LocationType" "LogonId" "Longitude"
    "NTDomain" "Name" "Namespace" "NativeResourceId" "NetBiosName" "OMSAgentID" "OSFamily" "OSVersion" "ObjectGuid" "Organization" "OrganizationType"
    "ParentProcess" "Pod" "ProcessId" "ProcessingEndTime" "ProductName" "ProjectId" "Properties" "Protocol" "ProviderAlertStatus" "ProviderName"
    "Registry" "RelatedAzureResourceIds" "Remediation" "RemediationSteps" "ReportLink" "ResourceDetails" "ResourceId" "ResourceIdentifiers"
    "ResourceName" "ResourceProvider" "ResourceType" "SecretType" "SecurityEventDataEnrichment" "SessionId" "Severity" "Sid" "Source" "SourceAddress"
    "StartTimeUtc" "State" "Status" "StorageResource" "SubAssessmentEventDataEnrichment" "SystemAlertId" "SystemService" "TenantId"
    "ThreatDescription" "ThreatIntelligence" "ThreatName" "ThreatType" "TimeGenerated" "Type" "UPNSuffix" "Url" "Value" "VendorName" "WorkspaceId"
    "WorkspaceResourceGroup" "WorkspaceSubscriptionId" "action" "additionalData" "apiVersion" "assessmentDefinitions" "assessmentDetailsLink"
    "assessmentEventDataEnrichment" "assessmentType" "azurePortal" "categories" "category" "cause" "code" "current" "definition" "description"
    "displayName" "environment" "failedResources" "firstEvaluationDate" "healthyResourceCount" "id" "impact" "implementationEffort" "interval"
    "isSnapshot" "kind" "links" "location" "machineName" "max" "maxScore" "metadata" "name" "notApplicableResourceCount" "passedResources"
    "percentage" "policyDefinitionId" "preview" "properties" "remediation" "remediationDescription" "resourceDetails" "resourceType" "score"
    "securityEventDataEnrichment" "severity" "skippedResources" "source" "sourceComputerId" "sourceType" "state" "status" "statusChangeDate" "tags"
    "tenantId" "threats" "timeGenerated" "type" "unhealthyResourceCount" "userImpact" "vmUuid" "weight" "workspaceId"
);

/// The path of a member; in a constant, one that is not declared stops the build.
pub(crate) const fn declared(container: &str, member: &'static str) -> &'static str {
    let mut at = 0;
    while at < MEMBERS.len() {
        if super::same(MEMBERS[at].0, container) {
            let members = MEMBERS[at].1;
            let mut place = 0;
            while place < members.len() {
                if super::same(members[place], member) {
                    return member;
                }
                place += 1;
            }
        }
        at += 1;
    }
    panic!("no such member of that container is declared");
}
