//! Between the contract's bindings and our own types. What a component gives is checked here, once.

use std::collections::HashMap;

use super::bindings::exports::agent::input::{control, decoder, poller, types};
use super::stop::{Allowance, Stop};
use crate::contract::{
    Dataset, Decoded, Description, Document, Explanation, Failure, Field, Message, Outcome, Position, Problem, Request, SettingProblem, Severity, Step, Totals,
    Trace,
};

/// What the contract says of ids.
const LONGEST_ID: usize = 512;

/// What positions in an answer may refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// How many data sets the component has.
    pub datasets: usize,
    /// How many messages or outcomes the call brought.
    pub sources: usize,
    /// How many things it may give back.
    pub items: usize,
}

impl Bounds {
    pub(super) fn step(self, step: poller::Step) -> Result<Step, Stop> {
        self.count(&[step.requests.len(), step.documents.len(), step.problems.len()])?;
        Ok(Step {
            requests: step.requests.into_iter().map(request).collect(),
            documents: self.documents(step.documents)?,
            problems: self.problems(step.problems)?,
            cursor: step.cursor,
            more: step.more,
            finished: step.finished.map(totals),
        })
    }

    /// Every message must have given a document, or at least a problem: a record that is lost without a word is the worst that can happen.
    pub(super) fn decoded(self, decoded: decoder::Decoded) -> Result<Decoded, Stop> {
        self.count(&[decoded.documents.len(), decoded.problems.len()])?;
        let mut decoded = Decoded { documents: self.documents(decoded.documents)?, problems: self.problems(decoded.problems)? };
        let repeated = repeated_id(&decoded.documents);
        decoded.problems.extend(repeated);
        let mut heard = vec![false; self.sources];
        let sources = decoded.documents.iter().map(|document| document.source).chain(decoded.problems.iter().map(|problem| problem.source));
        for source in sources.flatten() {
            if let Some(heard) = usize::try_from(source).ok().and_then(|source| heard.get_mut(source)) {
                *heard = true;
            }
        }
        match heard.iter().position(|heard| !heard) {
            Some(lost) => Err(Stop::Broken(format!("it gave nothing for message {lost} of {}", self.sources))),
            None => Ok(decoded),
        }
    }

    fn count(self, lengths: &[usize]) -> Result<(), Stop> {
        if lengths.iter().sum::<usize>() > self.items { Err(Stop::TooMuch(Allowance::Items(self.items))) } else { Ok(()) }
    }

    fn documents(self, documents: Vec<types::Document>) -> Result<Vec<Document>, Stop> {
        documents.into_iter().map(|document| self.document(document)).collect()
    }

    fn document(self, document: types::Document) -> Result<Document, Stop> {
        let types::Document { dataset, id, body, source } = document;
        if !within(dataset, self.datasets) {
            return Err(Stop::Broken(format!("a document belongs to data set {dataset} of {}", self.datasets)));
        }
        if id.is_empty() || id.len() > LONGEST_ID || !id.is_ascii() {
            return Err(Stop::Broken(format!("the id of a document is not of 1 to {LONGEST_ID} characters of ASCII")));
        }
        // A line that stays a line is all that other documents depend on. Whether it is JSON, whoever stores it finds out for this one alone.
        let why = match str::from_utf8(&body) {
            Err(error) => Some(error.to_string()),
            Ok(_) => body.contains(&b'\n').then(|| "it has a line break".to_owned()),
        };
        if let Some(why) = why {
            return Err(Stop::Broken(format!("document `{id}` is not one line of UTF-8: {why}")));
        }
        self.check(source)?;
        Ok(Document { dataset, id, body, source })
    }

    fn problems(self, problems: Vec<types::Problem>) -> Result<Vec<Problem>, Stop> {
        problems.into_iter().map(|problem| self.problem(problem)).collect()
    }

    fn problem(self, problem: types::Problem) -> Result<Problem, Stop> {
        self.check(problem.source)?;
        let types::Problem { severity: level, code, message, source } = problem;
        Ok(Problem { severity: severity(level), code, message, source })
    }

    fn check(self, source: Option<u32>) -> Result<(), Stop> {
        match source {
            Some(source) if !within(source, self.sources) => Err(Stop::Broken(format!("something comes from position {source} of {}", self.sources))),
            _ => Ok(()),
        }
    }
}

/// The same message twice gives the same document twice, and a sink keeps one. Two documents of one id are another matter: one of them is lost there.
fn repeated_id(documents: &[Document]) -> Option<Problem> {
    let mut bodies = HashMap::with_capacity(documents.len());
    let mut repeated = Vec::new();
    for document in documents {
        let first = *bodies.entry((document.dataset, document.id.as_str())).or_insert(document.body.as_slice());
        if first != document.body.as_slice() {
            repeated.push(document);
        }
    }
    let first = repeated.first()?;
    let others = if repeated.len() > 1 { format!(" ({} such documents)", repeated.len()) } else { String::new() };
    let message = format!("two documents with different content have the id `{}`: a sink keeps only one of them{others}", first.id);
    Some(Problem { severity: Severity::Error, code: "id-repeated".into(), message, source: first.source })
}

fn within(position: u32, length: usize) -> bool {
    usize::try_from(position).is_ok_and(|position| position < length)
}

pub(super) fn description(description: control::Description) -> Description {
    let dataset = |dataset: control::Dataset| Dataset { name: dataset.name, summary: dataset.summary, decodes: dataset.decodes };
    let control::Description { name, version, datasets, settings_schema } = description;
    Description { name, version, datasets: datasets.into_iter().map(dataset).collect(), settings_schema }
}

pub(super) fn fields(fields: Vec<control::Field>) -> Vec<Field> {
    fields.into_iter().map(|field| Field { name: field.name, kind: field.kind, sources: field.sources }).collect()
}

pub(super) fn setting_problems(problems: Vec<control::SettingProblem>) -> Vec<SettingProblem> {
    let convert =
        |problem: control::SettingProblem| SettingProblem { severity: severity(problem.severity), pointer: problem.pointer, message: problem.message };
    problems.into_iter().map(convert).collect()
}

fn severity(severity: types::Severity) -> Severity {
    match severity {
        types::Severity::Info => Severity::Info,
        types::Severity::Warning => Severity::Warning,
        types::Severity::Error => Severity::Error,
    }
}

fn request(request: poller::Request) -> Request {
    Request { id: request.id, url: request.url, token_scopes: request.token_scopes }
}

fn totals(totals: poller::Totals) -> Totals {
    let poller::Totals { pages, records, documents, skipped, failed, complete } = totals;
    Totals { pages, records, documents, skipped, failed, complete }
}

/// The headers of an outcome as the bindings want them.
pub(super) fn headers(outcome: &Outcome) -> Vec<(&str, &str)> {
    match &outcome.answer {
        Ok(response) => response.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        Err(_) => Vec::new(),
    }
}

pub(super) fn outcome<'a>(outcome: &'a Outcome, headers: &'a [(&'a str, &'a str)]) -> poller::Outcome<'a> {
    let answer = match &outcome.answer {
        Ok(response) => Ok(poller::Response { status: response.status, headers, body: &response.body }),
        Err(failure) => Err(match failure {
            Failure::Refused(why) => poller::Failure::Refused(why),
            Failure::Unauthorized(why) => poller::Failure::Unauthorized(why),
            Failure::Unreachable(why) => poller::Failure::Unreachable(why),
            Failure::TimedOut => poller::Failure::TimedOut,
            Failure::TooLarge(bytes) => poller::Failure::TooLarge(*bytes),
        }),
    };
    poller::Outcome { id: outcome.id, answer }
}

pub(super) fn message(message: &Message) -> decoder::Message<'_> {
    decoder::Message { body: &message.body, position: message.position.as_ref().map(position) }
}

fn position(position: &Position) -> decoder::Position<'_> {
    decoder::Position {
        partition: &position.partition,
        sequence_number: position.sequence_number,
        offset: &position.offset,
        enqueued: position.enqueued,
        partition_key: position.partition_key.as_deref(),
    }
}

pub(super) fn explanations(explanations: Vec<decoder::Explanation>) -> Vec<Explanation> {
    let trace = |trace: decoder::Trace| Trace { field: trace.field, rule: trace.rule, sources: trace.sources };
    let one = |one: decoder::Explanation| Explanation { traces: one.traces.into_iter().map(trace).collect(), unused: one.unused };
    explanations.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{Bounds, decoder, types};

    const BOUNDS: Bounds = Bounds { datasets: 2, sources: 2, items: 4 };

    fn document(source: u32) -> types::Document {
        types::Document { dataset: 1, id: "a".into(), body: b"{}".to_vec(), source: Some(source) }
    }

    #[track_caller]
    fn check(documents: Vec<types::Document>, problems: Vec<types::Problem>, expected: Result<(), &str>) {
        let result = BOUNDS.decoded(decoder::Decoded { documents, problems }).map(drop).map_err(|stop| stop.to_string());
        match expected {
            Ok(()) => assert_eq!(result, Ok(())),
            Err(part) => assert!(result.clone().is_err_and(|text| text.contains(part)), "{result:?}"),
        }
    }

    #[test]
    fn an_answer_that_keeps_the_contract_is_taken() {
        check(vec![document(0), document(1), document(1)], vec![], Ok(()));
        let problem = types::Problem { severity: types::Severity::Error, code: "x".into(), message: String::new(), source: Some(1) };
        check(vec![document(0)], vec![problem], Ok(()));
    }

    #[test]
    fn an_answer_that_does_not_is_refused() {
        check(vec![document(0)], vec![], Err("nothing for message 1"));
        check(vec![document(0), document(2)], vec![], Err("position 2 of 2"));
        check([0, 0, 0, 0, 1].map(document).into(), vec![], Err("more than 4 documents"));
        check(vec![types::Document { dataset: 2, ..document(0) }], vec![], Err("data set 2 of 2"));
        for id in [String::new(), "a".repeat(513), "\u{e9}".into()] {
            check(vec![types::Document { id, ..document(0) }], vec![], Err("the id of a document is not"));
        }
        for body in [&b"{}\n"[..], b"{\n}", b"{\"a\":\"\xff\"}"] {
            check(vec![types::Document { body: body.to_vec(), ..document(0) }], vec![], Err("document `a` is not one line of UTF-8"));
        }
    }

    #[test]
    fn two_documents_of_one_id_are_told_unless_they_are_the_same() {
        let codes = |bodies: [&[u8]; 2]| {
            let documents = (0..).zip(bodies).map(|(source, body)| types::Document { body: body.to_vec(), ..document(source) }).collect();
            let decoded = BOUNDS.decoded(decoder::Decoded { documents, problems: vec![] }).expect("it is taken");
            assert_eq!(decoded.documents.len(), 2);
            decoded.problems.into_iter().map(|problem| (problem.code, problem.source)).collect::<Vec<_>>()
        };
        assert_eq!(codes([b"{}", b"{}"]), []);
        assert_eq!(codes([b"{}", b"{\"a\":1}"]), [("id-repeated".to_owned(), Some(1))]);
    }
}
