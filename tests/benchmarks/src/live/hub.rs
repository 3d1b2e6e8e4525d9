//! Figures of a host that receives: from a broker on this machine into files and into Elasticsearch, and who works how much for it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use event_hub_broker::{Broker, THREAD};
use live_servers::SearchServer;
use serde_json::json;
use tests::{Scratch, built_into, component, host_sim};

use super::{Output, TICKS, cpu_of};
use crate::cli::peak_kib_of;
use crate::report::Report;

const HUB: &str = "bench";
const PARTITIONS: usize = 4;

/// Whatever else the machine does only makes a run slower, so the best of these is taken.
const RUNS: usize = 3;

/// How often a host is asked how far it is.
const LOOK: Duration = Duration::from_millis(20);

/// No run takes longer.
const WITHIN: Duration = Duration::from_secs(300);

/// Measures events of 1 KB and of 6 KB.
pub(super) fn measure(server: &SearchServer, report: &mut Report) -> anyhow::Result<()> {
    let mut peak: f64 = 0.0;
    for (name, count, size) in [("1k", 100_000, 1_000), ("6k", 20_000, 6_000)] {
        eprintln!("{count} events of {size} bytes from a hub into files");
        let broker = filled(count, size);
        let mut best: Option<Run> = None;
        for _ in 0..RUNS {
            let run = receive(&broker, count, &Output::Files)?;
            peak = peak.max(run.peak_mib);
            if best.as_ref().is_none_or(|best| run.per_second > best.per_second) {
                best = Some(run);
            }
        }
        let best = best.context("no run")?;
        report.add(format!("eventhub.events_per_s_{name}"), best.per_second);
        for (who, cpu) in best.cpu {
            report.add(format!("eventhub.{who}_cpu_s_{name}"), cpu);
        }
        report.add(format!("eventhub.guest_share_{name}"), best.guest_share);
        if name == "1k" {
            eprintln!("the same into Elasticsearch");
            server.put_template();
            let before = cpu_of(server.process());
            let run = receive(&broker, count, &Output::Elasticsearch(server.address()))?;
            report.add("eventhub.to_elasticsearch_per_s".into(), run.per_second);
            report.add("eventhub.to_elasticsearch_server_cpu_s".into(), cpu_of(server.process()) - before);
            peak = peak.max(run.peak_mib);
        }
    }
    report.add("eventhub.peak_rss_mib".into(), peak);
    Ok(())
}

/// A broker whose hub holds so many events of this size.
fn filled(count: u64, size: usize) -> Broker {
    let broker = Broker::start().with_hub(HUB, PARTITIONS, &["$Default"]);
    for number in 0..count {
        broker.send(HUB, usize::try_from(number).unwrap_or_default() % PARTITIONS, alert(number, size));
    }
    broker
}

/// An alert as continuous export sends it, as large as it is to be: what larger ones have more of are entities.
fn alert(number: u64, size: usize) -> String {
    let machine = format!("vm-{}", number % 500);
    let id = format!("/subscriptions/8e2c7a10-51d4-4c1f-9d33-6f0f5a7b2c01/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/{machine}");
    let mut alert = json!({
        "VendorName": "Microsoft", "ProductName": "Microsoft Defender for Cloud", "AlertType": "VM_SuspiciousActivity",
        "AlertDisplayName": "Suspicious activity", "SystemAlertId": format!("{number:020}"), "Severity": "High", "Intent": "Execution", "Status": "New",
        "StartTimeUtc": "2026-01-01T00:00:00.0170422Z", "TimeGenerated": "2026-01-01T00:01:00.3381028Z", "CompromisedEntity": machine, "AzureResourceId": id,
        "Entities": [
            { "$id": "1", "HostName": machine, "OSFamily": "Linux", "Type": "host" },
            { "$id": "2", "Address": format!("203.0.113.{}", number % 250), "Type": "ip" },
        ],
        "Description": "",
    });
    for at in 3_u64.. {
        let process = json!({
            "$id": at.to_string(), "ProcessId": format!("{}", number + at), "CommandLine": format!("/usr/bin/curl --silent https://host-{at}.example/{number}"),
            "ImageFile": { "$id": format!("{at}1"), "Directory": "/usr/bin", "Name": "curl", "Type": "file" }, "Host": { "$ref": "1" }, "Type": "process",
        });
        if alert.to_string().len() + process.to_string().len() > size {
            break;
        }
        alert["Entities"].as_array_mut().into_iter().for_each(|entities| entities.push(process.clone()));
    }
    let missing = size.saturating_sub(alert.to_string().len());
    alert["Description"] = "Something was run that seldom is. ".repeat(missing / 34 + 1).get(..missing).into();
    alert.to_string()
}

/// What a run took.
struct Run {
    /// Events that were stored in a second, from the first to the last one.
    per_second: f64,
    /// Seconds on a processor: the broker, and of the host its connections, the component, and the rest, which is the way to the output.
    cpu: [(&'static str, f64); 4],
    /// The component's part of all of that.
    guest_share: f64,
    peak_mib: f64,
}

/// Killed where something goes wrong before its end.
struct Host(Child);

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn receive(broker: &Broker, count: u64, output: &Output) -> anyhow::Result<Run> {
    let scratch = Scratch::new("bench-hub");
    let output = match output {
        Output::Nowhere => json!({ "stdout": {} }),
        Output::Files => json!({ "file": { "folder": "out" } }),
        Output::Elasticsearch(address) => json!({ "elasticsearch": { "hosts": [address] } }),
    };
    let config = json!({
        "monitoring": "127.0.0.1:0",
        "inputs": [{
            "id": "alerts", "component": component(), "settings": { "eventhub": HUB }, "event_hub": { "connection_string": broker.connection_string(HUB) },
        }],
        "output": output,
    });
    let file = scratch.write("host-sim.yml", config.to_string());
    #[cfg(unix)]
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let command = |name: &str| {
        let mut command = Command::new(host_sim());
        command.arg(name).arg("--config").arg(&file).env("HOST_SIM_CACHE", built_into("bench-live-cache"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    };
    // What compiles is not measured.
    ensure!(command("check").stderr(Stdio::null()).status()?.success(), "the configuration is wrong");
    let log = scratch.path().join("log");
    let broker_before = threads(std::process::id()).get(THREAD).copied().unwrap_or_default();
    let mut host = Host(command("run").stderr(fs::File::create(&log)?).spawn().context("`host-sim` does not start")?);
    let started = Instant::now();
    let (mut address, mut first, mut peak_kib) = (None, None, 0);
    let per_second = loop {
        peak_kib = peak_kib_of(&host.0).max(peak_kib);
        if host.0.try_wait()?.is_some() || started.elapsed() > WITHIN {
            bail!("the host has not stored all: {}", fs::read_to_string(&log)?);
        }
        sleep(LOOK);
        if address.is_none() {
            address = address_in(&log)?;
        }
        let Some(metrics) = address.as_deref().and_then(|address| asked(address, "/metrics").ok()) else { continue };
        let stored = metric(&metrics, "host_sim_acknowledged_total{");
        let now = Instant::now();
        match first {
            None if stored > 0.0 => first = Some((now, stored)),
            Some((begun, before)) if stored >= count as f64 => {
                break (stored - before) / (now - begun).as_secs_f64();
            }
            _ => {}
        }
    };
    let work = threads(host.0.id());
    let broker = threads(std::process::id()).get(THREAD).copied().unwrap_or_default() - broker_before;
    let of = |thread: &str| work.get(thread).copied().unwrap_or_default();
    // By the processor's clock: `host_sim_guest_seconds_total` is by that on the wall, and two workers share the processors with everything else.
    let (all, amqp, guest) = (work.values().sum::<f64>(), of("alerts-hub"), of("worker"));
    Command::new("kill").args(["-TERM", &host.0.id().to_string()]).status()?;
    ensure!(host.0.wait()?.success(), "the host does not end well: {}", fs::read_to_string(&log)?);
    let cpu = [("broker", broker), ("amqp", amqp), ("guest", guest), ("sink", all - amqp - guest)];
    Ok(Run { per_second, cpu, guest_share: guest / (all + broker), peak_mib: peak_kib as f64 / 1024.0 })
}

/// Seconds that each thread of a process has worked so far, by its name.
fn threads(process: u32) -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    for task in tasks {
        let read = |file: &str| fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let stat = read("stat");
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: f64 = after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        *all.entry(read("comm").trim().to_owned()).or_default() += ticks / TICKS;
    }
    all
}

/// Where the host says that it can be asked.
fn address_in(log: &Path) -> anyhow::Result<Option<String>> {
    let log = fs::read_to_string(log)?;
    Ok(log.lines().find_map(|line| Some(line.split_once("http://")?.1.split_once('/')?.0.to_owned())))
}

fn asked(address: &str, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// The sum of a metric's values.
fn metric(metrics: &str, name: &str) -> f64 {
    let values = metrics.lines().filter(|line| line.starts_with(name)).filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok());
    values.sum()
}
