//! What a certificate signs in place of a secret: a JSON Web Token of a few minutes, signed with PS256, that names the certificate by its SHA-256.
//!
//! `azure_identity` would sign it with OpenSSL, which is not here.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use azure_core::Error;
use azure_core::error::ErrorKind;
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{RSA_PSS_SHA256, RsaKeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Certificate and key take a few kilobytes.
const LARGEST: u64 = 1 << 20;

/// Seconds that an assertion is valid for, and for which the clocks may differ.
const VALID: u64 = 600;
const SKEW: u64 = 60;

/// A certificate with its key.
pub(super) struct Certificate {
    key: RsaKeyPair,
    thumbprint: String,
    audience: String,
    client_id: String,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Certificate").field("thumbprint", &self.thumbprint).finish_non_exhaustive()
    }
}

impl Certificate {
    /// The first certificate of a file, and its key in PKCS#8 or PKCS#1.
    pub(super) fn read(file: &Path, audience: String, client_id: String) -> Result<Self, String> {
        let mut text = Vec::new();
        File::open(file).and_then(|file| file.take(LARGEST).read_to_end(&mut text)).map_err(|error| error.to_string())?;
        let read = Self::of(&text, audience, client_id);
        text.fill(0);
        read
    }

    fn of(text: &[u8], audience: String, client_id: String) -> Result<Self, String> {
        let certificate = CertificateDer::from_pem_slice(text).map_err(|_| "it has no certificate in PEM")?;
        let is_encrypted = text.windows(21).any(|window| window == b"ENCRYPTED PRIVATE KEY" || window == b"Proc-Type: 4,ENCRYPTE");
        if is_encrypted {
            return Err("its key is encrypted, and nobody is here to give a password".into());
        }
        let key = match PrivateKeyDer::from_pem_slice(text) {
            Ok(PrivateKeyDer::Pkcs8(key)) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            Ok(PrivateKeyDer::Pkcs1(key)) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            Ok(_) => return Err("its key cannot be used, and Microsoft Entra takes those of RSA".into()),
            Err(_) => return Err("it has no key in PEM, PKCS#8 or PKCS#1".into()),
        };
        let key = key.map_err(|error| format!("its key cannot be used, and Microsoft Entra takes those of RSA with 2,048 bits or more: {error}"))?;
        if !holds(&certificate, key.public().as_ref()) {
            return Err("its key is not the key of its first certificate".into());
        }
        Ok(Self { key, thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate)), audience, client_id })
    }

    fn sign(&self, now: u64) -> Result<String, ring::error::Unspecified> {
        let random = SystemRandom::new();
        let mut id = [0; 16];
        random.fill(&mut id)?;
        let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint });
        let claims = json!({
            "aud": self.audience,
            "iss": self.client_id,
            "sub": self.client_id,
            "jti": URL_SAFE_NO_PAD.encode(id),
            "iat": now,
            "nbf": now.saturating_sub(SKEW),
            "exp": now + VALID,
        });
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(&RSA_PSS_SHA256, &random, signed.as_bytes(), &mut signature)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// Whether a certificate has this key in it, both in DER. Else the first to notice would be Azure, which refuses to say why.
fn holds(certificate: &[u8], key: &[u8]) -> bool {
    certificate.windows(key.len()).any(|window| window == key)
}

#[async_trait]
impl ClientAssertion for Certificate {
    async fn secret(&self, _options: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.sign(now).map_err(|_| Error::with_message(ErrorKind::Credential, "cannot sign with the key of the certificate"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ring::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    use serde_json::{Value, json};
    use sha2::{Digest, Sha256};

    use super::Certificate;

    fn read(name: &str) -> Result<Certificate, String> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys").join(name);
        Certificate::read(&file, "https://login.test/t/oauth2/v2.0/token".into(), "app".into())
    }

    #[test]
    fn an_assertion_names_the_certificate_and_is_signed_with_its_key() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys/pkcs8.pem");
        let der = CertificateDer::from_pem_file(file).expect("a certificate");
        for name in ["pkcs8.pem", "pkcs1.pem"] {
            let certificate = read(name).expect("it is usable");
            let assertion = certificate.sign(1_795_740_300).expect("it signs");
            let parts: Vec<&str> = assertion.split('.').collect();
            let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64");
            let json = |part: &str| serde_json::from_slice::<Value>(&decode(part)).expect("json");
            let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(&der));
            assert_eq!(json(parts[0]), json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint }));
            let claims = json(parts[1]);
            for (claim, expected) in [
                ("aud", json!("https://login.test/t/oauth2/v2.0/token")),
                ("iss", json!("app")),
                ("sub", json!("app")),
                ("iat", json!(1_795_740_300)),
                ("nbf", json!(1_795_740_240)),
                ("exp", json!(1_795_740_900)),
            ] {
                assert_eq!(claims[claim], expected, "{claim}");
            }
            let public = certificate.key.public().as_ref().to_vec();
            let signed = format!("{}.{}", parts[0], parts[1]);
            UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, public).verify(signed.as_bytes(), &decode(parts[2])).expect("the signature is right");
            let other = certificate.sign(1_795_740_300).expect("it signs");
            assert_ne!(json(other.split('.').nth(1).expect("claims"))["jti"], claims["jti"], "no two are alike");
        }
    }

    #[test]
    fn what_cannot_sign_is_told_why() {
        for (name, part) in [
            ("elliptic.pem", "takes those of RSA"),
            ("encrypted.pem", "encrypted"),
            ("no-key.pem", "no key in PEM"),
            ("no-certificate.pem", "no certificate in PEM"),
            ("of-another.pem", "not the key of its first certificate"),
            ("missing.pem", "No such file"),
        ] {
            let why = read(name).map(drop).expect_err(name);
            assert!(why.contains(part), "{name}: {why}");
        }
        assert!(!format!("{:?}", read("pkcs8.pem")).contains("PRIVATE"));
    }
}
