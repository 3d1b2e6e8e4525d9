//! Where documents go: exactly one place.

use std::path::PathBuf;

use super::elasticsearch::{self, Elasticsearch};
use super::section::Section;

pub(super) const KEYS: [&str; 3] = ["elasticsearch", "file", "stdout"];

/// Where documents go.
#[derive(Debug, Clone)]
pub enum Output {
    /// To Elasticsearch.
    Elasticsearch(Box<Elasticsearch>),
    /// Into files, one for each data set.
    File(FileOutput),
    /// To standard output.
    Stdout(StdoutShape),
}

/// Files of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOutput {
    /// Where they are.
    pub folder: PathBuf,
    /// Bytes of a file before the next one is begun; `None` is never.
    pub rotate: Option<u64>,
    /// Files that are kept besides the one that is written.
    pub keep: u32,
}

/// What a line of standard output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StdoutShape {
    /// The document.
    Bare,
    /// The document with its id and data set.
    Envelope,
}

/// Reads the section `output`; `section` is `None` where nothing is given.
pub(super) fn read(section: Option<&Section<'_>>, top: &Section<'_>) -> Option<Output> {
    let folder = || top.reader.variables.folder.join("out");
    let file = || Output::File(FileOutput { folder: folder(), rotate: Some(100 << 20), keep: 10 });
    let Some(section) = section else { return Some(file()) };
    let given: Vec<&str> = KEYS.into_iter().filter(|key| section.mentions(key)).collect();
    if let [first, second, ..] = given.as_slice() {
        section.error(second, format!("there are several outputs: `{first}` and `{second}`"), "documents go to exactly one; run a second host for another");
    }
    // All are read, so that all that is wrong is said.
    let elasticsearch = section.section("elasticsearch", &elasticsearch::KEYS).map(|section| elasticsearch::read(&section));
    let to_file = section.section("file", &["folder", "rotate", "keep"]).map(|section| FileOutput {
        folder: section.path("folder").unwrap_or_else(folder),
        rotate: if section.is_off("rotate") { None } else { Some(section.size("rotate", 1024..=1 << 40, 100 << 20)) },
        keep: u32::try_from(section.integer("keep", 1..=100_000, 10)).unwrap_or(10),
    });
    let to_stdout = section.section("stdout", &["shape"]);
    let shape =
        to_stdout.map(|section| section.choice("shape", &[("bare", StdoutShape::Bare), ("envelope", StdoutShape::Envelope)]).unwrap_or(StdoutShape::Bare));
    match (elasticsearch, to_file, shape) {
        (Some(elasticsearch), ..) => Some(Output::Elasticsearch(Box::new(elasticsearch?))),
        (None, Some(to_file), _) => Some(Output::File(to_file)),
        (None, None, Some(shape)) => Some(Output::Stdout(shape)),
        (None, None, None) => Some(file()),
    }
}
