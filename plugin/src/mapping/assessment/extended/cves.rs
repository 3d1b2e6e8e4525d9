//! The CVEs of a record, whichever list names them.

use std::collections::BTreeMap;

use super::Parts;
use super::details::Details;
use super::lists::{Id, Kind, List};
use super::score::{self, Score};
use super::texts::{begins_as_cve, scanners};
use crate::defender::assessment::{ADDITIONAL, ELEMENT, SCANNER, SUB, SUB_ADDITIONAL, VULNERABILITY};
use crate::json::tree::{Member, Value};
use crate::mapping::record::{Reader, Record};
use crate::mapping::severity::{Severity, Word};

const DETAILS: Kind = Kind { path: "additional_data.cves_details", ids: &[ELEMENT.cve_id], holds_objects: true };
const OF_FINDING: Kind = Kind { path: "sub_assessment.additional_data.cve", ids: &[ELEMENT.title, ELEMENT.cve_id], holds_objects: true };
const LISTED: Kind = Kind { path: "additional_data.cves", ids: &[ELEMENT.cve, ELEMENT.cve_id], holds_objects: true };
const OF_SCANNERS: Kind = Kind { path: "additional_data.scanners_details.*.cves_ids", ids: &[], holds_objects: false };

/// One CVE of a record.
pub(super) struct Cve<'a> {
    /// Its id.
    pub id: Id<'a>,
    /// What the list says of it, `Null` where it is only named.
    pub element: Value<'a>,
    /// What of it could not be read.
    pub lines: Vec<Value<'a>>,
    /// Its score, or the finding's.
    pub score: Option<Score<'a>>,
    /// How grave it is said to be.
    pub word: Option<Severity>,
    /// Whether the details of the finding are about it.
    pub has_details: bool,
}

impl Cve<'_> {
    /// How grave it is: as it is said to be, else by its score.
    pub(super) fn severity(&self) -> Option<Severity> {
        self.word.or_else(|| of_score(self.score))
    }
}

/// The severity by a score.
pub(super) fn of_score(score: Option<Score<'_>>) -> Option<Severity> {
    score.and_then(|score| Severity::of_score(score.value, score.version))
}

/// All lists of a record.
pub(super) struct Lists<'a> {
    /// Those that documents are made from, and those of scanners.
    pub all: Vec<List<'a>>,
    /// The CVEs, each without its lines, score and word as yet.
    named: Named<'a>,
}

impl<'a> Lists<'a> {
    /// Reads every list; the CVEs are those of the first that is not empty.
    pub(super) fn of(record: &mut Record<'a>, parts: &Parts<'a>) -> Self {
        let mut list = |member: Option<&'a Member<'a>>, kind| member.map(|member| List::of(record, member, kind));
        let details = list(parts.member(ADDITIONAL.cves_details), &DETAILS);
        let finding = [SUB_ADDITIONAL.cve_list, SUB_ADDITIONAL.cve].map(|source| list(parts.member(source), &OF_FINDING));
        let listed = list(parts.member(ADDITIONAL.cves), &LISTED);
        let of_scanners: Vec<_> = scanners(parts.member(ADDITIONAL.scanners_details).map_or(Value::Null, |member| member.value.get()))
            .into_iter()
            .filter_map(|scanner| list(scanner.member(SCANNER.cves_ids.name), &OF_SCANNERS))
            .collect();

        let mut named = Named::default();
        details.iter().for_each(|list| named.add_list(record, list));
        if named.is_empty() {
            of_scanners.iter().for_each(|list| named.add_list(record, list));
        }
        if named.is_empty() {
            let own = record.look(|read| parts.read(read, VULNERABILITY.cve_id));
            Id::of(record, own).into_iter().for_each(|id| named.add(id, Value::Null));
            finding.iter().flatten().for_each(|list| named.add_list(record, list));
            if named.is_empty() {
                let own = record.look(|read| parts.read(read, SUB.event_id));
                if own.text().is_some_and(begins_as_cve) {
                    Id::of(record, own).into_iter().for_each(|id| named.add(id, Value::Null));
                }
            }
        }
        if named.is_empty() {
            listed.iter().for_each(|list| named.add_list(record, list));
        }
        let all = details.into_iter().chain(finding.into_iter().flatten()).chain(listed).chain(of_scanners).collect();
        Self { all, named }
    }

    /// The CVEs with all that is known of them; lines about others stay the record's.
    pub(super) fn cves(&mut self, record: &mut Record<'a>, details: &Details<'a>) -> Vec<Cve<'a>> {
        let is_only = self.named.ids.len() == 1;
        let mut cves: Vec<Cve<'a>> = Vec::with_capacity(self.named.ids.len());
        for &(id, element) in &self.named.ids {
            let has_details = is_only || details.id.is_some_and(|own| own.key == id.key);
            let word = record.look(|read| {
                let own = Word::of(read.value(element, ELEMENT.severity.name)).known();
                own.or(details.word.filter(|_| has_details))
            });
            let score = record.look(|read| of_element(read, element, details.score.filter(|_| has_details)));
            let score = score.or(details.of_finding).or(details.highest.filter(|_| is_only));
            cves.push(Cve { id, element, lines: Vec::new(), score, word, has_details });
        }
        let mut others = Vec::new();
        for (key, lines) in self.all.iter_mut().flat_map(List::take_lines).filter(|(_, lines)| !lines.is_empty()) {
            match self.named.places.get(key) {
                Some(&at) => cves[at].lines.extend(lines),
                None => others.extend(lines),
            }
        }
        record.errors.restore(others);
        cves
    }
}

/// The score that an element has by itself or from the details of the finding.
fn of_element<'a>(read: &mut Reader<'_, 'a>, element: Value<'a>, details: Option<Score<'a>>) -> Option<Score<'a>> {
    let own = score::newest(read, element.get(ELEMENT.cvss.name));
    let version = match read.value(element, ELEMENT.cvss_version.name) {
        Value::Text(text) | Value::Number(text) => score::version(text),
        _ => None,
    };
    own.or(details)
        .or_else(|| score::of(element.member(ELEMENT.cvss_score.name), version, false))
        .or_else(|| score::of(element.member(ELEMENT.base_score.name), None, false))
}

/// Ids once each, in the order in which they are named.
#[derive(Default)]
struct Named<'a> {
    ids: Vec<(Id<'a>, Value<'a>)>,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Named<'a> {
    fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    fn add(&mut self, id: Id<'a>, element: Value<'a>) {
        match self.places.get(id.key) {
            None => {
                self.places.insert(id.key, self.ids.len());
                self.ids.push((id, element));
            }
            Some(&at) if self.ids[at].1.is_null() => self.ids[at].1 = element,
            Some(_) => {}
        }
    }

    fn add_list(&mut self, record: &Record<'a>, list: &List<'a>) {
        for element in &list.elements {
            self.add(element.id, list.readable(record, element));
        }
    }
}
