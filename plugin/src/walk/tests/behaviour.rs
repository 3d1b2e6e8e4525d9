//! What a walk does in each of the situations that users met.

use std::cell::RefCell;

use super::*;
use crate::contract::Severity;

const FIRST: &str = "https://management.azure.com/subscriptions/s/providers/Microsoft.Security/assessments?api-version=2021-06-01";
const ALL: &str = "https://management.azure.com/subscriptions/s/providers/Microsoft.Security/subAssessments?api-version=2019-01-01-preview";

/// An assessment without sub-assessments.
fn bare(name: &str) -> String {
    format!("{{\"id\":\"/S/providers/assessments/{name}\"}}")
}

/// An assessment with a list of them.
fn linked(name: &str) -> String {
    let id = format!("/S/providers/assessments/{name}");
    format!("{{\"id\":\"{id}\",\"properties\":{{\"additionalData\":{{\"subAssessmentsLink\":\"{id}/subAssessments\"}}}}}}")
}

/// Where that list is.
fn list(name: &str) -> String {
    format!("https://management.azure.com/S/providers/assessments/{name}/subAssessments?api-version=2019-01-01-preview")
}

fn sub(parent: &str, name: &str) -> String {
    format!("{{\"id\":\"/s/PROVIDERS/assessments/{parent}/subassessments/{name}\"}}")
}

/// Where a page behind the first one is.
fn later(number: usize) -> String {
    format!("{FIRST}&$skipToken={number}")
}

fn ok(records: &[String], next: Option<&str>) -> Answer {
    answer(200, page(records, next))
}

fn walk(mode: SubAssessments, answers: &[(&str, Answer)]) -> Ran {
    let settings = settings(mode);
    let find = |url: &str| {
        let found = answers.iter().find(|(known, _)| *known == url);
        found.unwrap_or_else(|| panic!("nobody named `{url}`")).1.clone()
    };
    let runs = [1, 2, 3].map(|seed| Host::new(&settings, seed).run(find));
    assert!(runs.iter().all(|ran| ran.documents == runs[0].documents && ran.totals == runs[0].totals));
    runs.into_iter().next().expect("three runs")
}

fn one_by_one(answers: &[(&str, Answer)]) -> Ran {
    walk(SubAssessments::PerAssessment, answers)
}

/// The assessments and sub-assessments that documents were made of, by the last part of their ids.
fn names(ran: &Ran) -> Vec<String> {
    let last = |value: &Value| value.as_str().and_then(|id| id.rsplit('/').next()).unwrap_or("-").to_owned();
    let pairs = ran.documents.values().map(|body| original(body)).map(|record| {
        let sub = &record["properties"]["additionalData"]["subAssessment"];
        if sub.is_null() { last(&record["id"]) } else { format!("{}+{}", last(&record["id"]), last(&sub["id"])) }
    });
    let mut names: Vec<String> = pairs.collect();
    names.sort();
    names
}

#[test]
fn r01_empty_pages_with_a_link_are_followed() {
    let (one, two, three) = (later(1), later(2), later(3));
    let ran = one_by_one(&[
        (FIRST, ok(&[], Some(&one))),
        (&one, ok(&[], Some(&two))),
        (&two, ok(&[bare("a"), linked("b")], Some(&three))),
        (&three, ok(&[], None)),
        (&list("b"), ok(&[], Some(&format!("{}&x=1", list("b"))))),
        (&format!("{}&x=1", list("b")), ok(&[sub("b", "1")], None)),
    ]);
    assert_eq!(names(&ran), ["a", "b+1"], "an empty first page is no reason for the bare assessment");
    assert_eq!((ran.totals.pages, ran.totals.records, ran.totals.complete), (6, 3, true));
    assert!(ran.problems.is_empty());
}

#[test]
fn r02_empty_pages_for_ever_are_left() {
    let settings = settings(SubAssessments::PerAssessment);
    let number = RefCell::new(0);
    let ran = Host::new(&settings, 1).run(|_| {
        *number.borrow_mut() += 1;
        ok(&[], Some(&later(*number.borrow())))
    });
    assert_eq!((ran.codes(), ran.totals.complete), (vec!["list-endless"], false));
    assert_eq!(ran.requests.len(), 1000);
    assert_eq!(ran.run["event"]["outcome"], "failure");
}

#[test]
fn r02_pages_that_bring_the_same_for_ever_are_left() {
    let settings = settings(SubAssessments::PerAssessment);
    let number = RefCell::new(0);
    let ran = Host::new(&settings, 1).run(|_| {
        *number.borrow_mut() += 1;
        ok(&[bare("a")], Some(&later(*number.borrow())))
    });
    assert_eq!((names(&ran), ran.totals.complete), (vec!["a".to_owned()], false));
    assert!(ran.codes().contains(&"list-endless"));
}

#[test]
fn r03_links_that_are_not_followed_end_the_list_and_are_told() {
    let check = |link: &str, code: &str| {
        let ran = one_by_one(&[(FIRST, answer(200, format!("{{\"value\":[{}],\"nextLink\":{link}}}", bare("a"))))]);
        assert_eq!((names(&ran), ran.codes(), ran.totals.complete, ran.requests.len()), (vec!["a".to_owned()], vec![code], false, 1), "{link}");
    };
    check("\"_dynamic\"", "link-refused");
    check("\"https://elsewhere.example/a\"", "link-refused");
    check("\"http://management.azure.com/a\"", "link-refused");
    check("\"//elsewhere.example/a\"", "link-refused");
    check("7", "link-refused");
    check(&format!("{FIRST:?}"), "list-endless");
}

#[test]
fn r03_links_that_are_no_link_end_the_list_in_good_order() {
    for link in ["", ",\"nextLink\":null", ",\"nextLink\":\"\""] {
        let ran = one_by_one(&[(FIRST, answer(200, format!("{{\"value\":[{}]{link}}}", bare("a"))))]);
        assert_eq!((names(&ran), ran.problems.len(), ran.totals.complete), (vec!["a".to_owned()], 0, true));
    }
}

#[test]
fn r03_links_are_sent_as_they_are() {
    let odd = "https://MANAGEMENT.azure.com/x?api-version=2019-01-01&$skipToken=%7B+\\\"";
    let sent = "https://MANAGEMENT.azure.com/x?api-version=2019-01-01&$skipToken=%7B+\"";
    let first = answer(200, format!("{{\"value\":[],\"nextLink\":\"{odd}\"}}"));
    let ran = one_by_one(&[
        (FIRST, first),
        (sent, answer(200, "{\"value\":[],\"nextLink\":\"/y?z=1\"}")),
        ("https://management.azure.com/y?z=1", ok(&[bare("a")], None)),
    ]);
    assert_eq!((names(&ran), ran.totals.complete), (vec!["a".to_owned()], true));
}

#[test]
fn r03_a_longer_loop_is_found() {
    let (one, two) = (later(1), later(2));
    let ran = one_by_one(&[(FIRST, ok(&[bare("a")], Some(&one))), (&one, ok(&[bare("b")], Some(&two))), (&two, ok(&[bare("c")], Some(&one)))]);
    assert_eq!((names(&ran).len(), ran.codes(), ran.requests.len()), (3, vec!["list-endless"], 3));
}

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
fn r12_r13_what_is_no_page_is_a_problem_and_no_document() {
    let second = later(1);
    for body in ["<!DOCTYPE html><html></html>", "{\"value\":[{\"id\":\"x\"", "", "{\"error\":{}}", "[]", "\u{0}"] {
        let first = one_by_one(&[(FIRST, answer(200, body))]);
        assert_eq!((first.documents.len(), first.codes(), first.totals.complete), (0, vec!["scope-failed"], false), "{body}");
        let next = one_by_one(&[(FIRST, ok(&[bare("a")], Some(&second))), (&second, answer(200, body))]);
        assert_eq!((names(&next), next.codes(), next.totals.complete), (vec!["a".to_owned()], vec!["page-failed"], false), "{body}");
        let sub = one_by_one(&[(FIRST, ok(&[linked("a")], None)), (&list("a"), answer(200, body))]);
        assert_eq!((names(&sub), sub.codes(), sub.totals.complete), (vec!["a".to_owned()], vec!["sub-assessments-failed"], false), "{body}");
    }
    let marked = one_by_one(&[(FIRST, answer(200, format!("\u{feff}{}", page(&[bare("a")], None))))]);
    assert_eq!((names(&marked), marked.totals.complete), (vec!["a".to_owned()], true));
    let bytes = one_by_one(&[(FIRST, answer(200, *b"{\"value\":[\"\xff\"]}"))]);
    assert_eq!(bytes.codes(), ["scope-failed"]);
}

#[test]
fn r14_without_a_scope_a_run_ends_at_once() {
    let settings = Settings { scopes: vec![], ..settings(SubAssessments::PerAssessment) };
    let (_, step) = Walk::begin(&settings, &mut Mapper::new(settings.clone()), NOW, None);
    assert_eq!(step.problems.iter().map(|problem| (problem.code, problem.severity)).collect::<Vec<_>>(), [("scope-missing", Severity::Error)]);
    assert_eq!(step.finished, Some(Totals::default()));
    assert_eq!(step.documents.iter().map(|document| document.dataset).collect::<Vec<_>>(), [Dataset::Run]);
    assert!(step.requests.is_empty() && step.cursor.is_none() && !step.more);
}

#[test]
fn r14_every_scope_is_asked_with_its_own_path_and_the_token_scopes() {
    let scopes = vec![Scope::Subscription("S".into()), Scope::ManagementGroup("g".into())];
    let settings = Settings { scopes, url: "https://api.example:8443".into(), assessment_api_version: "v".into(), ..settings(SubAssessments::ListAll) };
    let (_, step) = Walk::begin(&settings, &mut Mapper::new(settings.clone()), NOW, None);
    let urls: Vec<_> = step.requests.iter().map(|request| request.url.as_str()).collect();
    assert_eq!(
        urls,
        [
            "https://api.example:8443/subscriptions/S/providers/Microsoft.Security/assessments?api-version=v",
            "https://api.example:8443/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Security/assessments?api-version=v",
        ]
    );
    assert!(step.requests.iter().all(|request| request.token_scopes == settings.token_scopes));
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

/// Answers as long as a link of the first listing was not used; then that link has expired.
fn expiring(status: u16) -> impl FnMut(&str) -> Answer {
    let mut listings = 0;
    move |url| {
        let old = format!("{FIRST}&$skipToken=old");
        match url {
            FIRST => {
                listings += 1;
                let next = if listings == 1 { old } else { later(1) };
                ok(&[bare("a"), linked("b")], Some(&next))
            }
            url if url == old => answer(status, ""),
            url if url == later(1) => ok(&[bare("c")], None),
            url if url == list("b") => ok(&[sub("b", "1")], None),
            ALL => ok(&[sub("b", "1")], None),
            _ => panic!("nobody named `{url}`"),
        }
    }
}

#[test]
fn r20_a_list_whose_link_expired_is_read_once_more() {
    for mode in [SubAssessments::PerAssessment, SubAssessments::ListAll] {
        for status in [400, 404, 410] {
            let settings = settings(mode);
            let ran = Host::new(&settings, 1).run(expiring(status));
            assert_eq!((names(&ran), ran.made), (vec!["a".to_owned(), "b+1".to_owned(), "c".to_owned()], 3));
            assert_eq!((ran.codes(), ran.totals.complete, ran.totals.records), (vec!["list-restarted"], true, 4));
        }
    }
}

#[test]
fn r20_a_link_that_expires_again_is_given_up() {
    let second = later(1);
    let ran = one_by_one(&[(FIRST, ok(&[bare("a")], Some(&second))), (&second, answer(410, ""))]);
    assert_eq!((names(&ran), ran.made), (vec!["a".to_owned()], 1));
    assert_eq!((ran.codes(), ran.totals.complete, ran.requests.len()), (vec!["list-restarted", "page-failed"], false, 4));
}

#[test]
fn r20_a_cursor_whose_link_expired_begins_the_list_anew_and_counts_once() {
    let settings = settings(SubAssessments::PerAssessment);
    let second = later(1);
    let whole = Host::new(&settings, 1).keeping_cursors().run(|url| match url {
        FIRST => ok(&[bare("a")], Some(&second)),
        _ => ok(&[bare("b")], None),
    });
    let (cursor, stored) = whole.cursors.last().expect("a cursor at the second page");
    assert_eq!(stored.len(), 1);
    let mut expired = false;
    let rest = Host::new(&settings, 1).resume(Some(cursor), |url| match url {
        FIRST => ok(&[bare("a")], Some(&second)),
        _ if !std::mem::replace(&mut expired, true) => answer(410, ""),
        _ => ok(&[bare("b")], None),
    });
    assert_eq!((rest.ids(), rest.totals), (whole.ids(), whole.totals));
}

#[test]
fn r09_a_page_that_changed_since_the_cut_is_read_from_its_beginning() {
    let settings = settings(SubAssessments::PerAssessment);
    let records = [bare("a"), linked("b"), bare("c")];
    let whole = Host::new(&settings, 1).keeping_cursors().run(|url| match url {
        FIRST => ok(&records, None),
        _ => ok(&[sub("b", "1")], None),
    });
    let (cursor, stored) = whole.cursors.last().expect("a cursor while the list is read");
    assert_eq!(stored.len(), 2);
    // One assessment is gone and another new: behind the same number of records lies something else.
    let changed = [linked("b"), bare("c"), bare("d")];
    let rest = Host::new(&settings, 1).resume(Some(cursor), |url| match url {
        FIRST => ok(&changed, None),
        _ => ok(&[sub("b", "1")], None),
    });
    assert_eq!(names(&rest), ["b+1", "c", "d"]);
    assert_eq!((rest.totals.records, rest.totals.documents, rest.totals.pages), (4, 3, 2));
    // Unchanged, only what was not stored comes again, and what lies behind it.
    let same = Host::new(&settings, 1).resume(Some(cursor), |url| match url {
        FIRST => ok(&records, None),
        _ => ok(&[sub("b", "1")], None),
    });
    assert_eq!((names(&same), same.totals), (vec!["b+1".to_owned(), "c".to_owned()], whole.totals));
}

#[test]
fn r09_a_cursor_that_does_not_serve_begins_a_new_run_and_says_so() {
    let settings = settings(SubAssessments::PerAssessment);
    let (_, step) = Walk::begin(&settings, &mut Mapper::new(settings.clone()), NOW, None);
    let cursor = step.cursor.expect("a cursor");
    let text = String::from_utf8(cursor.clone()).expect("a cursor is text");
    let check = |settings: &Settings, cursor: &[u8], told: &str| {
        let mut mapper = Mapper::new(settings.clone());
        let (_, step) = Walk::begin(settings, &mut mapper, NOW + 5, Some(cursor));
        let [problem] = &step.problems[..] else { panic!("{:?}", step.problems) };
        assert_eq!((problem.code, problem.severity), ("cursor-unusable", Severity::Warning));
        assert!(problem.message.contains(told), "{}", problem.message);
        assert_eq!(step.requests.len(), settings.scopes.len(), "the new run begins");
    };
    for end in [0, 1, 2, 30, text.len() - 1] {
        check(&settings, &cursor[..end], "damaged");
    }
    for at in (2..cursor.len()).step_by(7) {
        let mut damaged = cursor.clone();
        damaged[at] ^= 1;
        check(&settings, &damaged, "damaged");
    }
    check(&settings, b"\xff\xfe", "damaged");
    check(&settings, text.replacen('1', "2", 1).as_bytes(), "another version");
    let other = Settings { scopes: vec![Scope::Subscription("t".into())], ..settings.clone() };
    check(&other, &cursor, "other scopes");
    check(&Settings { sub_assessments: SubAssessments::ListAll, ..settings.clone() }, &cursor, "other scopes");
    let (_, resumed) = Walk::begin(&settings, &mut Mapper::new(settings.clone()), NOW + 5, Some(&cursor));
    assert_eq!((resumed.problems.len(), resumed.cursor), (0, Some(cursor)), "the start of the run is kept");
}

#[test]
fn r09_a_resumed_run_keeps_its_start_and_its_ids() {
    let settings = settings(SubAssessments::PerAssessment);
    let mut mapper = Mapper::new(settings.clone());
    let documents = |walk: &mut Walk, mapper: &mut Mapper| {
        let answer = ok(&[bare("a")], None);
        walk.advance(mapper, NOW + 9, vec![Outcome { id: 1, answer }]).documents
    };
    let (mut first, step) = Walk::begin(&settings, &mut mapper, NOW, None);
    let (mut resumed, _) = Walk::begin(&settings, &mut mapper, NOW + 5, step.cursor.as_deref());
    let (mut tomorrow, _) = Walk::begin(&settings, &mut mapper, NOW + 5, None);
    let first = documents(&mut first, &mut mapper);
    assert_eq!(first, documents(&mut resumed, &mut mapper));
    let tomorrow = documents(&mut tomorrow, &mut mapper);
    assert!(first.iter().zip(&tomorrow).all(|(one, other)| one.id != other.id));
}

#[test]
fn an_outcome_that_nobody_waits_for_is_told_and_ignored() {
    let settings = settings(SubAssessments::PerAssessment);
    let mut mapper = Mapper::new(settings.clone());
    let (mut walk, _) = Walk::begin(&settings, &mut mapper, NOW, None);
    let strange = || Outcome { id: 77, answer: ok(&[bare("x")], None) };
    let expected = || Outcome { id: 1, answer: ok(&[bare("a")], None) };
    let step = walk.advance(&mut mapper, NOW, vec![strange(), expected(), expected()]);
    assert_eq!(
        step.problems.iter().map(|problem| (problem.code, problem.source)).collect::<Vec<_>>(),
        [("outcome-unknown", Some(0)), ("outcome-unknown", Some(2))]
    );
    assert_eq!(step.documents.iter().map(|document| document.source).collect::<Vec<_>>(), [Some(1), None]);
    assert!(step.finished.is_some_and(|totals| totals.complete));
    let again = walk.advance(&mut mapper, NOW, vec![]);
    assert_eq!((again.finished, again.documents.len()), (step.finished, 0), "the end is told again, not stored again");
}

#[test]
fn records_without_an_id_are_told_apart_by_their_text() {
    let records = ["{}", "{\"id\":\"\"}", "{\"id\":7}", "null", "5", "{}"].map(str::to_owned);
    let ran = one_by_one(&[(FIRST, ok(&records, None))]);
    assert_eq!((ran.documents.len(), ran.totals.records, ran.totals.complete), (5, 5, true));
    let parent = linked("a").replace("\"id\":\"/S/providers/assessments/a\",", "");
    let subs = ["{\"n\":1}", "{\"n\":2}", "null"].map(str::to_owned);
    let ran = one_by_one(&[(FIRST, ok(&[parent], None)), (&list("a"), ok(&subs, None))]);
    assert_eq!((ran.documents.len(), ran.totals.complete), (3, true));
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
fn many_scopes_are_walked_a_few_at_a_time() {
    let scopes = (0..100).map(|number| Scope::Subscription(format!("n{number}"))).collect();
    let settings = Settings { scopes, ..settings(SubAssessments::PerAssessment) };
    let (_, step) = Walk::begin(&settings, &mut Mapper::new(settings.clone()), NOW, None);
    assert_eq!(step.requests.len(), 16);
    let ran = Host::new(&settings, 1).keeping_cursors().run(|url| ok(&[bare(url.split('/').nth(4).expect("a subscription"))], None));
    assert_eq!((ran.documents.len(), ran.totals.pages, ran.totals.complete), (100, 100, true));
}
