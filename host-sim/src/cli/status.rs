//! `host-sim status`: how the host of a configuration is, and what it knows.

use std::fmt::Write as _;
use std::io::{self, Write};

use anyhow::Context;
use chrono::DateTime;
use clap::Args;
use host_sim_live::health::{InputState, Status as InputStatus};
use host_sim_live::state::{Run, Snapshot, StateFolder};
use host_sim_live::status::Report;
use host_sim_runtime::contract::Timestamp;
use host_sim_runtime::flow::Mark;

use super::configuration::{self, ConfigOption};
use super::console::for_a_terminal;
use super::end::{End, Usage};
use super::options::LimitOptions;

/// Runs of an input that are shown.
const RUNS: usize = 5;

const EXAMPLE: &str = "Example:
  host-sim status --config host-sim.yml

It reads the state of the host, which may run or not, and changes nothing. Numbers are up to five seconds old. The exit status is 0 if a host runs and
none of its inputs has failed, else 3.";

/// Show how a host is: its inputs, where they are, their last runs
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Status {
    #[command(flatten)]
    config: ConfigOption,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Status {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let checked = configuration::read(&self.config.config, &self.limits.engine()?)?;
        let config = checked.config.ok_or_else(|| Usage(format!("`{}` is wrong; `host-sim check` says how", self.config.config.display())))?;
        let runs = StateFolder::is_in_use(&config.state);
        let snapshot = StateFolder::look(&config.state)?;
        let report = Report::read(&config.state).with_context(|| format!("cannot read how the host of `{}` is", config.state.display()))?;
        let text = text(runs, report.as_ref(), &snapshot);
        io::stdout().write_all(for_a_terminal(&text).as_bytes()).context("cannot write")?;
        let has_failed = report.is_none_or(|report| report.inputs.iter().any(|input| input.state == InputState::Failed));
        Ok(if runs && !has_failed { End::Done } else { End::DoneWithProblems })
    }
}

fn text(runs: bool, report: Option<&Report>, snapshot: &Snapshot) -> String {
    let mut text = String::new();
    let _ = match report {
        Some(report) if runs => {
            let address = report.monitoring.map(|address| format!(", http://{address}")).unwrap_or_default();
            writeln!(text, "host-sim {} runs since {}, process {}{address}", report.version, time(report.started), report.process)
        }
        Some(report) => writeln!(text, "no host runs; the last one said this at {}", time(report.written)),
        None if runs => writeln!(text, "a host runs, and has not said anything yet"),
        None => writeln!(text, "no host runs, and none has run"),
    };
    for input in report.map(|report| report.inputs.as_slice()).unwrap_or_default() {
        write_input(&mut text, input);
        snapshot.runs.iter().rev().filter(|run| run.input == input.input).take(RUNS).for_each(|run| write_run(&mut text, run));
    }
    for (lane, mark) in &snapshot.marks {
        let place = match mark {
            Mark::Cursor(cursor) => format!("in a run, whose cursor has {} bytes", cursor.len()),
            Mark::Position { sequence_number, .. } => format!("behind message {sequence_number}"),
            Mark::Ended => "between two runs".to_owned(),
        };
        let _ = writeln!(text, "mark {lane}: {place}");
    }
    text
}

fn write_input(text: &mut String, input: &InputStatus) {
    let _ = write!(text, "input {}: {} since {}", input.input, input.state.name(), time(input.since));
    if input.generation > 1 {
        let _ = write!(text, ", built {} times", input.generation);
    }
    if let Some(next) = input.next_run {
        let _ = write!(text, ", next run at {}", time(next));
    }
    text.push('\n');
    if !input.text.is_empty() {
        let _ = writeln!(text, "  {}", input.text);
    }
    let InputStatus { documents, settled, dead_lettered, bytes_under_way, oldest, .. } = input;
    let _ = writeln!(text, "  {documents} documents, {settled} settled, {dead_lettered} of them dead letters");
    if *bytes_under_way > 0 {
        let _ = writeln!(text, "  {bytes_under_way} bytes under way, the oldest for {} s", oldest.as_secs());
    }
}

fn write_run(text: &mut String, run: &Run) {
    let seconds = run.ended.saturating_sub(run.started) / 1_000;
    let Run { pages, records, documents, failed, .. } = run;
    let how = if run.complete { "complete".to_owned() } else { format!("not complete, {failed} lists failed") };
    let _ = writeln!(text, "  run of {}: {how}, {pages} pages, {records} records, {documents} documents, {seconds} s", time(run.started));
}

fn time(time: Timestamp) -> String {
    let time = i64::try_from(time).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
