//! An Event Hubs namespace on loopback, for tests: Microsoft's clients send to it and receive from it. What it does not know, the service may do otherwise:
//! it keeps nothing, and does not spread events by their keys.

mod frames;
mod front;
mod hub;
mod links;
mod namespace;
mod rpc;
mod token;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use fe2o3_amqp::acceptor::{ConnectionAcceptor, SaslAnonymousMechanism, SessionAcceptor};
use fe2o3_amqp_types::messaging::{Body, Data, Message};
use live_servers::Authority;
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::front::Front;
use self::hub::{End, Hub, lock};
use self::namespace::Namespace;
pub use self::namespace::Refusal;

/// Its key, until that is changed.
const KEY: &str = "planted-hub-key-0001";

/// What the thread is called that does all of its work.
pub const THREAD: &str = "hub-broker";

/// Segments of a network. What loopback offers, Microsoft's Python client cannot set again.
const SEGMENT: u32 = 1_460;

/// A namespace that serves until it is dropped.
#[derive(Debug)]
pub struct Broker {
    namespace: Arc<Namespace>,
    port: u16,
    /// Whether it can be reached; it is over when this is gone.
    open: Option<watch::Sender<bool>>,
    thread: Option<JoinHandle<()>>,
}

impl Broker {
    /// One without hubs, in the clear.
    ///
    /// # Panics
    /// If this machine has no port left.
    pub fn start() -> Self {
        Self::behind(Front::Clear)
    }

    /// One without hubs, over TLS.
    ///
    /// # Panics
    /// If this machine has no port left.
    pub fn over_tls(authority: &Authority) -> Self {
        Self::behind(Front::tls(authority))
    }

    /// One without hubs, over WebSockets in TLS.
    ///
    /// # Panics
    /// If this machine has no port left.
    pub fn over_web_sockets(authority: &Authority) -> Self {
        Self::behind(Front::web_sockets(authority))
    }

    fn behind(front: Front) -> Self {
        let socket = listening(0);
        let port = socket.local_addr().ok().and_then(|address| address.as_socket()).map(|address| address.port()).expect("it is bound");
        let namespace = Arc::new(Namespace::new(KEY));
        let (open, opened) = watch::channel(true);
        let shared = Arc::clone(&namespace);
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(accept(socket, port, opened, shared, front));
        };
        let thread = std::thread::Builder::new().name(THREAD.to_owned()).spawn(work).expect("there is room for a thread");
        Self { namespace, port, open: Some(open), thread: Some(thread) }
    }

    /// Adds a hub.
    #[must_use]
    pub fn with_hub(self, name: &str, partitions: usize, groups: &[&str]) -> Self {
        self.namespace.put(Hub::new(name, partitions, groups));
        self
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What opens a hub.
    pub fn connection_string(&self, hub: &str) -> String {
        format!(
            "Endpoint=sb://127.0.0.1:{};SharedAccessKeyName=test;SharedAccessKey={};EntityPath={hub};UseDevelopmentEmulator=true",
            self.port,
            self.namespace.key()
        )
    }

    /// Puts an event into a partition, and gives its number.
    ///
    /// # Panics
    /// If there is no such partition.
    pub fn send(&self, hub: &str, partition: usize, body: impl Into<Vec<u8>>) -> i64 {
        let message = Message::builder().body(Body::Data(vec![Data(body.into().into())].into())).build();
        self.partition(hub, partition).append(message)
    }

    /// The numbers of the first event that a partition has and of the last one that it ever had.
    ///
    /// # Panics
    /// If there is no such partition.
    pub fn numbers(&self, hub: &str, partition: usize) -> (i64, i64) {
        let (begin, _, last) = self.partition(hub, partition).ends();
        (begin, last)
    }

    /// Loses the events before a number.
    ///
    /// # Panics
    /// If there is no such partition.
    pub fn expire(&self, hub: &str, partition: usize, number: i64) {
        self.partition(hub, partition).expire(number);
    }

    /// Loses all events of a hub, whose numbers begin anew, and ends who reads it.
    ///
    /// # Panics
    /// If there is no such hub.
    pub fn make_anew(&self, hub: &str) {
        for partition in self.namespace.hub(hub).expect("there is such a hub").partitions() {
            partition.empty();
            lock(&partition.links).iter().for_each(|link| link.end(End::Forced));
        }
    }

    /// Adds partitions.
    ///
    /// # Panics
    /// If there is no such hub.
    pub fn grow(&self, hub: &str, partitions: usize) {
        self.namespace.hub(hub).expect("there is such a hub").grow(partitions);
    }

    /// Removes a hub, and ends who reads it.
    pub fn remove(&self, hub: &str) {
        self.detach(hub);
        self.namespace.remove(hub);
    }

    /// Detaches all links that read a hub, as the service does with idle ones.
    pub fn detach(&self, hub: &str) {
        self.end(hub, End::Forced);
    }

    /// Tells all links that read a hub that somebody else does now.
    pub fn steal(&self, hub: &str) {
        self.end(hub, End::Stolen);
    }

    /// Ends all links that read a hub without a reason.
    pub fn close_links(&self, hub: &str) {
        self.end(hub, End::Closed);
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        self.namespace.cut();
    }

    /// Cuts all connections, and refuses new ones until it is opened again.
    pub fn refuse(&self) {
        self.set_open(false);
    }

    /// Takes connections again.
    pub fn open(&self) {
        self.set_open(true);
    }

    /// Refuses so many links that read.
    pub fn plan(&self, refusal: Refusal, times: usize) {
        self.namespace.plan(refusal, times);
    }

    /// Waits before each event that it gives out.
    pub fn slow(&self, pause: Duration) {
        self.namespace.set_slow(pause);
    }

    /// Has another key from now on.
    pub fn change_key(&self, key: &str) {
        self.namespace.change_key(key);
    }

    /// How many events it has given out.
    pub fn sent(&self) -> u64 {
        self.namespace.sent()
    }

    /// How many links that read it has taken up.
    pub fn attached(&self) -> u64 {
        self.namespace.attached()
    }

    /// How many links read a hub now.
    pub fn readers(&self, hub: &str) -> usize {
        self.namespace.hub(hub).map_or(0, |hub| hub.partitions().iter().map(|partition| lock(&partition.links).len()).sum())
    }

    /// The tokens that it was shown.
    pub fn tokens(&self) -> Vec<String> {
        self.namespace.tokens()
    }

    fn partition(&self, hub: &str, partition: usize) -> Arc<hub::Partition> {
        let hub = self.namespace.hub(hub).expect("there is such a hub");
        hub.partitions().get(partition).cloned().expect("there is such a partition")
    }

    fn end(&self, hub: &str, end: End) {
        for partition in self.namespace.hub(hub).iter().flat_map(|hub| hub.partitions()) {
            lock(&partition.links).iter().for_each(|link| link.end(end));
        }
    }

    fn set_open(&self, is_open: bool) {
        if let Some(open) = &self.open {
            open.send_replace(is_open);
        }
        if !is_open {
            self.namespace.cut();
            // Somebody may have just come in.
            std::thread::sleep(Duration::from_millis(50));
            self.namespace.cut();
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        for hub in self.namespace.hubs() {
            self.end(&hub.name, End::Closed);
        }
        drop(self.open.take());
        self.namespace.cut();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn listening(port: u16) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("possible");
    let _ = socket.set_tcp_mss(SEGMENT);
    socket.set_nonblocking(true).expect("possible");
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into()).expect("the port is free");
    socket.listen(128).expect("it is bound");
    socket
}

/// Takes connections as long as there is somebody to open and close it.
async fn accept(socket: Socket, port: u16, mut open: watch::Receiver<bool>, namespace: Arc<Namespace>, front: Front) {
    let mut socket = Some(socket);
    loop {
        let is_open = *open.borrow_and_update();
        let listener = if is_open { Some(socket.take().unwrap_or_else(|| listening(port))) } else { None };
        let listener = listener.map(|socket| TcpListener::from_std(socket.into()).expect("it is a socket"));
        loop {
            let accepted = async {
                match &listener {
                    Some(listener) => listener.accept().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                changed = open.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
                accepted = accepted => {
                    if let Ok((stream, _)) = accepted {
                        let _ = stream.set_nodelay(true);
                        tokio::spawn(front.clone().serve(stream, Arc::clone(&namespace)));
                    }
                }
            }
        }
    }
}

/// Serves a connection until one side ends it.
async fn converse<S: AsyncRead + AsyncWrite + Send + 'static>(stream: S, namespace: Arc<Namespace>) {
    let acceptor = ConnectionAcceptor::builder()
        .container_id("event-hub-broker")
        .max_frame_size(u32::try_from(frames::LARGEST).unwrap_or(u32::MAX))
        .channel_max(4_999_u16)
        .idle_time_out(240_000_u32)
        .sasl_acceptor(SaslAnonymousMechanism::new())
        .build();
    let (stream, carrier) = frames::whole(stream);
    namespace.know(carrier);
    let Ok(mut connection) = acceptor.accept(stream).await else { return };
    let replies = rpc::Replies::default();
    while let Some(incoming) = connection.next_incoming_session().await {
        let session = SessionAcceptor::builder().handle_max(255_u32).build().accept_incoming_session(incoming, &mut connection).await;
        let Ok(mut session) = session else { break };
        let (namespace, replies) = (Arc::clone(&namespace), Arc::clone(&replies));
        tokio::spawn(async move {
            while let Some(attach) = session.next_incoming_attach().await {
                links::attach(attach, &mut session, &namespace, &replies).await;
            }
            let _ = session.end().await;
        });
    }
    let _ = connection.close().await;
}
