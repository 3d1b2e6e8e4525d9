//! Why a call of a component gave no answer.

use std::time::Duration;

/// What the system refuses is told in the same words wherever it does.
pub(super) const NO_ROOM: &str = "the host has no room for the component: the system gives this process no more memory or addresses";

/// Why a call did not give an answer. The instance is spent, unless the call was cancelled: start a fresh one, which takes a tenth of a millisecond.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// It gave up, or did what no program may do.
    #[error("the component trapped: {0}")]
    Trapped(String),
    /// It ran for too long.
    #[error("the component ran for longer than {0:?}")]
    TimedOut(Duration),
    /// It wanted too much memory.
    #[error("the component wants more than its {} MiB of memory", .0 >> 20)]
    OutOfMemory(usize),
    /// It gave back too much.
    #[error("the component gave back more than {0} in one call")]
    TooMuch(Allowance),
    /// What it gave back is not what the contract says.
    #[error("the component broke the contract: {0}")]
    Broken(String),
    /// The system gives this process no more memory or addresses. Neither the component nor what it was given is to blame.
    #[error("{NO_ROOM}: {0}")]
    NoRoom(String),
    /// Nobody wanted it any more, so that it was not made.
    #[error("the call was cancelled")]
    Cancelled,
}

/// How much one call may give back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// In bytes.
    Bytes(usize),
    /// Documents, problems and requests together.
    Items(usize),
}

impl std::fmt::Display for Allowance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(formatter, "{} MiB", bytes >> 20),
            Self::Items(items) => write!(formatter, "{items} documents, problems and requests"),
        }
    }
}

impl Stop {
    /// A word for it, as the end of a problem's code.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Trapped(_) => "trapped",
            Self::TimedOut(_) => "timed-out",
            Self::OutOfMemory(_) => "out-of-memory",
            Self::TooMuch(_) => "answer-too-large",
            Self::Broken(_) => "answer-broken",
            Self::NoRoom(_) => "no-room",
            Self::Cancelled => "cancelled",
        }
    }
}
