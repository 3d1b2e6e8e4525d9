//! The history of runs.

use host_sim_runtime::contract::{Timestamp, Totals};
use serde::{Deserialize, Serialize};

/// Runs that are remembered.
pub(super) const REMEMBERED: usize = 100;

/// A run that came to an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The input's id.
    pub input: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Whether everything that was asked for was read.
    pub complete: bool,
    /// Pages that were read.
    pub pages: u64,
    /// Records found in them.
    pub records: u64,
    /// Documents made.
    pub documents: u64,
    /// Lists that are not there, as intended.
    pub skipped: u64,
    /// Lists that could not be read.
    pub failed: u64,
    /// Why it ended early, if it did.
    pub error: Option<String>,
}

impl Run {
    /// A run that came to its own end.
    pub fn finished(input: &str, started: Timestamp, ended: Timestamp, totals: &Totals) -> Self {
        let Totals { pages, records, documents, skipped, failed, complete } = *totals;
        Self { input: input.to_owned(), started, ended, complete, pages, records, documents, skipped, failed, error: None }
    }
}
