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
        sub_techniques = "SubTechniques", system_alert_id = "SystemAlertId", tactics = "Tactics", techniques = "Techniques", time_generated = "TimeGenerated", vendor_name = "VendorName", workspace_id = "WorkspaceId",
        workspace_resource_group = "WorkspaceResourceGroup", workspace_subscription_id = "WorkspaceSubscriptionId", id, kind, location, name, tags,
        tenant_id = "tenantId", type_ = "type",
    }

    /// What a row of Log Analytics calls otherwise.
    ROW: LogRow in Root "", Reported, "" {
        alert_link = "AlertLink", alert_name = "AlertName", display_name = "DisplayName", end_time = "EndTime", resource_id = "ResourceId",
        start_time = "StartTime",
    }

    /// What an alert of Azure Resource Manager calls otherwise.
    ARM_ALERT: ArmAlert in Root "properties", Ignored, "properties" {
        alert_name = "alertName", associated_resource = "associatedResource", detected_time_utc = "detectedTimeUtc",
        processing_end_time_utc = "processingEndTimeUtc", reported_severity = "reportedSeverity", reported_time_utc = "reportedTimeUtc", state,
        time_generated_utc = "timeGeneratedUtc",
    }

    /// What continuous export adds to an assessment.
    ASSESSMENT_ENRICHMENT: AssessmentEnrichment in Root "assessmentEventDataEnrichment", Reported, "assessmentEventDataEnrichment" {
        action, api_version = "apiVersion", is_snapshot = "isSnapshot",
    }

    /// What a record that is no alert is about.
    PROPERTIES: Properties in Root "properties", Reported, "properties" {
        dollar_type = "$type", additional_data = "additionalData", alert_display_name = "alertDisplayName",
        alert_name = "alertName", alert_type = "alertType", assessment_details_link = "assessmentDetailsLink",
        assessment_type = "assessmentType", category, description, display_name = "displayName", environment,
        failed_assessments = "failedAssessments", failed_controls = "failedControls", failed_resources = "failedResources",
        healthy_resource_count = "healthyResourceCount", id, impact, not_applicable_resource_count = "notApplicableResourceCount",
        passed_assessments = "passedAssessments", passed_controls = "passedControls", passed_resources = "passedResources", remediation,
        risk_level = "riskLevel", skipped_assessments = "skippedAssessments", skipped_controls = "skippedControls", skipped_resources = "skippedResources", state, system_alert_id = "systemAlertId", time_generated = "timeGenerated",
        unhealthy_resource_count = "unhealthyResourceCount", unsupported_assessments = "unsupportedAssessments",
        unsupported_controls = "unsupportedControls", unsupported_resources = "unsupportedResources", weight,
    }

    /// What a sub-assessment says besides.
    ADDITIONAL_DATA: AdditionalData in Properties "additionalData", Ignored, "properties.additionalData" {
        assessed_resource_type = "assessedResourceType", cve, cve_list = "cveList", cvss, image_digest = "imageDigest",
        recommended_version = "recommendedVersion", repository_name = "repositoryName", software_name = "softwareName",
        software_version = "softwareVersion",
    }

    /// The software that is vulnerable.
    SOFTWARE_DETAILS: SoftwareDetails in AdditionalData "softwareDetails", Ignored, "properties.additionalData.softwareDetails" {
        fixed_version = "fixedVersion", package_name = "packageName", version,
    }

    /// The image that it is in.
    ARTIFACT_DETAILS: ArtifactDetails in AdditionalData "artifactDetails", Ignored, "properties.additionalData.artifactDetails" {
        digest, repository_name = "repositoryName", tags,
    }

    /// The vulnerability itself.
    VULNERABILITY_DETAILS: VulnerabilityDetails in AdditionalData "vulnerabilityDetails", Ignored, "properties.additionalData.vulnerabilityDetails" {
        cve_id = "cveId",
    }

    /// A CVE of a list, or a score of one version.
    CVE: Cve in AdditionalData "cve", Ignored, "properties.additionalData.cve[]" {
        base, link, title,
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
        policy_definition_id = "policyDefinitionId", preview, recommendation_category = "recommendationCategory", remediation_description = "remediationDescription", severity, tactics, techniques, threats,
        user_impact = "userImpact",
    }

    /// The assessed resource.
    RESOURCE_DETAILS: ResourceDetails in Properties "resourceDetails", Ignored, "properties.resourceDetails" {
        dollar_type = "$type", id, machine_name = "machineName", native_resource_id = "nativeResourceId", resource_name = "resourceName",
        resource_provider = "resourceProvider", resource_type = "resourceType", source, source_computer_id = "sourceComputerId", vm_uuid = "vmUuid",
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
