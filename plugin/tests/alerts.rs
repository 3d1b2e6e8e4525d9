//! Extended properties of alerts in profile `extended`: a record for every name that the mapping knows, each in the spelling of a person.

use microsoft_defender_cloud::contract::{Dataset, Message};
use microsoft_defender_cloud::plugin::Plugin;
use serde_json::{Value, json};

fn document(record: &Value) -> Value {
    let mut plugin = Plugin::default();
    plugin.configure(r#"{"profile":"extended"}"#).expect("settings");
    let decoded = plugin.decode(1_767_225_600_000, Dataset::Event, &[Message { body: record.to_string().into_bytes(), position: None }]);
    serde_json::from_slice(&decoded.documents[0].body).expect("a document is JSON")
}

/// Names that give the same, each in a record of its own.
#[track_caller]
fn check(alert_type: &str, names: &[&str], value: &str, pointer: &str, expected: &Value) {
    for name in names {
        let document = document(&json!({ "AlertType": alert_type, "ExtendedProperties": { (*name): value } }));
        assert_eq!(document.pointer(pointer).unwrap_or(&Value::Null), expected, "{name} → {pointer} in {document:#}");
        assert_eq!(document.pointer("/error"), None, "{name}");
    }
}

#[test]
fn addresses() {
    let sources = [
        "Client IP Address",
        "Client IP",
        "Caller IP Address",
        "Caller IP",
        "Source IP address",
        "Source IP",
        "Source IPs",
        "Source Address",
        "Actor (Client IP)",
        "Actor IP",
        "IP Address",
        "IP",
        "Source",
        "Sample Source IP Addresses",
        "Role definition creator IP address",
    ];
    let attackers = ["Attacker IP address", "Attacker IP", "Attacker Source IP"];
    let destinations = ["Destination IP address", "Destination IP", "Destination address", "Target IP", "Target IP address"];
    let own = ["Victim IP", "Victim IP address", "Machine IP", "Host IP"];
    let ip = json!("203.0.113.9");
    for (names, pointer) in [(&sources[..], "/source/ip"), (&attackers, "/source/ip"), (&destinations, "/destination/ip")] {
        check("Storage.Blob_X", names, "203.0.113.9", pointer, &ip);
        check("Storage.Blob_X", names, "203.0.113.9", "/related/ip", &json!(["203.0.113.9"]));
    }
    check("Network_OutgoingX", &attackers, "203.0.113.9", "/destination/ip", &ip);
    check("Storage.Blob_X", &own, "203.0.113.9", "/host/ip", &json!(["203.0.113.9"]));
    check("Storage.Blob_X", &own, "203.0.113.9", "/source", &Value::Null);
    check("Storage.Blob_X", &["Client IP"], "[\"203.0.113.9:443\"]", "/source", &json!({ "ip": ip, "address": ip, "port": 443 }));
    check("Storage.Blob_X", &["Client hostname"], "quarry.example", "/source/domain", &json!("quarry.example"));
}

#[test]
fn ports() {
    let both = |name: &str, pointer: &str| {
        let properties = json!({ "Source IP": "203.0.113.9", "Destination IP": "198.51.100.2", (name): 8443 });
        let document = document(&json!({ "AlertType": "Storage.Blob_X", "ExtendedProperties": properties }));
        assert_eq!(document.pointer(pointer), Some(&json!(8443)), "{name}");
    };
    for (name, pointer) in [
        ("Client port", "/source/port"),
        ("Source port", "/source/port"),
        ("Destination port", "/destination/port"),
        ("Attacker port", "/source/port"),
        ("Victim port", "/destination/port"),
    ] {
        both(name, pointer);
        check("Storage.Blob_X", &[name], "8443", pointer, &Value::Null);
    }
}

#[test]
fn users() {
    let names = [
        "User name",
        "User",
        "Account",
        "Account name",
        "Client principal name",
        "Principal name",
        "Caller name",
        "Queried by",
        "Role definition creator principal name",
        "Azure AD user",
    ];
    check("ARM_X", &names, "REED\\otto", "/user", &json!({ "name": "otto", "domain": "REED" }));
    check("ARM_X", &names, "otto@reed.example", "/user", &json!({ "name": "otto@reed.example", "email": "otto@reed.example" }));
    check("ARM_X", &names, "otto", "/related/user", &json!(["otto"]));
    let ids = [
        "User SID",
        "AAD user ID",
        "User object ID",
        "Principal object ID",
        "Principal OID",
        "Attacker object ID",
        "Caller object ID",
        "Assigner principal ID",
        "Role definition creator principal ID",
    ];
    check("ARM_X", &ids, "S-1", "/user", &json!({ "id": "S-1" }));
    check("ARM_X", &ids, "S-1", "/related/user", &json!(["S-1"]));
    for nothing in ["", "-", ":", "null", "Unknown", "none", "N/A", "n/a yet", "00000000-0000-0000-0000-000000000000"] {
        check("ARM_X", &names, nothing, "/user", &Value::Null);
    }
    check("ARM_X", &["Assignee principal ID"], "S-2", "/user/target/id", &json!("S-2"));
    check("ARM_X", &["Suspicious account name", "Created account"], "eve", "/user/target/name", &json!("eve"));
    check("ARM_X", &["Role", "Role definition name"], "Owner", "/user/target/roles", &json!(["Owner"]));
}

#[test]
fn hosts_containers_and_clusters() {
    check("VM_X", &["Compromised Host", "Machine name"], "quarry-1", "/host", &json!({ "name": "quarry-1", "hostname": "quarry-1" }));
    check("K8S_X", &["Container name", "Container"], "cart", "/container/name", &json!("cart"));
    check("K8S_X", &["Container ID"], "c1", "/container/id", &json!("c1"));
    check("K8S.NODE_X", &["Container image", "Image name"], "shop/cart:4", "/container/image", &json!({ "name": "shop/cart", "tag": ["4"] }));
    check("Storage.Blob_X", &["Container name", "Container", "Container ID", "Image name"], "cart", "/container", &Value::Null);
    check("K8S_X", &["Pod name"], "cart-0", "/orchestrator/resource", &json!({ "type": "pod", "name": "cart-0" }));
    check("K8S_X", &["Service name"], "cart", "/orchestrator/resource", &json!({ "type": "service", "name": "cart" }));
    check("K8S_X", &["Namespace"], "shop", "/orchestrator/namespace", &json!("shop"));
    check("K8S_X", &["Cluster name"], "aks", "/orchestrator/cluster/name", &json!("aks"));
    check("K8S_X", &["Resource type"], "Secret", "/orchestrator/resource/type", &json!("secret"));
    check("K8S_X", &["Resource name"], "key", "/orchestrator/resource/name", &json!("key"));
}

#[test]
fn processes_and_files() {
    let images = ["Process name", "Process path", "Suspicious process", "Suspicious process name", "Suspicious script"];
    check("VM_X", &images, "/tmp/x.sh", "/process", &json!({ "name": "x.sh", "executable": "/tmp/x.sh" }));
    check("VM_X", &images, "x", "/process", &json!({ "name": "x" }));
    check("VM_X", &["Command line", "Suspicious command line", "Command", "Full command"], "x -y", "/process/command_line", &json!("x -y"));
    check("VM_X", &["Process ID", "Suspicious process ID", "PID"], "0x1f", "/process/pid", &json!(31));
    check("VM_X", &["Parent process"], "/bin/sh", "/process/parent", &json!({ "name": "sh", "executable": "/bin/sh" }));
    check("VM_X", &["Parent process ID"], "7", "/process/parent/pid", &json!(7));
    check("VM_X", &["File", "File path"], "/tmp/x.sh", "/file", &json!({ "name": "x.sh", "path": "/tmp/x.sh" }));
    check("VM_X", &["File name", "Blob"], "x.sh", "/file", &json!({ "name": "x.sh" }));
    for (name, pointer) in [("SHA-256", "/file/hash/sha256"), ("SHA1", "/file/hash/sha1"), ("MD5", "/file/hash/md5")] {
        check("VM_X", &[name], "abab", pointer, &json!("abab"));
    }
    check("VM_X", &["SHA-256", "SHA1", "MD5", "File hash"], "abab", "/related/hash", &json!(["abab"]));
    let malware = ["Malware name", "Malware types detected", "Malware", "Malware family"];
    check("VM_X", &malware, "Reed", "/threat/software", &json!({ "name": "Reed", "type": "Malware" }));
    check("VM_X", &malware, "Reed", "/event/category", &json!(["intrusion_detection", "malware"]));
}

#[test]
fn requests_and_operations() {
    check("API_X", &["User agent", "User agents", "Sample user agents"], "curl", "/user_agent/original", &json!("curl"));
    check("API_X", &["API endpoint", "URL", "Target"], "GET https://reed.example/a", "/url/full", &json!("https://reed.example/a"));
    check("API_X", &["API endpoint", "URL", "Target"], "GET https://reed.example/a", "/http/request/method", &json!("GET"));
    check("API_X", &["API endpoint", "URL", "Target"], "/a/b", "/url", &json!({ "path": "/a/b" }));
    check("API_X", &["Sample URIs"], "/a, /b", "/url/path", &json!("/a"));
    check("API_X", &["Sample referer"], "https://reed.example", "/http/request/referrer", &json!("https://reed.example"));
    for alert_type in ["API_X", "AppServices_X", "AI_X"] {
        check(alert_type, &["Status code"], "404", "/http/response/status_code", &json!(404));
    }
    check("KV_X", &["Status code"], "404", "/http", &Value::Null);
    let operations = ["Operations types", "Operations", "Operation name", "Operation", "Activity type"];
    check("KV_X", &operations, "SecretGet, SecretList", "/event/action", &json!("SecretGet"));
    check("KV_X", &["Product component name"], "Storage", "/rule/ruleset", &json!("Storage"));
    check("KV_X", &["Kill chain intent"], "Impact", "/threat/tactic/id", &json!(["TA0040"]));
    check("KV_X", &["Effective Azure resource ID"], "/subscriptions/S/resourceGroups/g", "/resource/name", &json!("g"));
    check("DNS_X", &["Domain name"], "reed.example", "/dns/question/name", &json!("reed.example"));
    check("DNS_X", &["Domain name"], "reed.example", "/destination/domain", &json!("reed.example"));
    check("DNS_X", &["Answers"], "203.0.113.7,198.51.100.1", "/dns/resolved_ip", &json!(["203.0.113.7", "198.51.100.1"]));
}

#[test]
fn outcomes() {
    let outcome = |names: &[&str], value: &str, expected: Value| check("KV_X", names, value, "/event/outcome", &expected);
    outcome(&["Successful logins"], "1", json!("success"));
    outcome(&["Successful logins"], "0", Value::Null);
    outcome(&["Failed logins", "Failed attempts"], "3", json!("failure"));
    outcome(&["Request status"], "Success", json!("success"));
    outcome(&["Request status"], "Odd", json!("failure"));
    outcome(&["Result signature"], "OK, OK", json!("success"));
    outcome(&["Result signature"], "Forbidden", json!("failure"));
    outcome(&["Result signature"], "OK, Forbidden", Value::Null);
    outcome(&["Status code"], "204", json!("success"));
    outcome(&["Status code"], "500", json!("failure"));
    check("Logon_Unsuccessful", &["Successful logins"], "1", "/event/outcome", &json!("failure"));
    check("X_Success", &["Failed logins"], "1", "/event/outcome", &json!("success"));
}

#[test]
fn no_list_has_more_than_a_thousand_values_and_a_circle_ends() {
    let accounts: Vec<Value> = (0..1500)
        .map(|at| json!({ "$id": at.to_string(), "Type": "process", "ProcessId": at, "ParentProcess": { "$ref": ((at + 1) % 1500).to_string() }, "Account": { "Name": format!("u{at}") } }))
        .collect();
    let document = document(&json!({ "AlertType": "VM_X", "Entities": accounts }));
    assert_eq!(document.pointer("/related/user").and_then(Value::as_array).map(Vec::len), Some(1000));
    assert_eq!(document.pointer("/process/pid"), Some(&json!(0)));
    assert_eq!(document.pointer("/process/parent/pid"), Some(&json!(1)));
}

/// What profile `elastic` writes below its own name, `extended` writes as well.
#[test]
fn nothing_below_our_own_name_is_lost_or_changed() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/tenant/messages.ndjson")).expect("the fixture");
    let mut compared = 0;
    for line in text.lines() {
        let message: Value = serde_json::from_str(line).expect("a line is JSON");
        let Some(body) = message["body"].as_str() else { continue };
        let [elastic, extended] = ["elastic", "extended"].map(|profile| {
            let mut plugin = Plugin::default();
            plugin.configure(&json!({ "profile": profile }).to_string()).expect("settings");
            let decoded = plugin.decode(1_767_225_600_000, Dataset::Event, &[Message { body: body.as_bytes().to_vec(), position: None }]);
            decoded.documents.iter().map(|document| serde_json::from_slice::<Value>(&document.body).expect("JSON")).collect::<Vec<_>>()
        });
        if elastic.len() != extended.len() {
            continue;
        }
        for (elastic, extended) in elastic.iter().zip(&extended) {
            compared += 1;
            assert_contains(&elastic["microsoft_defender_cloud"], &extended["microsoft_defender_cloud"], "");
        }
    }
    assert!(compared > 20, "{compared}");
}

#[track_caller]
fn assert_contains(left: &Value, right: &Value, path: &str) {
    match (left, right) {
        (Value::Object(members), _) => members.iter().for_each(|(name, value)| assert_contains(value, &right[name], &format!("{path}.{name}"))),
        (Value::Array(elements), Value::Array(others)) if elements.len() == others.len() => {
            elements.iter().zip(others).for_each(|(left, right)| assert_contains(left, right, path));
        }
        _ => assert_eq!(left, right, "{path}"),
    }
}
