//! The components that inputs name: found, loaded once, and asked what they say about their settings.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use host_sim_runtime::contract::{Description, SettingProblem, Severity};
use host_sim_runtime::{Artifact, Clock, Component, ConfigureError, Engine};
use serde_json::Value as Json;

use super::names;

/// A component that was loaded.
pub(super) struct Loaded {
    pub(super) path: PathBuf,
    pub(super) sha256: String,
    pub(super) description: Description,
    pub(super) schema: Json,
    component: Component,
}

/// Loads each file once.
pub(super) struct Components<'a> {
    engine: &'a Engine,
    loaded: RefCell<BTreeMap<PathBuf, Result<Rc<Loaded>, String>>>,
}

/// What a component says about settings.
#[derive(Default)]
pub(super) struct Said {
    pub(super) problems: Vec<SettingProblem>,
    /// Why it could not say anything.
    pub(super) stopped: Option<String>,
    /// The first requests of a run, without their queries.
    pub(super) asks: Vec<String>,
}

impl<'a> Components<'a> {
    pub(super) fn new(engine: &'a Engine) -> Self {
        Self { engine, loaded: RefCell::default() }
    }

    /// The component of a file.
    pub(super) fn load(&self, path: &Path) -> Result<Rc<Loaded>, String> {
        let load = || Loaded::read(self.engine, path).map(Rc::new);
        self.loaded.borrow_mut().entry(path.to_owned()).or_insert_with(load).clone()
    }
}

/// A relative path is looked for in these folders, in their order.
pub(super) fn find(name: &str, folders: &[&Path]) -> Option<PathBuf> {
    folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file())
}

impl Loaded {
    fn read(engine: &Engine, path: &Path) -> Result<Self, String> {
        let artifact = Artifact::read(engine, path).map_err(|error| chain(&error))?;
        let component = Component::admit(&artifact).map_err(|error| chain(&error))?;
        let description = component.start().map_err(|error| chain(&error))?.description().clone();
        if let Some(dataset) = description.datasets.iter().find(|dataset| !names::dataset(&dataset.name)) {
            return Err(format!("it has a data set `{}`, whose name is not of 1 to 100 of `a-z`, `0-9`, `_` and `.`", dataset.name));
        }
        let schema = serde_json::from_str(&description.settings_schema).map_err(|error| format!("the schema of its settings is no JSON: {error}"))?;
        Ok(Self { path: path.to_owned(), sha256: artifact.sha256().to_owned(), description, schema, component })
    }

    /// What the component says about settings, and what it would ask for first if it is to `poll`.
    pub(super) fn ask(&self, settings: &str, poll: bool) -> Said {
        let mut said = Said::default();
        let mut instance = match self.component.start() {
            Ok(instance) => instance,
            Err(error) => return Said { stopped: Some(chain(&error)), ..said },
        };
        match instance.configure(settings) {
            Ok(warnings) => said.problems = warnings,
            Err(ConfigureError::Refused(problems)) => {
                said.problems = problems;
                return said;
            }
            Err(ConfigureError::Stopped(stop)) => return Said { stopped: Some(chain(&stop)), ..said },
        }
        if !poll {
            return said;
        }
        match instance.begin(Clock::System.now(), None) {
            Ok(step) => {
                // What a run cannot begin without is reported at its beginning.
                let fatal = step.problems.into_iter().filter(|problem| problem.severity == Severity::Error && step.requests.is_empty());
                said.problems.extend(fatal.map(|problem| SettingProblem { severity: Severity::Error, pointer: String::new(), message: problem.message }));
                said.asks = step.requests.iter().map(|request| request.url.split(['?', '#']).next().unwrap_or_default().to_owned()).collect();
            }
            Err(stop) => said.stopped = Some(chain(&stop)),
        }
        said
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
