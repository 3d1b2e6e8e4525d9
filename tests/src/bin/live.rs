//! `make live`: what README.md's walk-through does, with a mock of Azure, an Event Hubs broker and a real Elasticsearch on this machine, and what a person sees
//! of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use event_hub_broker::Broker;
use host_sim_workbench::recording::{Format, Lines};
use live_servers::azure::{CLIENT, SECRET, SUBSCRIPTION, TENANT};
use live_servers::{Azure, AzurePython, SearchServer, Tenant};
use serde_json::{Value, json};
use tests::{built_into, component, fixture, host_sim, workspace};

/// A first run takes a second or two.
const WITHIN: Duration = Duration::from_secs(120);

const HUB: &str = "defender-export";

/// Sends recorded messages, three at a time. Arguments: what opens the hub, where it is, the recording.
const SEND: &str = r#"
import base64, json, sys
from azure.eventhub import EventHubProducerClient, EventData, TransportType
bodies = []
for line in open(sys.argv[3], encoding="utf-8"):
    message = json.loads(line)
    bodies.append(base64.b64decode(message["body_base64"]) if "body_base64" in message else message["body"].encode())
at = dict(custom_endpoint_address=sys.argv[2], transport_type=TransportType.Amqp)
with EventHubProducerClient.from_connection_string(sys.argv[1], **at) as producer:
    for first in range(0, len(bodies), 3):
        producer.send_batch([EventData(body) for body in bodies[first:first + 3]])
print(len(bodies))
"#;

fn main() {
    if let Err(error) = walk_through() {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
}

fn walk_through() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| workspace().join("out/live"), PathBuf::from);
    // What it made itself is made anew; anything else is somebody's.
    ensure!(!folder.exists() || folder.join("host-sim.yml").is_file(), "`{}` is there, and not from an earlier walk-through", folder.display());
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;

    title("servers on this machine");
    let azure = Azure::start(Tenant { assessments: 200, linked: 10, findings: 5, page: 50, ..Tenant::default() });
    azure.write_authority(&folder.join("ca.pem"));
    println!("Microsoft Entra and Azure Resource Manager at {}", azure.url());
    let broker = Broker::start().with_hub(HUB, 4, &["$Default", "host-sim"]);
    println!("Event Hubs at amqp://127.0.0.1:{}", broker.port());
    let search = SearchServer::start(&built_into("tmp"), "live", &[]);
    let output = match &search {
        Ok(server) => {
            println!("Elasticsearch at {}", server.address());
            format!("  elasticsearch:\n    hosts: [\"{}\"]\n", server.address())
        }
        Err(why) => {
            println!("no Elasticsearch, so documents go into files: {why}");
            "  file:\n    folder: out\n".to_owned()
        }
    };

    title("the configuration, host-sim.yml");
    let text = configuration(&azure, &output);
    print!("{text}");
    let file = folder.join("host-sim.yml");
    fs::write(&file, &text)?;
    #[cfg(unix)]
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;

    let host = Program { folder: folder.clone(), connection_string: broker.connection_string(HUB) };
    host.shown(&["check"])?;
    if let Ok(server) = &search {
        title("a template in place of those of `host-sim elastic install`, which want more than the published jars of Elasticsearch have");
        println!("{}", server.put_template());
    }
    host.shown(&["doctor"])?;

    title("$ host-sim run &");
    let mut running = Running(host.command(&["run"]).stderr(fs::File::create(folder.join("log"))?).spawn()?);
    let address = wait_for(&folder, &mut running, |log| log.lines().find_map(|line| Some(line.split_once("http://")?.1.split_once('/')?.0.to_owned())))?;
    wait_for(&folder, &mut running, |log| log.contains("a run was complete").then_some(()))?;
    let sent = send(&broker)?;
    println!("events sent: {sent}");
    let records = format!("host_sim_records_total{{input=\"alerts\"}} {sent}");
    let received = |metrics: &str| metrics.lines().any(|line| line == records).then(|| documents(metrics));
    let documents = wait_for(&folder, &mut running, |_| received(&get(&address, "/metrics").unwrap_or_default()))?;
    // What `status` says is a moment behind.
    let is_over = |host: &Program| {
        let said = host.command(&["status"]).output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        said.contains("next run at") && said.contains(&format!("{documents} documents, {documents} settled"))
    };
    wait_for(&folder, &mut running, |_| is_over(&host).then_some(()))?;
    title("what it says");
    print!("{}", fs::read_to_string(folder.join("log"))?);

    host.shown(&["status"])?;
    title("$ curl http://ADDRESS/readyz, and some of /metrics");
    print!("{}", get(&address, "/readyz")?);
    let metrics = get(&address, "/metrics")?;
    metrics
        .lines()
        .filter(|line| line.starts_with("host_sim_documents_total") || line.starts_with("host_sim_requests_total"))
        .for_each(|line| println!("{line}"));

    match &search {
        Ok(server) => searched(server)?,
        Err(_) => {
            title("$ wc -l out/*.ndjson");
            for entry in fs::read_dir(folder.join("out"))? {
                let path = entry?.path();
                println!("{} {}", fs::read_to_string(&path)?.lines().count(), path.file_name().unwrap_or_default().to_string_lossy());
            }
        }
    }

    title("$ kill -TERM %1");
    let ended = Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status()?;
    ensure!(ended.success(), "it is not there any more");
    let status = running.0.wait()?;
    println!("it ends with {}", status.code().unwrap_or(-1));
    ensure!(status.success(), "it does not end well");
    Ok(())
}

fn title(text: &str) {
    println!("\n== {text}");
}

fn configuration(azure: &Azure, output: &str) -> String {
    let (url, component) = (azure.url(), component());
    let component = json!(component);
    format!(
        "monitoring: 127.0.0.1:0
azure:
  credential: client-secret
  tenant_id: {TENANT}
  client_id: {CLIENT}
  client_secret: ${{AZURE_CLIENT_SECRET}}
  authority: {url}        # without the next line and `url` below it is Azure itself
  ca_file: ca.pem
inputs:
  - id: posture
    component: {component}
    settings:
      url: {url}
      subscription_id: {SUBSCRIPTION}
  - id: alerts
    component: {component}
    settings:
      eventhub: {HUB}
    event_hub:
      connection_string: ${{EVENTHUB_CONNECTION_STRING}}
      consumer_group: host-sim
output:
{output}"
    )
}

/// How many documents were made of events.
fn documents(metrics: &str) -> u64 {
    let of_alerts = |line: &&str| line.starts_with("host_sim_documents_total") && line.contains("input=\"alerts\"");
    metrics.lines().filter(of_alerts).filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
}

/// Sends events as continuous export would, with Microsoft's client; gives how many there were.
fn send(broker: &Broker) -> anyhow::Result<usize> {
    let recording = fixture("tenant/messages.ndjson");
    title("Microsoft's client for Python sends events to the hub, as continuous export does");
    let why = match AzurePython::set_up(&built_into("tmp")) {
        Ok(python) => {
            // It takes no port there.
            let (at, secret) = (format!("127.0.0.1:{}", broker.port()), broker.connection_string(HUB));
            let mut command = python.command(SEND);
            command.arg(secret.replacen(&at, "127.0.0.1", 1)).arg(format!("sb://{at}")).arg(&recording);
            let output = command.output().context("Python does not start")?;
            ensure!(output.status.success(), "the client fails: {}", String::from_utf8_lossy(&output.stderr));
            return String::from_utf8_lossy(&output.stdout).trim().parse().context("it says no number");
        }
        Err(why) => why,
    };
    println!("no such client, so the broker is handed them: {why}");
    let mut lines = Lines::new(std::io::BufReader::new(fs::File::open(&recording)?), Format::Recorded);
    let mut sent = 0;
    while let Some(line) = lines.next_message()? {
        broker.send(HUB, sent % 4, line.message.body);
        sent += 1;
    }
    Ok(sent)
}

/// The program, in the folder of its configuration.
struct Program {
    folder: PathBuf,
    connection_string: String,
}

impl Program {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(host_sim());
        command.args(arguments).current_dir(&self.folder).env("AZURE_CLIENT_SECRET", SECRET);
        command.env("EVENTHUB_CONNECTION_STRING", &self.connection_string).stdin(Stdio::null());
        command
    }

    /// Runs a command and shows what it says.
    fn shown(&self, arguments: &[&str]) -> anyhow::Result<()> {
        title(&format!("$ host-sim {}", arguments.join(" ")));
        let output = self.command(arguments).output().context("it does not start")?;
        print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "it ends with {}", output.status);
        Ok(())
    }
}

/// Killed where something goes wrong before its end.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until the log says something.
fn wait_for<T>(folder: &Path, running: &mut Running, found: impl Fn(&str) -> Option<T>) -> anyhow::Result<T> {
    let deadline = Instant::now() + WITHIN;
    loop {
        let log = fs::read_to_string(folder.join("log"))?;
        if let Some(found) = found(&log) {
            return Ok(found);
        }
        if running.0.try_wait()?.is_some() || Instant::now() > deadline {
            bail!("the host has not come so far:\n{log}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The body of an answer.
fn get(address: &str, path: &str) -> anyhow::Result<String> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

/// What is in Elasticsearch now.
fn searched(server: &SearchServer) -> anyhow::Result<()> {
    title("$ curl ELASTICSEARCH/_data_stream, and searches for vulnerabilities and alerts");
    server.ask("POST", "/logs-*/_refresh", &Value::Null);
    let (_, counted) = server.ask("GET", "/_cat/count/logs-microsoft_defender_cloud.*?h=count", &Value::Null);
    println!("documents: {}", counted.as_str().map_or_else(|| counted.to_string(), str::to_owned).trim());
    let query = json!({ "size": 1, "query": { "exists": { "field": "vulnerability.id" } }, "track_total_hits": true });
    let (status, found) = server.ask("POST", "/logs-microsoft_defender_cloud.assessment-*/_search", &query);
    ensure!(status == 200, "the search fails: {found}");
    println!("vulnerabilities: {}", found["hits"]["total"]["value"]);
    let source = &found["hits"]["hits"][0]["_source"];
    println!("one of them: {} on {}", source["vulnerability"]["id"], source["resource"]["name"]);
    let query = json!({ "size": 1, "query": { "match": { "event.kind": "alert" } }, "track_total_hits": true });
    let (status, found) = server.ask("POST", "/logs-microsoft_defender_cloud.event-*/_search", &query);
    ensure!(status == 200, "the search fails: {found}");
    println!("alerts: {}", found["hits"]["total"]["value"]);
    println!("one of them: {}", found["hits"]["hits"][0]["_source"]["message"]);
    Ok(())
}
