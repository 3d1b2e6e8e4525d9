//! `host-sim findings`: documents in, what Kibana's pages of findings would show out.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, ValueEnum};
use host_sim_elastic::findings::{Documents, Finding, Shown, text};
use host_sim_elastic::transform::{ALL, Latest};
use host_sim_workbench::recording::{Format, Lines};
use serde_json::{Value, json};

use super::console::for_a_terminal;
use super::end::{End, Usage};
use super::input;

const EXAMPLE: &str = "Examples:
  host-sim replay plugin.wasm recording --out out && host-sim findings out
  host-sim findings out --view vulnerability --format ndjson

Both transforms over documents, without Elasticsearch: of each finding the newest document of the last 26 hours, as Kibana's pages of
findings would show it. A value that is missing from a key is a value; a list gives a finding for each of its values. A finding that a
document of a hub says is deleted is marked; the pages show it until it is too old. DIR stands for its files `*.ndjson` and `*.ndjson.gz`.";

/// Show the findings that Kibana would show, from documents
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Findings {
    /// Documents, one or an envelope a line, or a folder of them; `-` is stdin
    #[arg(value_name = "DIR|FILE")]
    place: PathBuf,
    /// Which of both
    #[arg(long, value_name = "VIEW")]
    view: Option<ViewOption>,
    /// When it is looked [default: the time of the newest assessment]
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<DateTime<Utc>>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: FormatOption,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ViewOption {
    Misconfiguration,
    Vulnerability,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatOption {
    Table,
    Ndjson,
    Json,
}

impl Findings {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let mut documents = Documents::default();
        for file in files(&self.place)? {
            read(&mut documents, &file).with_context(|| format!("cannot read {}", input::name(&file)))?;
        }
        let now = self.now.or_else(|| documents.newest()).unwrap_or(DateTime::UNIX_EPOCH);
        let wanted = |latest: &&Latest| match self.view {
            Some(ViewOption::Misconfiguration) => latest.class == "misconfiguration",
            Some(ViewOption::Vulnerability) => latest.class == "vulnerability",
            None => true,
        };
        let views: Vec<(&Latest, Shown<'_>)> = ALL.iter().filter(wanted).map(|latest| (latest, documents.shown(latest, now))).collect();
        let text = match self.format {
            FormatOption::Table => for_a_terminal(&table(&views, now)).into_owned(),
            FormatOption::Ndjson => {
                views.iter().flat_map(|(latest, shown)| shown.findings.iter().map(|finding| format!("{}\n", line(latest, finding)))).collect()
            }
            FormatOption::Json => format!("{:#}\n", whole(&views, now)),
        };
        io::stdout().write_all(text.as_bytes()).context("cannot write")?;
        Ok(End::Done)
    }
}

fn time(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).map_err(|_| "write a time such as 2026-01-01T00:00:00Z".to_owned())
}

fn files(place: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if input::is_stdin(place) || !place.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(place).with_context(|| format!("cannot read `{}`", place.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if name.ends_with(".ndjson") || name.ends_with(".ndjson.gz") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Usage(format!("there are no documents in `{}`: no file is called `*.ndjson`", place.display())).into());
    }
    Ok(files)
}

fn read(documents: &mut Documents, file: &Path) -> anyhow::Result<()> {
    let mut lines = Lines::new(input::open(file)?.0, Format::Raw);
    while let Some(line) = lines.next_message()? {
        let (number, body) = (line.line + 1, line.message.body);
        if !body.trim_ascii().is_empty() {
            documents.add(serde_json::from_slice(&body).with_context(|| format!("line {number} is no document"))?);
        }
    }
    Ok(())
}

fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn line(latest: &Latest, finding: &Finding<'_>) -> Value {
    let key: serde_json::Map<String, Value> = latest.unique_key.iter().zip(&finding.key).map(|(field, value)| ((*field).to_owned(), json!(value))).collect();
    json!({ "view": latest.name, "key": key, "deleted": finding.deleted.map(written), "document": finding.document })
}

fn whole(views: &[(&Latest, Shown<'_>)], now: DateTime<Utc>) -> Value {
    let view = |(latest, shown): &(&Latest, Shown<'_>)| {
        let findings: Vec<Value> = shown.findings.iter().map(|finding| line(latest, finding)).collect();
        json!({ "view": latest.name, "findings": findings, "left_out": shown.left_out })
    };
    json!({ "now": written(now), "views": views.iter().map(view).collect::<Vec<_>>() })
}

fn table(views: &[(&Latest, Shown<'_>)], now: DateTime<Utc>) -> String {
    let mut table = format!("as of {}\n", written(now));
    for (latest, shown) in views {
        let _ = writeln!(table, "\n{}: {}", latest.name, shown.findings.len());
        let columns = match latest.outcome {
            None => ["result.evaluation", "rule.name", "resource.name"],
            Some(_) => ["vulnerability.severity", "vulnerability.id", "resource.name"],
        };
        for finding in &shown.findings {
            let value = |field: &str| match latest.unique_key.iter().position(|known| *known == field) {
                // Of several, the one that this finding is of.
                Some(at) => finding.key.get(at).cloned().flatten().unwrap_or_else(|| "-".to_owned()),
                None => text(finding.document, field).unwrap_or("-").to_owned(),
            };
            let [first, second, third] = columns.map(value);
            let package = [value("package.name"), value("package.version")].join(" ");
            let package = if latest.outcome.is_some() && package != "- -" { format!("  {package}") } else { String::new() };
            let deleted = finding.deleted.map(|time| format!("  deleted {}", written(time))).unwrap_or_default();
            let _ = writeln!(table, "  {first:<8}  {second}  {third}{package}{deleted}");
        }
        for (why, count) in &shown.left_out {
            let _ = writeln!(table, "  left out: {count} {why}");
        }
    }
    table
}
