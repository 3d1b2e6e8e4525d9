//! A host with a configuration of its own, and the servers that it talks to.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use live_servers::azure::{CLIENT, SECRET, SUBSCRIPTION, TENANT};
use live_servers::{Azure, Tenant};
use serde_json::{Value, json};
use tests::{Scratch, component, host_sim};

/// A configuration, in a folder with all that belongs to it.
pub(crate) struct Setup {
    pub(crate) scratch: Scratch,
    pub(crate) azure: Azure,
    /// As it is written; YAML takes JSON as it is.
    pub(crate) config: Value,
    pub(crate) arguments: Vec<String>,
}

impl Setup {
    /// An input that polls a tenant, fast, and files as the output.
    pub(crate) fn new(name: &str, tenant: Tenant) -> Self {
        let scratch = Scratch::new(&format!("live-{name}"));
        let azure = Azure::start(tenant);
        azure.write_authority(&scratch.path().join("ca.pem"));
        let config = json!({
            "state": "state",
            "monitoring": "off",
            "azure": {
                "credential": "client-secret", "tenant_id": TENANT, "client_id": CLIENT, "client_secret": "${LIVE_SECRET}",
                "authority": azure.url(), "ca_file": "ca.pem",
            },
            "inputs": [{
                "id": "posture",
                "component": component(),
                "settings": { "url": azure.url(), "subscription_id": SUBSCRIPTION },
                "poll": { "requests_per_second": 1000, "burst": 1000 },
            }],
            "output": { "file": { "folder": "out" } },
        });
        Self { scratch, azure, config, arguments: Vec::new() }
    }

    /// Documents go to a bulk endpoint, or to a server.
    pub(crate) fn deliver_to(&mut self, address: &str) {
        self.config["output"] = json!({ "elasticsearch": { "hosts": [address] } });
    }

    pub(crate) fn input(&mut self) -> &mut Value {
        &mut self.config["inputs"][0]
    }

    pub(crate) fn write(&self) {
        let file = self.scratch.write("host-sim.yml", self.config.to_string());
        #[cfg(unix)]
        fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("it is ours");
        #[cfg(not(unix))]
        let _ = file;
    }

    /// The program with a command and its arguments, in the folder of the configuration.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(host_sim());
        command.args(arguments).args(&self.arguments).current_dir(self.scratch.path());
        command.env("LIVE_SECRET", SECRET).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs once to the end.
    pub(crate) fn once(&self) -> Ended {
        self.write();
        Ended::of(&self.command(&["run", "--once"]).output().expect("it starts"))
    }

    /// Starts it, to go on.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        self.write();
        let mut command = self.command(arguments);
        let log = self.scratch.path().join("log");
        let file = fs::File::options().create(true).append(true).open(&log).expect("writable");
        Running { child: command.stderr(file).spawn().expect("it starts"), log }
    }

    /// The documents in the folder `out`, by the name of their file.
    pub(crate) fn documents(&self) -> BTreeMap<String, Vec<Value>> {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(self.scratch.path().join("out")).expect("it has written") {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("readable");
            let documents = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
            found.insert(path.file_name().expect("a name").to_string_lossy().into_owned(), documents);
        }
        found
    }

    /// The history of runs that the state has.
    pub(crate) fn runs(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.scratch.path().join("state/runs.ndjson")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).filter(|run| run.get("input").is_some()).collect()
    }
}

/// How it ended, and what it said.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Self { status: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

/// A host that goes on. It is killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([&format!("-{signal}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("it is there").success());
    }

    /// Whether it has ended by itself, and how.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.child.try_wait().expect("it is ours").map(|status| status.code().unwrap_or(-1))
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> i32 {
        wait_for("its end", || self.ended())
    }

    /// Whoever read its documents has gone.
    pub(crate) fn close_stdout(&mut self) {
        drop(self.child.stdout.take());
    }

    /// Bytes of memory that it has now.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let now = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        now.and_then(|now| now.trim().trim_end_matches("kB").trim_end().parse::<u64>().ok()).unwrap_or_default() << 10
    }

    /// What it has said so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("readable")
    }

    /// Waits until it says something, and gives the line.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> String {
        let found = || self.log().lines().rev().find(|line| line.contains(text)).map(str::to_owned);
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(line) = found() {
                return line;
            }
            assert!(Instant::now() < deadline, "it does not say `{text}`:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for something, a minute at most.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, mut done: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(done) = done() {
            return done;
        }
        assert!(Instant::now() < deadline, "waited a minute for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
