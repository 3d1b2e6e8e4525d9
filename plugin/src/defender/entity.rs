//! Entities and resource identifiers of an alert: the names that Azure uses and those that documents have for them, and what rules read of an entity.

use super::part::parts;
use crate::json::name::Name;
use crate::json::renames::{Renames, renames};

parts! { named Order _;
    /// An entity.
    ENTITY: Entity in Entity "", Ignored, "Entities[]" {
        address = "Address", asset = "Asset", container_id = "ContainerId", creation_time_utc = "CreationTimeUtc", domain_name = "DomainName",
        end_time_utc = "EndTimeUtc", host_name = "HostName", ip_addresses = "IpAddresses", is_domain_joined = "IsDomainJoined", is_valid = "IsValid",
        location = "Location", os_family = "OSFamily", process_id = "ProcessId", protocol = "Protocol", start_time_utc = "StartTimeUtc",
        threat_intelligence = "ThreatIntelligence", url = "Url",
    }

    /// Where its address is.
    LOCATION: Location in Entity "location", Ignored, "Entities[].Location" {
        asn = "Asn", city = "City", cloud_provider = "CloudProvider", country_code = "CountryCode", country_name = "CountryName",
        latitude = "Latitude", longitude = "Longitude",
    }

    /// What threat intelligence knows of it.
    THREAT: Threat in Entity "threat_intelligence", Ignored, "Entities[].ThreatIntelligence[]" {
        confidence = "Confidence",
    }

    /// One of several addresses.
    INNER: Inner in Entity "ip_addresses", Ignored, "Entities[].IpAddresses[]" {
        address = "Address", asset = "Asset", location = "Location",
    }

    /// Where that address is.
    INNER_LOCATION: InnerLocation in Inner "location", Ignored, "Entities[].IpAddresses[].Location" {
        asn = "Asn",
    }
}

/// The name of a location that has no parts, because an index cannot hold both under one.
pub(crate) const LOCATION_VALUE: Name<'static> = Name::of("location_value");

/// Inside entities, at every depth: the name that Azure uses, in any letter case, and the one that documents have.
pub(crate) static ENTITY_NAMES: Renames = renames![
    ("AadTenantId", "aad_tenant_id"),
    ("AadUserId", "aad_user_id"),
    ("AmazonResourceId", "amazon_resource_id"),
    ("AzureID", "azure_id"),
    ("BlobContainer", "blob_container"),
    ("CloudProvider", "cloud_provider"),
    ("CloudResource", "cloud_resource"),
    ("CommandLine", "command_line"),
    ("ContainerId", "container_id"),
    ("CountryCode", "country_code"),
    ("CountryName", "country_name"),
    ("CreationTimeUtc", "creation_time_utc"),
    ("ThreatDescription", "description"),
    ("DnsDomain", "dns_domain"),
    ("DomainName", "domain_name"),
    ("ElevationToken", "elevation_token"),
    ("EndTimeUtc", "end_time_utc"),
    ("FileHashes", "file_hashes"),
    ("Files", "files"),
    ("HostIpAddress", "host_ip_address"),
    ("HostName", "host_name"),
    ("$id", "id"),
    ("ImageFile", "image_file"),
    ("ImageId", "image_id"),
    ("IpAddresses", "ip_addresses"),
    ("IsDomainJoined", "is_domain_joined"),
    ("IsValid", "is_valid"),
    ("LocationType", "location_type"),
    ("LogonId", "logon_id"),
    ("ThreatName", "name"),
    ("NetBiosName", "net_bios_name"),
    ("NTDomain", "nt_domain"),
    ("ObjectGuid", "object_guid"),
    ("OMSAgentID", "oms_agent_id"),
    ("OrganizationType", "organization_type"),
    ("OSFamily", "os_family"),
    ("OSVersion", "os_version"),
    ("ParentProcess", "parent_process"),
    ("ProcessId", "process_id"),
    ("ProjectId", "project_id"),
    ("ProviderName", "provider_name"),
    ("$ref", "ref"),
    ("RelatedAzureResourceIds", "related_azure_resource_ids"),
    ("ReportLink", "report_link"),
    ("ResourceId", "resource_id"),
    ("ResourceName", "resource_name"),
    ("ResourceType", "resource_type"),
    ("SessionId", "session_id"),
    ("SourceAddress", "source_address"),
    ("StartTimeUtc", "start_time_utc"),
    ("StorageResource", "storage_resource"),
    ("SystemService", "system_service"),
    ("ThreatIntelligence", "threat_intelligence"),
    ("ThreatType", "type"),
    ("UPNSuffix", "upn_suffix"),
];

/// Inside resource identifiers, at every depth.
pub(crate) static IDENTIFIER_NAMES: Renames = renames![
    ("AadTenantId", "aad_tenant_id"),
    ("AgentId", "agent_id"),
    ("AzureResourceId", "azure_id"),
    ("AzureResourceTenantId", "azure_tenant_id"),
    ("$id", "id"),
    ("WorkspaceId", "workspace_id"),
    ("WorkspaceResourceGroup", "workspace_resource_group"),
    ("WorkspaceSubscriptionId", "workspace_subscription_id"),
];
