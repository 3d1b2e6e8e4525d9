//! The configured credential for what no component asks for: a hub, and the storage account of its checkpoints.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

use super::kind::Kind;
use crate::azure::client::ClientError;
use crate::config::Azure;

/// Gives tokens, of which whoever asks keeps one as long as it serves.
pub(crate) fn provider(azure: &Azure) -> Result<Arc<dyn TokenCredential>, ClientError> {
    Ok(Arc::new(Provider(Kind::new(azure)?)))
}

/// The credential is made anew each time, so that a secret or certificate that was replaced is the one that is used.
struct Provider(Kind);

impl fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Provider").field(&self.0).finish()
    }
}

#[async_trait]
impl TokenCredential for Provider {
    async fn get_token(&self, scopes: &[&str], options: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        self.0.make()?.get_token(scopes, options).await
    }
}
