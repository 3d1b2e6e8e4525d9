//! What `decode` and `replay` have in common: documents go out, everything is counted, problems are told.

use std::io::{self, BufRead, BufWriter, IsTerminal};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use host_sim_runtime::contract::{Description, Document, Problem, Severity};
use host_sim_runtime::{Instance, Walk};
use host_sim_workbench::checked::Checked;
use host_sim_workbench::decode::Decoding;
use host_sim_workbench::files::{Output, Shape};
use host_sim_workbench::replay::Replay;
use host_sim_workbench::summary::Summary;

use super::End;
use super::console::Console;
use super::dead_letters::DeadLetters;

/// A run that is under way.
#[derive(Debug)]
pub(super) struct Run<'a> {
    output: Output<'a>,
    summary: Summary,
    console: &'a Console,
    quiet: bool,
    started: Instant,
}

/// The console of a run that writes its documents to stdout, or elsewhere.
pub(super) fn console(quiet: bool, to_stdout: bool) -> Console {
    // Documents that run over the screen leave no place for a bar.
    if quiet || (to_stdout && io::stdout().is_terminal()) { Console::quiet() } else { Console::with_progress() }
}

/// Documents go to stdout.
pub(super) fn to_stdout(description: &Description, shape: Shape) -> Output<'static> {
    Output::to_stream(BufWriter::with_capacity(64 << 10, io::stdout().lock()), description, shape)
}

impl<'a> Run<'a> {
    pub(super) fn new(output: Output<'a>, description: &Description, console: &'a Console, quiet: bool) -> Self {
        Self { output, summary: Summary::new(description), console, quiet, started: Instant::now() }
    }

    /// Decodes all messages; `length` is the input's in bytes, if it is known.
    pub(super) fn decode<R: BufRead>(
        &mut self,
        mut decoding: Decoding<Checked<Instance>, R>,
        length: Option<u64>,
        mut dead: DeadLetters,
    ) -> anyhow::Result<()> {
        self.console.begin("decode", length);
        let result = self.decode_batches(&mut decoding, &mut dead);
        dead.finish(self.console);
        result
    }

    fn decode_batches<R: BufRead>(&mut self, decoding: &mut Decoding<Checked<Instance>, R>, dead: &mut DeadLetters) -> anyhow::Result<()> {
        while let Some(batch) = decoding.next_batch()? {
            for document in &batch.decoded.documents {
                self.document(document, batch.line_of(document.source))?;
                self.summary.document(document);
            }
            for problem in &batch.decoded.problems {
                self.problem(problem, batch.line_of(problem.source));
                self.summary.problem(problem);
            }
            for letter in &batch.dead {
                dead.take(letter, batch.line_of(Some(letter.source)), self.console)?;
            }
            self.pause(decoding.bytes())?;
        }
        Ok(())
    }

    /// Walks a recorded API from its beginning to its end.
    pub(super) fn walk(&mut self, component: &mut Checked<Instance>, replay: &mut Replay, clock: host_sim_runtime::Clock) -> anyhow::Result<()> {
        self.console.begin("walk", None);
        let mut walk = Walk::new(component, replay, clock, None);
        let mut answered = 0_u64;
        while let Some(stride) = walk.next_step().context("cannot walk the recorded API to its end")? {
            let source = |source: Option<u32>| {
                let request = stride.answered.get(usize::try_from(source?).ok()?)?;
                u64::try_from(walk.transport().exchange_of(*request)?).ok()
            };
            for document in &stride.step.documents {
                self.document(document, source(document.source))?;
                self.summary.document(document);
            }
            for problem in &stride.step.problems {
                self.problem(problem, source(problem.source));
                self.summary.problem(problem);
            }
            if let Some(totals) = stride.step.finished {
                self.summary.walk(totals);
            }
            answered = answered.saturating_add(u64::try_from(stride.answered.len()).unwrap_or_default());
            self.pause(answered)?;
        }
        Ok(())
    }

    /// Ends the output, and says what there was and where it is.
    pub(super) fn finish(mut self) -> anyhow::Result<End> {
        let files = self.output.finish().context("cannot write the documents")?;
        self.summary.time(self.started.elapsed());
        self.console.end();
        if !self.quiet {
            self.console.say(&self.summary.to_string());
            say_files(self.console, &files);
        }
        Ok(if self.summary.has_problems() { End::DoneWithProblems } else { End::Done })
    }

    fn document(&mut self, document: &Document, source: Option<u64>) -> anyhow::Result<()> {
        self.output.write(document, source).context("cannot write a document")
    }

    fn problem(&self, problem: &Problem, source: Option<u64>) {
        if !self.quiet || problem.severity > Severity::Info {
            self.console.problem(problem, source);
        }
    }

    /// Between two calls: passes documents on, and shows how far it is.
    fn pause(&mut self, position: u64) -> anyhow::Result<()> {
        self.output.flush().context("cannot write the documents")?;
        self.console.progress(position, self.summary.documents());
        Ok(())
    }
}

fn say_files(console: &Console, files: &[PathBuf]) {
    for file in files {
        console.say(&format!("written     {}", file.display()));
    }
}
