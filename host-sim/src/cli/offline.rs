//! What `decode` and `replay` have in common: a flow from a source to files, in which everything is counted and problems are told.

use std::io::{self, BufWriter, IsTerminal};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use host_sim_runtime::contract::{Description, Severity};
use host_sim_runtime::flow::{Bounds, Flow, FlowError, Lane, Source, Stateless, StopSignal, Walking};
use host_sim_runtime::{Clock, Instance, Walk};
use host_sim_workbench::checked::Checked;
use host_sim_workbench::decode::{DecodeError, Decoding};
use host_sim_workbench::files::{Output, Shape};
use host_sim_workbench::replay::Replay;
use host_sim_workbench::summary::{Place, Summary};

use super::console::Console;
use super::dead_letters::DeadLetters;
use super::end::End;
use super::options::RunOptions;
use super::repeats::Repeats;
use super::signals;

/// A run that is under way.
#[derive(Debug)]
pub(super) struct Run<'a> {
    output: Output<'static>,
    dead_letters: DeadLetters<'a>,
    summary: Summary,
    console: &'a Console,
    quiet: bool,
    /// The share of documents that may be not read in full.
    most_unreadable: Option<f64>,
    started: Instant,
}

/// The console of a run that writes its documents to stdout, or elsewhere.
pub(super) fn console(quiet: bool, to_stdout: bool) -> Console {
    // Documents that run over the screen leave no place for a bar.
    if quiet || (to_stdout && io::stdout().is_terminal()) { Console::quiet() } else { Console::with_progress() }
}

/// Documents go to stdout.
pub(super) fn to_stdout(description: &Description, shape: Shape) -> Output<'static> {
    Output::to_stream(BufWriter::with_capacity(64 << 10, io::stdout()), description, shape)
}

impl<'a> Run<'a> {
    pub(super) fn new(output: Output<'static>, dead_letters: DeadLetters<'a>, description: &Description, console: &'a Console, run: &RunOptions) -> Self {
        let (quiet, most_unreadable) = (run.quiet, run.most_unreadable());
        Self { output, dead_letters, summary: Summary::new(description), console, quiet, most_unreadable, started: Instant::now() }
    }

    /// Decodes all messages; `length` is the input's in bytes, if it is known.
    pub(super) fn decode(&mut self, decoding: &mut Decoding<Checked<Instance>>, length: Option<u64>) -> Result<(), FlowError<DecodeError>> {
        self.console.begin("decode", length);
        let result = self.flow(decoding, Decoding::bytes, Place::Line);
        self.dead_letters.finish();
        result
    }

    /// Walks a recorded API from its beginning to its end.
    pub(super) fn walk(&mut self, component: &mut Checked<Instance>, replay: &mut Replay, clock: Clock) -> anyhow::Result<()> {
        self.console.begin("walk", None);
        let number = |replay: &Replay, request| u64::try_from(replay.exchange_of(request)?).ok();
        let mut walking = Walking::new(Lane::new("walk"), Walk::new(component, replay, clock, None), number);
        match self.flow(&mut walking, |_| 0, Place::Exchange) {
            Err(FlowError::Source(error)) => Err(error).context("cannot walk the recorded API to its end"),
            other => other.map_err(anyhow::Error::from),
        }
    }

    /// Brings all that a source gives to where it belongs. `position` is how far the source is, as its length is counted; `place` says what its numbers are.
    fn flow<S: Source>(&mut self, source: &mut S, position: impl Fn(&S) -> u64, place: fn(u64) -> Place) -> Result<(), FlowError<S::Error>> {
        let Self { output, dead_letters, summary, console, quiet, most_unreadable, .. } = self;
        // Whoever is told of no document needs none counted.
        let counts = !*quiet || most_unreadable.is_some();
        let mut repeats = Repeats::default();
        // Nothing goes on where this ends: there is no mark to keep.
        let flow = Flow { sink: output, state: &Stateless, dead_letters, bounds: Bounds::DEFAULT, stop: StopSignal::default() };
        let result = flow.run(source, |source, parcel| {
            for document in parcel.documents.iter().filter(|_| counts) {
                summary.document(document, parcel.number_of(document.source).map_or(Place::Nowhere, place));
            }
            parcel.problems.iter().for_each(|problem| summary.problem(problem));
            if let Some(totals) = parcel.finished {
                summary.walk(totals);
            }
            for problem in &parcel.problems {
                if !*quiet || problem.severity > Severity::Info {
                    repeats.tell(problem, parcel.number_of(problem.source), console);
                }
            }
            console.progress(position(source), summary.documents());
        });
        repeats.finish(console);
        result
    }

    /// Ends the output, and says what there was and where it is.
    pub(super) fn finish(mut self) -> anyhow::Result<End> {
        let output = self.output;
        let files = signals::undivided(|| output.finish()).context("cannot write the documents")?;
        self.summary.time(self.started.elapsed());
        self.console.end();
        if !self.quiet {
            self.console.say(&self.summary.to_string());
            say_files(self.console, &files);
        }
        let unreadable = self.most_unreadable.and_then(|most| self.summary.unreadable(most));
        if let Some(unreadable) = &unreadable {
            self.console.error(unreadable);
        }
        Ok(if unreadable.is_some() || self.summary.has_problems() { End::DoneWithProblems } else { End::Done })
    }
}

fn say_files(console: &Console, files: &[PathBuf]) {
    for file in files {
        console.say(&format!("written     {}", file.display()));
    }
}
