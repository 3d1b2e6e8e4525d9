//! How connections come in: in the clear, over TLS, or over WebSockets in TLS as they do on port 443.

use std::sync::Arc;

use futures::{SinkExt, StreamExt};
use live_servers::Authority;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use crate::converse;
use crate::namespace::Namespace;

/// Bytes that are on their way at a time.
const BUFFER: usize = 64 << 10;

/// Where the service takes WebSockets.
const PATH: &str = "/$servicebus/websocket";

/// How connections come in.
#[derive(Clone)]
pub(crate) enum Front {
    Clear,
    Tls(TlsAcceptor),
    WebSockets(TlsAcceptor),
}

impl Front {
    pub(crate) fn tls(authority: &Authority) -> Self {
        Self::Tls(authority.config().into())
    }

    pub(crate) fn web_sockets(authority: &Authority) -> Self {
        Self::WebSockets(authority.config().into())
    }

    /// Serves a connection until one side ends it.
    pub(crate) async fn serve(self, stream: TcpStream, namespace: Arc<Namespace>) {
        match self {
            Self::Clear => converse(stream, namespace).await,
            Self::Tls(acceptor) => {
                if let Ok(stream) = acceptor.accept(stream).await {
                    converse(stream, namespace).await;
                }
            }
            Self::WebSockets(acceptor) => {
                if let Ok(stream) = acceptor.accept(stream).await
                    && let Ok(stream) = accept_hdr_async(stream, agree).await
                {
                    converse(unwrapped(stream), namespace).await;
                }
            }
        }
    }
}

/// What messages hold, as one stream of bytes.
fn unwrapped(socket: WebSocketStream<TlsStream<TcpStream>>) -> DuplexStream {
    let (inner, outer) = duplex(BUFFER);
    tokio::spawn(async move {
        let (mut to_client, mut from_client) = socket.split();
        let (mut from_broker, mut to_broker) = split(outer);
        let up = async {
            while let Some(Ok(message)) = from_client.next().await {
                if message.is_close() || to_broker.write_all(&message.into_data()).await.is_err() {
                    break;
                }
            }
            let _ = to_broker.shutdown().await;
        };
        let down = async {
            let mut bytes = vec![0; BUFFER];
            while let Ok(length @ 1..) = from_broker.read(&mut bytes).await {
                if to_client.send(Message::binary(bytes[..length].to_vec())).await.is_err() {
                    break;
                }
            }
            let _ = to_client.close().await;
        };
        tokio::join!(up, down);
    });
    inner
}

/// Takes what speaks AMQP, where the service does.
#[allow(clippy::result_large_err, reason = "the library wants it so")]
fn agree(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let protocols = request.headers().get("sec-websocket-protocol").and_then(|protocols| protocols.to_str().ok()).unwrap_or_default();
    let speaks = protocols.split(',').any(|protocol| protocol.trim().eq_ignore_ascii_case("amqp"));
    if !speaks || request.uri().path().trim_end_matches('/') != PATH {
        let mut refused = ErrorResponse::new(None);
        *refused.status_mut() = StatusCode::NOT_FOUND;
        return Err(refused);
    }
    response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("amqp"));
    Ok(response)
}
