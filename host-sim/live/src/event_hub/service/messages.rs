//! Messages as a component takes them.

use std::time::UNIX_EPOCH;

use azure_core_amqp::AmqpValue;
use azure_core_amqp::message::{AmqpAnnotationKey, AmqpMessageBody};
use azure_messaging_eventhubs::models::ReceivedEventData;
use host_sim_runtime::contract::{Message, Position, Timestamp};

use crate::event_hub::place::Place;

/// A message, and where it stands.
#[derive(Debug)]
pub(in crate::event_hub) struct Arrived {
    pub(in crate::event_hub) place: Place,
    pub(in crate::event_hub) message: Message,
}

/// A message of a partition; `None` if the broker does not say which one.
pub(super) fn arrived(partition: &str, event: &ReceivedEventData) -> Option<Arrived> {
    let sequence_number = event.sequence_number()?;
    let offset = event.offset().clone().or_else(|| numeric_offset(event)).unwrap_or_default();
    let enqueued = event.enqueued_time().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let position = Position {
        partition: partition.to_owned(),
        sequence_number,
        offset: offset.clone(),
        enqueued: enqueued.and_then(|since| Timestamp::try_from(since.as_millis()).ok()).unwrap_or_default(),
        partition_key: event.partition_key().clone(),
    };
    let message = Message { body: body(&event.raw_amqp_message().body), position: Some(position) };
    Some(Arrived { place: Place { sequence_number, offset }, message })
}

/// An offset that is written as a number.
fn numeric_offset(event: &ReceivedEventData) -> Option<String> {
    let annotations = event.raw_amqp_message().message_annotations.as_ref()?;
    annotations.0.iter().find_map(|(key, value)| match (key, value) {
        (AmqpAnnotationKey::Symbol(name), AmqpValue::Long(offset)) if name.0 == "x-opt-offset" => Some(offset.to_string()),
        _ => None,
    })
}

/// The bytes of a body, whatever it was sent as. What is neither bytes nor text has none.
fn body(body: &AmqpMessageBody) -> Vec<u8> {
    match body {
        AmqpMessageBody::Binary(parts) => parts.concat(),
        AmqpMessageBody::Value(value) => bytes(value).to_vec(),
        AmqpMessageBody::Sequence(lists) => lists.iter().flat_map(|list| list.0.iter()).flat_map(bytes).copied().collect(),
        AmqpMessageBody::Empty => Vec::new(),
    }
}

fn bytes(value: &AmqpValue) -> &[u8] {
    match value {
        AmqpValue::Binary(bytes) => bytes,
        AmqpValue::String(text) => text.as_bytes(),
        AmqpValue::Symbol(text) => text.0.as_bytes(),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use azure_core_amqp::message::{AmqpAnnotations, AmqpMessageBody};
    use azure_core_amqp::{AmqpMessage, AmqpSymbol, AmqpTimestamp, AmqpValue};
    use azure_messaging_eventhubs::models::ReceivedEventData;
    use host_sim_runtime::contract::Position;

    use super::arrived;

    fn event(body: AmqpMessageBody, annotations: Vec<(&str, AmqpValue)>) -> ReceivedEventData {
        let mut all = AmqpAnnotations::new();
        for (name, value) in annotations {
            all.insert(AmqpSymbol::from(name), value);
        }
        AmqpMessage::builder().with_body(body).with_message_annotations(all).build().into()
    }

    #[test]
    fn a_message_keeps_where_it_stood_and_its_bytes() {
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_795_740_300_123);
        let annotations = vec![
            ("x-opt-sequence-number", AmqpValue::Long(7)),
            ("x-opt-offset", AmqpValue::String("1:700".into())),
            ("x-opt-enqueued-time", AmqpValue::TimeStamp(AmqpTimestamp(Some(time)))),
            ("x-opt-partition-key", AmqpValue::String("key".into())),
        ];
        let came = arrived("3", &event(AmqpMessageBody::Binary(vec![b"{\"a".to_vec(), b"\":1}".to_vec()]), annotations)).expect("it has a number");
        assert_eq!(came.message.body, b"{\"a\":1}");
        let position =
            Position { partition: "3".into(), sequence_number: 7, offset: "1:700".into(), enqueued: 1_795_740_300_123, partition_key: Some("key".into()) };
        assert_eq!(came.message.position, Some(position));
    }

    #[test]
    fn e03_an_offset_may_be_a_number_and_a_body_text() {
        let numbered = || vec![("x-opt-sequence-number", AmqpValue::Long(7)), ("x-opt-offset", AmqpValue::Long(700))];
        let came = arrived("0", &event(AmqpMessageBody::Value(AmqpValue::String("{}".into())), numbered())).expect("it has a number");
        assert_eq!((came.place.offset.as_str(), came.message.body.as_slice()), ("700", &b"{}"[..]));
        let came = arrived("0", &event(AmqpMessageBody::Empty, numbered())).expect("it has a number");
        assert!(came.message.body.is_empty());
        assert!(arrived("0", &event(AmqpMessageBody::Empty, Vec::new())).is_none());
    }
}
