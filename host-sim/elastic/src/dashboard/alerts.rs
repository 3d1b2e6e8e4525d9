//! The dashboard of alerts and of what else a hub brings: scores, compliance, deliveries.

use super::condition::Condition::{self, AtLeast, Begins, Exists, Is};
use super::panel::{Colour, Groups, Kind, Measure, Panel, Shape, Terms, View, top};
use super::{Dashboard, Search};
use crate::fields::EVENT;

const ALERTS: Measure = Measure::Distinct("Alerts", "microsoft_defender_cloud.event.system.alert_id");
const SEVERITY: Terms = top("Severity", "microsoft_defender_cloud.event.severity", 5);
const TYPE: &str = "microsoft_defender_cloud.event.type";
const SCORES: Condition = Is(TYPE, &["Microsoft.Security/secureScores"]);
const CONTROLS: Condition = Begins(TYPE, "Microsoft.Security/secureScores/");
const COMPLIANCE: Condition = Begins(TYPE, "Microsoft.Security/regulatoryCompliance");

const fn severity(name: &'static [&'static str]) -> Condition {
    Is("microsoft_defender_cloud.event.severity", name)
}

const SEVERITIES: &[(&str, Condition)] =
    &[("High", severity(&["High"])), ("Medium", severity(&["Medium"])), ("Low", severity(&["Low"])), ("Informational", severity(&["Informational"]))];

const TEXT: &str = "Alerts, recommendations, scores and compliance as Microsoft Defender for Cloud exports them to an Event Hub. An alert counts once, however often it was delivered.\n\n\
    [Posture](/app/dashboards#/view/PREFIX-posture)\n\n[Findings](/app/security/cloud_security_posture/findings/configurations)";

/// What people read alerts with.
pub const SEARCH: Search = Search {
    id: "alerts-search",
    title: "[Logs Defender for Cloud] Alerts",
    dataset: EVENT,
    condition: Some(Exists("microsoft_defender_cloud.event.alert_type")),
    columns: &[
        "microsoft_defender_cloud.event.severity",
        "microsoft_defender_cloud.event.status",
        "microsoft_defender_cloud.event.alert_type",
        "message",
        "microsoft_defender_cloud.event.compromised_entity",
        "microsoft_defender_cloud.event.system.alert_id",
    ],
};

/// The dashboard.
pub fn dashboard() -> Dashboard {
    Dashboard {
        id: "alerts",
        title: "[Logs Defender for Cloud] Alerts and events",
        description: "Alerts by severity, time, place and what they are about; secure score and compliance; what was delivered.",
        datasets: &[EVENT],
        controls: &[
            ("Severity", "microsoft_defender_cloud.event.severity"),
            ("Status", "microsoft_defender_cloud.event.status"),
            ("Alert type", "microsoft_defender_cloud.event.alert_type"),
            ("Compromised entity", "microsoft_defender_cloud.event.compromised_entity"),
        ],
        panels: PANELS
            .iter()
            .map(|(id, title, grid, condition, shape)| Panel { id, title, grid: *grid, view: View::Raw, condition: *condition, shape: *shape })
            .collect(),
    }
}

type Row = (&'static str, &'static str, [u32; 4], Option<Condition>, Shape);

const fn bars(terms: Terms) -> Shape {
    Shape::Bars(Groups::Terms(terms), ALERTS, None)
}

const fn newest(label: &'static str, field: &'static str) -> Measure {
    Measure::Last(label, field, Kind::Number)
}

const PANELS: &[Row] = &[
    ("about", "", [0, 0, 8, 20], None, Shape::Text(TEXT)),
    ("alerts", "Alerts", [8, 0, 8, 5], None, Shape::Metric(ALERTS, Colour::Plain)),
    ("high", "High severity", [8, 5, 8, 5], Some(AtLeast("event.severity", 73)), Shape::Metric(ALERTS, Colour::Red)),
    ("open", "Open", [8, 10, 8, 5], Some(Is("microsoft_defender_cloud.event.status", &["New", "InProgress"])), Shape::Metric(ALERTS, Colour::Plain)),
    ("not-read", "Not read in full", [8, 15, 8, 5], Some(Exists("error.message")), Shape::Metric(Measure::Count("Documents"), Colour::Plain)),
    ("over-time", "Alerts over time by severity", [16, 0, 32, 20], None, Shape::OverTime("@timestamp", ALERTS, Some(SEVERITY))),
    ("severity", "Alerts by severity", [0, 20, 24, 13], None, Shape::Bars(Groups::Filters("Severity", SEVERITIES), ALERTS, None)),
    ("status", "Alerts by status", [24, 20, 24, 13], None, Shape::Donut(top("Status", "microsoft_defender_cloud.event.status", 5), ALERTS)),
    ("intents", "Intents", [0, 33, 24, 14], None, bars(top("Intent", "microsoft_defender_cloud.event.intent", 15))),
    ("types", "Alert types", [24, 33, 24, 14], None, bars(top("Alert type", "microsoft_defender_cloud.event.alert_type", 10))),
    (
        "entities",
        "Compromised entities",
        [0, 47, 24, 14],
        None,
        Shape::Table(
            &[top("Entity", "microsoft_defender_cloud.event.compromised_entity", 50)],
            &[("alerts", ALERTS), ("seen", Measure::Last("Last seen", "@timestamp", Kind::Date))],
        ),
    ),
    (
        "threats",
        "Threats",
        [24, 47, 24, 14],
        None,
        Shape::Table(
            &[
                top("Threat", "microsoft_defender_cloud.event.entities.threat_intelligence.name", 20),
                top("Type", "microsoft_defender_cloud.event.entities.threat_intelligence.type", 5),
            ],
            &[("alerts", ALERTS)],
        ),
    ),
    ("countries", "Countries of sources", [0, 61, 16, 14], None, Shape::Table(&[top("Country", "source.geo.country_name", 50)], &[("alerts", ALERTS)])),
    (
        "resources",
        "Types of resources",
        [16, 61, 16, 14],
        Some(Exists("microsoft_defender_cloud.event.alert_type")),
        bars(top("Type", "resource.sub_type", 10)),
    ),
    (
        "organisations",
        "Organisations of addresses",
        [32, 61, 16, 14],
        None,
        Shape::Bars(
            Groups::Terms(top("Organisation", "microsoft_defender_cloud.event.entities.location.organization", 10)),
            ALERTS,
            Some(top("Type", "microsoft_defender_cloud.event.entities.location.organization_type", 5)),
        ),
    ),
    (
        "kinds",
        "Kinds of records; alerts have none",
        [0, 75, 16, 12],
        None,
        Shape::Bars(Groups::Terms(Terms { label: "Kind", field: TYPE, size: 12, missing: true }), Measure::Count("Documents"), None),
    ),
    (
        "secure-score",
        "Secure score, newest of each subscription",
        [16, 75, 32, 12],
        Some(SCORES),
        Shape::Table(
            &[top("Subscription", "microsoft_defender_cloud.event.id", 100)],
            &[
                ("share", newest("Share", "microsoft_defender_cloud.event.properties.score.percentage")),
                ("current", newest("Score", "microsoft_defender_cloud.event.properties.score.current")),
                ("most", newest("Of", "microsoft_defender_cloud.event.properties.score.max")),
                ("called", Measure::Last("Name", "microsoft_defender_cloud.event.properties.display_name", Kind::Text)),
            ],
        ),
    ),
    (
        "controls",
        "Controls of the secure score, newest of each",
        [0, 87, 24, 14],
        Some(CONTROLS),
        Shape::Table(
            &[top("Control", "microsoft_defender_cloud.event.id", 200)],
            &[
                ("called", Measure::Last("Name", "microsoft_defender_cloud.event.properties.display_name", Kind::Text)),
                ("healthy", newest("Healthy", "microsoft_defender_cloud.event.properties.healthy_resource_count")),
                ("unhealthy", newest("Unhealthy", "microsoft_defender_cloud.event.properties.unhealthy_resource_count")),
                ("other", newest("Not applicable", "microsoft_defender_cloud.event.properties.not_applicable_resource_count")),
            ],
        ),
    ),
    (
        "compliance",
        "Regulatory compliance, newest of each control",
        [24, 87, 24, 14],
        Some(COMPLIANCE),
        Shape::Table(
            &[top("Control", "microsoft_defender_cloud.event.id", 200)],
            &[
                ("state", Measure::Last("State", "microsoft_defender_cloud.event.properties.state", Kind::Text)),
                ("passed", newest("Passed", "microsoft_defender_cloud.event.properties.passed_resources")),
                ("failed", newest("Failed", "microsoft_defender_cloud.event.properties.failed_resources")),
                ("skipped", newest("Skipped", "microsoft_defender_cloud.event.properties.skipped_resources")),
            ],
        ),
    ),
    (
        "partitions",
        "Deliveries by partition",
        [0, 101, 48, 8],
        None,
        Shape::Table(
            &[top("Partition", "azure-eventhub.partition_id", 100)],
            &[
                ("documents", Measure::Count("Documents")),
                ("newest", Measure::Last("Newest", "@timestamp", Kind::Date)),
                ("enqueued", Measure::Last("Taken in by the hub", "azure-eventhub.enqueued_time", Kind::Date)),
            ],
        ),
    ),
    ("search", "Alerts", [0, 109, 48, 16], None, Shape::Search(SEARCH.id)),
];
