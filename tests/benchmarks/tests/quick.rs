//! `make bench` measures everything that it promises. How fast anything is, no test judges.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;

use serde_json::Value;
use tests::{Scratch, text};

const NAMES: [&str; 23] = [
    "assessment.component_over_native",
    "assessment.component_over_native_no_epoch",
    "assessment.component_ratio",
    "assessment.component_ratio_1",
    "assessment.component_ratio_512",
    "assessment.cves_100.documents_per_s",
    "assessment.extended_over_elastic",
    "assessment.native_ratio",
    "assessment.yardstick_us",
    "decode.cli_mb_per_s",
    "decode.cli_peak_rss_mib",
    "event.component_over_native",
    "event.component_over_native_no_epoch",
    "event.component_ratio",
    "event.component_ratio_1",
    "event.component_ratio_512",
    "event.extended_over_elastic",
    "event.native_ratio",
    "event.yardstick_us",
    "load.cached_ms",
    "load.cold_ms",
    "walk.peak_guest_mib",
    "walk.requests_over_n_plus_1",
];

#[test]
fn every_figure_is_taken_and_is_a_number_above_zero() {
    let scratch = Scratch::new("benchmarks-quick");
    let out = scratch.path().join("bench.json");
    let output = Command::new(env!("CARGO_BIN_EXE_benchmarks")).args(["--quick", "--out", text(&out)]).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&fs::read(&out).expect("it is written")).expect("it is JSON");

    let figures = report["figures"].as_object().expect("figures by name");
    assert_eq!(figures.keys().collect::<Vec<_>>(), NAMES);
    for (name, figure) in figures {
        assert!(figure.as_f64().is_some_and(|figure| figure.is_finite() && figure > 0.0), "{name}: {figure}");
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(NAMES.iter().all(|name| printed.contains(name)), "{printed}");

    for dataset in ["event", "assessment"] {
        let size = report["inputs"][dataset]["mean_bytes"].as_u64();
        assert!(size.is_some_and(|size| (2_500..3_800).contains(&size)), "{dataset}: {size:?}");
    }
    assert!(report["machine"]["threads"].as_u64() > Some(0));
}

#[test]
fn an_argument_that_it_does_not_know_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_benchmarks")).arg("--quik").output().expect("it starts");
    assert!(String::from_utf8_lossy(&output.stderr).contains("unknown argument `--quik`"));
    assert!(!output.status.success());
}
