//! A flow's ends, counted: each passes on what it is given, and tells the input's health.

use host_sim_runtime::flow::{BoxedError, DeadLetters, Fate, Item, Lane, Letter, Mark, Sink, SinkError, State};

use crate::health::{Cause, InputHealth};

/// A sink that counts what is stored.
pub(super) struct CountedSink<'a> {
    pub(super) sink: &'a dyn Sink,
    pub(super) health: &'a InputHealth,
}

impl Sink for CountedSink<'_> {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        let fates = self.sink.put(items)?;
        let stored = items.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Stored);
        self.health.stored(stored.map(|(item, _)| item.document.body.len()));
        Ok(fates)
    }
}

/// Dead letters that are counted.
pub(super) struct CountedLetters<'a> {
    pub(super) letters: &'a dyn DeadLetters,
    pub(super) health: &'a InputHealth,
}

impl DeadLetters for CountedLetters<'_> {
    fn keep(&self, lane: &Lane, letter: Letter<'_>) -> Result<(), BoxedError> {
        self.letters.keep(lane, letter)?;
        match letter {
            Letter::Document { item, refusal } => {
                self.health.set_aside(Some(item.document.body.len()));
                self.health.refused(&refusal.why);
            }
            // The problem is told, and its document is counted by itself.
            Letter::Unread { .. } => self.health.set_aside(None),
            Letter::Message { letter, .. } => {
                self.health.set_aside(None);
                self.health.refused(&letter.stop.to_string());
            }
        }
        Ok(())
    }
}

/// State that tells when it works.
pub(super) struct CountedState<'a> {
    pub(super) state: &'a dyn State,
    pub(super) health: &'a InputHealth,
}

impl State for CountedState<'_> {
    fn mark(&self, lane: &Lane) -> Result<Option<Mark>, BoxedError> {
        self.state.mark(lane)
    }

    fn keep(&self, lane: &Lane, mark: &Mark) -> Result<(), BoxedError> {
        self.state.keep(lane, mark)?;
        self.health.works(Cause::State);
        Ok(())
    }
}
