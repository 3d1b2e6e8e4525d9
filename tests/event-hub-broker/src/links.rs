//! Links that bring events, and links that take them.

use std::sync::Arc;

use fe2o3_amqp::acceptor::{LinkAcceptor, LinkEndpoint, ListenerSessionHandle, SupportedReceiverSettleModes};
use fe2o3_amqp::link::delivery::Sendable;
use fe2o3_amqp::{Receiver, Sender};
use fe2o3_amqp_types::definitions::{AmqpError, Error, ErrorCondition, LinkError, ReceiverSettleMode};
use fe2o3_amqp_types::messaging::message::__private::Deserializable;
use fe2o3_amqp_types::messaging::{Body, Data, TargetArchetype};
use fe2o3_amqp_types::performatives::Attach;
use fe2o3_amqp_types::primitives::{Symbol, Value};
use tokio::sync::mpsc;

use crate::hub::{End, Hub, Link, Msg, Partition, lock};
use crate::namespace::{Namespace, Refusal};
use crate::rpc::{self, Replies};

/// The format of a message that is a batch of them.
const BATCH: u32 = 0x8001_3700;

/// Bytes of a message.
const LARGEST: u64 = 1 << 20;

/// Readers without an epoch that a partition has for a group.
const READERS: usize = 5;

/// What a link that reads says of itself.
struct Reading {
    hub: String,
    group: String,
    partition: String,
    selector: String,
    epoch: Option<i64>,
}

/// Takes up a link of a session.
pub(crate) async fn attach(attach: Attach, session: &mut ListenerSessionHandle, namespace: &Arc<Namespace>, replies: &Replies) {
    let source = attach.source.as_ref().and_then(|source| source.address.as_deref()).map(path).unwrap_or_default();
    let target = match attach.target.as_deref() {
        Some(TargetArchetype::Target(target)) => target.address.as_deref().map(path).unwrap_or_default(),
        None => String::new(),
    };
    let reading = reading(&attach, &source);
    let acceptor = LinkAcceptor::builder()
        .max_message_size(LARGEST)
        .supported_receiver_settle_modes(SupportedReceiverSettleModes::First)
        .fallback_receiver_settle_mode(ReceiverSettleMode::First)
        .build();
    let (namespace, replies) = (Arc::clone(namespace), Arc::clone(replies));
    match acceptor.accept_incoming_attach(attach, session).await {
        Ok(LinkEndpoint::Receiver(link)) if target.starts_with('$') => drop(tokio::spawn(rpc::serve(target, link, namespace, replies))),
        Ok(LinkEndpoint::Receiver(link)) => drop(tokio::spawn(take_in(target, link, namespace))),
        Ok(LinkEndpoint::Sender(link)) if source.starts_with('$') => drop(tokio::spawn(rpc::answer(source, link, replies))),
        Ok(LinkEndpoint::Sender(link)) => drop(tokio::spawn(give_out(reading, link, namespace))),
        Err(_) => {}
    }
}

/// An address without scheme and host.
fn path(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    rest.to_owned()
}

fn reading(attach: &Attach, source: &str) -> Option<Reading> {
    let ["ConsumerGroups", group, "Partitions", partition] = source.split('/').skip(1).collect::<Vec<_>>()[..] else { return None };
    let epoch = attach.properties.as_ref().and_then(|properties| properties.get(&Symbol::from("com.microsoft:epoch"))).and_then(|value| match value {
        Value::Long(epoch) => Some(*epoch),
        Value::Int(epoch) => Some(i64::from(*epoch)),
        _ => None,
    });
    let filter = attach.source.as_ref().and_then(|source| source.filter.clone()).unwrap_or_default();
    let selector = filter.into_iter().find_map(|(_, value)| match value {
        Value::Described(described) => match described.value {
            Value::String(selector) => Some(selector),
            _ => None,
        },
        Value::String(selector) => Some(selector),
        _ => None,
    });
    let hub = source.split('/').next().unwrap_or_default().to_owned();
    Some(Reading { hub, group: group.to_owned(), partition: partition.to_owned(), selector: selector.unwrap_or_default(), epoch })
}

/// Takes events in, single ones and batches: for `<hub>` in turn, for `<hub>/Partitions/<id>` there.
async fn take_in(address: String, mut link: Receiver, namespace: Arc<Namespace>) {
    let (name, fixed) = address.split_once("/Partitions/").map_or((address.as_str(), None), |(name, id)| (name, Some(id)));
    while let Ok(delivery) = link.recv::<Body<Value>>().await {
        let is_batch = delivery.message_format() == &Some(BATCH);
        let hub = namespace.hub(name);
        let partition = hub.as_ref().and_then(|hub| fixed.map_or_else(|| hub.next_partition(), |id| hub.partition(id)));
        let Some(partition) = partition else { break };
        let message: Msg = match link.accept(&delivery).await {
            Ok(()) => delivery.into_message(),
            Err(_) => break,
        };
        match message.body {
            Body::Data(parts) if is_batch => {
                for Data(bytes) in parts {
                    if let Ok(message) = serde_amqp::from_slice::<Deserializable<Msg>>(&bytes) {
                        partition.append(message.0);
                    }
                }
            }
            _ => drop(partition.append(message)),
        }
    }
    let _ = link.close().await;
}

/// Gives events out from where a reader begins, as long as nothing ends it.
async fn give_out(reading: Option<Reading>, link: Sender, namespace: Arc<Namespace>) {
    let hub = reading.as_ref().and_then(|reading| namespace.hub(&reading.hub));
    let group = hub.as_ref().zip(reading.as_ref()).filter(|(hub, reading)| hub.groups.contains(&reading.group));
    let partition = group.and_then(|(hub, reading)| hub.partition(&reading.partition));
    let (Some(reading), Some(hub), Some(partition)) = (reading, hub, partition) else {
        return close(link, AmqpError::NotFound, "The messaging entity could not be found.").await;
    };
    match namespace.next_refusal() {
        Some(Refusal::Busy) => {
            let busy = ErrorCondition::Custom(Symbol::from("com.microsoft:server-busy"));
            return close(link, busy, "The server is busy. Please wait 4 seconds and try again.").await;
        }
        Some(Refusal::TooMany) => return too_many(link).await,
        Some(Refusal::Forbidden) => {
            return close(link, AmqpError::UnauthorizedAccess, "Unauthorized access. 'Listen' claim(s) are required to perform this operation.").await;
        }
        None => {}
    }
    let (sender, ends) = mpsc::unbounded_channel();
    let id = namespace.link_id();
    match enter(&partition, &reading, Link { id, group: reading.group.clone(), epoch: reading.epoch, ends: sender }) {
        Entered::Reads => {}
        Entered::Outranked => return close(link, LinkError::Stolen, "A receiver with a higher epoch exists.").await,
        Entered::TooMany => return too_many(link).await,
    }
    read(&reading, &hub, &partition, link, ends, &namespace).await;
    lock(&partition.links).retain(|link| link.id != id);
}

enum Entered {
    Reads,
    Outranked,
    TooMany,
}

/// Enters a reader: one with an epoch takes the place of all that have no higher one.
fn enter(partition: &Partition, reading: &Reading, link: Link) -> Entered {
    let mut links = lock(&partition.links);
    let beside = |other: &&Link| other.group == reading.group && !other.ends.is_closed();
    match reading.epoch {
        Some(epoch) if links.iter().filter(beside).any(|other| other.epoch > Some(epoch)) => return Entered::Outranked,
        Some(_) => links.iter().filter(beside).for_each(|other| other.end(End::Stolen)),
        None if links.iter().filter(beside).any(|other| other.epoch.is_some()) => return Entered::Outranked,
        None if links.iter().filter(beside).count() >= READERS => return Entered::TooMany,
        None => {}
    }
    links.push(link);
    Entered::Reads
}

async fn read(reading: &Reading, hub: &Hub, partition: &Partition, mut link: Sender, mut ends: mpsc::UnboundedReceiver<End>, namespace: &Namespace) {
    let (mut changes, mut number) = (partition.changes(), partition.begin(&reading.selector));
    loop {
        changes.mark_unchanged();
        let ended = match partition.at(number) {
            Some(event) => {
                let pause = namespace.pause();
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
                let message = Sendable::builder().message(event.message).build();
                tokio::select! {
                    biased;
                    end = ends.recv() => end,
                    sent = link.send_batchable(message) => {
                        if sent.is_err() {
                            break;
                        }
                        namespace.count_sent();
                        number = event.number + 1;
                        continue;
                    }
                }
            }
            None => tokio::select! {
                end = ends.recv() => end,
                _ = changes.changed() => continue,
                _ = link.on_detach() => break,
            },
        };
        match ended {
            Some(End::Stolen) => return close(link, LinkError::Stolen, "New receiver with higher or equal epoch is created.").await,
            Some(End::Forced) => return close(link, LinkError::DetachForced, &format!("The link to '{}' was detached, since it was idle.", hub.name)).await,
            Some(End::Closed) | None => break,
        }
    }
    let _ = link.close().await;
}

async fn too_many(link: Sender) {
    let what = "Exceeded the maximum number of allowed receivers per partition in a consumer group which is 5.";
    close(link, AmqpError::ResourceLimitExceeded, what).await;
}

async fn close(link: Sender, condition: impl Into<ErrorCondition>, what: &str) {
    let _ = link.close_with_error(Error::new(condition, Some(what.to_owned()), None)).await;
}
