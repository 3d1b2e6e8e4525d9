//! Runs cases through a component.

use host_sim_runtime::contract::Timestamp;
use host_sim_runtime::{Component, ConfigureError, Instance};

use super::compare::{Made, Rule};
use super::expected::{self, Expected};
use super::find::{Found, Kind};
use super::{Case, Input, elastic, own};
use crate::json;

/// What cases run with.
#[derive(Debug)]
pub struct Suite<'a> {
    /// Each case gets a fresh instance of it.
    pub component: &'a Component,
    /// What time it is told.
    pub now: Timestamp,
    /// The data set of all cases; else the path of each says it.
    pub dataset: Option<&'a str>,
    /// What is done about differences.
    pub mode: Mode,
}

/// What is done about documents that are not as expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They are told.
    Check,
    /// They become the expected ones.
    Update,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// So many documents are as expected.
    Equal(usize),
    /// They are not, each difference on a line.
    Differs(Vec<String>),
    /// They were not, and are written now.
    Updated(usize),
    /// It could not be run.
    Failed(String),
    /// It is not to be run.
    Skipped(String),
}

impl Suite<'_> {
    /// Runs one case.
    pub fn run(&self, found: &Found) -> Verdict {
        self.verdict(found).unwrap_or_else(Verdict::Failed)
    }

    fn verdict(&self, found: &Found) -> Result<Verdict, String> {
        let expected = Expected::read(&found.expected)?;
        let documents = expected.as_ref().map(|expected| expected.values.as_slice()).unwrap_or_default();
        let case = match found.kind {
            Kind::Message => own::message(&found.input)?,
            Kind::Messages => own::messages(&found.input)?,
            Kind::Raw => own::raw(&found.input, documents)?,
            Kind::Log => elastic::log(&found.input)?,
            Kind::Events => elastic::events(&found.input)?,
            Kind::Several => return Err("its folder holds more than one input: give each a folder of its own".into()),
        };
        if let Some(reason) = case.skip {
            return Ok(Verdict::Skipped(reason));
        }
        let made = self.decode(found, &case)?;
        let differences = expected.as_ref().map(|expected| differences(&case.rule, &expected.values, &made));
        match (differences, self.mode) {
            (Some(differences), _) if differences.is_empty() => Ok(Verdict::Equal(made.len())),
            (Some(differences), Mode::Check) => Ok(Verdict::Differs(differences)),
            (None, Mode::Check) => Err(format!("nothing is expected of it: `{}` is missing, and `--update` writes it", found.expected.display())),
            (_, Mode::Update) => {
                expected::write(&found.expected, &updated(&case.rule, &expected.unwrap_or_default(), &made))?;
                Ok(Verdict::Updated(made.len()))
            }
        }
    }

    fn decode(&self, found: &Found, case: &Case) -> Result<Vec<Made>, String> {
        let mut instance = self.component.start().map_err(|stop| stop.to_string())?;
        let dataset = self.position(found, &instance)?;
        let mut made = Vec::new();
        let mut under: Option<&str> = None;
        for (number, input) in (1..).zip(&case.inputs) {
            if under != Some(&input.settings) {
                instance.configure(&input.settings).map_err(|error| refused(&error))?;
                under = Some(&input.settings);
            }
            let decoded = instance.decode(self.now, dataset, std::slice::from_ref(&input.message)).map_err(|stop| format!("message {number}: {stop}"))?;
            for document in decoded.documents {
                made.push(Made::new(document.body, input).map_err(|why| format!("cannot read a document of message {number}: {why}"))?);
            }
        }
        Ok(made)
    }

    fn position(&self, found: &Found, instance: &Instance) -> Result<u32, String> {
        let description = instance.description();
        let decoded = description.datasets.iter().filter(|dataset| dataset.decodes).map(|dataset| dataset.name.as_str());
        let name = self.dataset.map(str::to_owned).or_else(|| found.dataset(decoded.clone()));
        let name = name.ok_or("its path names no data set; say which one it is with `--dataset`")?;
        let position = description.position(&name).filter(|position| description.dataset(*position).is_some_and(|dataset| dataset.decodes));
        position.ok_or_else(|| format!("`{name}` is not a data set that the component decodes; it decodes {}", decoded.collect::<Vec<_>>().join(", ")))
    }
}

impl Made {
    fn new(text: Vec<u8>, input: &Input) -> Result<Self, String> {
        let value = json::parse(&text)?;
        let settings = json::parse(input.settings.as_bytes())?;
        let preserved = settings.get("preserve_original_event").and_then(serde_json::Value::as_bool).unwrap_or_default();
        Ok(Self { text, value, preserved, from_nothing: input.message.body.is_empty() })
    }
}

fn refused(error: &ConfigureError) -> String {
    let ConfigureError::Refused(problems) = error else { return error.to_string() };
    let lines: Vec<String> = problems.iter().map(|problem| format!("`{}`: {}", problem.pointer, problem.message)).collect();
    format!("the component refuses the settings: {}", lines.join("; "))
}

fn differences(rule: &Rule, expected: &[serde_json::Value], made: &[Made]) -> Vec<String> {
    let mut lines = Vec::new();
    if expected.len() != made.len() {
        lines.push(format!("expected {} documents, got {}", expected.len(), made.len()));
    }
    for (number, (expected, made)) in (1..).zip(expected.iter().zip(made)) {
        lines.extend(rule.differences(expected, made).into_iter().map(|line| format!("document {number}: {line}")));
    }
    lines
}

/// The texts of what is expected from now on; a document that is as expected keeps its text.
fn updated(rule: &Rule, before: &Expected, made: &[Made]) -> Vec<String> {
    let mut texts = Vec::new();
    for (at, made) in made.iter().enumerate() {
        let text = match (before.values.get(at), before.texts.get(at)) {
            (Some(expected), Some(text)) if rule.differences(expected, made).is_empty() => text.clone(),
            (expected, _) => expected::indented(&rule.as_expected(expected, made)),
        };
        texts.push(text);
    }
    texts
}
