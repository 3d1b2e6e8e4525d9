//! An input that receives: messages of an Event Hub, until it is told to stop, or to the last ones that were there at the start.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use host_sim_runtime::Clock;
use host_sim_runtime::contract::Description;
use host_sim_runtime::flow::{Flow, Parcel};

use super::counted::{CountedLetters, CountedSink, CountedState};
use super::measured::MeasuredDecoder;
use super::told::Told;
use super::{Ending, Life, Trouble, Work, input_type};
use crate::config::{EventHub, LogLevel};
use crate::event_hub::{Condition, EventHubSource, Link, PartitionFigures, Reading, SignIn};
use crate::health::{Cause, InputHealth, Partition, of_failure};

/// Receives as the configuration says.
#[derive(Debug)]
pub(crate) struct Receiving {
    hub: EventHub,
}

impl Receiving {
    pub(crate) fn new(hub: EventHub) -> Self {
        Self { hub }
    }
}

impl Life for Receiving {
    fn live(&mut self, work: &Work) -> Result<Ending, Trouble> {
        let Work { input, health, stop, shared, .. } = work;
        let instance = work.start()?;
        let dataset = decoding(instance.description()).ok_or_else(|| Trouble {
            cause: Cause::Source,
            text: "its component decodes no messages: take another one".to_owned(),
            is_final: true,
        })?;
        let telling = Arc::clone(health);
        let mut source = EventHubSource::start(Link {
            input: input.id.clone(),
            hub: self.hub.clone(),
            sign_in: SignIn { azure: input.azure.clone(), redactor: Arc::clone(&shared.redactor) },
            decoder: MeasuredDecoder { instance, health: Arc::clone(health) },
            dataset,
            jobs: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            clock: Clock::System,
            reading: if shared.once { Reading::ToTheEnd } else { Reading::OnAndOn },
            host_id: shared.state.host_id().to_owned(),
            state: Arc::clone(&shared.state) as _,
            stop: stop.clone(),
            tell: Box::new(move |condition| tell(condition, &telling)),
        })
        .map_err(|error| Trouble::of(Cause::Source, &error))?;
        let status = source.status();
        health.measures_partitions(Box::new(move || status.partitions().into_iter().map(|(id, figures)| partition(id, &figures)).collect()));
        let sink = shared.outlet.sink(&input.datasets, input_type(input), stop.clone()).map_err(|error| Trouble::boxed(Cause::Output, &error))?;
        let letters = shared.state.dead_letters(&input.id, input.datasets.clone()).map_err(|error| Trouble::of(Cause::State, &error))?;
        let marks = source.marks();
        let flow = Flow {
            sink: &CountedSink { sink: &*sink, health },
            state: &CountedState { state: &marks, health },
            dead_letters: &CountedLetters { letters: &letters, health },
            bounds: shared.outlet.bounds(),
            stop: stop.clone(),
        };
        shared.log.input(LogLevel::Info, &input.id, &format!("receives from the hub {}", self.hub.hub), &[]);
        let mut told = Told::default();
        let result = flow.run(&mut source, |_, parcel: &Parcel| {
            health.took(parcel);
            health.read(parcel.sources.len() as u64);
            shared.watch.parcel(&input.id, parcel);
            parcel.problems.iter().for_each(|problem| told.tell(problem, health));
        });
        told.finish(health);
        source.finish();
        health.gave_up();
        result.map_err(|error| Trouble::of_flow(&error, &shared.outlet))?;
        Ok(if shared.once && !stop.is_stopped() { Ending::Read { complete: true } } else { Ending::Stopped })
    }
}

/// What messages of a hub are to a component: events, or the first that it decodes.
fn decoding(description: &Description) -> Option<u32> {
    let event = description.position("event").filter(|at| description.dataset(*at).is_some_and(|dataset| dataset.decodes));
    let first = || description.datasets.iter().position(|dataset| dataset.decodes).and_then(|at| u32::try_from(at).ok());
    event.or_else(first)
}

fn tell(condition: &Condition, health: &InputHealth) {
    match condition {
        Condition::Starting | Condition::Stopped => {}
        Condition::Healthy => {
            health.works(Cause::Source);
            health.degraded(None);
        }
        Condition::Degraded(text) => {
            health.works(Cause::Source);
            health.degraded(Some(text.clone()));
        }
        Condition::Failed(text) => health.failed(Cause::Source, of_failure(text)),
    }
}

fn partition(id: String, figures: &PartitionFigures) -> Partition {
    let behind = figures.received_enqueued.filter(|_| figures.lag() > 0).map(|enqueued| Clock::System.now().saturating_sub(enqueued));
    Partition { id, is_owned: figures.is_owned, lag: figures.lag(), behind: Duration::from_millis(behind.unwrap_or_default()), lost: figures.lost }
}
