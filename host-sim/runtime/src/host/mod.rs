//! The part that runs components; the only one that names the runtime, or a type of the contract's bindings.

mod artifact;
#[allow(missing_docs)]
mod bindings;
mod cache;
mod convert;
mod engine;
mod instance;
mod limits;
mod load_error;
mod room;
mod stop;
mod wit;

pub use artifact::{Artifact, Code};
pub use cache::{Cache, Distrust, private_folder};
pub use engine::Engine;
pub use instance::{Component, ConfigureError, Instance};
pub use limits::{Addresses, Limits};
pub use load_error::LoadError;
pub use stop::{Allowance, Stop};
