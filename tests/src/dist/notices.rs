//! The licences of all that is inside of something published, as its packages have them: most of them ask for that.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use serde_json::Value;

use super::packages::{self, Kind, Package};
use crate::workspace;

/// Every package that is part of what is built, with its licence, and every text once with those that have it.
pub fn text(packages: &[Package]) -> anyhow::Result<String> {
    let folders = folders()?;
    let mut page = String::from("What this is built from, and its licences. A package that names no text below has none in its archive.\n\n");
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages.iter().filter(|package| package.kind == Kind::Runtime) {
        let name = format!("{} {}", package.name, package.version);
        let _ = writeln!(page, "{name}: {}", package.licence);
        let folder = folders.get(&(package.name.clone(), package.version.clone())).with_context(|| format!("cargo does not tell where `{name}` is"))?;
        let folder = if package.checksum.is_some() { folder.as_path() } else { workspace() };
        for file in licences_in(folder)? {
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read the licence `{}`", file.display()))?;
            let owners = texts.entry(text.replace("\r\n", "\n").trim().to_owned()).or_default();
            if owners.last() != Some(&name) {
                owners.push(name.clone());
            }
        }
    }
    for (text, owners) in texts {
        let _ = write!(page, "\n{}\n{}\n\n{text}\n", "=".repeat(80), owners.join(", "));
    }
    Ok(page)
}

fn licences_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if path.is_file() && ["licen", "copying", "notice", "unlicense"].iter().any(|word| name.starts_with(word)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Where each package lies, by name and version.
fn folders() -> anyhow::Result<BTreeMap<(String, String), PathBuf>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    let said = packages::output(command.current_dir(workspace()).args(["metadata", "--locked", "--format-version", "1"]))?;
    let said: Value = serde_json::from_str(&said)?;
    let mut folders = BTreeMap::new();
    for package in said["packages"].as_array().into_iter().flatten() {
        let text = |member: &str| package[member].as_str().map(str::to_owned).with_context(|| format!("cargo names no `{member}` of a package"));
        let manifest = PathBuf::from(text("manifest_path")?);
        folders.insert((text("name")?, text("version")?), manifest.parent().unwrap_or(Path::new("/")).to_owned());
    }
    Ok(folders)
}
