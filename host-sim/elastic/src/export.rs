//! Everything as files in a folder, for who installs it by other means.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::package::Package;
use crate::requests::{Request, Target, What};
use crate::{Fields, NAME, objects, package, requests};

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Packages for Fleet, each as a folder and as an archive.
    Package,
    /// Requests for Elasticsearch, a file each, with a script that sends them.
    Requests,
    /// Saved objects for Kibana, as it imports them.
    Objects,
}

/// Writes a form into a folder, and gives what it wrote for people to use.
pub fn write(fields: &Fields, form: Form, folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    match form {
        Form::Package => {
            let mut written = Vec::new();
            for package in packages(fields) {
                written.extend(unpacked(&package, folder)?);
            }
            Ok(written)
        }
        Form::Requests => [("elasticsearch", Target::Elasticsearch), ("serverless", Target::Serverless)]
            .into_iter()
            .map(|(name, target)| script(&requests::all(fields, target), &folder.join(name)))
            .collect(),
        Form::Objects => {
            let file = folder.join(format!("{NAME}.ndjson"));
            fs::write(&file, objects::lines(&objects::all()))?;
            Ok(vec![file])
        }
    }
}

/// All packages.
pub fn packages(fields: &Fields) -> Vec<Package> {
    vec![package::whole(fields), package::dashboards(fields)]
}

/// A package as a folder and as an archive beside it.
fn unpacked(package: &Package, folder: &Path) -> io::Result<[PathBuf; 2]> {
    let root = folder.join(&package.name);
    // What an earlier version had does not stay.
    match fs::remove_dir_all(&root) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    for (path, content) in &package.files {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&root))?;
        fs::write(file, content)?;
    }
    let archive = folder.join(format!("{}.zip", package.name));
    fs::write(&archive, package.zip()?)?;
    Ok([root, archive])
}

/// Requests as files, and what sends them one after the other.
fn script(requests: &[Request], folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let mut script = String::from(SCRIPT);
    for (number, request) in (1..).zip(requests) {
        let mut data = String::new();
        if !request.body.is_null() {
            let file = format!("{number:02}-{}.json", request.path.replace(['/', '_'], "-").trim_matches('-'));
            fs::write(folder.join(&file), format!("{:#}\n", request.body))?;
            data = format!(" {file}");
        }
        // Neither an index nor a transform is made twice, and a transform that runs is not started.
        let accepted = if matches!(request.what, What::Index | What::Transform | What::Start) { "again" } else { "once" };
        let _ = writeln!(script, "send {accepted} {} '{}'{data}", request.method, request.path);
    }
    let file = folder.join("install.sh");
    fs::write(&file, script)?;
    Ok(file)
}

const SCRIPT: &str = r#"#!/bin/sh
# Sends the requests beside it to Elasticsearch, in their order. Set ELASTICSEARCH to its address and API_KEY to the base64 of an API key.
set -eu
cd "$(dirname "$0")"
: "${ELASTICSEARCH:?its address, such as https://localhost:9200}" "${API_KEY:?an API key in base64}"

# The key is told on no command line, where others could read it.
send() {
    accepted=$1 method=$2 path=$3 body=${4:-}
    status=$(printf 'header = "Authorization: ApiKey %s"\n' "$API_KEY" | curl --config - --silent --show-error --output answer --write-out '%{http_code}' \
        --request "$method" ${body:+--header 'Content-Type: application/json' --data-binary @"$body"} "$ELASTICSEARCH/$path")
    case $accepted-$status in
    *-200 | again-409) ;;
    again-400) grep -q resource_already_exists_exception answer || { echo "$method $path: $status: $(cat answer)" >&2; exit 1; } ;;
    *) echo "$method $path: $status: $(cat answer)" >&2; exit 1 ;;
    esac
    rm -f answer
}

"#;
