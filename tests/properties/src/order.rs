//! Whatever order outcomes come in, the same documents are stored, those of records that have several as well.

use std::collections::BTreeMap;

use microsoft_defender_cloud::contract::{Dataset, Outcome, Response};
use microsoft_defender_cloud::id;
use microsoft_defender_cloud::mapping::Mapper;
use microsoft_defender_cloud::settings::{Metadata, Profile, Scope, Settings, SubAssessments};
use microsoft_defender_cloud::walk::Walk;

use crate::NOW;
use crate::choices::Choices;

/// Pages of a list.
const PAGES: usize = 3;

/// Checks the tenant that these bytes decide, in the order that they decide and in another one.
pub(crate) fn check(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let settings = Settings {
        profile: Profile::Extended,
        scopes: (0..=choices.below(3)).map(|number| Scope::Subscription(format!("s{number}"))).collect(),
        sub_assessments: SubAssessments::None,
        metadata: choices.of(&[Metadata::None, Metadata::Join]),
        max_memory: 1 << 20,
        ..Settings::default()
    };
    let tenant = choices.bytes();
    let expected = documents(&settings, tenant, &mut Choices::new(&[]));
    assert_eq!(documents(&settings, tenant, &mut choices), expected, "documents depend on the order of outcomes");
}

/// All that a run stores, by id.
fn documents(settings: &Settings, tenant: &[u8], order: &mut Choices<'_>) -> BTreeMap<String, Vec<u8>> {
    let mut mapper = Mapper::new(settings.clone());
    let (mut walk, mut step) = Walk::begin(settings, &mut mapper, NOW, None);
    let (mut pending, mut stored) = (Vec::new(), BTreeMap::new());
    loop {
        pending.append(&mut step.requests);
        let documents = step.documents.into_iter().filter(|document| document.dataset == Dataset::Assessment);
        stored.extend(documents.map(|document| (document.id, document.body)));
        if step.finished.is_some() {
            return stored;
        }
        let mut outcomes = Vec::new();
        let waits = step.more && order.one_in(2);
        if !waits && !pending.is_empty() {
            let request = pending.swap_remove(order.below(pending.len()));
            outcomes.push(Outcome { id: request.id, answer: Ok(answer(&request.url, tenant)) });
        }
        step = walk.advance(&mut mapper, NOW + 1_000, outcomes);
    }
}

/// What the tenant answers, by the address alone.
fn answer(url: &str, tenant: &[u8]) -> Response {
    let decisions = id::of(&[tenant, url.as_bytes()]);
    let mut choices = Choices::new(decisions.as_bytes());
    let page = url.matches("&$skipToken=").count();
    let records: Vec<String> = (0..choices.below(4)).map(|number| update(&format!("{page}-{number}"), &mut choices)).collect();
    let next = if page + 1 < PAGES && choices.one_in(2) { format!("{url}&$skipToken={page}") } else { String::new() };
    let body = format!("{{\"value\":[{}],\"nextLink\":\"{next}\"}}", records.join(","));
    Response { status: if choices.one_in(16) { 500 } else { 200 }, headers: Vec::new(), body: body.into_bytes() }
}

/// An update that mends some CVEs, or none.
fn update(name: &str, choices: &mut Choices<'_>) -> String {
    let cves: Vec<String> = (0..choices.below(40)).map(|number| format!("{{\"CveId\":\"CVE-2026-{number}\"}}")).collect();
    let id = format!("/s/providers/Microsoft.Security/assessments/{name}");
    format!("{{\"id\":\"{id}\",\"name\":\"{name}\",\"properties\":{{\"additionalData\":{{\"SoftwareName\":\"marl\",\"CvesDetails\":[{}]}}}}}}", cves.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_has_records_of_several_documents() {
        let several = (0..20_u8).filter(|&tenant| String::from_utf8(answer("/x", &[tenant]).body).expect("JSON").matches("CveId").count() > 1);
        assert!(several.count() > 5);
    }
}
