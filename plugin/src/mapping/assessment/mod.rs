//! The assessment data set: one merged record, an assessment with at most one sub-assessment in it, becomes one document.

pub(crate) mod conversions;
pub(crate) mod copies;
mod duplicates;
pub(crate) mod event;
mod intake;
pub(crate) mod occurrence;
mod parts;
pub(crate) mod resource;
pub(crate) mod vulnerability;

use self::parts::Parts;
use super::record::Record;
use crate::defender::assessment::Part;
use crate::ecs::ASSESSMENT;
use crate::json::tree::Value;
use crate::settings::Settings;

/// How to say where the record itself comes from.
pub(crate) const TREE: (&str, &str) = (
    "microsoft_defender_cloud.assessment",
    "`properties` with every name in snake case, and `id`, `name` and `type` of the envelope; the same for `properties.additionalData.subAssessment`",
);

/// What an assessment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A setting that should be another.
    Misconfiguration,
    /// A weakness of software.
    Vulnerability,
}

impl Class {
    /// Its value in `microsoft_defender_cloud.assessment.class`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Misconfiguration => "misconfiguration",
            Self::Vulnerability => "vulnerability",
        }
    }

    /// Its `event.category`.
    const fn category(self) -> &'static str {
        match self {
            Self::Misconfiguration => "configuration",
            Self::Vulnerability => "vulnerability",
        }
    }

    /// Its `event.kind`.
    const fn kind(self) -> &'static str {
        match self {
            Self::Misconfiguration => "state",
            Self::Vulnerability => "event",
        }
    }
}

/// Maps a record; `root` has its names in snake case below the top.
pub(crate) fn map<'a>(record: &mut Record<'a>, root: Value<'a>, settings: &Settings) {
    match root {
        // A text that is no record says nothing about a resource: it is no finding.
        _ if record.has_errors() => return,
        Value::Object(_) | Value::Null => {}
        other => return record.unexpected(&"record", other, "an object"),
    }
    let tree = intake::tree(record, root, settings.profile);
    let parts = Parts::of(record, tree);
    conversions::apply(record, &parts);
    let class = class_of(record, &parts);
    event::apply(record, &parts, class);
    copies::apply(record, &parts, class, copies::COPIES);
    if !record.document.get(const { ASSESSMENT.slot("package.name") }).is_null() {
        copies::apply(record, &parts, class, copies::PACKAGE);
    }
    event::uuid(record);
    resource::apply(record, &parts);
    vulnerability::apply(record, &parts, class);
    if !settings.preserve_duplicate_custom_fields {
        duplicates::remove(&parts);
    }
    record.note_all(tree);
    record.settle();
    let tree = intake::with_class(record, tree, class.name());
    record.put(const { ASSESSMENT.slot(TREE.0) }, tree, &TREE.1);
}

/// Scanners of Defender's own vulnerability management, by the ways in which they are named.
fn class_of<'a>(record: &Record<'a>, parts: &Parts<'a>) -> Class {
    let scanner = parts.read(record, Part::Metadata, "scanner").text() == Some("MicrosoftDefenderVulnerabilityManagement");
    let source = matches!(
        parts.read(record, Part::SubAdditional, "source").text(),
        Some("Agentless Microsoft Defender vulnerability management" | "Microsoft Defender vulnerability management")
    );
    let counted = !parts.read(record, Part::Additional, "cves_count").is_null();
    record.settle();
    if scanner || source || counted { Class::Vulnerability } else { Class::Misconfiguration }
}
