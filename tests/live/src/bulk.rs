//! A bulk endpoint that does what a script says, and stores documents as Elasticsearch does: once for each id.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::read::GzDecoder;
use rustls::ServerConfig;
use serde_json::{Value, json};

use crate::{Answer, Asked, Server};

/// A request that came.
#[derive(Debug, Clone)]
pub struct BulkRequest {
    /// How many came before it.
    pub number: usize,
    /// Method and target.
    pub line: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Index, id and text of each document, if it is a bulk request.
    pub documents: Vec<(String, String, String)>,
    /// Bytes of the body as it came.
    pub bytes: usize,
}

/// What is done about a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Documents are stored; the answer says so.
    Store,
    /// For each document: this status with this type of error, or it is stored.
    Each(Vec<Option<(u16, &'static str)>>),
    /// This status, with headers, and this body.
    Say(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Documents are stored, and the answer breaks off after so many bytes.
    StoreAndBreakOff(usize),
    /// Documents are stored, and the connection is cut.
    StoreAndCut,
    /// The connection is cut.
    Cut,
    /// First this long nothing.
    After(Duration, Box<Reply>),
}

/// The endpoint. It ends when it is dropped.
#[derive(Debug)]
pub struct BulkEndpoint {
    /// Where it is.
    pub address: String,
    /// What it has seen.
    pub shared: Arc<Shared>,
    /// Answers as long as it is there.
    _server: Server,
}

/// What an endpoint has seen.
#[derive(Debug, Default)]
pub struct Shared {
    /// For each id, its index and its document, and how often it was created.
    pub stored: Mutex<BTreeMap<String, (String, String, usize)>>,
    /// Each request.
    pub asked: Mutex<Vec<BulkRequest>>,
}

impl BulkEndpoint {
    /// One that `script` answers for.
    pub fn start(script: impl Fn(&BulkRequest) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, script)
    }

    /// One over TLS.
    pub fn with_tls(config: ServerConfig, script: impl Fn(&BulkRequest) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(Some(Arc::new(config)), script)
    }

    fn listen(tls: Option<Arc<ServerConfig>>, script: impl Fn(&BulkRequest) -> Reply + Send + Sync + 'static) -> Self {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let server = Server::with_certificate(tls, move |request| {
            let asked = own.note(request);
            own.answer(&asked, script(&asked))
        });
        Self { address: format!("{scheme}://{}", server.address()), shared, _server: server }
    }

    /// Each request that came.
    pub fn asked(&self) -> Vec<BulkRequest> {
        self.shared.asked.lock().expect("nobody panics").clone()
    }

    /// The ids that are stored.
    pub fn ids(&self) -> Vec<String> {
        self.shared.stored.lock().expect("nobody panics").keys().cloned().collect()
    }

    /// What is stored under an id.
    pub fn document(&self, id: &str) -> Value {
        let stored = self.shared.stored.lock().expect("nobody panics");
        serde_json::from_str(&stored.get(id).expect("it is stored").1).expect("JSON")
    }
}

impl Shared {
    fn note(&self, request: &Asked) -> BulkRequest {
        let mut text = String::new();
        if request.header("content-encoding") == Some("gzip") {
            GzDecoder::new(request.body.as_slice()).read_to_string(&mut text).expect("it is compressed");
        } else {
            text = String::from_utf8(request.body.clone()).expect("UTF-8");
        }
        let mut documents = Vec::new();
        let mut lines = text.split_terminator('\n');
        while let (Some(action), Some(document)) = (lines.next(), lines.next()) {
            let action: Value = serde_json::from_str(action).expect("an action");
            let part = |name: &str| action["create"][name].as_str().expect("it is to be created").to_owned();
            documents.push((part("_index"), part("_id"), document.to_owned()));
        }
        let mut all = self.asked.lock().expect("nobody panics");
        let line = format!("{} {} HTTP/1.1", request.method, request.target);
        let asked = BulkRequest { number: all.len(), line, headers: request.headers.iter().cloned().collect(), documents, bytes: request.body.len() };
        all.push(asked.clone());
        asked
    }

    fn answer(&self, asked: &BulkRequest, reply: Reply) -> Answer {
        let stored = || Answer::new(200, self.create(&asked.documents, &[]));
        match reply {
            Reply::Store => stored(),
            Reply::Each(errors) => Answer::new(200, self.create(&asked.documents, &errors)),
            Reply::Say(status, headers, body) => headers.iter().fold(Answer::new(status, body), |answer, (name, value)| answer.with(name, value)),
            Reply::StoreAndBreakOff(bytes) => Answer { cut: Some(bytes), ..stored() },
            Reply::StoreAndCut => {
                stored();
                Answer::none()
            }
            Reply::Cut => Answer::none(),
            Reply::After(time, next) => {
                std::thread::sleep(time);
                self.answer(asked, *next)
            }
        }
    }

    fn create(&self, documents: &[(String, String, String)], errors: &[Option<(u16, &'static str)>]) -> Vec<u8> {
        let mut stored = self.stored.lock().expect("nobody panics");
        let mut items = Vec::new();
        for (at, (index, id, document)) in documents.iter().enumerate() {
            let error = errors.get(at).copied().flatten();
            let error = error.or_else(|| stored.contains_key(id).then_some((409, "version_conflict_engine_exception")));
            items.push(match error {
                Some((status, kind)) => json!({ "create": { "status": status, "error": { "type": kind, "reason": format!("because of {id}") } } }),
                None => {
                    stored.entry(id.clone()).or_insert_with(|| (index.clone(), document.clone(), 0)).2 += 1;
                    json!({ "create": { "status": 201 } })
                }
            });
        }
        let errors = items.iter().any(|item| item["create"]["status"] != 201);
        json!({ "errors": errors, "items": items }).to_string().into_bytes()
    }
}

/// A status with a reason, as Elasticsearch gives it.
pub fn said(status: u16, headers: &[(&'static str, &str)]) -> Reply {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Reply::Say(status, headers, json!({ "error": { "type": "some_exception", "reason": "because" }, "status": status }).to_string().into_bytes())
}
