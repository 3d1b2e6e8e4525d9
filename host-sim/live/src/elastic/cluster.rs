//! A connection to Elasticsearch: signs in, finds a node that answers, and bounds what it answers.

use std::io::Read;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use host_sim_runtime::Clock;
use host_sim_runtime::flow::StopSignal;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, NoProxy, Response, redirect};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::error::ElasticError;
use super::hosts::Hosts;
use crate::Secret;
use crate::config::{ApiKey, Elasticsearch, Login, Proxy, is_loopback};
use crate::retry_after;
use crate::text::{chain, one_line};
use crate::tls;

/// How long a node may take to be reached.
const TO_CONNECT: Duration = Duration::from_secs(10);

/// How long a node may take to answer, as with Elastic's own agents.
const TO_ANSWER: Duration = Duration::from_secs(90);

/// How often it is looked whether delivery is to end.
const LOOK: Duration = Duration::from_millis(100);

/// A cluster, for all inputs. Several threads may use it.
pub struct Cluster {
    client: Client,
    /// Whoever sends turns it; there are no threads but the callers'.
    runtime: Runtime,
    hosts: Hosts,
    login: Mutex<Option<Login>>,
    pub(super) settings: Elasticsearch,
    trouble: Mutex<Option<String>>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Cluster").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// Below the address of a node, with its query.
    pub path: &'a str,
    /// What the body is, and the body.
    pub body: Option<(&'a str, &'a [u8])>,
    /// Whether the body is compressed.
    pub gzip: bool,
    /// Bytes that the answer may have when it is not compressed any more.
    pub most: usize,
}

/// What a node answered, whatever it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// How long it wants to be left alone.
    pub retry_after: Option<Duration>,
    /// The body, not compressed any more.
    pub body: Vec<u8>,
}

/// There is no answer, at least none that can be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

impl Cluster {
    /// Connects to nobody yet.
    pub fn new(settings: Elasticsearch) -> Result<Self, ElasticError> {
        Self::with_headers(settings, HeaderMap::new())
    }

    /// Kibana in place of Elasticsearch, where the settings name it, in its space. What is sent there goes nowhere else.
    pub fn of_kibana(settings: &Elasticsearch) -> Option<Result<Self, ElasticError>> {
        let kibana = settings.kibana.as_ref()?;
        let mut host = kibana.host.clone();
        if let Some(space) = &kibana.space {
            host.set_path(&format!("{}/s/{space}", kibana.host.path().trim_end_matches('/')));
        }
        let login = kibana.api_key.clone().map(Login::ApiKey).or_else(|| settings.login.clone());
        // It takes nothing from who does not say that it is no page of somebody else's.
        let headers = HeaderMap::from_iter([(HeaderName::from_static("kbn-xsrf"), HeaderValue::from_static("true"))]);
        Some(Self::with_headers(Elasticsearch { hosts: vec![host], login, ..settings.clone() }, headers))
    }

    fn with_headers(settings: Elasticsearch, headers: HeaderMap) -> Result<Self, ElasticError> {
        let setup = |error: &dyn std::error::Error| ElasticError::Setup(chain(error));
        if settings.hosts.is_empty() {
            return Err(ElasticError::Setup("there is no host".into()));
        }
        if let Some(host) = settings.hosts.iter().find(|host| settings.login.is_some() && host.scheme() != "https" && !is_loopback(host)) {
            return Err(ElasticError::Setup(format!("credentials would go to `{host}` without encryption")));
        }
        let tls = tls::client(settings.ca_file.as_deref(), settings.ca_fingerprint).map_err(|error| setup(&error))?;
        let mut client = Client::builder()
            .tls_backend_preconfigured(tls)
            // A redirect could lead credentials elsewhere.
            .redirect(redirect::Policy::none())
            .connect_timeout(TO_CONNECT)
            .timeout(TO_ANSWER)
            .user_agent(concat!("host-sim/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .no_gzip()
            .no_proxy();
        if let Some(proxy) = settings.proxy.as_ref().and_then(|proxy| through(proxy).transpose()) {
            client = client.proxy(proxy.map_err(|error| setup(&error.without_url()))?);
        }
        let client = client.build().map_err(|error| setup(&error.without_url()))?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| setup(&error))?;
        let (hosts, login) = (Hosts::new(settings.hosts.clone()), Mutex::new(settings.login.clone()));
        Ok(Self { client, runtime, hosts, login, settings, trouble: Mutex::default() })
    }

    /// What it is set up with.
    pub fn settings(&self) -> &Elasticsearch {
        &self.settings
    }

    /// Why documents wait, if they do, in words for people.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Sends a request to the first node that can be reached. Credentials that are not known any more are read again, where they stand in a file.
    pub fn send(&self, request: Request<'_>, stop: &StopSignal) -> Result<Answer, NoAnswer> {
        self.runtime.block_on(async {
            tokio::select! {
                answer = self.with_login(request) => answer,
                () = cut_off(stop) => Err(NoAnswer("delivery was cut off".into())),
            }
        })
    }

    /// Reads credentials again that stand in a file; gives whether they are others now.
    pub fn renew_login(&self) -> std::io::Result<bool> {
        let mut login = self.login.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = match &*login {
            Some(Login::ApiKey(ApiKey(secret)) | Login::Basic { password: secret, .. }) => secret,
            None => return Ok(false),
        };
        let Some(new) = secret.renewed()?.filter(|new| new.expose() != secret.expose()) else { return Ok(false) };
        *login = match login.take() {
            Some(Login::Basic { username, .. }) => Some(Login::Basic { username, password: new }),
            _ => Some(Login::ApiKey(ApiKey(new))),
        };
        Ok(true)
    }

    async fn with_login(&self, request: Request<'_>) -> Result<Answer, NoAnswer> {
        let answer = self.first_reached(request).await?;
        if answer.status == 401 && self.renew_login().unwrap_or(false) {
            return self.first_reached(request).await;
        }
        Ok(answer)
    }

    async fn first_reached(&self, request: Request<'_>) -> Result<Answer, NoAnswer> {
        let mut unreached = Vec::new();
        for (at, host) in self.hosts.in_turn(Instant::now()) {
            let shown = one_line(&host.origin().ascii_serialization());
            match self.ask(host, request).await {
                Ok(response) => {
                    let answer = answered(response, request.most).await;
                    match &answer {
                        Ok(_) => self.hosts.answered(at),
                        Err(_) => self.hosts.failed(at, Instant::now()),
                    }
                    return answer.map_err(|why| NoAnswer(format!("`{shown}`: {why}")));
                }
                // Nothing was sent, so another one can be asked at once.
                Err(error) if error.is_connect() => {
                    self.hosts.failed(at, Instant::now());
                    unreached.push(format!("`{shown}` cannot be reached: {}", chain(&error.without_url())));
                }
                Err(error) => {
                    self.hosts.failed(at, Instant::now());
                    return Err(NoAnswer(format!("`{shown}` did not answer: {}", chain(&error.without_url()))));
                }
            }
        }
        Err(NoAnswer(unreached.join(", ")))
    }

    async fn ask(&self, host: &Url, request: Request<'_>) -> reqwest::Result<Response> {
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET);
        let mut builder = self.client.request(method, below(host, request.path)).header(ACCEPT_ENCODING, "gzip");
        if let Some((kind, body)) = request.body {
            builder = builder.header(CONTENT_TYPE, kind).body(body.to_vec());
        }
        if request.gzip {
            builder = builder.header(CONTENT_ENCODING, "gzip");
        }
        if let Some(header) = self.authorization() {
            builder = builder.header(AUTHORIZATION, header);
        }
        builder.send().await
    }

    fn authorization(&self) -> Option<HeaderValue> {
        let login = self.login.lock().unwrap_or_else(PoisonError::into_inner);
        let value = match login.as_ref()? {
            Login::ApiKey(key) => Secret::new(format!("ApiKey {}", key.encoded().expose())),
            Login::Basic { username, password } => {
                let pair = Secret::new(format!("{username}:{}", password.expose()));
                Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))
            }
        };
        let mut header = HeaderValue::from_str(value.expose()).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

async fn cut_off(stop: &StopSignal) {
    while !stop.is_cut_off() {
        tokio::time::sleep(LOOK).await;
    }
}

/// The answer, if it comes to its end and is not too large.
async fn answered(mut response: Response, most: usize) -> Result<Answer, String> {
    let status = response.status().as_u16();
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let retry_after = header(RETRY_AFTER).and_then(|value| retry_after::wait(value, Clock::System.now()));
    let is_gzip = header(CONTENT_ENCODING).is_some_and(|value| value.eq_ignore_ascii_case("gzip"));
    let too_large = || format!("the answer ({status}) has more than {most} bytes");
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > most => return Err(too_large()),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(format!("the answer ({status}) breaks off: {}", chain(&error.without_url()))),
        }
    }
    if is_gzip {
        let mut plain = Vec::new();
        let read = GzDecoder::new(body.as_slice()).take(most as u64 + 1).read_to_end(&mut plain);
        read.map_err(|error| format!("the answer ({status}) cannot be decompressed: {error}"))?;
        if plain.len() > most {
            return Err(too_large());
        }
        body = plain;
    }
    Ok(Answer { status, retry_after, body })
}

/// What requests go through. Those over plain http, which stay on this machine, go through nothing.
fn through(proxy: &Proxy) -> reqwest::Result<Option<reqwest::Proxy>> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match proxy {
        Proxy::At { url, user } => {
            let proxy = reqwest::Proxy::https(url.clone())?;
            Ok(Some(match user {
                Some((name, password)) => proxy.basic_auth(name, password.expose()),
                None => proxy,
            }))
        }
        Proxy::Environment => match variable("HTTPS_PROXY").or_else(|| variable("https_proxy")) {
            Some(url) => Ok(Some(reqwest::Proxy::https(url)?.no_proxy(NoProxy::from_env()))),
            None => Ok(None),
        },
    }
}

/// A path below a node's address, which may have one itself.
fn below(host: &Url, path: &str) -> String {
    format!("{}/{}", host.as_str().trim_end_matches('/'), path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::{Cluster, below};
    use crate::config::{ApiKey, Elasticsearch, Login};
    use crate::secret::{Piece, Secret};

    #[test]
    fn a_path_is_below_the_address() {
        for (host, expected) in [("https://a.test", "https://a.test/_bulk"), ("https://a.test:1/es/", "https://a.test:1/es/_bulk")] {
            assert_eq!(below(&host.parse().expect("a URL"), "/_bulk"), expected);
        }
    }

    #[test]
    fn credentials_of_a_file_are_read_again() {
        let file = std::env::temp_dir().join(format!("host-sim-login-{}", std::process::id()));
        let write = |text: &str| std::fs::write(&file, text).expect("writable");
        let secret = || Secret::of("old".into(), vec![Piece::File(file.clone())]);
        for (login, expected) in [
            (Login::ApiKey(ApiKey(secret())), ["ApiKey old", "ApiKey new"]),
            (Login::Basic { username: "a".into(), password: secret() }, ["Basic YTpvbGQ=", "Basic YTpuZXc="]),
        ] {
            write("old");
            let hosts = vec!["http://127.0.0.1:9".parse().expect("a URL")];
            let cluster = Cluster::new(Elasticsearch { hosts, login: Some(login), ..super::super::tests::settings() }).expect("it is set up");
            let header = || cluster.authorization().expect("it signs in").to_str().expect("ASCII").to_owned();
            assert!(!cluster.renew_login().expect("readable"), "it is the same");
            let before = header();
            write("new\n");
            assert!(cluster.renew_login().expect("readable"));
            assert_eq!([before, header()], expected);
            assert!(format!("{:?}", cluster.authorization()).contains("Sensitive"));
        }
        std::fs::remove_file(&file).expect("removable");
    }
}
