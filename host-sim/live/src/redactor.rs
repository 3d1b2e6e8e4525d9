//! Takes secrets out of what is written down, in all the forms in which they may come back: as they are, percent-encoded, JSON-escaped, in base64.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// What stands for a secret.
const REDACTED: &str = "[redacted]";

/// A signature in a query may stand in a URL that is followed again, where brackets would be another URL.
const SIGNATURE: &str = "redacted";

/// Less than this could be anything.
const SHORTEST: usize = 4;

/// Tokens that are looked for; older ones are not valid any more.
const TOKENS: usize = 16;

/// Knows secrets, and learns the tokens that are got with them.
#[derive(Default)]
pub struct Redactor {
    /// Longest first, so that none leaves the rest of another one.
    secrets: RwLock<Vec<String>>,
    tokens: RwLock<VecDeque<Vec<String>>>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Redactor").finish_non_exhaustive()
    }
}

impl Redactor {
    /// One that knows these.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let redactor = Self::default();
        redactor.know(secrets);
        redactor
    }

    /// Looks for these as well, for good.
    pub fn know<'a>(&self, secrets: impl IntoIterator<Item = &'a str>) {
        let mut known = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(secrets.into_iter().flat_map(forms));
        known.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        known.dedup();
    }

    /// Looks for this as well from now on.
    pub(crate) fn learn(&self, secret: &str) {
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        let forms = forms(secret);
        if !tokens.contains(&forms) {
            tokens.push_back(forms);
        }
        while tokens.len() > TOKENS {
            tokens.pop_front();
        }
    }

    /// The text without secrets.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.clean(text, |form| Cow::Borrowed(form))
    }

    /// `like` brings a secret into the form that the text has.
    fn clean<'a>(&self, text: &'a str, like: fn(&str) -> Cow<'_, str>) -> Cow<'a, str> {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        let tokens = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        let mut clean = Cow::Borrowed(text);
        for form in secrets.iter().chain(tokens.iter().flatten()) {
            let form = like(form);
            if clean.contains(&*form) {
                clean = Cow::Owned(clean.replace(&*form, REDACTED));
            }
        }
        match without_signatures(&clean) {
            Some(text) => Cow::Owned(text),
            None => clean,
        }
    }

    /// Bytes without secrets. What is no text is looked through as well.
    pub(crate) fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if let Ok(text) = str::from_utf8(bytes) {
            return match self.text(text) {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            };
        }
        // A character a byte, so that whatever stands between bytes that are no text is found.
        let text: String = bytes.iter().copied().map(char::from).collect();
        let clean = self.clean(&text, |form| Cow::Owned(form.bytes().map(char::from).collect()));
        Cow::Owned(clean.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect())
    }
}

/// How a secret may look where it comes back.
fn forms(secret: &str) -> Vec<String> {
    if secret.len() < SHORTEST {
        return Vec::new();
    }
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned();
    let mut forms = vec![secret.to_owned(), json.replace('/', "\\/"), json];
    // All that has to be encoded; as forms are sent; and as addresses leave what may stand in them.
    for kept in ["-._~", "*-._", "-._~!$&'()*+,;=:@/?"] {
        for digits in [b"0123456789ABCDEF", b"0123456789abcdef"] {
            let encoded = percent(secret, kept, digits);
            forms.extend([encoded.replace("%20", "+"), encoded]);
        }
    }
    // Where it begins in what is encoded decides what it looks like; its first and last characters depend on what is beside it.
    for offset in 0..3_usize {
        let mut bytes = vec![0; offset];
        bytes.extend_from_slice(secret.as_bytes());
        for text in [STANDARD.encode(&bytes), URL_SAFE.encode(&bytes)] {
            let skipped = [0, 2, 3][offset];
            let whole = text.trim_end_matches('=').len();
            let end = if bytes.len().is_multiple_of(3) { whole } else { whole - 1 };
            forms.push(text.get(skipped..end).unwrap_or_default().to_owned());
        }
    }
    forms.retain(|form| form.len() >= SHORTEST);
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

/// Percent-encoded but for letters, digits and these.
fn percent(text: &str, kept: &str, digits: &[u8; 16]) -> String {
    let digit = |number: u8| digits.get(usize::from(number)).copied().map_or('?', char::from);
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

/// The text without the signatures of shared access, which are secrets that nobody told us; `None` where there are none.
fn without_signatures(text: &str) -> Option<String> {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("sig=") {
        let (before, signature) = rest.split_at(at + "sig=".len());
        clean.push_str(before);
        rest = signature;
        if before.strip_suffix("sig=").is_some_and(|before| before.ends_with(['?', '&', ';']) || before.ends_with("\\u0026")) {
            let end = signature.find(|character: char| !(character.is_ascii_alphanumeric() || "%+/=-_.~".contains(character))).unwrap_or(signature.len());
            clean.push_str(SIGNATURE);
            rest = signature.get(end..).unwrap_or_default();
        }
    }
    if clean.is_empty() {
        return None;
    }
    clean.push_str(rest);
    Some(clean)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::Redactor;

    const SECRET: &str = "aB~3/\\+\"q? \u{e9}=&x.Q8";

    fn is_clean(redactor: &Redactor, text: &str) {
        let clean = redactor.text(text);
        assert!(clean.contains("[redacted]"), "{text} became {clean}");
        // No run of letters that only the secret has.
        for part in [SECRET, "x.Q8", "aB~3"] {
            assert!(!clean.contains(part), "{text} became {clean}");
        }
    }

    #[test]
    fn a_secret_is_found_in_all_its_forms() {
        let redactor = Redactor::new([SECRET, "abc", ""]);
        is_clean(&redactor, &format!("a {SECRET} b"));
        is_clean(&redactor, &serde_json::json!({ "a": SECRET }).to_string());
        is_clean(&redactor, &serde_json::json!({ "a": SECRET }).to_string().replace('/', "\\/"));
        let form = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>();
        is_clean(&redactor, &form);
        is_clean(&redactor, &form.replace('+', "%20"));
        is_clean(
            &redactor,
            &form
                .replace("%2F", "%2f")
                .replace("%5C", "%5c")
                .replace("%2B", "%2b")
                .replace("%3F", "%3f")
                .replace("%C3%A9", "%c3%a9")
                .replace("%3D", "%3d")
                .replace("%7E", "%7e"),
        );
        assert_eq!(redactor.text("abc"), "abc", "three letters could be anything");
    }

    #[test]
    fn a_secret_is_found_in_base64_wherever_it_begins() {
        let redactor = Redactor::new([SECRET]);
        for before in ["", "u", "us", "user:"] {
            for after in ["", "\n", "more"] {
                let text = format!("{before}{SECRET}{after}");
                for encoded in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                    let clean = redactor.text(&encoded);
                    assert!(clean.contains("[redacted]") && clean.len() < 16 + 2 * (before.len() + after.len()), "{encoded} became {clean}");
                }
            }
        }
    }

    #[test]
    fn a_token_is_looked_for_once_it_is_known_and_bytes_are_as_well() {
        let redactor = Redactor::default();
        assert_eq!(redactor.text("Bearer eyJ0.e30.c2ln"), "Bearer eyJ0.e30.c2ln");
        redactor.learn("eyJ0.e30.c2ln");
        assert_eq!(redactor.text("Bearer eyJ0.e30.c2ln"), "Bearer [redacted]");
        assert_eq!(&*redactor.bytes(b"\xff eyJ0.e30.c2ln \xfe\x00"), b"\xff [redacted] \xfe\x00");
        let other = Redactor::new(["secr\u{e9}t"]);
        assert_eq!(&*other.bytes(b"\xffsecr\xc3\xa9t\xff"), b"\xff[redacted]\xff");
        assert_eq!(&*redactor.bytes("\u{e9} eyJ0.e30.c2ln".as_bytes()), "\u{e9} [redacted]".as_bytes());
        for number in 0..100 {
            redactor.learn(&format!("token-{number}"));
        }
        assert_eq!(redactor.text("token-99 token-1"), "[redacted] token-1", "those that are long gone are forgotten");
        assert!(!format!("{redactor:?}").contains("token"));
    }

    #[test]
    fn signatures_of_shared_access_are_secrets() {
        let redactor = Redactor::default();
        assert_eq!(redactor.text("https://a.test/x?sv=1&sig=aB%2f+c%3D&se=2"), "https://a.test/x?sv=1&sig=redacted&se=2");
        assert_eq!(
            redactor.text("{\"nextLink\":\"https://a.test/?sig=abc\\u0026sig=d\"}"),
            "{\"nextLink\":\"https://a.test/?sig=redacted\\u0026sig=redacted\"}"
        );
        for other in ["design=x", "sig=x", "?sigma=1", "sig="] {
            assert_eq!(redactor.text(other), other);
        }
    }
}
