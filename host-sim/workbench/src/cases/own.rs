//! Cases in a folder of their own: `message.json`, `messages.ndjson` or `raw.ndjson`, with `expected.json` and perhaps `settings.json`.

use std::fs;
use std::io;
use std::path::Path;

use host_sim_runtime::contract::Message;
use serde_json::Value;

use super::compare::Rule;
use super::config::settings_of;
use super::read::{cannot_read, lines};
use super::{Case, Input};
use crate::recording::Format;
use crate::text;

/// One body; the line break that editors put behind it is none of it.
pub(super) fn message(file: &Path) -> Result<Case, String> {
    let bytes = fs::read(file).map_err(|error| cannot_read(file, &error))?;
    let text = text::without_mark(&bytes);
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    let body = body.strip_suffix(b"\r").unwrap_or(body).to_vec();
    exact(file, vec![Message { body, position: None }])
}

/// Recorded messages, one a line.
pub(super) fn messages(file: &Path) -> Result<Case, String> {
    exact(file, lines(file, Format::Recorded)?)
}

/// A body a line. The tags of a document tell what it was made under, where no settings lie beside it.
pub(super) fn raw(file: &Path, expected: &[Value]) -> Result<Case, String> {
    let settings = settings(file)?;
    let mut inputs = Vec::new();
    let messages = lines(file, Format::Raw)?.into_iter().filter(|message| !message.body.is_empty());
    for (at, message) in messages.enumerate() {
        let of_tags = || settings_of(expected.get(at).and_then(|document| document.get("tags")));
        let settings = settings.clone().map_or_else(of_tags, Ok)?;
        inputs.push(Input { message, settings });
    }
    Ok(Case { inputs, rule: Rule::reference(), skip: None })
}

fn exact(file: &Path, messages: Vec<Message>) -> Result<Case, String> {
    let settings = settings(file)?.unwrap_or_else(|| "{}".to_owned());
    let inputs = messages.into_iter().map(|message| Input { message, settings: settings.clone() }).collect();
    Ok(Case { inputs, rule: Rule::Exact, skip: None })
}

/// The text of the settings beside an input, if there are any.
fn settings(input: &Path) -> Result<Option<String>, String> {
    let file = input.with_file_name("settings.json");
    match text::read(&file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot_read(&file, &error)),
    }
}
