//! Finds the cases in a folder.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A case that was found and not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its path from the folder that was searched.
    pub name: String,
    pub(super) kind: Kind,
    pub(super) input: PathBuf,
    pub(super) expected: PathBuf,
}

/// What the input of a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `message.json` or `message.txt`: one body.
    Message,
    /// `messages.ndjson`: recorded messages.
    Messages,
    /// `raw.ndjson`: a body a line, each decoded with the tags that its expected document bears.
    Raw,
    /// `test-x.log` of elastic-package: a body a line.
    Log,
    /// `test-x.json` of elastic-package: events.
    Events,
    /// More than one input of a folder of its own, which has one file for what is expected.
    Several,
}

const INPUTS: [(&str, Kind); 4] =
    [("message.json", Kind::Message), ("message.txt", Kind::Message), ("messages.ndjson", Kind::Messages), ("raw.ndjson", Kind::Raw)];

impl Found {
    /// The data set that the path names: the folder below `data_stream`, else the innermost folder that bears the name of a data set.
    pub fn dataset<'a>(&self, names: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
        let path = fs::canonicalize(&self.input).unwrap_or_else(|_| self.input.clone());
        let folders: Vec<&str> = path.parent()?.iter().filter_map(|folder| folder.to_str()).collect();
        let stream = folders.iter().rposition(|folder| *folder == "data_stream").and_then(|at| folders.get(at + 1));
        let is_dataset = |folder: &&&str| names.clone().any(|name| name == **folder || name.rsplit('.').next() == Some(**folder));
        stream.or_else(|| folders.iter().rev().find(is_dataset)).map(|folder| (*folder).to_owned())
    }
}

/// All cases in a folder and the folders in it, sorted by name.
pub fn find(folder: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| ".".to_owned());
    search(folder, "", &name, &mut found)?;
    found.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(found)
}

/// `path` is the folder's from where the search began; `own_name` is what a case is called that stands there.
fn search(folder: &Path, path: &str, own_name: &str, found: &mut Vec<Found>) -> io::Result<()> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let inner = join(path, &name.to_string_lossy());
        // A link to a folder is not followed: it may lead back here.
        if entry.file_type()?.is_dir() {
            search(&entry.path(), &inner, &inner, found)?;
        } else {
            files.insert(name);
        }
    }
    let mut inputs = INPUTS.iter().filter(|(name, _)| files.contains(OsStr::new(name)));
    if let Some((file, kind)) = inputs.next() {
        let kind = if inputs.next().is_some() { Kind::Several } else { *kind };
        found.push(Found { name: own_name.to_owned(), kind, input: folder.join(file), expected: folder.join("expected.json") });
    }
    for file in &files {
        // What is shown may be changed to be text; the path stays as it is.
        let shown = file.to_string_lossy();
        if let Some(kind) = elastic(&shown) {
            let expected = folder.join(with_ending(file, "-expected.json"));
            found.push(Found { name: join(path, &shown), kind, input: folder.join(file), expected });
        }
    }
    Ok(())
}

/// The name of a file that belongs to another one.
pub(super) fn with_ending(name: &OsStr, ending: &str) -> OsString {
    let mut name = name.to_owned();
    name.push(ending);
    name
}

fn elastic(file: &str) -> Option<Kind> {
    match Path::new(file).extension().filter(|_| file.starts_with("test-"))?.to_str()? {
        "log" => Some(Kind::Log),
        "json" if !file.ends_with("-expected.json") => Some(Kind::Events),
        _ => None,
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;

    use super::find;

    #[test]
    fn a_name_that_is_not_utf8_is_kept_as_it_is() {
        let folder = std::env::temp_dir().join(format!("host-sim-find-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder can be made");
        let file = folder.join(OsStr::from_bytes(b"test-\xff.log"));
        fs::write(&file, "{}\n").expect("writable");
        let found = find(&folder).expect("readable");
        fs::remove_dir_all(&folder).expect("removable");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "test-\u{fffd}.log");
        assert_eq!(found[0].input, file);
        assert_eq!(found[0].expected, folder.join(OsStr::from_bytes(b"test-\xff.log-expected.json")));
    }
}
