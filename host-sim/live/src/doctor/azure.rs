//! What an input asks Azure for first: a token, and the first page of each list.

use std::collections::HashMap;
use std::sync::Arc;

use host_sim_runtime::contract::{Failure, Outcome, Response};
use host_sim_runtime::flow::StopSignal;
use host_sim_runtime::transport::{Received, Transport};
use host_sim_runtime::{Clock, Component};

use super::Finding;
use crate::azure::{AzureTransport, Link, Patience};
use crate::config::{Input, Poll};
use crate::health::of_answer;
use crate::redactor::Redactor;
use crate::text::{chain, one_line};

/// Whoever waits for a doctor wants to know soon.
const PATIENCE: Patience = Patience { attempts: 2, throttled: 3, first: std::time::Duration::from_millis(500), most: std::time::Duration::from_secs(5) };

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
        let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..))).unwrap_or(url);
        let what = what(&format!(" GET {}", one_line(path.split(['?', '#']).next().unwrap_or_default())));
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
    let step = instance.begin(Clock::System.now(), None).map_err(|error| chain(&error))?;
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
    let mut urls: HashMap<u64, String> = step.requests.iter().map(|request| (request.id, request.url.clone())).collect();
    transport.send(step.requests);
    let mut answers = Answers::new();
    while let Received::Outcomes(outcomes) = transport.receive() {
        answers.extend(outcomes.into_iter().filter_map(|Outcome { id, answer }| Some((urls.remove(&id)?, answer))));
    }
    answers.extend(urls.into_values().map(|url| (url, Err(Failure::Unreachable("the request was lost".into())))));
    answers.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(answers)
}
