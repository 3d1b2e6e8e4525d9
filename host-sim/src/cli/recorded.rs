//! What a folder of recordings holds.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use host_sim_workbench::recording::{Exchange, read_exchanges};
use host_sim_workbench::text;

/// The recorded API, if there is one.
pub(super) fn exchanges(folder: &Path) -> anyhow::Result<Option<Vec<Exchange>>> {
    let Some(path) = present(folder, "exchanges.json")? else { return Ok(None) };
    let cannot_read = || format!("cannot read `{}`", path.display());
    let text = text::read(&path).with_context(cannot_read)?;
    read_exchanges(&text).map(Some).map_err(anyhow::Error::msg).with_context(cannot_read)
}

/// The recorded messages and their length in bytes, if there are any.
pub(super) fn messages(folder: &Path) -> anyhow::Result<Option<(File, u64)>> {
    let Some(path) = present(folder, "messages.ndjson")? else { return Ok(None) };
    let open = |path: &Path| {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok::<_, std::io::Error>((file, length))
    };
    open(&path).map(Some).with_context(|| format!("cannot read `{}`", path.display()))
}

/// The path of a file of the recording, if it is there.
fn present(folder: &Path, name: &str) -> anyhow::Result<Option<PathBuf>> {
    let path = folder.join(name);
    let there = path.try_exists().with_context(|| format!("cannot look for `{}`", path.display()))?;
    Ok(there.then_some(path))
}
