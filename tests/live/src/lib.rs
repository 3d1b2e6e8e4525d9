//! Servers on loopback that play what a live host talks to, with the faults that a test plans. They are ordinary threads, and end when they are dropped.

mod authority;
pub mod azure;
mod azurite;
pub mod bulk;
mod go;
mod http;
mod proxy;
mod python;
mod search_server;
mod server;
mod tools;

pub use authority::Authority;
pub use azure::{Azure, Fault, Tenant};
pub use azurite::Azurite;
pub use go::go_program;
pub use http::{Answer, Asked};
pub use proxy::Proxy;
pub use python::AzurePython;
pub use search_server::SearchServer;
pub use server::Server;
pub use tools::missing;
