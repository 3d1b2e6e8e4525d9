//! The figures of one run: printed, and written as JSON with what they were taken on.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use serde_json::{Map, Value, json};
use tests::workspace;

use crate::inputs::Inputs;

/// What a run has found so far.
#[derive(Debug)]
pub(crate) struct Report {
    /// In the order in which they were taken.
    figures: Vec<(String, f64)>,
    inputs: BTreeMap<&'static str, Value>,
    machine: Value,
}

impl Report {
    /// Nothing found yet.
    pub(crate) fn new() -> Self {
        Self { figures: Vec::new(), inputs: BTreeMap::new(), machine: machine() }
    }

    /// Notes what is decoded.
    pub(crate) fn describe(&mut self, inputs: &Inputs) {
        self.inputs.insert(inputs.dataset, inputs.description());
    }

    /// Adds a figure.
    pub(crate) fn add(&mut self, name: String, figure: f64) {
        self.figures.push((name, figure));
    }

    /// Prints all figures, and what was decoded.
    pub(crate) fn print(&self) {
        for (name, figure) in &self.figures {
            println!("{name:<40} {figure:>10.3}");
        }
        for (dataset, inputs) in &self.inputs {
            println!("messages of `{dataset}`: {} different ones, mean size {} bytes", inputs["different"], inputs["mean_bytes"]);
        }
    }

    /// Writes `{"figures", "inputs", "machine", "commit"}`.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let figures: Map<String, Value> = self.figures.iter().map(|(name, figure)| (name.clone(), rounded(*figure).into())).collect();
        let report = json!({ "figures": figures, "inputs": self.inputs, "machine": self.machine, "commit": commit() });
        let write = || {
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            std::fs::write(path, format!("{report:#}\n"))
        };
        write().with_context(|| format!("cannot write `{}`", path.display()))
    }
}

/// Four digits after the point are more than any of them means.
fn rounded(figure: f64) -> f64 {
    (figure * 1e4).round() / 1e4
}

/// What a figure depends on besides the code.
fn machine() -> Value {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map(|line| line.trim_start_matches([' ', '\t', ':']).to_owned())
    };
    json!({
        "processor": value(&read("/proc/cpuinfo"), "model name"),
        "threads": std::thread::available_parallelism().map_or(0, usize::from),
        "memory": value(&read("/proc/meminfo"), "MemTotal"),
        "system": format!("{} {} {}", std::env::consts::OS, std::env::consts::ARCH, read("/proc/sys/kernel/osrelease").trim()),
        "load_before": read("/proc/loadavg").split(' ').next(),
    })
}

/// The commit that this was built from, `-dirty` if the folder has changes.
fn commit() -> Option<String> {
    let output = Command::new("git").args(["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]).current_dir(workspace()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
