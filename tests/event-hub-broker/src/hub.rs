//! A hub: its partitions with their events, and who reads them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use fe2o3_amqp_types::messaging::annotations::OwnedKey;
use fe2o3_amqp_types::messaging::{Body, Message, MessageAnnotations};
use fe2o3_amqp_types::primitives::{Symbol, Timestamp, Value};
use tokio::sync::{mpsc, watch};

/// A message as it travels.
pub(crate) type Msg = Message<Body<Value>>;

/// An event that a partition holds.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) number: i64,
    pub(crate) offset: i64,
    /// Milliseconds since 1970.
    pub(crate) enqueued: i64,
    pub(crate) message: Msg,
}

#[derive(Debug, Default)]
struct Events {
    kept: VecDeque<Event>,
    next: i64,
}

/// A partition.
#[derive(Debug)]
pub(crate) struct Partition {
    events: Mutex<Events>,
    changed: watch::Sender<u64>,
    /// Those who read it.
    pub(crate) links: Mutex<Vec<Link>>,
}

/// A link that reads.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) id: u64,
    pub(crate) group: String,
    pub(crate) epoch: Option<i64>,
    pub(crate) ends: mpsc::UnboundedSender<End>,
}

impl Link {
    /// Ends it, if it has not ended by itself.
    pub(crate) fn end(&self, end: End) {
        let _ = self.ends.send(end);
    }
}

/// How a link is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Stolen,
    Forced,
    Closed,
}

impl Partition {
    fn new() -> Self {
        Self { events: Mutex::default(), changed: watch::channel(0).0, links: Mutex::default() }
    }

    /// Takes a message in, and gives its number.
    pub(crate) fn append(&self, mut message: Msg) -> i64 {
        let mut events = lock(&self.events);
        let (number, enqueued) = (events.next, now());
        let offset = number * 100;
        let mut annotations = message.message_annotations.take().unwrap_or_else(|| MessageAnnotations(Default::default()));
        let mut put = |name: &str, value: Value| {
            annotations.0.insert(OwnedKey::Symbol(Symbol::from(name)), value);
        };
        put("x-opt-sequence-number", Value::Long(number));
        put("x-opt-offset", Value::String(offset.to_string()));
        put("x-opt-enqueued-time", Value::Timestamp(Timestamp::from_milliseconds(enqueued)));
        message.message_annotations = Some(annotations);
        message.header = None;
        message.delivery_annotations = None;
        events.kept.push_back(Event { number, offset, enqueued, message });
        events.next = number + 1;
        drop(events);
        self.changed.send_modify(|count| *count += 1);
        number
    }

    /// The first event with at least this number.
    pub(crate) fn at(&self, number: i64) -> Option<Event> {
        let events = lock(&self.events);
        let at = events.kept.partition_point(|event| event.number < number);
        events.kept.get(at).cloned()
    }

    /// The number that a selector begins with, such as `amqp.annotation.x-opt-offset > '123'`.
    pub(crate) fn begin(&self, selector: &str) -> i64 {
        let events = lock(&self.events);
        let value = selector.split('\'').nth(1).unwrap_or("-1");
        if value == "@latest" {
            return events.next;
        }
        let (value, inclusive) = (value.parse::<i64>().unwrap_or(-1), selector.contains(">="));
        let field = |event: &Event| match selector {
            _ if selector.contains("sequence-number") => event.number,
            _ if selector.contains("enqueued-time") => event.enqueued,
            _ => event.offset,
        };
        let is_before = |event: &&Event| if inclusive { field(event) < value } else { field(event) <= value };
        events.kept.iter().find(|event| !is_before(event)).map_or(events.next, |event| event.number)
    }

    /// The first number that is kept, and the last event.
    pub(crate) fn ends(&self) -> (i64, Option<Event>, i64) {
        let events = lock(&self.events);
        let begin = events.kept.front().map_or(events.next, |event| event.number);
        (begin, events.kept.back().cloned(), events.next - 1)
    }

    /// Loses what is before a number, as retention does.
    pub(crate) fn expire(&self, number: i64) {
        let mut events = lock(&self.events);
        while events.kept.pop_front_if(|event| event.number < number).is_some() {}
    }

    /// Begins anew.
    pub(crate) fn empty(&self) {
        *lock(&self.events) = Events::default();
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

/// A hub.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) name: String,
    pub(crate) groups: Vec<String>,
    partitions: Mutex<Vec<std::sync::Arc<Partition>>>,
    round: Mutex<usize>,
}

impl Hub {
    pub(crate) fn new(name: &str, partitions: usize, groups: &[&str]) -> Self {
        let hub = Self {
            name: name.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            partitions: Mutex::default(),
            round: Mutex::default(),
        };
        hub.grow(partitions);
        hub
    }

    /// Has at least so many partitions from now on.
    pub(crate) fn grow(&self, partitions: usize) {
        let mut all = lock(&self.partitions);
        while all.len() < partitions {
            all.push(Partition::new().into());
        }
    }

    pub(crate) fn partitions(&self) -> Vec<std::sync::Arc<Partition>> {
        lock(&self.partitions).clone()
    }

    pub(crate) fn partition(&self, id: &str) -> Option<std::sync::Arc<Partition>> {
        lock(&self.partitions).get(id.parse::<usize>().ok()?).cloned()
    }

    /// The one whose turn it is.
    pub(crate) fn next_partition(&self) -> Option<std::sync::Arc<Partition>> {
        let mut round = lock(&self.round);
        *round += 1;
        let all = lock(&self.partitions);
        all.get(*round % all.len().max(1)).cloned()
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use fe2o3_amqp_types::messaging::{Body, Data, Message};

    use super::Hub;

    #[test]
    fn a_selector_says_where_a_link_begins() {
        let hub = Hub::new("hub", 1, &["$Default"]);
        let partition = hub.partition("0").expect("it has one");
        for _ in 0..5 {
            partition.append(Message::builder().body(Body::Data(vec![Data(b"{}".to_vec().into())].into())).build());
        }
        partition.expire(2);
        for (selector, number) in [
            ("amqp.annotation.x-opt-offset > '-1'", 2),
            ("amqp.annotation.x-opt-offset > '300'", 4),
            ("amqp.annotation.x-opt-sequence-number > '3'", 4),
            ("amqp.annotation.x-opt-sequence-number >= '3'", 3),
            ("amqp.annotation.x-opt-enqueued-time >= '0'", 2),
            ("amqp.annotation.x-opt-offset > '@latest'", 5),
            ("amqp.annotation.x-opt-offset > '40000'", 5),
        ] {
            assert_eq!(partition.begin(selector), number, "{selector}");
        }
    }
}
