//! Small tenants written out: records by name, and the URLs they are at.

use super::*;

pub(super) const FIRST: &str = "https://management.azure.com/subscriptions/s/providers/Microsoft.Security/assessments?api-version=2021-06-01";
pub(super) const ALL: &str = "https://management.azure.com/subscriptions/s/providers/Microsoft.Security/subAssessments?api-version=2019-01-01-preview";

/// An assessment without sub-assessments.
pub(super) fn bare(name: &str) -> String {
    format!("{{\"id\":\"/S/providers/assessments/{name}\"}}")
}

/// An assessment with a list of them.
pub(super) fn linked(name: &str) -> String {
    let id = format!("/S/providers/assessments/{name}");
    format!("{{\"id\":\"{id}\",\"properties\":{{\"additionalData\":{{\"subAssessmentsLink\":\"{id}/subAssessments\"}}}}}}")
}

/// Where that list is.
pub(super) fn list(name: &str) -> String {
    format!("https://management.azure.com/S/providers/assessments/{name}/subAssessments?api-version=2019-01-01-preview")
}

pub(super) fn sub(parent: &str, name: &str) -> String {
    format!("{{\"id\":\"/s/PROVIDERS/assessments/{parent}/subassessments/{name}\"}}")
}

/// Where a page behind the first one is.
pub(super) fn later(number: usize) -> String {
    format!("{FIRST}&$skipToken={number}")
}

pub(super) fn ok(records: &[String], next: Option<&str>) -> Answer {
    answer(200, page(records, next))
}

pub(super) fn walk(mode: SubAssessments, answers: &[(&str, Answer)]) -> Ran {
    let settings = settings(mode);
    let find = |url: &str| {
        let found = answers.iter().find(|(known, _)| *known == url);
        found.unwrap_or_else(|| panic!("nobody named `{url}`")).1.clone()
    };
    let runs = [1, 2, 3].map(|seed| Host::new(&settings, seed).run(find));
    assert!(runs.iter().all(|ran| ran.documents == runs[0].documents && ran.totals == runs[0].totals));
    runs.into_iter().next().expect("three runs")
}

pub(super) fn one_by_one(answers: &[(&str, Answer)]) -> Ran {
    walk(SubAssessments::PerAssessment, answers)
}

/// The assessments and sub-assessments that documents were made of, by the last part of their ids.
pub(super) fn names(ran: &Ran) -> Vec<String> {
    let last = |value: &Value| value.as_str().and_then(|id| id.rsplit('/').next()).unwrap_or("-").to_owned();
    let pairs = ran.documents.values().map(|body| original(body)).map(|record| {
        let sub = &record["properties"]["additionalData"]["subAssessment"];
        if sub.is_null() { last(&record["id"]) } else { format!("{}+{}", last(&record["id"]), last(&sub["id"])) }
    });
    let mut names: Vec<String> = pairs.collect();
    names.sort();
    names
}
