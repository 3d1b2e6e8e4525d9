//! An authority of its own, which nobody else trusts, and a server's certificate that it has signed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// How many there were.
static NUMBER: AtomicUsize = AtomicUsize::new(1);

/// An authority that has signed a certificate for servers on this machine.
#[derive(Debug, Clone)]
pub struct Authority {
    pem: String,
    config: Arc<ServerConfig>,
}

impl Authority {
    /// A new one.
    ///
    /// # Panics
    /// If the cryptography does not do what it has to.
    pub fn new() -> Self {
        let key = || KeyPair::generate().expect("a key can be made");
        let mut params = CertificateParams::new(Vec::new()).expect("no names are right names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Whoever has the name of another one is taken for it.
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        params.distinguished_name.push(DnType::CommonName, format!("Authority {number} of {}", std::process::id()));
        let issuer = CertifiedIssuer::self_signed(params, key()).expect("it can be signed");
        let (names, own) = (["localhost".to_owned(), "127.0.0.1".to_owned()], key());
        let server = CertificateParams::new(names).expect("the names are right").signed_by(&own, &issuer).expect("it can be signed");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("the provider has them");
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.serialize_der()));
        let config = config.with_no_client_auth().with_single_cert(vec![server.der().clone()], private).expect("key and certificate fit");
        Self { pem: issuer.pem(), config: Arc::new(config) }
    }

    /// Its own certificate, for whoever is to trust it.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// What a server on this machine shows.
    pub fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
