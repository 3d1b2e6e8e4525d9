//! What the tests of the built component share: where things are, and how the program is run.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The top of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests have a parent folder").to_owned()
}

/// The component that `make build` made.
pub fn component() -> PathBuf {
    built("dist/microsoft_defender_cloud.wasm")
}

/// The program that `make build` made.
pub fn host_sim() -> Command {
    let mut command = Command::new(built("dist/host-sim"));
    command.current_dir(root());
    command
}

fn built(path: &str) -> PathBuf {
    let file = root().join(path);
    assert!(file.exists(), "`{path}` is missing: run `make build`");
    file
}

/// A file or folder of recordings.
pub fn fixture(path: &str) -> PathBuf {
    root().join("tests/fixtures").join(path)
}

/// What a program wrote to stdout.
pub fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("output is UTF-8")
}

/// What a program said on stderr.
pub fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("talk is UTF-8")
}

/// The exit status, which no signal may take the place of.
pub fn status(output: &Output) -> i32 {
    output.status.code().expect("the program ended by itself")
}

/// A file of the reference's data, which lies beside the project; `None`, and a line that says so, where there is none.
pub fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("DEFENDER_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let file = folder.join(path);
    if file.exists() {
        return Some(file);
    }
    println!("SKIPPED: no reference data, there is no `{path}` in the shared folder; set DEFENDER_SHARED to where it lies");
    None
}
