//! The members that move to a field of their own, one line each.
//!
//! `object` is a container that the reference looks into, so that anything else in its place is reported; `any` yields nothing in silence.
//! A member that is copied to an ECS field is dropped from its own unless `preserve_duplicate_custom_fields` is set.

use core::fmt;

use crate::defender::{hub, same};
use crate::ecs::{EVENT, Slot};
use crate::json::key_table::KeyTable;
use crate::json::name::{InForm, Name, lowercase};
use crate::json::tree::{Member, Value};
use crate::mapping::cast::{Cast, cast};
use crate::mapping::record::Record;

/// The members of one container.
#[derive(Debug)]
pub(crate) struct Section {
    /// Where the container stands, empty for the record itself.
    pub path: &'static str,
    /// The path of what it stands in.
    parent: &'static str,
    /// Its name there, and the key of that in lower case.
    name: &'static str,
    key: u32,
    otherwise: Otherwise,
    moves: &'static [Move],
    /// The moves by the names of their members.
    by_key: KeyTable<128>,
}

/// What becomes of something else in the place of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Otherwise {
    /// It is reported.
    Reported,
    /// It yields nothing, in silence.
    Ignored,
}

/// One member and the field it moves to.
#[derive(Debug)]
pub(crate) struct Move {
    container: &'static str,
    member: &'static str,
    /// The member's name in lower case.
    name: Name<'static>,
    /// The field.
    pub target: Slot,
    /// The type it is brought to.
    pub cast: Cast,
    /// The ECS field that it is copied to.
    pub copy: Option<Slot>,
}

impl Section {
    const fn new(path: &'static str, otherwise: Otherwise, moves: &'static [Move]) -> Self {
        let mut by_key = KeyTable::new();
        let mut index = 0;
        while index < moves.len() {
            by_key.add(moves[index].name.key, index);
            index += 1;
        }
        assert!(moves.len() <= MOST, "a section of more moves than are found at once");
        let mut dot = path.len();
        while dot > 0 && path.as_bytes()[dot - 1] != b'.' {
            dot -= 1;
        }
        let name = path.split_at(dot).1;
        let parent = path.split_at(dot.saturating_sub(1)).0;
        Self { path, parent, name, key: lowercase(name).key(), otherwise, moves, by_key }
    }

    /// The member of each move, found in one pass.
    fn members<'a>(&self, container: Value<'a>) -> [Option<&'a Member<'a>>; MOST] {
        let mut found = [None; MOST];
        for member in container.members() {
            if let Some(index) = self.by_key.index_of(member.keyed_name(), |index| self.moves[index].name) {
                found[index] = Some(member);
            }
        }
        found
    }

    /// The rules of this container.
    pub(crate) fn moves(&self) -> &'static [Move] {
        self.moves
    }
}

impl Move {
    /// The member's path in a record.
    fn path(&self) -> String {
        match self.container {
            "" => self.member.to_owned(),
            container => format!("{container}.{}", self.member),
        }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cast {
            Cast::AsIs => write!(f, "`{}`", self.path()),
            cast => write!(f, "`{}` as {}", self.path(), cast.name()),
        }
    }
}

macro_rules! moves {
    ($($kind:ident $path:literal { $($source:literal => $target:literal $cast:ident $(, copied to $copy:literal)?;)* })*) => {
        &[$(Section::new($path, moves!(@$kind), const { &[$(Move {
                container: $path,
                member: const { hub::declared($path, $source) },
                name: {
                    const LOWER: InForm = lowercase($source);
                    Name::of(LOWER.text())
                },
                target: const { EVENT.slot(concat!("microsoft_defender_cloud.event.", $target)) },
                cast: Cast::$cast,
                copy: moves!(@copy $($copy)?),
            }),*] })),*]
    };
    (@object) => { Otherwise::Reported };
    (@any) => { Otherwise::Ignored };
    (@copy) => { None };
    (@copy $copy:literal) => { Some(const { EVENT.slot($copy) }) };
}

/// All of them.
pub(crate) const MOVES: &[Section] = moves! {
    object "" {
        "$type" => "event_type" AsIs;
        "AgentId" => "agent_id" AsIs;
        "AlertDisplayName" => "display_name" AsIs;
        "AlertType" => "alert_type" AsIs;
        "AlertUri" => "uri" AsIs, copied to "event.reference";
        "AzureResourceId" => "azure_resource_id" AsIs;
        "CompromisedEntity" => "compromised_entity" AsIs;
        "ConfidenceLevel" => "confidence.level" AsIs;
        "ConfidenceReasons" => "confidence.reasons" AsIs;
        "ConfidenceScore" => "confidence.score" AsIs;
        "CorrelationKey" => "correlation_key" AsIs;
        "Description" => "description" AsIs;
        "EndTimeUtc" => "end_time_utc" Date, copied to "event.end";
        "ExtendedLinks" => "extended_links" AsIs;
        "ExtendedProperties" => "extended_properties" AsIs;
        "id" => "id" AsIs;
        "Intent" => "intent" AsIs;
        "IsIncident" => "is_incident" Boolean;
        "kind" => "kind" AsIs;
        "location" => "location" AsIs;
        "name" => "name" AsIs;
        "ProcessingEndTime" => "processing_end_time" Date;
        "ProductName" => "product.name" AsIs, copied to "event.provider";
        "ProviderAlertStatus" => "provider_alert_status" AsIs;
        "RemediationSteps" => "remediation_steps" AsIs;
        "Severity" => "severity" AsIs;
        "StartTimeUtc" => "start_time_utc" Date, copied to "event.start";
        "Status" => "status" AsIs;
        "SystemAlertId" => "system.alert_id" AsIs;
        "tags" => "tags" AsIs;
        "tenantId" => "tenant_id" AsIs;
        "TimeGenerated" => "time_generated" Date, copied to "@timestamp";
        "type" => "type" AsIs;
        "VendorName" => "vendor_name" AsIs, copied to "observer.vendor";
        "WorkspaceId" => "workspace.id" AsIs;
        "WorkspaceResourceGroup" => "workspace.resource_group" AsIs;
        "WorkspaceSubscriptionId" => "workspace.subscription_id" AsIs;
    }
    object "assessmentEventDataEnrichment" {
        "action" => "assessment_event_data_enrichment.action" AsIs;
        "apiVersion" => "assessment_event_data_enrichment.api_version" AsIs;
        "isSnapshot" => "assessment_event_data_enrichment.is_snapshot" Boolean;
    }
    object "properties" {
        "$type" => "properties.type" AsIs;
        "assessmentDetailsLink" => "properties.assessment.details_link" AsIs;
        "assessmentType" => "properties.assessment.type" AsIs;
        "category" => "properties.category" AsIs;
        "description" => "properties.description" AsIs;
        "displayName" => "properties.display_name" AsIs;
        "environment" => "properties.environment" AsIs;
        "failedResources" => "properties.failed_resources" Long;
        "healthyResourceCount" => "properties.healthy_resource_count" Long;
        "id" => "properties.id" AsIs;
        "impact" => "properties.impact" AsIs;
        "notApplicableResourceCount" => "properties.not_applicable_resource_count" Long;
        "passedResources" => "properties.passed_resources" Long;
        "remediation" => "properties.remediation" AsIs;
        "skippedResources" => "properties.skipped_resources" Long;
        "state" => "properties.state" AsIs;
        "additionalData" => "properties.additional_data" AsIs;
        "timeGenerated" => "properties.time_generated" Date;
        "unhealthyResourceCount" => "properties.unhealthy_resource_count" Long;
        "weight" => "properties.weight" Long;
    }
    object "properties.definition" {
        "id" => "properties.definition.id" AsIs;
        "name" => "properties.definition.name" AsIs;
        "type" => "properties.definition.type" AsIs;
    }
    object "properties.definition.properties" {
        "assessmentDefinitions" => "properties.assessment.definitions" Text;
        "displayName" => "properties.definition.display_name" AsIs;
        "maxScore" => "properties.definition.max_score" Long;
    }
    any "properties.definition.properties.source" {
        "sourceType" => "properties.definition.source_type" AsIs;
    }
    any "properties.links" {
        "azurePortal" => "properties.links.azure_portal" AsIs;
    }
    object "properties.metadata" {
        "assessmentType" => "properties.metadata.assessment_type" AsIs;
        "categories" => "properties.metadata.categories" AsIs;
        "description" => "properties.metadata.description" AsIs;
        "displayName" => "properties.metadata.display_name" AsIs;
        "implementationEffort" => "properties.metadata.implementation_effort" AsIs;
        "policyDefinitionId" => "properties.metadata.policy_definition_id" AsIs;
        "preview" => "properties.metadata.preview" Boolean;
        "remediationDescription" => "properties.metadata.remediation_description" AsIs;
        "severity" => "properties.metadata.severity" AsIs;
        "threats" => "properties.metadata.threats" AsIs;
        "userImpact" => "properties.metadata.user_impact" AsIs;
    }
    any "properties.resourceDetails" {
        "$type" => "properties.resource_details.type" AsIs;
        "id" => "properties.resource_details.id" AsIs;
        "machineName" => "properties.resource_details.machine_name" AsIs;
        "source" => "properties.resource_details.source" AsIs;
        "sourceComputerId" => "properties.resource_details.source_computer_id" AsIs;
        "vmUuid" => "properties.resource_details.vm_uuid" AsIs;
        "workspaceId" => "properties.resource_details.workspace_id" AsIs;
    }
    object "properties.score" {
        "current" => "properties.score.current" Double;
        "max" => "properties.score.max" Long;
        "percentage" => "properties.score.percentage" Double;
    }
    object "properties.status" {
        "$type" => "properties.status.type" AsIs;
        "cause" => "properties.status.cause" AsIs;
        "code" => "properties.status.code" AsIs;
        "description" => "properties.status.description" AsIs;
        "firstEvaluationDate" => "properties.status.first_evaluation_date" Date;
        "severity" => "properties.status.severity" AsIs;
        "statusChangeDate" => "properties.status.status_change_date" Date;
    }
    object "securityEventDataEnrichment" {
        "$type" => "security_event_data_enrichment.type" AsIs;
        "action" => "security_event_data_enrichment.action" AsIs;
        "apiVersion" => "security_event_data_enrichment.api_version" AsIs;
        "interval" => "security_event_data_enrichment.interval" AsIs;
        "isSnapshot" => "security_event_data_enrichment.is_snapshot" Boolean;
    }
    object "SubAssessmentEventDataEnrichment" {
        "$type" => "sub_assessment_event.data_enrichment.type" AsIs;
        "action" => "sub_assessment_event.data_enrichment.action" AsIs;
        "apiVersion" => "sub_assessment_event.data_enrichment.api_version" AsIs;
        "isSnapshot" => "sub_assessment_event.data_enrichment.is_snapshot" Boolean;
    }
};

/// No section has more moves.
const MOST: usize = 40;

/// The section that each section's container stands in; the record itself stands in itself.
const PARENTS: [usize; MOVES.len()] = {
    let mut parents = [0; MOVES.len()];
    let mut at = 1;
    while at < MOVES.len() {
        let mut other = 0;
        while !same(MOVES[other].path, MOVES[at].parent) {
            other += 1;
        }
        assert!(other < at, "a section before the one that it stands in");
        parents[at] = other;
        at += 1;
    }
    parents
};

/// Applies all of them to a record.
pub(super) fn apply<'a>(record: &mut Record<'a>, root: Value<'a>, keep_copied: bool) {
    let mut containers = [root; MOVES.len()];
    for (at, section) in MOVES.iter().enumerate() {
        if at > 0 {
            containers[at] = container(record, containers[PARENTS[at]], section);
        }
        if containers[at].members().is_empty() {
            continue;
        }
        for (rule, member) in section.moves.iter().zip(section.members(containers[at])) {
            if let Some(member) = member {
                apply_one(record, member, rule, keep_copied);
            }
        }
    }
}

/// The container of a section; `Null` where there is none.
fn container<'a>(record: &mut Record<'a>, parent: Value<'a>, section: &Section) -> Value<'a> {
    let is_it = |member: &&Member<'a>| member.key == section.key && member.name.eq_ignore_ascii_case(section.name);
    let Some(member) = parent.members().iter().find(is_it) else { return Value::Null };
    record.open(member);
    match member.value.get() {
        object @ Value::Object(_) => object,
        Value::Null => Value::Null,
        other => {
            if section.otherwise == Otherwise::Reported {
                record.unexpected(&section.path, other, "an object");
            }
            Value::Null
        }
    }
}

fn apply_one<'a>(record: &mut Record<'a>, member: &'a Member<'a>, rule: &Move, keep_copied: bool) {
    record.note(member);
    let value = member.value.get();
    if value.is_blank() {
        return record.settle();
    }
    let value = match cast(record.arena, value, rule.cast) {
        Ok(value) => value,
        Err(part) => {
            record.unreadable(&rule.path(), part, rule.cast.name());
            return record.settle();
        }
    };
    let Some(copy) = rule.copy else {
        return record.put(rule.target, value, rule);
    };
    record.put(copy, value, rule);
    if keep_copied {
        record.note(member);
        record.put(rule.target, value, rule);
    }
}
