//! Microsoft Entra and Azure Resource Manager behind one address, and the faults that are planned for them.

mod tenant;

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use self::tenant::Tenant;
use crate::authority::Authority;
use crate::http::{Answer, Asked};
use crate::server::Server;

/// Who may sign in, and with what.
pub const TENANT: &str = "11111111-2222-3333-4444-555555555555";
/// The application.
pub const CLIENT: &str = "66666666-7777-8888-9999-000000000000";
/// Its secret, with characters that look otherwise wherever they are encoded.
pub const SECRET: &str = "q8~Wv/3+\"pl\\anted=&x secr\u{e9}t";
/// The subscription that there is.
pub const SUBSCRIPTION: &str = "8e2c7a10-51d4-4c1f-9d33-6f0f5a7b2c01";

/// What is to happen to a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Another answer than the right one.
    Instead(Answer),
    /// The right answer, late.
    Slow(Duration),
    /// The right answer, of which so many bytes come before the connection is cut.
    Cut(usize),
    /// The right answer, with one more header.
    With(&'static str, String),
    /// The right answer: faults behind it come later.
    None,
}

/// Both services.
#[derive(Debug)]
pub struct Azure {
    server: Server,
    authority: Authority,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    tenant: Tenant,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The address that links lead to.
    base: String,
    plans: Vec<(String, VecDeque<Fault>)>,
    asked: Vec<Asked>,
    signed_in: Vec<Asked>,
    tokens: Vec<Issued>,
    lifetime: Duration,
    gzip: bool,
    under_way: usize,
    most_under_way: usize,
}

#[derive(Debug)]
struct Issued {
    token: String,
    ends: Instant,
}

impl Azure {
    /// Both, with an authority of their own.
    pub fn start(tenant: Tenant) -> Self {
        let authority = Authority::new();
        let inner = Inner {
            base: String::new(),
            plans: Vec::new(),
            asked: Vec::new(),
            signed_in: Vec::new(),
            tokens: Vec::new(),
            lifetime: Duration::from_secs(3_599),
            gzip: false,
            under_way: 0,
            most_under_way: 0,
        };
        let state = Arc::new(State { tenant, inner: Mutex::new(inner) });
        let answering = state.clone();
        let server = Server::start(Some(&authority), move |asked| answering.answer(asked));
        state.inner().base = format!("https://{}", server.address());
        Self { server, authority, state }
    }

    /// The address of both: the setting `url`, and `azure.authority`.
    pub fn url(&self) -> String {
        format!("https://{}", self.server.address())
    }

    /// Who signed its certificate, for servers beside it.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Writes the authority's certificate, for `ca_file`.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write_authority(&self, file: &Path) {
        fs::write(file, self.authority.pem()).expect("the file can be written");
    }

    /// What happens to the next requests whose target has this text in it, in their order.
    pub fn plan(&self, part: &str, faults: impl IntoIterator<Item = Fault>) {
        self.state.inner().plans.push((part.to_owned(), faults.into_iter().collect()));
    }

    /// Tokens are valid for so long from now on.
    pub fn tokens_live(&self, lifetime: Duration) {
        self.state.inner().lifetime = lifetime;
    }

    /// No token that was given is valid any more.
    pub fn revoke_tokens(&self) {
        self.state.inner().tokens.clear();
    }

    /// Whether bodies are compressed.
    pub fn gzip(&self, gzip: bool) {
        self.state.inner().gzip = gzip;
    }

    /// Forgets what it was asked for, and what was planned.
    pub fn forget(&self) {
        let mut inner = self.state.inner();
        inner.asked.clear();
        inner.signed_in.clear();
        inner.plans.clear();
    }

    /// What the resource manager was asked for.
    pub fn asked(&self) -> Vec<Asked> {
        self.state.inner().asked.clone()
    }

    /// What Entra was asked for.
    pub fn signed_in(&self) -> Vec<Asked> {
        self.state.inner().signed_in.clone()
    }

    /// All tokens that were given and are valid still.
    pub fn tokens(&self) -> Vec<String> {
        self.state.inner().tokens.iter().map(|issued| issued.token.clone()).collect()
    }

    /// The most requests that were under way at a time.
    pub fn most_at_once(&self) -> usize {
        self.state.inner().most_under_way
    }
}

impl State {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let is_sign_in = asked.path().contains("/oauth2/v2.0/token") || asked.path().ends_with("/metadata/identity/oauth2/token");
        let (fault, gzip) = {
            let mut inner = self.inner();
            let list = if is_sign_in { &mut inner.signed_in } else { &mut inner.asked };
            list.push(asked.clone());
            inner.under_way += 1;
            inner.most_under_way = inner.most_under_way.max(inner.under_way);
            let plan = inner.plans.iter_mut().find(|(part, faults)| !faults.is_empty() && asked.target.contains(part.as_str()));
            (plan.and_then(|(_, faults)| faults.pop_front()).unwrap_or(Fault::None), inner.gzip)
        };
        let mut answer = match fault {
            Fault::Instead(answer) => answer,
            fault => {
                let mut answer = if is_sign_in { self.sign_in(asked) } else { self.resource_manager(asked) };
                answer.gzip = gzip && !is_sign_in;
                match fault {
                    Fault::Slow(delay) => answer.delay = delay,
                    Fault::Cut(bytes) => answer.cut = Some(bytes),
                    Fault::With(name, value) => answer = answer.with(name, &value),
                    Fault::Instead(_) | Fault::None => {}
                }
                answer
            }
        };
        // What is slow is under way for as long.
        std::thread::sleep(std::mem::take(&mut answer.delay));
        self.inner().under_way -= 1;
        answer
    }

    fn sign_in(&self, asked: &Asked) -> Answer {
        let form = String::from_utf8_lossy(&asked.body).into_owned();
        let field = |name: &str| form.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name).map(|(_, value)| decoded(value));
        let refused = |code: u32, text: &str| {
            let body = format!(r#"{{"error":"invalid_client","error_description":"AADSTS{code}: {text}","error_codes":[{code}]}}"#);
            Answer::json(401, body)
        };
        let of_machine = asked.method == "GET" && asked.header("metadata") == Some("true");
        let is_assertion = field("client_assertion").is_some_and(|assertion| assertion.split('.').count() == 3);
        if !of_machine {
            if !asked.path().starts_with(&format!("/{TENANT}/")) {
                return refused(90002, "Tenant not found.");
            }
            if field("client_id").as_deref() != Some(CLIENT) || field("grant_type").as_deref() != Some("client_credentials") {
                return refused(700_016, "Application was not found in the directory.");
            }
            if field("client_secret").as_deref() != Some(SECRET) && !is_assertion {
                return refused(7_000_215, "Invalid client secret provided.");
            }
        }
        let mut inner = self.inner();
        // In three parts, as those of Entra are, and unlike any other.
        let token = format!("eyJ0eXAiOiJKV1QifQ.cGxhbnRlZCB0b2tlbg{}.c2lnbmF0dXJl", inner.signed_in.len());
        let ends = Instant::now() + inner.lifetime;
        inner.tokens.push(Issued { token: token.clone(), ends });
        let seconds = inner.lifetime.as_secs();
        let at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs() + seconds;
        // Entra says more than is needed, and the service of a machine says it as text.
        let body = if of_machine {
            format!(r#"{{"access_token":"{token}","expires_on":"{at}","resource":"x","token_type":"Bearer","client_id":"y","not_before":"0"}}"#)
        } else {
            format!(
                r#"{{"token_type":"Bearer","expires_in":{seconds},"ext_expires_in":{seconds},"refresh_in":{},"access_token":"{token}","more":[{{}}]}}"#,
                seconds / 2
            )
        };
        Answer::json(200, body)
    }

    fn resource_manager(&self, asked: &Asked) -> Answer {
        let base = {
            let inner = self.inner();
            let token = asked.header("authorization").and_then(|text| text.strip_prefix("Bearer "));
            let is_valid = inner.tokens.iter().any(|issued| Some(issued.token.as_str()) == token && issued.ends > Instant::now());
            if !is_valid {
                let body = r#"{"error":{"code":"ExpiredAuthenticationToken","message":"The access token expiry UTC time is earlier than current UTC time."}}"#;
                return Answer::json(401, body).with("www-authenticate", "Bearer error=\"invalid_token\"");
            }
            inner.base.clone()
        };
        match self.tenant.page(&asked.target, &base) {
            Some(body) => Answer { delay: self.tenant.delay, ..Answer::json(200, body) },
            None => Answer::json(404, r#"{"error":{"code":"ResourceNotFound","message":"Nobody has it."}}"#),
        }
    }
}

/// The text of a form's field.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                u8::from_str_radix(&digits, 16).unwrap_or(b'?')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
