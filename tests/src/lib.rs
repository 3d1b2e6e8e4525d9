//! What the tests of the built component share, and what describes it when it is published.

pub mod contract;
pub mod dist;

use std::path::{Path, PathBuf};

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package has a folder of its own in the project")
}

/// The component, as `make build` leaves it.
pub fn component() -> PathBuf {
    root().join("dist/microsoft_defender_cloud.wasm")
}

/// The host's program, as `make build` leaves it.
pub fn host_sim() -> PathBuf {
    root().join("dist/host-sim")
}

/// A folder below the one that is built into; it is made if it is not there.
pub fn scratch(name: &str) -> PathBuf {
    let built = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder));
    let folder = built.join(name);
    std::fs::create_dir_all(&folder).expect("what is built into can be written to");
    folder
}
