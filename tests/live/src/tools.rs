//! Tools that tests install for themselves, at versions that are pinned, below a folder of theirs.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What to do without a tool: in CI that is a failure, else the test is left out and says so.
///
/// # Panics
/// If this is CI.
pub fn missing<T>(what: &str, why: &str) -> Option<T> {
    let line = why.lines().last().unwrap_or_default();
    assert!(std::env::var_os("CI").is_none_or(|value| value != "true"), "no {what}: {why}");
    println!("SKIPPED: {what}: {line}");
    None
}

/// Does something once for each version of a text, and remembers that it is done. One process does it, and the others wait for that one.
pub(crate) fn once(folder: &Path, pins: &str, install: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let wrong = |error: std::io::Error| error.to_string();
    fs::create_dir_all(folder).map_err(wrong)?;
    let lock = fs::File::create(folder.join("lock")).map_err(wrong)?;
    lock.lock().map_err(wrong)?;
    let done = folder.join("done");
    if fs::read_to_string(&done).is_ok_and(|done| done == pins) {
        return Ok(());
    }
    install()?;
    fs::write(done, pins).map_err(wrong)
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("`{}` does not run: {error}", command.get_program().to_string_lossy()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("`{}` failed: {}", command.get_program().to_string_lossy(), String::from_utf8_lossy(&output.stderr).trim()))
}
