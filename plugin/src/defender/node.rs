//! What rules of profile `extended` read of an alert's entities at any depth: names in lower case, before the entities are renamed.

use super::part::parts;

parts! { lower Order _;
    /// An object among the entities.
    NODE: Node in Node "", Ignored, "Entities[]" {
        dollar_id = "$id", dollar_ref = "$ref", type_ = "Type", aad_user_id = "AadUserId", address = "Address", algorithm = "Algorithm", azure_id = "AzureID",
        command_line = "CommandLine", container_id = "ContainerId", creation_time_utc = "CreationTimeUtc", destination_port = "DestinationPort",
        directory = "Directory", display_name = "DisplayName", dns_domain = "DnsDomain", domain_name = "DomainName", hive = "Hive", host_name = "HostName",
        image_id = "ImageId", key = "Key", location = "Location", name = "Name", namespace = "Namespace", net_bios_name = "NetBiosName",
        nt_domain = "NTDomain", object_guid = "ObjectGuid", os_family = "OSFamily", os_version = "OSVersion", process_id = "ProcessId",
        protocol = "Protocol", sid = "Sid", source_port = "SourcePort", upn_suffix = "UPNSuffix", value = "Value", value_type = "ValueType",
    }

    /// Where an address is.
    PLACE: Place in Node "Location", Ignored, "Entities[].Location" {
        asn = "Asn", carrier = "Carrier", city = "City", country_code = "CountryCode", country_name = "CountryName", latitude = "Latitude",
        longitude = "Longitude", organization = "Organization", state = "State",
    }

    /// A resource of a cloud.
    CLOUD_NODE: CloudNode in Node "", Ignored, "Entities[]" {
        amazon_account_id = "AmazonAccountId", amazon_resource_id = "AmazonResourceId", full_resource_name = "FullResourceName", location = "Location",
        location_type = "LocationType", metadata = "Metadata", project_id = "ProjectId", resource_id = "ResourceId", resource_name = "ResourceName",
        resource_type = "ResourceType",
    }

    /// What is said of a resource besides.
    NODE_METADATA: NodeMetadata in CloudNode "Metadata", Ignored, "Entities[].Metadata" {
        is_graph_center = "IsGraphCenter",
    }

    /// A mailbox or a message.
    MAIL: Mail in Node "", Ignored, "Entities[]" {
        internet_message_id = "InternetMessageId", mailbox_primary_address = "MailboxPrimaryAddress", p2_sender = "P2Sender", recipient = "Recipient",
        sender = "Sender", subject = "Subject",
    }

    /// A resource identifier.
    IDENTIFIER: Identifier in Identifier "", Ignored, "ResourceIdentifiers[]" {
        azure_resource_id = "AzureResourceId",
    }
}

/// Of what type a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Account,
    Container,
    ContainerImage,
    Dns,
    File,
    FileHash,
    Host,
    Ip,
    Mailbox,
    MailMessage,
    Malware,
    NetworkConnection,
    Process,
    RegistryKey,
    RegistryValue,
    AzureResource,
    AmazonResource,
    GcpResource,
    K8sCluster,
    K8sNamespace,
    K8sPod,
    /// Any other part of Kubernetes.
    K8sOther,
    /// Anything else.
    Other,
}

/// The types by name, in lower case and without hyphens.
const KINDS: &[(&str, Kind)] = &[
    ("account", Kind::Account),
    ("amazonresource", Kind::AmazonResource),
    ("amazonresources", Kind::AmazonResource),
    ("azureresource", Kind::AzureResource),
    ("container", Kind::Container),
    ("containerimage", Kind::ContainerImage),
    ("dns", Kind::Dns),
    ("file", Kind::File),
    ("filehash", Kind::FileHash),
    ("gcpresource", Kind::GcpResource),
    ("gcpresources", Kind::GcpResource),
    ("host", Kind::Host),
    ("ip", Kind::Ip),
    ("k8scluster", Kind::K8sCluster),
    ("k8snamespace", Kind::K8sNamespace),
    ("k8spod", Kind::K8sPod),
    ("mailbox", Kind::Mailbox),
    ("mailmessage", Kind::MailMessage),
    ("malware", Kind::Malware),
    ("networkconnection", Kind::NetworkConnection),
    ("process", Kind::Process),
    ("registrykey", Kind::RegistryKey),
    ("registryvalue", Kind::RegistryValue),
];

/// No type is longer.
const LONGEST: usize = 24;

impl Kind {
    /// The kind of a node by the text of its type, in any letter case.
    pub(crate) fn of(text: &str) -> Self {
        let mut form = [0; LONGEST];
        let mut length = 0;
        for byte in text.trim().bytes().filter(|byte| *byte != b'-') {
            let Some(place) = form.get_mut(length) else { break };
            *place = byte.to_ascii_lowercase();
            length += 1;
        }
        let form = form.get(..length).unwrap_or_default();
        match KINDS.binary_search_by(|(name, _)| name.as_bytes().cmp(form)) {
            Ok(at) => KINDS.get(at).map_or(Self::Other, |(_, kind)| *kind),
            Err(_) if k8s_type(text).is_some() => Self::K8sOther,
            Err(_) => Self::Other,
        }
    }

    /// Whether it is a resource of a cloud.
    pub(crate) fn is_resource(self) -> bool {
        matches!(self, Self::AzureResource | Self::AmazonResource | Self::GcpResource)
    }

    /// Whether it is a part of Kubernetes.
    pub(crate) fn is_of_kubernetes(self) -> bool {
        matches!(self, Self::K8sCluster | Self::K8sNamespace | Self::K8sPod | Self::K8sOther)
    }
}

/// What a type of Kubernetes is called there.
pub(crate) fn k8s_type(text: &str) -> Option<&str> {
    let (head, rest) = text.trim().split_at_checked("K8s-".len())?;
    (head.eq_ignore_ascii_case("K8s-") && !rest.is_empty()).then_some(rest)
}

/// A member whose object is a node, whether or not it says its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Account,
    CloudResource,
    Cluster,
    DestinationAddress,
    FileHashes,
    Files,
    Host,
    HostIpAddress,
    Image,
    ImageFile,
    IpAddresses,
    Key,
    Namespace,
    ParentProcess,
    Pod,
    SourceAddress,
}

macro_rules! positions {
    ($($position:ident $kind:ident $spelled:literal;)*) => {
        /// Names in lower case with their positions.
        const POSITIONS: &[(crate::json::name::Name<'static>, Position, Kind)] = &[$((
            {
                const LOWER: crate::json::name::InForm = crate::json::name::lowercase($spelled);
                crate::json::name::Name::of(LOWER.text())
            },
            Position::$position,
            Kind::$kind,
        )),*];
    };
}

positions! {
    Account Account "Account";
    CloudResource AzureResource "CloudResource";
    Cluster K8sCluster "Cluster";
    DestinationAddress Ip "DestinationAddress";
    FileHashes FileHash "FileHashes";
    Files File "Files";
    Host Host "Host";
    HostIpAddress Ip "HostIpAddress";
    Image ContainerImage "Image";
    ImageFile File "ImageFile";
    IpAddresses Ip "IpAddresses";
    IpAddresses Ip "IpAdresses";
    Key RegistryKey "Key";
    Namespace K8sNamespace "Namespace";
    ParentProcess Process "ParentProcess";
    Pod K8sPod "Pod";
    SourceAddress Ip "SourceAddress";
}

const BY_KEY: crate::json::key_table::KeyTable<64> = {
    let mut table = crate::json::key_table::KeyTable::new();
    let mut at = 0;
    while at < POSITIONS.len() {
        table.add(POSITIONS[at].0.key, at);
        at += 1;
    }
    table
};

impl Position {
    /// The position that a member of that name is, and the kind of what stands there.
    #[inline]
    pub(crate) fn of(name: crate::json::name::Name<'_>) -> Option<(Self, Kind)> {
        static TABLE: crate::json::key_table::KeyTable<64> = BY_KEY;
        let at = TABLE.index_of(name, |at| POSITIONS[at].0)?;
        Some((POSITIONS[at].1, POSITIONS[at].2))
    }

    /// Whether a node of that kind may stand there.
    pub(crate) fn takes(self, kind: Kind) -> bool {
        match self {
            Self::CloudResource => kind.is_resource(),
            Self::Account => kind == Kind::Account,
            Self::Cluster => kind == Kind::K8sCluster,
            Self::FileHashes => kind == Kind::FileHash,
            Self::Files | Self::ImageFile => kind == Kind::File,
            Self::Host => kind == Kind::Host,
            Self::Image => kind == Kind::ContainerImage,
            Self::Key => kind == Kind::RegistryKey,
            Self::Namespace => kind == Kind::K8sNamespace,
            Self::ParentProcess => kind == Kind::Process,
            Self::Pod => kind == Kind::K8sPod,
            Self::DestinationAddress | Self::HostIpAddress | Self::IpAddresses | Self::SourceAddress => kind == Kind::Ip,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known_in_every_spelling_of_theirs() {
        assert!(KINDS.is_sorted_by(|left, right| left.0 < right.0));
        for (text, kind) in [
            ("Host", Kind::Host),
            ("amazon-resource", Kind::AmazonResource),
            ("Amazon-Resources", Kind::AmazonResource),
            ("gcp-resources", Kind::GcpResource),
            ("registrykey", Kind::RegistryKey),
            ("registry-key", Kind::RegistryKey),
            ("file-hash", Kind::FileHash),
            ("K8S-Pod", Kind::K8sPod),
            ("k8s-service-account", Kind::K8sOther),
            ("k8s-", Kind::Other),
            ("a-type-that-is-much-longer-than-any-other", Kind::Other),
            ("", Kind::Other),
        ] {
            assert_eq!(Kind::of(text), kind, "{text}");
        }
    }
}
