//! Files as a sink: documents, one a line, all in one place or each data set in a file of its own.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use host_sim_runtime::contract::{Description, Document};
use host_sim_runtime::flow::{Fate, Item, Sink, SinkError};

use crate::id_field::IdField;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The document.
    Bare,
    /// `{"source", "dataset", "id", "document"}`.
    Envelope,
}

/// Where documents go.
pub struct Output<'a> {
    shape: Shape,
    id_field: Option<IdField>,
    datasets: Vec<String>,
    target: Mutex<Target<'a>>,
}

enum Target<'a> {
    Stream(Box<dyn Write + Send + 'a>),
    Folder(Vec<Partial>),
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Output").field("shape", &self.shape).finish_non_exhaustive()
    }
}

impl<'a> Output<'a> {
    /// Writes all documents to one stream.
    pub fn to_stream(stream: impl Write + Send + 'a, description: &Description, shape: Shape) -> Self {
        Self { shape, id_field: None, datasets: names(description), target: Mutex::new(Target::Stream(Box::new(stream))) }
    }

    /// Writes one `<data set>.ndjson` for each data set of the component into a folder, which is made if needed. The files appear, and replace
    /// older ones, with [`finish`](Self::finish); without it nothing changes. What a run has left that died before is removed.
    pub fn to_folder(folder: &Path, description: &Description, shape: Shape) -> io::Result<Self> {
        let datasets = names(description);
        fs::create_dir_all(folder)?;
        let files = datasets.iter().map(|name| Partial::new(folder, name)).collect::<io::Result<_>>()?;
        Ok(Self { shape, id_field: None, datasets, target: Mutex::new(Target::Folder(files)) })
    }

    /// Puts into each document its id as well. A document that has such a member ends the output.
    pub fn with_ids(self, id_field: Option<IdField>) -> Self {
        Self { id_field, ..self }
    }

    /// The files under temporary names, which whoever ends the process has to remove.
    pub fn partial_files(&self) -> Vec<PathBuf> {
        match &*self.target.lock().unwrap_or_else(PoisonError::into_inner) {
            Target::Stream(_) => Vec::new(),
            Target::Folder(files) => files.iter().map(|partial| partial.temporary.clone()).collect(),
        }
    }

    /// Ends the output, and gives the files that it made.
    pub fn finish(self) -> io::Result<Vec<PathBuf>> {
        match self.target.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Target::Stream(mut stream) => stream.flush().map(|()| Vec::new()),
            Target::Folder(files) => publish(files),
        }
    }

    fn write_all(&self, items: &[Item]) -> io::Result<()> {
        let mut target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        items.iter().try_for_each(|item| self.write(&mut target, item))?;
        target.flush()
    }

    fn write(&self, target: &mut Target<'_>, item: &Item) -> io::Result<()> {
        let Item { document, number } = item;
        let index = usize::try_from(document.dataset).map_err(io::Error::other)?;
        let dataset = self.datasets.get(index).ok_or_else(|| io::Error::other("a document of an unknown data set"))?;
        let writer = target.writer(index)?;
        match self.shape {
            Shape::Bare => self.body(writer, document)?,
            Shape::Envelope => {
                envelope(writer, document, dataset, *number)?;
                self.body(writer, document)?;
                writer.write_all(b"}")?;
            }
        }
        writer.write_all(b"\n")
    }

    fn body(&self, writer: &mut dyn Write, document: &Document) -> io::Result<()> {
        match &self.id_field {
            Some(id_field) => id_field.write(writer, document),
            None => writer.write_all(&document.body),
        }
    }
}

impl Sink for Output<'_> {
    /// What is stored has been handed to the system. A line is whole or, if that fails, the last one.
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        self.write_all(items).map_err(|error| SinkError::Closed(error.into()))?;
        Ok(vec![Fate::Stored; items.len()])
    }
}

impl Target<'_> {
    /// Where documents of a data set go.
    fn writer(&mut self, dataset: usize) -> io::Result<&mut dyn Write> {
        match self {
            Self::Stream(stream) => Ok(stream),
            Self::Folder(files) => Ok(&mut files.get_mut(dataset).ok_or_else(|| io::Error::other("a document of an unknown data set"))?.file),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(stream) => stream.flush(),
            Self::Folder(files) => files.iter_mut().try_for_each(|partial| partial.file.flush()),
        }
    }
}

fn names(description: &Description) -> Vec<String> {
    description.datasets.iter().map(|dataset| dataset.name.clone()).collect()
}

/// An envelope up to its document.
fn envelope(writer: &mut dyn Write, document: &Document, dataset: &str, number: Option<u64>) -> io::Result<()> {
    writer.write_all(b"{\"source\":")?;
    match number {
        Some(number) => write!(writer, "{number}")?,
        None => writer.write_all(b"null")?,
    }
    writer.write_all(b",\"dataset\":")?;
    serde_json::to_writer(&mut *writer, dataset)?;
    writer.write_all(b",\"id\":")?;
    serde_json::to_writer(&mut *writer, &document.id)?;
    writer.write_all(b",\"document\":")
}

/// A file under a temporary name, which goes away unless it is published.
struct Partial {
    file: BufWriter<File>,
    temporary: PathBuf,
    path: PathBuf,
    published: bool,
}

impl Partial {
    /// The name comes from a component, so it must not lead out of the folder.
    fn new(folder: &Path, dataset: &str) -> io::Result<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if dataset.is_empty() || dataset.starts_with('.') || !dataset.bytes().all(plain) {
            return Err(io::Error::other(format!("the data set's name `{}` does not make a file's name", dataset.escape_debug())));
        }
        let prefix = format!(".{dataset}.ndjson.");
        clear(folder, &prefix)?;
        let temporary = folder.join(format!("{prefix}{}", std::process::id()));
        let file = File::create(&temporary)?;
        // Held as long as this process lives, which is how others know. Where a file system has no locks, none is ever removed.
        let _ = file.lock();
        let file = BufWriter::new(file);
        Ok(Self { file, temporary, path: folder.join(format!("{dataset}.ndjson")), published: false })
    }

    /// Whether the file can come to where it belongs, as far as can be seen.
    fn prepare(&mut self) -> io::Result<()> {
        self.file.flush()?;
        match fs::symlink_metadata(&self.path) {
            Ok(metadata) if metadata.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
            _ => Ok(()),
        }
    }
}

/// Gives all files their names. Where it can be seen that one cannot be replaced, none is.
fn publish(mut files: Vec<Partial>) -> io::Result<Vec<PathBuf>> {
    for partial in &mut files {
        partial.prepare().map_err(|error| failed(&partial.path, &[], &error))?;
    }
    let mut published: Vec<PathBuf> = Vec::new();
    for partial in &mut files {
        fs::rename(&partial.temporary, &partial.path).map_err(|error| failed(&partial.path, &published, &error))?;
        partial.published = true;
        published.push(partial.path.clone());
    }
    Ok(published)
}

/// Why a file is not replaced, and which ones are.
fn failed(path: &Path, published: &[PathBuf], error: &io::Error) -> io::Error {
    let state = match published {
        [] => "no file is replaced".to_owned(),
        new => format!("new are {}", new.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")),
    };
    io::Error::new(error.kind(), format!("cannot replace `{}`: {error}; {state}", path.display()))
}

/// Removes what runs have left that died: files of this name that no living process holds.
fn clear(folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(prefix));
        let is_ours = number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
        // It is only a file that would be in nobody's way, so it may stay where it cannot be looked at.
        if is_ours && entry.file_type()?.is_file() && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.published {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use host_sim_runtime::contract::{Dataset, Description, Document};

    use super::{IdField, Item, Output, Shape, Sink};

    fn description(names: &[&str]) -> Description {
        let dataset = |name: &&str| Dataset { name: (*name).into(), summary: String::new(), decodes: true };
        Description { name: String::new(), version: String::new(), datasets: names.iter().map(dataset).collect(), settings_schema: String::new() }
    }

    fn item(dataset: u32, number: Option<u64>) -> Item {
        let document = Document { dataset, id: "a\"b".into(), body: br#"{"a":4.0}"#.to_vec(), source: None };
        Item { document, number }
    }

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("host-sim-output-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[track_caller]
    fn check(shape: Shape, number: Option<u64>, expected: &str) {
        check_with(None, shape, number, expected);
    }

    #[track_caller]
    fn check_with(id_field: Option<&str>, shape: Shape, number: Option<u64>, expected: &str) {
        let mut bytes = Vec::new();
        let id_field = id_field.map(|name| IdField::new(name).expect("a name"));
        let output = Output::to_stream(&mut bytes, &description(&["x.event"]), shape).with_ids(id_field);
        output.put(&[item(0, number)]).expect("memory can be written");
        drop(output);
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
    }

    #[test]
    fn a_line_is_a_document_or_its_envelope() {
        check(Shape::Bare, Some(3), "{\"a\":4.0}\n");
        check(Shape::Envelope, Some(3), "{\"source\":3,\"dataset\":\"x.event\",\"id\":\"a\\\"b\",\"document\":{\"a\":4.0}}\n");
        check(Shape::Envelope, None, "{\"source\":null,\"dataset\":\"x.event\",\"id\":\"a\\\"b\",\"document\":{\"a\":4.0}}\n");
    }

    #[test]
    fn a_document_may_begin_with_its_id_and_never_has_two() {
        check_with(Some("id"), Shape::Bare, None, "{\"id\":\"a\\\"b\",\"a\":4.0}\n");
        check_with(
            Some("id"),
            Shape::Envelope,
            Some(3),
            "{\"source\":3,\"dataset\":\"x.event\",\"id\":\"a\\\"b\",\"document\":{\"id\":\"a\\\"b\",\"a\":4.0}}\n",
        );
        let output = Output::to_stream(Vec::new(), &description(&["x.event"]), Shape::Bare).with_ids(Some(IdField::new("a").expect("a name")));
        assert!(output.put(&[item(0, None)]).is_err());
    }

    #[test]
    fn each_data_set_has_its_file_once_the_output_is_finished() {
        let folder = folder("files");
        let output = Output::to_folder(&folder, &description(&["x.event", "x.run"]), Shape::Bare).expect("the folder can be made");
        output.put(&[item(1, None)]).expect("writable");
        assert!(!folder.join("x.run.ndjson").exists());
        let files = output.finish().expect("writable");
        assert_eq!(files, [folder.join("x.event.ndjson"), folder.join("x.run.ndjson")]);
        assert_eq!(fs::read_to_string(&files[1]).expect("readable"), "{\"a\":4.0}\n");
        assert_eq!(fs::read_to_string(&files[0]).expect("readable"), "");

        let output = Output::to_folder(&folder, &description(&["x.run"]), Shape::Bare).expect("the folder is there");
        drop(output);
        assert_eq!(fs::read_dir(&folder).expect("readable").count(), 2);
        assert_eq!(fs::read_to_string(&files[1]).expect("readable"), "{\"a\":4.0}\n");
        fs::remove_dir_all(&folder).expect("removable");
    }

    #[test]
    fn where_one_file_cannot_be_replaced_all_stay_as_they_were() {
        let folder = folder("half");
        fs::create_dir_all(folder.join("x.run.ndjson")).expect("the folder can be made");
        fs::write(folder.join("x.event.ndjson"), "old").expect("writable");
        let output = Output::to_folder(&folder, &description(&["x.event", "x.run"]), Shape::Bare).expect("the folder is there");
        let error = output.finish().expect_err("a folder is in the way").to_string();
        assert!(error.contains("x.run.ndjson") && error.ends_with("no file is replaced"), "{error}");
        assert_eq!(fs::read_to_string(folder.join("x.event.ndjson")).expect("readable"), "old");
        assert_eq!(fs::read_dir(&folder).expect("readable").count(), 2, "nothing is left behind");
        fs::remove_dir_all(&folder).expect("removable");
    }

    #[test]
    fn what_a_run_has_left_that_died_is_cleared() {
        let folder = folder("left");
        fs::create_dir_all(&folder).expect("the folder can be made");
        for name in [".x.run.ndjson.1", ".x.run.ndjson.2", ".x.run.ndjson.bak", ".y.run.ndjson.1"] {
            fs::write(folder.join(name), "").expect("writable");
        }
        let living = fs::File::open(folder.join(".x.run.ndjson.2")).expect("it is there");
        living.lock().expect("nobody else has it");
        Output::to_folder(&folder, &description(&["x.run"]), Shape::Bare).expect("the folder is there").finish().expect("writable");
        let mut names: Vec<_> = fs::read_dir(&folder).expect("readable").map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        assert_eq!(names, [".x.run.ndjson.2", ".x.run.ndjson.bak", ".y.run.ndjson.1", "x.run.ndjson"]);
        fs::remove_dir_all(&folder).expect("removable");
    }

    #[test]
    fn a_data_sets_name_does_not_lead_out_of_the_folder() {
        let folder = folder("names");
        for name in ["../x", "a/b", "", ".hidden", "a\\b", "a\0b"] {
            assert!(Output::to_folder(&folder, &description(&[name]), Shape::Bare).is_err(), "{name:?}");
        }
        fs::remove_dir_all(&folder).expect("removable");
    }
}
