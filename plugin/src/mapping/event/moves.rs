//! The members that move to a field of their own, one line each.
//!
//! A member that is copied to an ECS field is dropped from its own unless `preserve_duplicate_custom_fields` is set.

use core::fmt;

use super::Parts;
use crate::defender::hub::{
    ASSESSMENT_ENRICHMENT, DEFINITION, DEFINITION_PROPERTIES, DEFINITION_SOURCE, LINKS, METADATA, PROPERTIES, RECORD, RESOURCE_DETAILS, SCORE,
    SECURITY_ENRICHMENT, STATUS, SUB_ASSESSMENT_ENRICHMENT,
};
use crate::defender::part::Source;
use crate::ecs::{EVENT, Slot};
use crate::json::tree::{Member, Value};
use crate::mapping::cast::{Cast, cast};
use crate::mapping::record::{Reader, Record};
use crate::settings::{Profile, Settings};

/// One member and the field it moves to.
#[derive(Debug)]
pub(crate) struct Move {
    source: Source,
    /// The field.
    pub target: Slot,
    cast: Cast,
    /// The ECS field that it is copied to.
    pub copy: Option<Slot>,
}

macro_rules! moves {
    ($($part:ident.$member:ident => $target:literal $cast:ident $(, copied to $copy:literal)?;)*) => {
        &[$(Move {
            source: $part.$member,
            target: EVENT.slot(concat!("microsoft_defender_cloud.event.", $target)),
            cast: Cast::$cast,
            copy: moves!(@copy $($copy)?),
        }),*]
    };
    (@copy) => { None };
    (@copy $copy:literal) => { Some(EVENT.slot($copy)) };
}

/// All of them, those of one part side by side. What stands before the type is a field below `microsoft_defender_cloud.event`, which `ecs` has also where it
/// is copied.
pub(crate) const MOVES: &[Move] = moves! {
    RECORD.dollar_type => "event_type" AsIs;
    RECORD.agent_id => "agent_id" AsIs;
    RECORD.alert_display_name => "display_name" AsIs;
    RECORD.alert_type => "alert_type" AsIs;
    RECORD.alert_uri => "uri" AsIs, copied to "event.reference";
    RECORD.azure_resource_id => "azure_resource_id" AsIs;
    RECORD.compromised_entity => "compromised_entity" AsIs;
    RECORD.confidence_level => "confidence.level" AsIs;
    RECORD.confidence_reasons => "confidence.reasons" AsIs;
    RECORD.confidence_score => "confidence.score" AsIs;
    RECORD.correlation_key => "correlation_key" AsIs;
    RECORD.description => "description" AsIs;
    RECORD.end_time_utc => "end_time_utc" Date, copied to "event.end";
    RECORD.extended_links => "extended_links" AsIs;
    RECORD.extended_properties => "extended_properties" AsIs;
    RECORD.id => "id" AsIs;
    RECORD.intent => "intent" AsIs;
    RECORD.is_incident => "is_incident" Boolean;
    RECORD.kind => "kind" AsIs;
    RECORD.location => "location" AsIs;
    RECORD.name => "name" AsIs;
    RECORD.processing_end_time => "processing_end_time" Date;
    RECORD.product_name => "product.name" AsIs, copied to "event.provider";
    RECORD.provider_alert_status => "provider_alert_status" AsIs;
    RECORD.remediation_steps => "remediation_steps" AsIs;
    RECORD.severity => "severity" AsIs;
    RECORD.start_time_utc => "start_time_utc" Date, copied to "event.start";
    RECORD.status => "status" AsIs;
    RECORD.system_alert_id => "system.alert_id" AsIs;
    RECORD.tags => "tags" AsIs;
    RECORD.tenant_id => "tenant_id" AsIs;
    RECORD.time_generated => "time_generated" Date, copied to "@timestamp";
    RECORD.type_ => "type" AsIs;
    RECORD.vendor_name => "vendor_name" AsIs, copied to "observer.vendor";
    RECORD.workspace_id => "workspace.id" AsIs;
    RECORD.workspace_resource_group => "workspace.resource_group" AsIs;
    RECORD.workspace_subscription_id => "workspace.subscription_id" AsIs;

    ASSESSMENT_ENRICHMENT.action => "assessment_event_data_enrichment.action" AsIs;
    ASSESSMENT_ENRICHMENT.api_version => "assessment_event_data_enrichment.api_version" AsIs;
    ASSESSMENT_ENRICHMENT.is_snapshot => "assessment_event_data_enrichment.is_snapshot" Boolean;

    PROPERTIES.dollar_type => "properties.type" AsIs;
    PROPERTIES.assessment_details_link => "properties.assessment.details_link" AsIs;
    PROPERTIES.assessment_type => "properties.assessment.type" AsIs;
    PROPERTIES.category => "properties.category" AsIs;
    PROPERTIES.description => "properties.description" AsIs;
    PROPERTIES.display_name => "properties.display_name" AsIs;
    PROPERTIES.environment => "properties.environment" AsIs;
    PROPERTIES.failed_resources => "properties.failed_resources" Long;
    PROPERTIES.healthy_resource_count => "properties.healthy_resource_count" Long;
    PROPERTIES.id => "properties.id" AsIs;
    PROPERTIES.impact => "properties.impact" AsIs;
    PROPERTIES.not_applicable_resource_count => "properties.not_applicable_resource_count" Long;
    PROPERTIES.passed_resources => "properties.passed_resources" Long;
    PROPERTIES.remediation => "properties.remediation" AsIs;
    PROPERTIES.skipped_resources => "properties.skipped_resources" Long;
    PROPERTIES.state => "properties.state" AsIs;
    PROPERTIES.additional_data => "properties.additional_data" AsIs;
    PROPERTIES.time_generated => "properties.time_generated" Date;
    PROPERTIES.unhealthy_resource_count => "properties.unhealthy_resource_count" Long;
    PROPERTIES.weight => "properties.weight" Long;

    DEFINITION.id => "properties.definition.id" AsIs;
    DEFINITION.name => "properties.definition.name" AsIs;
    DEFINITION.type_ => "properties.definition.type" AsIs;

    DEFINITION_PROPERTIES.assessment_definitions => "properties.assessment.definitions" Text;
    DEFINITION_PROPERTIES.display_name => "properties.definition.display_name" AsIs;
    DEFINITION_PROPERTIES.max_score => "properties.definition.max_score" Long;

    DEFINITION_SOURCE.source_type => "properties.definition.source_type" AsIs;

    LINKS.azure_portal => "properties.links.azure_portal" AsIs;

    METADATA.assessment_type => "properties.metadata.assessment_type" AsIs;
    METADATA.categories => "properties.metadata.categories" AsIs;
    METADATA.description => "properties.metadata.description" AsIs;
    METADATA.display_name => "properties.metadata.display_name" AsIs;
    METADATA.implementation_effort => "properties.metadata.implementation_effort" AsIs;
    METADATA.policy_definition_id => "properties.metadata.policy_definition_id" AsIs;
    METADATA.preview => "properties.metadata.preview" Boolean;
    METADATA.remediation_description => "properties.metadata.remediation_description" AsIs;
    METADATA.severity => "properties.metadata.severity" AsIs;
    METADATA.threats => "properties.metadata.threats" AsIs;
    METADATA.user_impact => "properties.metadata.user_impact" AsIs;

    RESOURCE_DETAILS.dollar_type => "properties.resource_details.type" AsIs;
    RESOURCE_DETAILS.id => "properties.resource_details.id" AsIs;
    RESOURCE_DETAILS.machine_name => "properties.resource_details.machine_name" AsIs;
    RESOURCE_DETAILS.source => "properties.resource_details.source" AsIs;
    RESOURCE_DETAILS.source_computer_id => "properties.resource_details.source_computer_id" AsIs;
    RESOURCE_DETAILS.vm_uuid => "properties.resource_details.vm_uuid" AsIs;
    RESOURCE_DETAILS.workspace_id => "properties.resource_details.workspace_id" AsIs;

    SCORE.current => "properties.score.current" Double;
    SCORE.max => "properties.score.max" Long;
    SCORE.percentage => "properties.score.percentage" Double;

    STATUS.dollar_type => "properties.status.type" AsIs;
    STATUS.cause => "properties.status.cause" AsIs;
    STATUS.code => "properties.status.code" AsIs;
    STATUS.description => "properties.status.description" AsIs;
    STATUS.first_evaluation_date => "properties.status.first_evaluation_date" Date;
    STATUS.severity => "properties.status.severity" AsIs;
    STATUS.status_change_date => "properties.status.status_change_date" Date;

    SECURITY_ENRICHMENT.dollar_type => "security_event_data_enrichment.type" AsIs;
    SECURITY_ENRICHMENT.action => "security_event_data_enrichment.action" AsIs;
    SECURITY_ENRICHMENT.api_version => "security_event_data_enrichment.api_version" AsIs;
    SECURITY_ENRICHMENT.interval => "security_event_data_enrichment.interval" AsIs;
    SECURITY_ENRICHMENT.is_snapshot => "security_event_data_enrichment.is_snapshot" Boolean;

    SUB_ASSESSMENT_ENRICHMENT.dollar_type => "sub_assessment_event.data_enrichment.type" AsIs;
    SUB_ASSESSMENT_ENRICHMENT.action => "sub_assessment_event.data_enrichment.action" AsIs;
    SUB_ASSESSMENT_ENRICHMENT.api_version => "sub_assessment_event.data_enrichment.api_version" AsIs;
    SUB_ASSESSMENT_ENRICHMENT.is_snapshot => "sub_assessment_event.data_enrichment.is_snapshot" Boolean;
};

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cast {
            Cast::AsIs => write!(f, "`{}`", self.source),
            cast => write!(f, "`{}` as {}", self.source, cast.name()),
        }
    }
}

/// Applies all of them to a record.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, settings: &Settings) {
    for moves in MOVES.chunk_by(|left, right| left.source.part.index == right.source.part.index) {
        let Some(part) = moves.first().map(|first| first.source.part) else { continue };
        let object = parts.object(part);
        if object.members().is_empty() {
            continue;
        }
        let found = part.members(object);
        for rule in moves {
            let Some(member) = found.get(rule.source) else { continue };
            let copy = rule.copy.filter(|_| settings.profile == Profile::Elastic || !holds_object(member.value.get()));
            record.fill_slot(copy.unwrap_or(rule.target), rule, |read| rule.value(read, member));
            if let Some(copy) = copy.filter(|_| settings.preserve_duplicate_custom_fields) {
                record.fill_slot(rule.target, rule, |read| read.field(copy));
            }
        }
    }
}

/// Whether it is an object, or a list with one in it: no ECS field takes that, so it stays where it is.
fn holds_object(value: Value<'_>) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(elements) => elements.iter().any(|element| holds_object(element.get())),
        _ => false,
    }
}

impl Move {
    fn value<'a>(&self, read: &mut Reader<'_, 'a>, member: &'a Member<'a>) -> Value<'a> {
        let value = read.take(Some(member));
        if value.is_blank() {
            return Value::Null;
        }
        cast(read.arena, value, self.cast).unwrap_or_else(|part| {
            read.errors.unreadable(&self.source, part, self.cast.name());
            Value::Null
        })
    }
}
