//! Reads a partition beside whoever else does: without an epoch, so that nothing is taken from anybody. Where somebody reads who has one, it is refused.

use std::time::Duration;

use azure_messaging_eventhubs::{EventReceiver, OpenReceiverOptions};
use futures::{Stream, StreamExt};
use tokio::time::timeout;

use super::errors::{self, Broken, Stage};
use super::messages::Arrived;
use super::{Service, came, start, within};
use crate::config::Start;
use crate::event_hub::trouble::Trouble;

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// A reader that nobody notices.
pub(in crate::event_hub) struct Onlooker(EventReceiver);

impl Service {
    /// Reads a partition beside whoever else does. `count` messages are sent before the first one is taken. Nothing is asked before it is.
    pub(in crate::event_hub) async fn look_on(&self, partition: &str, from: Start, count: u32) -> Result<Onlooker, Trouble> {
        let options = OpenReceiverOptions { owner_level: None, prefetch: Some(count), start_position: Some(start(from)), receive_timeout: None };
        let opened = within(self.questions.open_receiver_on_partition(partition.to_owned(), Some(options))).await?;
        opened.map(Onlooker).map_err(|error| errors::trouble(&error, Stage::Partition))
    }

    /// Closes all that it opened.
    pub(in crate::event_hub) async fn leave(self) {
        let _ = timeout(GOODBYE, self.questions.close()).await;
    }
}

impl Onlooker {
    /// What the partition holds from where it began, and what comes.
    pub(in crate::event_hub) fn messages(&self) -> impl Stream<Item = Result<Arrived, Broken>> + '_ {
        self.0.stream_events().map(|event| came(self.0.partition_id(), event))
    }

    /// Reads no more.
    pub(in crate::event_hub) async fn close(self) {
        let _ = timeout(GOODBYE, self.0.close()).await;
    }
}
