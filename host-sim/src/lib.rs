//! Runs input components: loads one under limits, configures it, decodes records with it and walks an API through a transport of the caller's.
//!
//! A component asks and answers, and does nothing by itself: the caller sends the requests it wants, and stores the documents it gives.
//!
//! ```no_run
//! use host_sim::{Cache, Clock, Component, Engine, Limits, Message};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let engine = Engine::new(Limits::default(), Cache::of_user())?;
//!     let component = Component::load(&engine, "dist/microsoft_defender_cloud.wasm")?;
//!     let mut instance = component.start()?;
//!     instance.configure(r#"{"tags": ["forwarded"]}"#)?;
//!
//!     let event = instance.description().position("event").ok_or("no such data set")?;
//!     let messages = [Message::from(r#"{"AlertType": "SIMULATED"}"#)];
//!     for document in instance.decode(Clock::System.now(), event, &messages)?.documents {
//!         println!("{} {}", document.id, document.text());
//!     }
//!     Ok(())
//! }
//! ```
//!
//! A walk is a loop over steps; the transport sends what each step asks for:
//!
//! ```no_run
//! use host_sim::{Cache, Clock, Component, Engine, Failure, Limits, Walk, transport};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let engine = Engine::new(Limits::default(), Cache::of_user())?;
//!     let mut instance = Component::load(&engine, "dist/microsoft_defender_cloud.wasm")?.start()?;
//!     instance.configure(r#"{"subscription_id": "00000000-0000-0000-0000-000000000000"}"#)?;
//!
//!     let mut transport = transport::one_by_one(|request| Err(Failure::Unreachable(format!("no network for {}", request.url))));
//!     let mut walk = Walk::new(&mut instance, &mut transport, Clock::System, None);
//!     while let Some(stride) = walk.next_step()? {
//!         for document in &stride.step.documents {
//!             println!("{}", document.text());
//!         }
//!     }
//!     Ok(())
//! }
//! ```

pub mod cases;
mod clock;
mod contract;
mod decode;
mod difference;
mod ecs;
mod explain;
mod host;
mod inspect;
mod json;
mod output;
pub mod recording;
mod recovery;
mod replay;
mod summary;
pub mod transport;
mod upgrade;
mod walk;

pub use clock::Clock;
pub use contract::{
    Dataset, Decoded, Description, Document, Explanation, Failure, Field, Glance, Message, Outcome, Position, Problem, Request, Response, SettingProblem,
    Severity, Step, Timestamp, Totals, Trace,
};
pub use decode::{Batch, DecodeError, Decoding};
pub use ecs::{EcsCheck, Findings};
pub use explain::{ExplainError, Explained, ExplainedField, is_within};
pub use host::{Allowance, Artifact, Cache, Code, Component, ConfigureError, Distrust, Engine, Instance, Limits, LoadError, Stop};
pub use inspect::{Changes, Dependency, DependencyKind, InspectError, Inspection, Setting};
pub use output::{Output, Shape};
pub use recovery::{DeadLetter, Salvage};
pub use replay::{Replay, Unexpected};
pub use summary::Summary;
pub use transport::Transport;
pub use upgrade::{Sourced, Upgrade};
pub use walk::{Poller, Stride, Walk, WalkError};
