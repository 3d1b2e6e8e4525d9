//! Tokens: got with the configured credential, kept as long as they are valid, and never for anything but Azure Resource Manager.
//!
//! The credential itself is made anew for each token, once in an hour, so that a secret, a certificate or a token file that was replaced is the one that is
//! used.

mod assertion;
mod audiences;
mod http;
mod kind;
mod provider;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azure_core::error::ErrorKind;
use azure_core::http::headers::HeaderName;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use self::audiences::Audiences;
use self::kind::Kind;
pub(crate) use self::provider::provider;
use super::client::ClientError;
use super::patience::Patience;
use crate::Secret;
use crate::config::Azure;
use crate::redactor::Redactor;
use crate::text::one_line;

/// Seconds before its end in which a token is replaced, while it still serves.
const EARLY: i64 = 300;

/// Seconds before its end in which a token is not sent any more.
const LATE: i64 = 5;

/// How long what failed is not tried again, nor a token renewed that was just renewed.
const PAUSE: Duration = Duration::from_secs(30);

/// How long one attempt may take. The service of a machine is asked again for up to 72 seconds, as Azure wants it.
const WITHIN: Duration = Duration::from_secs(90);

/// Gets tokens.
pub struct SignIn {
    kind: Kind,
    audiences: Audiences,
    patience: Patience,
    redactor: Arc<Redactor>,
    kept: Mutex<HashMap<Vec<String>, Kept>>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SignIn").field("credential", &self.kind.name()).finish_non_exhaustive()
    }
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// No token is asked for this: correct the scope, or `cloud`.
    #[error("no token is asked for with the scope `{scope}`: it is neither of Azure Resource Manager in this cloud nor of where the setting `url` leads")]
    Audience {
        /// What was asked for.
        scope: String,
    },
    /// Mend the credential, or what it may do.
    #[error("cannot sign in with `credential: {credential}`: {why}")]
    Refused {
        /// The configured credential.
        credential: &'static str,
        /// What Azure says, or what is wrong here.
        why: String,
    },
    /// It was tried several times and may work later.
    #[error("cannot reach what gives tokens for `credential: {credential}`: {why}")]
    Unreachable {
        /// The configured credential.
        credential: &'static str,
        /// How it failed.
        why: String,
    },
}

/// What is known of the tokens for some scopes.
#[derive(Default)]
struct Kept {
    token: Option<Token>,
    /// The last failure, and until when it stands for the next ones.
    failure: Option<(SignInError, Instant)>,
    renewed: Option<Instant>,
}

#[derive(Clone)]
struct Token {
    secret: Secret,
    /// Seconds since 1970.
    ends: i64,
}

impl SignIn {
    /// What an input signs in with, whose setting `url` this is.
    pub(super) fn new(azure: &Azure, url: Option<&Url>, patience: Patience, redactor: Arc<Redactor>) -> Result<Self, ClientError> {
        let kind = Kind::new(azure)?;
        Ok(Self { kind, audiences: Audiences::new(azure.cloud, url), patience, redactor, kept: Mutex::default() })
    }

    /// A token for these scopes that is valid.
    pub(super) async fn token(&self, scopes: &[String]) -> Result<Secret, SignInError> {
        self.find(scopes, None).await
    }

    /// Another token, because a server does not take this one any more.
    pub(super) async fn instead_of(&self, rejected: &Secret, scopes: &[String]) -> Result<Secret, SignInError> {
        self.find(scopes, Some(rejected)).await
    }

    async fn find(&self, scopes: &[String], rejected: Option<&Secret>) -> Result<Secret, SignInError> {
        self.audiences.check(scopes)?;
        // Whoever comes while a token is asked for waits for that one.
        let mut all = self.kept.lock().await;
        let kept = all.entry(scopes.to_vec()).or_default();
        let is_other = |token: &Token| rejected.is_none_or(|rejected| rejected.expose() != token.secret.expose());
        let just_renewed = rejected.is_some() && kept.renewed.is_some_and(|at| at.elapsed() < PAUSE);
        // If a new token is rejected as the one before was, another one would not help.
        let known = kept.token.clone().filter(|token| (just_renewed || is_other(token)) && token.ends > now() + LATE);
        let recent = kept.failure.as_ref().filter(|(_, until)| *until > Instant::now()).map(|(error, _)| error.clone());
        match (&known, recent) {
            (Some(token), _) if token.ends > now() + EARLY => return Ok(token.secret.clone()),
            (Some(token), Some(_)) => return Ok(token.secret.clone()),
            (None, Some(error)) => return Err(error),
            _ => {}
        }
        // What still serves is no reason to keep anybody waiting.
        let attempts = if known.is_some() { 1 } else { self.patience.attempts };
        match self.fetch(scopes, attempts).await {
            Ok(token) => {
                let renewed = rejected.map(|_| Instant::now()).or(kept.renewed);
                *kept = Kept { token: Some(token.clone()), failure: None, renewed };
                Ok(token.secret)
            }
            Err(error) => {
                kept.failure = Some((error.clone(), Instant::now() + PAUSE));
                known.map(|token| token.secret).ok_or(error)
            }
        }
    }

    async fn fetch(&self, scopes: &[String], attempts: u32) -> Result<Token, SignInError> {
        let mut attempt = 1;
        loop {
            let failed = match self.ask(scopes).await {
                Ok(token) => return Ok(token),
                Err(failed) => failed,
            };
            if attempt >= attempts || !failed.is_transient {
                let credential = self.kind.name();
                let why = one_line(&self.redactor.text(&failed.why));
                return Err(if failed.is_transient { SignInError::Unreachable { credential, why } } else { SignInError::Refused { credential, why } });
            }
            sleep(failed.after.unwrap_or_else(|| self.patience.pause(attempt))).await;
            attempt += 1;
        }
    }

    async fn ask(&self, scopes: &[String]) -> Result<Token, Failed> {
        // What is wrong here does not pass by itself.
        let credential = self.kind.make().map_err(|error| Failed { is_transient: false, ..Failed::of(&error) })?;
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let asked = timeout(WITHIN, credential.get_token(&scopes, None)).await;
        let token = match asked {
            Ok(token) => token.map_err(|error| Failed::of(&error))?,
            Err(_) => return Err(Failed { why: format!("no answer within {} seconds", WITHIN.as_secs()), is_transient: true, after: None }),
        };
        self.redactor.learn(token.token.secret());
        Ok(Token { secret: Secret::new(token.token.secret()), ends: token.expires_on.unix_timestamp() })
    }
}

/// What came of one attempt.
struct Failed {
    why: String,
    is_transient: bool,
    after: Option<Duration>,
}

impl Failed {
    fn of(error: &azure_core::Error) -> Self {
        let text = error.to_string();
        // What follows is a link to documentation of the crate.
        let text = text.split("\nTo troubleshoot").next().unwrap_or_default();
        // `ClientSecretCredential authentication failed. AADSTS..`: which credential it is, is said in our words.
        let why = text.split_once(" authentication failed.").map_or(text, |(_, why)| why).trim();
        let mut failed = Self { why: why.to_owned(), is_transient: false, after: None };
        let mut inner: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(error) = inner {
            match error.downcast_ref::<azure_core::Error>().map(azure_core::Error::kind) {
                Some(ErrorKind::HttpResponse { status, raw_response, .. }) => {
                    let status = u16::from(*status);
                    failed.is_transient = matches!(status, 408 | 429 | 500..);
                    let after = raw_response.as_ref().and_then(|response| response.headers().get_optional_str(&HeaderName::from_static("retry-after")));
                    failed.after = after.and_then(|after| after.trim().parse().ok()).map(|seconds: u64| Duration::from_secs(seconds.min(60)));
                    if failed.why.is_empty() {
                        failed.why = format!("HTTP status {status}");
                    }
                }
                Some(ErrorKind::Connection | ErrorKind::Io) => failed.is_transient = true,
                _ => {}
            }
            inner = error.source();
        }
        failed
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
