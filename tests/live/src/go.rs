//! Programs in Go that tests build for themselves: modules of ours, whose `go.mod` and `go.sum` pin what they are built of.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::{missing, once, run};

/// Builds the program of a module for a test, below `folder`. Where there is no Go it says so, and gives `None`; in CI that is a failure.
pub fn go_program(module: &Path, folder: &Path) -> Option<PathBuf> {
    let name = module.file_name().expect("a module is a folder").to_string_lossy().into_owned();
    build(module, &folder.join(&name), &name).map_or_else(|why| missing(&format!("the program `tests/go/{name}`"), &why), Some)
}

fn build(module: &Path, folder: &Path, name: &str) -> Result<PathBuf, String> {
    let program = folder.join(name);
    once(folder, &sources(module), || {
        // Tests run beside it, and some of them wait for no more than a minute.
        let mut command = Command::new("nice");
        command.args(["-n", "10"]).arg(go()?).args(["build", "-trimpath", "-buildvcs=false", "-o"]).arg(&program).arg(".");
        run(command.current_dir(module).env("GOTOOLCHAIN", "local").env("CGO_ENABLED", "0"))
    })?;
    Ok(program)
}

/// The one that is found first, else the one that is where Go's own archive is unpacked.
fn go() -> Result<&'static str, String> {
    let found = ["go", "/usr/local/go/bin/go"].into_iter().find(|go| Command::new(go).arg("version").output().is_ok_and(|output| output.status.success()));
    found.ok_or_else(|| "`go` cannot be run".to_owned())
}

/// All that it is built of, as far as it is ours.
fn sources(module: &Path) -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(module).expect("it is there").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).expect("text")).collect()
}
