//! What commands read: files and stdin, packed or not.

use std::io;
use std::path::Path;

use anyhow::Context;
use host_sim_runtime::flow::FlowError;
use host_sim_workbench::decode::DecodeError;
use host_sim_workbench::plain::Plain;
use host_sim_workbench::recording::MessageError;

/// Whether an argument means stdin.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// How an input is called.
pub(super) fn name(path: &Path) -> String {
    if is_stdin(path) { "stdin".to_owned() } else { format!("`{}`", path.display()) }
}

/// What an input holds, and how long that is, where it can be told.
pub(super) fn open(path: &Path) -> anyhow::Result<(Plain, Option<u64>)> {
    if is_stdin(path) {
        return Ok((Plain::new(io::stdin()), None));
    }
    Plain::open(path).with_context(|| format!("cannot read {}", name(path)))
}

/// An error of decoding, with the name of the input where that one is what failed.
pub(super) fn named(error: FlowError<DecodeError>, path: &Path) -> anyhow::Error {
    let is_input = matches!(error, FlowError::Source(DecodeError::Input(MessageError::Input(_))));
    let error = anyhow::Error::from(error);
    if is_input { error.context(format!("cannot read {}", name(path))) } else { error }
}
