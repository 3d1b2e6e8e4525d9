//! What an index refuses, and what profile `extended` makes of it: nothing comes out that Elasticsearch would turn away.

use microsoft_defender_cloud::contract::{Dataset, Message};
use microsoft_defender_cloud::plugin::Plugin;
use serde_json::{Value, json};

fn document(body: &str) -> Value {
    document_of(Dataset::Event, body)
}

fn document_of(dataset: Dataset, body: &str) -> Value {
    let decoded = Plugin::default().decode(1_767_225_600_000, dataset, &[Message { body: body.into(), position: None }]);
    assert_eq!(decoded.documents.len(), 1);
    serde_json::from_slice(&decoded.documents[0].body).expect("a document is JSON")
}

/// An alert of profile extended, with this beside its type.
fn alert(members: Value) -> (Value, Vec<String>) {
    let mut body = json!({ "AlertType": "a" });
    body.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
    let document = document(&body.to_string());
    let lines = document["error"]["message"].as_array().map(|lines| lines.iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect());
    assert_eq!(document["event"]["original"].is_null(), lines.is_none(), "{document:#}");
    (document["microsoft_defender_cloud"]["event"].clone(), lines.unwrap_or_default())
}

/// Without a line: nothing is lost.
#[track_caller]
fn fits(members: Value, expected: Value) {
    let (document, lines) = alert(members);
    assert_eq!(lines, [""; 0]);
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&document[name], value, "{name} of {document:#}");
    }
}

#[track_caller]
fn fits_with(members: Value, expected: Value, line: &str) {
    let (document, lines) = alert(members);
    assert!(lines.len() == 1 && lines[0].contains(line), "{lines:?}");
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&document[name], value, "{name} of {document:#}");
    }
}

#[test]
fn an_object_in_a_keyword_field_is_the_list_of_its_texts() {
    fits(
        json!({ "CompromisedEntity": { "a": "x", "b": 7, "c": null, "d": { "e": [1] }, "f": ["y"] } }),
        json!({ "compromised_entity": ["x", "7", "{\"e\":[1]}", "[\"y\"]"] }),
    );
    fits(json!({ "Intent": ["x", { "a": "y" }, ["z", { "b": true }]] }), json!({ "intent": ["x", "y", "z", "true"] }));
    fits(json!({ "Entities": [{ "Name": { "a": "x" } }] }), json!({ "entities": [{ "name": ["x"] }] }));
    fits(
        json!({ "ProductName": { "a": "b" }, "AlertUri": [{ "href": "x" }], "VendorName": "v" }),
        json!({ "product": { "name": ["b"] }, "uri": ["x"], "vendor_name": null }),
    );
}

#[test]
fn flattened_fields_hold_objects_of_bounded_leafs_and_depth() {
    fits(json!({ "ExtendedProperties": "{\"A B\":\"x\"}" }), json!({ "extended_properties": { "a b": "x" } }));
    fits(json!({ "ExtendedProperties": "" }), json!({ "extended_properties": null }));
    fits_with(json!({ "ExtendedProperties": "x" }), json!({ "extended_properties": null }), "as JSON");
    for value in [json!([{ "a": 1 }]), json!(7), json!(true), json!("[1]")] {
        fits_with(json!({ "ExtendedProperties": value }), json!({ "extended_properties": null }), "not an object");
    }
    let nested = |levels: usize| (0..levels).fold(json!("leaf"), |inner, _| json!({ "a": [inner] }));
    fits(json!({ "ExtendedProperties": nested(20) }), json!({ "extended_properties": nested(20) }));
    let (document, lines) = alert(json!({ "ExtendedProperties": nested(22) }));
    let innermost = document["extended_properties"].pointer(&"/a/0".repeat(20));
    assert_eq!((innermost, lines.len()), (Some(&json!("{\"a\":[{\"a\":[\"leaf\"]}]}")), 0));
    fits(json!({ "ExtendedProperties": { "a": "x".repeat(32_766) } }), json!({ "extended_properties": { "a": "x".repeat(32_766) } }));
    let long = format!("{}\u{e9}\u{e9}", "x".repeat(32_765));
    fits_with(json!({ "ExtendedProperties": { "a": [long] } }), json!({ "extended_properties": { "a": ["x".repeat(32_765)] } }), "has 32769 bytes");
}

#[test]
fn names_that_an_index_refuses_are_mended() {
    let names = json!({ "": 1, "  ": 2, "a..b": 3, "x\u{0}y": 4, "fine": 5, ".": 6, "_": 7 });
    let mended = json!({ "_2": 1, "_3": 2, "a._.b": 3, "x_y": 4, "fine": 5, "_._": 6, "_": 7 });
    fits(json!({ "ExtendedProperties": names }), json!({ "extended_properties": mended }));
    let (document, lines) = alert(json!({ "Entities": [{ "Type": "odd", "Own": { "a..b": 3 }, "": 1 }], "ResourceIdentifiers": [{ "x\u{0}": 1 }] }));
    assert_eq!((&document["entities"], lines.len()), (&json!([{ "type": "odd", "own": { "a._.b": 3 }, "_": 1 }]), 0));
    assert_eq!(document["resource_identifiers"], json!([{ "x_": 1 }]));
}

#[test]
fn what_stands_where_objects_are_goes_by_another_name() {
    fits(
        json!({ "Entities": [{ "Host": "h", "host_value": "own", "Location": ["l"], "Files": [1, { "$ref": "2" }], "Image": { "$ref": "3" } }] }),
        json!({ "entities": [{ "host_value": "own", "host_value2": "h", "location_value": ["l"], "files": [{ "ref": "2" }], "files_value": [1], "image": { "ref": "3" } }] }),
    );
    fits(json!({ "ExtendedLinks": "[{\"Href\":\"x\"}]" }), json!({ "extended_links": [{ "href": "x" }] }));
    fits_with(json!({ "ExtendedLinks": "x" }), json!({ "extended_links": null }), "as JSON");
    fits_with(json!({ "ExtendedLinks": [5, { "Href": "x" }] }), json!({ "extended_links": [{ "href": "x" }] }), "not an object");
}

#[test]
fn objects_below_entities_are_not_too_deep_for_an_index() {
    let nested = |levels: usize| (0..levels).fold(json!("leaf"), |inner, _| json!({ "b": inner }));
    // Three names lead to the entities, and an index takes objects under nineteen.
    let (document, lines) = alert(json!({ "Entities": [{ "b": nested(30) }] }));
    assert_eq!(lines, [""; 0]);
    assert!(document["entities"][0].pointer(&"/b".repeat(16)).is_some_and(Value::is_object));
    assert!(document["entities"][0].pointer(&"/b".repeat(17)).is_some_and(Value::is_string), "{document:#}");
}

#[test]
fn addresses_are_addresses_or_a_line() {
    for address in [json!({ "0": "192.0.2.1" }), json!("00.00.00.00"), json!(["x"]), json!(7)] {
        let (document, lines) = alert(json!({ "Entities": [{ "Type": "ip", "Address": address }] }));
        assert_eq!((document["entities"][0].get("address"), lines.len()), (None, 1), "{address}");
    }
    let body = r#"{"AlertType":"a","Entities":[{"Address":"fe80::1%eth0"},{"IpAddresses":{"0":{"Address":{"0":"192.0.2.1"}}}},{"IpAddresses":[{"Address":["192.0.2.2","192.0.2.3"]}]}]}"#;
    let document = document(body);
    assert_eq!(document["microsoft_defender_cloud"]["event"]["entities"][0]["address"], "fe80::1");
    let found = document["related"]["ip"].as_array().cloned().unwrap_or_default();
    assert!(
        found.contains(&json!("fe80::1")) && found.iter().all(|address| address.as_str().is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok())),
        "{found:?}"
    );
}

/// The record of a finding in profile extended, and its lines.
fn finding(properties: Value) -> (Value, Value) {
    let body = json!({ "id": "/subscriptions/s/providers/Microsoft.Security/assessments/a", "properties": properties });
    let document = document_of(Dataset::Assessment, &body.to_string());
    let record = document["microsoft_defender_cloud"]["assessment"].clone();
    let lines = record["not_read"].clone();
    assert_eq!(document["event"]["original"].is_null(), lines.is_null(), "{document:#}");
    assert_eq!(document["event"]["kind"], "state");
    (record, lines)
}

#[track_caller]
fn finding_has(properties: Value, pointer: &str, expected: Value) {
    let (record, lines) = finding(properties);
    assert_eq!((record.pointer(pointer).unwrap_or(&Value::Null), &lines), (&expected, &Value::Null), "{record:#}");
}

#[track_caller]
fn finding_lacks(properties: Value, pointer: &str, line: &str) {
    let (record, lines) = finding(properties);
    assert_eq!(record.pointer(pointer), None, "{record:#}");
    assert!(lines.as_array().is_some_and(|lines| lines.len() == 1 && lines[0].as_str().is_some_and(|text| text.contains(line))), "{lines}");
}

#[test]
fn a_finding_has_names_texts_and_depth_that_an_index_takes() {
    finding_has(
        json!({ "additionalData": { "": 1, "a..b": 2, "x\u{0}": 3, "\u{2003}": 4 } }),
        "/additional_data",
        json!({ "_": 1, "a._.b": 2, "x_": 3, "_2": 4 }),
    );
    finding_has(json!({ "displayName": { "en": "x", "no": 7 } }), "/display_name", json!(["x", "7"]));
    finding_has(json!({ "displayName": [["x"], "y"] }), "/display_name", json!([["x"], "y"]));
    finding_has(json!({ "links": "https://x" }), "/links_value", json!("https://x"));
    finding_has(json!({ "links": "https://x" }), "/links", Value::Null);
    finding_has(json!({ "status.code.x": 1, "status": { "code": "Healthy" } }), "/status.code_x", json!(1));
    let nested = |levels: usize| (0..levels).fold(json!("leaf"), |inner, _| json!({ "b": inner }));
    let (record, lines) = finding(json!({ "own": nested(30) }));
    assert!(record["own"].pointer(&"/b".repeat(16)).is_some_and(Value::is_object), "{record:#}");
    assert!(record["own"].pointer(&"/b".repeat(17)).is_some_and(Value::is_string) && lines.is_null(), "{record:#}");
    let lists = |levels: usize| (0..levels).fold(json!("leaf"), |inner, _| json!([inner]));
    finding_has(json!({ "own": lists(32) }), "/own", lists(32));
    finding_has(json!({ "own": lists(34) }), &format!("/own{}", "/0".repeat(32)), json!("[[\"leaf\"]]"));
}

/// Where rules look for an object, or for a type, what is none is told and left out; elsewhere as well.
#[test]
fn a_finding_has_the_types_that_an_index_takes() {
    finding_lacks(json!({ "status": "x" }), "/status", "`status` is a string, not an object");
    finding_lacks(json!({ "status": { "statusChangeDate": "x" } }), "/status/status_change_date", "as a date");
    finding_lacks(json!({ "status.statusChangeDate": "x" }), "/status.status_change_date", "as a date");
    finding_lacks(json!({ "additionalData": { "nsgOpenPorts": "x" } }), "/additional_data/nsg_open_ports", "as a long");
    finding_has(json!({ "additionalData": { "nsgOpenPorts": "22" } }), "/additional_data/nsg_open_ports", json!(22));
    let exploitability = json!({ "exploitabilityAssessment": [{ "isVerified": "x", "own": 1 }] });
    let details = json!({ "additionalData": { "subAssessment": { "properties": { "additionalData": { "vulnerabilityDetails": exploitability } } } } });
    finding_lacks(details, "/additional_data/sub_assessment/additional_data/vulnerability_details/exploitability_assessment/0/is_verified", "as a boolean");
}

/// Rules read a reference that is a text, and an index does not where it has objects.
#[test]
fn a_reference_that_is_a_text_is_its_link() {
    let details = json!({ "cveId": "CVE-2026-1", "references": ["https://x", { "link": "https://y" }] });
    let properties = json!({ "additionalData": { "subAssessment": { "properties": { "additionalData": { "vulnerabilityDetails": details } } } } });
    let body = json!({ "id": "/subscriptions/s/providers/Microsoft.Security/assessments/a", "properties": properties });
    let document = document_of(Dataset::Assessment, &body.to_string());
    assert_eq!(document["vulnerability"]["reference"], json!(["https://x", "https://y"]));
    let kept = document.pointer("/microsoft_defender_cloud/assessment/additional_data/sub_assessment/additional_data/vulnerability_details/references");
    assert_eq!(kept, Some(&json!([{ "link": "https://x" }, { "link": "https://y" }])));
}
