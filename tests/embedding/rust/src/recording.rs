//! Reads recordings: what an API answered, and what an Event Hub held.

use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::fs::read_to_string;
use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use host_sim_runtime::contract::{Failure, Message, Position, Response};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Recording {
    exchanges: Vec<Exchange>,
}

#[derive(Deserialize)]
struct Exchange {
    request: Request,
    response: Recorded,
}

#[derive(Deserialize)]
struct Request {
    url: String,
}

#[derive(Deserialize)]
struct Recorded {
    status: u16,
    #[serde(default)]
    headers: HashMap<String, Values>,
    /// As it stands in the file: a component gets the bytes that the server sent.
    body: Option<Box<RawValue>>,
    body_base64: Option<String>,
}

/// A header that came more than once has a list of values.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

impl Recorded {
    fn response(self) -> Result<Response, Box<dyn Error>> {
        let mut headers = Vec::new();
        for (name, values) in self.headers {
            let values = match values {
                Values::One(value) => vec![value],
                Values::Several(values) => values,
            };
            headers.extend(values.into_iter().map(|value| (name.clone(), value)));
        }
        let text = |body: Box<RawValue>| serde_json::from_str(body.get()).unwrap_or_else(|_| body.get().to_owned());
        let body = match self.body_base64 {
            Some(bytes) => STANDARD.decode(bytes)?,
            None => self.body.map(text).unwrap_or_default().into_bytes(),
        };
        Ok(Response { status: self.status, headers, body })
    }
}

/// A file's text. A byte order mark in front is none of it.
pub fn text(path: &str) -> io::Result<String> {
    let text = read_to_string(path)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The responses to each URL, in their order.
pub struct Exchanges {
    responses: HashMap<String, VecDeque<Response>>,
    missed: bool,
}

impl Exchanges {
    pub fn read(path: &str) -> Result<Self, Box<dyn Error>> {
        let mut responses: HashMap<String, VecDeque<Response>> = HashMap::new();
        for Exchange { request, response } in serde_json::from_str::<Recording>(&text(path)?)?.exchanges {
            responses.entry(request.url).or_default().push_back(response.response()?);
        }
        Ok(Self { responses, missed: false })
    }

    /// Stands for an HTTP client.
    pub fn get(&mut self, url: &str) -> Result<Response, Failure> {
        let response = self.responses.get_mut(url).and_then(VecDeque::pop_front);
        self.missed |= response.is_none();
        response.ok_or_else(|| Failure::Refused("no answer is recorded".to_owned()))
    }

    /// Whether a response was wanted that is not recorded.
    pub fn missed(&self) -> bool {
        self.missed
    }
}

#[derive(Deserialize)]
struct Line {
    body: Option<String>,
    body_base64: Option<String>,
    partition: Option<Value>,
    sequence_number: Option<Value>,
    offset: Option<Value>,
    enqueued_time: Option<String>,
    partition_key: Option<String>,
}

/// The messages of a file that holds one a line. Stands for an Event Hub.
pub fn messages(path: &str) -> Result<Vec<Message>, Box<dyn Error>> {
    text(path)?.lines().filter(|line| !line.trim().is_empty()).map(message).collect()
}

fn message(line: &str) -> Result<Message, Box<dyn Error>> {
    let line: Line = serde_json::from_str(line)?;
    let body = match (line.body, line.body_base64) {
        (Some(text), _) => text.into_bytes(),
        (None, bytes) => STANDARD.decode(bytes.ok_or("a line has no body")?)?,
    };
    // The position is told if all of it is known.
    let position = match (line.partition, line.sequence_number, line.enqueued_time) {
        (Some(partition), Some(sequence_number), Some(time)) => Some(Position {
            partition: said(&partition),
            sequence_number: said(&sequence_number).parse()?,
            offset: line.offset.as_ref().map(said).unwrap_or_default(),
            enqueued: DateTime::parse_from_rfc3339(&time).map_err(|error| error.to_string())?.timestamp_millis().try_into()?,
            partition_key: line.partition_key,
        }),
        _ => None,
    };
    Ok(Message { body, position })
}

/// What a text says, a number as it stands.
fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
