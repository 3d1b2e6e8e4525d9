//! Receives what a hub holds without anybody noticing: no partition is taken, and no checkpoint is moved.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{select_all, unfold};
use futures::{Stream, StreamExt};
use host_sim_runtime::contract::Message;
use host_sim_runtime::flow::StopSignal;
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use tokio::time::sleep;

use super::opening::{self, HubStartError, SignIn};
use super::place::{Begin, has_more};
use super::service::{Arrived, Broken, Onlooker, Service};
use super::trouble::Trouble;
use crate::config::{EventHub, Start};

/// How the service calls who listens.
const NAME: &str = "host-sim-record";

/// How often the caller's signal is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overheard {
    /// Messages.
    pub count: u64,
    /// Whether it was told to stop before it had all.
    pub is_stopped: bool,
}

/// Why there is not all of it.
#[derive(Debug, thiserror::Error)]
pub enum OverhearError {
    /// Mend what the text says.
    #[error("{0}")]
    Hub(String),
    /// Read with another consumer group.
    #[error("partition {0} is read by another reader of this consumer group, from which nothing is taken; write another `consumer_group`, or stop that reader")]
    Taken(String),
    /// Mend what the text says.
    #[error(transparent)]
    Start(#[from] HubStartError),
    /// The caller has no room for it.
    #[error("cannot keep a message: {0}")]
    Keep(#[source] io::Error),
}

impl From<Trouble> for OverhearError {
    fn from(trouble: Trouble) -> Self {
        Self::Hub(trouble.to_string())
    }
}

/// Receives from where the configuration says that a partition begins, to the last message that is there now; from the latest on, until it is told to stop.
/// There are never more than `most` messages.
pub fn overhear(
    hub: &EventHub,
    sign_in: &SignIn,
    most: u64,
    stop: &StopSignal,
    mut keep: impl FnMut(&Message) -> io::Result<()>,
) -> Result<Overheard, OverhearError> {
    let access = opening::access(hub, sign_in, NAME.to_owned())?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(HubStartError::Thread)?;
    let mut count = 0;
    let is_stopped = LocalSet::new().block_on(&runtime, async {
        let all = async {
            let service = Service::open(Arc::new(access)).await?;
            let open = onlookers(hub, &service).await?;
            let heard = listen(&open, |message| {
                keep(message)?;
                count += 1;
                Ok(count < most)
            });
            let heard = heard.await;
            for onlooker in open {
                onlooker.reader.close().await;
            }
            service.leave().await;
            heard
        };
        tokio::select! {
            biased;
            () = stopped(stop) => Ok(true),
            all = all => all.map(|()| false),
        }
    });
    Ok(Overheard { count, is_stopped: is_stopped? })
}

async fn stopped(stop: &StopSignal) {
    while !stop.is_stopped() {
        sleep(LOOK).await;
    }
}

/// A partition, and where it ends.
struct Part {
    id: String,
    reader: Onlooker,
    /// `None` where whatever comes is wanted.
    end: Option<i64>,
}

/// Opens the partitions that hold something which is wanted.
async fn onlookers(hub: &EventHub, service: &Service) -> Result<Vec<Part>, OverhearError> {
    let mut open = Vec::new();
    for id in service.partitions().await? {
        let extent = service.extent(&id).await?;
        let (start, end) = match hub.start {
            Start::Latest => (Start::SequenceNumber(extent.last.saturating_add(1)), None),
            start if has_more(&Begin::Start, start, &extent) => (start, Some(extent.last)),
            _ => continue,
        };
        let reader = service.look_on(&id, start, hub.receive_count).await?;
        open.push(Part { id, reader, end });
    }
    Ok(open)
}

/// Hands messages on until all have come, or no more are wanted.
async fn listen(open: &[Part], mut keep: impl FnMut(&Message) -> io::Result<bool>) -> Result<(), OverhearError> {
    let mut all = select_all(open.iter().map(|part| Box::pin(to_the_end(part))));
    while let Some((id, came)) = all.next().await {
        match came {
            Ok(arrived) if keep(&arrived.message).map_err(OverhearError::Keep)? => {}
            Ok(_) => break,
            Err(Broken::Lost) => return Err(OverhearError::Taken(id.to_owned())),
            Err(Broken::For(trouble)) => return Err(trouble.into()),
        }
    }
    Ok(())
}

/// What comes of a partition, up to its end.
fn to_the_end(part: &Part) -> impl Stream<Item = (&str, Result<Arrived, Broken>)> {
    unfold((Box::pin(part.reader.messages()), false), move |(mut messages, is_over)| async move {
        if is_over {
            return None;
        }
        let came = messages.next().await?;
        let is_last = |arrived: &Arrived| part.end.is_some_and(|end| arrived.place.sequence_number >= end);
        let is_over = came.as_ref().map_or(true, is_last);
        Some(((part.id.as_str(), came), (messages, is_over)))
    })
}
