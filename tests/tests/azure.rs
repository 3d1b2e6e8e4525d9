//! A walk of the built component over a mock of Azure: what goes wrong on the way changes nothing of what comes of it, and what is recorded gives it again.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use host_sim_live::azure::{AzureTransport, Link, Patience, Recorder};
use host_sim_live::config::{self, Cloud, Credential, Poll};
use host_sim_live::{Redactor, Secret};
use host_sim_runtime::contract::{Failure, Totals};
use host_sim_runtime::flow::StopSignal;
use host_sim_runtime::transport::{Transport, one_by_one};
use host_sim_runtime::{Cache, Clock, Component, Engine, Limits, Walk};
use host_sim_workbench::recording::{Target, read_exchanges};
use live_servers::azure::{CLIENT, SECRET, SUBSCRIPTION, TENANT};
use live_servers::{Answer, Azure, Fault, Tenant};
use tests::{Scratch, component};
use url::Url;

/// What a walk gives: the ids of its documents, and how it ended.
fn walk(settings: &serde_json::Value, transport: &mut impl Transport) -> (BTreeSet<String>, Totals) {
    let engine = Engine::new(Limits::default(), Cache::of_user()).expect("an engine");
    let mut instance = Component::load(&engine, component()).expect("the component").start().expect("an instance");
    instance.configure(&settings.to_string()).expect("the settings are right");
    let mut walk = Walk::new(&mut instance, transport, Clock::Fixed(1_795_740_300_000), None);
    let (mut ids, mut totals) = (BTreeSet::new(), None);
    while let Some(stride) = walk.next_step().expect("it goes on") {
        ids.extend(stride.step.documents.into_iter().map(|document| document.id));
        totals = stride.step.finished.or(totals);
    }
    (ids, totals.expect("it is finished"))
}

fn transport(server: &Azure, scratch: &Scratch, redactor: Arc<Redactor>, recorder: Option<Recorder>) -> AzureTransport {
    let ca_file = scratch.path().join("ca.pem");
    server.write_authority(&ca_file);
    let url = Url::parse(&server.url()).expect("an address");
    let credential = Credential::ClientSecret { tenant_id: TENANT.into(), client_id: CLIENT.into(), client_secret: Secret::new(SECRET) };
    let azure = config::Azure { cloud: Cloud::Public, credential, authority: url.clone(), ca_file: Some(ca_file), proxy: None };
    let link = Link {
        input: "posture",
        azure: &azure,
        url: Some(&url),
        poll: &Poll { requests_per_second: 1_000, burst: 1_000, ..Poll::default() },
        patience: Patience { first: Duration::from_millis(10), most: Duration::from_millis(50), ..Patience::default() },
        redactor,
        trace: None,
        recorder,
        watch: None,
        stop: StopSignal::default(),
    };
    AzureTransport::start(link).expect("it starts")
}

#[test]
fn faults_on_the_way_change_nothing_of_what_a_walk_gives_and_a_recording_gives_it_again() {
    for mode in ["list-all", "per-assessment"] {
        let scratch = Scratch::new(&format!("azure-{mode}"));
        let server = Azure::start(Tenant::default());
        let settings = serde_json::json!({ "url": server.url(), "subscription_id": SUBSCRIPTION, "sub_assessments": mode, "profile": "elastic" });
        let calm = walk(&settings, &mut transport(&server, &scratch, Arc::default(), None));
        // Three of 25 have three findings each, and the run has a document of its own.
        assert!(calm.1.complete && calm.1.failed == 0 && calm.0.len() as u64 == calm.1.documents + 1, "{mode}: {calm:?}");
        assert!(calm.0.len() > 25, "{mode}: {calm:?}");

        let status = |status| Fault::Instead(Answer::json(status, "{}"));
        server.gzip(true);
        server.plan("/assessments?", [status(503), Fault::None, status(401), Fault::Cut(100), Fault::None, status(429)]);
        server.plan("/subAssessments?", [Fault::Cut(0), status(429), status(500), Fault::Slow(Duration::from_millis(100))]);
        server.plan("oauth2", [status(503)]);
        let redactor = Arc::new(Redactor::new([SECRET]));
        let recorder = Recorder::create(scratch.path(), redactor.clone()).expect("a recording");
        let troubled = walk(&settings, &mut transport(&server, &scratch, redactor, Some(recorder.clone())));
        assert_eq!(troubled, calm, "{mode}");
        assert_eq!(recorder.failure(), None);

        let text = fs::read_to_string(scratch.path().join("exchanges.json")).expect("a recording");
        let exchanges = read_exchanges(&text).expect("it is a recording");
        assert_eq!(exchanges.len() as u64, recorder.count());
        let recorded: HashMap<Target, _> = exchanges.into_iter().map(|exchange| (exchange.target, exchange.response)).collect();
        let mut replayed = one_by_one(|request| recorded.get(&Target::new("GET", &request.url)).cloned().ok_or_else(|| Failure::Refused(request.url.clone())));
        assert_eq!(walk(&settings, &mut replayed), calm, "{mode}");
    }
}
