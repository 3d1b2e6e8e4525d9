//! The assessment data set: one merged record, an assessment with at most one sub-assessment in it, becomes one document.

pub(crate) mod conversions;
pub(crate) mod copies;
mod duplicates;
pub(crate) mod event;
pub(crate) mod extended;
mod intake;
pub(crate) mod occurrence;
pub(crate) mod resource;
pub(crate) mod vulnerability;

use self::extended::Split;
use super::index::Index;
use super::kinds::Recognition;
use super::parts;
use super::record::{Original, Reader, Record, rules};
use crate::defender::assessment::{ADDITIONAL, METADATA, PARTS, SUB_ADDITIONAL};
use crate::ecs::ASSESSMENT;
use crate::json::tree::Value;
use crate::settings::{Profile, Settings};

/// The parts of a record.
type Parts<'a> = parts::Parts<'a, { PARTS.len() }>;

rules! { ASSESSMENT;
    TREE "microsoft_defender_cloud.assessment" =
        "`properties` with every name in snake case, and `id`, `name` and `type` of the envelope; the same for `properties.additionalData.subAssessment`";
}

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

/// What comes of a record.
pub(crate) enum Finding<'a> {
    /// One document, which is filled.
    One,
    /// Documents that are filled one after the other.
    Split(Box<Split<'a>>),
}

/// Maps a record; `root` has its names in snake case below the top.
pub(crate) fn map<'a>(record: &mut Record<'a>, root: Value<'a>, settings: &Settings, index: &Index) -> Finding<'a> {
    match root {
        // A text that is no record says nothing about a resource: it is no finding.
        _ if !record.errors.is_empty() => return Finding::One,
        Value::Object(_) | Value::Null => {}
        Value::Array(_) if !root.has_content() => {
            record.recognition = Recognition::Empty;
            if settings.profile == Profile::Elastic {
                record.errors.unexpected(&"record", root, "an object");
                return Finding::One;
            }
        }
        other => {
            record.errors.unexpected(&"record", other, "an object");
            return Finding::One;
        }
    }
    record.recognition = Recognition::of_assessment(root);
    if record.recognition != Recognition::Known && !root.members().is_empty() {
        record.original = Original::Shown;
    }
    match settings.profile {
        Profile::Extended if record.recognition != Recognition::Known => {
            record.fill(&event::KIND_OF_NONE, |_| Value::Text("event"));
            Finding::One
        }
        Profile::Elastic => {
            elastic(record, root, settings);
            Finding::One
        }
        Profile::Extended => Finding::Split(Box::new(Split::of(record, root, settings, index))),
    }
}

/// Maps a record as the reference does.
fn elastic<'a>(record: &mut Record<'a>, root: Value<'a>, settings: &Settings) {
    let properties = intake::properties(record, root);
    let tree = intake::tree(record, root, properties, Profile::Elastic);
    let parts = Parts::of(record, tree, PARTS);
    conversions::apply(record, &parts);
    let class = record.look(|read| class_of(read, &parts));
    event::of_class(record, class);
    event::apply(record, &parts, class);
    event::created(record, &parts);
    for table in [copies::COMMON, copies::IDENTITY, copies::FINDING] {
        copies::apply(record, &parts, class, table);
    }
    if !record.document.get(const { ASSESSMENT.slot("package.name") }).is_null() {
        copies::apply(record, &parts, class, copies::PACKAGE);
    }
    event::uuid(record);
    resource::identity(record, &parts);
    resource::apply(record, &parts);
    vulnerability::apply(record, &parts, class);
    if !settings.preserve_duplicate_custom_fields {
        duplicates::remove(&parts);
    }
    let tree = intake::class_member(tree, class).map_or(tree, |class| intake::prepend(record, tree, &[class]));
    record.fill(&TREE, |read| read.whole(None, tree));
}

/// Scanners of Defender's own vulnerability management, by the ways in which they are named.
fn class_of<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Class {
    let scanner = parts.read(read, METADATA.scanner).text() == Some("MicrosoftDefenderVulnerabilityManagement");
    let source = matches!(
        parts.read(read, SUB_ADDITIONAL.source).text(),
        Some("Agentless Microsoft Defender vulnerability management" | "Microsoft Defender vulnerability management")
    );
    let counted = !parts.read(read, ADDITIONAL.cves_count).is_null();
    if scanner || source || counted { Class::Vulnerability } else { Class::Misconfiguration }
}
