//! Says over HTTP how the host is: `/healthz`, `/readyz`, `/metrics`. It asks nobody who they are, so it listens where the configuration says, which is this machine alone unless it says otherwise.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;

use super::{Health, InputState};

/// Connections that are answered at the same time.
const MOST: usize = 32;

/// How long somebody may take to ask, and all that a connection may take.
const TO_ASK: Duration = Duration::from_secs(10);
const TO_LIVE: Duration = Duration::from_secs(60);

/// A supervisor that has not turned for so long does not turn.
const STUCK: Duration = Duration::from_secs(15);

/// How often it is looked whether to end.
const LOOK: Duration = Duration::from_millis(100);

/// Why nobody can ask.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on `{address}` (`monitoring`): {source}; give another address there, or `off`")]
pub struct MonitoringError {
    address: SocketAddr,
    source: io::Error,
}

/// The server. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    health: Arc<Health>,
    turned: Mutex<Instant>,
    ends: AtomicBool,
}

impl Server {
    /// Listens and answers.
    pub(crate) fn start(address: SocketAddr, health: Arc<Health>) -> Result<Self, MonitoringError> {
        let failed = |source| MonitoringError { address, source };
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared { health, turned: Mutex::new(Instant::now()), ends: AtomicBool::new(false) });
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let serving = Arc::clone(&shared);
        let serve = move || {
            // Its connections end with it.
            runtime.block_on(serve(listener, &serving));
        };
        let thread = thread::Builder::new().name("monitoring".into()).spawn(serve).map_err(failed)?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The supervisor turns.
    pub(crate) fn beat(&self) {
        *self.shared.turned.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, shared: &Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let room = Arc::new(Semaphore::new(MOST));
    while !shared.ends.load(Ordering::Relaxed) {
        let Ok(accepted) = tokio::time::timeout(LOOK, listener.accept()).await else { continue };
        let Ok((stream, _)) = accepted else {
            // Too many open files, perhaps; it is tried again, not at once.
            tokio::time::sleep(LOOK).await;
            continue;
        };
        // Who comes when there is no room is turned away.
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            let _place = place;
            let service = service_fn(move |request| {
                let answer = shared.answer(&request);
                async move { Ok::<_, Infallible>(answer) }
            });
            let mut connection = http1::Builder::new();
            connection.timer(TokioTimer::new()).header_read_timeout(TO_ASK);
            // Whoever breaks off is not told so.
            let _ = tokio::time::timeout(TO_LIVE, connection.serve_connection(TokioIo::new(stream), service)).await;
        });
    }
}

impl Shared {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let (mut status, mut kind) = (StatusCode::OK, "text/plain; charset=utf-8");
        let is_known = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
        let text = match request.uri().path() {
            _ if is_known && request.method() != Method::GET && request.method() != Method::HEAD => {
                status = StatusCode::METHOD_NOT_ALLOWED;
                "only GET and HEAD are answered\n".to_owned()
            }
            "/healthz" => {
                let turns = self.turned.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < STUCK;
                if turns {
                    "it turns\n".to_owned()
                } else {
                    status = StatusCode::SERVICE_UNAVAILABLE;
                    "the supervisor has not turned for 15 seconds: restart the host\n".to_owned()
                }
            }
            "/readyz" => {
                if !self.health.is_ready() {
                    status = StatusCode::SERVICE_UNAVAILABLE;
                }
                self.inputs()
            }
            "/metrics" => {
                kind = "text/plain; version=0.0.4; charset=utf-8";
                self.health.metrics()
            }
            _ => {
                status = StatusCode::NOT_FOUND;
                "there are /healthz, /readyz and /metrics\n".to_owned()
            }
        };
        let mut response = Response::new(Full::new(Bytes::from(text)));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(ALLOW, hyper::header::HeaderValue::from_static("GET, HEAD"));
        }
        response
    }

    /// A line for each input.
    fn inputs(&self) -> String {
        let line = |status: super::Status| match status.text.as_str() {
            "" => format!("{}: {}\n", status.input, status.state.name()),
            text => format!("{}: {}: {text}\n", status.input, status.state.name()),
        };
        let lines: String = self.health.statuses().into_iter().filter(|status| status.state != InputState::Stopped).map(line).collect();
        if lines.is_empty() { "nothing is running\n".to_owned() } else { lines }
    }
}
