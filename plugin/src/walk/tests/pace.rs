//! How long a walk takes where every answer takes as long as any other: the pages of one list come one after the other, the rest is under way together.

use std::collections::VecDeque;

use super::memory::Endless;
use super::*;

/// Requests that a host has under way at a time.
const AT_ONCE: usize = 8;

/// Walks a tenant; gives how many answers' time it took and what it asked for.
fn walk(tenant: Endless, settings: &Settings) -> (usize, usize) {
    let mut mapper = Mapper::new(settings.clone());
    let (mut walk, mut step) = Walk::begin(settings, &mut mapper, NOW, None);
    let (mut waiting, mut under_way) = (VecDeque::new(), VecDeque::new());
    let (mut now, mut asked, mut documents) = (0, 0, 0);
    loop {
        asked += step.requests.len();
        documents += step.documents.len() as u64;
        waiting.extend(std::mem::take(&mut step.requests));
        if let Some(totals) = step.finished {
            assert_eq!((totals.complete, documents), (true, tenant.documents() * settings.scopes.len() as u64 + 1));
            return (now, asked);
        }
        if step.more {
            step = walk.advance(&mut mapper, NOW, vec![]);
            continue;
        }
        while under_way.len() < AT_ONCE && !waiting.is_empty() {
            under_way.extend(waiting.pop_front().map(|request: Request| (now + 1, request)));
        }
        let (end, request) = under_way.pop_front().expect("the walk stands still");
        now = end;
        step = walk.advance(&mut mapper, NOW, vec![Outcome { id: request.id, answer: tenant.answer(&request.url) }]);
    }
}

/// Whether that is at most a twentieth more than the least that is possible.
fn is_near(took: usize, serial: usize, all: usize) -> bool {
    took * 20 <= serial.max(all.div_ceil(AT_ONCE)) * 21
}

const TENANT: Endless = Endless { assessments: 2_000, assessment_size: 600, page: 20, linked: 10, subs: 5, sub_size: 400, sub_page: 20 };

#[test]
fn a_page_is_asked_for_as_soon_as_it_is_known_whatever_its_records_wait_for() {
    for (linked, serial, all) in [(10, 100, 300), (2, 100, 1_100), (1_000, 100, 102)] {
        let tenant = Endless { linked, ..TENANT };
        let (took, asked) = walk(tenant, &settings(SubAssessments::PerAssessment));
        assert_eq!(asked, all);
        assert!(is_near(took, serial, all), "{took} for {all}");
    }
}

#[test]
fn the_list_of_all_sub_assessments_is_read_beside_that_of_the_assessments() {
    // As long, half as long, and twice as long.
    for (sub_page, subs) in [(10, 100), (20, 50), (5, 200)] {
        let tenant = Endless { sub_page, ..TENANT };
        let (took, asked) = walk(tenant, &settings(SubAssessments::ListAll));
        assert_eq!(asked, 100 + subs);
        assert!(is_near(took, subs.max(100), 100 + subs), "{took} for {subs} pages");
    }
}

#[test]
fn several_scopes_are_read_side_by_side() {
    for (mode, all) in [(SubAssessments::PerAssessment, 3_000), (SubAssessments::ListAll, 1_500)] {
        let scopes = (0..10).map(|number| Scope::Subscription(format!("s{number}"))).collect();
        let (took, asked) = walk(TENANT, &Settings { scopes, ..settings(mode) });
        assert_eq!(asked, all);
        assert!(is_near(took, 100, all), "{took} for {all}");
    }
}
