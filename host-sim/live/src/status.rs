//! What a running host writes of itself into its state, for `status`.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use host_sim_runtime::Clock;
use host_sim_runtime::contract::Timestamp;
use serde::{Deserialize, Serialize};

use crate::health::Status;
use crate::private;

const NAME: &str = "status.json";

/// How a host was when it wrote this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The host's version.
    pub version: String,
    /// Its process.
    pub process: u32,
    /// When it started, in milliseconds since 1970.
    pub started: Timestamp,
    /// When it wrote this.
    pub written: Timestamp,
    /// Where it can be asked.
    pub monitoring: Option<SocketAddr>,
    /// How its inputs were.
    pub inputs: Vec<Status>,
}

impl Report {
    pub(crate) fn new(started: Timestamp, inputs: Vec<Status>, monitoring: Option<SocketAddr>) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { version, process: std::process::id(), started, written: Clock::System.now(), monitoring, inputs }
    }

    pub(crate) fn write(&self, state: &Path) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        private::replace(&state.join(NAME), |writer| writer.write_all(&text))
    }

    /// What the host of a folder of state wrote last; `None` if none has yet.
    pub fn read(state: &Path) -> io::Result<Option<Self>> {
        private::read(&state.join(NAME))?.map(|bytes| serde_json::from_slice(&bytes).map_err(io::Error::from)).transpose()
    }
}
