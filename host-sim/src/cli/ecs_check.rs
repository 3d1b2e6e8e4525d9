//! `host-sim ecs-check`: documents in, what is not as ECS has it out.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use host_sim_runtime::Component;
use host_sim_workbench::ecs::EcsCheck;
use host_sim_workbench::plain;
use host_sim_workbench::recording::{Format, Lines};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::console::for_a_terminal;
use super::end::End;
use super::input;
use super::options::LimitOptions;

const EXAMPLE: &str = r#"Examples:
  host-sim ecs-check --component plugin.wasm out/*.ndjson
  host-sim decode plugin.wasm --dataset event messages.ndjson | host-sim ecs-check -

A file holds one document or envelope a line; one named `*.json` holds one document, or `{"expected": [..]}`; both may be packed by
gzip or zstd, `*.json.gz` and `*.json.zst` then. With `--component` a document
may have the fields that the component lists for its data set, and no others; without it, those of ECS and the custom ones of this project.
Warnings alone leave the exit status at 0, findings make it 3."#;

/// Check documents against ECS
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct EcsCheckCommand {
    /// The documents; `-` is stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The component that made the documents
    #[arg(long, value_name = "COMPONENT")]
    component: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitOptions,
}

#[derive(Deserialize)]
struct Expected<'a> {
    #[serde(borrow)]
    expected: Vec<&'a RawValue>,
}

impl EcsCheckCommand {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let mut check = EcsCheck::new();
        if let Some(component) = &self.component {
            self.declare(&mut check, component)?;
        }
        for file in &self.files {
            let checked = if is_whole(file) { whole(&mut check, file) } else { lines(&mut check, file) };
            checked.with_context(|| format!("cannot check {}", input::name(file)))?;
        }
        let findings = check.findings();
        let text = format!("{findings}documents: {}, findings: {}, warnings: {}", check.documents(), findings.count(), findings.warnings());
        writeln!(io::stdout(), "{}", for_a_terminal(&text)).context("cannot write")?;
        Ok(if findings.is_clean() { End::Done } else { End::DoneWithProblems })
    }

    fn declare(&self, check: &mut EcsCheck, component: &Path) -> anyhow::Result<()> {
        let loaded = Component::load(&self.limits.engine()?, component).with_context(|| format!("cannot load `{}`", component.display()))?;
        let mut instance = loaded.start().with_context(|| format!("cannot start `{}`", component.display()))?;
        let datasets = instance.description().datasets.clone();
        for (position, dataset) in (0..).zip(datasets) {
            check.declare(&dataset.name, &instance.fields(position)?);
        }
        Ok(())
    }
}

/// Whether a file is one text, by its name as it was before it was packed.
fn is_whole(file: &Path) -> bool {
    let extension = |file: &Path| file.extension().and_then(OsStr::to_str).map(str::to_owned);
    match extension(file).as_deref() {
        Some("gz" | "zst") => file.file_stem().is_some_and(|stem| extension(Path::new(stem)).as_deref() == Some("json")),
        other => other == Some("json"),
    }
}

/// A document a line.
fn lines(check: &mut EcsCheck, file: &Path) -> anyhow::Result<()> {
    let mut lines = Lines::new(input::open(file)?.0, Format::Raw);
    while let Some(line) = lines.next_message()? {
        let (number, text) = (line.line + 1, line.message.body);
        if !text.trim_ascii().is_empty() {
            let source = format!("{}, line {number}", file.display());
            check.document(&source, &text).map_err(|why| anyhow::anyhow!("line {number}: {why}"))?;
        }
    }
    Ok(())
}

/// One document, or the documents that a test case expects.
fn whole(check: &mut EcsCheck, file: &Path) -> anyhow::Result<()> {
    let text = plain::read(file)?;
    let Ok(Expected { expected }) = serde_json::from_str(&text) else {
        return check.document(&file.display().to_string(), text.as_bytes()).map_err(anyhow::Error::msg);
    };
    for (number, document) in (1..).zip(expected) {
        let source = format!("{}, document {number}", file.display());
        check.document(&source, document.get().as_bytes()).map_err(|why| anyhow::anyhow!("document {number}: {why}"))?;
    }
    Ok(())
}
