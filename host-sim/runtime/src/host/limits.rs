//! What a component may use.

use std::time::Duration;

use wasmtime::ResourceLimiter;

use super::room;

/// Instances, memories and tables of one component; one made by the usual tools needs a handful.
const PARTS: usize = 64;

/// Elements of one table; a table holds one element for each function that is called by pointer.
const TABLE_ELEMENTS: usize = 1 << 20;

/// What an instance of a component may use before it is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory, all its memories together.
    pub memory: usize,
    /// Bytes of memory that an instance may keep between two batches: one that has more is replaced by a fresh one. Memory that a component has got it never gives back.
    pub kept_memory: usize,
    /// How many addresses are set aside for each of its memories.
    pub addresses: Addresses,
    /// How long one call may run. It is measured in ticks of 10 ms, so a call may run that much longer.
    ///
    /// `None` is for components you trust: their code is compiled without the checks that a limit costs, and a call that never ends is never stopped.
    pub call: Option<Duration>,
    /// Bytes that one call may give back.
    pub answer: usize,
    /// Documents, problems and requests that one call may give back, all together.
    pub items: usize,
}

impl Default for Limits {
    /// 256 MiB of memory, of which 64 MiB are kept; all addresses; 30 seconds, 128 MiB and a million items a call.
    fn default() -> Self {
        let call = Some(Duration::from_secs(30));
        Self { memory: 256 << 20, kept_memory: 64 << 20, addresses: Addresses::All, call, answer: 128 << 20, items: 1_000_000 }
    }
}

/// How many addresses are set aside for a memory. They cost nothing, but count where the addresses of a process are limited, as by `ulimit -v`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addresses {
    /// The 4 GiB that code could ever name, so that no access needs a check, which is fastest.
    All,
    /// As many as [`Limits::memory`] says. Each access is checked.
    Limited,
}

/// A component asked for more memory than it may have.
#[derive(Debug, thiserror::Error)]
#[error("the memory limit is reached")]
pub(super) struct MemoryRefused;

/// Keeps an instance within its memory.
#[derive(Debug)]
pub(super) struct Guard {
    limit: usize,
    granted: usize,
}

impl Guard {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { limit: limits.memory, granted: 0 }
    }

    /// Bytes of all memories together.
    pub(super) fn granted(&self) -> usize {
        self.granted
    }
}

impl ResourceLimiter for Guard {
    /// A refusal stops the call: a guest that is told "no" would only abort, and the reason would be lost.
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let granted = self.granted.saturating_add(desired.saturating_sub(current));
        if granted > self.limit {
            return Err(MemoryRefused.into());
        }
        self.granted = granted;
        Ok(true)
    }

    /// What the system refused is told as that; else the component wants more than it says itself that it ever will.
    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        if room::refusal(&error).is_some() { Err(error) } else { Err(MemoryRefused.into()) }
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        PARTS
    }

    fn tables(&self) -> usize {
        PARTS
    }

    fn memories(&self) -> usize {
        PARTS
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::ResourceLimiter;

    use super::{Guard, Limits};

    #[test]
    fn all_memories_together_stay_under_the_limit() {
        let mut guard = Guard::new(&Limits { memory: 100, ..Limits::default() });
        assert!(guard.memory_growing(0, 60, None).is_ok_and(|granted| granted));
        assert!(guard.memory_growing(0, 40, None).is_ok_and(|granted| granted));
        assert!(guard.memory_growing(60, 61, None).is_err());
        assert_eq!(guard.granted(), 100);
    }
}
