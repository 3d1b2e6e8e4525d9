//! Scopes, their pages, and the links between them.

use std::cell::RefCell;

use super::small::*;
use super::*;
use crate::contract::Severity;

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
fn r12_r13_what_is_no_page_is_a_problem_and_no_document() {
    let second = later(1);
    for body in ["<!DOCTYPE html><html></html>", "{\"value\":[{\"id\":\"x\"", "", "{\"error\":{}}", "[]", "\u{0}"] {
        let first = one_by_one(&[(FIRST, answer(200, body))]);
        assert_eq!((first.documents.len(), first.codes(), first.totals.complete), (0, vec!["scope-failed"], false), "{body}");
        let next = one_by_one(&[(FIRST, ok(&[bare("a")], Some(&second))), (&second, answer(200, body))]);
        assert_eq!((names(&next), next.codes(), next.totals.complete), (vec!["a".to_owned()], vec!["page-failed"], false), "{body}");
        // An empty body of a list of sub-assessments is an empty list.
        if body.is_empty() {
            continue;
        }
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
fn many_scopes_are_walked_a_few_at_a_time() {
    let scopes = (0..100).map(|number| Scope::Subscription(format!("n{number}"))).collect();
    let settings = Settings { scopes, ..settings(SubAssessments::PerAssessment) };
    let (_, step) = Walk::begin(&settings, &mut Mapper::new(settings.clone()), NOW, None);
    assert_eq!(step.requests.len(), 16);
    let ran = Host::new(&settings, 1).keeping_cursors().run(|url| ok(&[bare(url.split('/').nth(4).expect("a subscription"))], None));
    assert_eq!((ran.documents.len(), ran.totals.pages, ran.totals.complete), (100, 100, true));
}

#[test]
fn r03_a_next_link_in_another_spelling_is_followed() {
    let two = later(1);
    for name in ["NextLink", "@nextLink", "odata.nextLink", "@odata.nextLink", "@OData.NextLink"] {
        let first = answer(200, format!("{{\"Value\":[{}],\"{name}\":{two:?}}}", bare("a")));
        let ran = one_by_one(&[(FIRST, first), (&two, ok(&[bare("b")], None))]);
        assert_eq!(names(&ran), ["a", "b"], "{name}");
        assert!(ran.totals.complete && ran.problems.is_empty());
    }
}

#[test]
fn a_link_that_is_not_known_makes_a_run_incomplete() {
    let page = |records: &str| answer(200, format!("{{\"value\":[{records}],\"links\":{{\"next\":\"/more\"}}}}"));
    let check = |ran: Ran, expected: &[&str]| {
        assert_eq!(names(&ran), expected);
        assert_eq!(ran.codes(), ["link-unknown"]);
        assert!(ran.problems[0].severity == Severity::Error && ran.problems[0].message.contains("`links.next`"), "{:?}", ran.problems);
        assert!(!ran.totals.complete);
    };
    check(one_by_one(&[(FIRST, page(&bare("a")))]), &["a"]);
    check(one_by_one(&[(FIRST, ok(&[linked("a")], None)), (&list("a"), page(&sub("a", "1")))]), &["a+1"]);
    check(walk(SubAssessments::ListAll, &[(FIRST, ok(&[linked("a"), bare("b")], None)), (ALL, page(&sub("a", "1")))]), &["a+1", "b"]);
}

#[test]
fn links_that_say_different_things_make_a_run_incomplete() {
    let page = |other: &str| answer(200, format!("{{\"value\":[{}],\"nextLink\":{:?},\"@odata.nextLink\":{other:?}}}", bare("a"), later(1)));
    let ran = one_by_one(&[(FIRST, page(&later(2)))]);
    assert_eq!((names(&ran), ran.codes(), ran.totals.complete, ran.requests.len()), (vec!["a".to_owned()], vec!["link-unknown"], false, 1));
    let told = &ran.problems[0].message;
    assert!(told.ends_with("there is a next page, but `@odata.nextLink` says something else about it than another member"), "{told}");

    let same = later(1).replace("https://management.azure.com", "");
    let ran = one_by_one(&[(FIRST, page(&same)), (&later(1), ok(&[bare("b")], None))]);
    assert_eq!((names(&ran).len(), ran.problems.len(), ran.totals.complete), (2, 0, true));
}

#[test]
fn every_request_is_a_url() {
    let mut settings = settings(SubAssessments::PerAssessment);
    settings.scopes = vec![Scope::ManagementGroup("Größe 1%?".into())];
    let first = "https://management.azure.com/providers/Microsoft.Management/managementGroups/Gr%C3%B6%C3%9Fe%201%25%3F/providers/Microsoft.Security/assessments\
        ?api-version=2021-06-01";
    let second = "https://management.azure.com/n%20%C3%A4?$skipToken=%7b\"x|y\"%7d";
    let subs = "https://management.azure.com/rg%20%22%C3%A4%22/%23/subAssessments?api-version=2019-01-01-preview";
    let ran = Host::new(&settings, 1).run(|url| match url {
        _ if url == first => ok(&[bare("a")], Some("/n ä?$skipToken=%7b\"x|y\"%7d")),
        _ if url == second => {
            ok(&[r#"{"id":"/A/assessments/b","properties":{"additionalData":{"subAssessmentsLink":"/rg \"ä\"/#/subAssessments"}}}"#.into()], None)
        }
        _ if url == subs => ok(&[sub("b", "1")], None),
        _ => panic!("nobody named `{url}`"),
    });
    assert_eq!(names(&ran), ["a", "b+1"]);
    assert!(ran.totals.complete && ran.problems.is_empty());
    assert_eq!(ran.run["microsoft_defender_cloud"]["run"]["scopes"][0], "/providers/Microsoft.Management/managementGroups/Größe 1%?");
}
