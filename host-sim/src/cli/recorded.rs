//! What a folder of recordings holds, packed or not.

use std::path::{Path, PathBuf};

use anyhow::Context;
use host_sim_workbench::plain::{self, Plain};
use host_sim_workbench::recording::{Exchange, read_exchanges};

/// The names of a recording's files: as they are written, and as gzip and zstd rename what they pack.
const EXCHANGES: [&str; 3] = ["exchanges.json", "exchanges.json.gz", "exchanges.json.zst"];
const MESSAGES: [&str; 3] = ["messages.ndjson", "messages.ndjson.gz", "messages.ndjson.zst"];

/// Messages that are to be read.
pub(super) struct Messages {
    /// The file.
    pub(super) path: PathBuf,
    /// What it holds.
    pub(super) input: Plain,
    /// How long that is, where it can be told.
    pub(super) length: Option<u64>,
}

/// The recorded API, if there is one.
pub(super) fn exchanges(folder: &Path) -> anyhow::Result<Option<Vec<Exchange>>> {
    let Some(path) = present(folder, EXCHANGES)? else { return Ok(None) };
    let cannot_read = || format!("cannot read `{}`", path.display());
    let text = plain::read(&path).with_context(cannot_read)?;
    read_exchanges(&text).map(Some).map_err(anyhow::Error::msg).with_context(cannot_read)
}

/// The recorded messages, if there are any.
pub(super) fn messages(folder: &Path) -> anyhow::Result<Option<Messages>> {
    let Some(path) = present(folder, MESSAGES)? else { return Ok(None) };
    let (input, length) = Plain::open(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(Some(Messages { path, input, length }))
}

/// Every name that a file of a recording may have.
pub(super) fn all_names() -> [&'static str; 6] {
    let ([a, b, c], [d, e, f]) = (EXCHANGES, MESSAGES);
    [a, b, c, d, e, f]
}

/// The path of a file of the recording, if it is there. Of two it cannot be told which is meant.
fn present(folder: &Path, names: [&str; 3]) -> anyhow::Result<Option<PathBuf>> {
    let mut found = None;
    for path in names.map(|name| folder.join(name)) {
        let is_there = path.try_exists().with_context(|| format!("cannot look for `{}`", path.display()))?;
        if is_there && let Some(other) = found.replace(path.clone()) {
            anyhow::bail!("there are both `{}` and `{}`; leave one of them", Path::display(&other), path.display());
        }
    }
    Ok(found)
}
