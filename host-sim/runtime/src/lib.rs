//! Runs input components: loads one under limits, configures it, decodes records with it and walks an API through a transport of the caller's.
//!
//! A component asks and answers, and does nothing by itself: the caller sends the requests it wants, and stores the documents it gives.
//!
//! ```no_run
//! use host_sim_runtime::contract::Message;
//! use host_sim_runtime::{Cache, Clock, Component, Engine, Limits};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let engine = Engine::new(Limits::default(), Cache::of_user())?;
//!     let component = Component::load(&engine, "component.wasm")?;
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
//! use host_sim_runtime::contract::Failure;
//! use host_sim_runtime::{Cache, Clock, Component, Engine, Limits, Walk, transport};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let engine = Engine::new(Limits::default(), Cache::of_user())?;
//!     let mut instance = Component::load(&engine, "component.wasm")?.start()?;
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

mod clock;
pub mod contract;
pub mod flow;
mod host;
mod pool;
mod recovery;
pub mod transport;
mod walk;

pub use clock::Clock;
pub use host::{Addresses, Allowance, Artifact, Cache, Code, Component, ConfigureError, Distrust, Engine, Instance, Limits, LoadError, Stop, private_folder};
pub use pool::{Batch, Pool};
pub use recovery::{DeadLetter, Decoder, Salvage, Unread};
pub use walk::{Poller, Stride, Walk, WalkError};
