//! A running component: one instance, one set of settings, one call at a time.

use std::path::Path;
use std::time::Duration;

use wasmtime::component::Linker;
use wasmtime::{Store, Trap};

use super::artifact::Artifact;
use super::bindings::{InputPlugin, InputPluginPre};
use super::convert::{self, Bounds};
use super::engine::{Engine, TICK};
use super::limits::{Guard, Limits, MemoryRefused};
use super::load_error::LoadError;
use super::room;
use super::stop::{Allowance, Stop};
use crate::contract::{Decoded, Description, Explanation, Field, Message, Outcome, SettingProblem, Step, Timestamp};

/// A component that may run: it keeps the contract and imports nothing.
#[derive(Clone)]
pub struct Component {
    prepared: InputPluginPre<Guard>,
    limits: Limits,
}

/// Why an instance is not set up.
#[derive(Debug, thiserror::Error)]
pub enum ConfigureError {
    /// Fix the settings: all that there is to say about them.
    #[error("the component refuses the settings: {}", first_of(.0))]
    Refused(Vec<SettingProblem>),
    /// Start a fresh instance.
    #[error(transparent)]
    Stopped(#[from] Stop),
}

fn first_of(problems: &[SettingProblem]) -> String {
    match problems.first() {
        Some(problem) => format!("`{}`: {}", problem.pointer, problem.message),
        None => "it does not say why".into(),
    }
}

impl Component {
    /// Reads, compiles and admits a component's file.
    pub fn load(engine: &Engine, path: impl AsRef<Path>) -> Result<Self, LoadError> {
        Self::admit(&Artifact::read(engine, path)?)
    }

    /// Makes a component ready to start, if it imports nothing and exports what the contract says.
    pub fn admit(artifact: &Artifact) -> Result<Self, LoadError> {
        let imports = artifact.imports();
        if !imports.is_empty() {
            return Err(LoadError::Imports(imports));
        }
        let linker = Linker::new(&artifact.engine.runtime);
        let prepared = linker.instantiate_pre(&artifact.compiled).and_then(InputPluginPre::new);
        let prepared = prepared.map_err(|error| LoadError::of(&error, LoadError::OtherContract))?;
        Ok(Self { prepared, limits: artifact.engine.limits })
    }

    /// A fresh instance, with nothing of an earlier one in it.
    pub fn start(&self) -> Result<Instance, Stop> {
        let mut call = Call { store: self.store(), ticks: self.limits.call.map(ticks), limits: self.limits, over: None };
        let exports = call.run(|store| self.prepared.instantiate(store))?;
        let description = call.run(|store| exports.agent_input_control().call_describe(store))?;
        Ok(Instance { component: self.clone(), call, exports, description: convert::description(description), settings: None })
    }

    /// What an instance lives in. Nothing is set aside yet.
    fn store(&self) -> Store<Guard> {
        let mut store = Store::new(self.prepared.engine(), Guard::new(&self.limits));
        store.limiter(|guard| guard);
        store.set_hostcall_fuel(self.limits.answer);
        store
    }
}

/// One tick more than the time takes: the one under way may end at once.
fn ticks(time: Duration) -> u64 {
    let ticks = time.as_millis().div_ceil(TICK.as_millis());
    u64::try_from(ticks).unwrap_or(u64::MAX / 2).saturating_add(1)
}

impl std::fmt::Debug for Component {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Component").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// A running component. `wit/input.wit` says what each call means.
pub struct Instance {
    component: Component,
    call: Call,
    exports: InputPlugin,
    description: Description,
    /// What it was set up with.
    settings: Option<String>,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Instance").field("name", &self.description.name).field("version", &self.description.version).finish_non_exhaustive()
    }
}

impl Instance {
    /// What the component is.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Bytes of memory that it has been granted. It never gives any back, so this is also the most that it has had since it started.
    pub fn memory(&self) -> usize {
        self.call.store.data().granted()
    }

    /// Whether it has more memory than it may keep between two batches.
    pub(crate) fn is_swollen(&self) -> bool {
        self.memory() > self.component.limits.kept_memory
    }

    /// All fields that documents of a data set may have, sorted by name.
    pub fn fields(&mut self, dataset: u32) -> Result<Vec<Field>, Stop> {
        let control = self.exports.agent_input_control();
        self.call.run(|store| control.call_fields(store, dataset)).map(convert::fields)
    }

    /// Sets the instance up with a JSON object, and gives warnings back.
    pub fn configure(&mut self, settings: &str) -> Result<Vec<SettingProblem>, ConfigureError> {
        let control = self.exports.agent_input_control();
        match self.call.run(|store| control.call_configure(store, settings))? {
            Ok(warnings) => {
                self.settings = Some(settings.to_owned());
                Ok(convert::setting_problems(warnings))
            }
            Err(problems) => Err(ConfigureError::Refused(convert::setting_problems(problems))),
        }
    }

    /// Another instance with the same settings, and with nothing else of this one in it.
    pub fn sibling(&self) -> Result<Self, Stop> {
        let mut sibling = self.component.start()?;
        if sibling.description != self.description {
            return Err(Stop::Broken("it describes itself in another way than before".into()));
        }
        if let Some(settings) = &self.settings {
            sibling.configure(settings).map_err(|error| match error {
                ConfigureError::Stopped(stop) => stop,
                ConfigureError::Refused(_) => Stop::Broken("it refuses settings that it has taken before".into()),
            })?;
        }
        Ok(sibling)
    }

    /// Replaces what a call that stopped has left by a fresh instance with the same settings; a run that was under way is gone. If there is none to be
    /// had, every further call is answered by the reason.
    pub fn restart(&mut self) -> Result<(), Stop> {
        // What the old one holds may be all that there is room for.
        self.call.store = self.component.store();
        match self.sibling() {
            Ok(sibling) => *self = sibling,
            Err(stop) => {
                self.call.over = Some(stop.clone());
                return Err(stop);
            }
        }
        Ok(())
    }

    /// Starts a run of the poller, or resumes one; [`Walk`](crate::Walk) drives it.
    pub fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Result<Step, Stop> {
        let poller = self.exports.agent_input_poller();
        let step = self.call.run(|store| poller.call_begin(store, now, cursor))?;
        self.bounds(0).step(step)
    }

    /// Goes on with a run.
    pub fn advance(&mut self, now: Timestamp, outcomes: &[Outcome]) -> Result<Step, Stop> {
        let headers: Vec<_> = outcomes.iter().map(convert::headers).collect();
        let borrowed: Vec<_> = outcomes.iter().zip(&headers).map(|(outcome, headers)| convert::outcome(outcome, headers)).collect();
        let poller = self.exports.agent_input_poller();
        let step = self.call.run(|store| poller.call_advance(store, now, &borrowed))?;
        self.bounds(outcomes.len()).step(step)
    }

    /// Turns messages into documents, all or none; [`salvage`](Self::salvage) survives what stops it, [`Decoding`](crate::Decoding) takes a whole file.
    pub fn decode(&mut self, now: Timestamp, dataset: u32, messages: &[Message]) -> Result<Decoded, Stop> {
        let borrowed: Vec<_> = messages.iter().map(convert::message).collect();
        let decoder = self.exports.agent_input_decoder();
        let decoded = self.call.run(|store| decoder.call_decode(store, now, dataset, &borrowed))?;
        self.bounds(messages.len()).decoded(decoded)
    }

    /// Says how the documents of one message come about.
    pub fn explain(&mut self, now: Timestamp, dataset: u32, message: &Message) -> Result<Vec<Explanation>, Stop> {
        let message = convert::message(message);
        let decoder = self.exports.agent_input_decoder();
        self.call.run(|store| decoder.call_explain(store, now, dataset, message)).map(convert::explanations)
    }

    fn bounds(&self, sources: usize) -> Bounds {
        Bounds { datasets: self.description.datasets.len(), sources, items: self.call.limits.items }
    }
}

/// What every call runs under.
struct Call {
    store: Store<Guard>,
    /// How many ticks a call may see; `None` if nothing counts them.
    ticks: Option<u64>,
    limits: Limits,
    /// Why nothing can be called any more.
    over: Option<Stop>,
}

impl Call {
    fn run<T>(&mut self, call: impl FnOnce(&mut Store<Guard>) -> wasmtime::Result<T>) -> Result<T, Stop> {
        if let Some(stop) = &self.over {
            return Err(stop.clone());
        }
        if let Some(ticks) = self.ticks {
            self.store.set_epoch_deadline(ticks);
        }
        call(&mut self.store).map_err(|error| self.stop(&error))
    }

    fn stop(&self, error: &wasmtime::Error) -> Stop {
        if error.downcast_ref::<MemoryRefused>().is_some() {
            return Stop::OutOfMemory(self.limits.memory);
        }
        if let Some(said) = room::refusal(error) {
            return Stop::NoRoom(said);
        }
        match (error.downcast_ref::<Trap>(), self.limits.call) {
            (Some(Trap::Interrupt), Some(limit)) => Stop::TimedOut(limit),
            (Some(trap), _) => Stop::Trapped(trap.to_string().trim_start_matches("wasm trap: ").to_owned()),
            (None, _) if is_too_much(error) => Stop::TooMuch(Allowance::Bytes(self.limits.answer)),
            (None, _) => Stop::Broken(error.root_cause().to_string()),
        }
    }
}

/// The runtime has no type for it, only words.
fn is_too_much(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("too much data is being copied")
}
