//! A line for each input on a terminal, while a host runs, and lines of its log above them.

use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use host_sim_live::config::LogLevel;
use host_sim_live::health::{InputState, Status};
use indicatif::{HumanBytes, HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::for_a_terminal;

/// How many documents a second there were is looked at over this long.
const WINDOW: f64 = 2.0;

/// The lines.
#[derive(Debug)]
pub(super) struct LiveLines {
    bars: MultiProgress,
    is_shown: bool,
    lines: Mutex<Vec<Line>>,
}

#[derive(Debug)]
struct Line {
    input: String,
    bar: ProgressBar,
    since: Instant,
    documents: u64,
    rate: f64,
}

impl LiveLines {
    /// Shown on a terminal, unless documents run over it.
    pub(super) fn new(documents_on_stdout: bool) -> Self {
        let is_shown = io::stderr().is_terminal() && !(documents_on_stdout && io::stdout().is_terminal());
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bars: MultiProgress::with_draw_target(target), is_shown, lines: Mutex::default() }
    }

    /// Whether somebody watches.
    pub(super) fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// A line of the log. Where somebody watches, it is told only what they have to know.
    pub(super) fn log(&self, level: LogLevel, line: &str) {
        if !self.is_shown {
            // Nobody is left to be told that stderr is closed.
            let _ = io::Write::write_all(&mut io::stderr(), format!("{line}\n").as_bytes());
        } else if level <= LogLevel::Warn {
            let _ = self.bars.println(for_a_terminal(line));
        }
    }

    /// Shows how inputs are.
    pub(super) fn show(&self, statuses: &[Status]) {
        if !self.is_shown {
            return;
        }
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for status in statuses {
            let at = lines.iter().position(|line| line.input == status.input).unwrap_or_else(|| {
                let bar = self.bars.add(ProgressBar::new_spinner());
                bar.set_style(ProgressStyle::with_template("{prefix} {wide_msg}").expect("the template is well formed"));
                bar.set_prefix(status.input.clone());
                lines.push(Line { input: status.input.clone(), bar, since: Instant::now(), documents: status.documents, rate: 0.0 });
                lines.len() - 1
            });
            if let Some(line) = lines.get_mut(at) {
                line.show(status);
            }
        }
    }

    /// Takes the lines off the screen.
    pub(super) fn end(&self) {
        let _ = self.bars.clear();
    }
}

impl Line {
    fn show(&mut self, status: &Status) {
        let seconds = self.since.elapsed().as_secs_f64();
        if seconds >= WINDOW {
            let new = u32::try_from(status.documents.saturating_sub(self.documents)).unwrap_or(u32::MAX);
            self.rate = f64::from(new) / seconds;
            (self.since, self.documents) = (Instant::now(), status.documents);
        }
        self.bar.set_message(text(status, self.rate));
        self.bar.tick();
    }
}

/// What is said of an input, the most important first: what has no room is cut off at its end.
fn text(status: &Status, rate: f64) -> String {
    let mut text = status.state.name().to_owned();
    if status.state == InputState::Failed {
        return format!("{text}: {}", for_a_terminal(&status.text));
    }
    let waits = status.settled != status.documents;
    text.push_str(&format!(", steps: {}, documents: {}", HumanCount(status.parcels), HumanCount(status.documents)));
    if rate >= 0.5 {
        text.push_str(&format!(" ({rate:.0}/s)"));
    }
    text.push_str(&format!(", settled: {}", HumanCount(status.settled)));
    if waits {
        text.push_str(&format!(", under way: {}", HumanBytes(status.bytes_under_way)));
    }
    if !status.text.is_empty() {
        text.push_str(&format!("; {}", for_a_terminal(&status.text)));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use host_sim_live::health::{InputState, Status};

    use super::text;

    #[test]
    fn a_line_says_first_what_matters_most() {
        let status = Status {
            input: "posture".into(),
            state: InputState::Degraded,
            text: "documents wait: \u{1b}[31m".into(),
            since: 0,
            generation: 1,
            next_run: None,
            parcels: 12,
            documents: 44_000,
            settled: 40_000,
            dead_lettered: 0,
            bytes_under_way: 2 << 20,
            oldest: Duration::ZERO,
        };
        assert_eq!(text(&status, 1234.4), "degraded, steps: 12, documents: 44,000 (1234/s), settled: 40,000, under way: 2.00 MiB; documents wait: \\u{1b}[31m");
        let failed = Status { state: InputState::Failed, text: "no token".into(), ..status };
        assert_eq!(text(&failed, 0.0), "failed: no token");
    }
}
