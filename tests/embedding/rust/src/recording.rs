//! Reads recordings: what an API answered, and what an Event Hub held.

use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::fs::read_to_string;

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
    headers: HashMap<String, String>,
    /// As it stands in the file: a component gets the bytes that the server sent.
    body: Option<Box<RawValue>>,
}

/// The responses to each URL, in their order.
pub struct Exchanges(HashMap<String, VecDeque<Response>>);

impl Exchanges {
    pub fn read(path: &str) -> Result<Self, Box<dyn Error>> {
        let mut responses: HashMap<String, VecDeque<Response>> = HashMap::new();
        for Exchange { request, response } in serde_json::from_str::<Recording>(&read_to_string(path)?)?.exchanges {
            let body = response.body.map(|body| serde_json::from_str::<String>(body.get()).unwrap_or_else(|_| body.get().to_owned()));
            let response = Response { status: response.status, headers: response.headers.into_iter().collect(), body: body.unwrap_or_default().into_bytes() };
            responses.entry(request.url).or_default().push_back(response);
        }
        Ok(Self(responses))
    }

    /// Stands for an HTTP client.
    pub fn get(&mut self, url: &str) -> Result<Response, Failure> {
        self.0.get_mut(url).and_then(VecDeque::pop_front).ok_or_else(|| Failure::Refused(format!("{url} is not recorded")))
    }
}

#[derive(Deserialize)]
struct Line {
    body: Option<String>,
    body_base64: Option<String>,
    partition: Option<Value>,
    sequence_number: Option<i64>,
    offset: Option<Value>,
    enqueued_time: Option<String>,
    partition_key: Option<String>,
}

/// The messages of a file that holds one a line. Stands for an Event Hub.
pub fn messages(path: &str) -> Result<Vec<Message>, Box<dyn Error>> {
    read_to_string(path)?.lines().filter(|line| !line.trim().is_empty()).map(message).collect()
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
            partition: text(&partition),
            sequence_number,
            offset: line.offset.as_ref().map(text).unwrap_or_default(),
            enqueued: DateTime::parse_from_rfc3339(&time).map_err(|error| error.to_string())?.timestamp_millis().try_into()?,
            partition_key: line.partition_key,
        }),
        _ => None,
    };
    Ok(Message { body, position })
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
