//! Writes messages in the form in which recordings hold them.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat};
use serde::Serialize;

use host_sim_runtime::contract::{Message, Position, Timestamp};

/// In the order in which a person looks for them.
#[derive(Default, Serialize)]
struct Recorded<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enqueued_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
}

/// Writes a message on a line of its own, from which [`Lines`](super::Lines) reads the same message.
pub fn write_message(out: &mut impl Write, message: &Message) -> io::Result<()> {
    let mut recorded = Recorded::default();
    match str::from_utf8(&message.body) {
        Ok(text) => recorded.body = Some(text),
        Err(_) => recorded.body_base64 = Some(STANDARD.encode(&message.body)),
    }
    if let Some(Position { partition, sequence_number, offset, enqueued, partition_key }) = &message.position {
        recorded.partition = Some(partition);
        recorded.sequence_number = Some(*sequence_number);
        recorded.offset = Some(offset).filter(|offset| !offset.is_empty()).map(String::as_str);
        recorded.enqueued_time = time(*enqueued);
        recorded.partition_key = partition_key.as_deref();
    }
    serde_json::to_writer(&mut *out, &recorded)?;
    out.write_all(b"\n")
}

/// Nothing for a time that is not known.
fn time(enqueued: Timestamp) -> Option<String> {
    if enqueued == 0 {
        return None;
    }
    let time = DateTime::from_timestamp_millis(i64::try_from(enqueued).ok()?)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[cfg(test)]
mod tests {
    use host_sim_runtime::contract::{Message, Position};

    use super::write_message;
    use crate::recording::{Format, Lines};

    #[track_caller]
    fn check(message: &Message, expected: &str) {
        let mut line = Vec::new();
        write_message(&mut line, message).expect("memory can be written");
        assert_eq!(String::from_utf8_lossy(&line), format!("{expected}\n"));
        let read = Lines::new(line.as_slice(), Format::Recorded).next_message().expect("it is a recording").expect("a message");
        assert_eq!(read.message, *message);
    }

    #[test]
    fn a_message_is_read_again_as_it_was() {
        check(&Message::from("{\"a\":\"\u{e9}\"}\n"), r#"{"body":"{\"a\":\"é\"}\n"}"#);
        check(&Message { body: vec![0xff], position: None }, r#"{"body_base64":"/w=="}"#);
        let position = Position { partition: "0".into(), sequence_number: -7, offset: String::new(), enqueued: 1_767_225_600_001, partition_key: None };
        let placed = |position| Message { body: Vec::new(), position: Some(position) };
        check(&placed(position.clone()), r#"{"partition":"0","sequence_number":-7,"enqueued_time":"2026-01-01T00:00:00.001Z","body":""}"#);
        check(&placed(Position { enqueued: 0, ..position.clone() }), r#"{"partition":"0","sequence_number":-7,"body":""}"#);
        check(
            &placed(Position { offset: "1".into(), partition_key: Some(String::new()), ..position }),
            r#"{"partition":"0","sequence_number":-7,"offset":"1","enqueued_time":"2026-01-01T00:00:00.001Z","partition_key":"","body":""}"#,
        );
    }
}
