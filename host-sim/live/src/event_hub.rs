//! An Event Hub as a source: one lane a partition (`<input>/<hub>/<group>/<partition>`), whose marks move past messages once their documents are stored or
//! set aside.
//!
//! ```no_run
//! # use host_sim_live::{Redactor, config, event_hub::{EventHubSource, Link, Reading, SignIn}};
//! # use host_sim_runtime::{Clock, Instance, flow::{Bounds, DeadLetters, Flow, Sink, State, StopSignal}};
//! # use std::{num::NonZeroUsize, sync::Arc};
//! # struct Parts { hub: config::EventHub, azure: Option<config::Azure>, redactor: Arc<Redactor>, instance: Instance, dataset: u32, state: Arc<host_sim_live::state::StateFolder> }
//! # fn receive(parts: Parts, sink: &dyn Sink, dead_letters: &dyn DeadLetters, bounds: Bounds, stop: StopSignal) -> Result<(), Box<dyn std::error::Error>> {
//! let mut source = EventHubSource::start(Link {
//!     input: "alerts".into(),
//!     hub: parts.hub,                              // `event_hub` of the configuration
//!     sign_in: SignIn { azure: parts.azure, redactor: parts.redactor },  // and its `azure`
//!     decoder: parts.instance,                     // the component, set up
//!     dataset: parts.dataset,                      // the data set that decodes
//!     jobs: NonZeroUsize::MIN,
//!     clock: Clock::System,
//!     reading: Reading::OnAndOn,                   // `ToTheEnd` is `--once`
//!     host_id: parts.state.host_id().to_owned(),
//!     state: parts.state,
//!     stop: stop.clone(),
//!     tell: Box::new(|condition| eprintln!("{condition:?}")),
//! })?;
//! let status = source.status();                    // how it is, and what it has counted, whenever somebody asks
//! let marks = source.marks();                      // instead of the state: checkpoints may be elsewhere
//! let flow = Flow { sink, state: &marks, dead_letters, bounds, stop };
//! let end = flow.run(&mut source, |_, _| ());      // until it is stopped, or at the end; in between everything that breaks is made anew
//! source.finish();                                 // keeps the last checkpoints, and gives the partitions up
//! end?;
//! # let _ = status;
//! # Ok(())
//! # }
//! ```
//!
//! A source has a thread of its own, named `<input>-hub`, in which everything that is asynchronous stays. What comes there goes on in batches of up to
//! `receive.count` messages or 4 MiB, four of which wait at most. Whoever asks for parcels has them decoded, one batch for each of `jobs` and a few more at
//! hand. If the output is slow, nothing is taken from the links, and each of them holds what it was promised: `receive.count` messages. So the most memory is
//! `receive.count` times the size of a message for each partition, and about 50 MiB for what is on its way: 4 MiB for 32 partitions with messages of 1 KB,
//! and with messages of 1 MB, the largest that there are, 100 MB for each partition, for which `receive.count` is to be made smaller.
//!
//! A link that breaks, whatever the reason, ends the session: all is closed, and after a pause that grows to a minute a new one goes on behind the last
//! messages that were handed on. Microsoft's crate would attach a link again where it first began; it is told not to. What was handed on is stored by the same
//! flow, so nothing is received twice for that. Only after a restart, or where another process had the partition, reading goes on behind the mark.

mod batch;
mod blobs;
mod condition;
mod desk;
mod examine;
mod link;
mod marks;
mod opening;
mod overhear;
mod owners;
mod pending;
mod place;
mod reader;
mod service;
mod session;
mod source;
mod store;
mod trouble;
mod tunnel;

pub use self::condition::{Condition, PartitionFigures, Status, Tell};
pub use self::desk::Reading;
pub use self::examine::{Outcome, Trial, examine};
pub use self::link::Link;
pub use self::marks::HubMarks;
pub use self::opening::{HubStartError, SignIn};
pub use self::overhear::{OverhearError, Overheard, overhear};
pub use self::source::{EventHubSource, HubError};
