//! The credentials of the configuration as those of `azure_identity`.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use azure_core::Error;
use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::TokenCredential;
use azure_core::error::ErrorKind;
use azure_core::http::{ClientOptions, HttpClient, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, Executor, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use url::Url;

use super::assertion::Certificate;
use super::http::TokenClient;
use crate::azure::client::{self, ClientError};
use crate::config::{Azure, Credential};

/// A configured credential, and what its requests leave with.
pub(super) struct Kind {
    pub(super) credential: Credential,
    pub(super) authority: Url,
    pub(super) client: Arc<dyn HttpClient>,
    /// What is set in Kubernetes for a workload; looked at by `azure_identity` where it is not given.
    pub(super) token_file: Option<PathBuf>,
    /// What runs the Azure CLI, where it is not to be found as usual.
    pub(super) executor: Option<Arc<dyn Executor>>,
}

impl fmt::Debug for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Kind {
    pub(super) fn new(azure: &Azure) -> Result<Self, ClientError> {
        let client = match azure.credential {
            Credential::ManagedIdentity { .. } => client::for_machine(azure)?,
            _ => client::for_sign_in(azure)?,
        };
        let (credential, authority) = (azure.credential.clone(), azure.authority.clone());
        Ok(Self { credential, authority, client: Arc::new(TokenClient(client)), token_file: None, executor: None })
    }

    /// As the configuration calls it.
    pub(super) fn name(&self) -> &'static str {
        self.credential.name()
    }

    /// The credential, as its secret, certificate or file is now.
    pub(super) fn make(&self) -> azure_core::Result<Arc<dyn TokenCredential>> {
        Ok(match &self.credential {
            Credential::ClientSecret { tenant_id, client_id, client_secret } => {
                let renewed = client_secret.renewed().map_err(|error| unusable(format!("cannot read the file of `client_secret`: {error}")))?;
                let secret = renewed.as_ref().unwrap_or(client_secret).expose().to_owned();
                let options = ClientSecretCredentialOptions { client_options: self.options() };
                ClientSecretCredential::new(tenant_id, client_id.clone(), secret.into(), Some(options))?
            }
            Credential::ClientCertificate { tenant_id, client_id, certificate_file } => {
                let audience = self.authority.join(&format!("/{tenant_id}/oauth2/v2.0/token"))?;
                let certificate = Certificate::read(certificate_file, audience.to_string(), client_id.clone())
                    .map_err(|why| unusable(format!("cannot use `certificate_file`, `{}`: {why}", certificate_file.display())))?;
                let options = ClientAssertionCredentialOptions { client_options: self.options() };
                ClientAssertionCredential::new(tenant_id.clone(), client_id.clone(), certificate, Some(options))?
            }
            Credential::ManagedIdentity { client_id } => ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                user_assigned_id: client_id.clone().map(UserAssignedId::ClientId),
                client_options: self.options(),
            }))?,
            Credential::WorkloadIdentity { tenant_id, client_id } => WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
                credential_options: ClientAssertionCredentialOptions { client_options: self.options() },
                client_id: client_id.clone(),
                tenant_id: tenant_id.clone(),
                token_file_path: self.token_file.clone(),
                ..Default::default()
            }))?,
            Credential::AzureCli { tenant_id } => AzureCliCredential::new(Some(AzureCliCredentialOptions {
                tenant_id: tenant_id.clone(),
                executor: self.executor.clone(),
                ..Default::default()
            }))?,
        })
    }

    fn options(&self) -> ClientOptions {
        let mut cloud = CustomConfiguration::default();
        self.authority.as_str().clone_into(&mut cloud.authority_host);
        ClientOptions {
            transport: Some(Transport::new(self.client.clone())),
            cloud: Some(Arc::new(CloudConfiguration::Custom(cloud))),
            // What fails is tried again where it is counted. Services of machines have their own way, which this does not change.
            retry: RetryOptions::none(),
            ..Default::default()
        }
    }
}

fn unusable(why: String) -> Error {
    Error::with_message(ErrorKind::Credential, why)
}
