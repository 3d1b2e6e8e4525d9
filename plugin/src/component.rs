//! The only place that names WIT types: every exported function, in the words of [`crate::plugin`].

// What the bindings' macro writes is unsafe by nature and documented in `wit/`.
#![allow(unsafe_code, missing_docs)]

use std::cell::RefCell;

use crate::contract as plain;
use crate::mapping::reference;
use crate::plugin::Plugin;
use crate::settings::schema;

wit_bindgen::generate!({ path: "../wit", world: "input-plugin" });

use exports::agent::input::{control, decoder, poller, types};

struct Component;

export!(Component);

thread_local! {
    // A component instance has one thread, and a host makes one call at a time.
    static PLUGIN: RefCell<Plugin> = RefCell::default();
}

fn with<T>(call: impl FnOnce(&mut Plugin) -> T) -> T {
    PLUGIN.with_borrow_mut(call)
}

impl control::Guest for Component {
    fn describe() -> control::Description {
        let datasets =
            plain::Dataset::ALL.map(|dataset| control::Dataset { name: dataset.name().into(), summary: dataset.summary().into(), decodes: dataset.decodes() });
        control::Description {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            datasets: datasets.into(),
            settings_schema: schema::schema(),
        }
    }

    fn fields(dataset: u32) -> Vec<control::Field> {
        let fields = plain::Dataset::at(dataset).map(reference::fields).unwrap_or_default();
        fields.into_iter().map(|field| control::Field { name: field.name, kind: field.kind, sources: field.sources }).collect()
    }

    fn configure(settings: String) -> Result<Vec<control::SettingProblem>, Vec<control::SettingProblem>> {
        let problems = |problems: Vec<plain::SettingProblem>| problems.into_iter().map(setting_problem).collect();
        with(|plugin| plugin.configure(&settings)).map(problems).map_err(problems)
    }
}

impl poller::Guest for Component {
    fn begin(now: u64, cursor: Option<Vec<u8>>) -> poller::Step {
        step(with(|plugin| plugin.begin(now, cursor.as_deref())))
    }

    fn advance(now: u64, outcomes: Vec<poller::Outcome>) -> poller::Step {
        let outcomes = outcomes.into_iter().map(outcome).collect();
        step(with(|plugin| plugin.advance(now, outcomes)))
    }
}

impl decoder::Guest for Component {
    fn decode(now: u64, dataset: u32, messages: Vec<decoder::Message>) -> decoder::Decoded {
        let Some(dataset) = plain::Dataset::at(dataset) else { return unknown(dataset) };
        let messages: Vec<_> = messages.into_iter().map(message).collect();
        let decoded = with(|plugin| plugin.decode(now, dataset, &messages));
        decoder::Decoded { documents: decoded.documents.into_iter().map(document).collect(), problems: decoded.problems.into_iter().map(problem).collect() }
    }

    fn explain(_now: u64, dataset: u32, one: decoder::Message) -> Vec<decoder::Explanation> {
        let Some(dataset) = plain::Dataset::at(dataset) else { return Vec::new() };
        let explanations = with(|plugin| plugin.explain(dataset, &message(one)));
        explanations.into_iter().map(explanation).collect()
    }
}

fn unknown(dataset: u32) -> decoder::Decoded {
    let problem =
        types::Problem { severity: types::Severity::Error, code: "dataset-unknown".into(), message: format!("there is no data set {dataset}"), source: None };
    decoder::Decoded { documents: Vec::new(), problems: vec![problem] }
}

fn severity(severity: plain::Severity) -> types::Severity {
    match severity {
        plain::Severity::Info => types::Severity::Info,
        plain::Severity::Warning => types::Severity::Warning,
        plain::Severity::Error => types::Severity::Error,
    }
}

fn setting_problem(problem: plain::SettingProblem) -> control::SettingProblem {
    control::SettingProblem { severity: severity(problem.severity), pointer: problem.pointer, message: problem.message }
}

fn problem(problem: plain::Problem) -> types::Problem {
    types::Problem { severity: severity(problem.severity), code: problem.code.into(), message: problem.message, source: problem.source }
}

fn document(document: plain::Document) -> types::Document {
    types::Document { dataset: document.dataset.position(), id: document.id, body: document.body, source: document.source }
}

fn step(step: plain::Step) -> poller::Step {
    poller::Step {
        requests: step.requests.into_iter().map(|request| poller::Request { id: request.id, url: request.url, token_scopes: request.token_scopes }).collect(),
        documents: step.documents.into_iter().map(document).collect(),
        problems: step.problems.into_iter().map(problem).collect(),
        cursor: step.cursor,
        more: step.more,
        finished: step.finished.map(|totals| poller::Totals {
            pages: totals.pages,
            records: totals.records,
            documents: totals.documents,
            skipped: totals.skipped,
            failed: totals.failed,
            complete: totals.complete,
        }),
    }
}

fn outcome(outcome: poller::Outcome) -> plain::Outcome {
    let answer = match outcome.answer {
        Ok(response) => Ok(plain::Response { status: response.status, headers: response.headers, body: response.body }),
        Err(poller::Failure::Refused(why)) => Err(plain::Failure::Refused(why)),
        Err(poller::Failure::Unauthorized(why)) => Err(plain::Failure::Unauthorized(why)),
        Err(poller::Failure::Unreachable(why)) => Err(plain::Failure::Unreachable(why)),
        Err(poller::Failure::TimedOut) => Err(plain::Failure::TimedOut),
        Err(poller::Failure::TooLarge(bytes)) => Err(plain::Failure::TooLarge(bytes)),
    };
    plain::Outcome { id: outcome.id, answer }
}

fn message(message: decoder::Message) -> plain::Message {
    let position = message.position.map(|position| plain::Position {
        partition: position.partition,
        sequence_number: position.sequence_number,
        offset: position.offset,
        enqueued: position.enqueued,
        partition_key: position.partition_key,
    });
    plain::Message { body: message.body, position }
}

fn explanation(explanation: plain::Explanation) -> decoder::Explanation {
    let traces = explanation.traces.into_iter().map(|trace| decoder::Trace { field: trace.field, rule: trace.rule, sources: trace.sources });
    decoder::Explanation { traces: traces.collect(), unused: explanation.unused }
}
