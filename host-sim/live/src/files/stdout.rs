//! Standard output, or any other stream: a line each.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use host_sim_runtime::flow::{Fate, Item, Sink, SinkError};

use crate::config::StdoutShape;

/// The documents of one input, on their way to a stream. What is stored has been handed to the system.
pub struct Stdout {
    shape: StdoutShape,
    datasets: Vec<String>,
    stream: Arc<Mutex<dyn Write + Send>>,
}

impl std::fmt::Debug for Stdout {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Stdout").field("shape", &self.shape).finish_non_exhaustive()
    }
}

impl Stdout {
    /// Writes to a stream, which several inputs may share; `datasets` are the names of the component's data sets, in their order.
    pub fn new(stream: Arc<Mutex<dyn Write + Send>>, shape: StdoutShape, datasets: Vec<String>) -> Self {
        Self { shape, datasets, stream }
    }

    fn lines(&self, items: &[Item]) -> io::Result<Vec<u8>> {
        let mut lines = Vec::new();
        for item in items {
            let document = &item.document;
            if self.shape == StdoutShape::Bare {
                lines.extend_from_slice(&document.body);
            } else {
                let dataset = usize::try_from(document.dataset).ok().and_then(|at| self.datasets.get(at));
                let dataset = dataset.ok_or_else(|| io::Error::other("a document of an unknown data set"))?;
                lines.extend_from_slice(b"{\"source\":");
                serde_json::to_writer(&mut lines, &item.number)?;
                lines.extend_from_slice(b",\"dataset\":");
                serde_json::to_writer(&mut lines, dataset)?;
                lines.extend_from_slice(b",\"id\":");
                serde_json::to_writer(&mut lines, &document.id)?;
                lines.extend_from_slice(b",\"document\":");
                lines.extend_from_slice(&document.body);
                lines.push(b'}');
            }
            lines.push(b'\n');
        }
        Ok(lines)
    }
}

impl Sink for Stdout {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        let written = self.lines(items).and_then(|lines| {
            let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
            stream.write_all(&lines).and_then(|()| stream.flush())
        });
        written.map_err(|error| SinkError::Closed(error.into()))?;
        Ok(vec![Fate::Stored; items.len()])
    }
}
