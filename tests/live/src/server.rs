//! A server on a free port of this machine: a thread for each connection, and a function that answers.

use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::authority::Authority;
use crate::http::{Answer, Asked};

/// Answers until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
    thread: Option<JoinHandle<()>>,
}

/// What connections are taken by.
pub(crate) type Serve = Arc<dyn Fn(TcpStream) -> io::Result<()> + Send + Sync>;

impl Server {
    /// Answers over TLS with an authority, else in the clear.
    ///
    /// # Panics
    /// If this machine has no port left.
    pub fn start(authority: Option<&Authority>, answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::with_certificate(authority.map(Authority::config), answer)
    }

    /// Answers over TLS with a certificate, else in the clear.
    ///
    /// # Panics
    /// If this machine has no port left.
    pub fn with_certificate(config: Option<Arc<ServerConfig>>, answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::serving(Arc::new(move |stream| match &config {
            None => converse(stream, &answer),
            Some(config) => {
                let session = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
                converse(StreamOwned::new(session, stream), &answer)
            }
        }))
    }

    pub(crate) fn serving(serve: Serve) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let (is_over, connections) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::<TcpStream>::new())));
        let (over, known) = (is_over.clone(), connections.clone());
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let _ = stream.set_nodelay(true);
                let (Ok(kept), Ok(own)) = (stream.try_clone(), stream.try_clone()) else { continue };
                known.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
                let serve = serve.clone();
                thread::spawn(move || {
                    // What a client does to a connection is its own affair. As long as somebody has it, it is not closed by itself.
                    let _ = serve(stream);
                    let _ = own.shutdown(Shutdown::Both);
                });
            }
        });
        Self { address, is_over, connections, thread: Some(thread) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes it up.
        drop(TcpStream::connect(self.address));
        for connection in self.connections.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn converse(stream: impl Read + Write, answer: &(impl Fn(&Asked) -> Answer + ?Sized)) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = Asked::read(&mut stream)? {
        if !answer(&asked).write(&asked, stream.get_mut())? {
            break;
        }
    }
    Ok(())
}
