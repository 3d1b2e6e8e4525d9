//! An input that asks: a run of its component now, and another one after each interval.

use std::sync::Arc;

use host_sim_runtime::contract::{Failure, Response, Totals};
use host_sim_runtime::flow::{Flow, Lane, Mark, Parcel, State, Walking};
use host_sim_runtime::transport::Transport;
use host_sim_runtime::{Clock, Walk};

use super::counted::{CountedLetters, CountedSink, CountedState};
use super::measured::Measured;
use super::told::Told;
use super::{Ending, Life, Trouble, Work, input_type};
use crate::azure::{AzureTransport, Link, RequestWatch};
use crate::config::{LogLevel, Poll};
use crate::health::{Cause, Denials, InputHealth};
use crate::schedule::Schedule;
use crate::state::Run;
use crate::time::written;

/// Asks as often as the configuration says. When the last run began outlives a failure.
#[derive(Debug)]
pub(crate) struct Polling {
    poll: Poll,
    schedule: Schedule,
}

/// What is told of requests, and why an input is not well.
#[derive(Debug)]
struct Asking {
    health: Arc<InputHealth>,
    denials: Denials,
}

impl RequestWatch for Asking {
    fn sent(&self, status: Option<u16>, again: bool) {
        self.health.asked(status, again);
    }

    fn answered(&self, url: &str, answer: &Result<Response, Failure>) {
        self.denials.add(url, answer);
    }
}

impl Polling {
    pub(crate) fn new(poll: Poll) -> Self {
        Self { schedule: Schedule::new(poll.every), poll }
    }
}

impl Life for Polling {
    fn live(&mut self, work: &Work) -> Result<Ending, Trouble> {
        let shared = &work.shared;
        let lane = Lane::new(&work.input.id);
        let azure = work.input.azure.as_ref().ok_or_else(|| Trouble {
            cause: Cause::Source,
            text: "nothing says how this input signs in: add `azure` to the file".to_owned(),
            is_final: true,
        })?;
        let asking = Arc::new(Asking { health: Arc::clone(&work.health), denials: Denials::default() });
        let link = Link {
            input: &work.input.id,
            azure,
            url: work.input.url.as_ref(),
            poll: &self.poll,
            patience: shared.patience,
            redactor: Arc::clone(&shared.redactor),
            trace: shared.trace.clone(),
            recorder: None,
            watch: Some(Arc::clone(&asking) as Arc<dyn RequestWatch>),
            stop: work.stop.clone(),
        };
        let mut transport = AzureTransport::start(link).map_err(|error| Trouble::of(Cause::Source, &error))?;
        loop {
            // A run that was cut is gone on with, however early it is.
            let cursor = match shared.state.mark(&lane).map_err(|error| Trouble::boxed(Cause::State, &error))? {
                Some(Mark::Cursor(cursor)) => Some(cursor),
                Some(Mark::Ended | Mark::Position { .. }) | None => None,
            };
            if cursor.is_none() && self.schedule.wait(&shared.timer, &work.stop) {
                return Ok(Ending::Stopped);
            }
            let (began, traps) = (shared.timer.now(), work.health.traps());
            let Some(totals) = work.run(&lane, cursor, &mut transport)? else { return Ok(Ending::Stopped) };
            let denials = asking.denials.take();
            if totals.pages == 0 && totals.failed > 0 {
                let text = denials.unwrap_or_else(|| "none of the lists could be read; the log says why".to_owned());
                return Err(Trouble { cause: Cause::Source, text: format!("nothing could be read: {text}"), is_final: false });
            }
            self.schedule.ran(began);
            work.health.works(Cause::Source);
            let next = self.schedule.next(shared.timer.now());
            work.health.read(totals.records);
            work.health.finished(totals.complete, (!shared.once).then_some(next));
            let traps = work.health.traps() - traps;
            let trapped = (traps > 0).then(|| format!("the component stopped {traps} times, and what it stopped on is not read: take another version of it"));
            let incomplete = (!totals.complete).then(|| {
                let why = denials.unwrap_or_else(|| "the log says why".to_owned());
                format!("the last run was not complete, {} lists could not be read: {why}", totals.failed)
            });
            let told: Vec<String> = incomplete.into_iter().chain(trapped).collect();
            let when = if shared.once { String::new() } else { format!("; the next run is at {}", written(next)) };
            work.health.degraded((!told.is_empty()).then(|| told.join("; ") + &when));
            if shared.once {
                return Ok(Ending::Read { complete: totals.complete });
            }
        }
    }
}

impl Work {
    /// A run, from its beginning or a cursor to its end; `None` if it was to stop.
    fn run(&self, lane: &Lane, cursor: Option<Vec<u8>>, transport: &mut impl Transport) -> Result<Option<Totals>, Trouble> {
        let Self { input, health, stop, shared, .. } = self;
        let instance = self.start()?;
        let sink = shared.outlet.sink(&input.datasets, input_type(input), stop.clone()).map_err(|error| Trouble::boxed(Cause::Output, &error))?;
        let letters = shared.state.dead_letters(&input.id, input.datasets.clone()).map_err(|error| Trouble::of(Cause::State, &error))?;
        let started = Clock::System.now();
        let is_resumed = cursor.is_some();
        health.begins_run();
        shared.log.input(LogLevel::Info, &input.id, if is_resumed { "goes on with a run" } else { "begins a run" }, &[]);
        let mut poller = Measured { instance, health };
        let walk = Walk::new(&mut poller, transport, Clock::System, cursor);
        let mut walking = Walking::new(lane.clone(), walk, |_, request| Some(request));
        let flow = Flow {
            sink: &CountedSink { sink: &*sink, health },
            state: &CountedState { state: &*shared.state, health },
            dead_letters: &CountedLetters { letters: &letters, health },
            bounds: shared.outlet.bounds(),
            stop: stop.clone(),
        };
        let mut finished = None;
        let mut told = Told::default();
        let result = flow.run(&mut walking, |_, parcel: &Parcel| {
            health.took(parcel);
            shared.watch.parcel(&input.id, parcel);
            parcel.problems.iter().for_each(|problem| told.tell(problem, health));
            finished = finished.or(parcel.finished);
            if parcel.finished.is_none() && !parcel.documents.is_empty() {
                health.works(Cause::Source);
            }
        });
        told.finish(health);
        health.gave_up();
        result.map_err(|error| Trouble::of_flow(&error, &shared.outlet))?;
        let Some(totals) = finished.filter(|_| !stop.is_cut_off()) else { return Ok(None) };
        let run = Run::finished(&input.id, started, Clock::System.now(), &totals);
        shared.state.remember(run).map_err(|error| Trouble::of(Cause::State, &error))?;
        let level = if totals.complete { LogLevel::Info } else { LogLevel::Warn };
        let message = if totals.complete { "a run was complete" } else { "a run was not complete" };
        let Totals { pages, records, documents, skipped, failed, complete: _ } = totals;
        let counts = [("pages", pages), ("records", records), ("documents", documents), ("skipped", skipped), ("failed", failed)];
        shared.log.input(level, &input.id, message, &counts.map(|(name, count)| (name, count.into())));
        Ok(Some(totals))
    }
}
