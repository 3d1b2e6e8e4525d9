//! Encrypts what the AMQP client sends: it connects to a port of this process, and from there everything goes on over TLS, to the namespace and nowhere else.
//!
//! The client's own TLS would bring a second library of cryptography, built in C, and trust others than the rest of this host does. Whoever else on this
//! machine finds the port gets a connection to the hub's front door, and no token.

use std::io;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::trouble::{Kind, Trouble};
use crate::text::chain;

/// The port of AMQP over TLS.
const PORT: u16 = 5671;

/// No server that is worth waiting for takes longer.
const WITHIN: Duration = Duration::from_secs(20);

/// A way to a namespace, as long as it lives.
#[derive(Debug)]
pub(super) struct Tunnel {
    port: u16,
    task: JoinHandle<()>,
}

impl Tunnel {
    /// Connects once, to see whether that is possible, and listens then.
    pub(super) async fn open(host: &str, port: Option<u16>, tls: Arc<ClientConfig>) -> Result<Self, Trouble> {
        let far = Rc::new(Far { host: host.to_owned(), port: port.unwrap_or(PORT), tls });
        drop(far.connect().await?);
        let broken = |error: io::Error| Trouble::new(Kind::Broken, format!("no port of this machine can be listened on: {error}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(broken)?;
        let port = listener.local_addr().map_err(broken)?.port();
        let task = spawn_local(async move {
            while let Ok((near, _)) = listener.accept().await {
                spawn_local(carry(near, far.clone()));
            }
        });
        Ok(Self { port, task })
    }

    /// Where the client connects to.
    pub(super) fn endpoint(&self) -> String {
        format!("amqp://127.0.0.1:{}", self.port)
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Far {
    host: String,
    port: u16,
    tls: Arc<ClientConfig>,
}

impl Far {
    async fn connect(&self) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Trouble> {
        let at = format!("`{}:{}`", self.host, self.port);
        let late = |_| Trouble::new(Kind::Unreachable, format!("{at} did not answer within {} seconds", WITHIN.as_secs()));
        let addresses = timeout(WITHIN, tokio::net::lookup_host((self.host.as_str(), self.port))).await.map_err(late)?;
        let addresses: Vec<_> = addresses.map_err(|error| Trouble::new(Kind::NoName, format!("`{}`: {error}", self.host)))?.collect();
        let stream = timeout(WITHIN, TcpStream::connect(addresses.as_slice())).await.map_err(late)?;
        let stream = stream.map_err(|error| Trouble::new(Kind::Unreachable, format!("{at}: {error}")))?;
        let _ = stream.set_nodelay(true);
        let name = ServerName::try_from(self.host.clone()).map_err(|error| Trouble::new(Kind::NoName, format!("`{}`: {error}", self.host)))?;
        let encrypted = timeout(WITHIN, TlsConnector::from(self.tls.clone()).connect(name, stream)).await.map_err(late)?;
        encrypted.map_err(|error| {
            let is_tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
            Trouble::new(if is_tls { Kind::Untrusted } else { Kind::Unreachable }, format!("{at}: {}", chain(&error)))
        })
    }
}

/// What goes wrong here, the client notices as a connection that is closed.
async fn carry(mut near: TcpStream, far: Rc<Far>) {
    let _ = near.set_nodelay(true);
    if let Ok(mut far) = far.connect().await {
        let _ = copy_bidirectional(&mut near, &mut far).await;
    }
}
