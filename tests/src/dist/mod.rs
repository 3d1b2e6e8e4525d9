//! What is published beside the component and the host: their packages, bills of materials, licences, what Fleet installs, an OCI layout,
//! checksums. The same input gives the same bytes.

pub mod auditable;
pub mod bill;
pub mod licences;
pub mod notices;
pub mod oci;
pub mod packages;
pub mod paths;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use host_sim_elastic::package::Package;
use host_sim_elastic::{Fields, export};
use host_sim_runtime::{Cache, Component, Engine, Limits};
use sha2::{Digest, Sha256};

/// The package that the component is built from.
pub const PACKAGE: &str = "microsoft_defender_cloud";

/// The target that it is built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The package of the host, and the name of its program.
pub const HOST: &str = "host-sim";

/// Writes everything into the folder that already holds the component and the host, and takes the folders of this machine out of the latter.
pub fn write(folder: &Path) -> anyhow::Result<()> {
    let read = |name: &str| fs::read(folder.join(name)).with_context(|| format!("cannot read `{name}`"));
    let file = format!("{PACKAGE}.wasm");
    let component = read(&file)?;
    let packages = packages::of(PACKAGE, TARGET)?;
    oci::write(&folder.join("oci"), &packages, &component)?;
    let mut files = described(folder, PACKAGE, &packages, bill::Subject::Library, &component)?;
    files.insert(0, file);

    let mut host = read(HOST)?;
    paths::forget(&mut host, &paths::of_this_machine()?)?;
    replace(&folder.join(HOST), &host)?;
    files.push(HOST.to_owned());
    files.extend(described(folder, HOST, &packages::of(HOST, &target_of_this_machine()?)?, bill::Subject::Application, &host)?);

    for package in assets(&folder.join(format!("{PACKAGE}.wasm")))? {
        let name = format!("{}.zip", package.name);
        fs::write(folder.join(&name), package.zip()?)?;
        files.push(name);
    }
    files.extend(["oci/index.json", "oci/oci-layout"].map(str::to_owned));
    fs::write(folder.join("SHA256SUMS"), checksums(folder, &files)?)?;
    Ok(())
}

/// What Fleet installs for the documents of a component.
fn assets(component: &Path) -> anyhow::Result<Vec<Package>> {
    let engine = Engine::new(Limits::default(), Cache::of_user())?;
    let fields = Fields::of(&Component::load(&engine, component)?)?;
    Ok(export::packages(&fields))
}

/// Writes the bill of materials and the licences, and gives the names of both files.
fn described(folder: &Path, name: &str, packages: &[packages::Package], subject: bill::Subject, built: &[u8]) -> anyhow::Result<Vec<String>> {
    let [bill, licences] = [format!("{name}.cdx.json"), format!("{name}.licences.txt")];
    fs::write(folder.join(&bill), bill::text(packages, subject, built)?)?;
    fs::write(folder.join(&licences), notices::text(packages)?)?;
    Ok(vec![bill, licences])
}

/// A program that may be running cannot be written to, but another one can take its place.
fn replace(program: &Path, content: &[u8]) -> anyhow::Result<()> {
    let partial = program.with_extension("partial");
    fs::write(&partial, content)?;
    fs::set_permissions(&partial, fs::metadata(program)?.permissions())?;
    fs::rename(partial, program)?;
    Ok(())
}

/// The target that the host is built for, as the compiler calls it.
pub fn target_of_this_machine() -> anyhow::Result<String> {
    let said = packages::output(Command::new("rustc").arg("-vV"))?;
    let target = said.lines().find_map(|line| line.strip_prefix("host: ")).context("`rustc -vV` names no host")?;
    Ok(target.to_owned())
}

/// What `sha256sum --check` reads. The other files of the OCI layout are named by their hash.
fn checksums(folder: &Path, names: &[String]) -> anyhow::Result<String> {
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
