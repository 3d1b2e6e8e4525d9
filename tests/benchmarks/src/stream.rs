//! A stream of messages without an end, in an order that varies. No two are the same occurrence.

use host_sim_runtime::contract::Message;

/// Deals fixtures again and again, shuffled each time, each at a place of its own.
#[derive(Debug, Clone)]
pub(crate) struct Stream<'a> {
    fixtures: &'a [Message],
    deck: Vec<&'a Message>,
    random: u64,
    number: u32,
}

impl<'a> Stream<'a> {
    /// The same for the same fixtures.
    pub(crate) fn new(fixtures: &'a [Message]) -> Self {
        Self { fixtures, deck: Vec::new(), random: 1, number: 0 }
    }

    fn roll(&mut self, below: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) as usize % below
    }

    fn shuffle(&mut self) {
        self.deck = self.fixtures.iter().collect();
        for last in (1..self.deck.len()).rev() {
            let other = self.roll(last + 1);
            self.deck.swap(last, other);
        }
    }
}

impl Iterator for Stream<'_> {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        if self.deck.is_empty() {
            self.shuffle();
        }
        let mut message = self.deck.pop()?.clone();
        self.number += 1;
        match &mut message.position {
            Some(position) => {
                position.sequence_number = self.number.into();
                position.offset = (u64::from(self.number) * 1_536).to_string();
            }
            None => message.body = of_subscription(&message.body, self.number),
        }
        Some(message)
    }
}

/// A record without a place in a hub is its content: the same one in another subscription is another one.
fn of_subscription(body: &[u8], number: u32) -> Vec<u8> {
    const BEFORE: &str = "/subscriptions/";
    let text = String::from_utf8_lossy(body);
    let id = text.split_once(BEFORE).and_then(|(_, rest)| rest.get(..36)).unwrap_or(BEFORE);
    let other = format!("{number:08x}{}", id.get(8..).unwrap_or_default());
    text.replace(id, &other).into_bytes()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Stream;
    use host_sim_runtime::contract::{Message, Position};

    #[test]
    fn all_are_dealt_before_one_comes_again_and_none_is_the_same() {
        let position = Position { partition: "0".into(), sequence_number: 7, offset: String::new(), enqueued: 0, partition_key: None };
        let event = Message { body: b"{}".to_vec(), position: Some(position) };
        let record =
            Message::from(r#"{"id":"/subscriptions/cd53e736-e47f-4f28-a3fb-4161ecd881bf/x","of":"/subscriptions/cd53e736-e47f-4f28-a3fb-4161ecd881bf"}"#);
        let other = Message::from(String::from_utf8_lossy(&record.body).replace("/x", "/y").as_str());
        let dealt: Vec<Message> = Stream::new(&[event, record.clone(), other]).take(9).collect();
        for three in dealt.chunks(3) {
            assert_eq!(three.iter().filter(|message| message.position.is_some()).count(), 1);
            assert_eq!(three.iter().filter(|message| message.body.len() == record.body.len()).count(), 2);
        }
        assert_eq!(dealt.iter().map(|message| format!("{message:?}")).collect::<HashSet<_>>().len(), 9);
    }
}
