//! A real Elasticsearch for tests, or OpenSearch, from published jars: resolved by Maven, started by a class of our own, ended by its process id.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A node in a folder of its own.
#[derive(Debug)]
pub struct SearchServer {
    engine: &'static Engine,
    home: PathBuf,
    jars: PathBuf,
    settings: Vec<String>,
    port: u16,
    child: Child,
}

impl SearchServer {
    /// Starts one for a test, with these settings beside what every test needs; its jars stay in `folder`. Where Java or Maven is missing it says so, and
    /// gives `None`; in CI that is a failure.
    pub fn for_test(folder: &Path, name: &str, settings: &[&str]) -> Option<Self> {
        Self::of(&ELASTICSEARCH, folder, name, settings)
    }

    /// An OpenSearch for a test, in the same way. It has ingest processors, which those jars of Elasticsearch have not.
    pub fn open_search_for_test(folder: &Path, name: &str) -> Option<Self> {
        Self::of(&OPEN_SEARCH, folder, name, &["script.disable_max_compilations_rate=true"])
    }

    fn of(engine: &'static Engine, folder: &Path, name: &str, settings: &[&str]) -> Option<Self> {
        match Self::begin(engine, folder, name, settings) {
            Ok(server) => Some(server),
            Err(why) if std::env::var_os("CI").is_some_and(|value| value == "true") => panic!("no {}: {why}", engine.name),
            Err(why) => {
                println!("SKIPPED: {name} with a real {}: {why}", engine.name);
                None
            }
        }
    }

    /// Starts one, or says what is missing.
    pub fn start(folder: &Path, name: &str, settings: &[&str]) -> Result<Self, String> {
        Self::begin(&ELASTICSEARCH, folder, name, settings)
    }

    fn begin(engine: &'static Engine, folder: &Path, name: &str, settings: &[&str]) -> Result<Self, String> {
        let folder = folder.join(engine.folder);
        let jars = resolve(engine, &folder)?;
        let home = folder.join(format!("{name}-{}", std::process::id()));
        lay_out(engine, &home, &jars);
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let child = launch(engine, &home, &jars, port, &settings);
        let server = Self { engine, home, jars, settings, port, child };
        server.wait_until_ready();
        Ok(server)
    }

    /// The id of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it; its data stay.
    pub fn stop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again on the same data and port.
    pub fn start_again(&mut self) {
        self.child = launch(self.engine, &self.home, &self.jars, self.port, &self.settings);
        self.wait_until_ready();
    }

    /// Asks for something; gives status and answer.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let (status, text) = self.exchange(method, path, &if body.is_null() { String::new() } else { body.to_string() }).expect("it answers");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Puts a template for all data streams in place of those that are shipped, which want types and processors that are not in the published jars, and gives
    /// it. Without any the first document decides what a field is, and others are refused for it.
    ///
    /// # Panics
    /// If it is refused.
    pub fn put_template(&self) -> Value {
        let words = json!([{ "words": { "match_mapping_type": "string", "mapping": { "type": "keyword", "ignore_above": 1024 } } }]);
        let properties = json!({ "microsoft_defender_cloud": { "type": "object", "dynamic": false } });
        let template = json!({
            "index_patterns": ["logs-*"], "data_stream": {}, "priority": 250,
            "template": {
                "settings": { "index.mapping.ignore_malformed": true },
                "mappings": { "date_detection": false, "dynamic_templates": words, "properties": properties },
            },
        });
        let (status, answer) = self.ask("PUT", "/_index_template/for-all", &template);
        assert_eq!(status, 200, "{answer}");
        template
    }

    /// Sends lines, such as a bulk request has; gives status and answer.
    pub fn send_lines(&self, path: &str, lines: &str) -> (u16, Value) {
        let (status, text) = self.exchange("POST", path, lines).expect("it answers");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let (length, kind) = (body.len(), "content-type: application/json");
        write!(stream, "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{body}")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        Ok((status, if is_chunked { unchunked(body).unwrap_or_default() } else { body.to_owned() }))
    }

    fn wait_until_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(90);
        while Instant::now() < deadline {
            if let Ok((200, _)) = self.exchange("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s", "") {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = fs::read_to_string(self.home.join("server.log")).unwrap_or_default();
        panic!("{} is not ready after 90 seconds:\n{log}", self.engine.name);
    }
}

impl Drop for SearchServer {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// A body that comes in parts, each behind its size.
fn unchunked(mut body: &str) -> Option<String> {
    let mut whole = String::new();
    loop {
        let (size, rest) = body.split_once("\r\n")?;
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        whole.push_str(rest.get(..size)?);
        body = rest.get(size + 2..)?;
    }
}

/// What is started.
#[derive(Debug)]
struct Engine {
    name: &'static str,
    /// Where its jars and homes are.
    folder: &'static str,
    pom: &'static str,
    /// The file that starts it, and its text.
    program: (&'static str, &'static str),
    /// Whether what it is reached over is a module in its home; else all is on the class path.
    has_modules: bool,
}

const ELASTICSEARCH: Engine = Engine {
    name: "Elasticsearch",
    folder: "search-server",
    pom: include_str!("../search-server/pom.xml"),
    program: ("SearchServer.java", include_str!("../search-server/SearchServer.java")),
    has_modules: true,
};

const OPEN_SEARCH: Engine = Engine {
    name: "OpenSearch",
    folder: "open-search",
    pom: include_str!("../search-server/open-search.xml"),
    program: ("OpenSearchServer.java", include_str!("../search-server/OpenSearchServer.java")),
    has_modules: false,
};

const LOGGING: &str = include_str!("../search-server/log4j2.properties");

/// A folder with all jars. They stay there for the next time.
fn resolve(engine: &Engine, folder: &Path) -> Result<PathBuf, String> {
    for program in ["java", "mvn"] {
        let version = Command::new(program).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !version.is_ok_and(|status| status.success()) {
            return Err(format!("`{program}` cannot be run"));
        }
    }
    let failed = |error: std::io::Error| error.to_string();
    let (jars, whole) = (folder.join("jars"), folder.join("jars/whole"));
    let pom = engine.pom;
    // One test does it, and the others wait for that one.
    let lock = fs::create_dir_all(folder).and_then(|()| File::create(folder.join("lock"))).map_err(failed)?;
    lock.lock().map_err(failed)?;
    if fs::read_to_string(&whole).is_ok_and(|whole| whole == pom) {
        return Ok(jars);
    }
    let _ = fs::remove_dir_all(&jars);
    fs::create_dir_all(&jars).and_then(|()| fs::write(jars.join("pom.xml"), pom)).map_err(failed)?;
    let output = Command::new("mvn")
        .args(["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", "-f"])
        .arg(jars.join("pom.xml"))
        .arg(format!("-DoutputDirectory={}", jars.display()))
        .output()
        .map_err(failed)?;
    if !output.status.success() {
        return Err(format!("Maven cannot resolve its jars: {}", String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default()));
    }
    fs::write(whole, pom).map_err(failed)?;
    Ok(jars)
}

/// Where the transport is a module, the rest is the class path.
fn is_of_transport(engine: &Engine, name: &str) -> bool {
    engine.has_modules && (name.starts_with("netty-") || name.starts_with("transport-netty4-"))
}

fn jars_in(jars: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(jars).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path)).filter(|(name, _)| name.ends_with(".jar")).collect()
}

fn lay_out(engine: &Engine, home: &Path, jars: &Path) {
    let _ = fs::remove_dir_all(home);
    let module = home.join("modules/transport-netty4");
    for folder in ["config", "plugins"] {
        fs::create_dir_all(home.join(folder)).expect("writable");
    }
    for (name, text) in [("log4j2.properties", LOGGING), engine.program] {
        fs::write(home.join(name), text).expect("writable");
    }
    if !engine.has_modules {
        return;
    }
    fs::create_dir_all(&module).expect("writable");
    for (name, path) in jars_in(jars).into_iter().filter(|(name, _)| is_of_transport(engine, name)) {
        fs::copy(path, module.join(name)).expect("writable");
    }
    // Without the line of the one in the jar that makes it a named module, which would look for a server that is one, too.
    let version = version_of(jars);
    let descriptor = format!(
        "description=transport\nversion={version}\nname=transport-netty4\njava.version=17\nelasticsearch.version={version}\nclassname=org.elasticsearch.transport.netty4.Netty4Plugin\n"
    );
    fs::write(module.join("plugin-descriptor.properties"), descriptor).expect("writable");
}

fn version_of(jars: &Path) -> String {
    let names = jars_in(jars).into_iter().map(|(name, _)| name);
    let mut versions = names.filter_map(|name| Some(name.strip_prefix("transport-netty4-")?.strip_suffix(".jar")?.to_owned()));
    versions.next().expect("it is among them")
}

fn launch(engine: &Engine, home: &Path, jars: &Path, port: u16, settings: &[String]) -> Child {
    let class_path: Vec<String> = jars_in(jars).iter().filter(|(name, _)| !is_of_transport(engine, name)).map(|(_, path)| path.display().to_string()).collect();
    let log = File::options().create(true).append(true).open(home.join("server.log")).expect("writable");
    Command::new("java")
        .args(["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.disable.jmx=true"])
        .arg(format!("-Dlog4j.configurationFile={}", home.join("log4j2.properties").display()))
        .args(["-cp", &class_path.join(":")])
        .arg(home.join(engine.program.0))
        .arg(home)
        .args(["cluster.name=test", "node.name=test", "discovery.type=single-node", "network.host=127.0.0.1"])
        .args(["transport.port=0", "transport.type=netty4", "http.type=netty4"])
        .args(["cluster.routing.allocation.disk.threshold_enabled=false", "node.store.allow_mmap=false"])
        .arg(format!("http.port={port}"))
        .args(settings)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("a copy"))
        .stderr(log)
        .spawn()
        .expect("it starts")
}
