//! The part that runs components; the only one that names the runtime, or a type of the contract's bindings.

mod artifact;
#[allow(missing_docs)]
mod bindings;
mod body;
mod cache;
mod convert;
mod engine;
mod instance;
mod limits;
mod wit;

pub use artifact::{Artifact, Code, LoadError};
pub use cache::{Cache, Distrust};
pub use engine::Engine;
pub use instance::{Allowance, Component, ConfigureError, Instance, Stop};
pub use limits::Limits;
