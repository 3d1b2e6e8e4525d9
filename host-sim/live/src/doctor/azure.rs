//! What an input asks Azure for first: a token, and the first page of each list.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use host_sim_runtime::contract::{Failure, Outcome, Request, Response};
use host_sim_runtime::flow::StopSignal;
use host_sim_runtime::transport::{Received, Transport};
use host_sim_runtime::{Clock, Component};

use super::Finding;
use crate::azure::{AzureTransport, Link, Patience};
use crate::config::{Input, Poll};
use crate::health::{of_answer, path, scope};
use crate::redactor::Redactor;
use crate::text::{chain, one_line};

/// Whoever waits for a doctor wants to know soon.
const PATIENCE: Patience = Patience { attempts: 2, throttled: 3, first: std::time::Duration::from_millis(500), most: std::time::Duration::from_secs(5) };

/// A component asks for the lists of its scopes in two rounds: what it joins to them may come first. What comes after that are further pages.
const ROUNDS: usize = 2;

/// Asks for the first pages of an input.
pub(super) fn first_pages(input: &Input, poll: &Poll, component: &Component, redactor: &Arc<Redactor>, tell: &mut impl FnMut(Finding)) {
    let what = |more: &str| format!("input {}{more}", input.id);
    let outcomes = match ask(input, poll, component, redactor) {
        Ok(outcomes) => outcomes,
        Err(why) => return tell(Finding::fails(what(""), why)),
    };
    // No list can be read without a token, so it is said once.
    let without_token = outcomes.iter().find(|(_, answer)| matches!(answer, Err(Failure::Unauthorized(_))));
    if let Some((url, answer)) = without_token {
        return tell(Finding::fails(what(" signs in"), of_answer(url, answer).unwrap_or_default()));
    }
    for (url, answer) in &outcomes {
        let what = what(&format!(" GET {}", one_line(path(url))));
        tell(match (answer, of_answer(url, answer)) {
            (_, Some(text)) => Finding::fails(what, text),
            (Ok(Response { status: 200..=299, body, .. }), None) => Finding::works(what, format!("a page of {} bytes", body.len())),
            // What an environment does not have is none of its faults, but a subscription that is not there is.
            (Ok(Response { status: 404, body, .. }), None) if String::from_utf8_lossy(body).contains("SubscriptionNotFound") => {
                Finding::fails(what, "there is no such subscription (404): look at `subscription_id` and `tenant_id`")
            }
            (Ok(Response { status, .. }), None) => Finding::look(what, format!("it is not there ({status})")),
            (Err(_), None) => Finding::fails(what, "there is no answer"),
        });
    }
}

type Answers = Vec<(String, Result<Response, Failure>)>;

fn ask(input: &Input, poll: &Poll, component: &Component, redactor: &Arc<Redactor>) -> Result<Answers, String> {
    let azure = input.azure.as_ref().ok_or("nothing says how this input signs in: add `azure` to the file")?;
    let mut instance = component.start().map_err(|error| chain(&error))?;
    instance.configure(&input.settings).map_err(|error| chain(&error))?;
    let link = Link {
        input: &input.id,
        azure,
        url: input.url.as_ref(),
        poll,
        patience: PATIENCE,
        redactor: Arc::clone(redactor),
        trace: None,
        recorder: None,
        watch: None,
        stop: StopSignal::default(),
    };
    let mut transport = AzureTransport::start(link).map_err(|error| chain(&error))?;
    let mut step = instance.begin(Clock::System.now(), None).map_err(|error| chain(&error))?;
    let mut answers = BTreeMap::new();
    for _ in 0..ROUNDS {
        let is_new = |request: &Request| is_list_of_a_scope(path(&request.url)) && !answers.contains_key(path(&request.url));
        let requests: Vec<Request> = step.requests.into_iter().filter(is_new).collect();
        let urls: HashMap<u64, String> = requests.iter().map(|request| (request.id, request.url.clone())).collect();
        let outcomes = outcomes(&mut transport, requests);
        for outcome in &outcomes {
            if let Some(url) = urls.get(&outcome.id) {
                answers.insert(path(url).to_owned(), (url.clone(), outcome.answer.clone()));
            }
        }
        if outcomes.is_empty() {
            break;
        }
        step = instance.advance(Clock::System.now(), &outcomes).map_err(|error| chain(&error))?;
    }
    Ok(answers.into_values().collect())
}

/// Sends requests, and waits for what comes of all of them.
fn outcomes(transport: &mut AzureTransport, requests: Vec<Request>) -> Vec<Outcome> {
    let mut open: BTreeSet<u64> = requests.iter().map(|request| request.id).collect();
    transport.send(requests);
    let mut all = Vec::new();
    while !open.is_empty()
        && let Received::Outcomes(outcomes) = transport.receive()
    {
        open.retain(|id| !outcomes.iter().any(|outcome| outcome.id == *id));
        all.extend(outcomes);
    }
    all.extend(open.into_iter().map(|id| Outcome { id, answer: Err(Failure::Unreachable("the request was lost".into())) }));
    all
}

/// Whether a path is a list of a subscription, a management group or the tenant: `SCOPE/providers/Microsoft.Security/LIST`.
fn is_list_of_a_scope(path: &str) -> bool {
    let list = path.strip_prefix(scope(path)).unwrap_or_default();
    let segments = list.split('/').filter(|segment| !segment.is_empty()).count();
    // That of the tenant has no scope before the provider.
    let is_of_tenant = scope(path) == path && path.split('/').filter(|segment| !segment.is_empty()).count() == 3;
    is_of_tenant || (segments == 3 && !scope(path).to_ascii_lowercase().contains("/resourcegroups/"))
}

#[cfg(test)]
mod tests {
    use super::is_list_of_a_scope;

    #[test]
    fn lists_of_scopes_are_told_from_those_of_resources() {
        for list in [
            "/providers/Microsoft.Security/assessmentMetadata",
            "/subscriptions/1/providers/Microsoft.Security/assessments",
            "/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Security/assessments",
        ] {
            assert!(is_list_of_a_scope(list), "{list}");
        }
        for other in [
            "/subscriptions/1/providers/Microsoft.Security/assessments/a/subAssessments",
            "/subscriptions/1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v/providers/Microsoft.Security/assessments",
        ] {
            assert!(!is_list_of_a_scope(other), "{other}");
        }
    }
}
