//! What must hold for every input. Each property takes any bytes, so that a fuzzer can choose them, and panics where it does not hold.

mod alert;
mod choices;
mod document;
mod json;
mod mutate;
mod order;

pub mod cursor;
pub mod index;
pub mod messages;
pub mod seeds;
pub mod settings;
pub mod walk;

pub use mutate::Mutations;

/// What time the plugin is told.
const NOW: u64 = 1_767_225_600_000;
