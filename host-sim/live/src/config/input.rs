//! Inputs: a component each, with its settings, and the way that its records come.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use host_sim_runtime::contract::Severity;
use serde_json::Value as Json;
use url::Url;

use super::azure::{self, Azure};
use super::cloud::Cloud;
use super::component::{self, Components, Loaded};
use super::event_hub::{self, EventHub};
use super::names;
use super::poll::{self, Poll};
use super::section::Section;
use super::settings;
use super::yaml::Node;

pub(super) const KEYS: [&str; 7] = ["id", "component", "sha256", "settings", "azure", "poll", "event_hub"];

/// Where documents come from.
#[derive(Debug, Clone)]
pub struct Input {
    /// It names its lane, its thread, log lines and metrics.
    pub id: String,
    /// The component's file.
    pub component: PathBuf,
    /// What the component's SHA-256 has to be, also when it is loaded again.
    pub sha256: Option<String>,
    /// What the component is set up with: a JSON object.
    pub settings: String,
    /// The setting `url`, with which all that the component asks for begins.
    pub url: Option<Url>,
    /// How it signs in; one that polls always does.
    pub azure: Option<Azure>,
    /// How its records come.
    pub source: Source,
    /// The data sets that the component makes documents of.
    pub datasets: Vec<String>,
    /// What a run asks for first, without queries.
    pub asks: Vec<String>,
}

/// How records come.
#[derive(Debug, Clone)]
pub enum Source {
    /// They are asked for.
    Poll(Poll),
    /// They are received.
    EventHub(Box<EventHub>),
}

/// What all inputs share.
pub(super) struct Shared<'a> {
    pub(super) components: &'a Components<'a>,
    /// Where components are looked for.
    pub(super) folders: &'a [&'a Path],
    /// The file's own `azure`: whether there is one, and what it says if that is right.
    pub(super) azure: Option<&'a Azure>,
    pub(super) has_azure: bool,
}

/// Reads one input.
pub(super) fn read(section: &Section<'_>, shared: &Shared<'_>) -> Option<Input> {
    let id = section.checked("id", names::input);
    if !section.has("id") {
        section.missing("id", "it names the input in logs and metrics", "");
    }
    let own = section.section("azure", &azure::KEYS);
    let own_azure = own.as_ref().map(azure::read);
    let azure = own_azure.as_ref().map_or(shared.azure, Option::as_ref);
    let is_hub = section.mentions("event_hub");
    if is_hub && section.mentions("poll") {
        section.error("poll", "`poll` and `event_hub` exclude each other", "an input either asks or receives; make two of them");
    }
    if !is_hub && own.is_none() && !shared.has_azure {
        section.error("id", "nothing says how this input signs in", "add `azure` to the file, or to this input");
    }
    let poll = section.section("poll", &poll::KEYS).map(|section| poll::read(&section)).unwrap_or_default();
    let loaded = component(section, shared);
    let cloud = azure.map(|azure| azure.cloud);
    let mut settings = Settings::read(section, loaded.as_deref(), cloud);
    let hub = section.section("event_hub", &event_hub::KEYS);
    let hub = hub.map(|hub| {
        refuse_proxy(&hub, own.as_ref(), azure);
        let text = |name: &str| settings.json.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        event_hub::read(
            &hub,
            &event_hub::Beside { azure, has_azure: own.is_some() || shared.has_azure, hub: text("eventhub"), consumer_group: text("consumer_group") },
        )
    });
    if let Some(Some(hub)) = &hub {
        // The component makes ids of the hub that is read, and no other.
        settings.set(loaded.as_deref(), "eventhub", &hub.hub);
        settings.set(loaded.as_deref(), "consumer_group", &hub.consumer_group);
    }
    let asks = loaded.as_deref().map(|loaded| settings.ask(section, loaded, !is_hub)).unwrap_or_default();
    let loaded = loaded?;
    Some(Input {
        id: id?,
        component: loaded.path.clone(),
        sha256: section.has("sha256").then(|| loaded.sha256.clone()),
        url: settings.url(&loaded),
        settings: settings.json.to_string(),
        azure: azure.cloned(),
        source: match hub {
            Some(hub) => Source::EventHub(Box::new(hub?)),
            None => Source::Poll(poll),
        },
        datasets: loaded.description.datasets.iter().map(|dataset| dataset.name.clone()).collect(),
        asks,
    })
}

fn component(section: &Section<'_>, shared: &Shared<'_>) -> Option<Rc<Loaded>> {
    let fingerprint = |text: &str| {
        let is_hash = text.len() == 64 && text.chars().all(|character| character.is_ascii_hexdigit());
        if is_hash { Ok(()) } else { Err(("is no SHA-256", "it has 64 hexadecimal digits; `host-sim inspect` shows that of a component".to_owned())) }
    };
    let sha256 = section.checked("sha256", fingerprint);
    if !section.has("component") {
        section.missing("component", "it is the file that makes documents", "");
    }
    let words = section.words("component")?;
    let Some(path) = component::find(&words.text, shared.folders) else {
        let text = format!("the component `{}` is not there", words.written);
        section.reader.error(words.place, text, "it is looked for beside this file, and then beside the program");
        return None;
    };
    let loaded = match shared.components.load(&path) {
        Ok(loaded) => loaded,
        Err(why) => {
            section.reader.error(words.place, format!("the component `{}` cannot be loaded: {why}", words.written), "");
            return None;
        }
    };
    if sha256.is_some_and(|sha256| !sha256.eq_ignore_ascii_case(&loaded.sha256)) {
        section.error(
            "sha256",
            format!("the component `{}` has another SHA-256: {}", words.written, loaded.sha256),
            "it is not the file that was meant; get that one, or look at this one and change `sha256`",
        );
    }
    Some(loaded)
}

/// A hub is connected to directly, and so is what its credential is asked for.
fn refuse_proxy(hub: &Section<'_>, own: Option<&Section<'_>>, azure: Option<&Azure>) {
    for key in ["proxy", "ca_file"] {
        if let Some(own) = own.filter(|own| own.has(key)) {
            own.error(key, format!("`{key}` is not possible for an input that receives from a hub"), event_hub::NO_PROXY);
            continue;
        }
        let is_inherited = azure.is_some_and(|azure| if key == "proxy" { azure.proxy.is_some() } else { azure.ca_file.is_some() });
        if own.is_none() && is_inherited && hub.has("namespace") {
            let text = format!("`{key}` of the file's `azure` is not possible for a hub that it signs in to");
            hub.error("namespace", text, format!("give this input an `azure` without it: {}", event_hub::NO_PROXY));
        }
    }
}

/// Settings on their way to the component.
struct Settings<'a> {
    node: Option<(&'a Node, super::report::Place)>,
    json: Json,
    /// Whether they are worth the component's opinion.
    is_whole: bool,
}

impl<'a> Settings<'a> {
    fn read(section: &Section<'a>, loaded: Option<&Loaded>, cloud: Option<Cloud>) -> Self {
        let empty = || Json::Object(serde_json::Map::new());
        let before = section.reader.report.errors();
        let node = section.find("settings").map(|entry| (&entry.node, entry.place));
        let any = Json::Bool(true);
        let schema = loaded.map_or(&any, |loaded| &loaded.schema);
        let mut json = node.map_or_else(empty, |(node, _)| settings::typed(section.reader, node, schema));
        if !json.is_object() {
            if let Some((node, _)) = node {
                section.reader.unexpected("settings", node, "a mapping of settings");
            }
            json = empty();
        }
        let mut settings = Self { node, json, is_whole: false };
        if let Some(cloud) = cloud {
            settings.follow(section, loaded, cloud);
        }
        settings.is_whole = section.reader.report.errors() == before;
        settings
    }

    /// The url follows the cloud, or must not contradict it; and so must scopes of tokens.
    fn follow(&mut self, section: &Section<'_>, loaded: Option<&Loaded>, cloud: Cloud) {
        let names = cloud.names();
        let given = |name: &str| self.json.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        let host = given("url").and_then(|url| Url::parse(url).ok()).and_then(|url| url.host_str().map(str::to_owned));
        if given("url").is_none() {
            self.set(loaded, "url", names.arm);
        }
        let scopes = self.json.get("token_scopes").and_then(Json::as_array).into_iter().flatten();
        let hosts =
            scopes.enumerate().filter_map(|(at, scope)| Some((format!("/token_scopes/{at}"), Url::parse(scope.as_str()?).ok()?.host_str()?.to_owned())));
        let hosts: Vec<(String, String)> = host.map(|host| ("/url".to_owned(), host)).into_iter().chain(hosts).collect();
        for (pointer, host) in hosts {
            let Some(other) = Cloud::of_host(&host).filter(|other| *other != cloud) else { continue };
            let what = if pointer == "/url" { "the setting `url`" } else { "a scope of `token_scopes`" };
            let text = format!("{what} is of the cloud `{}`, and `azure.cloud` is `{}`", other.names().name, names.name);
            section.reader.error(
                self.place(section, &pointer),
                text,
                format!("write `cloud: {}` in `azure`, or leave the setting out: it follows the cloud", other.names().name),
            );
        }
    }

    /// Sets what the component knows.
    fn set(&mut self, loaded: Option<&Loaded>, name: &str, value: &str) {
        if let (Some(loaded), Some(json)) = (loaded, self.json.as_object_mut())
            && settings::knows(&loaded.schema, name)
        {
            json.insert(name.to_owned(), value.into());
        }
    }

    fn place(&self, section: &Section<'_>, pointer: &str) -> super::report::Place {
        match self.node {
            Some((node, at)) => settings::place_of(node, at, pointer),
            None => section.place,
        }
    }

    /// The url that holds: the one that is set, else the component's default.
    fn url(&self, loaded: &Loaded) -> Option<Url> {
        let default = || loaded.schema.pointer("/properties/url/default").and_then(Json::as_str);
        let given = self.json.get("url").and_then(Json::as_str).filter(|url| !url.is_empty());
        Url::parse(given.or_else(default)?).ok()
    }

    /// Lets the component say what it has to say, and gives what it would ask for first.
    fn ask(&self, section: &Section<'_>, loaded: &Loaded, poll: bool) -> Vec<String> {
        if !self.is_whole {
            return Vec::new();
        }
        let said = loaded.ask(&self.json.to_string(), poll);
        let report = &section.reader.report;
        for problem in said.problems {
            let place = self.place(section, &problem.pointer);
            let text = if problem.pointer.is_empty() {
                format!("settings: {}", problem.message)
            } else {
                format!("setting `{}`: {}", problem.pointer, problem.message)
            };
            let is_scope = poll && problem.pointer.is_empty();
            let hint = if is_scope { "an input without `event_hub` asks for what it collects; one that is to receive from a hub needs it" } else { "" };
            match problem.severity {
                Severity::Error => report.error(place, text, hint),
                Severity::Warning | Severity::Info => report.warning(place, text, ""),
            }
        }
        if let Some(why) = said.stopped {
            report.error(self.place(section, ""), format!("the component cannot say whether its settings are right: {why}"), "");
        }
        said.asks
    }
}
