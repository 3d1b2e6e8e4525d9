//! Components that do what they must not do: built from `tests/hostile`, once a run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::{built_into, workspace};

/// The component that behaves until a text asks for a misdeed.
pub fn hostile() -> &'static Path {
    &built().hostile
}

/// The same one, which also wants something from its host.
pub fn importing() -> &'static Path {
    &built().importing
}

#[derive(Debug)]
struct Built {
    hostile: PathBuf,
    importing: PathBuf,
}

fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| Built { hostile: build("hostile", &[]), importing: build("importing", &["--features", "importing"]) })
}

/// Both builds give a file of one name, so each is put aside.
fn build(name: &str, features: &[&str]) -> PathBuf {
    let folder = built_into("hostile");
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet", "--release", "--locked", "--target", "wasm32-unknown-unknown", "--target-dir"]).arg(&folder).args(features);
    // The folder has settings for the linker above it.
    let status = command.current_dir(workspace().join("tests/hostile")).env_remove("RUSTFLAGS").status().expect("cargo runs");
    assert!(status.success(), "`tests/hostile` does not build");
    let component = folder.join(format!("{name}.wasm"));
    let fresh = folder.join("wasm32-unknown-unknown/release/hostile.wasm");
    std::fs::copy(&fresh, &component).unwrap_or_else(|error| panic!("cannot copy `{}`: {error}", fresh.display()));
    component
}
