//! `make live`: what README.md's walk-through does, with a mock of Azure and a real Elasticsearch on this machine, and what a person sees of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use live_servers::azure::{CLIENT, SECRET, SUBSCRIPTION, TENANT};
use live_servers::{Azure, SearchServer, Tenant};
use serde_json::{Value, json};
use tests::{built_into, component, host_sim, workspace};

/// A first run takes a second or two.
const WITHIN: Duration = Duration::from_secs(120);

fn main() {
    if let Err(error) = walk_through() {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
}

fn walk_through() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| workspace().join("out/live"), PathBuf::from);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;

    title("servers on this machine");
    let azure = Azure::start(Tenant { assessments: 200, linked: 10, findings: 5, page: 50, ..Tenant::default() });
    azure.write_authority(&folder.join("ca.pem"));
    println!("Microsoft Entra and Azure Resource Manager at {}", azure.url());
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

    let host = Program { folder: folder.clone() };
    host.shown(&["check"])?;
    host.shown(&["doctor"])?;

    title("$ host-sim run &");
    let mut running = Running(host.command(&["run"]).stderr(fs::File::create(folder.join("log"))?).spawn()?);
    let address = wait_for(&folder, &mut running, |log| log.lines().find_map(|line| Some(line.split_once("http://")?.1.split_once('/')?.0.to_owned())))?;
    wait_for(&folder, &mut running, |log| log.contains("a run was complete").then_some(()))?;
    // What `status` says is a moment behind.
    let is_over = |host: &Program| host.command(&["status"]).output().is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("next run at"));
    wait_for(&folder, &mut running, |_| is_over(&host).then_some(()))?;
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
output:
{output}"
    )
}

/// The program, in the folder of its configuration.
struct Program {
    folder: PathBuf,
}

impl Program {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(host_sim());
        command.args(arguments).current_dir(&self.folder).env("AZURE_CLIENT_SECRET", SECRET).stdin(Stdio::null());
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
    title("$ curl ELASTICSEARCH/_data_stream, and a search for vulnerabilities");
    server.ask("POST", "/logs-*/_refresh", &Value::Null);
    let (_, counted) = server.ask("GET", "/_cat/count/logs-microsoft_defender_cloud.*?h=count", &Value::Null);
    println!("documents: {}", counted.as_str().map_or_else(|| counted.to_string(), str::to_owned).trim());
    let query = json!({ "size": 1, "query": { "exists": { "field": "vulnerability.id" } }, "track_total_hits": true });
    let (status, found) = server.ask("POST", "/logs-microsoft_defender_cloud.assessment-*/_search", &query);
    ensure!(status == 200, "the search fails: {found}");
    println!("vulnerabilities: {}", found["hits"]["total"]["value"]);
    let source = &found["hits"]["hits"][0]["_source"];
    println!("one of them: {} on {}", source["vulnerability"]["id"], source["resource"]["name"]);
    Ok(())
}
