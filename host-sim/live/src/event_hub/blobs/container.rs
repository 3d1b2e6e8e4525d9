//! The container of the blobs, which is made if it is missing.

use ::http::{Request, StatusCode};
use object_store::azure::AzureAuthorizer;
use object_store::client::{CredentialProvider, HttpRequestBody, HttpService};

use super::http::{Connector, Tokens};
use crate::event_hub::trouble::{Kind, Trouble};
use crate::text::{chain, one_line};

pub(super) struct Container {
    url: String,
    account: String,
    tokens: Tokens,
    connector: Connector,
}

impl Container {
    pub(super) fn new(url: String, account: String, tokens: Tokens, connector: Connector) -> Self {
        Self { url, account, tokens, connector }
    }

    /// Makes it, unless it is there. Who may not make one may still use one, so that is no failure.
    pub(super) async fn ensure(&self) -> Result<(), Trouble> {
        let wrong = |why: String| Trouble::new(Kind::Checkpoints, why);
        let request = Request::put(format!("{}?restype=container", self.url)).header("content-length", "0").body(HttpRequestBody::empty());
        let mut request = request.map_err(|error| wrong(error.to_string()))?;
        let credential = self.tokens.get_credential().await.map_err(|error| wrong(chain(&error)))?;
        AzureAuthorizer::new(&credential, &self.account).try_authorize(&mut request).map_err(|error| wrong(chain(&error)))?;
        let response = self.connector.call(request).await.map_err(|error| wrong(chain(&error)))?;
        match response.status() {
            StatusCode::CREATED | StatusCode::CONFLICT | StatusCode::FORBIDDEN => Ok(()),
            status => {
                let code = response.headers().get("x-ms-error-code").and_then(|code| code.to_str().ok()).unwrap_or("no reason is given");
                Err(wrong(one_line(&format!("the container cannot be made: {code} (status {})", status.as_u16()))))
            }
        }
    }
}
