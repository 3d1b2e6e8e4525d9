//! Dead letters delivered again: what is stored now leaves the file, everything else stays in it, to the byte.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use host_sim_runtime::contract::Document;
use host_sim_runtime::flow::{
    Bounds, BoxedError, DeadLetters, DeliveryError, Fate, Flow, FlowError, Item, Lane, Letter, Parcel, Sink, SinkError, Source, Stateless, StopSignal,
};

use crate::private;
use crate::state::{self, StateError, StateFolder, letters};

/// Letters that are read at a time.
const TOGETHER: usize = 64;

/// What became of the dead letters of an input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redriven {
    /// Documents that are stored now, and no dead letters any more.
    pub delivered: u64,
    /// Documents that stay in the file: they are refused still, or were not reached.
    pub left: u64,
    /// Other lines that stay in the file: messages that stopped the component, or that it could not read, which it would do again.
    pub others: u64,
}

/// Why dead letters are not delivered again. What was delivered has left the file.
#[derive(Debug, thiserror::Error)]
pub enum RedriveError {
    /// Another host has the state.
    #[error(transparent)]
    State(#[from] StateError),
    /// Mend the file.
    #[error("cannot use `{}`: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// Mend the sink.
    #[error(transparent)]
    Sink(BoxedError),
    /// Mend the sink.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
}

/// Delivers the documents among the dead letters of an input to the sink that is made for their data sets, given in their order. Whoever has the state has
/// it alone, so no host appends to the file meanwhile. Killed at any time, it leaves everything in the file that is not delivered.
pub fn redrive<S: Sink>(
    state: &StateFolder,
    input: &str,
    sink: impl FnOnce(&[String]) -> Result<S, BoxedError>,
    bounds: Bounds,
    stop: &StopSignal,
) -> Result<Redriven, RedriveError> {
    let path = state.dead_letters_of(input)?;
    let failed = |source| RedriveError::File { path: path.clone(), source };
    let datasets = datasets(&path).map_err(failed)?;
    if datasets.is_empty() {
        return rewritten(&path, &BTreeSet::new()).map_err(failed);
    }
    let datasets: Vec<String> = datasets.into_iter().collect();
    let sink = Noting { sink: sink(&datasets).map_err(RedriveError::Sink)?, stored: Mutex::default() };
    let mut source = Letters { lines: Box::new(letters(&path).map_err(failed)?), number: 0, datasets: &datasets, lane: Lane::new(input) };
    let flow = Flow { sink: &sink, state: &Stateless, dead_letters: &Staying, bounds, stop: stop.clone() };
    let end = flow.run(&mut source, |_, _| ());
    let stored = sink.stored.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Also after an error: what is stored has to leave the file.
    let redriven = rewritten(&path, &stored).map_err(failed)?;
    match end {
        Ok(()) => Ok(redriven),
        Err(FlowError::Source(error)) => Err(failed(error)),
        Err(FlowError::Delivery(error)) => Err(RedriveError::Delivery(error)),
    }
}

/// The document of a line, with its data set and id; `None` if it has none that can be delivered.
fn document_of<'a>(line: &'a [u8]) -> Option<(String, String, &'a str)> {
    let letter: state::Letter<'a> = serde_json::from_slice(line).ok()?;
    Some((letter.dataset?.into_owned(), letter.id?.into_owned(), letter.document?.get()))
}

fn datasets(path: &std::path::Path) -> io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for line in letters(path)? {
        if let Some((dataset, ..)) = document_of(&line?) {
            found.insert(dataset);
        }
    }
    Ok(found)
}

/// Takes the lines of these numbers out of a file.
fn rewritten(path: &std::path::Path, stored: &BTreeSet<u64>) -> io::Result<Redriven> {
    let mut redriven = Redriven::default();
    for (number, line) in (0..).zip(letters(path)?) {
        let line = line?;
        match document_of(&line) {
            Some(_) if stored.contains(&number) => redriven.delivered += 1,
            Some(_) => redriven.left += 1,
            None => redriven.others += 1,
        }
    }
    if redriven.delivered > 0 {
        private::replace(path, |writer| {
            for (number, line) in (0..).zip(letters(path)?) {
                if !stored.contains(&number) {
                    writer.write_all(&line?)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(redriven)
}

/// Dead letters as a source. Each document carries the number of its line.
struct Letters<'a> {
    lines: Box<dyn Iterator<Item = io::Result<Vec<u8>>> + 'a>,
    number: u64,
    datasets: &'a [String],
    lane: Lane,
}

impl Source for Letters<'_> {
    type Error = io::Error;

    fn next_parcel(&mut self, stop: &StopSignal) -> Result<Option<Parcel>, io::Error> {
        let mut parcel = Parcel::empty(self.lane.clone());
        while parcel.documents.len() < TOGETHER && !stop.is_stopped() {
            let Some(line) = self.lines.next() else { break };
            let (line, number) = (line?, self.number);
            self.number += 1;
            let Some((dataset, id, text)) = document_of(&line) else { continue };
            let at = self.datasets.iter().position(|name| *name == dataset).and_then(|at| u32::try_from(at).ok());
            let source = u32::try_from(parcel.sources.len()).ok();
            if let Some(dataset) = at {
                parcel.sources.push(Some(number));
                parcel.documents.push(Document { dataset, id, body: text.into(), source });
            }
        }
        Ok(Some(parcel).filter(|parcel| !parcel.documents.is_empty()))
    }
}

/// Notes which lines are stored.
struct Noting<S> {
    sink: S,
    stored: Mutex<BTreeSet<u64>>,
}

impl<S: Sink> Sink for Noting<S> {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        let fates = self.sink.put(items)?;
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        stored.extend(items.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Stored).filter_map(|(item, _)| item.number));
        Ok(fates)
    }
}

/// What is refused again stays where it is.
struct Staying;

impl DeadLetters for Staying {
    fn keep(&self, _lane: &Lane, _letter: Letter<'_>) -> Result<(), BoxedError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
