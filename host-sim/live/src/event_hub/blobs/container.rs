//! The container of the blobs: whether it can be used, and how it is made if it is missing.

use ::http::{Method, Request, StatusCode};
use object_store::azure::AzureAuthorizer;
use object_store::client::{CredentialProvider, HttpRequestBody, HttpService};

use super::http::{Connector, Tokens};
use crate::event_hub::trouble::{Kind, Trouble};
use crate::text::{chain, one_line};

/// A blob that is not there, and stays so.
const PROBE: &str = "/host-sim-doctor";

/// No blob has this tag, so a write that wants it changes nothing; who may not write at all is told that first.
const NO_TAG: &str = "\"0x0\"";

pub(super) struct Container {
    url: String,
    account: String,
    tokens: Tokens,
    connector: Connector,
}

/// How a storage account answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::event_hub) struct Answered {
    pub(in crate::event_hub) status: u16,
    /// Its own word for what is wrong.
    pub(in crate::event_hub) code: Option<String>,
}

/// How far a container can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::event_hub) enum Use {
    /// Blobs in it can be read and written.
    Full,
    /// It is not there.
    Missing,
    /// Blobs in it cannot be listed.
    Unread(Answered),
    /// They can be listed, and not be written.
    Unwritten(Answered),
}

impl Container {
    pub(super) fn new(url: String, account: String, tokens: Tokens, connector: Connector) -> Self {
        Self { url, account, tokens, connector }
    }

    /// Makes it, unless it is there. Who may not make one may still use one, so that is no failure.
    pub(super) async fn ensure(&self) -> Result<(), Trouble> {
        let answered = self.ask(Method::PUT, "?restype=container", &[]).await?;
        match answered.status {
            201 | 403 | 409 => Ok(()),
            status => {
                let code = answered.code.as_deref().unwrap_or("no reason is given");
                Err(Trouble::new(Kind::Checkpoints, format!("the container cannot be made: {code} (status {status})")))
            }
        }
    }

    /// Looks how far it can be used, and changes nothing.
    pub(super) async fn look(&self) -> Result<Use, Trouble> {
        let listed = self.ask(Method::GET, "?restype=container&comp=list&maxresults=1", &[]).await?;
        match (listed.status, listed.code.as_deref()) {
            (200, _) => {}
            (404, Some("ContainerNotFound")) => return Ok(Use::Missing),
            _ => return Ok(Use::Unread(listed)),
        }
        let refused = self.ask(Method::PUT, PROBE, &[("if-match", NO_TAG), ("x-ms-blob-type", "BlockBlob")]).await?;
        Ok(if refused.status == StatusCode::PRECONDITION_FAILED { Use::Full } else { Use::Unwritten(refused) })
    }

    async fn ask(&self, method: Method, target: &str, headers: &[(&str, &str)]) -> Result<Answered, Trouble> {
        let wrong = |why: String| Trouble::new(Kind::Checkpoints, why);
        let mut request = Request::builder().method(&method).uri(format!("{}{target}", self.url));
        if method == Method::PUT {
            request = request.header("content-length", "0");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(HttpRequestBody::empty()).map_err(|error| wrong(error.to_string()))?;
        let credential = self.tokens.get_credential().await.map_err(|error| Trouble::new(Kind::SignIn, chain(&error)))?;
        AzureAuthorizer::new(&credential, &self.account).try_authorize(&mut request).map_err(|error| wrong(chain(&error)))?;
        let response = self.connector.call(request).await.map_err(|error| wrong(chain(&error)))?;
        let code = response.headers().get("x-ms-error-code").and_then(|code| code.to_str().ok()).map(one_line);
        Ok(Answered { status: response.status().as_u16(), code })
    }
}
