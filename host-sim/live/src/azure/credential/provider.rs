//! The configured credential for what no component asks for: a hub, and the storage account of its checkpoints.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

use super::kind::Kind;
use crate::azure::client::ClientError;
use crate::config::Azure;
use crate::redactor::Redactor;

/// Gives tokens, of which whoever asks keeps one as long as it serves. The redactor learns each.
pub(crate) fn provider(azure: &Azure, redactor: Arc<Redactor>) -> Result<Arc<dyn TokenCredential>, ClientError> {
    Ok(Arc::new(Provider { kind: Kind::new(azure)?, redactor }))
}

/// The credential is made anew each time, so that a secret or certificate that was replaced is the one that is used.
struct Provider {
    kind: Kind,
    redactor: Arc<Redactor>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Provider").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenCredential for Provider {
    async fn get_token(&self, scopes: &[&str], options: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        let token = self.kind.make()?.get_token(scopes, options).await?;
        self.redactor.learn(token.token.secret());
        Ok(token)
    }
}
