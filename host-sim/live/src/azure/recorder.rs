//! Writes what servers answered as a recording, `exchanges.json`, while it happens: redacted before it is written, and whole after each exchange.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use host_sim_runtime::contract::Response;
use host_sim_runtime::private_folder;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::private;
use crate::redactor::Redactor;

/// The name that a recording's exchanges have.
const NAME: &str = "exchanges.json";

const BEGINNING: &str = "{\"exchanges\":[\n";
const END: &str = "\n]}\n";

/// A recording that is being made. Failures are not in it: a recording holds what a server answered.
#[derive(Debug, Clone)]
pub struct Recorder(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    redactor: Arc<Redactor>,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// Bytes before the end of the list.
    size: u64,
    count: u64,
    failure: Option<String>,
}

#[derive(Serialize)]
struct Exchange<'a> {
    request: Asked<'a>,
    response: Answered<'a>,
}

#[derive(Serialize)]
struct Asked<'a> {
    method: &'static str,
    url: Cow<'a, str>,
}

#[derive(Serialize)]
struct Answered<'a> {
    status: u16,
    headers: serde_json::Map<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<Cow<'a, str>>,
}

impl Recorder {
    /// A new recording in a folder of this user's alone, which is made where it is missing. A recording that is there already is left alone, and an error.
    pub fn create(folder: &Path, redactor: Arc<Redactor>) -> io::Result<Self> {
        let mut file = private::appended(&private_folder(folder)?.join(NAME))?;
        if file.metadata()?.len() > 0 {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("there is a recording already: `{NAME}`")));
        }
        file.write_all(format!("{BEGINNING}{END}").as_bytes())?;
        let size = u64::try_from(BEGINNING.len()).unwrap_or_default();
        Ok(Self(Arc::new(Shared { redactor, open: Mutex::new(Open { file, size, count: 0, failure: None }) })))
    }

    /// How many exchanges there are.
    pub fn count(&self) -> u64 {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    /// Why it ends before the run does, if it does.
    pub fn failure(&self) -> Option<String> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).failure.clone()
    }

    pub(super) fn keep(&self, url: &str, response: &Response) {
        let redactor = &self.0.redactor;
        let mut headers = serde_json::Map::new();
        for (name, value) in response.headers.iter().filter(|(name, _)| is_kept(name)) {
            let value: serde_json::Value = redactor.text(value).into();
            match headers.get_mut(name) {
                None => drop(headers.insert(name.clone(), value)),
                // One that comes more than once has a list of values.
                Some(serde_json::Value::Array(values)) => values.push(value),
                Some(first) => *first = serde_json::json!([first.take(), value]),
            }
        }
        let body = redactor.bytes(&response.body);
        let (body, body_base64) = match str::from_utf8(&body) {
            Ok("") => (None, None),
            Ok(text) => (Some(written(text)), None),
            Err(_) => (None, Some(Cow::Owned(STANDARD.encode(&body)))),
        };
        let exchange =
            Exchange { request: Asked { method: "GET", url: redactor.text(url) }, response: Answered { status: response.status, headers, body, body_base64 } };
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.failure.is_some() {
            return;
        }
        if let Err(error) = open.append(&exchange) {
            open.failure = Some(error.to_string());
        }
    }
}

impl Open {
    fn append(&mut self, exchange: &Exchange<'_>) -> io::Result<()> {
        let text = serde_json::to_string(exchange)?;
        let separator = if self.count == 0 { "" } else { ",\n" };
        // The file is opened for appending, so the end has to go first.
        self.file.set_len(self.size)?;
        self.file.write_all(format!("{separator}{text}{END}").as_bytes())?;
        self.size += u64::try_from(separator.len() + text.len()).unwrap_or_default();
        self.count += 1;
        Ok(())
    }
}

/// Headers that mean something to a component or a reader; the others are of the way that the response took.
fn is_kept(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "content-type" | "retry-after" | "date") || name.starts_with("x-ms-ratelimit-")
}

/// JSON as it stands, so that it is the same to the byte; other text as a JSON string.
fn written(text: &str) -> Box<RawValue> {
    let stands = text.starts_with(['{', '[']) && text.ends_with(['}', ']']);
    let raw = stands.then(|| RawValue::from_string(text.to_owned()).ok()).flatten();
    raw.or_else(|| serde_json::value::to_raw_value(text).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
