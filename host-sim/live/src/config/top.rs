//! The file as a whole: what stands at its top, and what its parts must not say together.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use super::azure;
use super::component::Components;
use super::input::{self, Input, Shared, Source};
use super::names;
use super::output;
use super::reader::Reader;
use super::report::Place;
use super::section::Section;
use super::settings;
use super::yaml::{Node, Value};
use super::{Config, Log, LogFormat, LogLevel, Surroundings};

pub(super) const KEYS: [&str; 8] = ["state", "namespace", "monitoring", "stop_within", "log", "azure", "inputs", "output"];

/// Where the host says how it is, unless it is told otherwise.
const MONITORING: &str = "127.0.0.1:9464";

/// Reads the whole file.
pub(super) fn read(reader: &Reader<'_>, node: &Node, surroundings: &Surroundings<'_>) -> Option<Config> {
    let top = Section::open(reader, "this file", Place::BEGINNING, node, &KEYS)?;
    let folder = reader.variables.folder;
    let state = top.path("state").unwrap_or_else(|| folder.join("state"));
    let namespace = if top.has("namespace") { top.checked("namespace", names::namespace) } else { Some("default".to_owned()) };
    let stop_within = top.duration("stop_within", Duration::from_millis(1)..=Duration::from_secs(3600), Duration::from_secs(30));
    let monitoring = monitoring(&top);
    let log = log(&top);
    let azure = top.section("azure", &azure::KEYS).map(|section| azure::read(&section));
    let folders: Vec<&Path> = std::iter::once(folder).chain(surroundings.program).collect();
    let components = Components::new(surroundings.engine);
    let shared = Shared { components: &components, folders: &folders, azure: azure.as_ref().and_then(Option::as_ref), has_azure: azure.is_some() };
    let inputs = inputs(&top, &shared);
    let output = output::read(top.section("output", &output::KEYS).as_ref(), &top);
    // Only now it is known which variables are secret.
    for input in nodes_of(&top) {
        if let Value::Map(entries) = &input.value {
            entries.iter().filter(|entry| entry.name == "settings").for_each(|entry| settings::refuse_secrets(reader, &entry.node, &entry.name));
        }
    }
    Some(Config { state, namespace: namespace?, monitoring, monitoring_is_written: top.has("monitoring"), stop_within, log, inputs: inputs?, output: output? })
}

/// The inputs, without another word about what is wrong with them.
fn nodes_of<'a>(top: &Section<'a>) -> &'a [Node] {
    match top.find("inputs").map(|entry| &entry.node.value) {
        Some(Value::List(nodes)) => nodes,
        _ => &[],
    }
}

fn monitoring(top: &Section<'_>) -> Option<SocketAddr> {
    if top.is_off("monitoring") {
        return None;
    }
    if !top.has("monitoring") {
        return MONITORING.parse().ok();
    }
    let address =
        |text: &str| text.parse::<SocketAddr>().map_err(|_| ("is no address with a port", format!("it is written like `{MONITORING}`; `off` is for none")));
    top.converted("monitoring", address)
}

fn log(top: &Section<'_>) -> Log {
    let mut log = Log { format: LogFormat::Text, level: LogLevel::Info };
    let Some(section) = top.section("log", &["format", "level"]) else { return log };
    let levels = [("error", LogLevel::Error), ("warn", LogLevel::Warn), ("info", LogLevel::Info), ("debug", LogLevel::Debug), ("trace", LogLevel::Trace)];
    log.format = section.choice("format", &[("text", LogFormat::Text), ("json", LogFormat::Json)]).unwrap_or(log.format);
    log.level = section.choice("level", &levels).unwrap_or(log.level);
    log
}

fn inputs(top: &Section<'_>, shared: &Shared<'_>) -> Option<Vec<Input>> {
    let nodes = top.list("inputs");
    let is_list = top.find("inputs").is_none_or(|entry| matches!(entry.node.value, Value::List(_)));
    if nodes.is_empty() && is_list {
        top.missing("inputs", "there is nothing to collect", "an input has an `id`, a `component` and its `settings`");
    }
    let sections: Vec<Option<Section<'_>>> = nodes.iter().map(|node| Section::open(top.reader, "an input", node.place, node, &input::KEYS)).collect();
    let mut ids: Vec<(String, Place)> = Vec::new();
    for section in sections.iter().flatten() {
        let Some(id) = section.find("id").and_then(|entry| if let Value::Scalar(scalar) = &entry.node.value { Some(scalar.text.clone()) } else { None }) else {
            continue;
        };
        match ids.iter().find(|(other, _)| *other == id) {
            Some((_, first)) => {
                section.error("id", format!("the id `{id}` is given again"), format!("the input of line {} has it already; ids tell inputs apart", first.line))
            }
            None => ids.push((id, section.place_of("id"))),
        }
    }
    let inputs: Vec<Option<Input>> = sections.iter().map(|section| section.as_ref().and_then(|section| input::read(section, shared))).collect();
    let mut hubs: Vec<(String, &str)> = Vec::new();
    for (section, input) in sections.iter().zip(&inputs) {
        let (Some(section), Some(input)) = (section, input) else { continue };
        let Source::EventHub(hub) = &input.source else { continue };
        let key = format!("{}/{}/{}", hub.access.host(), hub.hub, hub.consumer_group).to_ascii_lowercase();
        match hubs.iter().find(|(other, _)| *other == key) {
            Some((_, other)) => {
                let text = format!("the input `{other}` reads the same hub with the same consumer group");
                section.error("event_hub", text, "each would get a part of the messages; give each input a consumer group of its own");
            }
            None => hubs.push((key, &input.id)),
        }
    }
    inputs.into_iter().collect()
}
