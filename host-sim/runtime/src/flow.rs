//! From a source to a sink, nothing lost: a mark is kept once everything before it is stored or set aside, and not before.
//!
//! ```
//! use std::convert::Infallible;
//! use std::sync::Mutex;
//!
//! use host_sim_runtime::contract::Document;
//! use host_sim_runtime::flow::{Bounds, BoxedError, DeadLetters, Fate, Flow, Item, Lane, Letter, Mark, Parcel, Sink, SinkError, Source, State, StopSignal};
//!
//! /// Gives three documents, one after the other.
//! struct Three(u8);
//!
//! impl Source for Three {
//!     type Error = Infallible;
//!     fn next_parcel(&mut self, _stop: &StopSignal) -> Result<Option<Parcel>, Infallible> {
//!         self.0 += 1;
//!         let document = Document { dataset: 0, id: self.0.to_string(), body: b"{}".to_vec(), source: None };
//!         let parcel = Parcel { documents: vec![document], mark: Some(Mark::Cursor(vec![self.0])), ..Parcel::empty(Lane::new("three")) };
//!         Ok(Some(parcel).filter(|_| self.0 <= 3))
//!     }
//! }
//!
//! /// Stores, keeps and sets aside in memory.
//! #[derive(Default)]
//! struct Memory {
//!     ids: Mutex<Vec<String>>,
//!     mark: Mutex<Option<Mark>>,
//! }
//!
//! impl Sink for Memory {
//!     fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
//!         self.ids.lock().expect("nobody panics").extend(items.iter().map(|item| item.document.id.clone()));
//!         Ok(vec![Fate::Stored; items.len()])
//!     }
//! }
//!
//! impl State for Memory {
//!     fn mark(&self, _lane: &Lane) -> Result<Option<Mark>, BoxedError> {
//!         Ok(self.mark.lock().expect("nobody panics").clone())
//!     }
//!     fn keep(&self, _lane: &Lane, mark: &Mark) -> Result<(), BoxedError> {
//!         *self.mark.lock().expect("nobody panics") = Some(mark.clone());
//!         Ok(())
//!     }
//! }
//!
//! impl DeadLetters for Memory {
//!     fn keep(&self, _lane: &Lane, _letter: Letter<'_>) -> Result<(), BoxedError> {
//!         Err("nothing is refused".into())
//!     }
//! }
//!
//! let memory = Memory::default();
//! let flow = Flow { sink: &memory, state: &memory, dead_letters: &memory, bounds: Bounds::DEFAULT, stop: StopSignal::default() };
//! flow.run(&mut Three(0), |_, _| ()).expect("it is delivered");
//! assert_eq!(*memory.ids.lock().expect("nobody panics"), ["1", "2", "3"]);
//! assert_eq!(*memory.mark.lock().expect("nobody panics"), Some(Mark::Cursor(vec![3])));
//! ```

mod bounds;
mod dead_letters;
mod delivery;
mod error;
mod ledger;
mod parcel;
mod queue;
mod sink;
mod source;
mod state;
mod stop_signal;
mod walking;

use std::panic::resume_unwind;
use std::thread;

pub use self::bounds::Bounds;
pub use self::dead_letters::{DeadLetters, Letter};
use self::delivery::Delivery;
pub use self::error::{BoxedError, DeliveryError, FlowError};
pub use self::parcel::{Item, Lane, Mark, Parcel};
pub use self::sink::{Fate, Refusal, Sink, SinkError};
pub use self::source::Source;
pub use self::state::{State, Stateless};
pub use self::stop_signal::StopSignal;
pub use self::walking::Walking;

/// A way from one source to one sink.
pub struct Flow<'a> {
    /// Where documents go.
    pub sink: &'a dyn Sink,
    /// Where marks are kept.
    pub state: &'a dyn State,
    /// Where goes what cannot be stored.
    pub dead_letters: &'a dyn DeadLetters,
    /// How much is under way.
    pub bounds: Bounds,
    /// Ends it.
    pub stop: StopSignal,
}

impl std::fmt::Debug for Flow<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Flow").field("bounds", &self.bounds).field("stop", &self.stop).finish_non_exhaustive()
    }
}

impl Flow<'_> {
    /// Takes parcels from a source, in this thread, until it ends, and returns when everything is delivered. `watch` sees each parcel before anything of it
    /// is stored.
    pub fn run<S: Source>(&self, source: &mut S, mut watch: impl FnMut(&S, &Parcel)) -> Result<(), FlowError<S::Error>> {
        let delivery = Delivery::new(self.sink, self.state, self.dead_letters, self.bounds, &self.stop);
        let end = thread::scope(|scope| {
            // A panic on any side must not leave another one waiting.
            let keeping = Keeping(&delivery);
            let sending = || {
                let _closing = Closing(&delivery);
                delivery.deliver_all();
            };
            let senders: Vec<_> = (0..self.bounds.senders.get()).map(|_| scope.spawn(sending)).collect();
            scope.spawn(|| {
                let _closing = Closing(&delivery);
                delivery.keep_all();
            });
            let end = self.take_all(source, &mut watch, &delivery);
            for sender in senders {
                sender.join().unwrap_or_else(|panic| resume_unwind(panic));
            }
            drop(keeping);
            end
        });
        match (delivery.failure(), end) {
            (Some(error), _) => Err(FlowError::Delivery(error)),
            (None, Err(error)) => Err(FlowError::Source(error)),
            (None, Ok(())) => Ok(()),
        }
    }
}

impl Flow<'_> {
    /// Takes parcels until there are no more, or nobody wants any.
    fn take_all<S: Source>(&self, source: &mut S, watch: &mut impl FnMut(&S, &Parcel), delivery: &Delivery<'_>) -> Result<(), S::Error> {
        let _closing = Closing(delivery);
        while let Some(parcel) = source.next_parcel(&self.stop)? {
            for lane in source.lost() {
                delivery.forget(&lane);
            }
            watch(source, &parcel);
            if !delivery.take_on(parcel) {
                break;
            }
        }
        Ok(())
    }
}

/// Ends the keeping of marks when it goes.
struct Keeping<'a>(&'a Delivery<'a>);

impl Drop for Keeping<'_> {
    fn drop(&mut self) {
        self.0.end_keeping();
    }
}

/// Closes the way when it goes.
struct Closing<'a>(&'a Delivery<'a>);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests;
