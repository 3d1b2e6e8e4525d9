//! The thread that talks to the hub: connects, shares partitions out, receives, and begins anew whenever something breaks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_local};
use tokio::time::{Instant, sleep};

use super::batch::Event;
use super::desk::{Desk, Phase, Reading};
use super::reader::{self, Over};
use super::service::{Access, Service};
use super::trouble::{Kind, Trouble};

/// The first pause after something broke; it is twice as long each time after that.
const FIRST: Duration = Duration::from_millis(500);

/// It is never waited longer.
const LONGEST: Duration = Duration::from_secs(60);

/// What worked for so long breaks for the first time.
const STEADY: Duration = Duration::from_secs(60);

/// How often it is tried by who reads to the end.
const ATTEMPTS: u32 = 5;

/// How often it is looked whether there are checkpoints to write.
const WRITE: Duration = Duration::from_millis(500);

/// What a concern about them is filed under.
const CHECKPOINTS: &str = "checkpoints";

/// How often the caller's signal is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Why a session ended that was not broken.
enum End {
    /// There are other partitions.
    Changed,
    /// It is to end.
    Finished,
}

/// How a hub is shared: how often, and when a claim is over.
pub(super) type Balance = (Duration, Duration);

/// Receives until it is to end.
pub(super) async fn supervise(desk: Arc<Desk>, access: Arc<Access>, balance: Balance) {
    let watcher = spawn_local(watch_signal(Arc::clone(&desk)));
    let writer = spawn_local(write_again(Arc::clone(&desk)));
    let (mut pause, mut failures, mut known) = (FIRST, 0, BTreeSet::new());
    loop {
        let started = Instant::now();
        let ended = session(&desk, &access, balance, &mut known).await;
        desk.none_begun();
        let trouble = match ended {
            Ok(End::Finished) => break,
            Ok(End::Changed) => continue,
            Err(trouble) => trouble,
        };
        if started.elapsed() > STEADY {
            (pause, failures) = (FIRST, 0);
        }
        failures += 1;
        desk.status.fail(&trouble.to_string());
        if desk.reading == Reading::ToTheEnd && (trouble.is_lasting() || failures >= ATTEMPTS) {
            desk.send(Event::Failed(trouble)).await;
            desk.enter(Phase::Draining);
        }
        let mut phase = desk.phase.subscribe();
        tokio::select! {
            () = sleep(pause) => {}
            () = reached(&mut phase, Phase::Draining) => break,
        }
        pause = (pause * 2).min(LONGEST);
    }
    reached(&mut desk.phase.subscribe(), Phase::Finishing).await;
    watcher.abort();
    writer.abort();
    if let Err(trouble) = desk.store.finish(&access.owner).await {
        // What is not kept is read again.
        desk.status.fail(&trouble.to_string());
    }
    desk.status.stopped();
}

/// Waits until it is that far.
pub(super) async fn reached(phase: &mut watch::Receiver<Phase>, wanted: Phase) {
    // The one who says it is there as long as anybody waits.
    let _ = phase.wait_for(|phase| *phase >= wanted).await;
}

async fn watch_signal(desk: Arc<Desk>) {
    while !desk.stop.is_stopped() {
        sleep(LOOK).await;
    }
    desk.enter(Phase::Draining);
}

/// Writes checkpoints whose time has come.
async fn write_again(desk: Arc<Desk>) {
    loop {
        sleep(WRITE).await;
        match desk.store.write_due().await {
            Ok(()) => desk.status.calm(CHECKPOINTS),
            Err(trouble) => desk.status.worry(CHECKPOINTS, &format!("{trouble}; until then a restart would store again what is stored")),
        }
    }
}

async fn session(desk: &Arc<Desk>, access: &Arc<Access>, balance: Balance, known: &mut BTreeSet<String>) -> Result<End, Trouble> {
    let mut phase = desk.phase.subscribe();
    let begun = async {
        desk.store.prepare().await?;
        let service = Arc::new(Service::open(Arc::clone(access)).await?);
        let partitions = service.partitions().await?;
        ask(desk, &service, &partitions).await?;
        if !known.is_empty() {
            partitions.iter().filter(|id| !known.contains(*id)).for_each(|id| desk.set_new(id));
        }
        let processor = service.share(desk, balance, &partitions).await?;
        Ok::<_, Trouble>((service, partitions, processor))
    };
    let (service, partitions, processor) = tokio::select! {
        begun = begun => begun?,
        () = reached(&mut phase, Phase::Finishing) => return Ok(End::Finished),
    };
    known.extend(partitions.iter().cloned());
    let mut turning = spawn_local(Service::turn(Arc::clone(&processor)));
    let mut readers = JoinSet::new();
    let mut asking = spawn_local(ask_again(Arc::clone(desk), service, partitions, balance.0));
    desk.status.receives();
    desk.end_if_all_is_read();
    let ended = loop {
        tokio::select! {
            () = reached(&mut phase, Phase::Finishing) => break Ok(End::Finished),
            stopped = &mut turning => break Err(stopped.unwrap_or_else(|error| Trouble::new(Kind::Broken, error.to_string()))),
            partition = Service::next_partition(&processor) => match partition {
                Ok(partition) => drop(readers.spawn_local(reader::read(Arc::clone(desk), partition))),
                Err(trouble) => break Err(trouble),
            },
            Some(read) = readers.join_next() => match read {
                Ok(Ok(Over::Lost | Over::Read | Over::Stopped)) => {}
                Ok(Err(trouble)) => break Err(trouble),
                Err(error) => break Err(Trouble::new(Kind::Broken, error.to_string())),
            },
            asked = &mut asking => break match asked {
                Ok(Ok(())) => Ok(End::Changed),
                Ok(Err(trouble)) => Err(trouble),
                Err(error) => Err(Trouble::new(Kind::Broken, error.to_string())),
            },
        }
    };
    readers.shutdown().await;
    asking.abort();
    if !turning.is_finished() {
        turning.abort();
        let _ = turning.await;
    }
    Service::close(processor).await;
    ended
}

/// Asks how much the partitions hold.
async fn ask(desk: &Desk, service: &Service, partitions: &[String]) -> Result<(), Trouble> {
    let mut extents = BTreeMap::new();
    for partition in partitions {
        let extent = service.extent(partition).await?;
        desk.status.note(partition, |figures| figures.last = Some(extent.last));
        extents.insert(partition.clone(), extent);
    }
    desk.look_ahead(&extents).await
}

/// Asks again and again how much the partitions hold; comes to its end when there are others.
async fn ask_again(desk: Arc<Desk>, service: Arc<Service>, partitions: Vec<String>, every: Duration) -> Result<(), Trouble> {
    let mut phase = desk.phase.subscribe();
    loop {
        tokio::select! {
            () = sleep(every) => {}
            // What it holds is of no use any more.
            () = reached(&mut phase, Phase::Draining) => std::future::pending().await,
        }
        let now = service.partitions().await?;
        ask(&desk, &service, &now).await?;
        look_elsewhere(&desk).await?;
        if now != partitions {
            return Ok(());
        }
    }
}

/// What others read they bring to its end.
async fn look_elsewhere(desk: &Desk) -> Result<(), Trouble> {
    for partition in desk.unended() {
        if !desk.is_ours(&partition)
            && let (Some(end), Some(place)) = (desk.end(&partition), desk.store.kept(&desk.lane(&partition), &partition).await?.place)
            && place.sequence_number >= end
        {
            desk.ended(&partition);
        }
    }
    Ok(())
}
