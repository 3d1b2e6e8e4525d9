//! What Azure says of each kind of assessment, listed once a run and joined.

use core::ops::ControlFlow;

use super::small::*;
use super::*;
use crate::contract::Severity;
use crate::mapping::Origin;

const OWN: &str = "https://management.azure.com/subscriptions/s/providers/Microsoft.Security/assessmentMetadata?api-version=2021-06-01";
const TENANT: &str = "https://management.azure.com/providers/Microsoft.Security/assessmentMetadata?api-version=2021-06-01";

fn joining(mode: SubAssessments) -> Settings {
    Settings { metadata: Metadata::Join, ..settings(mode) }
}

fn kind(name: &str) -> String {
    format!(
        "{{\"id\":\"/providers/Microsoft.Security/assessmentMetadata/{name}\",\"name\":\"{name}\",\"properties\":{{\"severity\":\"High\", \"preview\":true}}}}"
    )
}

/// The metadata of the records that documents were made of, by the last part of their ids.
fn joined(ran: &Ran) -> Vec<(String, Value)> {
    let records = ran.documents.values().map(|body| original(body));
    let mut joined: Vec<_> = records
        .map(|record| {
            let name = record["id"].as_str().and_then(|id| id.rsplit('/').next()).unwrap_or("-").to_owned();
            (name, record["properties"]["metadata"]["severity"].clone())
        })
        .collect();
    joined.sort_by(|left, right| left.0.cmp(&right.0));
    joined
}

fn counted(ran: &Ran) -> (Value, Value) {
    let metadata = &ran.run["microsoft_defender_cloud"]["run"]["metadata"];
    (metadata["known"].clone(), metadata["joined"].clone())
}

/// Documents are what `decode` makes of their originals.
fn check_decoded(ran: &Ran, settings: &Settings) {
    let mut mapper = Mapper::new(settings.clone());
    for body in ran.documents.values() {
        let document: Value = serde_json::from_slice(body).expect("a document is JSON");
        let text = document["event"]["original"].as_str().expect("its text is kept");
        let mut made = String::new();
        mapper.findings(
            text,
            Origin::new(NOW, None),
            0,
            |_| (),
            |_, one| {
                made += &String::from_utf8_lossy(&one.body);
                ControlFlow::Continue(())
            },
        );
        assert_eq!(made, String::from_utf8_lossy(body));
    }
}

#[test]
fn metadata_is_listed_before_any_scope_and_joined_to_what_comes_without() {
    let named = bare("x").replace("{\"id\"", "{\"name\":\"A\",\"id\"");
    let own = bare("b").replace('}', ",\"properties\":{\"metadata\":{\"severity\":\"Low\"}}}");
    let null = bare("c").replace('}', ",\"properties\":{\"metadata\":null}}");
    let odd = bare("d").replace('}', ",\"properties\":[]}");
    let answers = |url: &str| match url {
        OWN => ok(&[kind("a"), kind("F"), kind("A"), "null".into()], Some(&format!("{OWN}&x=1"))),
        FIRST => ok(&[named.clone(), own.clone(), null.clone(), odd.clone(), linked("f"), bare("e")], None),
        ALL => ok(&[sub("f", "1"), sub("f", "2")], None),
        url if url == list("f") => ok(&[sub("f", "1"), sub("f", "2")], None),
        url if url.starts_with(OWN) => ok(&[kind("c"), kind("d")], None),
        _ => panic!("nobody named `{url}`"),
    };
    for mode in [SubAssessments::ListAll, SubAssessments::PerAssessment] {
        let settings = joining(mode);
        let ran = Host::new(&settings, 1).run(answers);
        let expected = [("b", "Low"), ("c", "High"), ("d", ""), ("e", ""), ("f", "High"), ("f", "High"), ("x", "High")];
        let severities = expected.map(|(name, severity)| (name.to_owned(), if severity.is_empty() { Value::Null } else { severity.into() }));
        assert_eq!(joined(&ran), severities, "{mode:?}");
        assert_eq!((counted(&ran), ran.totals.pages), ((4.into(), 3.into()), 2), "pages of metadata are no pages of the run");
        assert_eq!((ran.requests[0].as_str(), ran.totals.records, ran.problems.len(), ran.totals.complete), (OWN, 8, 0, true));
        assert!(ran.documents.values().all(|body| !original(body).to_string().contains("preview")), "only what is of use");
        check_decoded(&ran, &settings);
        let without = Host::new(&Settings { metadata: Metadata::None, ..settings.clone() }, 1).run(answers);
        assert_eq!((ran.ids(), counted(&without)), (without.ids(), (Value::Null, Value::Null)), "ids are not of what was joined");
    }
}

#[test]
fn an_assessment_without_an_id_keeps_its_id_with_and_without_metadata() {
    let answers = |url: &str| match url {
        OWN => ok(&[kind("a")], None),
        _ => ok(&["{\"name\":\"a\",\"properties\":{}}".into()], None),
    };
    let with = Host::new(&joining(SubAssessments::None), 1).run(answers);
    let without = Host::new(&settings(SubAssessments::None), 1).run(answers);
    assert_eq!(with.ids(), without.ids());
    assert_eq!(joined(&with), [("-".to_owned(), "High".into())]);
}

#[test]
fn the_list_of_the_tenant_gives_way_to_that_of_the_first_subscription() {
    let scopes = vec![Scope::ManagementGroup("g".into()), Scope::Subscription("s".into()), Scope::Subscription("t".into())];
    let settings = Settings { scopes, ..joining(SubAssessments::None) };
    let run = |tenant: &Answer, own: &Answer| {
        Host::new(&settings, 1).run(|url| match url {
            TENANT => tenant.clone(),
            OWN => own.clone(),
            _ => ok(&[bare("a")], None),
        })
    };
    for status in [401, 403, 404] {
        let ran = run(&answer(status, ""), &ok(&[kind("a")], None));
        assert_eq!((&ran.requests[..2], ran.codes(), counted(&ran).0), (&[TENANT.to_owned(), OWN.to_owned()][..], vec![], 1.into()), "{status}");
        let ran = run(&answer(status, ""), &answer(403, "{\"error\":{\"code\":\"no\"}}"));
        assert_eq!((ran.codes(), ran.totals.complete, ran.totals.failed), (vec!["metadata-failed"], true, 0), "the second one is told");
        assert_eq!(ran.problems[0].message, "cannot list the metadata of assessments, so 0 kinds are known: status 403 (no)");
    }
    let ran = run(&answer(500, ""), &answer(500, ""));
    assert_eq!((ran.codes(), ran.requests.iter().filter(|url| url.contains("Metadata")).count()), (vec!["metadata-failed"], 1));
    let ran = run(&ok(&[kind("a")], None), &answer(500, ""));
    assert_eq!((ran.codes().len(), ran.requests.iter().filter(|url| url.contains("Metadata")).count()), (0, 1));
}

#[test]
fn a_list_of_metadata_that_fails_makes_no_run_incomplete() {
    let second = format!("{OWN}&x=1");
    let settings = joining(SubAssessments::None);
    for failure in [answer(410, ""), answer(500, ""), answer(200, "<html>"), Err(Failure::TimedOut), ok(&[], Some("https://elsewhere.example/"))] {
        let ran = Host::new(&settings, 1).run(|url| match url {
            OWN => ok(&[kind("a")], Some(&second)),
            FIRST => ok(&[bare("a"), bare("b")], None),
            _ => failure.clone(),
        });
        assert_eq!((ran.codes(), ran.problems[0].severity, ran.totals.failed, ran.totals.complete), (vec!["metadata-failed"], Severity::Info, 0, true));
        assert_eq!((joined(&ran)[0].1.clone(), counted(&ran)), ("High".into(), (1.into(), 1.into())), "what had come is used");
    }
    for empty in [answer(204, ""), answer(200, "")] {
        let ran = Host::new(&settings, 1).run(|url| if url == OWN { empty.clone() } else { ok(&[bare("a")], None) });
        assert_eq!((ran.problems.len(), counted(&ran)), (0, (0.into(), 0.into())), "no content is an empty list");
    }
}

#[test]
fn r09_a_resumed_run_lists_metadata_anew_and_gives_the_same() {
    for mode in [SubAssessments::ListAll, SubAssessments::PerAssessment, SubAssessments::None] {
        let settings = joining(mode);
        let answers = |url: &str| match url {
            OWN => ok(&[kind("a")], Some(&format!("{OWN}&x=1"))),
            FIRST => ok(&[bare("a"), linked("b"), bare("c")], Some(&later(1))),
            ALL => ok(&[sub("b", "1")], None),
            url if url == list("b") => ok(&[sub("b", "1")], None),
            url if url == later(1) => ok(&[bare("d")], None),
            _ => ok(&[kind("b"), kind("d")], None),
        };
        let whole = Host::new(&settings, 1).keeping_cursors().run(answers);
        assert_eq!(whole.cursors[0].0, whole.cursors[1].0, "until the list has ended the cursor is that of the beginning");
        for (cursor, stored) in &whole.cursors {
            let rest = Host::new(&settings, 2).keeping_cursors().resume(Some(cursor), answers);
            assert_eq!((rest.requests[0].as_str(), &rest.cursors[0].0), (OWN, cursor));
            assert_eq!((stored.union(&rest.ids()).cloned().collect::<BTreeSet<_>>(), rest.totals), (whole.ids(), whole.totals), "{mode:?}");
            assert_eq!(counted(&rest), counted(&whole), "{mode:?}");
            for (id, body) in &rest.documents {
                assert_eq!(whole.documents.get(id), Some(body));
            }
        }
    }
}

#[test]
fn a_cursor_belongs_to_its_metadata() {
    let settings = joining(SubAssessments::None);
    let (_, step) = Walk::begin(&settings, &mut Mapper::new(settings.clone()), NOW, None);
    let cursor = step.cursor.expect("a cursor");
    for other in [Settings { metadata: Metadata::None, ..settings.clone() }, Settings { metadata_api_version: "2025-05-04".into(), ..settings.clone() }] {
        let (_, step) = Walk::begin(&other, &mut Mapper::new(other.clone()), NOW, Some(&cursor));
        assert_eq!(step.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["cursor-unusable"]);
    }
}

#[test]
fn metadata_takes_an_eighth_of_the_memory_at_most() {
    let kinds: Vec<_> = (0..100).map(|number| kind(&format!("{number:03}")).replace("High", &"x".repeat(1000))).collect();
    let settings = Settings { max_memory: 256 << 10, ..joining(SubAssessments::None) };
    let ran = Host::new(&settings, 1).run(|url| match url {
        url if url.starts_with(OWN) => {
            let from: usize = url.rsplit("&x=").next().and_then(|from| from.parse().ok()).unwrap_or_default();
            ok(&kinds[from..from + 10], (from < 90).then(|| format!("{OWN}&x={}", from + 10)).as_deref())
        }
        _ => ok(&[bare("000"), bare("099")], None),
    });
    assert_eq!((ran.codes(), ran.problems[0].severity, ran.totals.complete), (vec!["metadata-cut"], Severity::Info, true));
    let known = counted(&ran).0.as_u64().expect("a number");
    assert!((25..32).contains(&known), "{known}");
    assert_eq!(joined(&ran).iter().map(|(_, severity)| severity.is_string()).collect::<Vec<_>>(), [true, false]);
    assert!(ran.problems[0].message.contains(&format!("{} kinds", 100 - known)), "{}", ran.problems[0].message);
    assert!(ran.most_held < 64 << 10, "{}", ran.most_held);
}
