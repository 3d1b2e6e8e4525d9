//! A tenant of any size: each page is made when it is asked for, so nothing here grows with it.

use anyhow::Context;
use host_sim_runtime::contract::{Failure, Request, Response};
use host_sim_workbench::recording::read_exchanges;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::inputs::{compact, read};

/// The subscription that is walked.
pub(crate) const SUBSCRIPTION: &str = "8e2c7a10-51d4-4c1f-9d33-6f0f5a7b2c01";

/// One assessment in so many has findings.
pub(crate) const LINKED: usize = 10;

/// Findings of an assessment that has some.
const FINDINGS: usize = 3;

/// What Azure gives at once.
const PAGE: usize = 1_000;

/// Makes pages out of records of `tests/fixtures/grouped`.
#[derive(Debug)]
pub(crate) struct Tenant {
    assessments: usize,
    bare: Template,
    linked: Template,
    finding: Template,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, default)]
    value: Vec<&'a RawValue>,
}

impl Tenant {
    pub(crate) fn new(assessments: usize) -> anyhow::Result<Self> {
        let mut records = Vec::new();
        for exchange in read_exchanges(&read("grouped/exchanges.json")?).map_err(anyhow::Error::msg)? {
            let page: Page = serde_json::from_slice(&exchange.response.body).unwrap_or(Page { value: Vec::new() });
            records.extend(page.value.iter().map(|record| compact(record.get())));
        }
        let one = |what: &str, has: fn(&str) -> bool| {
            let record = records.iter().find(|record| record.contains("/virtualMachines/") && has(record));
            record.and_then(|record| Template::new(record)).with_context(|| format!("no {what} on a virtual machine in `tests/fixtures/grouped`"))
        };
        Ok(Self {
            assessments,
            bare: one("assessment without findings", |record| !record.contains("/subAssessments") && !record.contains("subassessments/"))?,
            linked: one("assessment with findings", |record| record.contains("\"subAssessmentsLink\""))?,
            finding: one("finding", |record| record.contains("/subassessments/"))?,
        })
    }

    /// What a request is answered.
    pub(crate) fn answer(&self, request: &Request) -> Result<Response, Failure> {
        let refused = || Failure::Refused(format!("nobody has `{}`", request.url));
        let (first, from) = request.url.split_once("&$skipToken=").unwrap_or((&request.url, "0"));
        let from: usize = from.parse().map_err(|_| refused())?;
        let path = first.split_once('?').and_then(|(url, _)| url.strip_prefix("https://management.azure.com")).ok_or_else(refused)?;
        let (records, rest): (Vec<String>, usize) = match list_of(path).ok_or_else(refused)? {
            List::Assessments => {
                let to = (from + PAGE).min(self.assessments);
                ((from..to).map(|number| self.assessment(number)).collect(), self.assessments - to)
            }
            List::Findings => {
                let all = self.assessments.div_ceil(LINKED) * FINDINGS;
                let to = (from + PAGE).min(all);
                let one = |number: usize| self.finding(number / FINDINGS * LINKED, number % FINDINGS);
                ((from..to).map(one).collect(), all - to)
            }
            List::FindingsOf(parent) => ((0..FINDINGS).map(|number| self.finding(parent, number)).collect(), 0),
        };
        let next = if rest > 0 { format!("{first}&$skipToken={}", from + records.len()) } else { String::new() };
        let body = format!("{{\"value\":[{}],\"nextLink\":{}}}", records.join(","), json!(next));
        Ok(Response { status: 200, headers: vec![("content-type".into(), "application/json; charset=utf-8".into())], body: body.into_bytes() })
    }

    fn assessment(&self, number: usize) -> String {
        let template = if number.is_multiple_of(LINKED) { &self.linked } else { &self.bare };
        template.with(&assessment_id(number))
    }

    fn finding(&self, parent: usize, number: usize) -> String {
        self.finding.with(&format!("{}/subassessments/{parent:08x}-0000-4000-8000-{number:012}", assessment_id(parent)))
    }
}

enum List {
    Assessments,
    Findings,
    FindingsOf(usize),
}

fn list_of(path: &str) -> Option<List> {
    match path.strip_prefix("/subscriptions/")?.strip_prefix(SUBSCRIPTION)? {
        "/providers/Microsoft.Security/assessments" => Some(List::Assessments),
        "/providers/Microsoft.Security/subAssessments" => Some(List::Findings),
        other => Some(List::FindingsOf(other.strip_suffix("/subAssessments")?.rsplit('-').next()?.parse().ok()?)),
    }
}

fn assessment_id(number: usize) -> String {
    let machine = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-{}/providers/Microsoft.Compute/virtualMachines/vm-{number:06}", number / 500);
    format!("{machine}/providers/Microsoft.Security/assessments/d694654a-2ffa-4a73-a2f9-{number:012}")
}

/// A record whose id can be another one.
#[derive(Debug)]
struct Template(Vec<String>);

impl Template {
    /// The text around the id, wherever it stands.
    fn new(record: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(record).ok()?;
        let id = value["id"].as_str()?;
        Some(Self(record.split(id).map(str::to_owned).collect()))
    }

    fn with(&self, id: &str) -> String {
        self.0.join(id)
    }
}

#[cfg(test)]
mod tests {
    use super::{List, SUBSCRIPTION, Template, assessment_id, list_of};

    #[test]
    fn the_id_changes_wherever_it_stands() {
        let template = Template::new(r#"{"id":"/a","link":"/a/subAssessments"}"#).expect("it has an id");
        assert_eq!(template.with("/b"), r#"{"id":"/b","link":"/b/subAssessments"}"#);
    }

    #[test]
    fn a_list_is_known_by_its_path() {
        assert!(matches!(list_of(&format!("{}/subAssessments", assessment_id(70))), Some(List::FindingsOf(70))));
        assert!(matches!(list_of(&format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/subAssessments")), Some(List::Findings)));
        assert!(list_of("/subscriptions/another/providers/Microsoft.Security/assessments").is_none());
    }
}
