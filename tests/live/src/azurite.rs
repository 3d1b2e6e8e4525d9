//! Microsoft's emulator of Azure Storage, from npm, started and ended by its process id.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::tools::{missing, once, run};

const PIN: &str = "azurite@3.35.0";

/// The account that every Azurite has, and its key, which is public.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// An Azurite without any data.
#[derive(Debug)]
pub struct Azurite {
    port: u16,
    child: Child,
}

impl Azurite {
    /// Starts one for a test; what it is stays in `folder`. Where Node is missing it says so, and gives `None`; in CI that is a failure.
    pub fn for_test(folder: &Path) -> Option<Self> {
        Self::start(folder).map_or_else(|why| missing("Azurite", &why), Some)
    }

    fn start(folder: &Path) -> Result<Self, String> {
        let folder = folder.join("azurite");
        once(&folder, PIN, || run(Command::new("npm").args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).arg(PIN)))?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(|error| error.to_string())?.port();
        let program = folder.join("node_modules/azurite/dist/src/blob/main.js");
        // It would ask who made it for statistics otherwise, and knows no version of the API that is newer than itself.
        let quiet = ["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort"];
        let mut command = Command::new("node");
        command.arg(program).args(quiet).arg(port.to_string()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(|error| format!("`node` does not run: {error}"))?;
        let azurite = Self { port, child };
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if azurite.answers() {
                return Ok(azurite);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("it does not answer within 20 seconds".to_owned())
    }

    /// The name of its account.
    pub fn account(&self) -> &'static str {
        ACCOUNT
    }

    /// The key of that.
    pub fn key(&self) -> &'static str {
        KEY
    }

    /// Where its blobs are.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/{ACCOUNT}", self.port)
    }

    /// What its clients are set up with.
    pub fn connection_string(&self) -> String {
        format!("DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={};", self.endpoint())
    }

    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<usize> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(2)))?;
            stream.write_all(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")?;
            stream.read(&mut [0; 16])
        };
        ask().is_ok_and(|read| read > 0)
    }
}

impl Drop for Azurite {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
