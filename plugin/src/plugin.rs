//! The plugin as its host sees it, in plain types: set up once, then polled, fed and asked.

use crate::contract::{Dataset, Decoded, Explanation, Message, Outcome, SettingProblem, Step, Timestamp, Totals};
use crate::mapping::Mapper;
use crate::messages::{self, Decoder};
use crate::problem::Code;
use crate::settings::Settings;
use crate::walk::Walk;

/// One instance, which serves one set of settings.
#[derive(Debug)]
pub struct Plugin {
    settings: Settings,
    mapper: Mapper,
    walk: Option<Walk>,
}

impl Default for Plugin {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Plugin {
    /// A plugin with these settings.
    pub fn new(settings: Settings) -> Self {
        Self { mapper: Mapper::new(settings.clone()), settings, walk: None }
    }

    /// Takes new settings, unless something in them is wrong; a run that is under way is dropped.
    pub fn configure(&mut self, settings: &str) -> Result<Vec<SettingProblem>, Vec<SettingProblem>> {
        let (settings, warnings) = Settings::parse(settings)?;
        *self = Self::new(settings);
        Ok(warnings)
    }

    /// Starts a run, or resumes one.
    pub fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Step {
        let (walk, step) = Walk::begin(&self.settings, &mut self.mapper, now, cursor);
        self.walk = step.finished.is_none().then_some(walk);
        step
    }

    /// Goes on with the run.
    pub fn advance(&mut self, now: Timestamp, outcomes: Vec<Outcome>) -> Step {
        let Some(walk) = &mut self.walk else { return no_run() };
        let step = walk.advance(&mut self.mapper, now, outcomes);
        if step.finished.is_some() {
            self.walk = None;
        }
        step
    }

    /// Makes at least one document of every message.
    pub fn decode(&mut self, now: Timestamp, dataset: Dataset, messages: &[Message]) -> Decoded {
        let mut decoder = Decoder { settings: &self.settings, mapper: &mut self.mapper, now, decoded: Decoded::default() };
        for (source, message) in (0..).zip(messages) {
            match dataset {
                Dataset::Event => decoder.event(source, message),
                Dataset::Assessment => decoder.assessment(source, message),
                Dataset::Run => {}
            }
        }
        if !dataset.decodes() {
            decoder.tell(Code::DatasetNotDecoded, format!("records of data set `{}` cannot be decoded", dataset.name()), None);
        }
        decoder.decoded
    }

    /// What `decode` does with one message, document by document.
    pub fn explain(&mut self, dataset: Dataset, message: &Message) -> Vec<Explanation> {
        messages::explain(&self.settings, &mut self.mapper, dataset, message)
    }
}

fn no_run() -> Step {
    let problem = Code::NoRun.problem("`advance` was called without a run under way; call `begin` first".into(), None);
    Step { problems: vec![problem], finished: Some(Totals::default()), ..Step::default() }
}
