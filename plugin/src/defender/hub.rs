//! The members of a record in an Event Hub, in the spelling that Azure uses. Any spelling is read.

/// Containers and their members, sorted. Rules can read no others, and each is read by one.
pub(crate) const MEMBERS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "$type",
            "AgentId",
            "AlertDisplayName",
            "AlertType",
            "AlertUri",
            "AzureResourceId",
            "CompromisedEntity",
            "ConfidenceLevel",
            "ConfidenceReasons",
            "ConfidenceScore",
            "CorrelationKey",
            "Description",
            "EndTimeUtc",
            "Entities",
            "ExtendedLinks",
            "ExtendedProperties",
            "Intent",
            "IsIncident",
            "ProcessingEndTime",
            "ProductName",
            "ProviderAlertStatus",
            "RemediationSteps",
            "ResourceIdentifiers",
            "Severity",
            "StartTimeUtc",
            "Status",
            "SystemAlertId",
            "TimeGenerated",
            "VendorName",
            "WorkspaceId",
            "WorkspaceResourceGroup",
            "WorkspaceSubscriptionId",
            "id",
            "kind",
            "location",
            "name",
            "tags",
            "tenantId",
            "type",
        ],
    ),
    ("assessmentEventDataEnrichment", &["action", "apiVersion", "isSnapshot"]),
    (
        "properties",
        &[
            "$type",
            "additionalData",
            "assessmentDetailsLink",
            "assessmentType",
            "category",
            "description",
            "displayName",
            "environment",
            "failedResources",
            "healthyResourceCount",
            "id",
            "impact",
            "notApplicableResourceCount",
            "passedResources",
            "remediation",
            "skippedResources",
            "state",
            "timeGenerated",
            "unhealthyResourceCount",
            "weight",
        ],
    ),
    ("properties.definition", &["id", "name", "type"]),
    ("properties.definition.properties", &["assessmentDefinitions", "displayName", "maxScore"]),
    ("properties.definition.properties.source", &["sourceType"]),
    ("properties.links", &["azurePortal"]),
    (
        "properties.metadata",
        &[
            "assessmentType",
            "categories",
            "description",
            "displayName",
            "implementationEffort",
            "policyDefinitionId",
            "preview",
            "remediationDescription",
            "severity",
            "threats",
            "userImpact",
        ],
    ),
    ("properties.resourceDetails", &["$type", "id", "machineName", "source", "sourceComputerId", "vmUuid", "workspaceId"]),
    ("properties.score", &["current", "max", "percentage"]),
    ("properties.status", &["$type", "cause", "code", "description", "firstEvaluationDate", "severity", "statusChangeDate"]),
    ("securityEventDataEnrichment", &["$type", "action", "apiVersion", "interval", "isSnapshot"]),
    ("SubAssessmentEventDataEnrichment", &["$type", "action", "apiVersion", "isSnapshot"]),
];

/// The path of a member; in a constant, one that is not declared stops the build.
pub(crate) const fn declared(container: &str, member: &'static str) -> &'static str {
    let mut at = 0;
    while at < MEMBERS.len() {
        if super::same(MEMBERS[at].0, container) {
            let members = MEMBERS[at].1;
            let mut place = 0;
            while place < members.len() {
                if super::same(members[place], member) {
                    return member;
                }
                place += 1;
            }
        }
        at += 1;
    }
    panic!("no such member of that container is declared");
}
