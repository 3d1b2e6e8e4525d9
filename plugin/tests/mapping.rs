//! What documents hold, by the ids of the catalogue of cases: messages in, documents out, through the whole plugin.

use std::collections::BTreeSet;

use microsoft_defender_cloud::contract::{Dataset, Decoded, Message, Position};
use microsoft_defender_cloud::plugin::Plugin;
use microsoft_defender_cloud::settings::{Profile, Settings};
use serde_json::{Value, json};

const NOW: u64 = 1_767_225_600_000;

/// What the reference makes, whatever the default is.
fn elastic() -> Settings {
    Settings { profile: Profile::Elastic, ..Settings::default() }
}

fn decode(settings: Settings, dataset: Dataset, body: &[u8]) -> Decoded {
    Plugin::new(settings).decode(NOW, dataset, &[Message { body: body.to_vec(), position: None }])
}

fn documents(settings: Settings, dataset: Dataset, body: &[u8]) -> Vec<Value> {
    let decoded = decode(settings, dataset, body);
    decoded.documents.iter().map(|document| serde_json::from_slice(&document.body).expect("a document is JSON")).collect()
}

/// The one document of an event.
fn event(message: Value) -> Value {
    one(documents(elastic(), Dataset::Event, message.to_string().as_bytes()))
}

/// The one document of an assessment record.
fn assessment(record: Value) -> Value {
    one(documents(elastic(), Dataset::Assessment, record.to_string().as_bytes()))
}

fn one(mut documents: Vec<Value>) -> Value {
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

/// Fields by JSON pointer below `microsoft_defender_cloud`, or from the top.
#[track_caller]
fn check(document: &Value, expected: &[(&str, Value)]) {
    for (pointer, value) in expected {
        assert_eq!(document.pointer(pointer).unwrap_or(&Value::Null), value, "{pointer} in {document:#}");
    }
}

/// A record with this in `additionalData` and, as the sub-assessment's `additionalData`, that.
fn finding(additional: Value, sub_additional: Value) -> Value {
    let mut additional = additional;
    additional["subAssessment"] = json!({ "id": "/a/subAssessments/s", "name": "s", "properties": { "id": "V-1", "additionalData": sub_additional } });
    json!({ "id": "/a", "name": "a", "properties": { "displayName": "A", "additionalData": additional } })
}

#[test]
fn m2_entities_in_every_form() {
    let entities = "/microsoft_defender_cloud/event/entities";
    check(&event(json!({ "Entities": null })), &[(entities, Value::Null), ("/error", Value::Null)]);
    check(&event(json!({ "Entities": {"HostName": "h"} })), &[("/host/hostname", json!(["h"])), ("/error", Value::Null)]);
    let refs = json!([{"$id": "1", "Host": {"$ref": "2"}}, {"$id": "2", "ParentProcess": {"$ref": "1"}}, {"$ref": "1"}]);
    check(&event(json!({ "Entities": refs })), &[(entities, json!([{"id":"1","host":{"ref":"2"}},{"id":"2","parent_process":{"ref":"1"}},{"ref":"1"}]))]);
    let odd = json!([{"Type": "quantum-key", "SomethingNew": {"Deep": [1]}}, null, {}, {"HostName": ""}]);
    check(&event(json!({ "Entities": odd })), &[(entities, json!([{"type":"quantum-key","somethingnew":{"deep":[1]}}])), ("/host", Value::Null)]);
    let addresses = json!([{"Address": "2001:db8::1"}, {"Address": "999.1.1.1"}, {"IpAddresses": [{"Address": "192.0.2.1"}, {"Address": "x"}]}]);
    let document = event(json!({ "Entities": addresses }));
    check(&document, &[("/related/ip", json!(["2001:db8::1", "192.0.2.1"])), ("/event/kind", json!("pipeline_error"))]);
    assert_eq!(document["error"]["message"].as_array().map(Vec::len), Some(2));
    assert!(document["event"]["original"].as_str().is_some_and(|original| original.contains("999.1.1.1")));
}

#[test]
fn m3_names_that_differ_by_case_only() {
    check(&event(json!({ "ALERTUI": 1, "alertURI": "u", "SEVERITY": "High" })), &[("/event/reference", json!("u"))]);
    check(&event(json!({ "severity": "low", "Severity": "High" })), &[("/microsoft_defender_cloud/event/severity", json!("High"))]);
}

#[test]
fn m4_cves_as_text_object_and_broken() {
    let with = |cves: Value| assessment(json!({ "properties": { "additionalData": { "CvesCount": "1", "CVEs": cves } } }));
    let text = with(json!("[{\"CVE\":\"CVE-1\",\"Severity\":\"High\",\"BaseScore\":8},{\"CVE\":\"CVE-1\",\"BaseScore\":8.5}]"));
    check(&text, &[("/vulnerability/cve", json!(["CVE-1"])), ("/vulnerability/score/base", json!(8.5)), ("/vulnerability/enumeration", json!("CVE"))]);
    let object = with(json!("{\"CVE\":\"CVE-1\",\"BaseScore\":\"7.1\"}"));
    check(&object, &[("/microsoft_defender_cloud/assessment/additional_data/cves", json!({"cve": "CVE-1", "base_score": 7.1}))]);
    for broken in [json!("[{"), json!([{"CVE": "CVE-1"}]), json!({"CVE": "CVE-1"})] {
        let document = with(broken);
        check(&document, &[("/microsoft_defender_cloud/assessment/additional_data/cves", Value::Null), ("/error", Value::Null)]);
    }
    let settings = Settings { profile: Profile::Extended, ..Settings::default() };
    let real_list = json!({ "properties": { "additionalData": { "CVEs": [{"CVE": "CVE-1"}] } } });
    check(&one(documents(settings, Dataset::Assessment, real_list.to_string().as_bytes())), &[("/vulnerability/cve", json!("CVE-1"))]);
}

#[test]
fn m5_severities() {
    for (severity, expected) in [("Low", json!(21)), ("Medium", json!(47)), ("High", json!(73)), ("Critical", Value::Null), ("high", Value::Null)] {
        let record = json!({ "properties": { "additionalData": { "subAssessment": { "properties": { "status": { "severity": severity } } } } } });
        check(&assessment(record), &[("/event/severity", expected)]);
    }
    check(&event(json!({ "Severity": "Informational" })), &[("/event/severity", Value::Null)]);
    let settings = Settings { profile: Profile::Extended, ..Settings::default() };
    check(&one(documents(settings, Dataset::Event, br#"{"AlertType":"a","Severity":"critical"}"#)), &[("/event/severity", json!(99))]);
}

#[test]
fn m6_resources_of_every_source() {
    let with = |details: Value| assessment(json!({ "properties": { "resourceDetails": details } }));
    let azure = with(json!({ "Source": "Azure", "Id": "/subscriptions/s/x", "ResourceType": "virtualMachines", "ResourceName": "vm" }));
    check(&azure, &[("/cloud/provider", json!("azure")), ("/cloud/account/id", json!("s")), ("/host/name", json!("vm")), ("/related/hosts", json!(["vm"]))]);
    let aws =
        with(json!({ "Source": "Aws", "Id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/securityConnectors/c", "NativeResourceId": "" }));
    check(&aws, &[("/cloud/provider", Value::Null), ("/cloud/account/id", json!("s")), ("/host", Value::Null)]);
    let gcp = with(json!({ "source": "Gcp", "nativeResourceId": "//compute.googleapis.com/p" }));
    check(&gcp, &[("/resource/id", json!("//compute.googleapis.com/p")), ("/cloud/account", Value::Null)]);
    let premises = with(json!({ "source": "OnPremiseSql", "machineName": "m" }));
    check(&premises, &[("/microsoft_defender_cloud/assessment/resource_details/machine_name", json!("m")), ("/error", Value::Null)]);
    let image = finding(json!({}), json!({ "artifactDetails": { "digest": "sha256:ab", "repositoryName": "shop/web" } }));
    check(
        &assessment(image),
        &[("/container/image/hash/all", json!(["sha256:ab"])), ("/related/hash", json!(["ab"])), ("/container/image/name", json!("shop/web"))],
    );
}

#[test]
fn m7_dates() {
    let at = |text: &str| event(json!({ "TimeGenerated": text }));
    check(&at("2023-05-09T13:19:49.3381028Z"), &[("/@timestamp", json!("2023-05-09T13:19:49.338Z"))]);
    check(&at("0001-01-01T00:00:00Z"), &[("/@timestamp", json!("0001-01-01T00:00:00.000Z")), ("/error", Value::Null)]);
    check(&at(""), &[("/@timestamp", json!("2026-01-01T00:00:00.000Z")), ("/error", Value::Null)]);
    check(&at("yesterday"), &[("/@timestamp", json!("2026-01-01T00:00:00.000Z")), ("/event/kind", json!("pipeline_error"))]);
}

#[test]
fn m8_names_with_blanks() {
    let with = |additional: Value| assessment(json!({ "properties": { "additionalData": additional } }));
    let additional = "/microsoft_defender_cloud/assessment/additional_data";
    let one_port = with(json!({ "NSG open ports": "22", "Can onboard to BYOL": "True", "Another Key": 1 }));
    check(&one_port, &[(additional, json!({ "nsg_open_ports": 22, "can_onboard_to_byol": true, "another _key": 1 }))]);
    let several = with(json!({ "NSG open ports": "22, 3389" }));
    check(&several, &[(additional, json!({ "nsg_open_ports": [22, 3389] })), ("/error", Value::Null)]);
}

#[test]
fn m9_a_value_that_cannot_be_read_keeps_its_document_and_its_text() {
    let record = json!({ "id": "/a", "properties": { "displayName": "A", "additionalData": { "maxCvss30Score": "high" } } });
    let document = assessment(record.clone());
    check(&document, &[("/event/kind", json!("pipeline_error")), ("/message", json!("A")), ("/event/original", json!(record.to_string()))]);
    assert_eq!(document["error"]["message"], json!(["cannot read `additional_data.max_cvss30_score` as a float: `high`"]));
    assert_eq!(document["tags"], json!(["preserve_original_event", "forwarded", "microsoft_defender_cloud-assessment"]));
    let broken = one(documents(elastic(), Dataset::Event, b"{'Id':1}"));
    check(&broken, &[("/event/original", json!("{'Id':1}")), ("/event/kind", json!("pipeline_error"))]);
}

#[test]
fn m10_unknown_members_stay_where_the_mapping_takes_all() {
    let open = json!({ "Client IP": "192.0.2.1", "Nested": { "A": [1, { "B": null, "C": 2 }] } });
    check(
        &event(json!({ "ExtendedProperties": open, "NobodyKnows": 1 })),
        &[
            ("/microsoft_defender_cloud/event/extended_properties", json!({ "client ip": "192.0.2.1", "nested": { "a": [1, { "c": 2 }] } })),
            ("/microsoft_defender_cloud/event/nobodyknows", Value::Null),
        ],
    );
    check(
        &assessment(json!({ "properties": { "somethingNew": { "fieldOne": 1 } } })),
        &[("/microsoft_defender_cloud/assessment/something_new", json!({ "field_one": 1 }))],
    );
}

#[test]
fn m11_individual_and_grouped_recommendation_for_one_weakness() {
    let grouped = assessment(finding(
        json!({}),
        json!({ "metadata": { "scanner": "MicrosoftDefenderVulnerabilityManagement" }, "softwareDetails": { "packageName": "openssl", "version": "3.0.2" }, "vulnerabilityDetails": { "cveId": "CVE-2031-1" } }),
    ));
    check(
        &grouped,
        &[
            ("/event/category", json!(["vulnerability"])),
            ("/package/name", json!("openssl")),
            ("/vulnerability/cve", json!("CVE-2031-1")),
            ("/event/id", json!("/a/subAssessments/s")),
        ],
    );
    let individual = assessment(json!({ "id": "/b", "name": "b", "properties": { "displayName": "Update openssl", "status": { "code": "Unhealthy" } } }));
    check(
        &individual,
        &[("/event/category", json!(["configuration"])), ("/event/id", json!("/b")), ("/vulnerability", Value::Null), ("/rule/name", json!("Update openssl"))],
    );
}

#[test]
fn m12_a_message_cannot_set_fields_of_its_document() {
    let document = event(json!({ "event": { "original": "forged" }, "error": { "message": "forged" }, "@timestamp": "1999-01-01", "ecs.version": "0" }));
    let text = json!({ "event": { "original": "forged" }, "error": { "message": "forged" }, "@timestamp": "1999-01-01", "ecs.version": "0" }).to_string();
    check(
        &document,
        &[("/event/original", json!(text)), ("/error", Value::Null), ("/@timestamp", json!("2026-01-01T00:00:00.000Z")), ("/ecs/version", json!("8.11.0"))],
    );
}

#[test]
fn e1_bytes_that_are_not_utf8_are_replaced_and_said() {
    let decoded = decode(elastic(), Dataset::Event, b"{\"AlertDisplayName\":\"caf\xe9\"}");
    let document: Value = serde_json::from_slice(&decoded.documents[0].body).unwrap();
    check(
        &document,
        &[
            ("/microsoft_defender_cloud/event/display_name", json!("caf\u{fffd}")),
            ("/event/original", json!("base64:eyJBbGVydERpc3BsYXlOYW1lIjoiY2Fm6SJ9")),
            ("/event/kind", json!("alert")),
        ],
    );
    assert_eq!(decoded.problems[0].code, "body-not-utf8");
}

#[test]
fn e1_records_are_found_whatever_stands_beside_them() {
    let records = r#""records":[{"AlertType":"a"},{"AlertType":"b"}]"#;
    for others in [r#""RECORDS":1"#, r#""Records":[]"#, r#""recordS":{"AlertType":"c"}"#, r#""AlertType":"c""#] {
        for body in [format!("{{{others},{records}}}"), format!("{{{records},{others}}}")] {
            let types: Vec<Value> = documents(elastic(), Dataset::Event, body.as_bytes())
                .iter()
                .map(|document| document["microsoft_defender_cloud"]["event"]["alert_type"].clone())
                .collect();
            assert_eq!(types, ["a", "b"], "{body}");
        }
    }
}

#[test]
fn e2_records_of_every_kind_on_one_hub() {
    let kinds = [
        (json!({ "AlertType": "VM_X", "SystemAlertId": "1" }), "alert", "intrusion_detection", "info"),
        (json!({ "type": "Microsoft.Security/assessments" }), "state", "configuration", "info"),
        (json!({ "type": "Microsoft.Security/assessments/subAssessments" }), "state", "configuration", "info"),
        (json!({ "type": "a/subAssessments", "properties": { "additionalData": { "cvss": { "3.0": {} } } } }), "state", "vulnerability", "info"),
        (json!({ "type": "Microsoft.Security/secureScores" }), "metric", "configuration", "info"),
        (json!({ "type": "Microsoft.Security/secureScores/secureScoreControls" }), "metric", "configuration", "info"),
        (json!({ "type": "Microsoft.Security/regulatoryComplianceStandards/x/regulatoryComplianceAssessments" }), "state", "configuration", "info"),
        (json!({ "type": "Microsoft.Security/attackPaths" }), "state", "configuration", "info"),
        (json!({ "type": "Microsoft.Security/Locations/alerts", "properties": { "alertType": "VM_X" } }), "alert", "intrusion_detection", "info"),
    ];
    for (record, kind, category, event_type) in kinds {
        check(&event(record.clone()), &[("/event/kind", json!("alert")), ("/event/category", json!(["intrusion_detection"]))]);
        let settings = Settings { profile: Profile::Extended, ..Settings::default() };
        let extended = one(documents(settings, Dataset::Event, record.to_string().as_bytes()));
        check(&extended, &[("/event/kind", json!(kind)), ("/event/category", json!([category])), ("/event/type", json!([event_type]))]);
    }
}

#[test]
fn e2_the_extended_profile_adds_what_the_reference_leaves_out() {
    let alert = json!({
        "AlertType": "VM_X", "SystemAlertId": "1", "AlertDisplayName": "N", "Description": "D", "Severity": "High", "Intent": "Execution, Impact",
        "AzureResourceId": "/subscriptions/s/resourceGroups/g", "CompromisedEntity": "vm",
        "Entities": [
            { "Type": "account", "Name": "eve", "NTDomain": "CORP", "Sid": "S-1" }, { "Type": "host", "HostName": "h" },
            { "Type": "file", "Name": "x.exe", "Directory": "c:", "FileHashes": [{ "Value": "ab" }] }, { "Type": "process", "CommandLine": "x" },
        ]
    });
    let settings = Settings { profile: Profile::Extended, ..Settings::default() };
    let document = one(documents(settings, Dataset::Event, alert.to_string().as_bytes()));
    check(
        &document,
        &[
            ("/event/id", json!("1")),
            ("/event/severity", json!(73)),
            ("/message", json!("N")),
            ("/rule", json!({ "id": "VM_X", "name": "N", "description": "D" })),
            ("/threat/tactic/name", json!(["Execution", "Impact"])),
            ("/cloud/account/id", json!("s")),
            ("/user", json!({ "name": "eve", "id": "S-1", "domain": "CORP" })),
            ("/related", json!({ "user": ["eve", "S-1"], "hosts": ["h"], "hash": ["ab"] })),
            ("/file", json!({ "name": "x.exe", "directory": "c:", "path": "c:\\x.exe" })),
            ("/process/command_line", json!("x")),
        ],
    );
}

#[test]
fn a_position_stands_in_the_document_and_in_its_id() {
    let position = Position { partition: "3".into(), sequence_number: 7, offset: "9".into(), enqueued: NOW - 1000, partition_key: Some("k".into()) };
    let message = |sequence_number| Message { body: b"{\"records\":[{},{}]}".to_vec(), position: Some(Position { sequence_number, ..position.clone() }) };
    let settings = Settings { eventhub: "hub".into(), ..elastic() };
    let decoded = Plugin::new(settings).decode(NOW, Dataset::Event, &[message(7), message(7), message(8)]);
    let document: Value = serde_json::from_slice(&decoded.documents[0].body).unwrap();
    check(
        &document,
        &[
            ("/@timestamp", json!("2025-12-31T23:59:59.000Z")),
            (
                "/azure-eventhub",
                json!({ "consumer_group": "$Default", "enqueued_time": "2025-12-31T23:59:59.000Z", "eventhub": "hub", "offset": "9", "partition_id": "3", "partition_key": "k", "sequence_number": 7 }),
            ),
        ],
    );
    let ids: Vec<&str> = decoded.documents.iter().map(|document| document.id.as_str()).collect();
    assert_eq!((ids[0], ids[1]), (ids[2], ids[3]), "a message delivered twice has the same ids");
    assert!(ids[0] != ids[1] && ids[0] != ids[4], "places in a body and messages differ");
}

#[test]
fn a_thousand_levels_are_mapped_and_a_million_survived() {
    let nested = |levels: usize| format!("{{\"ExtendedProperties\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
    let mapped = decode(elastic(), Dataset::Event, nested(999).as_bytes());
    assert!(std::str::from_utf8(&mapped.documents[0].body).unwrap().contains(&"[".repeat(999)));
    let deep = nested(1_000_000);
    let survived = decode(elastic(), Dataset::Event, deep.as_bytes());
    let body = std::str::from_utf8(&survived.documents[0].body).unwrap();
    assert!(body.contains("more than 1,000 levels") && body.contains(&deep[30..1000]));
}

#[test]
fn an_explanation_names_rules_sources_and_what_was_not_read() {
    let message = br#"{"AlertUri":"u","NobodyKnows":{"a":1},"properties":{"weight":"7","New":2},"Entities":[{"HostName":"h"}]}"#;
    let mut plugin = Plugin::new(elastic());
    let explanations = plugin.explain(Dataset::Event, &Message { body: message.to_vec(), position: None });
    let trace = |field: &str| explanations[0].traces.iter().find(|trace| trace.field == field).cloned().expect("the field is filled");
    assert_eq!(trace("event.reference").sources, ["AlertUri"]);
    let weight = trace("microsoft_defender_cloud.event.properties.weight");
    assert_eq!((weight.rule.as_str(), weight.sources), ("`properties.weight` as a long", vec!["properties.weight".to_owned()]));
    assert_eq!(trace("ecs.version").sources, Vec::<String>::new());
    assert_eq!(trace("related.hosts").sources, ["Entities[0].HostName"]);
    assert_eq!(explanations[0].unused, ["NobodyKnows.a", "properties.New"]);

    let record = finding(json!({ "digest": "sha256:ab" }), json!({})).to_string().replace("\"name\":\"s\"", "\"name\":\"s\",\"systemData\":{}, \"kind\":\"k\"");
    let explanations = plugin.explain(Dataset::Assessment, &Message { body: record.into_bytes(), position: None });
    let id = explanations[0].traces.iter().find(|trace| trace.field == "event.id").expect("an id");
    assert_eq!(id.sources, ["properties.additionalData.subAssessment.id"]);
    assert_eq!(explanations[0].unused, ["properties.additionalData.subAssessment.kind"]);
}

#[test]
fn each_document_of_a_cve_names_what_was_not_read_of_its_record() {
    let details = json!([{ "cveId": "CVE-2024-1", "severity": "High" }, { "cveId": "CVE-2024-2", "severity": "Low" }]);
    let additional = json!({ "softwareName": "s", "cvesDetails": details, "unheardOf": { "c": 6 } });
    let record = json!({
        "id": "/subscriptions/s/providers/Microsoft.Security/assessments/a",
        "strange": 5,
        "properties": { "displayName": "x", "additionalData": additional },
    });
    let settings = Settings { profile: Profile::Extended, ..Settings::default() };
    let explained = Plugin::new(settings).explain(Dataset::Assessment, &Message { body: record.to_string().into_bytes(), position: None });
    assert_eq!(explained.len(), 2);
    for document in &explained {
        assert_eq!(document.unused, ["properties.additionalData.unheardOf.c", "strange"]);
        let severity = document.traces.iter().find(|trace| trace.field == "vulnerability.severity").expect("it is filled");
        assert!(!severity.sources.is_empty(), "{severity:?}");
    }
}

#[test]
fn an_explanation_names_what_was_dropped() {
    let mut plugin = Plugin::new(elastic());
    let mut unused = |dataset, record: Value| plugin.explain(dataset, &Message { body: record.to_string().into_bytes(), position: None }).remove(0).unused;
    // A date that cannot be read goes without a word, and so does the name of a package where nothing is a vulnerability.
    assert_eq!(unused(Dataset::Event, json!({ "Entities": [{ "StartTimeUtc": "soon", "Name": "n" }] })), ["Entities[0].StartTimeUtc"]);
    let software = json!({ "softwareDetails": { "packageName": "p", "language": "c" } });
    assert_eq!(
        unused(Dataset::Assessment, finding(json!({}), software)),
        ["properties.additionalData.subAssessment.properties.additionalData.softwareDetails.packageName"]
    );
}

#[test]
fn a_field_comes_from_what_the_fields_that_it_is_made_of_come_from() {
    let record = finding(json!({ "resourceType": "User", "resourceName": "mona" }), json!({}));
    let explanation = Plugin::new(elastic()).explain(Dataset::Assessment, &Message { body: record.to_string().into_bytes(), position: None }).remove(0);
    let related = explanation.traces.iter().find(|trace| trace.field == "related.user").expect("the field is filled");
    assert_eq!(related.sources, ["properties.additionalData.resourceType", "properties.additionalData.resourceName"]);
}

#[test]
fn two_records_that_differ_have_two_ids() {
    let id = |record: &str| decode(elastic(), Dataset::Assessment, record.as_bytes()).documents.remove(0).id;
    let sub = |id: &str| format!(r#"{{"id":"/a","properties":{{"additionalData":{{"subAssessment":{{"id":"{id}"}}}}}}}}"#);
    let records = [
        "",
        " ",
        "no JSON",
        "{}",
        r#"{"id":""}"#,
        r#"{"id":"/a"}"#,
        r#"{"id":"/A"}"#,
        r#"{"id":"/a" }"#,
        r#"{"id":"/a","properties":{"status":{"statusChangeDate":"2026"}}}"#,
        r#"{"id":"/a","properties":{"status":{"statusChangeDate":"2025"}}}"#,
        &sub("/a/b"),
        &sub("/a/c"),
    ];
    let ids: BTreeSet<String> = records.iter().map(|record| id(record)).collect();
    assert_eq!(ids.len(), records.len());
    assert!(records.iter().all(|record| ids.contains(&id(record))));
}

/// All documents of an update of a package, in profile `extended`.
fn update(additional: Value) -> Vec<Value> {
    let record = json!({ "id": "/a", "name": "a", "properties": { "displayName": "Update marl", "additionalData": additional } });
    documents(Settings { profile: Profile::Extended, ..Settings::default() }, Dataset::Assessment, record.to_string().as_bytes())
}

#[test]
fn sentences_that_begin_with_a_cve_are_no_list_of_cves() {
    let [workarounds, notes] = [json!(["CVE-1 needs a new key", "wait"]), json!([{ "cveTitle": "CVE-2 in marl", "text": "wait" }])];
    let made = update(json!({ "softwareName": "marl", "cvesDetails": ["CVE-1", "CVE-2"], "workarounds": workarounds, "notes": notes }));
    assert_eq!(made.len(), 2);
    for document in &made {
        let additional = "/microsoft_defender_cloud/assessment/additional_data";
        check(
            document,
            &[
                (&format!("{additional}/workarounds"), workarounds.clone()),
                (&format!("{additional}/notes"), json!([{ "cve_title": "CVE-2 in marl", "text": "wait" }])),
            ],
        );
    }
}

#[test]
fn a_line_without_a_document_is_not_told() {
    let codes = |count: usize| {
        let score = |number: usize| if number == 0 { json!("high") } else { json!(5) };
        let cves: Vec<_> = (0..count).map(|number| json!({ "cveId": format!("CVE-{number}"), "cvssScore": score(number) })).collect();
        let record = json!({ "id": "/a", "properties": { "additionalData": { "softwareName": "marl", "cvesDetails": cves } } });
        let settings = Settings { profile: Profile::Extended, ..Settings::default() };
        let decoded = decode(settings, Dataset::Assessment, record.to_string().as_bytes());
        decoded.problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(1000), ["finding-not-read-in-full"]);
    assert_eq!(codes(1001), ["cves-left-out"]);
}

#[test]
fn a_text_of_versions_that_holds_nothing_is_none() {
    for nothing in ["", " null ", "[ ]", "{}", " { }"] {
        let made = update(json!({ "softwareName": "marl", "detectedSoftwareVersions": nothing, "softwareVersion": "3.1" }));
        check(&made[0], &[("/package/version", json!("3.1")), ("/microsoft_defender_cloud/assessment/not_read", Value::Null)]);
    }
    let made = update(json!({ "softwareName": "marl", "detectedSoftwareVersions": "{3.1}" }));
    check(&made[0], &[("/package/version", json!("{3.1}")), ("/microsoft_defender_cloud/assessment/not_read", Value::Null)]);
}

#[test]
fn a_line_about_a_cve_is_in_its_document() {
    let odd = json!({ "title": "CVE-2", "cvssScore": "high", "publishedDate": "soon", "isZeroDay": "maybe", "lastModifiedDate": "2024-05-06" });
    for cve in [odd.clone(), json!([odd])] {
        let finding = json!({ "id": "V-1", "additionalData": { "softwareName": "marl", "vulnerabilityDetails": { "cveId": "CVE-1" }, "cve": cve } });
        let made = update(json!({ "subAssessment": { "properties": finding } }));
        let not_read = |at: usize| made[at]["microsoft_defender_cloud"]["assessment"]["not_read"].as_array().map_or(0, Vec::len);
        assert_eq!((made.len(), not_read(0), not_read(1)), (2, 0, 3), "{cve}");
        assert!(made[1].to_string().contains("2024-05-06T00:00:00.000Z"), "{:#}", made[1]);
    }
}

#[test]
fn a_version_of_cvss_is_a_text_or_absent() {
    for (version, shown, lines) in
        [(json!("3.1"), json!("3.1"), 0), (json!(3.1), json!("3.1"), 0), (json!({ "major": 3 }), Value::Null, 1), (json!(true), Value::Null, 1)]
    {
        let made = update(json!({ "softwareName": "marl", "cvesDetails": [{ "cveId": "CVE-1", "cvssScore": 5, "cvssVersion": version }] }));
        let assessment = &made[0]["microsoft_defender_cloud"]["assessment"];
        assert_eq!((&assessment["additional_data"]["cves_details"][0]["cvss_version"], &made[0]["vulnerability"]["score"]["version"]), (&shown, &shown));
        assert_eq!(assessment["not_read"].as_array().map_or(0, Vec::len), lines, "{version}");
    }
}
