//! What `make test` says at its end: whether documents were compared with those of the reference, and the counts, alone on the last line.

use std::process::Command;

use tests::{Scratch, text, workspace};

#[track_caller]
fn check(name: &str, log: &str, expected: &str) {
    let scratch = Scratch::new(&format!("counts-{name}"));
    let log = scratch.write("log", log);
    let output = Command::new("awk").args(["-f", text(&workspace().join("tests/counts.awk")), text(&log)]).output().expect("awk runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.ends_with(&format!("\n{expected}\n")), "{said}");
}

#[test]
fn whether_documents_were_compared_is_said_before_the_counts() {
    let skipped = "SKIPPED: no reference data, `gold/event/raw.ndjson` of the shared folder is missing; set DEFENDER_SHARED to where it lies";
    let results = "test result: ok. 7 passed; 0 failed; 1 ignored\ntest result: FAILED. 2 passed; 3 failed; 0 ignored\n";
    let compared = "test gold_event ... event: 5 of 5 equal\nok\nassessment: 12 of 13 equal\nextended assessment: 30 of 30 met\n";
    check("all", &format!("{compared}{results}"), "parity with the reference: 47 of 48 comparisons as wanted\n9 passed, 3 failed");
    check("none", &format!("{skipped}\n{results}"), &format!("{skipped}\nparity with the reference: NOT RUN\n9 passed, 3 failed"));
    let partly = "parity with the reference: 47 of 48 comparisons as wanted, and not all were made\n9 passed, 3 failed";
    check("part", &format!("{skipped}\n{compared}{results}"), partly);
    check("other", &format!("SKIPPED: no node\n{compared}{results}"), "parity with the reference: 47 of 48 comparisons as wanted\n9 passed, 3 failed");
}
