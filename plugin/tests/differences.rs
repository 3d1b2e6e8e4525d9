//! What `docs/differences.md` says, shown: a test for each row, by the name that stands there.

use microsoft_defender_cloud::contract::{Dataset, Message};
use microsoft_defender_cloud::plugin::Plugin;
use microsoft_defender_cloud::settings::{Profile, Settings};
use serde_json::{Value, json};

/// What the reference makes, whatever the default is.
fn elastic() -> Settings {
    Settings { profile: Profile::Elastic, ..Settings::default() }
}

fn documents(settings: Settings, dataset: Dataset, body: &str) -> Vec<Value> {
    let message = Message { body: body.as_bytes().to_vec(), position: None };
    let decoded = Plugin::new(settings).decode(1_767_225_600_000, dataset, &[message]);
    decoded.documents.iter().map(|document| serde_json::from_slice(&document.body).expect("a document is JSON")).collect()
}

fn event(body: &str) -> Value {
    documents(elastic(), Dataset::Event, body).remove(0)
}

fn assessment(record: Value) -> Value {
    documents(elastic(), Dataset::Assessment, &record.to_string()).remove(0)
}

fn extended(record: Value) -> Value {
    let settings = Settings { profile: Profile::Extended, ..Settings::default() };
    documents(settings, Dataset::Assessment, &record.to_string()).remove(0)
}

fn additional(additional: Value) -> Value {
    assessment(json!({ "id": "/a", "properties": { "displayName": "A", "additionalData": additional } }))
}

#[track_caller]
fn check(document: &Value, expected: &[(&str, Value)]) {
    for (pointer, value) in expected {
        assert_eq!(document.pointer(pointer).unwrap_or(&Value::Null), value, "{pointer} in {document:#}");
    }
}

#[test]
fn a_container_of_another_kind_does_not_stop_the_mapping() {
    let document = event(r#"{"Severity":"High","properties":{"score":5,"weight":1},"Entities":["x",{"HostName":"h"}],"AlertType":7}"#);
    check(
        &document,
        &[
            ("/json", Value::Null),
            ("/microsoft_defender_cloud/event/severity", json!("High")),
            ("/microsoft_defender_cloud/event/properties/weight", json!(1)),
            ("/host/hostname", json!(["h"])),
            ("/event/kind", json!("pipeline_error")),
        ],
    );
    assert_eq!(document["error"]["message"].as_array().map(Vec::len), Some(3));
    let document = assessment(json!({ "id": "/a", "properties": { "displayName": "A", "status": 3, "resourceDetails": { "ResourceType": 5 } } }));
    check(&document, &[("/json", Value::Null), ("/rule/name", json!("A")), ("/event/id", json!("/a")), ("/event/kind", json!("pipeline_error"))]);
}

#[test]
fn what_could_not_be_read_keeps_its_text() {
    check(&event("{\"TimeGenerated\":\"soon\"}"), &[("/event/original", json!("{\"TimeGenerated\":\"soon\"}"))]);
    check(&event("not json"), &[("/event/original", json!("not json"))]);
}

#[test]
fn text_that_is_no_record_is_no_finding() {
    let document = documents(elastic(), Dataset::Assessment, "{} {}").remove(0);
    check(&document, &[("/microsoft_defender_cloud", Value::Null), ("/event/category", Value::Null), ("/event/original", json!("{} {}"))]);
}

#[test]
fn an_integral_decimal_is_a_long() {
    check(
        &event(r#"{"properties":{"weight":3.0,"score":{"max":1E2}}}"#),
        &[("/microsoft_defender_cloud/event/properties/weight", json!(3)), ("/error", Value::Null)],
    );
}

#[test]
fn several_open_ports_are_a_list() {
    let document = additional(json!({ "NSG open ports": "22, 3389" }));
    check(&document, &[("/microsoft_defender_cloud/assessment/additional_data/nsg_open_ports", json!([22, 3389])), ("/error", Value::Null)]);
}

#[test]
fn a_digest_of_any_algorithm_gives_a_hash() {
    check(&additional(json!({ "digest": "sha512:ab" })), &[("/related/hash", json!(["ab"])), ("/error", Value::Null)]);
    check(&additional(json!({ "digest": "sha256:" })), &[("/related/hash", Value::Null), ("/event/kind", json!("pipeline_error"))]);
}

#[test]
fn an_operating_system_is_named_by_its_type_alone() {
    check(&additional(json!({ "OsType": "Unix" })), &[("/host/os", json!({ "type": "unix" })), ("/error", Value::Null)]);
}

#[test]
fn one_empty_date_does_not_hide_the_other() {
    let status = json!({ "statusChangeDate": "", "firstEvaluationDate": "2025-01-02T03:04:05Z" });
    let document = assessment(json!({ "properties": { "status": status } }));
    check(&document, &[("/event/created", json!("2025-01-02T03:04:05.000Z")), ("/error", Value::Null)]);
}

#[test]
fn integers_of_any_size_are_copied() {
    let document = event(r#"{"AlertUri":123456789012345678901234567890}"#);
    // serde_json reads a number of that size as a double.
    check(&document, &[("/event/reference", json!(123456789012345678901234567890.0)), ("/error", Value::Null)]);
}

#[test]
fn one_entity_without_a_list_counts() {
    check(&event(r#"{"Entities":{"HostName":"h"}}"#), &[("/host/hostname", json!(["h"])), ("/error", Value::Null)]);
    check(&event(r#"{"Entities":[null,{"HostName":"h"}]}"#), &[("/host/hostname", json!(["h"])), ("/error", Value::Null)]);
}

#[test]
fn the_envelope_wins_over_a_member_of_its_name() {
    let document = assessment(json!({ "id": "/a", "properties": { "id": "inner", "displayName": "A" } }));
    check(&document, &[("/event/id", json!("/a")), ("/message", json!("A")), ("/event/kind", json!("pipeline_error"))]);
}

#[test]
fn of_names_that_become_the_same_the_later_wins() {
    check(&event(r#"{"SEVERITY":"a","Severity":"b","severity":"c"}"#), &[("/microsoft_defender_cloud/event/severity", json!("b"))]);
    check(&assessment(json!({ "properties": { "a_b": 1, "aB": 2 } })), &[("/microsoft_defender_cloud/assessment/a_b", json!(1))]);
}

#[test]
fn an_integer_is_written_in_ascii() {
    let document = event(r#"{"properties":{"weight":"٤٢"}}"#);
    check(&document, &[("/microsoft_defender_cloud/event/properties/weight", Value::Null), ("/event/kind", json!("pipeline_error"))]);
}

#[test]
fn a_hexadecimal_number_has_at_most_sixteen_digits() {
    let current = "/microsoft_defender_cloud/event/properties/score/current";
    check(&event(r#"{"properties":{"score":{"current":"0x1.8p3"}}}"#), &[(current, json!(12.0)), ("/error", Value::Null)]);
    let document = event(r#"{"properties":{"score":{"current":"0x1.80000000000000000p3"}}}"#);
    check(&document, &[(current, Value::Null), ("/event/kind", json!("pipeline_error"))]);
}

#[test]
fn half_a_surrogate_pair_is_replaced() {
    check(&event(r#"{"Description":"\ud83d!"}"#), &[("/microsoft_defender_cloud/event/description", json!("\u{fffd}!")), ("/error", Value::Null)]);
}

#[test]
fn every_document_has_its_data_set_and_a_time() {
    check(
        &event("{}"),
        &[
            ("/@timestamp", json!("2026-01-01T00:00:00.000Z")),
            ("/event/dataset", json!("microsoft_defender_cloud.event")),
            ("/event/module", json!("microsoft_defender_cloud")),
        ],
    );
}

#[test]
fn a_body_of_several_records_gives_several_documents() {
    assert_eq!(documents(elastic(), Dataset::Event, "{}\n{}").len(), 2);
    assert_eq!(documents(elastic(), Dataset::Event, r#"{"records":[{},{},{}]}"#).len(), 3);
}

#[test]
fn an_address_group_does_not_overflow() {
    check(&event(r#"{"Entities":[{"Address":"fffffffff::"}]}"#), &[("/related/ip", Value::Null), ("/event/kind", json!("pipeline_error"))]);
}

/// All documents of an update of a package, in profile `extended`.
fn update(additional: Value, besides: Value) -> Vec<Value> {
    let mut properties = json!({ "displayName": "Update marl", "status": { "code": "Unhealthy" }, "additionalData": additional });
    properties.as_object_mut().expect("an object").extend(besides.as_object().cloned().unwrap_or_default());
    let record = json!({ "id": "/a", "name": "a", "properties": properties });
    documents(Settings { profile: Profile::Extended, ..Settings::default() }, Dataset::Assessment, &record.to_string())
}

#[test]
fn json_in_a_text_and_the_value_itself_are_the_same() {
    let record = json!({ "properties": { "additionalData": { "CVEs": [{ "CVE": "CVE-1" }] } } });
    check(&assessment(record.clone()), &[("/vulnerability/cve", Value::Null)]);
    check(&extended(record), &[("/vulnerability/cve", json!("CVE-1"))]);
    let [cves, scanners] = [json!([{ "CveId": "CVE-1", "Severity": "High" }]), json!({ "mdvm": { "PackageType": "OS" } })];
    let value = update(json!({ "SoftwareName": "marl", "CvesDetails": cves, "ScannersDetails": scanners }), json!({}));
    let text = update(json!({ "SoftwareName": "marl", "CvesDetails": cves.to_string(), "ScannersDetails": scanners.to_string() }), json!({}));
    assert_eq!(value, text);
    check(&text[0], &[("/vulnerability/severity", json!("High")), ("/package/type", json!("OS"))]);
}

#[test]
fn an_update_that_names_a_package_is_a_vulnerability() {
    let category = |category: &str| json!({ "metadata": { "recommendationCategory": category } });
    let class = |additional: Value, besides: Value| update(additional, besides)[0]["microsoft_defender_cloud"]["assessment"]["class"].clone();
    assert_eq!(class(json!({ "SoftwareName": "marl" }), json!({})), "vulnerability");
    assert_eq!(class(json!({ "SoftwareName": "marl" }), category("systemUpdate")), "vulnerability");
    assert_eq!(class(json!({ "SoftwareName": "marl" }), category("CodeVulnerabilities")), "misconfiguration");
    assert_eq!(class(json!({ "SoftwareName": "marl", "CvesDetails": "CVE-1" }), category("CodeVulnerabilities")), "vulnerability");
    assert_eq!(class(json!({ "CvesDetails": "CVE-1" }), category("SoftwareUpdate")), "misconfiguration");
}

#[test]
fn each_cve_of_a_vulnerability_has_a_document() {
    let made = update(json!({ "SoftwareName": "marl", "CvesDetails": [{ "CveId": "CVE-2" }, "cve-1", { "cveId": "CVE-2", "severity": "Low" }] }), json!({}));
    let ids: Vec<_> = made.iter().map(|document| document["vulnerability"]["id"].clone()).collect();
    assert_eq!(ids, ["CVE-2", "CVE-1"]);
    assert!(made.iter().all(|document| document["event"]["id"] == "/a"));
}

#[test]
fn a_document_of_a_cve_shows_no_other() {
    let scanners = json!({ "mdvm": { "cvesIds": ["CVE-1", "CVE-2"] }, "other": { "cvesIds": ["CVE-2"] } });
    let edges = json!([{ "cveIdAsSourceNodeId": "CVE-1" }, { "cveIdAsSourceNodeId": "CVE-2" }]);
    let additional = json!({ "softwareName": "marl", "cvesDetails": ["CVE-1", "CVE-2"], "scannersDetails": scanners, "cveEdgesDetails": edges, "CVEs": 7 });
    let made = update(additional, json!({}));
    let own = made.iter().map(|document| &document["microsoft_defender_cloud"]["assessment"]["additional_data"]).collect::<Vec<_>>();
    assert_eq!(
        own[0],
        &json!({
            "software_name": "marl",
            "cves_details": [{ "cve_id": "CVE-1" }],
            "scanners_details": { "mdvm": { "cves_ids": ["CVE-1"] } },
            "cve_edges_details": [{ "cve_id_as_source_node_id": "CVE-1" }],
        })
    );
    assert!(!own[1].to_string().contains("CVE-1"), "{}", own[1]);
    check(&made[0], &[("/tags/0", json!("preserve_original_event"))]);
    assert!(made[0]["event"]["original"].is_string() && made[1]["event"]["original"].is_null() && made[1]["tags"][0] == "forwarded");
}

#[test]
fn cves_beyond_the_limit_are_named_and_told() {
    let cves: Vec<_> = (0..1003).map(|number| json!({ "cveId": format!("CVE-{number}"), "cvssScore": if number < 3 { 1 } else { 2 } })).collect();
    let record = json!({ "id": "/a", "properties": { "additionalData": { "softwareName": "marl", "cvesDetails": cves } } });
    let message = Message { body: record.to_string().into_bytes(), position: None };
    let decoded = Plugin::new(Settings { profile: Profile::Extended, ..Settings::default() }).decode(0, Dataset::Assessment, &[message]);
    let made: Vec<Value> = decoded.documents.iter().map(|document| serde_json::from_slice(&document.body).expect("a document is JSON")).collect();
    assert_eq!((made.len(), &made[0]["vulnerability"]["id"], &made[999]["vulnerability"]["id"]), (1000, &json!("CVE-3"), &json!("CVE-1002")));
    let assessment = "/microsoft_defender_cloud/assessment";
    check(&made[999], &[(&format!("{assessment}/cves_left_out"), json!(3)), (&format!("{assessment}/cves_left_out_ids"), json!(["CVE-0", "CVE-1", "CVE-2"]))]);
    assert!(made[0]["event"]["original"].is_string() && made[0]["microsoft_defender_cloud"]["assessment"]["cves_left_out"].is_null());
    assert_eq!(decoded.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["cves-left-out"]);
}

#[test]
fn keys_are_one_text() {
    let made = update(json!({ "softwareName": "marl", "detectedSoftwareVersions": ["3.9", "3.10", "3.9"], "cvesDetails": ["CVE-1"] }), json!({}));
    check(&made[0], &[("/package/version", json!("3.10, 3.9")), ("/vulnerability/id", json!("CVE-1")), ("/vulnerability/cve", json!("CVE-1"))]);
}

#[test]
fn a_score_is_real_or_absent() {
    let score = |cve: Value| update(json!({ "softwareName": "marl", "cvesDetails": [cve] }), json!({}))[0]["vulnerability"]["score"].clone();
    let cvss = |base: Value, vector: &str| json!({ "cveId": "CVE-1", "cvss": [{ "key": "3", "value": { "base": base, "cvssVectorString": vector } }] });
    assert_eq!(score(cvss(json!(9.1), "")), json!({ "base": 9.1, "version": "3.0" }));
    assert_eq!(score(cvss(json!("9.1"), "CVSS:3.1/AV:N")), json!({ "base": 9.1, "version": "3.1" }));
    assert_eq!(score(cvss(json!(0), "CVSS:3.1/AV:P")), json!({ "base": 0, "version": "3.1" }));
    for none in [json!(0), json!("NaN"), json!(10.5), json!(-1), json!("high")] {
        assert_eq!(score(cvss(none.clone(), "")), Value::Null, "{none}");
    }
}

#[test]
fn a_severity_comes_from_whatever_says_one() {
    let severity = |additional: Value, besides: Value| update(additional, besides)[0]["event"]["severity"].clone();
    assert_eq!(severity(json!({}), json!({ "status": { "severity": "critical" } })), 99);
    assert_eq!(severity(json!({}), json!({ "status": { "severity": "Unknown" }, "metadata": { "severity": "Informational" } })), 21);
    assert_eq!(severity(json!({ "severity": "MEDIUM" }), json!({ "metadata": { "severity": "High" } })), 47);
    assert_eq!(severity(json!({}), json!({ "status": { "severity": "Moderate" }, "metadata": { "severity": "High" } })), Value::Null);
    assert_eq!(severity(json!({}), json!({ "risk": { "level": "High" } })), 73);
    assert_eq!(severity(json!({ "softwareName": "marl", "cvesDetails": [{ "cveId": "CVE-1", "baseScore": 4 }] }), json!({})), 47);
    assert_eq!(severity(json!({ "softwareName": "marl", "maxCvssScore": "9.3" }), json!({})), 99);
}

#[test]
fn a_package_is_named_whatever_the_class() {
    let made = update(json!({ "softwareName": "marl", "fixedVersion": "3.2" }), json!({ "metadata": { "recommendationCategory": "CodeVulnerabilities" } }));
    check(&made[0], &[("/rule/category", json!("CodeVulnerabilities")), ("/package", json!({ "name": "marl", "fixed_version": "3.2" }))]);
    let scanners = json!({ "other": { "softwareName": "x" }, "agentlessmdvm": { "softwareName": "marl", "detectedSoftwareVersions": "[1]" } });
    check(&update(json!({ "scannersDetails": scanners }), json!({}))[0], &[("/package", json!({ "name": "marl", "version": "1" }))]);
}

#[test]
fn a_recommendation_says_what_its_rule_is() {
    let metadata = json!({
        "description": "D", "remediationDescription": "R", "categories": ["Compute", "Compute"], "tactics": ["Collection"], "techniques": "Data Staged",
    });
    let document = &update(json!({ "impact": "I" }), json!({ "metadata": metadata, "links": { "azurePortal": "portal.example:443/x" } }))[0];
    let rule = &document["rule"];
    assert_eq!((&rule["id"], &rule["name"], &rule["description"]), (&json!("a"), &json!("Update marl"), &json!("D")));
    assert_eq!((&rule["remediation"], &rule["impact"], &rule["section"]), (&json!("R"), &json!("I"), &json!(["Compute"])));
    check(
        document,
        &[
            ("/threat", json!({ "framework": "MITRE ATT&CK", "tactic": { "name": ["Collection"] }, "technique": { "name": ["Data Staged"] } })),
            ("/event/url", json!("https://portal.example:443/x")),
        ],
    );
}

#[test]
fn what_could_not_be_read_of_a_finding_is_no_error() {
    let record = json!({ "id": "/a", "properties": { "displayName": "A", "status": 3, "additionalData": { "cvesDetails": "[{", "softwareName": "marl" } } });
    let document = extended(record.clone());
    check(&document, &[("/error", Value::Null), ("/event/kind", json!("event")), ("/event/original", json!(record.to_string()))]);
    let told = &document["microsoft_defender_cloud"]["assessment"];
    assert_eq!((told["not_read"].as_array().map(Vec::len), &told["status"]), (Some(2), &Value::Null));
    let blank = extended(json!({ "id": "/a", "properties": { "status": { "statusChangeDate": " " }, "additionalData": { "maxCvssScore": "" } } }));
    check(&blank, &[("/microsoft_defender_cloud/assessment/not_read", Value::Null), ("/event/created", Value::Null), ("/event/original", Value::Null)]);
    check(&extended(json!({ "id": "/a", "properties": 5 })), &[("/event/kind", json!("pipeline_error"))]);
}

#[test]
fn a_resource_of_another_cloud_has_its_own_account() {
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/securityConnectors/multi/securityentitydata/aws-x";
    let additional = json!({ "HierarchyId": "444455556666", "ResourceName": "sg-0", "NativeCloudUniqueIdentifier": "NoArn" });
    let record = json!({ "id": "/a", "properties": { "resourceDetails": { "Source": "AWS", "Id": id }, "additionalData": additional } });
    check(&assessment(record.clone()), &[("/cloud/provider", Value::Null), ("/cloud/account/id", json!("s")), ("/resource/name", Value::Null)]);
    check(
        &extended(record),
        &[
            ("/cloud/provider", json!("aws")),
            ("/cloud/account/id", json!("444455556666")),
            ("/cloud/instance/id", json!(id)),
            ("/resource/name", json!("sg-0")),
        ],
    );
}

#[test]
fn one_machine_in_two_spellings_is_one_resource() {
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/VM";
    for id in [id, &id.to_lowercase()] {
        let record = json!({ "properties": { "resourceDetails": { "Id": id, "ResourceProvider": "Microsoft.Compute", "ResourceName": "VM" } } });
        check(&assessment(record.clone()), &[("/resource/id", json!(id)), ("/resource/type", json!("Microsoft.Compute"))]);
        check(
            &extended(record),
            &[
                ("/resource/id", json!(id.to_lowercase())),
                ("/resource/type", json!("microsoft.compute")),
                ("/resource/name", json!("VM")),
                ("/cloud/instance/id", json!(id)),
            ],
        );
    }
}

#[test]
fn a_type_that_names_its_provider_is_split() {
    let record = |details: Value| json!({ "properties": { "resourceDetails": details } });
    let named = record(json!({ "ResourceType": "microsoft.compute/virtualmachines" }));
    check(&assessment(named.clone()), &[("/resource/sub_type", json!("microsoft.compute/virtualmachines"))]);
    check(&extended(named), &[("/resource/type", json!("microsoft.compute")), ("/resource/sub_type", json!("virtualmachines"))]);
    let whole = record(json!({ "ResourceProvider": "Microsoft.Sql", "ResourceType": "servers/databases" }));
    check(&extended(whole), &[("/resource/type", json!("microsoft.sql")), ("/resource/sub_type", json!("servers/databases"))]);
}

#[test]
fn an_image_is_named_behind_its_registry() {
    let artifact = json!({ "repositoryName": "mason", "registryHost": "quarryacr.azurecr.io" });
    let finding = json!({ "id": "f", "properties": { "additionalData": { "artifactDetails": artifact } } });
    let record = json!({ "properties": { "additionalData": { "subAssessment": finding } } });
    check(&assessment(record.clone()), &[("/container/image/name", json!("mason"))]);
    check(&extended(record), &[("/container/image/name", json!("quarryacr.azurecr.io/mason"))]);
}

#[test]
fn an_exempt_finding_has_a_tag_and_a_reason() {
    let record = json!({ "properties": { "status": { "code": "NotApplicable", "cause": "exempt" } } });
    check(&assessment(record.clone()), &[("/tags", json!(["forwarded", "microsoft_defender_cloud-assessment"])), ("/event/reason", Value::Null)]);
    check(&extended(record.clone()), &[("/tags", json!(["forwarded", "microsoft_defender_cloud-assessment", "exempt"])), ("/event/reason", json!("exempt"))]);
    let settings = Settings { profile: Profile::Extended, tags: Some(vec!["own".to_owned()]), ..Settings::default() };
    check(&documents(settings, Dataset::Assessment, &record.to_string())[0], &[("/tags", json!(["own", "exempt"])), ("/event/outcome", json!("unknown"))]);
}

#[test]
fn a_date_before_1970_is_none() {
    let status = |date: &str| json!({ "properties": { "status": { "firstEvaluationDate": date } } });
    check(&assessment(status("0001-01-01T00:00:00Z")), &[("/event/created", json!("0001-01-01T00:00:00.000Z")), ("/event/start", Value::Null)]);
    check(&extended(status("0001-01-01T00:00:00Z")), &[("/event/created", Value::Null), ("/event/start", Value::Null)]);
    let day = json!("2026-08-21T00:00:00.000Z");
    check(&extended(status("2026-08-21T00:00:00Z")), &[("/event/created", day.clone()), ("/event/start", day)]);
    let finding = json!({ "id": "f", "properties": { "timeGenerated": "2026-08-22T00:00:00Z" } });
    let record = json!({ "properties": { "additionalData": { "subAssessment": finding } } });
    check(&extended(record), &[("/event/created", json!("2026-08-22T00:00:00.000Z")), ("/event/start", Value::Null)]);
}

/// The page names a test for every row, and each of them is here, in `mapping.rs` or in the walk.
#[test]
fn every_row_of_the_page_names_a_test() {
    let page = include_str!("../docs/differences.md");
    let sources = [
        include_str!("differences.rs"),
        include_str!("index.rs"),
        include_str!("mapping.rs"),
        include_str!("nothing_lost.rs"),
        include_str!("../src/walk/tests/lists.rs"),
        include_str!("../src/walk/tests/pages.rs"),
        include_str!("../src/walk/tests/patience.rs"),
        include_str!("../src/walk/tests/properties.rs"),
        include_str!("../src/walk/tests/recorded.rs"),
    ];
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what")).collect();
    assert!(rows.len() > 15);
    for row in rows {
        let test = row.rsplit('`').nth(1).expect("a row ends with its test");
        assert!(sources.iter().any(|source| source.contains(&format!("fn {test}("))), "no test `{test}`");
    }
}

fn extended_event(record: &Value) -> Value {
    let settings = Settings { profile: Profile::Extended, ..Settings::default() };
    documents(settings, Dataset::Event, &record.to_string()).remove(0)
}

#[test]
fn an_alert_in_another_form_is_read_as_the_hubs() {
    let arm = json!({ "type": "Microsoft.Security/Locations/alerts", "name": "7", "properties": {
        "alertType": "VM_X", "reportedSeverity": "High", "status": "Active", "entities": [{ "type": "host", "hostName": "quarry" }] } });
    let row = json!({ "AlertType": "VM_X", "SystemAlertId": "7", "AlertSeverity": "High", "TimeGenerated": "2026-02-03 08:00:00",
        "Entities": "[{\"Type\":\"host\",\"HostName\":\"quarry\"}]" });
    for record in [&arm, &row] {
        check(&extended_event(record), &[("/event/id", json!("7")), ("/event/severity", json!(73)), ("/host/name", json!("quarry")), ("/error", Value::Null)]);
    }
    check(&extended_event(&row), &[("/event/created", json!("2026-02-03T08:00:00.000Z"))]);
    check(&documents(elastic(), Dataset::Event, &arm.to_string())[0], &[("/host", Value::Null)]);
}

#[test]
fn the_process_is_the_one_that_is_nobodys_parent() {
    let record = json!({ "AlertType": "VM_X", "Entities": [
        { "$id": "1", "Type": "process", "ProcessId": "0x10", "CommandLine": "bash" },
        { "$id": "2", "Type": "process", "ProcessId": "17", "ParentProcess": { "$ref": "1" }, "ImageFile": { "Directory": "/tmp", "Name": "miner" } },
    ] });
    let expected = json!({ "pid": 17, "name": "miner", "executable": "/tmp/miner", "parent": { "pid": 16, "command_line": "bash" } });
    check(&extended_event(&record), &[("/process", expected)]);
    check(&event(&record.to_string()), &[("/process", json!({ "entity_id": ["0x10", "17"] }))]);
}

#[test]
fn the_country_of_an_attacker_is_not_the_hosts() {
    let record = json!({ "AlertType": "SQL.DB_X", "Entities": [{ "Type": "ip", "Address": "203.0.113.7", "Location": { "CountryCode": "fr" } }] });
    check(
        &extended_event(&record),
        &[("/source/geo/country_iso_code", json!("FR")), ("/source/ip", json!("203.0.113.7")), ("/host", Value::Null), ("/destination", Value::Null)],
    );
    check(&event(&record.to_string()), &[("/host/geo/country_iso_code", json!(["fr"])), ("/source", Value::Null)]);
}

#[test]
fn a_brute_force_is_an_authentication() {
    let record = json!({ "AlertType": "VM_LoginBruteForceSuccess" });
    check(
        &extended_event(&record),
        &[("/event/category", json!(["intrusion_detection", "authentication"])), ("/event/type", json!(["info"])), ("/event/outcome", json!("success"))],
    );
    let record = json!({ "AlertType": "VM_SshBruteForceFailed" });
    check(&extended_event(&record), &[("/event/category", json!(["intrusion_detection", "authentication"])), ("/event/outcome", json!("failure"))]);
    check(&event(&record.to_string()), &[("/event/category", json!(["malware"]))]);
}

#[test]
fn a_tactic_has_its_number_and_unknown_is_none() {
    let record = json!({ "AlertType": "VM_X", "Intent": "Probing, PrivilegeEscalation", "Techniques": ["T1068", "T1059.004"] });
    let threat = json!({
        "framework": "MITRE ATT&CK",
        "tactic": { "id": ["TA0004"], "name": ["Privilege Escalation"] },
        "technique": { "id": ["T1068", "T1059"], "subtechnique": { "id": ["T1059.004"] } },
    });
    check(&extended_event(&record), &[("/threat", threat)]);
    check(&extended_event(&json!({ "AlertType": "VM_X", "Intent": "Unknown" })), &[("/threat", Value::Null)]);
}

#[test]
fn a_finding_on_a_hub_is_like_one_of_a_walk() {
    let record = json!({
        "id": "/subscriptions/s/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/vm/providers/Microsoft.Security/assessments/a",
        "type": "Microsoft.Security/assessments",
        "properties": { "displayName": "Close it", "status": { "code": "Unhealthy", "cause": "Unknown" }, "metadata": { "severity": "High" } },
    });
    check(
        &extended_event(&record),
        &[
            ("/event/kind", json!("state")),
            ("/event/outcome", json!("failure")),
            ("/event/severity", json!(73)),
            ("/result/evaluation", json!("failed")),
            ("/rule", json!({ "id": "a", "name": "Close it" })),
            ("/resource/id", json!("/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachines/vm")),
            ("/host/name", json!("vm")),
            ("/cloud/provider", json!("azure")),
        ],
    );
}
