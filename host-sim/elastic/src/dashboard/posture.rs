//! The dashboard of posture: whether runs were complete, what they found, and where.

use super::condition::Condition::{self, All, Exists, Is, True};
use super::panel::{Colour, Groups, Kind, Measure, Panel, Shape, Terms, View, top};
use super::{Dashboard, Search};
use crate::fields::{ASSESSMENT, RUN};

const FINDINGS: Measure = Measure::Count("Findings");
const RESOURCES: Measure = Measure::Distinct("Resources", "resource.id");
const EVALUATION: &str = "result.evaluation";
const FAILED: Condition = Is(EVALUATION, &["failed"]);
const PASSED: Condition = Is(EVALUATION, &["passed"]);
const EVALUATIONS: Terms = top("Evaluation", EVALUATION, 3);
const SEVERITY: &str = "vulnerability.severity";
const VULNERABILITIES: Condition = Exists("vulnerability.severity");
const OF_RUN: Condition = Is("event.dataset", &[RUN]);
const OF_ASSESSMENT: Condition = Is("event.dataset", &[ASSESSMENT]);
const CLASS: &str = crate::transform::CLASS;

const SEVERITIES: &[(&str, Condition)] = &[
    ("Critical", Is(SEVERITY, &["Critical"])),
    ("High", Is(SEVERITY, &["High"])),
    ("Medium", Is(SEVERITY, &["Medium"])),
    ("Low", Is(SEVERITY, &["Low"])),
    ("Unknown", Is(SEVERITY, &["Unknown"])),
];

const TEXT: &str = "The posture as the runs of the last 26 hours found it: the latest document of each finding. Look at the runs first: where one is not complete, findings may be missing.\n\n\
    [Alerts and events](/app/dashboards#/view/PREFIX-alerts)\n\n[Misconfigurations](/app/security/cloud_security_posture/findings/configurations)\n\n[Vulnerabilities](/app/security/cloud_security_posture/findings/vulnerabilities)";

/// What people read runs with.
pub const RUNS: Search = Search {
    id: "runs-search",
    title: "[Logs Defender for Cloud] Runs",
    dataset: RUN,
    condition: None,
    columns: &[
        "event.outcome",
        "microsoft_defender_cloud.run.complete",
        "microsoft_defender_cloud.run.records",
        "microsoft_defender_cloud.run.documents",
        "microsoft_defender_cloud.run.pages",
        "microsoft_defender_cloud.run.skipped",
        "microsoft_defender_cloud.run.failed",
        "microsoft_defender_cloud.run.mode",
        "microsoft_defender_cloud.run.scopes",
        "event.duration",
    ],
};

/// What people read findings with.
pub const FINDINGS_SEARCH: Search = Search {
    id: "findings-search",
    title: "[Logs Defender for Cloud] Findings",
    dataset: ASSESSMENT,
    condition: None,
    columns: &["event.outcome", "rule.name", "vulnerability.title", "resource.name", "cloud.account.id", "event.reason"],
};

/// The dashboard.
pub fn dashboard() -> Dashboard {
    let panel = |(id, title, grid, view, condition, shape): &Row| Panel { id, title, grid: *grid, view: *view, condition: *condition, shape: *shape };
    Dashboard {
        id: "posture",
        title: "[Logs Defender for Cloud] Posture",
        description: "Whether runs were complete, what they found, on which resources, and what to update.",
        datasets: &[ASSESSMENT, RUN],
        controls: &[("Subscription", "cloud.account.id"), ("Class", CLASS), ("Type of resource", "resource.type"), ("Severity of vulnerability", SEVERITY)],
        panels: PANELS.iter().map(panel).collect(),
    }
}

type Row = (&'static str, &'static str, [u32; 4], View, Option<Condition>, Shape);

use View::{Latest, Raw};

const fn number(measure: Measure) -> Shape {
    Shape::Metric(measure, Colour::Plain)
}

const fn red(measure: Measure) -> Shape {
    Shape::Metric(measure, Colour::Red)
}

const fn bars(terms: Terms, measure: Measure) -> Shape {
    Shape::Bars(Groups::Terms(terms), measure, None)
}

const PANELS: &[Row] = &[
    ("about", "", [0, 0, 10, 12], Raw, None, Shape::Text(TEXT)),
    (
        "complete",
        "Last complete run",
        [10, 0, 10, 6],
        Raw,
        Some(True("microsoft_defender_cloud.run.complete")),
        number(Measure::Last("Began", "@timestamp", Kind::Date)),
    ),
    ("lists", "Lists not read", [10, 6, 10, 6], Raw, Some(OF_RUN), red(Measure::Sum("Lists", "microsoft_defender_cloud.run.failed"))),
    ("runs", "Runs", [20, 0, 28, 12], Raw, None, Shape::Search(RUNS.id)),
    (
        "records",
        "Records by run and outcome",
        [0, 12, 24, 12],
        Raw,
        Some(OF_RUN),
        Shape::OverTime("@timestamp", Measure::Sum("Records", "microsoft_defender_cloud.run.records"), Some(top("Outcome", "event.outcome", 3))),
    ),
    (
        "reasons",
        "Runs by what was told",
        [24, 12, 24, 12],
        Raw,
        Some(OF_RUN),
        bars(top("Reason", "microsoft_defender_cloud.run.reasons.code", 15), Measure::Count("Runs")),
    ),
    ("failed", "Failed", [0, 24, 12, 6], Latest, Some(FAILED), red(FINDINGS)),
    ("passed", "Passed", [12, 24, 12, 6], Latest, Some(PASSED), number(FINDINGS)),
    ("unknown", "Unknown", [24, 24, 12, 6], Latest, Some(Is(EVALUATION, &["unknown"])), number(FINDINGS)),
    ("rate", "Pass rate", [36, 24, 12, 6], Latest, Some(Is(EVALUATION, &["passed", "failed"])), Shape::Share("Passed", PASSED)),
    ("rules", "Rules with most failed resources", [0, 30, 24, 14], Latest, Some(FAILED), bars(top("Rule", "rule.name", 10), RESOURCES)),
    (
        "subscriptions",
        "Subscriptions and accounts",
        [24, 30, 24, 14],
        Latest,
        Some(Exists(EVALUATION)),
        Shape::Bars(Groups::Terms(top("Account", "cloud.account.id", 10)), FINDINGS, Some(EVALUATIONS)),
    ),
    (
        "resources",
        "Resources with most failures",
        [0, 44, 24, 14],
        Latest,
        Some(FAILED),
        Shape::Table(
            &[top("Resource", "resource.name", 50), top("Type", "resource.sub_type", 3), top("Account", "cloud.account.id", 3)],
            &[("findings", FINDINGS)],
        ),
    ),
    (
        "types",
        "Types of resources",
        [24, 44, 24, 14],
        Latest,
        Some(Exists(EVALUATION)),
        Shape::Bars(Groups::Terms(top("Type", "resource.sub_type", 15)), FINDINGS, Some(EVALUATIONS)),
    ),
    (
        "sources",
        "Clouds",
        [0, 58, 16, 12],
        Latest,
        None,
        Shape::Donut(top("Cloud", "microsoft_defender_cloud.assessment.resource_details.source", 6), RESOURCES),
    ),
    ("risk", "Findings at high risk", [16, 58, 8, 6], Latest, Some(Is("microsoft_defender_cloud.assessment.risk.level", &["Critical", "High"])), red(FINDINGS)),
    ("critical", "Critical vulnerabilities", [24, 58, 8, 6], Latest, Some(Is(SEVERITY, &["Critical"])), red(FINDINGS)),
    ("high", "High vulnerabilities", [32, 58, 8, 6], Latest, Some(Is(SEVERITY, &["High"])), red(FINDINGS)),
    ("fix", "With a known fix", [40, 58, 8, 6], Latest, Some(Exists("package.fixed_version")), number(FINDINGS)),
    (
        "severity",
        "Vulnerabilities by severity",
        [16, 64, 32, 6],
        Latest,
        Some(VULNERABILITIES),
        Shape::Bars(Groups::Filters("Severity", SEVERITIES), FINDINGS, None),
    ),
    (
        "cves",
        "CVEs",
        [0, 70, 24, 14],
        Latest,
        Some(Exists("vulnerability.id")),
        Shape::Table(
            &[top("CVE", "vulnerability.id", 100), top("Title", "vulnerability.title", 1)],
            &[("resources", RESOURCES), ("score", Measure::Max("Score", "vulnerability.score.base"))],
        ),
    ),
    (
        "packages",
        "Packages to update",
        [24, 70, 24, 14],
        Latest,
        Some(Exists("package.fixed_version")),
        Shape::Table(
            &[top("Package", "package.name", 100), top("Version", "package.version", 5), top("Fixed in", "package.fixed_version", 3)],
            &[("resources", RESOURCES), ("cves", Measure::Distinct("CVEs", "vulnerability.id"))],
        ),
    ),
    (
        "hosts",
        "Hosts with most vulnerabilities",
        [0, 84, 16, 12],
        Latest,
        Some(All(&[VULNERABILITIES, Exists("host.name")])),
        bars(top("Host", "host.name", 10), FINDINGS),
    ),
    (
        "images",
        "Images with most vulnerabilities",
        [16, 84, 16, 12],
        Latest,
        Some(All(&[VULNERABILITIES, Exists("container.image.name")])),
        bars(top("Image", "container.image.name", 10), FINDINGS),
    ),
    (
        "published",
        "Vulnerabilities by when they were published",
        [32, 84, 16, 12],
        Latest,
        Some(Exists("vulnerability.published_date")),
        Shape::OverTime("vulnerability.published_date", FINDINGS, None),
    ),
    (
        "not-read",
        "Findings not read in full",
        [0, 96, 16, 14],
        Raw,
        Some(Exists("microsoft_defender_cloud.assessment.not_read")),
        Shape::Table(
            &[top("CVE", "vulnerability.id", 50), top("Resource", "resource.id", 20), top("Package", "package.name", 5)],
            &[("documents", Measure::Count("Documents"))],
        ),
    ),
    (
        "per-day",
        "Findings by outcome",
        [16, 96, 16, 14],
        Raw,
        Some(OF_ASSESSMENT),
        Shape::OverTime("@timestamp", Measure::Distinct("Findings", "event.id"), Some(top("Outcome", "event.outcome", 3))),
    ),
    (
        "changed",
        "Failed since",
        [32, 96, 16, 14],
        Raw,
        Some(Is("event.outcome", &["failure"])),
        Shape::OverTime(
            "microsoft_defender_cloud.assessment.status.status_change_date",
            Measure::Distinct("Findings", "event.id"),
            Some(top("Class", CLASS, 2)),
        ),
    ),
    ("search", "Findings", [0, 110, 48, 16], Raw, None, Shape::Search(FINDINGS_SEARCH.id)),
];
