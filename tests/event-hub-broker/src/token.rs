//! Tokens: shared access signatures are checked, others are taken for what they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// Whether a token opens a namespace with this key.
pub(crate) fn is_right(token: &str, key: &str) -> bool {
    // What Microsoft Entra gives is not looked into.
    if token.starts_with("ey") {
        return true;
    }
    let Some(fields) = token.strip_prefix("SharedAccessSignature ") else { return false };
    let field = |name: &str| fields.split('&').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    let (Some(resource), Some(signature), Some(ends)) = (field("sr"), field("sig"), field("se")) else { return false };
    let Some(signature) = decoded(signature).and_then(|text| STANDARD.decode(text).ok()) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    hmac::verify(&key, format!("{resource}\n{ends}").as_bytes(), &signature).is_ok()
}

/// A text without its percent encoding.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::is_right;

    #[test]
    fn a_signature_is_of_its_key() {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"planted-key");
        use base64::Engine as _;
        let signature = base64::engine::general_purpose::STANDARD.encode(ring::hmac::sign(&key, b"sb%3a%2f%2fx\n99"));
        let signature = signature.replace('+', "%2b").replace('/', "%2F").replace('=', "%3d");
        let token = format!("SharedAccessSignature sr=sb%3a%2f%2fx&sig={signature}&se=99&skn=test");
        assert!(is_right(&token, "planted-key"));
        assert!(!is_right(&token, "another-key"));
        assert!(!is_right(&token.replace("se=99", "se=98"), "planted-key"));
        assert!(is_right("eyJ0", "planted-key") && !is_right("", "planted-key"));
    }
}
