//! What is published beside the component: its packages, a bill of materials, an OCI layout, checksums. The same input gives the same bytes.

pub mod auditable;
pub mod bill;
pub mod licences;
pub mod oci;
pub mod packages;

use std::fs;
use std::path::Path;

use anyhow::Context;
use sha2::{Digest, Sha256};

/// The package that the component is built from.
pub const PACKAGE: &str = "microsoft_defender_cloud";

/// The target that it is built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Writes everything into the folder that already holds the component.
pub fn write(folder: &Path) -> anyhow::Result<()> {
    let component = format!("{PACKAGE}.wasm");
    let bytes = fs::read(folder.join(&component)).with_context(|| format!("cannot read `{component}`"))?;
    let packages = packages::of(PACKAGE, TARGET)?;
    let bill = format!("{PACKAGE}.cdx.json");
    fs::write(folder.join(&bill), bill::text(&packages, &bytes)?)?;
    oci::write(&folder.join("oci"), &packages, &bytes)?;
    fs::write(folder.join("SHA256SUMS"), checksums(folder, &[&component, &bill, "oci/index.json", "oci/oci-layout"])?)?;
    Ok(())
}

/// What `sha256sum --check` reads. The other files of the OCI layout are named by their hash.
fn checksums(folder: &Path, names: &[&str]) -> anyhow::Result<String> {
    let mut lines = String::new();
    for name in names {
        lines.push_str(&format!("{}  {name}\n", sha256(&fs::read(folder.join(name))?)));
    }
    Ok(lines)
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
