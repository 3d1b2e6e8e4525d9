//! Golden cases: messages in a folder, beside them the documents that are expected of them.

mod compare;
mod config;
mod elastic;
mod expected;
mod find;
mod own;
mod read;
mod report;
mod suite;

pub use find::{Found, find};
pub use report::Report;
pub use suite::{Mode, Suite, Verdict};

use host_sim_runtime::contract::Message;

use self::compare::Rule;

/// A case, read in full.
#[derive(Debug)]
struct Case {
    inputs: Vec<Input>,
    rule: Rule,
    /// Why it is not to be run.
    skip: Option<String>,
}

/// A message, and the settings that it is decoded under.
#[derive(Debug)]
struct Input {
    message: Message,
    settings: String,
}
