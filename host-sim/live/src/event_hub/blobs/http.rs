//! What requests to a storage account leave with: this host's client, and its key or token.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use object_store::azure::{AzureAccessKey, AzureCredential};
use object_store::client::{CredentialProvider, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService};
use object_store::{ClientOptions, Error};
use reqwest::Client;
use tokio::sync::Mutex;

use super::Opener;
use crate::text::chain;
use crate::tls;

/// What a token for Azure Storage is for, in every cloud.
const SCOPE: &str = "https://storage.azure.com/.default";

/// Seconds before its end in which a token is replaced.
const EARLY: i64 = 300;

/// No answer takes longer.
const WITHIN: Duration = Duration::from_secs(20);

/// Bytes of an answer: no list of blobs has more in a page.
const LARGEST: usize = 16 << 20;

/// A client of our own, for a library that would make one otherwise.
#[derive(Debug, Clone)]
pub(super) struct Connector(Client);

impl Connector {
    pub(super) fn new() -> Result<Self, String> {
        let tls = tls::client(None, None).map_err(|error| error.to_string())?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("host-sim/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .timeout(WITHIN)
            .build();
        Ok(Self(client.map_err(|error| chain(&error.without_url()))?))
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Connector {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        // What is written has no content: all of it is metadata.
        let body = body.as_bytes().cloned().unwrap_or_default();
        let url = reqwest::Url::parse(&parts.uri.to_string()).map_err(|error| HttpError::new(HttpErrorKind::Request, error))?;
        let mut sent = self.0.request(parts.method, url).headers(parts.headers).body(body);
        sent = sent.version(reqwest::Version::HTTP_11);
        let mut answer = sent.send().await.map_err(failed)?;
        let mut response = ::http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = answer.headers().clone();
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(HttpError::new(HttpErrorKind::Decode, std::io::Error::other("the answer has more than 16 MiB")));
            }
            bytes.extend_from_slice(&chunk);
        }
        response.body(bytes.into()).map_err(|error| HttpError::new(HttpErrorKind::Decode, error))
    }
}

/// The text has no address, in which there may be a signature.
fn failed(error: reqwest::Error) -> HttpError {
    let kind = match &error {
        error if error.is_timeout() => HttpErrorKind::Timeout,
        error if error.is_connect() => HttpErrorKind::Connect,
        error if error.is_decode() => HttpErrorKind::Decode,
        _ => HttpErrorKind::Interrupted,
    };
    HttpError::new(kind, std::io::Error::other(chain(&error.without_url())))
}

/// The key of an account, or tokens for it.
#[derive(Clone)]
pub(super) struct Tokens(Arc<Kept>);

struct Kept {
    opener: Opener,
    /// What serves, and until when; seconds since 1970.
    now: Mutex<Option<(Arc<AzureCredential>, i64)>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tokens")
    }
}

impl Tokens {
    pub(super) fn new(opener: Opener) -> object_store::Result<Self> {
        let now = match &opener {
            Opener::Key(key) => Some((Arc::new(AzureCredential::AccessKey(AzureAccessKey::try_new(key.expose())?)), i64::MAX)),
            Opener::Credential(_) => None,
        };
        Ok(Self(Arc::new(Kept { opener, now: Mutex::new(now) })))
    }
}

#[async_trait]
impl CredentialProvider for Tokens {
    type Credential = AzureCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AzureCredential>> {
        let mut now = self.0.now.lock().await;
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let soon = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_add(EARLY);
        if let Some((credential, ends)) = now.as_ref()
            && *ends > soon
        {
            return Ok(Arc::clone(credential));
        }
        let Opener::Credential(credential) = &self.0.opener else {
            return Err(Error::NotImplemented { operation: "signing in".into(), implementer: "a key".into() });
        };
        let token = credential.get_token(&[SCOPE], None).await.map_err(|error| Error::Unauthenticated { path: String::new(), source: error.into() })?;
        let made = Arc::new(AzureCredential::BearerToken(token.token.secret().to_owned()));
        *now = Some((Arc::clone(&made), token.expires_on.unix_timestamp()));
        Ok(made)
    }
}
