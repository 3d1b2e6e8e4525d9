//! Messages of a hub, one a line: redacted before they are written, and each line whole.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use host_sim_runtime::contract::Message;
use host_sim_runtime::flow::StopSignal;
use host_sim_runtime::private_folder;
use serde::Serialize;

use super::{RecordError, Recorded, keep_settings};
use crate::config::{EventHub, Input, Start};
use crate::event_hub::{OverhearError, SignIn, overhear};
use crate::private;
use crate::redactor::Redactor;
use crate::time;

/// The name that a recording's messages have.
const NAME: &str = "messages.ndjson";

pub(super) fn record(input: &Input, hub: &EventHub, folder: &Path, most: u64, redactor: &Arc<Redactor>, stop: &StopSignal) -> Result<Recorded, RecordError> {
    let mut file = new_file(folder).map_err(RecordError::Write)?;
    keep_settings(input, folder, redactor)?;
    let sign_in = SignIn { azure: input.azure.clone(), redactor: Arc::clone(redactor) };
    let heard = overhear(hub, &sign_in, most, stop, |message| file.write_all(&line(message, redactor)?));
    match heard {
        // From the latest on there is no other end than a signal.
        Ok(heard) => Ok(Recorded::Messages { count: heard.count, is_whole: !heard.is_stopped || hub.start == Start::Latest }),
        Err(OverhearError::Keep(error)) => Err(RecordError::Write(error)),
        Err(error) => Err(error.into()),
    }
}

/// A recording that is there already is left alone.
fn new_file(folder: &Path) -> io::Result<File> {
    let file = private::appended(&private_folder(folder)?.join(NAME))?;
    if file.metadata()?.len() > 0 {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("there is a recording already: `{NAME}`")));
    }
    Ok(file)
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    #[serde(flatten)]
    position: Option<Position<'a>>,
}

#[derive(Serialize)]
struct Position<'a> {
    partition: &'a str,
    sequence_number: i64,
    #[serde(skip_serializing_if = "str::is_empty")]
    offset: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    enqueued_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition_key: Option<Cow<'a, str>>,
}

/// A message as a recording has it.
fn line(message: &Message, redactor: &Redactor) -> io::Result<Vec<u8>> {
    let body = redactor.bytes(&message.body);
    let (body, body_base64) = match str::from_utf8(&body) {
        Ok(text) => (Some(text), None),
        Err(_) => (None, Some(STANDARD.encode(&body))),
    };
    let position = message.position.as_ref().map(|position| Position {
        partition: &position.partition,
        sequence_number: position.sequence_number,
        offset: &position.offset,
        // 0 is a time that is not known.
        enqueued_time: Some(position.enqueued).filter(|enqueued| *enqueued > 0).map(time::written),
        partition_key: position.partition_key.as_deref().map(|key| redactor.text(key)),
    });
    let mut line = serde_json::to_vec(&Line { body, body_base64, position })?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use host_sim_runtime::contract::{Message, Position};

    use super::line;
    use crate::redactor::Redactor;

    #[test]
    fn a_line_has_the_message_without_secrets_and_where_it_stood() {
        let check = |body: &[u8], position: Option<Position>, expected: &str| {
            let line = line(&Message { body: body.to_vec(), position }, &Redactor::new(["planted-secret"])).expect("it can be written");
            assert_eq!(String::from_utf8(line).expect("UTF-8"), format!("{expected}\n"));
        };
        let position = Position {
            partition: "3".into(),
            sequence_number: 7,
            offset: "1:700".into(),
            enqueued: 1_795_740_300_123,
            partition_key: Some("of planted-secret".into()),
        };
        check(
            b"{\"key\":\n\"planted-secret\"}",
            Some(position.clone()),
            r#"{"body":"{\"key\":\n\"[redacted]\"}","partition":"3","sequence_number":7,"offset":"1:700","enqueued_time":"2026-11-27T00:45:00.123Z","partition_key":"of [redacted]"}"#,
        );
        let bare = Position { offset: String::new(), enqueued: 0, partition_key: None, ..position };
        check(b"\xff planted-secret", Some(bare), r#"{"body_base64":"/yBbcmVkYWN0ZWRd","partition":"3","sequence_number":7}"#);
        check(b"", None, r#"{"body":""}"#);
    }
}
