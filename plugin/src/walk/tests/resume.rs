//! Runs that are resumed, and lists that are read once more.

use super::small::*;
use super::*;
use crate::contract::Severity;

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
