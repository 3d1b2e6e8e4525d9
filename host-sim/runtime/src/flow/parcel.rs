//! What travels from a source to a sink.

use std::fmt;
use std::sync::Arc;

use crate::contract::{Document, Problem, Totals};
use crate::recovery::{DeadLetter, Unread};

/// What is read in one order, such as the runs of one poller: marks move within it, and those of others are not waited for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lane(Arc<str>);

impl Lane {
    /// The lane of this name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Where the source of a lane goes on after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Where a run is resumed.
    Cursor(Vec<u8>),
    /// Behind this message of a partition.
    Position {
        /// Its number.
        sequence_number: i64,
        /// The broker's own address of it.
        offset: String,
    },
    /// At a new run: the last one came to its end.
    Ended,
}

/// What a source gives at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Where it belongs.
    pub lane: Lane,
    /// To be stored.
    pub documents: Vec<Document>,
    /// To be told.
    pub problems: Vec<Problem>,
    /// To be set aside.
    pub dead: Vec<DeadLetter>,
    /// To be kept beside their documents.
    pub unread: Vec<Unread>,
    /// The numbers of what it was made from, such as lines; the `source` of a document, problem or dead letter is a position in it.
    pub sources: Vec<Option<u64>>,
    /// Earned once everything in this and in all earlier parcels of the lane is settled.
    pub mark: Option<Mark>,
    /// How a run ended that ends with it. Its last document says so too, and is given to the sink when everything before it is settled.
    pub finished: Option<Totals>,
}

impl Parcel {
    /// Nothing.
    pub fn empty(lane: Lane) -> Self {
        Self { lane, documents: Vec::new(), problems: Vec::new(), dead: Vec::new(), unread: Vec::new(), sources: Vec::new(), mark: None, finished: None }
    }

    /// The number of what a document, problem or dead letter was made from.
    pub fn number_of(&self, source: Option<u32>) -> Option<u64> {
        self.sources.get(usize::try_from(source?).ok()?).copied().flatten()
    }
}

/// A document on its way to a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The document.
    pub document: Document,
    /// The number of what it was made from.
    pub number: Option<u64>,
}
