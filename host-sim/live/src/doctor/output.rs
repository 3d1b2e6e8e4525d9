//! Whether documents can be stored: privileges and templates of Elasticsearch, or a folder.

use std::collections::BTreeSet;

use host_sim_runtime::flow::StopSignal;
use serde_json::{Value, json};

use super::Finding;
use crate::config::{Config, Output};
use crate::elastic::{Answer, Cluster, NoAnswer, Request, data_stream};
use crate::outlet::Outlet;
use crate::text::one_line;

/// Bytes of an answer: a template of a thousand fields has a hundred kilobytes.
const MOST: usize = 16 << 20;

/// Tries the output.
pub(super) fn examine(config: &Config, outlet: &Outlet, tell: &mut impl FnMut(Finding)) {
    let datasets: BTreeSet<&str> = config.inputs.iter().flat_map(|input| &input.datasets).map(String::as_str).collect();
    match (&config.output, outlet.cluster()) {
        (Output::Elasticsearch(_), Some(cluster)) => {
            let streams: Vec<String> = datasets.iter().map(|dataset| data_stream(dataset, &config.namespace)).collect();
            if privileges(cluster, &streams, tell) {
                streams.iter().for_each(|stream| template(cluster, stream, tell));
            }
        }
        (Output::File(file), _) => {
            let what = format!("output {}", file.folder.display());
            let probe = file.folder.join(format!(".host-sim-{}", std::process::id()));
            let tried = std::fs::write(&probe, "").and_then(|()| std::fs::remove_file(&probe));
            tell(match tried {
                Ok(()) => Finding::works(what, ""),
                Err(error) => Finding::fails(what, format!("it cannot be written to: {error}")),
            });
        }
        _ => tell(Finding::works("output stdout", "")),
    }
}

fn ask(cluster: &Cluster, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, NoAnswer> {
    let text = body.map(Value::to_string);
    let body = text.as_ref().map(|text| ("application/json", text.as_bytes()));
    cluster.send(Request { method, path, body, gzip: false, most: MOST }, &StopSignal::default())
}

/// Whether there is any use in asking for more.
fn privileges(cluster: &Cluster, streams: &[String], tell: &mut impl FnMut(Finding)) -> bool {
    let what = "output elasticsearch";
    let wanted = json!({ "index": [{ "names": streams, "privileges": ["create_doc", "auto_configure"] }] });
    let answer = match ask(cluster, "POST", "/_security/user/_has_privileges", Some(&wanted)) {
        Ok(answer) => answer,
        Err(error) => {
            tell(Finding::fails(what, format!("{error}: look at `hosts`, `ca_file` and `proxy`")));
            return false;
        }
    };
    match answer.status {
        200 => {}
        401 => {
            tell(Finding::fails(what, "it does not know the credentials (401): give an `api_key`, or `username` and `password`, that are valid"));
            return false;
        }
        // Without security there is nobody who could be refused.
        400 | 404 | 405 | 501 => {
            tell(Finding::look(what, "it answers, and has no security: whoever reaches it may do everything"));
            return true;
        }
        status => {
            tell(Finding::look(what, format!("it answers, and does not tell what may be done there ({status})")));
            return true;
        }
    }
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let is_missing = |stream: &&String| ["create_doc", "auto_configure"].iter().any(|name| said["index"][stream.as_str()][*name] != true);
    let missing: Vec<String> = streams.iter().filter(is_missing).map(|stream| format!("`{stream}`")).collect();
    tell(if missing.is_empty() {
        Finding::works(what, "documents may be created")
    } else {
        Finding::fails(what, format!("privileges are missing: give whoever signs in `create_doc` and `auto_configure` on {}", missing.join(", ")))
    });
    true
}

/// What an index of a data stream would be like.
fn template(cluster: &Cluster, stream: &str, tell: &mut impl FnMut(Finding)) {
    let what = format!("output {stream}");
    let answer = match ask(cluster, "POST", &format!("/_index_template/_simulate_index/{stream}"), None) {
        Ok(answer) => answer,
        Err(error) => return tell(Finding::fails(what, error.to_string())),
    };
    if answer.status != 200 {
        let text = format!("its template cannot be looked at ({}): that needs the privilege `manage_index_templates`, documents do not", answer.status);
        return tell(Finding::look(what, text));
    }
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let template = &said["template"];
    if template["mappings"].as_object().is_none_or(serde_json::Map::is_empty) {
        let text = "no template is for it: fields get types by guess; `host-sim elastic install` installs them";
        return tell(Finding::look(what, text));
    }
    let pipeline = template.pointer("/settings/index/default_pipeline").and_then(Value::as_str).filter(|name| *name != "_none");
    // Whose name begins so is of Elastic's package, and takes apart what a component has taken apart already.
    let of_package = pipeline.filter(|name| name.starts_with("logs-microsoft_defender_cloud."));
    let overrides = cluster.settings().pipeline.as_deref() == Some("_none");
    tell(match (of_package, pipeline) {
        (Some(name), _) if !overrides => {
            let name = one_line(name);
            Finding::fails(
                what,
                format!("Elastic's own package governs it, and its pipeline `{name}` would take documents apart again: write `pipeline: _none`"),
            )
        }
        (None, Some(name)) if !overrides => Finding::look(what, format!("a template is there, and its pipeline `{}` changes documents", one_line(name))),
        _ => Finding::works(what, "a template is there"),
    });
}
