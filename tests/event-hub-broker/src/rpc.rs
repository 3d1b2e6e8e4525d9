//! The nodes that answer: `$cbs`, which takes tokens, and `$management`, which tells of hubs and partitions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fe2o3_amqp::{Receiver, Sender};
use fe2o3_amqp_types::messaging::{AmqpValue, ApplicationProperties, Body, Properties};
use fe2o3_amqp_types::primitives::{Array, OrderedMap, SimpleValue, Timestamp, Value};
use tokio::sync::mpsc;

use crate::hub::{Msg, lock};
use crate::namespace::Namespace;
use crate::token;

/// Where the answers of a connection go, by node.
pub(crate) type Replies = Arc<Mutex<HashMap<String, mpsc::UnboundedSender<Msg>>>>;

/// Reads what a client asks of a node, and answers on the link that the client has for it.
pub(crate) async fn serve(node: String, mut link: Receiver, namespace: Arc<Namespace>, replies: Replies) {
    while let Ok(delivery) = link.recv::<Body<Value>>().await {
        let _ = link.accept(&delivery).await;
        let asked = delivery.into_message();
        let named = asked.application_properties.clone().map(|properties| properties.0).unwrap_or_default();
        let (status, what, body) = if node == "$cbs" { put_token(&namespace, &asked, &named) } else { tell(&namespace, &named) };
        let mut properties = OrderedMap::new();
        for (code, description) in [("status-code", "status-description"), ("statusCode", "statusDescription")] {
            properties.insert(code.to_owned(), SimpleValue::Int(status));
            properties.insert(description.to_owned(), SimpleValue::String(what.clone()));
        }
        let reply = Msg {
            header: None,
            delivery_annotations: None,
            message_annotations: None,
            footer: None,
            properties: Some(Properties { correlation_id: asked.properties.and_then(|properties| properties.message_id), ..Properties::default() }),
            application_properties: Some(ApplicationProperties(properties)),
            body: Body::Value(AmqpValue(body)),
        };
        // The link for answers may be attached after the question was sent.
        for _ in 0..100 {
            if lock(&replies).get(&node).is_some_and(|link| link.send(reply.clone()).is_ok()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let _ = link.close().await;
}

/// Sends a node's answers.
pub(crate) async fn answer(node: String, mut link: Sender, replies: Replies) {
    let (sender, mut answers) = mpsc::unbounded_channel();
    lock(&replies).insert(node, sender);
    loop {
        tokio::select! {
            message = answers.recv() => {
                let Some(message) = message else { break };
                if link.send(message).await.is_err() {
                    break;
                }
            }
            _ = link.on_detach() => break,
        }
    }
    let _ = link.close().await;
}

fn put_token(namespace: &Namespace, asked: &Msg, named: &OrderedMap<String, SimpleValue>) -> (i32, String, Value) {
    let token = match &asked.body {
        Body::Value(AmqpValue(Value::String(token))) => token.as_str(),
        _ => "",
    };
    namespace.count_token(token);
    let audience = text(named, "name");
    // Tokens are for a hub, or what is below one.
    let hub = audience.split_once("://").and_then(|(_, rest)| rest.split('/').nth(1)).unwrap_or_default();
    if !token::is_right(token, &namespace.key()) {
        return (401, "InvalidSignature: The token has an invalid signature.".to_owned(), Value::Null);
    }
    if namespace.hub(hub).is_none() {
        return (404, format!("The messaging entity '{audience}' could not be found."), Value::Null);
    }
    (202, "Accepted".to_owned(), Value::Null)
}

fn tell(namespace: &Namespace, named: &OrderedMap<String, SimpleValue>) -> (i32, String, Value) {
    let missing = |what: &str| (404, format!("The messaging entity '{what}' could not be found."), Value::Map(OrderedMap::new()));
    let name = text(named, "name");
    let Some(hub) = namespace.hub(&name) else { return missing(&name) };
    let mut told = OrderedMap::new();
    let mut put = |name: &str, value: Value| {
        told.insert(Value::String(name.to_owned()), value);
    };
    put("name", Value::String(name));
    if text(named, "type") == "com.microsoft:eventhub" {
        let ids: Vec<Value> = (0..hub.partitions().len()).map(|id| Value::String(id.to_string())).collect();
        put("type", Value::String("com.microsoft:eventhub".into()));
        put("created_at", Value::Timestamp(Timestamp::from_milliseconds(1_700_000_000_000)));
        put("partition_count", Value::Int(i32::try_from(ids.len()).unwrap_or(i32::MAX)));
        put("partition_ids", Value::Array(Array::from(ids)));
        put("georeplication_factor", Value::Int(1));
    } else {
        let id = text(named, "partition");
        let Some(partition) = hub.partition(&id) else { return missing(&id) };
        let (begin, last, number) = partition.ends();
        put("type", Value::String("com.microsoft:partition".into()));
        put("partition", Value::String(id));
        put("begin_sequence_number", Value::Long(begin));
        put("last_enqueued_sequence_number", Value::Long(number));
        put("last_enqueued_sequence_number_epoch", Value::Int(-1));
        put("last_enqueued_offset", Value::String(if number < 0 { "-1".to_owned() } else { (number * 100).to_string() }));
        put("last_enqueued_time_utc", Value::Timestamp(Timestamp::from_milliseconds(last.as_ref().map_or(0, |event| event.enqueued))));
        put("is_partition_empty", Value::Bool(last.is_none()));
    }
    (200, "OK".to_owned(), Value::Map(told))
}

fn text(named: &OrderedMap<String, SimpleValue>, name: &str) -> String {
    match named.get(name) {
        Some(SimpleValue::String(text)) => text.clone(),
        _ => String::new(),
    }
}
