//! How a command ends.

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Done,
    /// It came to its end, and what it did is not to be relied on.
    Failed,
    /// What it was to look at is wrong, and it has said so.
    Wrong,
    /// Somebody should look at the problems.
    DoneWithProblems,
}

/// The command line asks for something that cannot be meant.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Usage(pub(super) String);

/// An error, and how to go on after it.
#[derive(Debug, thiserror::Error)]
#[error("{error:#}")]
pub(super) struct Hinted {
    pub(super) error: anyhow::Error,
    pub(super) hint: &'static str,
}
