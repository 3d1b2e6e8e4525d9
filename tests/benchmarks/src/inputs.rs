//! What is decoded: our own fixtures, as near to the reference's data in size as they come.

use ::tests::{component, fixture};
use anyhow::Context;
use host_sim_runtime::contract::Message;
use host_sim_runtime::{Cache, Clock, Component, Engine, Instance, Limits, Walk};
use host_sim_workbench::recording::{Format, Lines, read_exchanges};
use host_sim_workbench::replay::Replay;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::stream::Stream;

/// Messages of one sample: eight batches of 64, one of 512.
pub(crate) const SAMPLE: usize = 512;

/// Smaller messages and records would make the mean smaller than that of the reference's data, which is 3.2 and 3.4 KB.
const SMALLEST_EVENT: usize = 400;
const SMALLEST_ASSESSMENT: usize = 1_000;

/// The largest alert and the largest assessment of the reference's data are of 8.7 KB.
const LARGE: usize = 8_700;

/// How many large ones there are.
const LARGE_EVENTS: usize = 3;
const LARGE_ASSESSMENTS: usize = 5;

/// What is decoded of one data set.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// The data set's short name.
    pub dataset: &'static str,
    /// Different ones, each well formed.
    pub fixtures: Vec<Message>,
}

impl Inputs {
    /// Messages of one sample.
    pub(crate) fn sample(&self) -> Vec<Message> {
        self.stream().take(SAMPLE).collect()
    }

    /// Messages without an end.
    pub(crate) fn stream(&self) -> Stream<'_> {
        Stream::new(&self.fixtures)
    }

    /// Their number and sizes.
    pub(crate) fn description(&self) -> Value {
        let sizes = || self.fixtures.iter().map(|message| message.body.len());
        let sample: usize = self.sample().iter().map(|message| message.body.len()).sum();
        json!({ "different": self.fixtures.len(), "mean_bytes": sample / SAMPLE, "smallest_bytes": sizes().min(), "largest_bytes": sizes().max() })
    }
}

/// The settings of every figure that names no profile.
pub(crate) const ELASTIC: &str = r#"{"profile":"elastic"}"#;

/// Those of the figures of profile `extended`.
pub(crate) const EXTENDED: &str = r#"{"profile":"extended"}"#;

/// The inputs of both data sets.
pub(crate) fn all(cache: &Cache) -> anyhow::Result<[Inputs; 2]> {
    let events = events(cache).context("messages of `tests/fixtures/tenant`")?;
    let mut assessments = Vec::new();
    for folder in ["grouped", "list-all"] {
        assessments.extend(assessments_of(folder, cache).with_context(|| format!("records of `tests/fixtures/{folder}`"))?);
    }
    assessments.extend(large_ones(&assessments, "\"cve\":", LARGE_ASSESSMENTS));
    Ok([Inputs { dataset: "event", fixtures: events }, Inputs { dataset: "assessment", fixtures: assessments }])
}

/// Well-formed messages of the hub, and some large alerts.
fn events(cache: &Cache) -> anyhow::Result<Vec<Message>> {
    let mut instance = configured(cache, ELASTIC)?;
    let text = read("tenant/messages.ndjson")?;
    let mut lines = Lines::new(text.as_bytes(), Format::Recorded);
    let mut messages = Vec::new();
    while let Some(line) = lines.next_message()? {
        let message = line.message;
        let is_whole = message.position.is_some() && message.body.len() >= SMALLEST_EVENT && serde_json::from_slice::<&RawValue>(&message.body).is_ok();
        if is_whole && is_mapped(&mut instance, &message)? {
            messages.push(message);
        }
    }
    messages.extend(large_ones(&messages, "\"Entities\":", LARGE_EVENTS));
    Ok(messages)
}

fn is_mapped(instance: &mut Instance, message: &Message) -> anyhow::Result<bool> {
    let decoded = instance.decode(0, dataset(instance, "event")?, std::slice::from_ref(message))?;
    Ok(decoded.documents.iter().all(|document| !document.text().contains("pipeline_error")))
}

/// Messages that have a list behind this name, made large by the items of the lists of others.
fn large_ones(messages: &[Message], name: &str, count: usize) -> Vec<Message> {
    let lists: Vec<(&Message, Vec<String>)> = messages.iter().filter_map(|message| Some((message, list(message, name)?))).collect();
    (0..count).map(|number| large(&lists, number * lists.len() / count)).collect()
}

/// The items of the first list behind this name, if it has some.
fn list(message: &Message, name: &str) -> Option<Vec<String>> {
    let text = str::from_utf8(&message.body).ok()?;
    let (_, from) = text.split_once(name)?;
    let items = serde_json::Deserializer::from_str(from).into_iter::<Vec<&RawValue>>().next()?.ok()?;
    (!items.is_empty()).then(|| items.iter().map(|item| item.get().to_owned()).collect())
}

/// A message whose list also has the items of the messages after it, as many as it takes.
fn large(lists: &[(&Message, Vec<String>)], at: usize) -> Message {
    let mut around = lists.iter().cycle().skip(at);
    let (message, own) = around.next().expect("some message has a list");
    let mut items = own.join(",");
    let list = format!("[{items}]");
    let others = (1..).zip(around).flat_map(|(number, (_, items))| items.iter().map(move |item| renumbered(item, number)));
    for other in others {
        if message.body.len() + items.len() >= LARGE + list.len() {
            break;
        }
        items = format!("{items},{other}");
    }
    let body = String::from_utf8_lossy(&message.body).replacen(&list, &format!("[{items}]"), 1).into_bytes();
    Message { body, position: message.position.clone() }
}

/// Entities refer to each other within their alert.
fn renumbered(item: &str, number: usize) -> String {
    ["\"$id\":\"", "\"$ref\":\""].iter().fold(item.to_owned(), |item, name| item.replace(name, &format!("{name}{number}-")))
}

/// What the walk of a recording merges.
fn assessments_of(folder: &str, cache: &Cache) -> anyhow::Result<Vec<Message>> {
    let mut settings: Value = serde_json::from_str(&read(&format!("{folder}/settings.json"))?)?;
    settings["preserve_original_event"] = true.into();
    // One document a record, with the record in it.
    settings["profile"] = "elastic".into();
    let mut instance = configured(cache, &settings.to_string())?;
    let mut replay = Replay::new(read_exchanges(&read(&format!("{folder}/exchanges.json"))?).map_err(anyhow::Error::msg)?);
    let mut walk = Walk::new(&mut instance, &mut replay, Clock::Fixed(0), None);
    let mut records = Vec::new();
    while let Some(stride) = walk.next_step()? {
        for document in stride.step.documents {
            let document: Value = serde_json::from_slice(&document.body)?;
            let record = compact(document["event"]["original"].as_str().unwrap_or_default());
            if record.len() >= SMALLEST_ASSESSMENT && document["event"]["kind"] != "pipeline_error" {
                records.push(Message::from(record.as_str()));
            }
        }
    }
    Ok(records)
}

fn configured(cache: &Cache, settings: &str) -> anyhow::Result<Instance> {
    let mut instance = Component::load(&Engine::new(Limits::default(), cache.clone())?, component())?.start()?;
    instance.configure(settings)?;
    Ok(instance)
}

/// The position of a data set.
pub(crate) fn dataset(instance: &Instance, name: &str) -> anyhow::Result<u32> {
    instance.description().position(name).with_context(|| format!("the component has no data set `{name}`"))
}

/// A file of the fixtures.
pub(crate) fn read(name: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(fixture(name)).with_context(|| format!("cannot read `tests/fixtures/{name}`"))
}

/// JSON without the blanks that make it readable, as Azure sends it.
pub(crate) fn compact(text: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let is_kept = |character: &char| {
        inside ^= *character == '"' && !escaped;
        escaped = inside && *character == '\\' && !escaped;
        inside || !character.is_ascii_whitespace()
    };
    text.chars().filter(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use super::{Message, compact, large_ones};

    #[test]
    fn blanks_go_where_they_mean_nothing() {
        assert_eq!(compact("{ \"a b\" : \"\\\" c\\\\\" ,\n\t\"d\": [ 1, 2 ] }"), r#"{"a b":"\" c\\","d":[1,2]}"#);
    }

    #[test]
    fn a_large_alert_has_the_entities_of_others_under_names_of_its_own() {
        let alert = |name: &str| Message::from(format!(r#"{{"Entities":[{{"$id":"1","Name":"{name}"}}],"Z":1}}"#).as_str());
        let large = large_ones(&["a", "b"].map(alert), "\"Entities\":", 1).pop().expect("one");
        assert!((super::LARGE..super::LARGE + 100).contains(&large.body.len()));
        let text = String::from_utf8_lossy(&large.body);
        assert!(text.starts_with(r#"{"Entities":[{"$id":"1","Name":"a"},{"$id":"1-1","Name":"b"},{"$id":"2-1","Name":"a"},"#), "{text}");
        assert!(text.ends_with(r#""}],"Z":1}"#), "{text}");
    }
}
