//! The bill of materials: CycloneDX 1.5, without a time or a serial number, so that it is the same for the same component.

use anyhow::Context;
use serde_json::{Value, json};

use super::packages::{Kind, Package};
use super::sha256;

/// What a bill is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// It runs by itself.
    Application,
    /// It is loaded by something else.
    Library,
}

/// The bill of something that is built from these packages.
pub fn text(packages: &[Package], subject: Subject, built: &[u8]) -> anyhow::Result<String> {
    let root = packages.iter().find(|package| package.root).context("the package that the bill is of is not among its packages")?;
    let is_application = subject == Subject::Application;
    let mut subject = described(root);
    subject["type"] = json!(if is_application { "application" } else { "library" });
    subject["hashes"] = json!([{ "alg": "SHA-256", "content": sha256(built) }]);
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": subject },
        "components": packages.iter().filter(|package| !package.root).map(part).collect::<Vec<_>>(),
        "dependencies": packages.iter().map(|package| needs(package, packages)).collect::<Vec<_>>(),
    });
    Ok(format!("{bill:#}\n"))
}

fn described(package: &Package) -> Value {
    json!({
        "type": "library",
        "bom-ref": package.url(),
        "name": package.name,
        "version": package.version,
        "licenses": [{ "expression": package.licence }],
        "purl": package.url(),
    })
}

/// A package that only helps to build is `excluded`: it is no part of what runs.
fn part(package: &Package) -> Value {
    let mut part = described(package);
    part["scope"] = json!(if package.kind == Kind::Runtime { "required" } else { "excluded" });
    if let Some(checksum) = &package.checksum {
        part["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    part
}

fn needs(package: &Package, packages: &[Package]) -> Value {
    let urls: Vec<String> = package.dependencies.iter().filter_map(|position| packages.get(*position)).map(Package::url).collect();
    json!({ "ref": package.url(), "dependsOn": urls })
}
