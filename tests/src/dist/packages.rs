//! The packages that another one is built from, as cargo and the lock file tell.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use anyhow::{Context, bail};

use crate::workspace;

/// One package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression; empty if it does not say.
    pub licence: String,
    /// The SHA-256 of its archive; absent for a package of this project.
    pub checksum: Option<String>,
    /// What it is needed for.
    pub kind: Kind,
    /// Whether it is the one that was asked for.
    pub root: bool,
    /// Positions of those that it needs, in order.
    pub dependencies: Vec<usize>,
}

/// What a package is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is part of what is built.
    Runtime,
    /// It only helps to build: a build script, a macro, or what these need.
    Build,
}

impl Package {
    /// Its package URL.
    pub fn url(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }
}

type Key = (String, String);

/// A package and all that it is built from for a target, sorted by name and version.
pub fn of(package: &str, target: &str) -> anyhow::Result<Vec<Package>> {
    let whole = Tree::ask(package, target, "normal,build")?;
    let runtime = Tree::ask(package, target, "normal,no-proc-macro")?;
    let checksums = checksums()?;
    let positions: BTreeMap<&Key, usize> = whole.needs.keys().enumerate().map(|(position, key)| (key, position)).collect();
    let mut packages = Vec::new();
    for (key, needs) in &whole.needs {
        let kind = if runtime.needs.contains_key(key) { Kind::Runtime } else { Kind::Build };
        packages.push(Package {
            name: key.0.clone(),
            version: key.1.clone(),
            licence: whole.licences.get(key).cloned().unwrap_or_default(),
            checksum: checksums.get(key).cloned(),
            kind,
            root: key.0 == package,
            dependencies: needs.iter().filter_map(|key| positions.get(key).copied()).collect(),
        });
    }
    Ok(packages)
}

/// What a command says that ends well.
pub(super) fn output(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot run `{name}`"))?;
    if !output.status.success() {
        bail!("`{name}` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// What `cargo tree` says.
#[derive(Default)]
struct Tree {
    needs: BTreeMap<Key, BTreeSet<Key>>,
    licences: BTreeMap<Key, String>,
}

impl Tree {
    fn ask(package: &str, target: &str, edges: &str) -> anyhow::Result<Self> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(workspace()).args(["tree", "--locked", "--package", package, "--target", target, "--edges", edges]);
        let said = output(command.args(["--prefix", "depth", "--format", "|{p}|{l}"]));
        Self::read(&said.with_context(|| format!("cargo does not tell what `{package}` is built from"))?)
    }

    /// Lines such as `2|serde_core v1.0.229|MIT OR Apache-2.0 (*)`: how deep, what, its licence, and a mark if what it needs was said before.
    fn read(text: &str) -> anyhow::Result<Self> {
        let mut tree = Self::default();
        let mut above: Vec<Key> = Vec::new();
        for line in text.lines() {
            let (depth, key, licence) = line_of(line).with_context(|| format!("cargo says `{line}`, which is not understood"))?;
            above.truncate(depth);
            if let Some(parent) = above.last() {
                tree.needs.entry(parent.clone()).or_default().insert(key.clone());
            }
            tree.needs.entry(key.clone()).or_default();
            tree.licences.insert(key.clone(), licence);
            above.push(key);
        }
        Ok(tree)
    }
}

fn line_of(line: &str) -> Option<(usize, Key, String)> {
    let mut parts = line.splitn(3, '|');
    let depth = parts.next()?.parse().ok()?;
    let mut words = parts.next()?.split_whitespace();
    let key = (words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned());
    let licence = parts.next()?.trim_end_matches(" (*)");
    // Old packages write a slash for `OR`.
    Some((depth, key, licence.replace('/', " OR ")))
}

/// The hash of each package's archive.
fn checksums() -> anyhow::Result<BTreeMap<Key, String>> {
    let text = fs::read_to_string(workspace().join("Cargo.lock")).context("cannot read `Cargo.lock`")?;
    let mut checksums = BTreeMap::new();
    for block in text.split("[[package]]") {
        let value = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'));
        if let (Some(name), Some(version), Some(checksum)) = (value("name"), value("version"), value("checksum")) {
            checksums.insert((name.to_owned(), version.to_owned()), checksum.to_owned());
        }
    }
    Ok(checksums)
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn a_tree_is_read_line_by_line_and_what_was_said_before_is_not_said_again() {
        let text = "0|a v0.1.0 (/somewhere)|Apache-2.0\n1|b v1.0.0|MIT/Apache-2.0\n2|c v2.0.0 (proc-macro)|\n1|d v3.0.0|MIT\n2|b v1.0.0|MIT/Apache-2.0 (*)\n";
        let tree = Tree::read(text).expect("it is one");
        let key = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        let needs = |name: &str, version: &str| tree.needs[&key(name, version)].iter().map(|key| key.0.as_str()).collect::<Vec<_>>();
        assert_eq!(needs("a", "0.1.0"), ["b", "d"]);
        assert_eq!(needs("b", "1.0.0"), ["c"]);
        assert_eq!(needs("d", "3.0.0"), ["b"]);
        assert_eq!(tree.licences[&key("b", "1.0.0")], "MIT OR Apache-2.0");
        assert_eq!(tree.licences[&key("c", "2.0.0")], "");
        assert!(Tree::read("a v1").is_err());
    }
}
