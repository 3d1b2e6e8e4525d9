//! Records a run: what an input asks Azure for, and what comes of it, as a recording that can be replayed. Neither state nor output is touched.

use std::io;
use std::path::Path;
use std::sync::Arc;

use host_sim_runtime::contract::Totals;
use host_sim_runtime::flow::StopSignal;
use host_sim_runtime::{Clock, Component, ConfigureError, Stop, Walk, WalkError};

use crate::azure::{AzureTransport, Link, Patience, Recorder, StartError};
use crate::config::{Input, Source};
use crate::private;
use crate::redactor::Redactor;

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Answers of servers.
    pub exchanges: u64,
    /// How the run ended; `None` if it was to stop.
    pub totals: Option<Totals>,
}

/// Why nothing, or not everything, is recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Name an input that polls.
    #[error("the input `{0}` receives from a hub; only inputs that poll are recorded")]
    Hub(String),
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

/// Records a run of an input into a folder, which is made where it is missing: `exchanges.json` and `settings.json`. Secrets are taken out before
/// anything is written. What was recorded before an error stays.
pub fn record(input: &Input, component: &Component, folder: &Path, redactor: Arc<Redactor>, stop: StopSignal) -> Result<Recorded, RecordError> {
    let Source::Poll(poll) = &input.source else { return Err(RecordError::Hub(input.id.clone())) };
    let azure = input.azure.as_ref().ok_or(RecordError::NoAzure)?;
    let mut instance = component.start()?;
    instance.configure(&input.settings)?;
    let recorder = Recorder::create(folder, Arc::clone(&redactor)).map_err(RecordError::Write)?;
    // Settings have no secret: `check` refuses one there.
    let settings = redactor.text(&input.settings).into_owned();
    private::replace(&folder.join("settings.json"), |writer| writer.write_all(settings.as_bytes())).map_err(RecordError::Write)?;
    let mut transport = AzureTransport::start(Link {
        input: &input.id,
        azure,
        url: input.url.as_ref(),
        poll,
        patience: Patience::default(),
        redactor,
        trace: None,
        recorder: Some(recorder.clone()),
        watch: None,
        stop: stop.clone(),
    })?;
    let mut walk = Walk::new(&mut instance, &mut transport, Clock::System, None);
    let mut totals = None;
    loop {
        match walk.next_step() {
            Ok(Some(stride)) => totals = stride.step.finished.or(totals),
            Ok(None) | Err(WalkError::Cancelled) => break,
            Err(error) => return Err(error.into()),
        }
    }
    match recorder.failure() {
        Some(why) => Err(RecordError::Write(io::Error::other(why))),
        None => Ok(Recorded { exchanges: recorder.count(), totals }),
    }
}
