//! Event Hubs, as Microsoft's crate speaks to them. No file but this folder's names that crate: what it gives and what it says goes out of here in our own types.

mod clerk;
mod errors;
mod messages;
mod onlooker;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azure_core::credentials::TokenCredential;
use azure_messaging_eventhubs::models::{AmqpTransport, ReceivedEventData, StartPositions};
use azure_messaging_eventhubs::processor::PartitionClient;
use azure_messaging_eventhubs::{ConsumerClient, EventHubsError, EventProcessor, ProcessorStrategy, RetryOptions, StartLocation, StartPosition};
use futures::{Stream, StreamExt};
use rustls::ClientConfig;
use tokio::time::timeout;

use self::clerk::Clerk;
pub(super) use self::errors::Broken;
use self::errors::Stage;
pub(super) use self::messages::Arrived;
pub(super) use self::onlooker::Onlooker;
use super::desk::Desk;
use super::place::Extent;
use super::trouble::{Kind, Trouble};
use super::tunnel::Tunnel;
use crate::Secret;
use crate::config::{HubTransport, Start};

/// Nothing that is asked takes longer.
const WITHIN: Duration = Duration::from_secs(30);

/// What a hub is opened with.
pub(super) struct Access {
    pub(super) opener: Opener,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// Whether it is spoken to in the clear, on this machine.
    pub(super) is_emulator: bool,
    pub(super) hub: String,
    pub(super) group: String,
    pub(super) transport: HubTransport,
    /// What tells this process from others.
    pub(super) owner: String,
    /// Whom it trusts; nobody where nothing is encrypted here.
    pub(super) tls: Option<Arc<ClientConfig>>,
}

/// What opens a hub.
pub(super) enum Opener {
    /// A connection string.
    ConnectionString(Secret),
    /// A credential of Microsoft Entra.
    Credential(Arc<dyn TokenCredential>),
}

/// A connection that questions are asked by, and another one that is received by.
pub(super) struct Service {
    access: Arc<Access>,
    questions: ConsumerClient,
    tunnel: Option<Tunnel>,
}

impl fmt::Debug for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Service").field("hub", &self.access.hub).finish_non_exhaustive()
    }
}

impl Service {
    /// Connects.
    pub(super) async fn open(access: Arc<Access>) -> Result<Self, Trouble> {
        let tunnel = match &access.tls {
            Some(tls) => Some(Tunnel::open(&access.host, access.port, Arc::clone(tls)).await?),
            None => None,
        };
        let questions = client(&access, tunnel.as_ref()).await?;
        Ok(Self { access, questions, tunnel })
    }

    /// The ids of the hub's partitions.
    pub(super) async fn partitions(&self) -> Result<Vec<String>, Trouble> {
        let properties = within(self.questions.get_eventhub_properties()).await?;
        Ok(properties.map_err(|error| errors::trouble(&error, Stage::Hub))?.partition_ids)
    }

    /// What a partition holds.
    pub(super) async fn extent(&self, partition: &str) -> Result<Extent, Trouble> {
        let properties = within(self.questions.get_partition_properties(partition)).await?;
        let properties = properties.map_err(|error| errors::trouble(&error, Stage::Hub))?;
        Ok(Extent {
            first: properties.beginning_sequence_number,
            last: properties.last_enqueued_sequence_number,
            last_offset: properties.last_enqueued_offset,
            last_time: properties.last_enqueued_time_utc.map_or(0, milliseconds),
            is_empty: properties.is_empty,
        })
    }

    /// Begins to share partitions with other processes, and to receive.
    pub(super) async fn share(
        self: &Arc<Self>,
        desk: &Arc<Desk>,
        balance: (Duration, Duration),
        partitions: &[String],
    ) -> Result<Arc<EventProcessor>, Trouble> {
        let receiver = client(&self.access, self.tunnel.as_ref()).await?;
        let begin = |partition: &String| (partition.clone(), start(desk.start_of(partition)));
        // What is given as the default would leak into resumes: it is inclusive for them as well.
        let starts = StartPositions {
            per_partition: partitions.iter().map(begin).collect::<HashMap<_, _>>(),
            default: StartPosition { location: StartLocation::Earliest, inclusive: false },
        };
        let strategy = if desk.store.is_shared() { ProcessorStrategy::Balanced } else { ProcessorStrategy::Greedy };
        let duration = |duration| azure_core::time::Duration::try_from(duration).unwrap_or(azure_core::time::Duration::MINUTE);
        let processor = EventProcessor::builder()
            .with_load_balancing_strategy(strategy)
            .with_update_interval(duration(balance.0))
            .with_partition_expiration_duration(duration(balance.1))
            .with_prefetch(u32::try_from(desk.count).unwrap_or(u32::MAX))
            .with_start_positions(starts)
            .build(receiver, Arc::new(Clerk { desk: Arc::clone(desk), service: Arc::clone(self) }));
        within(processor).await?.map_err(|error| errors::trouble(&error, Stage::Hub))
    }

    /// Turns it until it fails or is aborted.
    pub(super) async fn turn(processor: Arc<EventProcessor>) -> Trouble {
        match processor.run().await {
            Ok(()) => Trouble::new(Kind::Broken, "partitions are not shared out any more"),
            Err(error) => errors::trouble(&error, Stage::Partition),
        }
    }

    /// Waits for the next partition that is ours.
    pub(super) async fn next_partition(processor: &EventProcessor) -> Result<Partition, Trouble> {
        let client = processor.next_partition_client().await.map_err(|error| errors::trouble(&error, Stage::Partition))?;
        Ok(Partition(client))
    }

    /// Closes all links and connections that it can.
    pub(super) async fn close(processor: Arc<EventProcessor>) {
        let _ = processor.shutdown().await;
        if let Some(processor) = Arc::into_inner(processor) {
            let _ = timeout(Duration::from_secs(2), processor.close()).await;
        }
    }
}

/// A partition that is ours.
pub(super) struct Partition(Arc<PartitionClient>);

impl Partition {
    pub(super) fn id(&self) -> &str {
        self.0.get_partition_id()
    }

    /// What it holds from where reading begins, and what comes.
    pub(super) fn messages(&self) -> impl Stream<Item = Result<Arrived, Broken>> + '_ {
        self.0.stream_events().map(|event| came(self.id(), event))
    }

    /// Lets it go, so that it can be had again.
    pub(super) async fn close(self) {
        if let Some(client) = Arc::into_inner(self.0) {
            let _ = timeout(Duration::from_secs(2), client.close()).await;
        }
    }
}

/// What came of a partition.
fn came(partition: &str, event: Result<ReceivedEventData, EventHubsError>) -> Result<Arrived, Broken> {
    match event {
        Ok(event) => messages::arrived(partition, &event).ok_or_else(|| Broken::For(Trouble::new(Kind::Broken, "a message came without its number"))),
        Err(error) => Err(errors::broken(&error)),
    }
}

async fn client(access: &Access, tunnel: Option<&Tunnel>) -> Result<ConsumerClient, Trouble> {
    let transport = match access.transport {
        HubTransport::Amqp => AmqpTransport::Tcp,
        HubTransport::WebSocket => AmqpTransport::WebSocket,
    };
    // Tried again as a whole: a link that the crate attaches anew would begin where the first one began.
    let retry = RetryOptions { max_retries: 0, ..RetryOptions::default() };
    let mut builder = ConsumerClient::builder()
        .with_application_id(access.owner.clone())
        .with_consumer_group(access.group.clone())
        .with_retry_options(retry)
        .with_transport(transport);
    let endpoint = match (tunnel, access.port) {
        (Some(tunnel), _) => Some(tunnel.endpoint()),
        (None, port) if access.is_emulator => Some(format!("amqp://{}:{}", access.host, port.unwrap_or(5672))),
        (None, Some(port)) => Some(format!("amqps://{}:{port}", access.host)),
        (None, None) => None,
    };
    if let Some(endpoint) = endpoint {
        builder = builder.with_custom_endpoint(endpoint);
    }
    let opened = match &access.opener {
        Opener::ConnectionString(secret) => within(builder.open_with_connection_string(secret.expose(), Some(&access.hub))).await?,
        Opener::Credential(credential) => within(builder.open(&access.host, access.hub.clone(), Arc::clone(credential))).await?,
    };
    opened.map_err(|error| errors::trouble(&error, Stage::Hub))
}

async fn within<T>(asked: impl Future<Output = T>) -> Result<T, Trouble> {
    let late = |_| Trouble::new(Kind::Unreachable, format!("it did not answer within {} seconds", WITHIN.as_secs()));
    timeout(WITHIN, asked).await.map_err(late)
}

/// The latest is none of them: it is a number by the time that it is used.
fn start(start: Start) -> StartPosition {
    match start {
        Start::Earliest | Start::Latest => StartPosition { location: StartLocation::Earliest, inclusive: false },
        Start::Time(time) => {
            let time = UNIX_EPOCH + Duration::from_millis(u64::try_from(time).unwrap_or_default());
            StartPosition { location: StartLocation::EnqueuedTime(time), inclusive: true }
        }
        Start::SequenceNumber(number) => StartPosition { location: StartLocation::SequenceNumber(number), inclusive: true },
    }
}

fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
