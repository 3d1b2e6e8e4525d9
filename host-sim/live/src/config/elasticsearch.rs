//! Elasticsearch as an output.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::address::{address, is_loopback};
use super::names;
use super::proxy::{self, Proxy};
use super::section::Section;
use super::units::Mistake;
use crate::Secret;

pub(super) const KEYS: [&str; 15] = [
    "hosts",
    "cloud_id",
    "api_key",
    "username",
    "password",
    "ca_file",
    "ca_fingerprint",
    "proxy",
    "gzip",
    "bulk_bytes",
    "bulk_documents",
    "workers",
    "pipeline",
    "add",
    "kibana",
];

/// Elasticsearch, and how documents are brought to it.
#[derive(Debug, Clone)]
pub struct Elasticsearch {
    /// Its nodes.
    pub hosts: Vec<Url>,
    /// Who signs in; `None` is nobody.
    pub login: Option<Login>,
    /// What is trusted besides the system's authorities.
    pub ca_file: Option<PathBuf>,
    /// The SHA-256 of a certificate that is trusted.
    pub ca_fingerprint: Option<[u8; 32]>,
    /// What requests go through.
    pub proxy: Option<Proxy>,
    /// Whether bodies are compressed.
    pub gzip: bool,
    /// Bytes of a body before it is compressed.
    pub bulk_bytes: u64,
    /// Documents of a body.
    pub bulk_documents: usize,
    /// Bodies under way.
    pub workers: usize,
    /// The ingest pipeline; `_none` is none, `None` what the index says.
    pub pipeline: Option<String>,
    /// Whether documents get `event.ingested`.
    pub add_ingested: bool,
    /// Whether documents get `agent.*`.
    pub add_agent: bool,
    /// Kibana, for what is set up there.
    pub kibana: Option<Kibana>,
}

impl Elasticsearch {
    /// These nodes, and what holds where nothing else is said.
    pub fn at(hosts: Vec<Url>) -> Self {
        Self {
            hosts,
            login: None,
            ca_file: None,
            ca_fingerprint: None,
            proxy: None,
            gzip: true,
            bulk_bytes: 5 << 20,
            bulk_documents: 1_000,
            workers: 2,
            pipeline: None,
            add_ingested: false,
            add_agent: false,
            kibana: None,
        }
    }
}

/// Who signs in.
#[derive(Debug, Clone)]
pub enum Login {
    /// An API key.
    ApiKey(ApiKey),
    /// A user.
    Basic {
        /// Its name.
        username: String,
        /// Its password.
        password: Secret,
    },
}

/// An API key, as it was given: `id:key`, or base64 of that.
#[derive(Debug, Clone)]
pub struct ApiKey(pub Secret);

impl ApiKey {
    /// What stands behind `ApiKey` in the header.
    pub fn encoded(&self) -> Secret {
        let key = self.0.expose();
        if key.contains(':') { Secret::new(STANDARD.encode(key)) } else { self.0.clone() }
    }
}

/// Kibana.
#[derive(Debug, Clone)]
pub struct Kibana {
    /// Where it is.
    pub host: Url,
    /// Who signs in; without one it is who signs in to Elasticsearch.
    pub api_key: Option<ApiKey>,
    /// The space.
    pub space: Option<String>,
}

/// Reads a section `elasticsearch`.
pub(super) fn read(section: &Section<'_>) -> Option<Elasticsearch> {
    let cloud = section.converted("cloud_id", cloud_id);
    let default = Elasticsearch::at(hosts(section, cloud.as_ref()));
    let login = login(section, &default.hosts);
    let ca_file = section.pem("ca_file", &["BEGIN CERTIFICATE-----"]);
    let ca_fingerprint = section.converted("ca_fingerprint", fingerprint);
    let kibana = section.section("kibana", &["host", "api_key", "space"]);
    let kibana = match kibana {
        Some(kibana) => Some(read_kibana(&kibana, cloud.and_then(|cloud| cloud.kibana))?),
        None => None,
    };
    let add = added(section);
    let count = |key, most, default: usize| usize::try_from(section.integer(key, 1..=most, default as u64)).unwrap_or(default);
    Some(Elasticsearch {
        login,
        ca_file,
        ca_fingerprint,
        proxy: proxy::read(section),
        gzip: section.switch("gzip", default.gzip),
        bulk_bytes: section.size("bulk_bytes", 1024..=100 << 20, default.bulk_bytes),
        bulk_documents: count("bulk_documents", 100_000, default.bulk_documents),
        workers: count("workers", 64, default.workers),
        pipeline: section.checked("pipeline", names::pipeline),
        add_ingested: add.contains(&Added::Ingested),
        add_agent: add.contains(&Added::Agent),
        kibana,
        ..default
    })
}

fn hosts(section: &Section<'_>, cloud: Option<&CloudId>) -> Vec<Url> {
    match (section.has("hosts"), section.has("cloud_id")) {
        (true, true) => section.error("cloud_id", "`cloud_id` and `hosts` exclude each other", "`cloud_id` says where the hosts are; remove one of them"),
        (false, false) => {
            section.missing("hosts", "it says where Elasticsearch is", "write `hosts: [\"https://localhost:9200\"]`, or the `cloud_id` of a deployment")
        }
        (true, false) if section.list("hosts").is_empty() && matches!(section.find("hosts").map(|entry| entry.node.kind()), Some("a list")) => {
            section.error("hosts", "`hosts` is empty", "write `hosts: [\"https://localhost:9200\"]`");
        }
        _ => {}
    }
    let mut hosts: Vec<Url> = cloud.map(|cloud| cloud.elasticsearch.clone()).into_iter().collect();
    for words in section.texts("hosts") {
        match address(&words.text) {
            Ok(host) if hosts.contains(&host) => section.reader.mistake("hosts", &words, ("is given again", String::new())),
            Ok(host) => hosts.push(host),
            Err(mistake) => section.reader.mistake("hosts", &words, mistake),
        }
    }
    hosts
}

fn login(section: &Section<'_>, hosts: &[Url]) -> Option<Login> {
    let (key, user, password) = (section.has("api_key"), section.has("username"), section.has("password"));
    if key && (user || password) {
        let other = if user { "username" } else { "password" };
        section.error(other, format!("`{other}` and `api_key` exclude each other"), "an API key is enough; remove one of them");
    }
    if user && !password {
        section.missing("password", "`username` needs it", "");
    }
    if password && !user {
        section.missing("username", "`password` needs it", "");
    }
    if let Some(host) = hosts.iter().find(|host| host.scheme() == "http" && !is_loopback(host)).filter(|_| key || user) {
        section.error("hosts", format!("credentials would go to `{host}` without encryption"), "use `https`");
    }
    let username = section.words("username").map(|words| words.text);
    let password = section.secret("password");
    match section.secret("api_key") {
        Some(secret) => Some(Login::ApiKey(ApiKey(secret))),
        None => Some(Login::Basic { username: username?, password: password? }),
    }
}

fn read_kibana(section: &Section<'_>, of_cloud: Option<Url>) -> Option<Kibana> {
    let host = if section.has("host") { section.converted("host", address) } else { of_cloud };
    if host.is_none() && !section.has("host") {
        section.missing("host", "it says where Kibana is", "write `host: https://localhost:5601`");
    }
    let api_key = section.secret("api_key").map(ApiKey);
    let space = section.checked("space", names::space);
    Some(Kibana { host: host?, api_key, space })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Added {
    Ingested,
    Agent,
}

fn added(section: &Section<'_>) -> Vec<Added> {
    let mut added = Vec::new();
    for words in section.texts("add") {
        match words.text.as_str() {
            "event.ingested" => added.push(Added::Ingested),
            "agent" => added.push(Added::Agent),
            _ => section.reader.mistake("add", &words, ("cannot be added", "`event.ingested` and `agent` can".to_owned())),
        }
    }
    added
}

fn fingerprint(text: &str) -> Result<[u8; 32], Mistake> {
    let digits: Vec<u32> = text.chars().filter(|character| *character != ':').map_while(|character| character.to_digit(16)).collect();
    let all = text.chars().filter(|character| *character != ':').count();
    let bytes: Vec<u8> = digits.chunks(2).filter_map(|pair| u8::try_from(pair.iter().fold(0, |value, digit| value * 16 + digit)).ok()).collect();
    match (all, <[u8; 32]>::try_from(bytes)) {
        (64, Ok(bytes)) => Ok(bytes),
        _ => Err(("is no fingerprint", "it is the SHA-256 of a certificate: 64 hexadecimal digits, with or without colons".to_owned())),
    }
}

/// Where a deployment is.
#[derive(Debug, PartialEq, Eq)]
struct CloudId {
    elasticsearch: Url,
    kibana: Option<Url>,
}

fn cloud_id(text: &str) -> Result<CloudId, Mistake> {
    let wrong = || ("is no cloud id", "copy it from the deployment's page; it is a name, a colon, and base64".to_owned());
    let decoded = STANDARD.decode(text.rsplit(':').next().unwrap_or_default()).map_err(|_| wrong())?;
    let decoded = String::from_utf8(decoded).map_err(|_| wrong())?;
    let mut parts = decoded.split('$');
    let host = parts.next().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
    let (host, port) = host.rsplit_once(':').unwrap_or((host, "443"));
    let at = |part: &str| {
        let (id, port) = part.rsplit_once(':').unwrap_or((part, port));
        address(&format!("https://{id}.{host}:{port}")).ok()
    };
    let elasticsearch = parts.next().filter(|id| !id.is_empty()).and_then(at).ok_or_else(wrong)?;
    Ok(CloudId { elasticsearch, kibana: parts.next().filter(|id| !id.is_empty() && *id != "undefined").and_then(at) })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::{ApiKey, cloud_id, fingerprint};
    use crate::Secret;

    #[test]
    fn a_key_with_a_colon_is_encoded() {
        for (given, expected) in [("id:key", "aWQ6a2V5"), ("aWQ6a2V5", "aWQ6a2V5")] {
            assert_eq!(ApiKey(Secret::new(given)).encoded().expose(), expected);
        }
    }

    #[test]
    fn a_cloud_id_says_where_hosts_are() {
        let check = |decoded: &str, elasticsearch: &str, kibana: Option<&str>| {
            let id = cloud_id(&format!("name:{}", STANDARD.encode(decoded))).expect("it is one");
            assert_eq!((id.elasticsearch.as_str(), id.kibana.as_ref().map(url::Url::as_str)), (elasticsearch, kibana));
        };
        check("eu.cloud.test$es1$kb1", "https://es1.eu.cloud.test/", Some("https://kb1.eu.cloud.test/"));
        check("eu.cloud.test:9243$es1", "https://es1.eu.cloud.test:9243/", None);
        for bad in ["", "name:", "name:!", "name:YQ=="] {
            assert!(cloud_id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fingerprint_has_32_bytes() {
        assert_eq!(fingerprint(&"aB".repeat(32)), Ok([0xab; 32]));
        assert_eq!(fingerprint(&["0f"; 32].join(":")), Ok([0x0f; 32]));
        for bad in ["", "ab", &"ag".repeat(32), &"ab".repeat(33)] {
            assert!(fingerprint(bad).is_err(), "{bad}");
        }
    }
}
