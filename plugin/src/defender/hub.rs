//! The members of a record in an Event Hub, in the spelling that Azure uses. Any letter case is read.

use super::part::parts;

parts! { lower Order PARTS;
    /// A record itself, whatever it is.
    RECORD: Root in Root "", Reported, "" {
        dollar_type = "$type", agent_id = "AgentId", alert_severity = "AlertSeverity", alert_display_name = "AlertDisplayName", alert_type = "AlertType", alert_uri = "AlertUri",
        azure_resource_id = "AzureResourceId", compromised_entity = "CompromisedEntity", confidence_level = "ConfidenceLevel",
        confidence_reasons = "ConfidenceReasons", confidence_score = "ConfidenceScore", correlation_key = "CorrelationKey",
        description = "Description", end_time_utc = "EndTimeUtc", entities = "Entities", extended_links = "ExtendedLinks",
        extended_properties = "ExtendedProperties", intent = "Intent", is_incident = "IsIncident", processing_end_time = "ProcessingEndTime",
        product_name = "ProductName", provider_alert_status = "ProviderAlertStatus", remediation_steps = "RemediationSteps",
        resource_identifiers = "ResourceIdentifiers", severity = "Severity", start_time_utc = "StartTimeUtc", status = "Status",
        system_alert_id = "SystemAlertId", time_generated = "TimeGenerated", vendor_name = "VendorName", workspace_id = "WorkspaceId",
        workspace_resource_group = "WorkspaceResourceGroup", workspace_subscription_id = "WorkspaceSubscriptionId", id, kind, location, name, tags,
        tenant_id = "tenantId", type_ = "type",
    }

    /// What continuous export adds to an assessment.
    ASSESSMENT_ENRICHMENT: AssessmentEnrichment in Root "assessmentEventDataEnrichment", Reported, "assessmentEventDataEnrichment" {
        action, api_version = "apiVersion", is_snapshot = "isSnapshot",
    }

    /// What a record that is no alert is about.
    PROPERTIES: Properties in Root "properties", Reported, "properties" {
        dollar_type = "$type", additional_data = "additionalData", alert_display_name = "alertDisplayName",
        alert_name = "alertName", alert_type = "alertType", assessment_details_link = "assessmentDetailsLink",
        assessment_type = "assessmentType", category, description, display_name = "displayName", environment, failed_resources = "failedResources",
        healthy_resource_count = "healthyResourceCount", id, impact, not_applicable_resource_count = "notApplicableResourceCount",
        passed_resources = "passedResources", remediation, skipped_resources = "skippedResources", state, system_alert_id = "systemAlertId", time_generated = "timeGenerated",
        unhealthy_resource_count = "unhealthyResourceCount", weight,
    }

    /// The definition of a secure score control.
    DEFINITION: Definition in Properties "definition", Reported, "properties.definition" {
        id, name, type_ = "type",
    }

    /// What that definition says.
    DEFINITION_PROPERTIES: DefinitionProperties in Definition "properties", Reported, "properties.definition.properties" {
        assessment_definitions = "assessmentDefinitions", display_name = "displayName", max_score = "maxScore",
    }

    /// Who made it.
    DEFINITION_SOURCE: DefinitionSource in DefinitionProperties "source", Ignored, "properties.definition.properties.source" {
        source_type = "sourceType",
    }

    /// Where a person finds more.
    LINKS: Links in Properties "links", Ignored, "properties.links" {
        azure_portal = "azurePortal",
    }

    /// What is known of an assessment wherever it is made.
    METADATA: Metadata in Properties "metadata", Reported, "properties.metadata" {
        assessment_type = "assessmentType", categories, description, display_name = "displayName", implementation_effort = "implementationEffort",
        policy_definition_id = "policyDefinitionId", preview, remediation_description = "remediationDescription", severity, threats,
        user_impact = "userImpact",
    }

    /// The assessed resource.
    RESOURCE_DETAILS: ResourceDetails in Properties "resourceDetails", Ignored, "properties.resourceDetails" {
        dollar_type = "$type", id, machine_name = "machineName", source, source_computer_id = "sourceComputerId", vm_uuid = "vmUuid",
        workspace_id = "workspaceId",
    }

    /// A secure score.
    SCORE: Score in Properties "score", Reported, "properties.score" {
        current, max, percentage,
    }

    /// How the resource stands.
    STATUS: Status in Properties "status", Reported, "properties.status" {
        dollar_type = "$type", cause, code, description, first_evaluation_date = "firstEvaluationDate", severity,
        status_change_date = "statusChangeDate",
    }

    /// What continuous export adds to scores and compliance results.
    SECURITY_ENRICHMENT: SecurityEnrichment in Root "securityEventDataEnrichment", Reported, "securityEventDataEnrichment" {
        dollar_type = "$type", action, api_version = "apiVersion", interval, is_snapshot = "isSnapshot",
    }

    /// What continuous export adds to a sub-assessment.
    SUB_ASSESSMENT_ENRICHMENT: SubAssessmentEnrichment in Root "SubAssessmentEventDataEnrichment", Reported, "SubAssessmentEventDataEnrichment" {
        dollar_type = "$type", action, api_version = "apiVersion", is_snapshot = "isSnapshot",
    }
}
