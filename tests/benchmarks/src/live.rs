//! Figures of a live host: `host-sim run` between a mock of Azure on this machine, with the time of a real one for an answer, and where documents go.

mod hub;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use live_servers::azure::{CLIENT, SECRET, TENANT};
use live_servers::{Azure, SearchServer, Tenant};
use serde_json::{Value, json};
use tests::{Scratch, built_into, component, host_sim};

use crate::cli::peak_kib_of;
use crate::report::Report;

/// How long Azure takes for an answer.
const ANSWER: Duration = Duration::from_millis(50);
const AT_ONCE: u32 = 8;

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Ticks of a processor's clock in a second, as Linux counts them for all programs.
const TICKS: f64 = 100.0;

fn tenant() -> Tenant {
    Tenant { subscriptions: 1, assessments: 20_000, linked: 10, findings: 5, page: 100, delay: ANSWER }
}

/// Measures everything.
pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let pages = |count: usize, page: usize| count.div_ceil(page);
    let size = tenant();
    let linked = size.assessments / size.linked;

    eprintln!("findings of each assessment");
    let run = Bench::new(tenant(), "per-assessment").run(&Output::Nowhere)?;
    // Pages of the one list come one after the other; everything else is under way together.
    let serial = pages(size.assessments, size.page);
    report_walk(report, "per_assessment", &run, floor(serial, serial + linked));
    report.add("walk.requests_per_assessment".into(), f64::from(run.requests));
    report.add("walk.cpu_s".into(), run.cpu);
    report.add("walk.peak_rss_mib".into(), run.peak_mib);

    eprintln!("all findings in one list");
    let run = Bench::new(tenant(), "list-all").run(&Output::Nowhere)?;
    report_walk(report, "list_all", &run, floor(serial, serial + pages(size.all_findings(), size.page)));
    report.add("walk.requests_list_all".into(), f64::from(run.requests));
    report.add("walk.list_all_cpu_s".into(), run.cpu);

    eprintln!("ten subscriptions");
    let ten = Tenant { subscriptions: 10, assessments: 2_000, ..tenant() };
    let run = Bench::new(ten, "per-assessment").run(&Output::Nowhere)?;
    report_walk(report, "ten_scopes", &run, floor(pages(2_000, size.page), serial + linked));

    eprintln!("without waiting, and ten times as many");
    for (name, assessments) in [("walk.peak_rss_mib_20k", 20_000), ("walk.peak_rss_mib_200k", 200_000)] {
        let run = Bench::new(Tenant { assessments, delay: Duration::ZERO, ..tenant() }, "list-all").run(&Output::Nowhere)?;
        report.add(name.into(), run.peak_mib);
    }

    eprintln!("into files");
    let fast = || Tenant { delay: Duration::ZERO, ..tenant() };
    let run = Bench::new(fast(), "list-all").run(&Output::Files)?;
    report.add("file.documents_per_s".into(), f64::from(run.documents) / run.time);

    eprintln!("into Elasticsearch");
    let server = server()?;
    let before = cpu_of(server.process());
    let run = Bench::new(fast(), "list-all").run(&Output::Elasticsearch(server.address()))?;
    report.add("bulk.documents_per_s".into(), f64::from(run.documents) / run.time);
    report.add("bulk.cpu_s".into(), run.cpu);
    report.add("bulk.server_cpu_s".into(), cpu_of(server.process()) - before);
    hub::measure(&server, report)
}

/// Measures what receives alone.
pub(crate) fn measure_hub(report: &mut Report) -> anyhow::Result<()> {
    hub::measure(&server()?, report)
}

fn server() -> anyhow::Result<SearchServer> {
    SearchServer::start(&built_into("tmp"), "bench", &[]).map_err(anyhow::Error::msg).context("there is no Elasticsearch to measure with")
}

/// The least that a walk can take: one chain of answers, or all of them so many at once.
fn floor(serial: usize, all: usize) -> f64 {
    let answers = |count: usize| ANSWER.as_secs_f64() * u32::try_from(count).map_or(f64::NAN, f64::from);
    answers(serial).max(answers(all) / f64::from(AT_ONCE))
}

fn report_walk(report: &mut Report, name: &str, run: &Run, floor: f64) {
    report.add(format!("walk.{name}_s"), run.time);
    report.add(format!("walk.{name}_over_floor"), run.time / floor);
}

enum Output {
    Nowhere,
    Files,
    Elasticsearch(String),
}

struct Bench {
    scratch: Scratch,
    azure: Azure,
    config: Value,
}

/// What a run took.
struct Run {
    /// Seconds.
    time: f64,
    cpu: f64,
    peak_mib: f64,
    requests: u32,
    documents: u32,
}

impl Bench {
    fn new(tenant: Tenant, mode: &str) -> Self {
        let scratch = Scratch::new("bench-live");
        let ids: Vec<String> = (0..tenant.subscriptions).map(Tenant::subscription).collect();
        let azure = Azure::start(tenant);
        azure.write_authority(&scratch.path().join("ca.pem"));
        azure.gzip(true);
        let config = json!({
            "monitoring": "off",
            "azure": {
                "credential": "client-secret", "tenant_id": TENANT, "client_id": CLIENT, "client_secret": "${LIVE_SECRET}",
                "authority": azure.url(), "ca_file": "ca.pem",
            },
            "inputs": [{
                "id": "posture", "component": component(),
                "settings": { "url": azure.url(), "subscription_ids": ids, "sub_assessments": mode },
                "poll": { "requests_per_second": 1000, "burst": 1000, "at_once": AT_ONCE },
            }],
        });
        Self { scratch, azure, config }
    }

    fn run(mut self, output: &Output) -> anyhow::Result<Run> {
        self.config["output"] = match output {
            Output::Nowhere => json!({ "stdout": {} }),
            Output::Files => json!({ "file": { "folder": "out" } }),
            Output::Elasticsearch(address) => json!({ "elasticsearch": { "hosts": [address] } }),
        };
        let file = self.scratch.write("host-sim.yml", self.config.to_string());
        #[cfg(unix)]
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let host_sim = |arguments: &[&str]| {
            let mut command = Command::new(host_sim());
            command.args(arguments).arg("--config").arg(&file).env("LIVE_SECRET", SECRET);
            command.env("HOST_SIM_CACHE", built_into("bench-live-cache")).stdin(Stdio::null()).stdout(Stdio::null());
            command
        };
        // What compiles is not measured.
        ensure!(host_sim(&["check"]).status()?.success(), "the configuration is wrong");
        let started = Instant::now();
        let mut child = host_sim(&["run", "--once"]).spawn().context("`host-sim` does not start")?;
        let (mut peak_kib, mut cpu) = (0, 0.0);
        let status = loop {
            peak_kib = peak_kib_of(&child).max(peak_kib);
            cpu = cpu_of(child.id()).max(cpu);
            match child.try_wait()? {
                Some(status) => break status,
                None => std::thread::sleep(LOOK),
            }
        };
        let time = started.elapsed().as_secs_f64();
        ensure!(status.success(), "`host-sim run` ends with {status}");
        let text = fs::read_to_string(self.scratch.path().join("state/runs.ndjson"))?;
        let run: Value = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find(|line| line["input"] == "posture").context("no run")?;
        let documents = run["documents"].as_u64().and_then(|count| u32::try_from(count).ok()).context("no count of documents")?;
        let requests = u32::try_from(self.azure.asked().len())?;
        Ok(Run { time, cpu, peak_mib: peak_kib as f64 / 1024.0, requests, documents })
    }
}

/// Seconds that a process has worked so far; nothing once it has ended.
fn cpu_of(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
}
