//! How the host signs in to Azure.

use std::path::PathBuf;

use url::Url;

use super::address;
use super::cloud::Cloud;
use super::names;
use super::proxy::{self, Proxy};
use super::section::{Section, one_of};
use crate::Secret;

pub(super) const KEYS: [&str; 10] =
    ["cloud", "credential", "tenant_id", "client_id", "client_secret", "certificate_file", "managed_identity_client_id", "authority", "ca_file", "proxy"];

/// How an input signs in.
#[derive(Debug, Clone)]
pub struct Azure {
    /// Where it signs in.
    pub cloud: Cloud,
    /// What with.
    pub credential: Credential,
    /// Where tokens come from.
    pub authority: Url,
    /// What is trusted besides the system's authorities.
    pub ca_file: Option<PathBuf>,
    /// What requests for tokens and to Azure Resource Manager go through.
    pub proxy: Option<Proxy>,
}

/// What a token is asked for with.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A secret of an application.
    ClientSecret {
        /// The tenant.
        tenant_id: String,
        /// The application.
        client_id: String,
        /// Its secret.
        client_secret: Secret,
    },
    /// A certificate of an application.
    ClientCertificate {
        /// The tenant.
        tenant_id: String,
        /// The application.
        client_id: String,
        /// PEM with the certificate and its key.
        certificate_file: PathBuf,
    },
    /// The identity of the machine.
    ManagedIdentity {
        /// Which one, where it has several.
        client_id: Option<String>,
    },
    /// The identity of a workload in Kubernetes; what is not given comes from the environment.
    WorkloadIdentity {
        /// The tenant.
        tenant_id: Option<String>,
        /// The application.
        client_id: Option<String>,
    },
    /// Who is signed in to the Azure CLI.
    AzureCli {
        /// The tenant.
        tenant_id: Option<String>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    ClientSecret,
    ClientCertificate,
    ManagedIdentity,
    WorkloadIdentity,
    AzureCli,
}

const KINDS: [(&str, Kind); 5] = [
    ("client-secret", Kind::ClientSecret),
    ("client-certificate", Kind::ClientCertificate),
    ("managed-identity", Kind::ManagedIdentity),
    ("workload-identity", Kind::WorkloadIdentity),
    ("azure-cli", Kind::AzureCli),
];

impl Credential {
    /// As the configuration calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ClientSecret { .. } => "client-secret",
            Self::ClientCertificate { .. } => "client-certificate",
            Self::ManagedIdentity { .. } => "managed-identity",
            Self::WorkloadIdentity { .. } => "workload-identity",
            Self::AzureCli { .. } => "azure-cli",
        }
    }
}

impl Kind {
    /// What it needs, and what it may have besides.
    fn keys(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::ClientSecret => (&["tenant_id", "client_id", "client_secret"], &["authority"]),
            Self::ClientCertificate => (&["tenant_id", "client_id", "certificate_file"], &["authority"]),
            Self::ManagedIdentity => (&[], &["managed_identity_client_id", "tenant_id"]),
            Self::WorkloadIdentity => (&[], &["tenant_id", "client_id", "authority"]),
            Self::AzureCli => (&[], &["tenant_id"]),
        }
    }
}

/// Reads a section `azure`.
pub(super) fn read(section: &Section<'_>) -> Option<Azure> {
    let clouds = Cloud::ALL.map(|cloud| (cloud.names().name, cloud));
    let cloud = section.choice("cloud", &clouds).unwrap_or_default();
    let kind = if section.has("credential") { section.choice("credential", &KINDS) } else { Some(Kind::ClientSecret) };
    if let Some(kind) = kind {
        check_keys(section, kind);
    }
    // All are read, so that all that is wrong is said.
    let tenant_id = section.checked("tenant_id", names::tenant);
    let client_id = section.checked("client_id", names::uuid);
    let managed = section.checked("managed_identity_client_id", names::uuid);
    let client_secret = section.secret("client_secret");
    let certificate_file = section.pem("certificate_file", &["BEGIN CERTIFICATE-----", " PRIVATE KEY-----"]);
    let authority = authority(section, cloud);
    let ca_file = section.pem("ca_file", &["BEGIN CERTIFICATE-----"]);
    let proxy = proxy::read(section);
    let credential = match kind? {
        Kind::ClientSecret => Credential::ClientSecret { tenant_id: tenant_id?, client_id: client_id?, client_secret: client_secret? },
        Kind::ClientCertificate => Credential::ClientCertificate { tenant_id: tenant_id?, client_id: client_id?, certificate_file: certificate_file? },
        Kind::ManagedIdentity => Credential::ManagedIdentity { client_id: managed },
        Kind::WorkloadIdentity => Credential::WorkloadIdentity { tenant_id, client_id },
        Kind::AzureCli => Credential::AzureCli { tenant_id },
    };
    Some(Azure { cloud, credential, authority: authority?, ca_file, proxy })
}

/// What a kind of credential needs must be there, and what it has no use for must not.
fn check_keys(section: &Section<'_>, kind: Kind) {
    let name = KINDS.iter().find(|(_, known)| *known == kind).map(|(name, _)| *name).unwrap_or_default();
    let (needed, allowed) = kind.keys();
    for key in needed.iter().filter(|key| !section.has(key)) {
        let hint = if section.has("credential") { "" } else { "`credential` is not given, so it is `client-secret`" };
        section.missing(key, &format!("`credential: {name}` needs it"), hint);
    }
    for key in ["tenant_id", "client_id", "client_secret", "certificate_file", "managed_identity_client_id", "authority"] {
        if !section.has(key) || needed.contains(&key) || allowed.contains(&key) {
            continue;
        }
        let users: Vec<&str> = KINDS.iter().filter(|(_, kind)| kind.keys().0.contains(&key) || kind.keys().1.contains(&key)).map(|(name, _)| *name).collect();
        let hint = match (kind, key) {
            (Kind::ManagedIdentity, "client_id") => "an identity that is one of several is named by `managed_identity_client_id`".to_owned(),
            _ => format!("remove it, or let `credential` be {}", one_of(&users)),
        };
        section.error(key, format!("`credential: {name}` has no use for `{key}`"), hint);
    }
}

fn authority(section: &Section<'_>, cloud: Cloud) -> Option<Url> {
    if !section.has("authority") {
        return Url::parse(cloud.names().login).ok();
    }
    let url = section.converted("authority", address::secure)?;
    contradiction(section, "authority", url.host_str().unwrap_or_default(), cloud);
    Some(url)
}

/// Says that a host belongs to another cloud.
pub(super) fn contradiction(section: &Section<'_>, key: &str, host: &str, cloud: Cloud) {
    if let Some(other) = Cloud::of_host(host).filter(|other| *other != cloud) {
        let (own, other) = (cloud.names().name, other.names().name);
        section.error(
            key,
            format!("`{key}` is of the cloud `{other}`, and `azure.cloud` is `{own}`"),
            format!("write `cloud: {other}` in `azure`, or leave `{key}` as the cloud has it"),
        );
    }
}
