//! Whom it sends to, through what, and what nobody else learns of it.

use std::sync::Arc;

use host_sim_live::Secret;
use host_sim_live::config::{ApiKey, Elasticsearch, Login, Proxy};
use host_sim_live::elastic::Cluster;
use host_sim_runtime::flow::{Fate, Sink, SinkError};

use live_servers::bulk::{BulkEndpoint, Reply, said};

use crate::support::{items, settings, sink};

const KEY: &str = "planted-id:planted-key";

fn with_key(settings: Elasticsearch, key: &str) -> Elasticsearch {
    Elasticsearch { login: Some(Login::ApiKey(ApiKey(Secret::new(key)))), ..settings }
}

#[test]
fn credentials_go_where_they_belong_and_into_no_text() {
    let endpoint = BulkEndpoint::start(|asked| if asked.number == 0 { Reply::Store } else { said(401, &[("www-authenticate", "ApiKey")]) });
    let address = endpoint.address.as_str();
    let (key, cluster) = sink(with_key(settings(&[address]), KEY));
    key.put(&items(1)).expect("it is stored");
    let closed = key.put(&items(1)).expect_err("it is refused");
    let basic = Login::Basic { username: "elastic".into(), password: Secret::new("planted:password") };
    let (user, of_user) = sink(Elasticsearch { login: Some(basic), ..settings(&[address]) });
    let refused = user.put(&items(1)).expect_err("it is refused");
    let headers: Vec<String> = endpoint.asked().iter().map(|asked| asked.headers["authorization"].clone()).collect();
    let expected = ["ApiKey cGxhbnRlZC1pZDpwbGFudGVkLWtleQ==", "Basic ZWxhc3RpYzpwbGFudGVkOnBhc3N3b3Jk"];
    assert_eq!(headers, [expected[0], expected[0], expected[1]]);
    let texts = format!("{key:?} {cluster:?} {closed} {closed:?} {user:?} {of_user:?} {refused} {refused:?} {:?}", cluster.trouble());
    for secret in ["planted", "cGxhbnRlZ", "ZWxhc3RpYzp"] {
        assert!(!texts.contains(secret), "{texts}");
    }
    match Cluster::new(with_key(settings(&["http://198.51.100.1:9200"]), KEY)) {
        Err(error) => assert!(error.to_string().ends_with("credentials would go to `http://198.51.100.1:9200/` without encryption"), "{error}"),
        Ok(_) => panic!("it is no loopback address"),
    }
}

#[test]
fn https_goes_through_the_proxy_and_what_stays_on_this_machine_does_not() {
    let proxy = BulkEndpoint::start(|_| said(407, &[("proxy-authenticate", "Basic")]));
    let endpoint = BulkEndpoint::start(|_| Reply::Store);
    let through = Proxy::At { url: proxy.address.parse().expect("a URL"), user: Some(("me".into(), Secret::new("planted"))) };
    let with_proxy = |address: &str| with_key(Elasticsearch { proxy: Some(through.clone()), ..settings(&[address]) }, KEY);
    let (near, _) = sink(with_proxy(&endpoint.address));
    assert_eq!(near.put(&items(1)).expect("it is stored"), [Fate::Stored]);
    assert_eq!(proxy.asked().len(), 0, "else the proxy would read the key");

    let (far, cluster) = sink(with_proxy("https://es.test:9243"));
    assert!(matches!(far.put(&items(1)), Err(SinkError::Busy { .. })));
    let asked = &proxy.asked()[0];
    assert_eq!((asked.line.as_str(), asked.headers["proxy-authorization"].as_str()), ("CONNECT es.test:9243 HTTP/1.1", "Basic bWU6cGxhbnRlZA=="));
    assert!(!asked.headers.contains_key("authorization"));
    let texts = format!("{far:?} {cluster:?} {:?}", cluster.trouble());
    assert!(texts.contains("`https://es.test:9243` cannot be reached") && !texts.contains("planted") && !texts.contains("bWU6"), "{texts}");
}

#[test]
fn a_certificate_is_trusted_by_its_authority_or_by_its_fingerprint() {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    use sha2::{Digest, Sha256};

    let authority = |name: &str| {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let certificate = params.self_signed(&key).expect("it is signed");
        (certificate, Issuer::new(params, key))
    };
    let (certificate, issuer) = authority("ours");
    let (stranger, _) = authority("stranger");
    let server = |names: &[&str]| {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).expect("names");
        let own = params.signed_by(&key, &issuer).expect("it is signed");
        let chain = vec![own.der().clone(), certificate.der().clone()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
        let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = config.with_no_client_auth().with_single_cert(chain, key).expect("they belong together");
        (BulkEndpoint::with_tls(config, |_| Reply::Store), own)
    };
    let (right, own) = server(&["127.0.0.1", "localhost"]);
    let (misnamed, _) = server(&["elsewhere.test"]);
    let folder = std::env::temp_dir().join(format!("host-sim-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("writable");
    let file = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("writable");
        Some(path)
    };
    let (ours, other) = (file("ours.pem", certificate.pem()), file("other.pem", stranger.pem()));
    let print = |certificate: &rcgen::Certificate| Some(<[u8; 32]>::from(Sha256::digest(certificate.der())));
    let check = |endpoint: &BulkEndpoint, ca_file: &Option<std::path::PathBuf>, ca_fingerprint: Option<[u8; 32]>, trouble: Option<&str>| {
        let settings = Elasticsearch { ca_file: ca_file.clone(), ca_fingerprint, ..settings(&[&endpoint.address]) };
        let (sink, cluster) = sink(with_key(settings, KEY));
        let fates = sink.put(&items(1));
        match trouble {
            None => assert_eq!(fates.expect("it is trusted"), [Fate::Stored]),
            Some(trouble) => {
                assert!(matches!(fates, Err(SinkError::Busy { .. })), "{fates:?}");
                let text = cluster.trouble().expect("it says why");
                assert!(text.contains(trouble), "{text}");
            }
        }
    };
    check(&right, &ours, None, None);
    check(&right, &None, print(&certificate), None);
    check(&right, &None, print(&own), None);
    check(&right, &ours, print(&certificate), None);
    check(&right, &None, None, Some("UnknownIssuer"));
    check(&right, &other, None, Some("UnknownIssuer"));
    check(&right, &None, print(&stranger), Some("UnknownIssuer"));
    check(&right, &ours, print(&stranger), Some("UnknownIssuer"));
    for (ca_file, print) in [(&ours, None), (&None, print(&certificate))] {
        check(&misnamed, ca_file, print, Some("not valid for name"));
    }
    let broken = Elasticsearch { ca_file: file("broken.pem", "nothing".into()), ..settings(&[&right.address]) };
    assert!(Cluster::new(broken).expect_err("there is none").to_string().contains("broken.pem` holds no certificate that can be read"));
    assert_eq!(misnamed.asked().len(), 0, "nothing is sent to whom nobody trusts");
    std::fs::remove_dir_all(&folder).expect("removable");
}
