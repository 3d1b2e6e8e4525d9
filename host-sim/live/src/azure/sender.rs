//! The one place that requests leave from: gate, token, pace, retries, time-outs, redirects and the limit of bodies.

use std::sync::Arc;
use std::time::{Duration, Instant};

use host_sim_runtime::Clock;
use host_sim_runtime::contract::{Failure, Request, Response};
use reqwest::Client;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderValue, LOCATION};
use tokio::time::{sleep, timeout};
use url::Url;

use super::body::{Body, BodyError};
use super::credential::{SignIn, SignInError};
use super::gate::Gate;
use super::pace::Pace;
use super::patience::{Patience, asked_for, remaining};
use super::recorder::Recorder;
use super::resolver;
use super::trace::{Line, Trace};
use super::watch::RequestWatch;
use crate::Secret;
use crate::redactor::Redactor;
use crate::retry_after::LONGEST;
use crate::text::{chain, one_line};

/// Redirects in a row that are followed.
const REDIRECTS: usize = 5;

/// What takes as long as it may is not asked for more often than this.
const TIMED_OUT: u32 = 3;

/// Sends requests, and knows all that there is to know about how.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) client: Client,
    pub(super) gate: Gate,
    pub(super) sign_in: SignIn,
    pub(super) pace: Pace,
    pub(super) patience: Patience,
    /// How long one request may take.
    pub(super) timeout: Duration,
    /// Bytes of a body.
    pub(super) most: u64,
    pub(super) redactor: Arc<Redactor>,
    pub(super) trace: Option<Trace>,
    pub(super) recorder: Option<Recorder>,
    pub(super) watch: Option<Arc<dyn RequestWatch>>,
}

/// A response that is all there.
struct Whole {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// How often a request was sent, and how long it waited in between.
#[derive(Default)]
struct Effort {
    sent: u32,
    failed: u32,
    throttled: u32,
    waited: Duration,
    renewed: bool,
}

impl Sender {
    /// What comes of a request in the end.
    pub(super) async fn answer(&self, request: &Request) -> Result<Response, Failure> {
        let answer = self.persist(request).await;
        if let Some(watch) = &self.watch {
            watch.answered(&request.url, &answer);
        }
        match &answer {
            Ok(response) => {
                if let Some(recorder) = &self.recorder {
                    recorder.keep(&request.url, response);
                }
            }
            Err(failure) => self.trace_line(&Line { url: &request.url, failure: Some(failure), ..Line::default() }),
        }
        answer
    }

    async fn persist(&self, request: &Request) -> Result<Response, Failure> {
        let admitted = self.gate.admit(&request.url).map_err(Failure::Refused)?;
        let scopes = &request.token_scopes;
        let mut token = match admitted.token && !scopes.is_empty() {
            true => Some(self.sign_in.token(scopes).await.map_err(without_token)?),
            false => None,
        };
        let mut effort = Effort::default();
        loop {
            effort.sent += 1;
            let came = self.attempt(&admitted.url, token.as_ref(), effort.sent).await;
            if let (Ok(Whole { status: 401, .. }), Some(rejected), false) = (&came, &token, effort.renewed) {
                effort.renewed = true;
                let renewed = self.sign_in.instead_of(rejected, scopes).await.map_err(without_token)?;
                if renewed.expose() != rejected.expose() {
                    token = Some(renewed);
                    continue;
                }
            }
            if !self.wait_to_try_again(&came, &mut effort).await {
                return came.map(Whole::into_response);
            }
        }
    }

    /// Whether it is worth another attempt; if so, it is time for it.
    async fn wait_to_try_again(&self, came: &Result<Whole, Failure>, effort: &mut Effort) -> bool {
        let asked = came.as_ref().ok().and_then(|whole| asked_for(&whole.headers, Clock::System.now()));
        let (count, most) = match came {
            Ok(Whole { status: 429, .. }) => {
                effort.throttled += 1;
                (effort.throttled, self.patience.throttled)
            }
            Ok(Whole { status: 408 | 500 | 502 | 503 | 504, .. }) | Err(Failure::Unreachable(_)) => {
                effort.failed += 1;
                (effort.failed, self.patience.attempts)
            }
            Err(Failure::TimedOut) => {
                effort.failed += 1;
                (effort.failed, self.patience.attempts.min(TIMED_OUT))
            }
            _ => return false,
        };
        let wait = asked.unwrap_or_else(|| self.patience.pause(count));
        effort.waited = effort.waited.saturating_add(wait);
        if count >= most || effort.waited > LONGEST {
            return false;
        }
        if matches!(came, Ok(Whole { status: 429, .. })) {
            // It is said to all: whoever asks before its time makes it longer.
            self.pace.hold(wait);
        } else {
            sleep(wait).await;
        }
        true
    }

    /// Sends a request once, and follows where it leads.
    async fn attempt(&self, first: &Url, token: Option<&Secret>, number: u32) -> Result<Whole, Failure> {
        let (mut url, mut token) = (first.clone(), token);
        for _ in 0..=REDIRECTS {
            self.pace.wait().await;
            let started = Instant::now();
            let came = timeout(self.timeout, self.exchange(&url, token)).await.unwrap_or(Err(Failure::TimedOut));
            let (whole, failure) = (came.as_ref().ok(), came.as_ref().err());
            if let Some(watch) = &self.watch {
                watch.sent(whole.map(|whole| whole.status), number > 1);
            }
            let request_id = whole.and_then(|whole| whole.headers.get("x-ms-request-id")?.to_str().ok());
            self.trace_line(&Line {
                url: url.as_str(),
                attempt: number,
                time: started.elapsed(),
                status: whole.map(|whole| whole.status),
                bytes: whole.map(|whole| whole.body.len()),
                request_id,
                failure,
            });
            let whole = came?;
            if let Some(remaining) = remaining(&whole.headers) {
                self.pace.told(remaining);
            }
            let Some(next) = whole.leads_to(&url) else { return Ok(whole) };
            if next.origin() != first.origin() {
                let origin = one_line(&next.origin().ascii_serialization());
                return Err(Failure::Refused(format!("it is redirected to another origin, `{origin}`")));
            }
            self.gate.check(&next).map_err(|why| Failure::Refused(format!("it is redirected: {why}")))?;
            url = next;
            token = None;
        }
        Err(Failure::Refused(format!("it is redirected more than {REDIRECTS} times in a row")))
    }

    async fn exchange(&self, url: &Url, token: Option<&Secret>) -> Result<Whole, Failure> {
        let mut request = self.client.get(url.clone()).header(ACCEPT, "application/json").header(ACCEPT_ENCODING, "gzip");
        if let Some(token) = token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
                .map_err(|_| Failure::Unauthorized("the token has characters that no header takes".into()))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let mut response = request.send().await.map_err(|error| self.broken(url, error))?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let encoding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let unreadable = |error: BodyError| match error {
            BodyError::TooLarge(most) => Failure::TooLarge(most),
            BodyError::Broken(_) | BodyError::Unknown(_) => Failure::Unreachable(error.to_string()),
        };
        let mut body = Body::new(encoding, self.most).map_err(unreadable)?;
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(url, error))? {
            body.push(&chunk).map_err(unreadable)?;
        }
        Ok(Whole { status, headers, body: body.finish().map_err(unreadable)? })
    }

    /// Why there is no response. No text has more of the address than its host.
    fn broken(&self, url: &Url, error: reqwest::Error) -> Failure {
        if let Some(refused) = resolver::refusal(&error) {
            return Failure::Refused(one_line(&refused.to_string()));
        }
        let text = format!("`{}`: {}", url.host_str().unwrap_or_default(), chain(&error.without_url()));
        Failure::Unreachable(self.redactor.text(&text).into_owned())
    }

    fn trace_line(&self, line: &Line<'_>) {
        if let Some(trace) = &self.trace {
            trace.write(line);
        }
    }
}

impl Whole {
    /// Where a redirect leads.
    fn leads_to(&self, from: &Url) -> Option<Url> {
        let location = self.headers.get(LOCATION).filter(|_| matches!(self.status, 301 | 302 | 303 | 307 | 308))?;
        from.join(location.to_str().ok()?).ok()
    }

    /// For the component. What the headers say of a body as it was on its way is not true of this one.
    fn into_response(self) -> Response {
        let is_told = |name: &str| !matches!(name, "content-encoding" | "content-length" | "transfer-encoding" | "set-cookie" | "www-authenticate");
        let headers = self.headers.iter().filter(|(name, _)| is_told(name.as_str()));
        let headers = headers.map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect();
        Response { status: self.status, headers, body: self.body }
    }
}

/// Nothing is sent where a token is missing.
fn without_token(error: SignInError) -> Failure {
    match error {
        SignInError::Audience { .. } => Failure::Refused(error.to_string()),
        SignInError::Refused { .. } | SignInError::Unreachable { .. } => Failure::Unauthorized(error.to_string()),
    }
}
