//! A run of an input that polls.

use std::io;
use std::path::Path;
use std::sync::Arc;

use host_sim_runtime::flow::StopSignal;
use host_sim_runtime::{Clock, Component, Walk, WalkError};

use super::{RecordError, Recorded, keep_settings};
use crate::azure::{AzureTransport, Link, Patience, Recorder};
use crate::config::{Input, Poll};
use crate::redactor::Redactor;

pub(super) fn record(
    input: &Input,
    poll: &Poll,
    component: &Component,
    folder: &Path,
    redactor: &Arc<Redactor>,
    stop: &StopSignal,
) -> Result<Recorded, RecordError> {
    let azure = input.azure.as_ref().ok_or(RecordError::NoAzure)?;
    let mut instance = component.start()?;
    instance.configure(&input.settings)?;
    let recorder = Recorder::create(folder, Arc::clone(redactor)).map_err(RecordError::Write)?;
    keep_settings(input, folder, redactor)?;
    let mut transport = AzureTransport::start(Link {
        input: &input.id,
        azure,
        url: input.url.as_ref(),
        poll,
        patience: Patience::default(),
        redactor: Arc::clone(redactor),
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
        None => Ok(Recorded::Run { exchanges: recorder.count(), totals }),
    }
}
