//! Records that give a document for each of their CVEs: over as many steps as they take, and all of them again when a run is resumed.

use super::small::*;
use super::*;
use crate::contract::Severity;

/// An update that names so many CVEs.
fn update(name: &str, cves: usize) -> String {
    let cves: Vec<String> = (0..cves).map(|number| format!("{{\"CveId\":\"CVE-2026-{number}\"}}")).collect();
    format!(
        "{{\"id\":\"/S/providers/assessments/{name}\",\"properties\":{{\"additionalData\":{{\"SoftwareName\":\"marl\",\"CvesDetails\":[{}]}}}}}}",
        cves.join(",")
    )
}

fn extended(mode: SubAssessments) -> Settings {
    Settings { profile: Profile::Extended, preserve_original_event: false, max_memory: 1 << 20, ..settings(mode) }
}

fn answers(records: &[String]) -> impl Fn(&str) -> Answer {
    let [first, nothing] = [records, &[]].map(|records| ok(records, None));
    move |url| if url == FIRST { first.clone() } else { nothing.clone() }
}

#[test]
fn a_record_of_many_cves_gives_its_documents_over_several_steps() {
    let records = [bare("a"), update("b", 900), update("c", 1), update("d", 400)];
    for mode in [SubAssessments::None, SubAssessments::ListAll, SubAssessments::PerAssessment] {
        let settings = extended(mode);
        let ran = Host::new(&settings, 1).run(answers(&records));
        assert_eq!((ran.documents.len(), ran.made, ran.totals.documents, ran.totals.records), (1302, 1302, 1302, 4), "{mode:?}");
        assert_eq!((&ran.run["microsoft_defender_cloud"]["run"]["split"], ran.totals.complete), (&Value::from(2), true));
        // An eighth of `max_memory`, and the one document that is always allowed.
        assert!(ran.largest_step < (1 << 17) + 2048, "{}", ran.largest_step);
    }
}

#[test]
fn resumed_inside_a_record_a_run_gives_all_of_its_documents_again() {
    let records = [update("a", 300), bare("b"), update("c", 500)];
    let settings = extended(SubAssessments::None);
    let whole = Host::new(&settings, 1).keeping_cursors().run(answers(&records));
    assert!(whole.cursors.len() > 3);
    for (cursor, stored) in &whole.cursors {
        let rest = Host::new(&settings, 2).resume(Some(cursor), answers(&records));
        assert_eq!(stored.union(&rest.ids()).cloned().collect::<BTreeSet<_>>(), whole.ids());
        assert_eq!((rest.totals.documents, rest.totals.records), (whole.totals.documents, whole.totals.records));
    }
}

#[test]
fn cves_that_are_left_out_are_told_once_a_record() {
    let settings = extended(SubAssessments::None);
    let ran = Host::new(&settings, 1).run(answers(&[update("a", 1003), update("b", 2)]));
    assert_eq!((ran.documents.len(), ran.codes(), ran.totals.complete), (1002, vec!["cves-left-out"], true));
    let told = &ran.problems[0];
    assert_eq!(told.severity, Severity::Warning);
    assert!(told.message.contains("/S/providers/assessments/a") && told.message.contains("1003"), "{}", told.message);
}
