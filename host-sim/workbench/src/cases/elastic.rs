//! Cases in the layout of elastic-package's pipeline tests.

use std::fs;
use std::path::Path;

use host_sim_runtime::contract::Message;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::compare::Rule;
use super::config::Config;
use super::read::{cannot_read, lines};
use super::{Case, Input};
use crate::recording::Format;

#[derive(Deserialize)]
struct Events {
    events: Vec<Map<String, Value>>,
}

/// `test-x.log`: a body a line.
pub(super) fn log(file: &Path) -> Result<Case, String> {
    case(file, |config| {
        let settings = config.settings(None)?;
        Ok(lines(file, Format::Raw)?.into_iter().map(|message| Input { message, settings: settings.clone() }).collect())
    })
}

/// `test-x.json`: events, whose `message` is the body.
pub(super) fn events(file: &Path) -> Result<Case, String> {
    case(file, |config| {
        let text = fs::read_to_string(file).map_err(|error| cannot_read(file, &error))?;
        let Events { events } = serde_json::from_str(&text).map_err(|error| cannot_read(file, &error))?;
        let mut inputs = Vec::new();
        for (number, event) in (1..).zip(events) {
            inputs.push(input(config, &event).map_err(|why| format!("event {number} of `{}`: {why}", file.display()))?);
        }
        Ok(inputs)
    })
}

fn input(config: &Config, event: &Map<String, Value>) -> Result<Input, String> {
    if let Some(name) = event.keys().find(|name| !matches!(name.as_str(), "message" | "tags")) {
        return Err(format!("its member `{name}` cannot be given to a component, which gets the text of `message` alone"));
    }
    let message = event.get("message").and_then(Value::as_str).ok_or("it has no text `message`")?;
    Ok(Input { message: Message::from(message), settings: config.settings(event.get("tags"))? })
}

/// A case that is skipped is not read any further.
fn case(file: &Path, inputs: impl FnOnce(&Config) -> Result<Vec<Input>, String>) -> Result<Case, String> {
    let config = Config::beside(file)?;
    let skip = config.skip_reason();
    let inputs = if skip.is_some() { Vec::new() } else { inputs(&config)? };
    Ok(Case { inputs, rule: Rule::Reference(config.dynamic()?), skip })
}
