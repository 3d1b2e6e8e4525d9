use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;

use async_trait::async_trait;
use azure_identity::Executor;
use live_servers::azure::{CLIENT, TENANT};
use live_servers::{Answer, Asked, Azure, Fault, Proxy, Tenant};
use url::Url;

use super::http::TokenClient;
use super::{Patience, Redactor, SignIn, SignInError};
use crate::azure::scratch;
use crate::config::{self, Cloud, Credential};

const SCOPE: &str = "https://management.azure.com/.default";

struct Setup {
    server: Azure,
    folder: PathBuf,
}

impl Drop for Setup {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Setup {
    fn new(name: &str) -> Self {
        let folder = scratch::folder(name);
        let server = Azure::start(Tenant::default());
        server.write_authority(&folder.join("ca.pem"));
        Self { server, folder }
    }

    fn sign_in(&self, credential: Credential) -> SignIn {
        let authority = Url::parse(&self.server.url()).expect("an address");
        let azure = config::Azure { cloud: Cloud::Public, credential, authority, ca_file: Some(self.folder.join("ca.pem")), proxy: None };
        SignIn::new(&azure, None, Patience { attempts: 1, ..Patience::default() }, Arc::new(Redactor::default())).expect("it is usable")
    }

    fn last(&self) -> Asked {
        self.server.signed_in().pop().expect("it signed in")
    }
}

async fn token(sign_in: &SignIn) -> Result<String, SignInError> {
    sign_in.token(&[SCOPE.to_owned()]).await.map(|token| token.expose().to_owned())
}

#[tokio::test]
async fn a_certificate_signs_in_and_is_read_again_each_time() {
    let setup = Setup::new("certificate");
    let keys = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/keys");
    let file = setup.folder.join("app.pem.used");
    fs::copy(keys.join("pkcs1.pem"), &file).expect("it can be copied");
    let credential = Credential::ClientCertificate { tenant_id: TENANT.into(), client_id: CLIENT.into(), certificate_file: file.clone() };
    let sign_in = setup.sign_in(credential);
    assert_eq!(token(&sign_in).await, Ok(setup.server.tokens()[0].clone()));
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&setup.last().body).into_owned().collect();
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default();
    assert_eq!(field("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert_eq!(field("client_assertion").split('.').count(), 3);
    assert!(field("client_secret").is_empty());

    fs::write(&file, "nothing").expect("it can be written");
    let used = crate::Secret::new(setup.server.tokens()[0].clone());
    let why = sign_in.instead_of(&used, &[SCOPE.to_owned()]).await.map(drop).expect_err("there is no certificate any more").to_string();
    assert!(why.starts_with("cannot sign in with `credential: client-certificate`: cannot use `certificate_file`, `"), "{why}");
}

#[tokio::test]
async fn a_secret_in_a_file_is_read_again_when_a_token_is_not_taken_any_more() {
    let setup = Setup::new("rotated");
    let file = setup.folder.join("secret");
    fs::write(&file, "old").expect("it can be written");
    let secret = crate::Secret::of("old".into(), vec![crate::secret::Piece::File(file.clone())]);
    let sign_in = setup.sign_in(Credential::ClientSecret { tenant_id: TENANT.into(), client_id: CLIENT.into(), client_secret: secret.clone() });
    assert!(matches!(token(&sign_in).await, Err(SignInError::Refused { why, .. }) if why.contains("AADSTS7000215")));
    fs::write(&file, format!("{}\n", live_servers::azure::SECRET)).expect("it can be written");
    let sign_in = setup.sign_in(Credential::ClientSecret { tenant_id: TENANT.into(), client_id: CLIENT.into(), client_secret: secret });
    assert!(token(&sign_in).await.is_ok());
}

#[tokio::test]
async fn a_workload_signs_in_with_the_token_of_its_cluster() {
    let setup = Setup::new("workload");
    let file = setup.folder.join("federated");
    fs::write(&file, "a.b.c").expect("it can be written");
    let mut sign_in = setup.sign_in(Credential::WorkloadIdentity { tenant_id: Some(TENANT.into()), client_id: Some(CLIENT.into()) });
    sign_in.kind.token_file = Some(file);
    assert_eq!(token(&sign_in).await, Ok(setup.server.tokens()[0].clone()));
    assert!(String::from_utf8_lossy(&setup.last().body).contains("client_assertion=a.b.c&"));

    let without = setup.sign_in(Credential::WorkloadIdentity { tenant_id: Some(TENANT.into()), client_id: Some(CLIENT.into()) });
    assert!(matches!(token(&without).await, Err(SignInError::Refused { credential: "workload-identity", why }) if why.contains("no token file specified")));
}

#[tokio::test]
async fn a_machine_is_asked_for_its_own_token() {
    // What is at 169.254.169.254 is played by a server that takes whole addresses, as proxies do. Nothing but this client goes through it.
    let setup = Setup::new("machine");
    let body = r#"{"access_token":"of-the-machine","expires_on":"4000000000","resource":"https://management.azure.com","token_type":"Bearer"}"#;
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let keeping = asked.clone();
    let service = live_servers::Server::start(None, move |request| {
        keeping.lock().expect("nobody panics").push(request.clone());
        Answer::json(200, body)
    });
    let through = reqwest::Proxy::http(format!("http://{}", service.address())).expect("a proxy");
    let mut sign_in = setup.sign_in(Credential::ManagedIdentity { client_id: Some(CLIENT.into()) });
    let client = reqwest::Client::builder().tls_backend_preconfigured(crate::tls::client(Some(&setup.folder.join("ca.pem")), None).expect("it is usable"));
    sign_in.kind.client = Arc::new(TokenClient(client.proxy(through).build().expect("a client")));
    assert_eq!(token(&sign_in).await.as_deref(), Ok("of-the-machine"));
    assert_eq!(token(&sign_in).await.as_deref(), Ok("of-the-machine"));
    let asked = asked.lock().expect("nobody panics");
    assert_eq!(asked.len(), 1, "it is kept");
    let target =
        format!("http://169.254.169.254/metadata/identity/oauth2/token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com&client_id={CLIENT}");
    assert_eq!((asked[0].target.as_str(), asked[0].header("metadata")), (target.as_str(), Some("true")));
}

#[test]
fn no_proxy_leads_to_the_service_of_a_machine() {
    let setup = Setup::new("machine-proxy");
    let proxy = Proxy::start(None);
    let url = Url::parse(&format!("http://{}", proxy.address())).expect("an address");
    let authority = Url::parse(&setup.server.url()).expect("an address");
    let azure = config::Azure {
        cloud: Cloud::Public,
        credential: Credential::ManagedIdentity { client_id: None },
        authority,
        ca_file: Some(setup.folder.join("ca.pem")),
        proxy: Some(config::Proxy::At { url, user: None }),
    };
    let client = crate::azure::client::for_machine(&azure).expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let status = runtime.block_on(async { client.get(setup.server.url()).send().await.map(|response| response.status().as_u16()) });
    assert_eq!((status.ok(), proxy.asked().len()), (Some(401), 0));
}

/// Runs a command with other programs in its way.
#[derive(Debug)]
struct With(PathBuf);

#[async_trait]
impl Executor for With {
    async fn run(&self, program: &OsStr, arguments: &[&OsStr]) -> io::Result<Output> {
        std::process::Command::new(program).args(arguments).env("PATH", &self.0).output()
    }
}

#[tokio::test]
async fn the_azure_cli_is_asked_for_the_token_of_whoever_is_signed_in() {
    let setup = Setup::new("cli");
    let program = setup.folder.join("az");
    let play = |script: &str| {
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("it can be written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("it can be changed");
        let mut sign_in = setup.sign_in(Credential::AzureCli { tenant_id: Some(TENANT.into()) });
        sign_in.kind.executor = Some(Arc::new(With(setup.folder.clone())));
        sign_in
    };
    let said = format!(
        r#"[ "$*" = "account get-access-token -o json --scope {SCOPE} --tenant {TENANT}" ] || exit 9; echo '{{"accessToken":"of-the-cli","expires_on":4000000000,"tokenType":"Bearer"}}'"#
    );
    assert_eq!(token(&play(&said)).await.as_deref(), Ok("of-the-cli"));
    let error = token(&play("echo 'Please run: az login' >&2; exit 1")).await.expect_err("nobody is signed in");
    assert_eq!(error.to_string(), "cannot sign in with `credential: azure-cli`: Please run: az login");
    let mut missing = setup.sign_in(Credential::AzureCli { tenant_id: None });
    missing.kind.executor = Some(Arc::new(With(setup.folder.join("nowhere"))));
    assert!(token(&missing).await.is_err_and(|error| error.to_string().contains("az not found on PATH")));
}

#[tokio::test]
async fn all_who_wait_get_the_token_that_one_of_them_asked_for() {
    let setup = Setup::new("together");
    setup.server.plan("oauth2", [Fault::Slow(std::time::Duration::from_millis(200))]);
    let secret = crate::Secret::new(live_servers::azure::SECRET);
    let sign_in = Arc::new(setup.sign_in(Credential::ClientSecret { tenant_id: TENANT.into(), client_id: CLIENT.into(), client_secret: secret }));
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let sign_in = sign_in.clone();
            tokio::spawn(async move { token(&sign_in).await })
        })
        .collect();
    for task in tasks {
        assert!(task.await.expect("it ends").is_ok());
    }
    assert_eq!(setup.server.signed_in().len(), 1);
}
