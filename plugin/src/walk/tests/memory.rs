//! What a walk holds, however large the tenant is. Pages are made when they are asked for, so that only the walk could hold much.

use super::*;

const BASE: &str = "https://management.azure.com";

/// A tenant of any size by arithmetic: `assessments` in pages, each with `subs` sub-assessments, also in pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Endless {
    pub(super) assessments: usize,
    pub(super) assessment_size: usize,
    pub(super) page: usize,
    /// One in this many has a list of sub-assessments.
    pub(super) linked: usize,
    pub(super) subs: usize,
    pub(super) sub_size: usize,
    pub(super) sub_page: usize,
}

impl Endless {
    pub(super) fn answer(&self, url: &str) -> Answer {
        let (path, query) = url.split_once('?').expect("an api-version");
        let from: usize = query.split_once("&from=").map_or(0, |(_, from)| from.parse().expect("a number"));
        let base = path.strip_prefix(BASE).expect("the API");
        let one = base.strip_suffix("/subAssessments").and_then(|path| path.rsplit('/').next()?.strip_prefix('a')?.parse().ok());
        let listed = base.ends_with("/subAssessments");
        let (count, size) = match (one, listed) {
            (Some::<usize>(_), _) => (self.subs, self.sub_page),
            (None, true) => (self.assessments / self.linked * self.subs, self.sub_page),
            (None, false) => (self.assessments, self.page),
        };
        let to = (from + size).min(count);
        let records: Vec<String> = (from..to)
            .map(|number| match (one, listed) {
                (Some(parent), _) => self.sub(parent, number),
                (None, true) => self.sub(number / self.subs * self.linked, number % self.subs),
                (None, false) => self.assessment(number),
            })
            .collect();
        let first = url.split("&from=").next().unwrap_or(url);
        answer(200, page(&records, (to < count).then(|| format!("{first}&from={to}")).as_deref()))
    }

    fn assessment(&self, number: usize) -> String {
        let link = if number.is_multiple_of(self.linked) { format!(",\"subAssessmentsLink\":\"/s/a{number}/subAssessments\"") } else { String::new() };
        format!("{{\"id\":\"/s/a{number}\",\"properties\":{{\"additionalData\":{{\"p\":\"{}\"{link}}}}}}}", "x".repeat(self.assessment_size))
    }

    fn sub(&self, parent: usize, number: usize) -> String {
        format!("{{\"id\":\"/S/a{parent}/subassessments/{number}\",\"p\":\"{}\"}}", "y".repeat(self.sub_size))
    }

    /// Bare assessments and merged ones.
    pub(super) fn documents(&self) -> u64 {
        let linked = self.assessments.div_ceil(self.linked);
        (self.assessments - linked + linked * self.subs.max(1)) as u64
    }
}

const SMALL: Endless = Endless { assessments: 600, assessment_size: 300, page: 20, linked: 2, subs: 5, sub_size: 200, sub_page: 3 };

/// Walks without keeping documents; gives the totals, the most that was held, and the largest step.
fn walk(tenant: Endless, settings: &Settings) -> (Totals, usize, usize, Vec<&'static str>) {
    let mut mapper = Mapper::new(settings.clone());
    let mut random = Random(1);
    let (mut walk, mut step) = Walk::begin(settings, &mut mapper, NOW, None);
    let mut pending = Vec::new();
    let (mut held, mut largest, mut codes) = (0, 0, Vec::new());
    loop {
        held = held.max(walk.held());
        let size: usize = step.documents.iter().map(|document| document.body.len()).sum();
        largest = largest.max(size);
        codes.extend(step.problems.iter().map(|problem| problem.code));
        pending.extend(step.requests);
        if let Some(totals) = step.finished {
            return (totals, held, largest, codes);
        }
        let mut outcomes = Vec::new();
        if !step.more {
            assert!(!pending.is_empty(), "the walk stands still");
            for _ in 0..=random.roll(pending.len()) {
                let request: Request = pending.swap_remove(random.roll(pending.len()));
                outcomes.push(Outcome { id: request.id, answer: tenant.answer(&request.url) });
            }
        }
        step = walk.advance(&mut mapper, NOW, outcomes);
    }
}

#[test]
fn r10_two_hundred_thousand_assessments_in_flat_memory() {
    let tenant = Endless { assessments: 200_000, assessment_size: 60, page: 1000, linked: 1000, subs: 5, sub_size: 10, sub_page: 10 };
    let settings = Settings { max_memory: 8 << 20, ..settings(SubAssessments::PerAssessment) };
    let (totals, held, ..) = walk(tenant, &settings);
    assert!(totals.complete);
    assert_eq!((totals.records, totals.documents), (201_000, tenant.documents()));
    assert!(held < 3 << 20, "{held} bytes held");
}

#[test]
fn list_all_keeps_room_for_assessments_that_name_their_sub_assessments() {
    let tenant = Endless { assessments: 2_000, assessment_size: 1_000, page: 100, linked: 10, subs: 1, sub_size: 10, sub_page: 100 };
    let settings = Settings { max_memory: 2 << 20, ..settings(SubAssessments::ListAll) };
    let ran = Host::new(&settings, 1).run(|url| tenant.answer(url));
    assert_eq!((ran.totals.complete, ran.totals.documents), (true, tenant.documents()));
    assert_eq!(ran.requests.len(), 20 + 2, "one for each page of the two lists");
}

#[test]
fn r10_more_than_a_thousand_lists_of_sub_assessments() {
    let tenant = Endless { assessments: 2000, linked: 1, ..SMALL };
    let (totals, ..) = walk(tenant, &settings(SubAssessments::PerAssessment));
    assert!(totals.complete);
    assert_eq!(totals.documents, tenant.documents());
}

#[test]
fn what_is_held_stays_under_the_bound() {
    for mode in [SubAssessments::PerAssessment, SubAssessments::ListAll] {
        for max_memory in [96 << 10, 128 << 10, 256 << 10, 1 << 20] {
            let settings = Settings { max_memory, ..settings(mode) };
            let (totals, held, largest, codes) = walk(SMALL, &settings);
            assert!(totals.complete, "{mode:?} {max_memory} {codes:?}");
            assert_eq!(totals.documents, SMALL.documents());
            assert!(held + largest <= max_memory, "{mode:?}: {held} + {largest} of {max_memory}");
        }
    }
}

#[test]
fn a_page_that_did_not_fit_is_asked_for_again() {
    // Pages turn out far larger than the first ones let expect.
    let tenant = Endless { assessments: 40, page: 20, linked: 1, subs: 40, sub_size: 2000, sub_page: 8, ..SMALL };
    let settings = Settings { max_memory: 128 << 10, ..settings(SubAssessments::PerAssessment) };
    let (totals, held, largest, codes) = walk(tenant, &settings);
    assert_eq!((totals.documents, totals.complete), (tenant.documents(), true));
    assert!(codes.contains(&"page-asked-again"));
    assert!(held + largest <= 128 << 10, "{held} + {largest}");
}

#[test]
fn a_page_larger_than_all_memory_is_dealt_with_alone() {
    let tenant = Endless { assessments: 50, assessment_size: 3000, page: 50, linked: 2, subs: 30, sub_size: 3000, sub_page: 30 };
    for mode in [SubAssessments::PerAssessment, SubAssessments::ListAll] {
        for max_memory in [0, 16 << 10] {
            let (totals, held, ..) = walk(tenant, &Settings { max_memory, ..settings(mode) });
            assert_eq!(totals.documents, tenant.documents(), "{mode:?}");
            // Without room for a single hash, a join cannot tell what it lacks.
            assert_eq!(totals.complete, max_memory > 0 || mode == SubAssessments::PerAssessment);
            // A page of the scope, and one of sub-assessments.
            assert!(held < 2 * 50 * 3200, "{held}");
        }
    }
}

#[test]
fn a_large_assessment_times_many_sub_assessments_never_exists_at_once() {
    let tenant = Endless { assessments: 1, assessment_size: 1 << 20, page: 1, linked: 1, subs: 100, sub_size: 1000, sub_page: 100 };
    for mode in [SubAssessments::PerAssessment, SubAssessments::ListAll] {
        let (totals, held, largest, _) = walk(tenant, &Settings { max_memory: 8 << 20, ..settings(mode) });
        assert_eq!((totals.documents, totals.complete), (100, true));
        // One document holds the assessment twice, mapped and as its original.
        assert!(held < 3 << 20 && largest < 5 << 19, "{held} {largest}");
    }
}

#[test]
fn list_all_reads_beyond_its_bound_one_by_one() {
    let tenant = Endless { assessments: 400, assessment_size: 1000, ..SMALL };
    let settings = Settings { max_memory: 256 << 10, ..settings(SubAssessments::ListAll) };
    let roomy = Settings { max_memory: 32 << 20, ..settings.clone() };
    let tight = Host::new(&settings, 1).run(|url| tenant.answer(url));
    let whole = Host::new(&roomy, 1).run(|url| tenant.answer(url));
    assert_eq!(tight.documents, whole.documents);
    let lists = |ran: &Ran| ran.requests.iter().filter(|url| url.contains("/s/a")).count();
    assert_eq!(lists(&whole), 0);
    assert!(lists(&tight) > 100 && lists(&tight) < 400, "{}", lists(&tight));
    assert!(tight.problems.iter().all(|problem| problem.code == "page-asked-again"), "{:?}", tight.codes());
}

#[test]
fn list_all_with_more_assessments_than_can_be_remembered_says_that_something_may_be_missing() {
    let tenant = Endless { assessments: 3000, linked: 1, subs: 1, page: 100, ..SMALL };
    let settings = Settings { max_memory: 64 << 10, ..settings(SubAssessments::ListAll) };
    let (totals, _, _, codes) = walk(tenant, &settings);
    assert_eq!((totals.documents, totals.complete, totals.failed), (3000, false, 1));
    assert_eq!(codes.iter().filter(|code| **code == "join-overflowed").count(), 1);
}
