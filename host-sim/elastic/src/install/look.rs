//! What is there, and which way that leaves.

use host_sim_live::config::Elasticsearch;
use host_sim_live::elastic::{Cluster, NoAnswer, Request};
use host_sim_live::one_line;
use host_sim_runtime::flow::StopSignal;
use serde_json::Value;

use super::InstallError;
use crate::NAME;
use crate::requests::Target;

/// The package of Elastic's, whose data streams have the same names.
const ELASTICS: &str = "microsoft_defender_cloud";
/// An answer is read up to so many bytes.
const MOST: usize = 32 << 20;

/// How things are installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Elastic's own package stays, and gets what it lacks.
    Beside,
    /// Our package, by Fleet.
    Package,
    /// Requests to Elasticsearch.
    Requests(Target),
    /// Fleet has installed our package, and the configuration does not say where Kibana is.
    Unreachable,
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    version: String,
    target: Target,
    /// The version of Elastic's package.
    elastics: Option<String>,
    /// The version of ours, as Fleet installed it.
    pub(super) own: Option<String>,
    /// Templates that were made by requests.
    loose: bool,
}

/// An answer as JSON, with its status.
pub(super) fn ask(cluster: &Cluster, method: &str, path: &str, body: Option<(&str, &[u8])>, stop: &StopSignal) -> Result<(u16, Value), NoAnswer> {
    let answer = cluster.send(Request { method, path, body, gzip: false, most: MOST }, stop)?;
    let value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&answer.body).into_owned()));
    Ok((answer.status, value))
}

/// What an answer says is wrong, on one line. Elasticsearch and Kibana say it in different places.
pub(super) fn said(answer: &Value) -> String {
    let reason = answer.pointer("/error/reason").or_else(|| answer.get("message")).and_then(Value::as_str);
    let text = reason.map_or_else(|| answer.to_string(), str::to_owned);
    one_line(&text.chars().take(300).collect::<String>())
}

/// Looks.
pub(super) fn look(elasticsearch: &Cluster, kibana: Option<&Cluster>, stop: &StopSignal) -> Result<Found, InstallError> {
    const ES: &str = "Elasticsearch";
    let get = |path: &str, what: &'static str, hint: &'static str| {
        let (status, answer) = ask(elasticsearch, "GET", path, None, stop).map_err(|why| InstallError::NoAnswer(ES, why))?;
        match status {
            200 | 404 => Ok((status, answer)),
            _ => Err(InstallError::Unexpected { what, status, path: path.to_owned(), said: said(&answer), hint }),
        }
    };
    let (_, root) = get("", ES, "look at `hosts` and the credentials")?;
    let version = root.pointer("/version/number").and_then(Value::as_str).unwrap_or("of an unknown version").to_owned();
    let is_serverless = root.pointer("/version/build_flavor").and_then(Value::as_str) == Some("serverless");
    const TEMPLATES: &str = "whoever installs needs the cluster privilege `manage_index_templates`";
    let (_, fleets) = get("_index_template/logs-microsoft_defender_cloud.*", ES, TEMPLATES)?;
    let (_, loose) = get(&format!("_index_template/{NAME}.*"), ES, TEMPLATES)?;
    let mut found = Found {
        version: one_line(&version),
        target: if is_serverless { Target::Serverless } else { Target::Elasticsearch },
        elastics: package_of(&fleets, ELASTICS),
        own: package_of(&fleets, NAME),
        // Beside Elastic's package there is one for runs.
        loose: templates(&loose).any(|template| template["name"].as_str().is_some_and(|name| name.ends_with(".event"))),
    };
    if let Some(kibana) = kibana {
        for (name, place) in [(ELASTICS, &mut found.elastics), (NAME, &mut found.own)] {
            if let Some(version) = installed(kibana, name, stop)? {
                *place = Some(version);
            }
        }
    }
    Ok(found)
}

fn templates(answer: &Value) -> impl Iterator<Item = &Value> {
    answer["index_templates"].as_array().into_iter().flatten()
}

/// Whether a template is a package's.
fn package_of(answer: &Value, name: &str) -> Option<String> {
    let is_of = |template: &&Value| template.pointer("/index_template/_meta/package/name").and_then(Value::as_str) == Some(name);
    templates(answer).any(|template| is_of(&template)).then(|| "of an unknown version".to_owned())
}

/// The version of a package that Fleet has installed.
pub(super) fn installed(kibana: &Cluster, name: &str, stop: &StopSignal) -> Result<Option<String>, InstallError> {
    let path = format!("api/fleet/epm/packages/{name}");
    let (status, answer) = ask(kibana, "GET", &path, None, stop).map_err(|why| InstallError::NoAnswer("Kibana", why))?;
    match status {
        200 => {
            let item = answer.get("item").or_else(|| answer.get("response")).unwrap_or(&Value::Null);
            let version = item.pointer("/installationInfo/version").or_else(|| item.get("version")).and_then(Value::as_str);
            let is_installed = item["status"] == "installed";
            Ok(version.filter(|_| is_installed).map(one_line))
        }
        401 | 403 => {
            let hint = "the credentials of `kibana` need `integrations-all` and `fleet-agent-policies-all`";
            Err(InstallError::Unexpected { what: "Kibana", status, path, said: said(&answer), hint })
        }
        // Without a registry it cannot tell of what is not installed; the templates above tell of what is.
        _ => Ok(None),
    }
}

impl Found {
    /// Never two packages, and what was made one way stays that way.
    pub(super) fn way(&self, has_kibana: bool) -> Way {
        match (&self.elastics, self.loose, has_kibana) {
            (Some(_), ..) => Way::Beside,
            (None, true, _) => Way::Requests(self.target),
            (None, false, true) => Way::Package,
            (None, false, false) if self.own.is_some() => Way::Unreachable,
            (None, false, false) => Way::Requests(self.target),
        }
    }

    pub(super) fn lines(&self, way: &Way) -> Vec<String> {
        let kind = match self.target {
            Target::Serverless => "Elasticsearch, serverless".to_owned(),
            Target::Elasticsearch => format!("Elasticsearch {}", self.version),
        };
        let mut lines = vec![format!("there is: {kind}")];
        lines.extend(self.elastics.as_ref().map(|version| format!("there is: Elastic's package `{ELASTICS}` {version}")));
        lines.extend(self.own.as_ref().map(|version| format!("there is: the package `{NAME}` {version}")));
        lines.push(match way {
            Way::Beside => "way taken: beside Elastic's package, a template for runs and the dashboards".into(),
            Way::Package => "way taken: the package, uploaded to Fleet".into(),
            Way::Requests(_) if self.loose => "way taken: requests to Elasticsearch, as before".into(),
            Way::Requests(_) => "way taken: requests to Elasticsearch".into(),
            Way::Unreachable => "way taken: none, as Fleet has installed the package".into(),
        });
        lines
    }

    pub(super) fn hints(&self, way: &Way, settings: &Elasticsearch) -> Vec<String> {
        let mut hints = Vec::new();
        if *way == Way::Beside && settings.pipeline.as_deref() != Some("_none") {
            hints.push("write `pipeline: _none` in the section `elasticsearch`: the documents are finished, and the pipelines of Elastic's package would take them apart again".into());
        }
        if let (Way::Requests(_), None) = (way, &settings.kibana) {
            hints.push("write `kibana` in the section `elasticsearch` for dashboards, or import what `host-sim elastic export DIR --as objects` writes".into());
        }
        hints
    }
}
