//! How an input asks, and what it may ask for.

use std::time::Duration;

use url::Url;

use super::address;
use super::section::Section;
use super::yaml::Value;

pub(super) const KEYS: [&str; 9] = ["every", "at_once", "requests_per_second", "burst", "timeout", "max_response", "allow", "paths", "private_addresses"];

const DAY: Duration = Duration::from_secs(86_400);

/// How an input polls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// From the beginning of one run to that of the next.
    pub every: Duration,
    /// Requests under way.
    pub at_once: usize,
    /// Requests a second in the long run.
    pub requests_per_second: u32,
    /// Requests that may leave without a wait after a pause.
    pub burst: u32,
    /// How long one request may take.
    pub timeout: Duration,
    /// Bytes of a body, decompressed.
    pub max_response: u64,
    /// Where else than to the origin of `settings.url` requests may go.
    pub allow: Vec<Allowed>,
    /// Patterns of paths that may be asked for; none are given where the defaults hold.
    pub paths: Vec<String>,
    /// Whether names may resolve to private addresses.
    pub private_addresses: bool,
}

/// An origin that requests may go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// Scheme, host and port.
    pub origin: Url,
    /// Whether the token goes there too.
    pub token: bool,
}

impl Default for Poll {
    fn default() -> Self {
        Self {
            every: DAY / 2,
            at_once: 8,
            requests_per_second: 20,
            burst: 100,
            timeout: Duration::from_secs(120),
            max_response: 64 << 20,
            allow: Vec::new(),
            paths: vec!["*/providers/Microsoft.Security/*".to_owned()],
            private_addresses: false,
        }
    }
}

/// Reads a section `poll`.
pub(super) fn read(section: &Section<'_>) -> Poll {
    let default = Poll::default();
    let count = |key, most, default: u32| u32::try_from(section.integer(key, 1..=most, default.into())).unwrap_or(default);
    Poll {
        every: section.duration("every", Duration::from_millis(1)..=DAY * 365, default.every),
        at_once: usize::try_from(section.integer("at_once", 1..=256, 8)).unwrap_or(default.at_once),
        requests_per_second: count("requests_per_second", 100_000, default.requests_per_second),
        burst: count("burst", 100_000, default.burst),
        timeout: section.duration("timeout", Duration::from_millis(1)..=DAY, default.timeout),
        max_response: section.size("max_response", 1024..=1 << 30, default.max_response),
        allow: section.list("allow").iter().filter_map(|node| allowed(section, node)).collect(),
        paths: paths(section, default.paths),
        private_addresses: section.switch("private_addresses", default.private_addresses),
    }
}

/// `https://host`, or `{ url: https://host, token: true }`.
fn allowed(section: &Section<'_>, node: &super::yaml::Node) -> Option<Allowed> {
    let reader = section.reader;
    if let Value::Map(_) = &node.value {
        let entry = Section::open(reader, "an entry of `allow`", node.place, node, &["url", "token"])?;
        if !entry.has("url") {
            entry.missing("url", "it says where requests may go", "");
        }
        let token = entry.switch("token", false);
        return Some(Allowed { origin: entry.converted("url", address::origin)?, token });
    }
    let words = reader.words("allow", node)?;
    match address::origin(&words.text) {
        Ok(origin) => Some(Allowed { origin, token: false }),
        Err(mistake) => {
            reader.mistake("allow", &words, mistake);
            None
        }
    }
}

fn paths(section: &Section<'_>, default: Vec<String>) -> Vec<String> {
    if !section.has("paths") {
        return default;
    }
    let mut paths = Vec::new();
    for words in section.texts("paths") {
        let is_sound = words.text.starts_with(['/', '*'])
            && !words.text.contains(|character: char| character.is_whitespace() || character.is_control() || "?#".contains(character));
        if is_sound {
            paths.push(words.text);
        } else {
            let hint = "a pattern begins with `/` or `*`, and `*` stands for anything: `*/providers/Microsoft.Security/*`";
            section.reader.mistake("paths", &words, ("is no pattern of a path", hint.to_owned()));
        }
    }
    if paths.is_empty() && section.list("paths").is_empty() {
        section.error("paths", "`paths` is empty, so nothing could be asked for", "leave it out for the paths of Microsoft.Security");
    }
    paths
}
