//! A proxy that connects through, and tells what for.

use std::io::{self, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::http::{Answer, Asked};
use crate::server::Server;

/// Connects to whatever it is asked for.
#[derive(Debug)]
pub struct Proxy {
    server: Server,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Proxy {
    /// A proxy that wants this header `proxy-authorization`, if one is given.
    pub fn start(authorization: Option<&str>) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, authorization) = (asked.clone(), authorization.map(str::to_owned));
        let server = Server::serving(Arc::new(move |stream| {
            let mut reader = BufReader::new(stream.try_clone()?);
            let Some(request) = Asked::read(&mut reader)? else { return Ok(()) };
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
            let mut stream = stream;
            if authorization.is_some() && request.header("proxy-authorization") != authorization.as_deref() {
                return Answer::new(407, "").write(&request, &mut stream).map(drop);
            }
            let to = TcpStream::connect(&request.target)?;
            stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
            through(stream, to)
        }));
        Self { server, asked }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What it was asked for.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn through(left: TcpStream, right: TcpStream) -> io::Result<()> {
    let (mut from, mut to) = (left.try_clone()?, right.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let (mut from, mut to) = (right, left);
    let _ = io::copy(&mut from, &mut to);
    to.shutdown(Shutdown::Both)
}
