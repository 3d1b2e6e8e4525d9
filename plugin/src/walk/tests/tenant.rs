//! Invented tenants: what each URL answers.

use std::collections::BTreeMap;

use super::{Answer, Random, answer, page};
use crate::contract::Failure;
use crate::settings::{Metadata, Scope, Settings, SubAssessments};

const BASE: &str = "https://management.azure.com";

/// What may be wrong with a tenant.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Trouble {
    /// Lists that fail in one way or another.
    pub failures: bool,
    /// Assessments that are listed twice.
    pub repeats: bool,
    /// Lists of sub-assessments that do not exist.
    pub missing: bool,
    /// Assessments into which nothing can be put.
    pub odd: bool,
}

/// A tenant.
#[derive(Debug, Clone)]
pub(super) struct Tenant {
    /// The scopes to walk.
    pub scopes: Vec<Scope>,
    answers: BTreeMap<String, Answer>,
    metadata: Metadata,
}

impl Tenant {
    /// A tenant that the seed chooses.
    pub(super) fn new(seed: u64, trouble: Trouble) -> Self {
        let mut random = Random(seed);
        let metadata = if seed.is_multiple_of(2) { Metadata::Join } else { Metadata::None };
        let mut tenant = Self { scopes: Vec::new(), answers: BTreeMap::new(), metadata };
        // Random numbers of their own, so that the rest is the same with and without.
        let mut kinds = Random(!seed);
        tenant.add_metadata("", trouble, &mut kinds);
        for number in 0..=random.roll(3) {
            let (scope, path) = match random.one_in(3) {
                true => (Scope::ManagementGroup(format!("g{number}")), format!("/providers/Microsoft.Management/managementGroups/g{number}")),
                false => (Scope::Subscription(format!("s{number}")), format!("/subscriptions/s{number}")),
            };
            tenant.scopes.push(scope);
            tenant.add_metadata(&path, trouble, &mut kinds);
            tenant.add_scope(&path, trouble, &mut random);
        }
        tenant
    }

    /// Settings to walk it.
    pub(super) fn settings(&self, mode: SubAssessments) -> Settings {
        Settings { scopes: self.scopes.clone(), metadata: self.metadata, ..super::settings(mode) }
    }

    /// What a URL answers.
    pub(super) fn answer(&self, url: &str) -> Answer {
        self.answers.get(url).unwrap_or_else(|| panic!("nobody named `{url}`")).clone()
    }

    fn add_metadata(&mut self, path: &str, trouble: Trouble, random: &mut Random) {
        let mut kind = |number: usize| format!("{{\"name\":\"a{number}\",\"properties\":{{\"description\":\"{}\"}}}}", "z".repeat(random.roll(200)));
        let kinds: Vec<String> = (0..20).map(&mut kind).collect();
        self.add_list(&format!("{BASE}{path}/providers/Microsoft.Security/assessmentMetadata?api-version=2021-06-01"), &kinds, trouble, random);
    }

    fn add_scope(&mut self, path: &str, trouble: Trouble, random: &mut Random) {
        let (mut assessments, mut all) = (Vec::new(), Vec::new());
        for number in 0..random.roll(30) {
            let id = format!("{path}/resourceGroups/G{number}/providers/Microsoft.Security/assessments/A{number}");
            let count = if random.one_in(3) { 0 } else { random.roll(8) };
            let linked = count > 0 || random.one_in(2);
            assessments.push(assessment(&id, linked, trouble, random));
            if !linked {
                continue;
            }
            let subs: Vec<String> = (0..count).map(|sub| sub_assessment(&id, sub, random)).collect();
            let list = format!("{BASE}{id}/subAssessments?api-version=2019-01-01-preview");
            if trouble.missing && count == 0 {
                self.answers.insert(list, answer(if random.one_in(2) { 404 } else { 409 }, "{}"));
            } else {
                self.add_list(&list, &subs, trouble, random);
            }
            all.extend(subs);
        }
        if trouble.repeats {
            for _ in 0..assessments.len() / 4 {
                let repeated = assessments[random.roll(assessments.len())].clone();
                assessments.insert(random.roll(assessments.len()), repeated);
            }
        }
        for last in (1..all.len()).rev() {
            all.swap(last, random.roll(last + 1));
        }
        self.add_list(&format!("{BASE}{path}/providers/Microsoft.Security/assessments?api-version=2021-06-01"), &assessments, trouble, random);
        self.add_list(&format!("{BASE}{path}/providers/Microsoft.Security/subAssessments?api-version=2019-01-01-preview"), &all, trouble, random);
    }

    /// Cuts records into pages, empty ones among them.
    fn add_list(&mut self, first: &str, records: &[String], trouble: Trouble, random: &mut Random) {
        let mut url = first.to_owned();
        let mut rest = records;
        for number in 1.. {
            let size = random.roll(7).min(rest.len());
            let (now, later) = rest.split_at(size);
            let ends = later.is_empty() && !random.one_in(4);
            let next = format!("{first}&$skipToken=%7B{number}+");
            if trouble.failures && random.one_in(12) {
                self.answers.insert(url, failure(random));
                return;
            }
            self.answers.insert(url, answer(200, page(now, (!ends).then_some(&*next))));
            if ends {
                return;
            }
            (url, rest) = (next, later);
        }
    }
}

fn assessment(id: &str, linked: bool, trouble: Trouble, random: &mut Random) -> String {
    let link = if linked { format!("\"subAssessmentsLink\":\"{id}/subAssessments\",") } else { String::new() };
    let padding = "x".repeat(random.roll(300));
    match trouble.odd && !linked && random.one_in(3) {
        true => format!("{{\"id\":\"{id}\",\"properties\":[\"{padding}\"]}}"),
        false => format!("{{ \"properties\": {{\"additionalData\":{{{link}\"a\\\"b\":1.50}} , \"p\":\"{padding}\"}}, \"id\":\"{id}\"}}"),
    }
}

fn sub_assessment(id: &str, number: usize, random: &mut Random) -> String {
    let id = if random.one_in(2) { id.to_uppercase() } else { id.to_owned() };
    let list = if random.one_in(2) { "subassessments" } else { "subAssessments" };
    format!("{{\"id\":\"{id}/{list}/{number}\",\"n\":{number},\"p\":\"{}\"}}", "y".repeat(random.roll(200)))
}

fn failure(random: &mut Random) -> Answer {
    match random.roll(14) {
        0 => answer(200, "<html>"),
        1 => answer(200, "{\"value\":[{\"id\":"),
        2 => answer(200, "{\"value\":{}}"),
        3 => answer(200, page(&["{}".into()], Some("_dynamic"))),
        4 => answer(200, page(&[], Some("https://elsewhere.example/x"))),
        5 => answer(403, "{\"error\":{\"code\":\"AuthorizationFailed\"}}"),
        6 => answer(404, ""),
        7 => answer(410, ""),
        8 => answer(429, ""),
        9 => answer(504, ""),
        10 => Err(Failure::TimedOut),
        11 => Err(Failure::TooLarge(1 << 20)),
        12 => Err(Failure::Unauthorized("expired".into())),
        _ => Err(Failure::Unreachable("reset".into())),
    }
}
