//! Why a component does not come to run.

use std::io;

use super::room;
use super::stop::NO_ROOM;

/// Why a component cannot be loaded: take another one, unless it is the host that lacks something.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read the file")]
    Unreadable(#[source] io::Error),
    /// The file is something else.
    #[error("this is not a WebAssembly component: {0}")]
    NotAComponent(String),
    /// It asks for what only a host could do.
    #[error("the component imports {}; a component that is to run here imports nothing", quoted(.0))]
    Imports(Vec<String>),
    /// It does not export what `wit/input.wit` says.
    #[error("the component does not keep the contract `agent:input@0.1.0`: {0}")]
    OtherContract(String),
    /// The system gives this process no more memory or addresses. The component is not to blame.
    #[error("{NO_ROOM}: {0}")]
    NoRoom(String),
    /// The runtime does not work on this machine.
    #[error("the WebAssembly runtime does not start: {0}")]
    Runtime(String),
}

impl LoadError {
    /// The want of room if it is one, else what the step that failed makes of it.
    pub(super) fn of(error: &wasmtime::Error, other: fn(String) -> Self) -> Self {
        room::refusal(error).map_or_else(|| other(format!("{error:#}")), Self::NoRoom)
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
