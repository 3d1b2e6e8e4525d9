//! `make bench` and `make bench-live`: measures, prints the figures, and writes them down. README.md says what each figure is.

mod cli;
mod decode;
mod effort;
mod inputs;
mod live;
mod load;
mod recommendation;
mod report;
mod sampling;
mod stream;
mod tenant;
mod walk;
mod yardstick;

use std::path::PathBuf;

use anyhow::{Context, bail};
use host_sim_runtime::Cache;
use tests::{Scratch, workspace};

use effort::Effort;
use report::Report;

fn main() {
    if let Err(error) = run() {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
}

fn run() -> anyhow::Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    if options.live || options.hub {
        let mut report = Report::new();
        if options.live { live::measure(&mut report) } else { live::measure_hub(&mut report) }.context("a live host")?;
        report.print();
        return report.write(&options.out);
    }
    let effort = options.effort;
    let scratch = Scratch::new("benchmarks");
    let compiled = scratch.path().join("cache");
    let cache = Cache::in_folder(&compiled);
    let mut report = Report::new();

    let inputs = inputs::all(&cache)?;
    for inputs in &inputs {
        eprintln!("decoding: {}", inputs.dataset);
        report.describe(inputs);
        decode::measure(inputs, &cache, &effort, &mut report).with_context(|| format!("decoding of `{}`", inputs.dataset))?;
    }
    eprintln!("recommendations of many CVEs");
    decode::measure_split(&cache, &effort, &mut report).context("a recommendation of many CVEs")?;
    eprintln!("walks");
    walk::measure(&cache, &effort, &mut report).context("a walk")?;
    eprintln!("loading");
    load::measure(&scratch, &cache, &effort, &mut report).context("loading")?;
    eprintln!("the program");
    let [events, _] = &inputs;
    cli::measure(events, &compiled, &effort, &mut report).context("the program")?;

    report.print();
    report.write(&options.out)
}

struct Options {
    effort: Effort,
    live: bool,
    /// Of a live host, what receives alone.
    hub: bool,
    out: PathBuf,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut options = Self { effort: Effort::full(), live: false, hub: false, out: workspace().join("out/bench.json") };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.effort = Effort::quick(),
                "--live" => options.live = true,
                "--hub" => options.hub = true,
                "--out" => options.out = arguments.next().context("`--out` needs the name of a file")?.into(),
                _ => bail!("unknown argument `{argument}`; there are `--quick`, `--live`, `--hub` and `--out FILE`"),
            }
        }
        Ok(options)
    }
}
