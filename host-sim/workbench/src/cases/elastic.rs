//! Cases in the layout of elastic-package's pipeline tests.

use std::path::Path;

use host_sim_runtime::contract::Message;
use serde_json::value::RawValue;

use super::compare::Rule;
use super::config::Config;
use super::read::{cannot_read, lines};
use super::{Case, Input};
use crate::json;
use crate::members::{self, Members};
use crate::recording::Format;
use crate::text;

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
        let text = text::read(file).map_err(|error| cannot_read(file, &error))?;
        let events = Members::read(&text).and_then(|members| members::list("events", members.wanted("events")?)).map_err(|why| cannot_read(file, &why))?;
        let mut inputs = Vec::new();
        for (number, event) in (1..).zip(events) {
            inputs.push(input(config, event).map_err(|why| format!("event {number} of `{}`: {why}", file.display()))?);
        }
        Ok(inputs)
    })
}

fn input(config: &Config, event: &RawValue) -> Result<Input, String> {
    let event = Members::read(event.get())?;
    if let Some((name, _)) = event.iter().find(|(name, _)| !matches!(*name, "message" | "tags")) {
        return Err(format!("its member `{name}` cannot be given to a component, which gets the text of `message` alone"));
    }
    let message = event.text("message")?.ok_or("it has no `message`")?;
    let tags = event.get("tags").map(|tags| json::parse(tags.get().as_bytes())).transpose()?;
    Ok(Input { message: Message::from(message.as_str()), settings: config.settings(tags.as_ref())? })
}

/// A case that is skipped is not read any further.
fn case(file: &Path, inputs: impl FnOnce(&Config) -> Result<Vec<Input>, String>) -> Result<Case, String> {
    let config = Config::beside(file)?;
    let skip = config.skip_reason();
    let inputs = if skip.is_some() { Vec::new() } else { inputs(&config)? };
    Ok(Case { inputs, rule: Rule::Reference(config.dynamic()?), skip })
}
