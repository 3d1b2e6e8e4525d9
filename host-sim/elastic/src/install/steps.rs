//! One thing after the other: looked for, compared, and made where it is to be made.

use host_sim_live::elastic::Cluster;
use host_sim_runtime::flow::StopSignal;
use serde_json::Value;

use super::compare::differences;
use super::look::{Found, Way, ask, installed, said};
use super::{InstallError, Mode, State, kibana};
use crate::fields::RUN;
use crate::package::{self, Package};
use crate::requests::{self, Request, Target, What};
use crate::{Fields, NAME, objects};

/// What is there to install into.
pub(super) struct There<'a> {
    pub(super) elasticsearch: &'a Cluster,
    pub(super) kibana: Option<&'a Cluster>,
    pub(super) found: &'a Found,
    pub(super) mode: Mode,
    pub(super) stop: &'a StopSignal,
}

type Steps = Vec<(String, State)>;

impl There<'_> {
    /// Takes a way.
    pub(super) fn take(&self, fields: &Fields, way: &Way) -> Result<Steps, InstallError> {
        match way {
            Way::Beside => {
                let mut all = requests::all(fields, Target::Serverless);
                all.retain(|request| request.what == What::Pipeline);
                all.extend(requests::of_dataset(fields, fields.dataset(RUN), Target::Serverless));
                let mut steps = self.requests(&all)?;
                if let Some(kibana) = self.kibana {
                    steps.push(self.objects(kibana, "data view of the latest findings", &[objects::latest()])?);
                    let installed = installed(kibana, package::DASHBOARDS, self.stop)?;
                    steps.push(self.package(kibana, &package::dashboards(fields), &fields.version, installed)?);
                }
                Ok(steps)
            }
            Way::Package => {
                let kibana = self.kibana.expect("the way leads over Kibana");
                Ok(vec![self.package(kibana, &package::whole(fields), &fields.version, self.found.own.clone())?])
            }
            Way::Requests(target) => {
                let mut steps = self.requests(&requests::all(fields, *target))?;
                if let Some(kibana) = self.kibana {
                    steps.push(self.objects(kibana, "data views, searches and dashboards", &objects::all())?);
                }
                Ok(steps)
            }
            Way::Unreachable => {
                let why = "Fleet has installed it, and requests beside it would stand above its templates; write `kibana` in the section `elasticsearch`";
                Ok(vec![(format!("package `{NAME}`"), State::Refused(why.into()))])
            }
        }
    }

    /// Uploading a version again would delete its views and build them anew, so what is there stays.
    fn package(&self, kibana: &Cluster, package: &Package, version: &str, installed: Option<String>) -> Result<(String, State), InstallError> {
        let state = match (installed.as_deref(), self.mode) {
            (Some(known), _) if known == version => State::Same,
            (None, Mode::Check | Mode::DryRun) => State::Missing,
            (Some(known), Mode::Check | Mode::DryRun) => State::Differs(vec![format!("version: `{known}` instead of `{version}`")]),
            (_, Mode::Install) => match package.zip() {
                Ok(archive) => kibana::upload(kibana, &archive, self.stop)?,
                Err(error) => State::Refused(error.to_string()),
            },
        };
        Ok((format!("package `{}`", package.name), state))
    }

    fn objects(&self, kibana: &Cluster, name: &str, objects: &[Value]) -> Result<(String, State), InstallError> {
        let state = match self.mode {
            Mode::Install => kibana::import(kibana, &objects::lines(objects), self.stop)?,
            _ if kibana::are_there(kibana, objects, self.stop)? => State::Same,
            _ => State::Missing,
        };
        Ok((name.to_owned(), state))
    }

    fn requests(&self, all: &[Request]) -> Result<Steps, InstallError> {
        let mut steps: Steps = Vec::new();
        for request in all {
            let state = self.request(request)?;
            let is_refused = matches!(state, State::Refused(_));
            steps.push((format!("{} `{}`", request.method, request.path), state));
            // What comes later builds on it.
            if is_refused {
                break;
            }
        }
        Ok(steps)
    }

    fn request(&self, request: &Request) -> Result<State, InstallError> {
        let state = match self.known(request)? {
            None => State::Missing,
            Some(theirs) => match differences(&request.body, &theirs) {
                differences if differences.is_empty() => State::Same,
                differences => State::Differs(differences),
            },
        };
        if self.mode != Mode::Install || state == State::Same {
            return Ok(state);
        }
        if let (What::Transform, State::Differs(differences)) = (request.what, &state) {
            let why = format!("there is another one of this name ({}); delete it, or keep it", differences.join("; "));
            return Ok(State::Refused(why));
        }
        let text = request.body.to_string();
        let body = (!request.body.is_null()).then_some(("application/json", text.as_bytes()));
        let (status, answer) = self.ask(request.method, &request.path, body)?;
        Ok(match status {
            200 | 201 => State::Done,
            status => State::Refused(format!("Elasticsearch answers {status}: {}", said(&answer))),
        })
    }

    /// What there is of what a request makes, as the request would say it.
    fn known(&self, request: &Request) -> Result<Option<Value>, InstallError> {
        let path = match request.what {
            What::Start => request.path.replace("/_start", "/_stats"),
            _ => request.path.clone(),
        };
        let (status, mut answer) = self.ask("GET", &path, None)?;
        if status == 404 {
            return Ok(None);
        }
        if status != 200 {
            let hint = "whoever installs needs the cluster privileges `manage_index_templates`, `manage_ingest_pipelines`, `manage_ilm` and `manage_transform`";
            return Err(InstallError::Unexpected { what: "Elasticsearch", status, path, said: said(&answer), hint });
        }
        let name = request.path.rsplit('/').next().unwrap_or_default();
        Ok(match request.what {
            What::Policy | What::Pipeline => answer.get_mut(name).map(Value::take),
            What::Component => answer.pointer_mut("/component_templates/0/component_template").map(Value::take),
            What::Template => answer.pointer_mut("/index_templates/0/index_template").map(Value::take),
            What::Transform => answer.pointer_mut("/transforms/0").map(Value::take),
            What::Index => Some(Value::Null),
            What::Start => {
                let state = answer.pointer("/transforms/0/state").and_then(Value::as_str).unwrap_or_default();
                matches!(state, "started" | "indexing").then_some(Value::Null)
            }
        })
    }

    fn ask(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Result<(u16, Value), InstallError> {
        ask(self.elasticsearch, method, path, body, self.stop).map_err(|why| InstallError::NoAnswer("Elasticsearch", why))
    }
}
