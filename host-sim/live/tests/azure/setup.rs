//! What all these tests begin with.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use host_sim_live::azure::{AzureTransport, Link, Patience, Recorder, Trace};
use host_sim_live::config::{self, Cloud, Credential, Poll};
use host_sim_live::{Redactor, Secret};
use host_sim_runtime::contract::{Failure, Request, Response};
use host_sim_runtime::flow::StopSignal;
use host_sim_runtime::transport::{Received, Transport};
use live_servers::azure::{CLIENT, SECRET, SUBSCRIPTION, TENANT};
use live_servers::{Azure, Tenant};
use url::Url;

pub(crate) const SCOPE: &str = "https://management.azure.com/.default";

/// A mock, and what a host that asks it is configured with.
pub(crate) struct Setup {
    pub(crate) server: Azure,
    pub(crate) azure: config::Azure,
    pub(crate) poll: Poll,
    pub(crate) url: Url,
    pub(crate) patience: Patience,
    pub(crate) stop: StopSignal,
    pub(crate) redactor: Arc<Redactor>,
    pub(crate) trace: Option<Trace>,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) folder: PathBuf,
}

impl Drop for Setup {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Setup {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("host-sim-azure-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder can be made");
        let server = Azure::start(Tenant::default());
        server.write_authority(&folder.join("ca.pem"));
        let url = Url::parse(&server.url()).expect("an address");
        let credential = Credential::ClientSecret { tenant_id: TENANT.into(), client_id: CLIENT.into(), client_secret: Secret::new(SECRET) };
        let azure = config::Azure { cloud: Cloud::Public, credential, authority: url.clone(), ca_file: Some(folder.join("ca.pem")), proxy: None };
        Self {
            server,
            azure,
            poll: Poll { timeout: Duration::from_secs(20), requests_per_second: 1_000, burst: 1_000, ..Poll::default() },
            url,
            patience: Patience { attempts: 3, throttled: 4, first: Duration::from_millis(10), most: Duration::from_millis(20) },
            stop: StopSignal::default(),
            redactor: Arc::new(Redactor::new([SECRET])),
            trace: None,
            recorder: None,
            folder,
        }
    }

    pub(crate) fn transport(&self) -> AzureTransport {
        let link = Link {
            input: "posture",
            azure: &self.azure,
            url: Some(&self.url),
            poll: &self.poll,
            patience: self.patience,
            redactor: self.redactor.clone(),
            trace: self.trace.clone(),
            recorder: self.recorder.clone(),
            watch: None,
            stop: self.stop.clone(),
        };
        AzureTransport::start(link).expect("it starts")
    }

    /// A request for the first page of assessments, with one more pair in its query.
    pub(crate) fn request(&self, id: u64, more: &str) -> Request {
        let url = format!("{}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/assessments?api-version=2021-06-01{more}", self.server.url());
        Request { id, url, token_scopes: vec![SCOPE.to_owned()] }
    }

    /// What comes of one request.
    pub(crate) fn ask(&self, request: Request) -> Result<Response, Failure> {
        answers(&mut self.transport(), vec![request]).into_values().next().expect("an answer")
    }

    /// What comes of the first page.
    pub(crate) fn ask_first(&self) -> Result<Response, Failure> {
        self.ask(self.request(1, ""))
    }

    /// What each file of the folder holds, but for the authority's.
    pub(crate) fn written(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(&self.folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let files = entries.filter(|path| path.extension().is_none_or(|extension| extension != "pem"));
        files.map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), fs::read(&path).expect("a file"))).collect()
    }
}

/// What came of each request, by its id.
pub(crate) fn answers(transport: &mut AzureTransport, requests: Vec<Request>) -> BTreeMap<u64, Result<Response, Failure>> {
    let count = requests.len();
    transport.send(requests);
    let mut answers = BTreeMap::new();
    while answers.len() < count {
        match transport.receive() {
            Received::Outcomes(outcomes) => answers.extend(outcomes.into_iter().map(|outcome| (outcome.id, outcome.answer))),
            other => panic!("{other:?} after {answers:?}"),
        }
    }
    answers
}

/// The status of a response.
#[track_caller]
pub(crate) fn status(answer: &Result<Response, Failure>) -> u16 {
    answer.as_ref().map(|response| response.status).expect("a response")
}
