//! An individual recommendation: one software of one machine that wants an update, with all CVEs that the update mends.

use serde_json::{Value, json};

/// The record, with so many CVEs.
pub(crate) fn of_cves(count: usize) -> String {
    let machine = "/subscriptions/7c1d2e30-0000-4000-8000-0000000000a1/resourceGroups/rg-quarry/providers/Microsoft.Compute/virtualMachines/vm-quarry";
    let cves: Vec<Value> = (0..count).map(cve).collect();
    let record = json!({
        "id": format!("{machine}/providers/Microsoft.Security/assessments/0b0b3a4c-0000-4000-8000-0000000000b2"),
        "name": "0b0b3a4c-0000-4000-8000-0000000000b2",
        "type": "Microsoft.Security/assessments",
        "properties": {
            "displayName": "Update marl",
            "status": {
                "code": "Unhealthy",
                "firstEvaluationDate": "2026-08-01T06:11:45.1230000Z",
                "statusChangeDate": "2026-08-02T07:12:46.4560000Z"
            },
            "resourceDetails": { "source": "Azure", "id": machine, "resourceName": "vm-quarry", "resourceType": "virtualMachines", "resourceProvider": "Microsoft.Compute" },
            "metadata": {
                "displayName": "Software should be updated",
                "assessmentType": "BuiltIn",
                "severity": "High",
                "recommendationCategory": "SoftwareUpdate",
                "description": "An update of this software mends vulnerabilities that are known.",
                "remediationDescription": "Install the version that is named, or a later one.",
                "categories": ["Compute"],
                "tactics": ["Initial Access"],
                "techniques": ["Exploit Public-Facing Application"]
            },
            "additionalData": {
                "SoftwareName": "marl",
                "SoftwareVendor": "quarry",
                "DetectedSoftwareVersions": "[\"1.2.0\"]",
                "FixedVersion": "1.3.1",
                // JSON in a text, as Azure sends it.
                "CvesDetails": Value::from(cves).to_string()
            }
        }
    });
    record.to_string()
}

fn cve(number: usize) -> Value {
    json!({
        "CveId": format!("CVE-2026-{:05}", 10_000 + number),
        "Severity": "High",
        "Cvss": [{ "Key": "3.1", "Value": { "Base": 7.5, "CvssVectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" } }],
        "PublishedDate": "2026-01-02T03:04:05Z",
        "LastModifiedDate": "2026-02-03T04:05:06Z"
    })
}
