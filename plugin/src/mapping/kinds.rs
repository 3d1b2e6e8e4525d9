//! Kinds of record: how each is known, and what an event of it is. One table, a line a row; the first that matches is it.

use crate::defender::assessment::{self, Additional, Recommendation, Resource, Status, envelope};
use crate::defender::hub::{AssessmentEnrichment, PROPERTIES, Properties, RECORD, SubAssessmentEnrichment};
use crate::defender::part::{Part, Source};
use crate::json::tree::{Member, Value};

/// What a record of a hub is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An alert as Log Analytics exports it.
    Row,
    /// An alert as continuous export sends it.
    Alert,
    /// An alert in the form of the Azure Resource Manager.
    ArmAlert,
    /// A standard, control or assessment of regulatory compliance.
    Compliance,
    /// A finding inside a recommendation.
    SubAssessment,
    /// A recommendation.
    Recommendation,
    /// A secure score, or one of its controls.
    Score,
    /// An attack path.
    AttackPath,
    /// Anything else.
    Unknown,
}

/// One line of the table.
pub(crate) struct Row {
    /// What it is.
    pub kind: Kind,
    known: fn(Value<'_>) -> bool,
    /// `event.kind` of profile `extended`.
    pub event_kind: &'static str,
    /// `event.category` and `event.type` there. An alert and a sub-assessment start with these.
    pub class: Option<[&'static str; 2]>,
}

/// The table.
pub(crate) const KINDS: [Row; 9] = [
    Row { kind: Kind::Row, known: |it| is_alert(it) && is_row(it), event_kind: "alert", class: Some(["intrusion_detection", "info"]) },
    Row { kind: Kind::Alert, known: is_alert, event_kind: "alert", class: Some(["intrusion_detection", "info"]) },
    Row { kind: Kind::ArmAlert, known: is_arm_alert, event_kind: "alert", class: Some(["intrusion_detection", "info"]) },
    Row { kind: Kind::Compliance, known: |it| contains(type_of(it), "/regulatorycompliance"), event_kind: "state", class: Some(["configuration", "info"]) },
    Row { kind: Kind::SubAssessment, known: is_sub_assessment, event_kind: "state", class: Some(["vulnerability", "info"]) },
    Row { kind: Kind::Recommendation, known: is_recommendation, event_kind: "state", class: Some(["configuration", "info"]) },
    Row {
        kind: Kind::Score,
        known: |it| ends_with(it, "securescores") || ends_with(it, "securescorecontrols"),
        event_kind: "metric",
        class: Some(["configuration", "info"]),
    },
    Row { kind: Kind::AttackPath, known: |it| ends_with(it, "attackpaths"), event_kind: "state", class: Some(["configuration", "info"]) },
    Row { kind: Kind::Unknown, known: |_| true, event_kind: "event", class: None },
];

/// The row of a record, whose names are in lower case.
pub(crate) fn row_of(root: Value<'_>) -> &'static Row {
    KINDS.iter().find(|row| (row.known)(root)).expect("the last row is for anything else")
}

/// The member that tells of which kind a record is, where one does by itself.
pub(crate) fn telling<'a>(root: Value<'a>, kind: Kind) -> Option<&'a Member<'a>> {
    let sources: &[Source] = match kind {
        Kind::Alert | Kind::Row => &[RECORD.alert_type, RECORD.system_alert_id, RECORD.alert_display_name],
        Kind::Unknown => &[],
        _ => &[RECORD.type_],
    };
    sources.iter().find_map(|source| root.member(source.name).filter(|member| !member.value.get().is_blank()))
}

/// What is to be told of a record besides what its document shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Recognition {
    /// Nothing: it is of a known kind, or an error line says why not.
    #[default]
    Known,
    /// It says something, but nobody knows what it is.
    Unknown,
    /// There is nothing in it.
    Empty,
}

impl Recognition {
    /// Of a record of the event data set, which is of that kind.
    pub(crate) fn of_event(root: Value<'_>, kind: Kind) -> Self {
        match root {
            _ if !root.has_content() => Self::Empty,
            Value::Object(_) if kind == Kind::Unknown => Self::Unknown,
            _ => Self::Known,
        }
    }

    /// Of a record of the assessment data set, whose names at the top are as written: it says by its type, or failing that by its id, that it is an assessment
    /// or a sub-assessment, or it has no type, and `properties` as they have.
    pub(crate) fn of_assessment(root: Value<'_>) -> Self {
        let known = match root.get(envelope::TYPE) {
            Value::Text(text) if !text.is_empty() => is_last(text, "assessments") || is_last(text, "subassessments"),
            _ => is_about_a_resource(root.get(envelope::PROPERTIES)) || contains(root.get(envelope::ID).text().unwrap_or_default(), "/assessments/"),
        };
        match root {
            _ if !root.has_content() => Self::Empty,
            Value::Object(_) if !known => Self::Unknown,
            _ => Self::Known,
        }
    }
}

/// Whether `properties` are an assessment's. What is no object is told by an error line.
fn is_about_a_resource(properties: Value<'_>) -> bool {
    if !matches!(properties, Value::Object(_)) {
        return !properties.is_blank();
    }
    let names = [assessment::RECORD.display_name.name, Status::PART.name, Resource::PART.name, Additional::PART.name, Recommendation::PART.name];
    names.into_iter().any(|name| !properties.get(name).is_blank())
}

fn is_alert(root: Value<'_>) -> bool {
    [RECORD.alert_type, RECORD.system_alert_id, RECORD.alert_display_name].into_iter().any(|source| has(root, source))
}

/// Of an alert: whether it is a row of a table, whose columns hold objects as texts.
fn is_row(root: Value<'_>) -> bool {
    has(root, RECORD.alert_severity) || [RECORD.entities, RECORD.extended_properties].into_iter().any(|source| root.get(source.name).text().is_some())
}

fn is_arm_alert(root: Value<'_>) -> bool {
    let properties = root.get(Properties::PART.name);
    let names = [PROPERTIES.alert_type, PROPERTIES.alert_name, PROPERTIES.alert_display_name, PROPERTIES.system_alert_id];
    type_of(root).contains('/') && ends_with(root, "alerts") && names.into_iter().any(|source| has(properties, source))
}

fn is_sub_assessment(root: Value<'_>) -> bool {
    ends_with(root, "subassessments") || is_enriched(root, SubAssessmentEnrichment::PART)
}

fn is_recommendation(root: Value<'_>) -> bool {
    ends_with(root, "assessments") || is_enriched(root, AssessmentEnrichment::PART)
}

/// Whether a record that does not say its type has what continuous export adds to those of one kind.
fn is_enriched(root: Value<'_>, part: &Part) -> bool {
    !has(root, RECORD.type_) && !root.get(part.name).is_blank()
}

/// Whether a member is there, and neither null nor an empty text.
fn has(object: Value<'_>, source: Source) -> bool {
    !object.get(source.name).is_blank()
}

fn type_of<'a>(root: Value<'a>) -> &'a str {
    root.get(RECORD.type_.name).text().unwrap_or_default()
}

fn ends_with(root: Value<'_>, last: &str) -> bool {
    is_last(type_of(root), last)
}

/// Whether that is the last segment of a type, in any letter case.
fn is_last(kind: &str, last: &str) -> bool {
    kind.rsplit('/').next().is_some_and(|segment| segment.eq_ignore_ascii_case(last))
}

/// Whether a text has that part, which is in lower case, in any letter case.
fn contains(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::defender::assessment::NAMES;
    use crate::json::parse::{self, Names};

    #[track_caller]
    fn check(text: &str, expected: Kind) {
        let arena = Bump::new();
        let root = parse::value(&arena, text, Names::Lower).expect("JSON");
        assert_eq!(row_of(root).kind, expected, "{text}");
    }

    #[test]
    fn each_kind_is_known_in_any_letter_case() {
        check(r#"{"AlertType":"a"}"#, Kind::Alert);
        check(r#"{"systemalertid":"a"}"#, Kind::Alert);
        check(r#"{"ALERTDISPLAYNAME":7}"#, Kind::Alert);
        check(r#"{"AlertType":"a","type":"x/assessments"}"#, Kind::Alert);
        check(r#"{"AlertType":"a","AlertSeverity":"High"}"#, Kind::Row);
        check(r#"{"AlertType":"a","Entities":""}"#, Kind::Row);
        check(r#"{"AlertType":"a","ExtendedProperties":"{}"}"#, Kind::Row);
        check(r#"{"Type":"Microsoft.Security/Locations/ALERTS","properties":{"alertType":"a"}}"#, Kind::ArmAlert);
        check(r#"{"type":"x/alerts","properties":{"SystemAlertId":"a"}}"#, Kind::ArmAlert);
        check(r#"{"type":"x/regulatoryComplianceStandards/regulatorycomplianceControls"}"#, Kind::Compliance);
        check(r#"{"type":"x/assessments/SubAssessments"}"#, Kind::SubAssessment);
        check(r#"{"subAssessmentEventDataEnrichment":{}}"#, Kind::SubAssessment);
        check(r#"{"type":"x/Assessments"}"#, Kind::Recommendation);
        check(r#"{"type":"","assessmentEventDataEnrichment":{"action":"Write"}}"#, Kind::Recommendation);
        check(r#"{"type":"x/secureScores"}"#, Kind::Score);
        check(r#"{"type":"x/secureScores/secureScoreControls"}"#, Kind::Score);
        check(r#"{"type":"x/attackPaths"}"#, Kind::AttackPath);
    }

    #[test]
    fn everything_else_is_unknown() {
        for text in [
            r#"{"AlertType":""}"#,
            r#"{"SystemAlertId":null,"Severity":"High"}"#,
            r#"{"type":"x/alerts","properties":"a"}"#,
            r#"{"type":"x/alerts","properties":{"alertType":"","other":"a"}}"#,
            r#"{"type":"alerts","properties":{"alertType":"a"}}"#,
            r#"{"type":"x","properties":{"alertType":"a"}}"#,
            r#"{"type":"x","assessmentEventDataEnrichment":{"action":"Write"}}"#,
            r#"{"type":"x/assessments/governance"}"#,
            r#"{"operationName":"Microsoft.Security/locations/alerts/activate/action"}"#,
            "{}",
        ] {
            check(text, Kind::Unknown);
        }
    }

    #[test]
    fn what_says_nothing_is_empty_and_no_kind_is_told_of_what_is_no_object() {
        let arena = Bump::new();
        for (text, expected) in [
            ("", Recognition::Empty),
            (" null ", Recognition::Empty),
            ("{}", Recognition::Empty),
            ("[]", Recognition::Empty),
            (r#"{"records":[],"value":null,"AlertType":"","a":[{"b":""}]}"#, Recognition::Empty),
            (r#"{"a":false}"#, Recognition::Unknown),
            (r#"{"AlertType":"a"}"#, Recognition::Known),
            ("[1]", Recognition::Known),
            ("0", Recognition::Known),
        ] {
            let root = parse::value(&arena, text, Names::Lower).expect("JSON");
            assert_eq!(Recognition::of_event(root, row_of(root).kind), expected, "{text}");
        }
    }

    #[test]
    fn an_assessment_says_what_it_is() {
        let arena = Bump::new();
        for (text, expected) in [
            ("null", Recognition::Empty),
            (r#"{"properties":{}}"#, Recognition::Empty),
            (r#"{"type":"Microsoft.Security/Assessments"}"#, Recognition::Known),
            (r#"{"type":"Microsoft.Security/assessments/subAssessments"}"#, Recognition::Known),
            (r#"{"properties":{"displayName":"a"}}"#, Recognition::Known),
            (r#"{"id":"/subscriptions/a/providers/Microsoft.Security/Assessments/b"}"#, Recognition::Known),
            (r#"{"properties":{"additionalData":{"a":1}}}"#, Recognition::Known),
            (r#"{"properties":5}"#, Recognition::Known),
            (r#"{"properties":{"AlertType":"a"}}"#, Recognition::Unknown),
            (r#"{"id":"/a","name":"b"}"#, Recognition::Unknown),
            (r#"{"type":"Microsoft.Security/secureScores","properties":{"displayName":"a"}}"#, Recognition::Unknown),
            (r#"{"Type":"Microsoft.Security/assessments","Properties":{"displayName":"a"}}"#, Recognition::Unknown),
            (r#"{"AlertType":"a"}"#, Recognition::Unknown),
        ] {
            let root = parse::value(&arena, text, Names::SnakeInside(&NAMES)).expect("JSON");
            assert_eq!(Recognition::of_assessment(root), expected, "{text}");
        }
    }
}
