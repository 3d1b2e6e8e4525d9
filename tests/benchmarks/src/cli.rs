//! Figures of the program: how fast `host-sim decode` gets through a large file, and how much memory it takes.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use host_sim_workbench::recording::write_message;
use tests::{built_into, component, host_sim};

use crate::effort::Effort;
use crate::inputs::{ELASTIC, Inputs};
use crate::report::Report;
use crate::sampling::median;

/// How often a running program's memory is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Measures the program on a file of these messages. `cache` is the folder of compiled code, so that it need not compile.
pub(crate) fn measure(inputs: &Inputs, cache: &Path, effort: &Effort, report: &mut Report) -> anyhow::Result<()> {
    let file = built_into("benchmarks").join(format!("{}-bytes.ndjson", effort.file));
    let size = write(&file, inputs, effort.file).context("cannot write the messages")?;
    let runs: anyhow::Result<Vec<Run>> = (0..effort.runs).map(|_| decode(&file, inputs.dataset, cache)).collect();
    fs::remove_file(&file)?;
    let runs = runs?;
    let rate = |run: &Run| size as f64 / 1e6 / run.time.as_secs_f64();
    report.add("decode.cli_mb_per_s".into(), median(runs.iter().map(rate).collect()));
    report.add("decode.cli_peak_rss_mib".into(), median(runs.iter().map(|run| run.peak_kib as f64 / 1024.0).collect()));
    Ok(())
}

/// Writes recorded messages until there are so many bytes; gives how many there are.
fn write(path: &Path, inputs: &Inputs, least: usize) -> anyhow::Result<usize> {
    let mut file = BufWriter::new(File::create(path)?);
    let (mut size, mut line) = (0, Vec::new());
    for message in inputs.stream() {
        line.clear();
        write_message(&mut line, &message)?;
        file.write_all(&line)?;
        size += line.len();
        if size >= least {
            break;
        }
    }
    file.flush()?;
    Ok(size)
}

struct Run {
    time: Duration,
    peak_kib: u64,
}

fn decode(file: &Path, dataset: &str, cache: &Path) -> anyhow::Result<Run> {
    let mut command = Command::new(host_sim());
    command.arg("decode").arg(component()).args(["--quiet", "--dataset", dataset, "--settings", ELASTIC]).arg(file).env("HOST_SIM_CACHE", cache);
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context("`host-sim` does not start")?;
    let mut peak_kib = 0;
    let status = loop {
        peak_kib = peak_kib.max(peak_kib_of(&child));
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(LOOK),
        }
    };
    let time = started.elapsed();
    ensure!(status.success(), "`host-sim decode` ends with {status}");
    Ok(Run { time, peak_kib })
}

/// The most that the process has held so far; nothing once it has ended.
pub(crate) fn peak_kib_of(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().trim_end_matches("kB").trim_end().parse().ok()).unwrap_or(0)
}
