//! Records what an input takes: what it asks Azure for and what comes of it, or the messages of a hub, as a recording that can be replayed. Neither state nor
//! output nor checkpoints are touched.

mod messages;
mod run;

use std::io;
use std::path::Path;
use std::sync::Arc;

use host_sim_runtime::contract::Totals;
use host_sim_runtime::flow::StopSignal;
use host_sim_runtime::{Component, ConfigureError, Stop, WalkError};

use crate::azure::StartError;
use crate::config::{Input, Source};
use crate::event_hub::OverhearError;
use crate::private;
use crate::redactor::Redactor;

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// A run.
    Run {
        /// Answers of servers.
        exchanges: u64,
        /// How it ended; `None` if it was to stop.
        totals: Option<Totals>,
    },
    /// Messages of a hub.
    Messages {
        /// How many.
        count: u64,
        /// Whether all of them that were wanted.
        is_whole: bool,
    },
}

/// Why nothing, or not everything, is recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Mend what the text says.
    #[error(transparent)]
    Hub(#[from] OverhearError),
    /// Add `azure` to the file.
    #[error("nothing says how this input signs in: add `azure` to the file")]
    NoAzure,
    /// Give another folder, or mend it.
    #[error("cannot write the recording: {0}")]
    Write(#[source] io::Error),
    /// Mend the configuration.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Mend the settings.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// Take another component.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// Take another component.
    #[error(transparent)]
    Walk(#[from] WalkError),
}

/// Records a run of an input into a folder, which is made where it is missing: `exchanges.json`, or no more than `most` messages of its hub in
/// `messages.ndjson`, and `settings.json`. Secrets are taken out before anything is written. What was recorded before an error stays.
pub fn record(input: &Input, component: &Component, folder: &Path, most: u64, redactor: &Arc<Redactor>, stop: &StopSignal) -> Result<Recorded, RecordError> {
    match &input.source {
        Source::Poll(poll) => run::record(input, poll, component, folder, redactor, stop),
        Source::EventHub(hub) => messages::record(input, hub, folder, most, redactor, stop),
    }
}

/// Writes the settings. They have no secret: `check` refuses one there.
fn keep_settings(input: &Input, folder: &Path, redactor: &Redactor) -> Result<(), RecordError> {
    let settings = redactor.text(&input.settings).into_owned();
    private::replace(&folder.join("settings.json"), |writer| writer.write_all(settings.as_bytes())).map_err(RecordError::Write)
}
