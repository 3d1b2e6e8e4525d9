//! A tenant of any size. Each page is made when it is asked for, so nothing here grows with it.

use std::fmt::Write;
use std::time::Duration;

use serde_json::json;

use super::SUBSCRIPTION;

/// What there is to be found.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Subscriptions, the first of which is [`SUBSCRIPTION`].
    pub subscriptions: usize,
    /// Assessments of each.
    pub assessments: usize,
    /// One in so many has findings.
    pub linked: usize,
    /// Findings of an assessment that has some.
    pub findings: usize,
    /// Records of a page.
    pub page: usize,
    /// How long an answer takes.
    pub delay: Duration,
}

impl Default for Tenant {
    fn default() -> Self {
        Self { subscriptions: 1, assessments: 25, linked: 10, findings: 3, page: 10, delay: Duration::ZERO }
    }
}

impl Tenant {
    /// The id of a subscription, from 0.
    pub fn subscription(number: usize) -> String {
        let (rest, _) = SUBSCRIPTION.split_at(SUBSCRIPTION.len() - 4);
        if number == 0 { SUBSCRIPTION.to_owned() } else { format!("{rest}{number:04x}") }
    }

    /// How many findings each subscription has.
    pub fn all_findings(&self) -> usize {
        self.assessments.div_ceil(self.linked) * self.findings
    }

    /// The page that a request is for.
    pub(super) fn page(&self, target: &str, base: &str) -> Option<String> {
        let (first, from) = target.split_once("&$skipToken=").unwrap_or((target, "0"));
        let from: usize = from.parse().ok()?;
        let (path, _) = first.split_once('?')?;
        if path == "/providers/Microsoft.Security/assessmentMetadata" {
            return Some(format!("{{\"value\":[{}],\"nextLink\":null}}", metadata()));
        }
        let rest = path.strip_prefix("/subscriptions/")?;
        let (subscription, rest) = rest.split_at_checked(SUBSCRIPTION.len())?;
        if !(0..self.subscriptions).any(|number| Self::subscription(number) == subscription) {
            return None;
        }
        let (records, rest): (Vec<String>, usize) = match rest {
            "/providers/Microsoft.Security/assessmentMetadata" => (vec![metadata()], 0),
            "/providers/Microsoft.Security/assessments" => {
                let to = (from + self.page).min(self.assessments);
                ((from..to).map(|number| self.assessment(subscription, number)).collect(), self.assessments - to)
            }
            "/providers/Microsoft.Security/subAssessments" => {
                let all = self.all_findings();
                let to = (from + self.page).min(all);
                let finding = |number: usize| finding(subscription, number / self.findings * self.linked, number % self.findings);
                ((from..to).map(finding).collect(), all - to)
            }
            other => {
                let parent: usize = other.strip_suffix("/subAssessments")?.rsplit('-').next()?.parse().ok()?;
                ((0..self.findings).map(|number| finding(subscription, parent, number)).collect(), 0)
            }
        };
        let next = if rest > 0 { json!(format!("{base}{first}&$skipToken={}", from + records.len())) } else { json!(null) };
        let mut body = String::new();
        let _ = write!(body, "{{\"value\":[{}],\"nextLink\":{next}}}", records.join(","));
        Some(body)
    }

    fn assessment(&self, subscription: &str, number: usize) -> String {
        let id = id(subscription, number);
        let mut record = json!({
            "id": id,
            "name": format!("d694654a-2ffa-4a73-a2f9-{number:012}"),
            "type": "Microsoft.Security/assessments",
            "properties": {
                "displayName": "Machines should have vulnerability findings resolved",
                "status": { "code": "Unhealthy", "firstEvaluationDate": "2026-01-01T00:00:00Z", "statusChangeDate": "2026-01-02T00:00:00Z" },
                "resourceDetails": { "source": "Azure", "id": machine(subscription, number) },
                "metadata": { "displayName": "Machines should have vulnerability findings resolved", "severity": "High", "assessmentType": "BuiltIn" },
            },
        });
        if number.is_multiple_of(self.linked) {
            record["properties"]["additionalData"] = json!({ "subAssessmentsLink": format!("{id}/subAssessments") });
        }
        record.to_string()
    }
}

/// Of the one kind of assessment that there is. The names of the others are their own, so nothing is joined to them.
fn metadata() -> String {
    let name = "d694654a-2ffa-4a73-a2f9-000000000000";
    let record = json!({
        "id": format!("/providers/Microsoft.Security/assessmentMetadata/{name}"),
        "name": name,
        "type": "Microsoft.Security/assessmentMetadata",
        "properties": { "displayName": "Machines should have vulnerability findings resolved", "severity": "High", "assessmentType": "BuiltIn" },
    });
    record.to_string()
}

fn finding(subscription: &str, parent: usize, number: usize) -> String {
    let record = json!({
        "id": format!("{}/subassessments/{parent:08x}-0000-4000-8000-{number:012}", id(subscription, parent)),
        "name": format!("{parent:08x}-0000-4000-8000-{number:012}"),
        "type": "Microsoft.Security/assessments/subAssessments",
        "properties": {
            "id": "178251",
            "displayName": "Update for a package",
            "status": { "code": "Unhealthy", "severity": "Medium" },
            "timeGenerated": "2026-01-02T00:00:00.1234567Z",
            "resourceDetails": { "source": "Azure", "id": machine(subscription, parent) },
            "additionalData": { "assessedResourceType": "ServerVulnerability", "cve": [{ "title": "CVE-2026-0001", "link": "https://cve.test/CVE-2026-0001" }] },
        },
    });
    record.to_string()
}

fn machine(subscription: &str, number: usize) -> String {
    format!("/subscriptions/{subscription}/resourceGroups/rg-{}/providers/Microsoft.Compute/virtualMachines/vm-{number:06}", number / 500)
}

fn id(subscription: &str, number: usize) -> String {
    format!("{}/providers/Microsoft.Security/assessments/d694654a-2ffa-4a73-a2f9-{number:012}", machine(subscription, number))
}
