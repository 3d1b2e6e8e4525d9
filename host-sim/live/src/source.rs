//! Where the documents of an input come from, from the start of its component to its end.

mod counted;
mod measured;
mod polling;
mod receiving;
mod told;

use std::fmt::Debug;
use std::sync::Arc;

use host_sim_runtime::flow::{BoxedError, DeliveryError, FlowError, Parcel, StopSignal};
use host_sim_runtime::{Component, Instance};

use crate::azure::{Patience, Trace};
use crate::config::{Input, Source};
use crate::health::{Cause, InputHealth};
use crate::log::Log;
use crate::outlet::Outlet;
use crate::redactor::Redactor;
use crate::schedule::Timer;
use crate::state::StateFolder;
use crate::text::chain;

use self::polling::Polling;
use self::receiving::Receiving;

/// Sees what inputs take, before anything of it is stored.
pub trait Watch: Debug + Send + Sync {
    /// A parcel of an input.
    fn parcel(&self, input: &str, parcel: &Parcel);
}

/// What all inputs share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) state: Arc<StateFolder>,
    pub(crate) outlet: Arc<Outlet>,
    pub(crate) log: Log,
    pub(crate) redactor: Arc<Redactor>,
    pub(crate) timer: Timer,
    pub(crate) watch: Arc<dyn Watch>,
    pub(crate) trace: Option<Trace>,
    pub(crate) patience: Patience,
    /// Whether each input is read to its end once.
    pub(crate) once: bool,
}

/// An input, and what it works with.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) input: Input,
    pub(crate) component: Component,
    pub(crate) health: Arc<InputHealth>,
    pub(crate) stop: StopSignal,
    pub(crate) shared: Arc<Shared>,
}

impl Work {
    /// A fresh instance of the component, set up.
    fn start(&self) -> Result<Instance, Trouble> {
        let mut instance = self.component.start().map_err(|error| Trouble::of(Cause::Source, &error))?;
        let warnings = instance.configure(&self.input.settings).map_err(|error| Trouble::of(Cause::Source, &error))?;
        warnings.iter().for_each(|warning| self.health.problem(warning.severity, "settings", &warning.message));
        Ok(instance)
    }
}

/// Why an input cannot go on. It may when it is built again.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) cause: Cause,
    pub(crate) text: String,
    /// Whether it is of no use to build it again.
    pub(crate) is_final: bool,
}

/// How an input ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was told to stop.
    Stopped,
    /// It was read to its end.
    Read {
        /// Whether all of it was read.
        complete: bool,
    },
}

/// Reads from somewhere until it is told to stop, as often as it is built.
pub(crate) trait Life: Send {
    /// One life, from the start of a component to the end or a failure.
    fn live(&mut self, work: &Work) -> Result<Ending, Trouble>;
}

/// What documents of an input have in `input.type`. What comes from a hub has the name that Elastic's own input gives it.
pub fn input_type(input: &Input) -> &'static str {
    match input.source {
        Source::Poll(_) => "azure-rest",
        Source::EventHub(_) => "azure-eventhub",
    }
}

/// How an input is read.
pub(crate) fn of(input: &Input) -> Box<dyn Life> {
    match &input.source {
        Source::Poll(poll) => Box::new(Polling::new(poll.clone())),
        Source::EventHub(hub) => Box::new(Receiving::new((**hub).clone())),
    }
}

impl Trouble {
    pub(crate) fn of(cause: Cause, error: &(dyn std::error::Error + 'static)) -> Self {
        Self { cause, text: crate::health::of_failure(&chain(error)), is_final: false }
    }

    pub(crate) fn boxed(cause: Cause, error: &BoxedError) -> Self {
        Self::of(cause, &**error)
    }

    /// Of a flow that ended before its source did.
    pub(crate) fn of_flow<E: std::error::Error + 'static>(error: &FlowError<E>, outlet: &Outlet) -> Self {
        match error {
            FlowError::Source(error) => Self::of(Cause::Source, error),
            FlowError::Delivery(error @ DeliveryError::Sink(_)) => Self { is_final: outlet.is_stream(), ..Self::of(Cause::Output, error) },
            FlowError::Delivery(error @ (DeliveryError::DeadLetter(_) | DeliveryError::State { .. })) => Self::of(Cause::State, error),
        }
    }
}
