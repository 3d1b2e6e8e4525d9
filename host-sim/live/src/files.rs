//! Files of documents: a line each, a file for each data set, and a document is stored once it would outlive a power cut.

mod rotating;
mod stdout;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use host_sim_runtime::Clock;
use host_sim_runtime::flow::{Fate, Item, Sink, SinkError};

use self::rotating::Rotating;
pub use self::stdout::Stdout;
use crate::config::FileOutput;

/// A folder of files, for all inputs.
#[derive(Debug)]
pub struct Files {
    output: FileOutput,
    open: Mutex<BTreeMap<String, Rotating>>,
    trouble: Mutex<Option<String>>,
}

/// The documents of one input, on their way into files.
#[derive(Debug)]
pub struct FileSink {
    files: Arc<Files>,
    datasets: Vec<String>,
}

impl Files {
    /// The folder, which is made where it is missing.
    pub fn new(output: FileOutput) -> io::Result<Self> {
        std::fs::create_dir_all(&output.folder)?;
        Ok(Self { output, open: Mutex::default(), trouble: Mutex::default() })
    }

    /// Why documents wait, if they do, in words for people.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// A sink for the documents of a component; `datasets` are the names of its data sets, in their order.
    pub fn sink(self: &Arc<Self>, datasets: Vec<String>) -> io::Result<FileSink> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_');
        for name in &datasets {
            if !(1..=100).contains(&name.len()) || name.starts_with('.') || !name.bytes().all(plain) {
                return Err(io::Error::other(format!("the data set's name `{}` does not make a file's name", name.escape_debug())));
            }
        }
        Ok(FileSink { files: Arc::clone(self), datasets })
    }

    /// Writes lines of a data set, in their order, and has them stored on return.
    fn store(&self, lines: &BTreeMap<&str, Vec<&[u8]>>) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for (dataset, lines) in lines {
            let mut file = match open.remove(*dataset) {
                Some(file) => file,
                None => Rotating::open(&self.output.folder, dataset, self.output.rotate, self.output.keep)?,
            };
            // A file in which something went wrong is opened anew, which cuts off half a line.
            file.append(lines, Clock::System)?;
            open.insert((*dataset).to_owned(), file);
        }
        Ok(())
    }
}

impl Sink for FileSink {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        let mut lines: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
        let mut fates = Vec::with_capacity(items.len());
        for Item { document, .. } in items {
            let dataset = usize::try_from(document.dataset).ok().and_then(|at| self.datasets.get(at));
            let dataset = dataset.ok_or_else(|| SinkError::Closed("a document of an unknown data set".into()))?;
            if document.body.contains(&b'\n') {
                fates.push(Fate::Refused("it is not on one line".into()));
                continue;
            }
            lines.entry(dataset).or_default().push(&document.body);
            fates.push(Fate::Stored);
        }
        match self.files.store(&lines) {
            Ok(()) => {
                self.files.set_trouble(None);
                Ok(fates)
            }
            // Somebody makes room; what is written already is written again then.
            Err(error) if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => {
                self.files.set_trouble(Some(format!("documents wait: {error}; make room on that disk, or lower `output.file.keep`")));
                Err(SinkError::Busy { after: None })
            }
            Err(error) => Err(SinkError::Closed(error.into())),
        }
    }
}

#[cfg(test)]
mod tests;
