//! The thread of an input: lives until the input is told to stop, and is built again after each failure.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use host_sim_runtime::flow::StopSignal;

use super::Outcome;
use crate::config::LogLevel;
use crate::health::{Cause, InputHealth};
use crate::schedule::back_off;
use crate::source::{self, Ending, Life, Trouble, Work};

/// A life that lasted so long was a good one: failures are counted anew after it.
const GOOD: Duration = Duration::from_secs(300);

/// An input at work.
#[derive(Debug)]
pub(super) struct InputThread {
    stop: StopSignal,
    health: Arc<InputHealth>,
    thread: Option<JoinHandle<Outcome>>,
}

impl InputThread {
    pub(super) fn start(work: Work) -> Self {
        let (stop, health) = (work.stop.clone(), Arc::clone(&work.health));
        let name = work.input.id.clone();
        let thread = thread::Builder::new().name(name).spawn(move || work.go_on(&mut *source::of(&work.input)));
        if let Err(error) = &thread {
            health.failed(Cause::Source, format!("the system has no thread for it: {error}"));
        }
        Self { stop, health, thread: thread.ok() }
    }

    pub(super) fn health(&self) -> &InputHealth {
        &self.health
    }

    pub(super) fn stop(&self) {
        self.stop.stop();
    }

    pub(super) fn cut_off(&self) {
        self.stop.cut_off();
    }

    pub(super) fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// How it ended; waits for it.
    pub(super) fn end(mut self) -> Outcome {
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or(Outcome::Failed)
    }
}

impl Work {
    /// Lives, and lives again after a failure.
    fn go_on(&self, life: &mut dyn Life) -> Outcome {
        let mut failures = 0;
        loop {
            self.health.built();
            let began = self.shared.timer.now().steady;
            let trouble = match self.live_once(life) {
                Ok(Ending::Stopped) => {
                    self.health.stopped();
                    return Outcome::Done;
                }
                Ok(Ending::Read { complete }) => {
                    self.health.stopped();
                    return if complete { Outcome::Done } else { Outcome::Incomplete };
                }
                Err(trouble) => trouble,
            };
            self.health.gave_up();
            let Trouble { cause, text, is_final } = trouble;
            self.health.failed(cause, text);
            if is_final || self.shared.once {
                return Outcome::Failed;
            }
            failures = if self.shared.timer.now().steady.saturating_sub(began) >= GOOD { 1 } else { failures + 1 };
            let pause = back_off(failures);
            self.shared.log.input(LogLevel::Debug, &self.input.id, "is built again", &[("seconds", pause.as_secs().into())]);
            if self.shared.timer.wait(pause, &self.stop) {
                self.health.stopped();
                return Outcome::Done;
            }
        }
    }

    /// A life whose panic is a failure of this input alone.
    fn live_once(&self, life: &mut dyn Life) -> Result<Ending, Trouble> {
        catch_unwind(AssertUnwindSafe(|| life.live(self))).unwrap_or_else(|_| {
            let text = "this program has a fault, and what was under way is read again: report it with what stands on stderr".to_owned();
            Err(Trouble { cause: Cause::Source, text, is_final: false })
        })
    }
}
