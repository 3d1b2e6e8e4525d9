//! What is sent to Kibana: an archive to Fleet, saved objects to its import.

use std::time::Duration;

use host_sim_live::elastic::{Cluster, Request};
use host_sim_runtime::flow::StopSignal;
use serde_json::Value;

use super::look::{ask, said};
use super::{InstallError, State};

/// Fleet takes an upload every ten seconds; longer than this nobody waits.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Between the parts of a body.
const BOUNDARY: &str = "defender-cloud-wasm-7d1f0c52";

/// Uploads an archive; asked to wait, it does so once.
pub(super) fn upload(kibana: &Cluster, archive: &[u8], stop: &StopSignal) -> Result<State, InstallError> {
    let send = || {
        let request = Request { method: "POST", path: "api/fleet/epm/packages", body: Some(("application/zip", archive)), gzip: false, most: 32 << 20 };
        kibana.send(request, stop).map_err(|why| InstallError::NoAnswer("Kibana", why))
    };
    let mut answer = send()?;
    if answer.status == 429 {
        std::thread::sleep(answer.retry_after.unwrap_or(Duration::from_secs(11)).min(LONGEST_WAIT));
        answer = send()?;
    }
    let value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&answer.body).into_owned()));
    Ok(match answer.status {
        200 => State::Done,
        status => State::Refused(format!("Fleet answers {status}: {}", said(&value))),
    })
}

/// Imports saved objects; what is there under the same ids is replaced.
pub(super) fn import(kibana: &Cluster, lines: &str, stop: &StopSignal) -> Result<State, InstallError> {
    let body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"objects.ndjson\"\r\nContent-Type: application/ndjson\r\n\r\n{lines}\r\n--{BOUNDARY}--\r\n"
    );
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let (status, answer) = ask(kibana, "POST", "api/saved_objects/_import?overwrite=true", Some((&kind, body.as_bytes())), stop)
        .map_err(|why| InstallError::NoAnswer("Kibana", why))?;
    Ok(match (status, answer["success"] == true) {
        (200, true) => State::Done,
        (200, false) => State::Refused(said(answer.pointer("/errors/0/error").unwrap_or(&answer))),
        _ => State::Refused(format!("Kibana answers {status}: {}", said(&answer))),
    })
}

/// Whether all saved objects are there.
pub(super) fn are_there(kibana: &Cluster, objects: &[Value], stop: &StopSignal) -> Result<bool, InstallError> {
    let wanted: Vec<Value> = objects.iter().map(|object| serde_json::json!({ "type": object["type"], "id": object["id"] })).collect();
    let body = Value::Array(wanted).to_string();
    let asked = ask(kibana, "POST", "api/saved_objects/_bulk_get", Some(("application/json", body.as_bytes())), stop);
    let (status, answer) = asked.map_err(|why| InstallError::NoAnswer("Kibana", why))?;
    let found = answer["saved_objects"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(status == 200 && found.len() == objects.len() && found.iter().all(|object| object.get("error").is_none()))
}
