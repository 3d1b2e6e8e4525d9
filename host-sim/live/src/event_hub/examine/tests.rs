//! A namespace that is signed in to, over TLS, as Azure has it: it has no port in a configuration, so this is tried in here.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use event_hub_broker::{Broker, Refusal};
use live_servers::azure::{CLIENT, SECRET, TENANT};
use live_servers::{Azure, Tenant};
use tokio::task::LocalSet;

use super::{Outcome, SignIn, opening, try_hub};
use crate::Secret;
use crate::config::{self, Cloud, Credential, EventHub, HubAccess, HubTransport, Start};
use crate::event_hub::service::Access;
use crate::redactor::Redactor;
use crate::tls;

struct Setup {
    entra: Azure,
    broker: Broker,
    folder: PathBuf,
    redactor: Arc<Redactor>,
}

impl Drop for Setup {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Setup {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("host-sim-hub-sign-in-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let entra = Azure::start(Tenant::default());
        entra.write_authority(&folder.join("ca.pem"));
        let broker = Broker::over_tls(entra.authority()).with_hub("hub", 2, &["$Default"]);
        broker.send("hub", 1, "{}");
        Self { entra, broker, folder, redactor: Arc::default() }
    }

    /// Tries the hub with this secret of the application.
    fn examine(&self, secret: &str) -> Vec<Outcome> {
        let ca_file = self.folder.join("ca.pem");
        let credential = Credential::ClientSecret { tenant_id: TENANT.into(), client_id: CLIENT.into(), client_secret: Secret::new(secret) };
        let authority = self.entra.url().parse().expect("an address");
        let azure = config::Azure { cloud: Cloud::Public, credential, authority, ca_file: Some(ca_file.clone()), proxy: None };
        let hub = EventHub {
            access: HubAccess::Namespace("localhost".into()),
            hub: "hub".into(),
            consumer_group: "$Default".into(),
            transport: HubTransport::Amqp,
            start: Start::Earliest,
            receive_count: 100,
            receive_wait: Duration::from_millis(200),
            checkpoints: None,
            balance_update: Duration::from_millis(200),
            balance_expire: Duration::from_secs(1),
        };
        let sign_in = SignIn { azure: Some(azure), redactor: Arc::clone(&self.redactor) };
        let access = opening::access(&hub, &sign_in, "test".into()).expect("it is complete");
        let trusted = tls::client(Some(&ca_file), None).expect("it holds a certificate");
        let access = Access { port: Some(self.broker.port()), tls: Some(Arc::new(trusted)), ..access };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut outcomes = Vec::new();
        LocalSet::new().block_on(&runtime, try_hub(&hub, access, &mut |trial| outcomes.push(trial.outcome)));
        outcomes
    }
}

#[test]
fn a_namespace_is_opened_with_a_token_of_the_application() {
    let setup = Setup::new();
    let works = |text: &str| Outcome::Works(text.into());
    assert_eq!(setup.examine(SECRET), [works("partitions: 2, messages: 1"), works("messages can be received")]);
    let (given, shown) = (setup.entra.tokens(), setup.broker.tokens());
    assert!(!shown.is_empty() && shown.iter().all(|token| given.contains(token)), "{shown:?}");
    assert!(shown.iter().all(|token| setup.redactor.text(token) == "[redacted]"), "what a server says of it is not told");
    let asked = setup.entra.signed_in().pop().expect("it signed in");
    let form = String::from_utf8(asked.body).expect("a form");
    assert!(form.contains("scope=https%3A%2F%2Feventhubs.azure.net%2F.default"), "{form}");

    setup.broker.plan(Refusal::Forbidden, 1);
    let role = "the hub refuses the token: Unauthorized access. 'Listen' claim(s) are required to perform this operation.; give the identity of `azure` the \
                role `Azure Event Hubs Data Receiver` on the hub or its namespace";
    assert_eq!(setup.examine(SECRET).last(), Some(&Outcome::Fails(role.into())));

    let [Outcome::Fails(text)] = &setup.examine("planted-wrong-secret")[..] else { panic!("it may not") };
    assert!(text.starts_with("no token could be obtained: ") && text.contains("AADSTS7000215") && !text.contains("planted-wrong"), "{text}");
}
