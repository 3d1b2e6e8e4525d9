//! Pages and outcomes in any order, and resumes at any cursor: a walk always ends, and what it counted adds up.

use std::collections::HashSet;

use microsoft_defender_cloud::contract::{Dataset, Document, Failure, Outcome, Problem, Request, Response, Severity, Step, Totals};
use microsoft_defender_cloud::mapping::Mapper;
use microsoft_defender_cloud::settings::{Metadata, Profile, Scope, Settings, SubAssessments};
use microsoft_defender_cloud::walk::Walk;

use crate::choices::Choices;
use crate::{NOW, document, index, json, order};

/// A walk that takes more calls than this does not end: what decides is spent by then.
const CALLS: usize = 200_000;

/// Checks the walk that these bytes decide.
pub fn check(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let settings = settings(&mut choices);
    let mut run = Run::new(&settings);
    run.run_to_end(None, &mut choices);
    run.check();
    order::check(bytes);
}

fn settings(choices: &mut Choices<'_>) -> Settings {
    let scope = |number: usize| if number == 1 { Scope::ManagementGroup("g é%?".into()) } else { Scope::Subscription(format!("s{number}")) };
    Settings {
        scopes: (0..choices.below(4)).map(scope).collect(),
        sub_assessments: choices.of(&[SubAssessments::ListAll, SubAssessments::PerAssessment, SubAssessments::None]),
        metadata: choices.of(&[Metadata::None, Metadata::Join]),
        max_memory: 1024 << choices.below(12),
        preserve_original_event: choices.one_in(2),
        profile: choices.of(&[Profile::Elastic, Profile::Extended]),
        ..Settings::default()
    }
}

/// A run under one set of settings, and what it gave.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    settings: &'a Settings,
    /// Every cursor that it gave.
    pub cursors: Vec<Vec<u8>>,
    resumes: usize,
    documents: u64,
    problems: Vec<Problem>,
    totals: Option<Totals>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(settings: &'a Settings) -> Self {
        Self { settings, cursors: Vec::new(), resumes: 0, documents: 0, problems: Vec::new(), totals: None }
    }

    /// Walks on from a cursor, or from the beginning, to the end.
    pub(crate) fn run_to_end(&mut self, cursor: Option<&[u8]>, choices: &mut Choices<'_>) {
        let mut mapper = Mapper::new(self.settings.clone());
        let (mut walk, mut step) = Walk::begin(self.settings, &mut mapper, NOW, cursor);
        let (mut pending, mut asked) = (Vec::new(), HashSet::new());
        let mut given = 0;
        for calls in 0.. {
            assert!(calls < CALLS, "it does not end");
            assert!(step.requests.iter().all(|request| asked.insert(request.id)), "an id twice");
            assert!(step.requests.iter().all(|request| request.url.bytes().all(|byte| byte.is_ascii_graphic())), "what no client can send");
            pending.append(&mut step.requests);
            let more = step.more;
            if self.store(step, given) {
                assert!(pending.is_empty() && !more, "something is outstanding at the end");
                assert_eq!(walk.held(), 0, "something is held at the end");
                assert!(walk.advance(&mut mapper, NOW, Vec::new()).finished.is_some(), "it goes on after its end");
                return;
            }
            assert!(more || !pending.is_empty(), "it stands still");
            if choices.one_in(24) && !self.cursors.is_empty() {
                let cursor = self.cursors.get(choices.below(self.cursors.len().min(256))).cloned();
                self.resumes += 1;
                (walk, step) = Walk::begin(self.settings, &mut mapper, NOW + 1, cursor.as_deref());
                assert!(step.problems.iter().all(|problem| problem.code != "cursor-unusable"), "its own cursor does not serve");
                pending.clear();
                asked.clear();
                given = 0;
                continue;
            }
            let outcomes = if more && !choices.one_in(2) { Vec::new() } else { outcomes(&mut pending, choices) };
            given = outcomes.len();
            step = walk.advance(&mut mapper, NOW + 1_000, outcomes);
        }
    }

    /// Takes what a step brought; says whether it was the last.
    fn store(&mut self, step: Step, given: usize) -> bool {
        for Document { dataset, id, body, source } in &step.documents {
            assert!(!id.is_empty() && id.len() <= 512 && id.is_ascii());
            assert!(source.is_none_or(|source| (source as usize) < given));
            document::check(body, dataset.name());
            if self.settings.profile == Profile::Extended {
                index::check(body, *dataset);
            }
            match dataset {
                Dataset::Assessment => self.documents += 1,
                Dataset::Run => assert!(step.finished.is_some(), "a run document before the end"),
                Dataset::Event => panic!("an event in a walk"),
            }
        }
        assert!(step.problems.iter().all(|problem| problem.source.is_none_or(|source| (source as usize) < given)));
        self.problems.extend(step.problems);
        assert_eq!(step.cursor.is_some(), step.finished.is_none(), "a cursor with every step but the last");
        self.cursors.extend(step.cursor);
        self.totals = step.finished;
        step.finished.is_some()
    }

    /// What it counted is what it gave. A list that was read once more, or a resume, may have given some twice.
    fn check(&self) {
        let totals = self.totals.expect("it has ended");
        assert_eq!(totals.complete, totals.failed == 0 && !self.settings.scopes.is_empty());
        let given = self.documents;
        assert!(totals.documents <= given, "{totals:?}, given {given}");
        if self.resumes == 0 {
            // A list that was read once more counts as it was then; the server may have had another one before.
            let restarted = self.problems.iter().any(|problem| problem.code == "list-restarted");
            assert!(restarted || totals.documents == given, "{totals:?}, given {given}");
            let severe = self.problems.iter().any(|problem| problem.severity == Severity::Error);
            // Where no scope is registered, that is the reason.
            let none = totals.pages == 0 && self.problems.iter().any(|problem| problem.code == "scope-not-registered");
            assert_eq!(severe || none, !totals.complete, "{totals:?} {:?}", self.problems);
        }
    }
}

/// Outcomes of some requests in any order, and now and then of one that is not under way.
fn outcomes(pending: &mut Vec<Request>, choices: &mut Choices<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    if choices.one_in(32) {
        outcomes.push(Outcome { id: choices.below(256) as u64, answer: Err(Failure::TimedOut) });
    }
    // An id that happens to be under way is answered by that, so it is no longer pending.
    pending.retain(|request| outcomes.iter().all(|outcome| outcome.id != request.id));
    for _ in 0..=choices.below(4) {
        if pending.is_empty() {
            break;
        }
        let request = pending.swap_remove(choices.below(pending.len().min(256)));
        outcomes.push(Outcome { id: request.id, answer: answer(&request.url, choices) });
    }
    outcomes
}

/// Once nothing is left to decide by, an empty page that ends its list.
fn answer(url: &str, choices: &mut Choices<'_>) -> Result<Response, Failure> {
    let (status, body) = match choices.below(16) {
        0..=9 => (200, page(url, choices)),
        10 => (choices.of(&[200, 204, 301, 400, 401, 403, 404, 409, 410, 429, 500, 504]), choices.bytes().to_vec()),
        11 => (200, choices.bytes().to_vec()),
        12 => (200, json::text(choices).into_bytes()),
        13 => (200, [page(url, choices), b"}".to_vec()].concat()),
        14 if choices.one_in(2) => (404, b"{\"error\":{\"code\":\"Subscription Not Registered\"}}".to_vec()),
        14 => (410, b"{\"error\":{\"code\":\"Gone\"}}".to_vec()),
        _ => return Err(failure(choices)),
    };
    let headers = if choices.one_in(8) { vec![("Retry-After".into(), "x".into())] } else { Vec::new() };
    Ok(Response { status, headers, body })
}

fn failure(choices: &mut Choices<'_>) -> Failure {
    let why = String::from_utf8_lossy(choices.bytes()).into_owned();
    match choices.below(5) {
        0 => Failure::TimedOut,
        1 => Failure::TooLarge(1 << 20),
        2 => Failure::Unauthorized(why),
        3 => Failure::Unreachable(why),
        _ => Failure::Refused(why),
    }
}

fn page(url: &str, choices: &mut Choices<'_>) -> Vec<u8> {
    let records: Vec<String> = (0..choices.below(6)).map(|_| record(url, choices)).collect();
    let quoted = |link: &str| serde_json::to_string(link).expect("text can be quoted");
    let link = match choices.below(12) {
        1..=4 => quoted(&format!("{url}&$skipToken={}", choices.below(256))),
        5 => quoted(url),
        6 => quoted("https://elsewhere.example/x"),
        7 => quoted(url.trim_start_matches("https://management.azure.com")),
        8 => quoted(&format!("{}{}", choices.of(&["", "/"]), String::from_utf8_lossy(choices.bytes()))),
        9 => "[1]".into(),
        10 => "null".into(),
        _ => return format!("{{\"value\":[{}]}}", records.join(",")).into_bytes(),
    };
    format!("{{\"value\":[{}],\"nextLink\":{link}}}", records.join(",")).into_bytes()
}

fn record(url: &str, choices: &mut Choices<'_>) -> String {
    let path = url.trim_start_matches("https://management.azure.com");
    let scope = path.split("/providers/Microsoft.Security").next().unwrap_or_default();
    let assessment = format!("{scope}/providers/Microsoft.Security/assessments/A{}", choices.below(12));
    let more = if choices.one_in(4) { json::text(choices) } else { "1.50".into() };
    if path.contains("assessmentMetadata") && !choices.one_in(16) {
        return format!("{{\"name\":\"a{}\",\"properties\":{{\"severity\":\"High\",\"description\":{more}}}}}", choices.below(12));
    }
    if path.to_ascii_lowercase().contains("subassessments") && !choices.one_in(16) {
        let list = choices.of(&["subAssessments", "subassessments", "SUBASSESSMENTS"]);
        return format!("{{\"id\":\"{assessment}/{list}/{}\",\"properties\":{{\"additionalData\":{more}}}}}", choices.below(8));
    }
    match choices.below(8) {
        0 => format!("{{\"id\":\"{assessment}\",\"properties\":{more}}}"),
        1 => json::text(choices),
        2 => format!("{{\"id\":\"{assessment}\",\"properties\":{{\"additionalData\":{{\"subAssessmentsLink\":{more}}}}}}}"),
        3 => {
            let link = serde_json::json!(format!("{assessment}/{}", String::from_utf8_lossy(choices.bytes())));
            format!("{{\"id\":\"{assessment}\",\"properties\":{{\"additionalData\":{{\"subAssessmentsLink\":{link}}}}}}}")
        }
        _ => {
            format!("{{\"id\":\"{assessment}\",\"properties\":{{\"additionalData\":{{\"subAssessmentsLink\":\"{assessment}/subAssessments\",\"a\":{more}}}}}}}")
        }
    }
}
