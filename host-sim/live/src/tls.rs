//! Whom a connection trusts: the system's authorities, those of a file besides, or one certificate alone. There is no way to trust everybody.

use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

/// Why there is nobody to trust.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// Name a file of certificates.
    #[error("`{0}` holds no certificate that can be read: {1}")]
    File(String, String),
    /// It is not to happen.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] Error),
}

/// TLS 1.2 or newer, for a client. With a fingerprint, nobody is trusted but the certificate of this SHA-256, and what it has signed.
pub(crate) fn client(ca_file: Option<&Path>, fingerprint: Option<[u8; 32]>) -> Result<ClientConfig, TlsError> {
    let given = ca_file.map_or(Ok(Vec::new()), certificates)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    if let Some(fingerprint) = fingerprint {
        let pinned = Arc::new(Pinned { fingerprint, given, provider });
        return Ok(builder.dangerous().with_custom_certificate_verifier(pinned).with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    // A system without any is one where only those of the file are trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in given {
        roots.add(certificate)?;
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |why: String| TlsError::File(file.display().to_string(), why);
    let opened = std::fs::File::open(file).map_err(|error| wrong(error.to_string()))?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_reader_iter(BufReader::new(opened)).collect();
    match all {
        Ok(all) if all.is_empty() => Err(wrong("it has none".into())),
        Ok(all) => Ok(all),
        Err(error) => Err(wrong(error.to_string())),
    }
}

/// Trusts one certificate, that of the server or one that has signed it.
#[derive(Debug)]
struct Pinned {
    fingerprint: [u8; 32],
    /// It may be one of these, where the server does not show it.
    given: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Pinned {
    fn is_it(&self, certificate: &CertificateDer<'_>) -> bool {
        Sha256::digest(certificate).as_slice() == self.fingerprint
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.is_it(end_entity) {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        let it = intermediates.iter().chain(&self.given).find(|certificate| self.is_it(certificate));
        let it = it.ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        let mut roots = RootCertStore::empty();
        roots.add(it.clone().into_owned())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider)).build();
        let verifier = verifier.map_err(|error| Error::General(error.to_string()))?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
