//! Assessments, their own lists of sub-assessments, and what is wrong with either.

use super::small::*;
use super::*;
use crate::contract::Severity;

#[test]
fn r04_a_forbidden_scope_ends_and_names_the_role() {
    let other = FIRST.replace("subscriptions/s", "providers/Microsoft.Management/managementGroups/g");
    for (status, mode) in [(401, SubAssessments::PerAssessment), (403, SubAssessments::PerAssessment), (403, SubAssessments::ListAll)] {
        let scopes = vec![Scope::ManagementGroup("g".into()), Scope::Subscription("s".into())];
        let settings = Settings { scopes, ..settings(mode) };
        let ran = Host::new(&settings, 1).run(|url| match url {
            url if url == other => answer(status, "{\"error\":{\"code\":\"AuthorizationFailed\",\"message\":\"no\"}}"),
            FIRST => ok(&[bare("a")], None),
            ALL => ok(&[], None),
            _ => panic!("nobody named `{url}`"),
        });
        assert_eq!((names(&ran), ran.totals.complete, ran.totals.failed), (vec!["a".to_owned()], false, 1));
        let [problem] = &ran.problems[..] else { panic!("{:?}", ran.problems) };
        assert_eq!((problem.code, problem.severity, problem.source.is_some()), ("scope-forbidden", Severity::Error, true));
        let expected = format!(
            "cannot list the assessments of `/providers/Microsoft.Management/managementGroups/g`: status {status} (AuthorizationFailed: no): \
             give the identity the role Reader or Security Reader on the management group"
        );
        assert_eq!(problem.message, expected);
    }
}

#[test]
fn r07_a_list_of_sub_assessments_that_is_not_there_is_skipped() {
    let gone = format!("{}&x=1", list("c"));
    let ran = one_by_one(&[
        (FIRST, ok(&[linked("a"), linked("b"), linked("c")], None)),
        (&list("a"), answer(404, "")),
        (&list("b"), answer(409, "")),
        (&list("c"), ok(&[], Some(&gone))),
        (&gone, answer(404, "")),
    ]);
    assert_eq!(names(&ran), ["a", "b", "c"]);
    assert_eq!((ran.totals.skipped, ran.totals.failed, ran.totals.complete), (2, 1, false), "a later page that is gone is a failure");
    let mut codes = ran.codes();
    codes.sort_unstable();
    assert_eq!(codes, ["sub-assessments-failed", "sub-assessments-missing", "sub-assessments-missing"]);
    let both = walk(SubAssessments::ListAll, &[(FIRST, ok(&[linked("a"), bare("b")], None)), (ALL, answer(404, ""))]);
    assert_eq!((names(&both), both.totals.skipped, both.totals.complete), (vec!["a".to_owned(), "b".to_owned()], 1, true));
}

#[test]
fn a_list_of_sub_assessments_that_was_retired_is_skipped() {
    let ran = one_by_one(&[(FIRST, ok(&[linked("a")], None)), (&list("a"), answer(410, ""))]);
    assert_eq!((names(&ran), ran.codes(), ran.totals.skipped, ran.totals.complete), (vec!["a".to_owned()], vec!["sub-assessments-missing"], 1, true));
    let both = walk(SubAssessments::ListAll, &[(FIRST, ok(&[linked("a"), bare("b")], None)), (ALL, answer(410, ""))]);
    assert_eq!((names(&both).len(), both.codes(), both.totals.skipped, both.totals.complete), (2, vec!["sub-assessments-missing"], 1, true));
}

#[test]
fn a_list_without_content_is_an_empty_list() {
    for empty in [answer(204, ""), answer(204, "gone"), answer(200, ""), answer(200, " \r\n")] {
        let ran = one_by_one(&[(FIRST, ok(&[linked("a")], None)), (&list("a"), empty.clone())]);
        assert_eq!((names(&ran), ran.problems.len(), ran.totals.pages, ran.totals.complete), (vec!["a".to_owned()], 0, 2, true));
        let both = walk(SubAssessments::ListAll, &[(FIRST, ok(&[linked("a")], None)), (ALL, empty)]);
        assert_eq!((names(&both), both.problems.len(), both.totals.skipped, both.totals.complete), (vec!["a".to_owned()], 0, 0, true));
    }
    let none = one_by_one(&[(FIRST, answer(204, ""))]);
    assert_eq!((none.documents.len(), none.problems.len(), none.totals.pages, none.totals.complete), (0, 0, 1, true));
    let odd = one_by_one(&[(FIRST, answer(200, ""))]);
    assert_eq!((odd.codes(), odd.totals.complete), (vec!["scope-failed"], false), "an empty body is no list of assessments");
}

#[test]
fn without_sub_assessments_every_assessment_is_stored_as_it_is() {
    let ran = walk(SubAssessments::None, &[(FIRST, ok(&[linked("a"), bare("b"), linked("a")], None))]);
    assert_eq!((names(&ran), ran.requests.len(), ran.problems.len()), (vec!["a".to_owned(), "b".to_owned()], 1, 0));
    assert_eq!((ran.totals.records, ran.totals.skipped, ran.totals.complete), (2, 0, true));
    assert_eq!(ran.run["microsoft_defender_cloud"]["run"]["mode"], "none");
}

#[test]
fn all_sub_assessments_of_a_scope_are_listed_unless_told_otherwise() {
    let defaults = Settings::default();
    let settings = settings(defaults.sub_assessments);
    let ran = Host::new(&settings, 1).run(|url| match url {
        FIRST => ok(&[linked("a"), bare("b")], None),
        ALL => ok(&[sub("a", "1"), sub("b", "2")], None),
        _ => panic!("nobody named `{url}`"),
    });
    assert_eq!((names(&ran), ran.totals.complete), (vec!["a+1".to_owned(), "b+2".to_owned()], true));
}

#[test]
fn r08_one_bad_list_hides_nothing_else() {
    let (second, more) = (later(1), format!("{}&x=1", list("c")));
    let ran = one_by_one(&[
        (FIRST, ok(&[linked("a"), linked("b")], Some(&second))),
        (&second, ok(&[linked("c"), bare("d")], None)),
        (&list("a"), answer(500, "")),
        (&list("b"), ok(&[sub("b", "1"), sub("b", "2")], None)),
        (&list("c"), ok(&[sub("c", "1")], Some(&more))),
        (&more, Err(Failure::TimedOut)),
    ]);
    assert_eq!(names(&ran), ["a", "b+1", "b+2", "c+1", "d"], "no bare assessment beside its sub-assessments");
    assert_eq!((ran.totals.failed, ran.totals.complete), (2, false));
    let told: Vec<_> = ran.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert!(told.contains(&"cannot read the sub-assessments of `/s/providers/assessments/a`: status 500"), "{told:?}");
    assert!(told.contains(&"cannot read the sub-assessments of `/s/providers/assessments/c`: no answer in time"), "{told:?}");
}

#[test]
fn r08_a_link_to_elsewhere_is_not_followed() {
    let record = linked("a").replace("\"/S/providers/assessments/a/subAssessments\"", "\"https://elsewhere.example/a\"");
    let ran = one_by_one(&[(FIRST, ok(&[record], None))]);
    assert_eq!((names(&ran), ran.codes(), ran.totals.failed), (vec!["a".to_owned()], vec!["sub-assessments-failed"], 1));
}

#[test]
fn a_link_that_would_lead_to_another_path_is_not_followed() {
    let record = linked("a").replace("/a/subAssessments\"", "/%2e%2E/a/subAssessments\"");
    let ran = one_by_one(&[(FIRST, ok(&[record, bare("b")], None))]);
    assert_eq!((names(&ran), ran.codes(), ran.totals.failed), (vec!["a".to_owned(), "b".to_owned()], vec!["sub-assessments-failed"], 1));
    assert!(ran.problems[0].message.ends_with("its link is not followed: a segment of its path is `.` or `..`, so it would lead to another one"));
    assert_eq!(ran.requests.len(), 1);
}

#[test]
fn r08_a_scope_that_fails_leaves_the_others_alone() {
    let failures = [answer(500, ""), answer(404, ""), Err(Failure::TimedOut), Err(Failure::TooLarge(9)), Err(Failure::Refused("no".into()))];
    for mode in [SubAssessments::PerAssessment, SubAssessments::ListAll] {
        for failure in &failures {
            let scopes = ["bad", "s"].map(|id| Scope::Subscription(id.into())).to_vec();
            let settings = Settings { scopes, ..settings(mode) };
            let ran = Host::new(&settings, 1).run(|url| match url {
                FIRST => ok(&[bare("a")], None),
                ALL => ok(&[], None),
                _ => failure.clone(),
            });
            assert_eq!((names(&ran), ran.codes(), ran.totals.failed), (vec!["a".to_owned()], vec!["scope-failed"], 1));
        }
    }
}

#[test]
fn a_subscription_that_is_not_registered_is_skipped_where_another_scope_answers() {
    let settings = |ids: &[&str]| Settings { scopes: ids.iter().map(|id| Scope::Subscription((*id).into())).collect(), ..settings(SubAssessments::ListAll) };
    let answers = |url: &str| match url {
        FIRST => ok(&[bare("a")], None),
        ALL => ok(&[], None),
        _ => answer(404, "{\"error\":{\"code\":\"Subscription Not Registered\",\"message\":\"no\"}}"),
    };
    let both = Host::new(&settings(&["new", "s"]), 1).keeping_cursors().run(answers);
    assert_eq!((names(&both), both.codes(), both.totals.skipped, both.totals.complete), (vec!["a".to_owned()], vec!["scope-not-registered"], 1, true));
    let expected = "cannot list the assessments of `/subscriptions/new`: status 404 (Subscription Not Registered: no): \
        register Microsoft.Security in `/subscriptions/new`, or take it out of the settings";
    assert_eq!((both.problems[0].message.as_str(), both.problems[0].severity), (expected, Severity::Warning));
    for (cursor, _) in &both.cursors {
        assert_eq!(Host::new(&settings(&["new", "s"]), 2).resume(Some(cursor), answers).totals, both.totals);
    }
    let alone = Host::new(&settings(&["new", "newer"]), 1).run(answers);
    assert_eq!((alone.codes(), alone.totals.failed, alone.totals.complete), (vec!["scope-not-registered"; 2], 2, false));
}

#[test]
fn r19_an_assessment_that_is_listed_twice_is_stored_once() {
    let second = later(1);
    let shouting = linked("a").replace("\"id\":\"/S/", "\"id\":\"/s/");
    let answers = [
        (FIRST, ok(&[linked("a"), bare("b")], Some(&second))),
        (&*second, ok(&[bare("b"), shouting, bare("c")], None)),
        (&*list("a"), ok(&[sub("a", "1")], None)),
        (ALL, ok(&[sub("a", "1")], None)),
    ];
    for mode in [SubAssessments::PerAssessment, SubAssessments::ListAll] {
        let ran = walk(mode, &answers);
        assert_eq!((names(&ran), ran.made, ran.totals.complete), (vec!["a+1".to_owned(), "b".to_owned(), "c".to_owned()], 3, true));
        assert_eq!((ran.totals.records, ran.problems.len()), (4, 0));
        assert_eq!(ran.run["microsoft_defender_cloud"]["run"]["reasons"][0]["count"], 2);
    }
}

#[test]
fn records_without_an_id_are_told_apart_by_their_text() {
    let records = ["{\"n\":1}", "{\"id\":\"\"}", "{\"id\":7}", "[]", "{\"n\":1}"].map(str::to_owned);
    let ran = one_by_one(&[(FIRST, ok(&records, None))]);
    assert_eq!((ran.documents.len(), ran.totals.records, ran.totals.complete), (4, 4, true));
    let parent = linked("a").replace("\"id\":\"/S/providers/assessments/a\",", "");
    let subs = ["{\"n\":1}", "{\"n\":2}", "[7]"].map(str::to_owned);
    let ran = one_by_one(&[(FIRST, ok(&[parent], None)), (&list("a"), ok(&subs, None))]);
    assert_eq!((ran.documents.len(), ran.totals.complete), (3, true));
}

#[test]
fn items_that_say_nothing_are_missing_and_no_documents() {
    let empty = |records: &[&str]| ok(&records.iter().map(|record| (*record).to_owned()).collect::<Vec<_>>(), None);
    let check = |ran: Ran, failed: u64| {
        assert_eq!((names(&ran), ran.codes()), (vec!["a".to_owned()], vec!["item-empty"]));
        assert_eq!((ran.totals.failed, ran.totals.records, ran.totals.complete), (failed, 1, false));
        assert_eq!(ran.run["microsoft_defender_cloud"]["run"]["reasons"][0], serde_json::json!({ "code": "item-empty", "count": failed }));
    };
    check(one_by_one(&[(FIRST, empty(&["null", "{ }", &bare("a"), "7", "\"x\"", "true"]))]), 5);
    check(one_by_one(&[(FIRST, ok(&[linked("a")], None)), (&list("a"), empty(&["null"]))]), 1);
    check(walk(SubAssessments::ListAll, &[(FIRST, ok(&[linked("a")], None)), (ALL, empty(&["{}", "null"]))]), 2);
}

#[test]
fn r09_items_that_say_nothing_are_counted_once_however_often_a_run_is_resumed() {
    let settings = settings(SubAssessments::PerAssessment);
    let records = [bare("a"), "null".to_owned(), linked("b"), "{}".to_owned(), bare("c")];
    let answers = |url: &str| match url {
        FIRST => ok(&records, Some(&later(1))),
        url if url == later(1) => ok(&["7".to_owned(), bare("d")], None),
        _ => ok(&[sub("b", "1")], None),
    };
    let whole = Host::new(&settings, 1).keeping_cursors().run(answers);
    assert_eq!(whole.totals.failed, 3);
    for (cursor, _) in &whole.cursors {
        assert_eq!(Host::new(&settings, 2).resume(Some(cursor), answers).totals, whole.totals);
    }
}

#[test]
fn an_assessment_that_takes_no_member_is_stored_beside_its_sub_assessments() {
    let odd = linked("a")
        .replace("\"additionalData\":{", "\"additionalData\":{},\"x\":{")
        .replace("\"properties\":{\"additionalData\":{}", "\"properties\":{\"additionalData\":[]");
    let ran = walk(SubAssessments::ListAll, &[(FIRST, ok(&[odd], None)), (ALL, ok(&[sub("a", "1"), sub("a", "2")], None))]);
    assert_eq!(names(&ran), ["-+1", "-+2", "a"]);
    assert_eq!((ran.codes(), ran.totals.complete), (vec!["sub-assessment-unmerged"], true));
}
