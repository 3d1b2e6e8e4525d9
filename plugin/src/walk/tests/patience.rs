//! Lists of sub-assessments that are gone, many in a row.

use super::small::*;
use super::*;
use crate::contract::Severity;

/// What a list of sub-assessments answers, by a letter: a page, no content, 404, 410, 409, and a failure.
fn answers(letters: &str) -> impl Fn(&str) -> Answer {
    let records: Vec<_> = (0..letters.len()).map(|number| linked(&name(number))).collect();
    move |url: &str| {
        let from: usize = if url == FIRST {
            0
        } else {
            url.strip_prefix(FIRST).map_or(usize::MAX, |rest| rest.rsplit('=').next().and_then(|from| from.parse().ok()).expect("a page"))
        };
        if from < records.len() {
            let to = (from + 7).min(records.len());
            return ok(&records[from..to], (to < records.len()).then(|| later(to)).as_deref());
        }
        let number = (0..records.len()).find(|number| url == list(&name(*number))).unwrap_or_else(|| panic!("nobody named `{url}`"));
        match letters.as_bytes()[number] {
            b'p' => ok(&[sub(&name(number), "1")], None),
            b'n' => answer(204, ""),
            b'4' => answer(404, ""),
            b'0' => answer(410, ""),
            b'9' => answer(409, ""),
            _ => answer(500, ""),
        }
    }
}

fn name(number: usize) -> String {
    format!("a{number:03}")
}

/// What is stored, by going through the assessments one after the other.
fn expected(letters: &str) -> Vec<String> {
    let mut gone = 0;
    let mut names = Vec::new();
    for (number, letter) in letters.bytes().enumerate() {
        let name = name(number);
        names.push(if letter == b'p' && gone < 20 { format!("{name}+1") } else { name });
        gone = match letter {
            _ if gone == 20 => 20,
            b'4' | b'0' => gone + 1,
            b'9' => gone,
            _ => 0,
        };
    }
    names
}

fn run(letters: &str) -> Ran {
    let settings = settings(SubAssessments::PerAssessment);
    Host::new(&settings, 1).run(answers(letters))
}

#[test]
fn after_twenty_lists_in_a_row_that_are_gone_no_other_is_asked_for() {
    let ran = run(&("40".repeat(10) + &"p".repeat(40)));
    assert_eq!((names(&ran).len(), ran.made, ran.totals.skipped, ran.totals.complete), (60, 60, 60, true));
    assert_eq!(ran.requests.iter().filter(|url| url.contains("subAssessments")).count(), 20);
    let given_up: Vec<_> = ran.problems.iter().filter(|problem| problem.code == "sub-assessments-given-up").collect();
    let message = "20 lists of sub-assessments in a row are gone in `/subscriptions/s`, so 40 assessments are stored without theirs: \
        set `sub_assessments` to `list-all` or `none`";
    assert_eq!(given_up.iter().map(|problem| (problem.message.as_str(), problem.severity)).collect::<Vec<_>>(), [(message, Severity::Warning)]);
}

#[test]
fn a_list_that_answers_begins_the_count_anew_and_409_leaves_it() {
    for there in ["p", "n", "5"] {
        let ran = run(&("4".repeat(19) + there + &"4".repeat(19) + "p"));
        assert!(!ran.codes().contains(&"sub-assessments-given-up") && names(&ran).contains(&"a039+1".to_owned()), "{there}");
    }
    let ran = run(&("4".repeat(19) + "9" + "4" + "p"));
    assert_eq!((names(&ran).last().map(String::as_str), ran.totals.skipped, ran.totals.complete), (Some("a021"), 22, true));
}

#[test]
fn giving_up_does_not_depend_on_the_order_of_answers_or_on_where_a_run_is_cut() {
    for seed in 0..60 {
        let mut random = Random(seed);
        let mut letters = String::new();
        while letters.len() < 90 {
            let letter = ["p", "n", "4", "0", "4", "9", "5"][random.roll(7)];
            let most = if matches!(letter, "4" | "0") { 24 } else { 3 };
            letters.push_str(&letter.repeat(1 + random.roll(most)));
        }
        let settings = settings(SubAssessments::PerAssessment);
        let whole = Host::new(&settings, seed).keeping_cursors().run(answers(&letters));
        assert_eq!(names(&whole), expected(&letters), "{letters}");
        let stride = whole.cursors.len() / 12 + 1;
        for (cursor, stored) in whole.cursors.iter().skip(seed as usize % stride).step_by(stride) {
            let rest = Host::new(&settings, seed + 7).resume(Some(cursor), answers(&letters));
            assert_eq!(stored.union(&rest.ids()).cloned().collect::<BTreeSet<_>>(), whole.ids(), "{letters}");
            assert_eq!(rest.totals, whole.totals, "{letters}");
            assert_eq!(rest.run["microsoft_defender_cloud"]["run"]["reasons"], whole.run["microsoft_defender_cloud"]["run"]["reasons"], "{letters}");
        }
    }
}

#[test]
fn one_scope_that_gives_up_leaves_the_others_alone() {
    let scopes = ["s", "t"].map(|id| Scope::Subscription(id.into())).to_vec();
    let settings = Settings { scopes, ..settings(SubAssessments::PerAssessment) };
    let letters = "4".repeat(30);
    let gone = answers(&letters);
    let other = FIRST.replace("/s/", "/t/");
    let ran = Host::new(&settings, 1).run(|url| match url {
        url if url == other => ok(&[linked("z")], None),
        url if url == list("z") => ok(&[sub("z", "1")], None),
        url => gone(url),
    });
    assert_eq!((names(&ran).last().map(String::as_str), ran.totals.skipped, ran.totals.complete), (Some("z+1"), 30, true));
}
