//! One list of all sub-assessments for a scope.

use super::small::*;
use super::*;

#[test]
fn list_all_joins_without_regard_to_case_and_keeps_orphans() {
    let ran = walk(
        SubAssessments::ListAll,
        &[(FIRST, ok(&[linked("a"), bare("B"), bare("c")], None)), (ALL, ok(&[sub("b", "1"), sub("A", "2"), sub("z", "3"), "{\"n\":1}".into()], None))],
    );
    assert_eq!(names(&ran), ["-+-", "-+3", "B+1", "a+2", "c"]);
    assert_eq!((ran.codes(), ran.totals.complete), (vec!["sub-assessment-orphaned"; 2], true));
    assert_eq!((ran.totals.records, ran.totals.pages, ran.requests.len()), (7, 2, 2));
}

#[test]
fn orphans_are_told_five_times_and_summed_up() {
    let orphans: Vec<_> = (0..9).map(|number| sub("z", &number.to_string())).collect();
    let told = |ran: &Ran| ran.problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>();
    let ran = walk(SubAssessments::ListAll, &[(FIRST, ok(&[], None)), (ALL, ok(&orphans, None))]);
    assert_eq!((ran.documents.len(), ran.codes(), ran.totals.complete), (9, vec!["sub-assessment-orphaned"; 6], true));
    assert_eq!(
        told(&ran)[4..],
        ["no assessment for `/s/providers/assessments/z/subassessments/4`", "no assessment for 4 more sub-assessments of `/subscriptions/s`"]
    );
    assert_eq!(ran.run["microsoft_defender_cloud"]["run"]["reasons"][0]["count"], 9);
    let few = walk(SubAssessments::ListAll, &[(FIRST, ok(&[], None)), (ALL, ok(&orphans[..5], None))]);
    assert_eq!(few.codes(), ["sub-assessment-orphaned"; 5]);
}

#[test]
fn list_all_gives_what_it_cannot_hold_by_itself() {
    let large = |id: &str| bare(id).replace("{\"id\"", &format!("{{\"pad\":\"{}\",\"id\"", "x".repeat(100 << 10)));
    let subs = ["a", "b", "c", "d", "e"].map(|id| sub(id, "1"));
    let settings = Settings { max_memory: 1 << 20, ..settings(SubAssessments::ListAll) };
    let ran = Host::new(&settings, 1).run(|url| match url {
        FIRST => ok(&[large("a")], Some(&later(1))),
        ALL => ok(&subs, None),
        url if url == later(1) => ok(&[large("b")], Some(&later(2))),
        url if url == later(2) => ok(&[large("c")], Some(&later(3))),
        url if url == later(3) => ok(&[large("d")], Some(&later(4))),
        _ => ok(&[linked("e")], None),
    });
    // A quarter of a megabyte is room for two that link to no list. The others come at once, and their sub-assessments without them.
    assert_eq!(names(&ran), ["-+1", "-+1", "a+1", "b+1", "c", "d", "e+1"]);
    assert_eq!((ran.codes(), ran.requests.len()), (vec!["sub-assessment-orphaned"; 2], 6));
}

#[test]
fn list_all_that_fails_leaves_assessments_bare_and_counts_them() {
    let more = format!("{ALL}&x=1");
    let ran = walk(
        SubAssessments::ListAll,
        &[(FIRST, ok(&[linked("a"), linked("b"), linked("c"), bare("d")], None)), (ALL, ok(&[sub("a", "1")], Some(&more))), (&more, answer(500, ""))],
    );
    assert_eq!((names(&ran), ran.totals.failed), (vec!["a+1".to_owned(), "b".to_owned(), "c".to_owned(), "d".to_owned()], 2));
    assert_eq!(ran.codes(), ["sub-assessments-failed"]);
    let forbidden = walk(SubAssessments::ListAll, &[(FIRST, ok(&[bare("a")], None)), (ALL, answer(403, ""))]);
    assert_eq!((names(&forbidden), forbidden.codes(), forbidden.totals.failed), (vec!["a".to_owned()], vec!["scope-forbidden"], 1));
    assert!(forbidden.problems.iter().all(|problem| problem.message.ends_with("Security Reader on the subscription")));
}

#[test]
fn list_all_reads_a_list_whose_link_expired_once_more() {
    let settings = settings(SubAssessments::ListAll);
    let mut listings = 0;
    let ran = Host::new(&settings, 1).run(|url| match url {
        FIRST => ok(&[linked("a"), linked("b")], None),
        ALL => {
            listings += 1;
            ok(&[sub("a", "1")], Some(&format!("{ALL}&x={listings}")))
        }
        url if url.ends_with("&x=1") => answer(410, ""),
        _ => ok(&[sub("b", "1")], None),
    });
    assert_eq!((names(&ran), ran.codes()), (vec!["a+1".to_owned(), "b+1".to_owned()], vec!["list-restarted"]));
    assert_eq!((ran.totals.records, ran.totals.documents, ran.totals.complete), (4, 2, true));
}

#[test]
fn list_all_is_asked_for_once_there_are_assessments_and_not_where_there_can_be_none() {
    for status in [403, 404, 500] {
        let ran = walk(SubAssessments::ListAll, &[(FIRST, answer(status, ""))]);
        assert_eq!((ran.documents.len(), ran.requests.len(), ran.totals.complete), (0, 1, false));
    }
    // A later page that fails leaves what is known.
    for status in [403, 404, 500] {
        let ran = walk(
            SubAssessments::ListAll,
            &[(FIRST, ok(&[linked("a"), linked("b")], Some(&later(1)))), (&later(1), answer(status, "")), (ALL, ok(&[sub("a", "1"), sub("z", "1")], None))],
        );
        assert_eq!((names(&ran), ran.totals.complete), (vec!["-+1".to_owned(), "a+1".to_owned(), "b".to_owned()], false));
    }
}

#[test]
fn list_all_waits_for_the_assessments_that_it_names() {
    let settings = settings(SubAssessments::ListAll);
    // Its pages come before those of the assessments, in the other order.
    let subs: Vec<String> = ["c", "b", "z", "a"].iter().map(|parent| sub(parent, "1")).collect();
    for seed in 0..20 {
        let ran = Host::new(&settings, seed).run(|url| match url {
            FIRST => ok(&[linked("a")], Some(&later(1))),
            url if url == later(1) => ok(&[linked("b")], Some(&later(2))),
            url if url == later(2) => ok(&[linked("c")], None),
            url => {
                let at: usize = url.strip_prefix(ALL).and_then(|rest| rest.strip_prefix("&x=")).map_or(0, |at| at.parse().expect("a number"));
                ok(&subs[at..=at], (at < 3).then(|| format!("{ALL}&x={}", at + 1)).as_deref())
            }
        });
        assert_eq!(names(&ran), ["-+1", "a+1", "b+1", "c+1"]);
        assert_eq!((ran.codes(), ran.requests.len(), ran.totals.complete), (vec!["sub-assessment-orphaned"], 7, true));
    }
}

#[test]
fn r20_a_link_that_was_let_lie_may_expire_beside_one_that_was_not() {
    let settings = settings(SubAssessments::ListAll);
    let mut mapper = Mapper::new(settings.clone());
    let (mut walk, mut step) = Walk::begin(&settings, &mut mapper, NOW, None);
    let (mut pending, mut codes, mut listings) = (Vec::new(), Vec::new(), 0);
    // The sub-assessments come before the assessment that they are of, and the link behind them has expired; so has that of the second listing.
    let order = [FIRST, ALL, "&x=1", "Token=1", ALL, "&x=2", ALL, "&x=3"];
    for (at, end) in order.into_iter().enumerate() {
        pending.append(&mut step.requests);
        let found =
            pending.iter().position(|request: &Request| request.url.ends_with(end)).unwrap_or_else(|| panic!("{at}: `{end}` is not asked for: {pending:?}"));
        let answer = match end {
            FIRST => ok(&[linked("a")], Some(&later(1))),
            "Token=1" => ok(&[linked("b")], None),
            ALL => {
                listings += 1;
                ok(&[sub("b", "1")], Some(&format!("{ALL}&x={listings}")))
            }
            "&x=3" => ok(&[sub("a", "1")], None),
            _ => answer(410, ""),
        };
        step = walk.advance(&mut mapper, NOW, vec![Outcome { id: pending.swap_remove(found).id, answer }]);
        codes.extend(step.problems.iter().map(|problem| problem.code));
    }
    assert_eq!((step.finished.map(|totals| (totals.complete, totals.records)), codes), (Some((true, 4)), vec!["list-restarted"; 2]));
}
