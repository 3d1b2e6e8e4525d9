//! A record for every row of the tables of alerts, each written by us in the spelling of a person. A row without one fails.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::attack::TACTICS;
use super::families::EVIDENCE;
use super::file::{HIVES, VALUE_TYPES};
use crate::defender::property::{KEYS, form};
use crate::mapping::{Mapper, Origin};
use crate::settings::Settings;

fn document(record: &Value) -> Value {
    let event = Mapper::new(Settings::default()).event(&record.to_string(), Origin::new(1_767_225_600_000, None));
    let document: Value = serde_json::from_slice(&event.body).expect("a document is JSON");
    assert_eq!(document.pointer("/error"), None, "{record}");
    document
}

#[track_caller]
fn check(record: &Value, pointer: &str, expected: &Value) {
    let document = document(record);
    assert_eq!(document.pointer(pointer).unwrap_or(&Value::Null), expected, "{pointer} of {record}");
}

/// Every row of a table has a record.
#[track_caller]
fn assert_all<'t>(rows: impl IntoIterator<Item = &'t str>, recorded: impl IntoIterator<Item = String>) {
    let rows: BTreeSet<String> = rows.into_iter().map(str::to_owned).collect();
    assert_eq!(recorded.into_iter().collect::<BTreeSet<_>>(), rows);
}

/// The type of an alert, names of properties that give the same, each in a record of its own, what the property says, and what comes of it where.
type Property = (&'static str, &'static [&'static str], &'static str, &'static str, &'static str);

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    ("Storage.Blob_X", &["Client IP Address", "Client IP", "Caller IP Address", "Caller IP", "Source IP address", "Source IP", "Source IPs", "Source Address", "Actor (Client IP)", "Actor IP", "IP Address", "IP", "Source", "Sample Source IP Addresses", "Role definition creator IP address"], "203.0.113.9", "/source/ip", r#""203.0.113.9""#),
    ("Storage.Blob_X", &["Client IP Address", "Client IP", "Caller IP Address", "Caller IP", "Source IP address", "Source IP", "Source IPs", "Source Address", "Actor (Client IP)", "Actor IP", "IP Address", "IP", "Source", "Sample Source IP Addresses", "Role definition creator IP address"], "203.0.113.9", "/related/ip", r#"["203.0.113.9"]"#),
    ("Storage.Blob_X", &["Attacker IP address", "Attacker IP", "Attacker Source IP"], "203.0.113.9", "/source/ip", r#""203.0.113.9""#),
    ("Storage.Blob_X", &["Attacker IP address", "Attacker IP", "Attacker Source IP"], "203.0.113.9", "/related/ip", r#"["203.0.113.9"]"#),
    ("Network_OutgoingX", &["Attacker IP address", "Attacker IP", "Attacker Source IP"], "203.0.113.9", "/destination/ip", r#""203.0.113.9""#),
    ("Storage.Blob_X", &["Destination IP address", "Destination IP", "Destination address", "Target IP", "Target IP address"], "203.0.113.9", "/destination/ip", r#""203.0.113.9""#),
    ("Storage.Blob_X", &["Destination IP address", "Destination IP", "Destination address", "Target IP", "Target IP address"], "203.0.113.9", "/related/ip", r#"["203.0.113.9"]"#),
    ("Storage.Blob_X", &["Victim IP", "Victim IP address", "Machine IP", "Host IP"], "203.0.113.9", "/host/ip", r#"["203.0.113.9"]"#),
    ("Storage.Blob_X", &["Victim IP", "Victim IP address", "Machine IP", "Host IP"], "203.0.113.9", "/source", "null"),
    ("Storage.Blob_X", &["Client IP"], "[\"203.0.113.9:443\"]", "/source", r#"{"address":"203.0.113.9","ip":"203.0.113.9","port":443}"#),
    ("Storage.Blob_X", &["Client hostname"], "quarry.example", "/source/domain", r#""quarry.example""#),
    ("VM_X", &["Compromised Host", "Machine name"], "quarry-1", "/host", r#"{"hostname":"quarry-1","name":"quarry-1"}"#),
    ("K8S_X", &["Container name", "Container"], "cart", "/container/name", r#""cart""#),
    ("K8S_X", &["Container ID"], "c1", "/container/id", r#""c1""#),
    ("K8S.NODE_X", &["Container image", "Image name"], "shop/cart:4", "/container/image", r#"{"name":"shop/cart","tag":["4"]}"#),
    ("Storage.Blob_X", &["Container name", "Container", "Container ID", "Image name"], "cart", "/container", "null"),
    ("K8S_X", &["Pod name"], "cart-0", "/orchestrator/resource", r#"{"name":"cart-0","type":"pod"}"#),
    ("K8S_X", &["Service name"], "cart", "/orchestrator/resource", r#"{"name":"cart","type":"service"}"#),
    ("K8S_X", &["Namespace"], "shop", "/orchestrator/namespace", r#""shop""#),
    ("K8S_X", &["Cluster name"], "aks", "/orchestrator/cluster/name", r#""aks""#),
    ("K8S_X", &["Resource type"], "Secret", "/orchestrator/resource/type", r#""secret""#),
    ("K8S_X", &["Resource name"], "key", "/orchestrator/resource/name", r#""key""#),
    ("KV_X", &["Successful logins"], "1", "/event/outcome", r#""success""#),
    ("KV_X", &["Successful logins"], "0", "/event/outcome", "null"),
    ("Logon_Unsuccessful", &["Successful logins"], "1", "/event/outcome", r#""failure""#),
    ("KV_X", &["Failed logins", "Failed attempts"], "3", "/event/outcome", r#""failure""#),
    ("KV_X", &["Request status"], "Success", "/event/outcome", r#""success""#),
    ("KV_X", &["Request status"], "Odd", "/event/outcome", r#""failure""#),
    ("KV_X", &["Result signature"], "OK, OK", "/event/outcome", r#""success""#),
    ("KV_X", &["Result signature"], "Forbidden", "/event/outcome", r#""failure""#),
    ("KV_X", &["Result signature"], "OK, Forbidden", "/event/outcome", "null"),
    ("KV_X", &["Status code"], "204", "/event/outcome", r#""success""#),
    ("KV_X", &["Status code"], "500", "/event/outcome", r#""failure""#),
    ("API_X", &["Status code"], "404", "/http/response/status_code", "404"),
    ("AppServices_X", &["Status code"], "404", "/http/response/status_code", "404"),
    ("AI_X", &["Status code"], "404", "/http/response/status_code", "404"),
    ("KV_X", &["Status code"], "404", "/http", "null"),
    ("X_Success", &["Failed logins"], "1", "/event/outcome", r#""success""#),
    ("Storage.Blob_X", &["Client port"], "8443", "/source/port", "null"),
    ("Storage.Blob_X", &["Source port"], "8443", "/source/port", "null"),
    ("Storage.Blob_X", &["Destination port"], "8443", "/destination/port", "null"),
    ("Storage.Blob_X", &["Attacker port"], "8443", "/source/port", "null"),
    ("Storage.Blob_X", &["Victim port"], "8443", "/destination/port", "null"),
    ("VM_X", &["Process name", "Process path", "Suspicious process", "Suspicious process name", "Suspicious script"], "/tmp/x.sh", "/process", r#"{"executable":"/tmp/x.sh","name":"x.sh"}"#),
    ("VM_X", &["Process name", "Process path", "Suspicious process", "Suspicious process name", "Suspicious script"], "x", "/process", r#"{"name":"x"}"#),
    ("VM_X", &["Command line", "Suspicious command line", "Command", "Full command"], "x -y", "/process/command_line", r#""x -y""#),
    ("VM_X", &["Process ID", "Suspicious process ID", "PID"], "0x1f", "/process/pid", "31"),
    ("VM_X", &["Parent process"], "/bin/sh", "/process/parent", r#"{"executable":"/bin/sh","name":"sh"}"#),
    ("VM_X", &["Parent process ID"], "7", "/process/parent/pid", "7"),
    ("VM_X", &["File", "File path"], "/tmp/x.sh", "/file", r#"{"name":"x.sh","path":"/tmp/x.sh"}"#),
    ("VM_X", &["File name", "Blob"], "x.sh", "/file", r#"{"name":"x.sh"}"#),
    ("VM_X", &["SHA-256"], "abab", "/file/hash/sha256", r#""abab""#),
    ("VM_X", &["SHA1"], "abab", "/file/hash/sha1", r#""abab""#),
    ("VM_X", &["MD5"], "abab", "/file/hash/md5", r#""abab""#),
    ("VM_X", &["SHA-256", "SHA1", "MD5", "File hash"], "abab", "/related/hash", r#"["abab"]"#),
    ("VM_X", &["Malware name", "Malware types detected", "Malware", "Malware family"], "Reed", "/threat/software", r#"{"name":"Reed","type":"Malware"}"#),
    ("VM_X", &["Malware name", "Malware types detected", "Malware", "Malware family"], "Reed", "/event/category", r#"["intrusion_detection","malware"]"#),
    ("API_X", &["User agent", "User agents", "Sample user agents"], "curl", "/user_agent/original", r#""curl""#),
    ("API_X", &["API endpoint", "URL", "Target"], "GET https://reed.example/a", "/url/full", r#""https://reed.example/a""#),
    ("API_X", &["API endpoint", "URL", "Target"], "GET https://reed.example/a", "/http/request/method", r#""GET""#),
    ("API_X", &["API endpoint", "URL", "Target"], "/a/b", "/url", r#"{"path":"/a/b"}"#),
    ("API_X", &["Sample URIs"], "/a, /b", "/url/path", r#""/a""#),
    ("API_X", &["Sample referer"], "https://reed.example", "/http/request/referrer", r#""https://reed.example""#),
    ("KV_X", &["Operations types", "Operations", "Operation name", "Operation", "Activity type"], "SecretGet, SecretList", "/event/action", r#""SecretGet""#),
    ("KV_X", &["Product component name"], "Storage", "/rule/ruleset", r#""Storage""#),
    ("KV_X", &["Kill chain intent"], "Impact", "/threat/tactic/id", r#"["TA0040"]"#),
    ("KV_X", &["Effective Azure resource ID"], "/subscriptions/S/resourceGroups/g", "/resource/name", r#""g""#),
    ("DNS_X", &["Domain name"], "reed.example", "/dns/question/name", r#""reed.example""#),
    ("DNS_X", &["Domain name"], "reed.example", "/destination/domain", r#""reed.example""#),
    ("DNS_X", &["Answers"], "203.0.113.7,198.51.100.1", "/dns/resolved_ip", r#"["203.0.113.7","198.51.100.1"]"#),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "REED\\otto", "/user", r#"{"domain":"REED","name":"otto"}"#),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "otto@reed.example", "/user", r#"{"email":"otto@reed.example","name":"otto@reed.example"}"#),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "otto", "/related/user", r#"["otto"]"#),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "", "/user", "null"),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "-", "/user", "null"),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], ":", "/user", "null"),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "null", "/user", "null"),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "Unknown", "/user", "null"),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "none", "/user", "null"),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "N/A", "/user", "null"),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "n/a yet", "/user", "null"),
    ("ARM_X", &["User name", "User", "Account", "Account name", "Client principal name", "Principal name", "Caller name", "Queried by", "Role definition creator principal name", "Azure AD user"], "00000000-0000-0000-0000-000000000000", "/user", "null"),
    ("ARM_X", &["User SID", "AAD user ID", "User object ID", "Principal object ID", "Principal OID", "Attacker object ID", "Caller object ID", "Assigner principal ID", "Role definition creator principal ID"], "S-1", "/user", r#"{"id":"S-1"}"#),
    ("ARM_X", &["User SID", "AAD user ID", "User object ID", "Principal object ID", "Principal OID", "Attacker object ID", "Caller object ID", "Assigner principal ID", "Role definition creator principal ID"], "S-1", "/related/user", r#"["S-1"]"#),
    ("ARM_X", &["Assignee principal ID"], "S-2", "/user/target/id", r#""S-2""#),
    ("ARM_X", &["Suspicious account name", "Created account"], "eve", "/user/target/name", r#""eve""#),
    ("ARM_X", &["Role", "Role definition name"], "Owner", "/user/target/roles", r#"["Owner"]"#),
];

/// A port beside addresses of both sides: a side without anything else has none.
const PORTS: [(&str, &str); 5] = [
    ("Client port", "/source/port"),
    ("Source port", "/source/port"),
    ("Destination port", "/destination/port"),
    ("Attacker port", "/source/port"),
    ("Victim port", "/destination/port"),
];

#[test]
fn every_property_has_a_record() {
    for (alert_type, names, value, pointer, expected) in PROPERTIES {
        let expected: Value = serde_json::from_str(expected).expect("JSON");
        for name in *names {
            check(&json!({ "AlertType": alert_type, "ExtendedProperties": { (*name): value } }), pointer, &expected);
        }
    }
    for (name, pointer) in PORTS {
        check(&json!({ "AlertType": "Storage.Blob_X", "ExtendedProperties": { (name): "8443" } }), pointer, &Value::Null);
        let beside = json!({ "Source IP": "203.0.113.9", "Destination IP": "198.51.100.2", (name): 8443 });
        check(&json!({ "AlertType": "Storage.Blob_X", "ExtendedProperties": beside }), pointer, &json!(8443));
    }
    let says_something = PROPERTIES.iter().filter(|(_, _, _, _, expected)| *expected != "null");
    let names = says_something.flat_map(|(_, names, _, _, _)| names.iter().copied()).chain(PORTS.map(|(name, _)| name));
    assert_all(KEYS.iter().copied(), names.map(form));
}

/// What intent is written as, and the tactic that it is.
#[rustfmt::skip]
const INTENTS: [(&str, &str, &str); 14] = [
    ("Reconnaissance", "Reconnaissance", "TA0043"),
    ("Resource Development", "Resource Development", "TA0042"),
    ("InitialAccess", "Initial Access", "TA0001"),
    ("EXECUTION", "Execution", "TA0002"),
    ("persistence", "Persistence", "TA0003"),
    ("Privilege-Escalation", "Privilege Escalation", "TA0004"),
    ("Defense_Evasion", "Defense Evasion", "TA0005"),
    ("CredentialAccess", "Credential Access", "TA0006"),
    (" Discovery ", "Discovery", "TA0007"),
    ("LateralMovement", "Lateral Movement", "TA0008"),
    ("Collection", "Collection", "TA0009"),
    ("CommandAndControl", "Command and Control", "TA0011"),
    ("Exfiltration", "Exfiltration", "TA0010"),
    ("Impact", "Impact", "TA0040"),
];

#[test]
fn every_tactic_has_a_record() {
    for (intent, name, id) in INTENTS {
        let threat = json!({ "framework": "MITRE ATT&CK", "tactic": { "id": [id], "name": [name] } });
        for record in [json!({ "AlertType": "X", "Intent": intent }), json!({ "AlertType": "X", "Tactics": [intent] })] {
            check(&record, "/threat", &threat);
        }
    }
    assert_all(TACTICS.iter().map(|(form, _, _)| *form), INTENTS.map(|(intent, _, _)| form(intent)));
    for none in ["Unknown", "None", "PreAttack", "Probing", "Exploitation", "", "Initial"] {
        check(&json!({ "AlertType": "X", "Intent": none }), "/threat", &Value::Null);
    }
}

#[test]
fn all_evidence_has_a_record() {
    let by_entity = |entity: Value| json!({ "AlertType": "X", "Entities": [entity] });
    let by_property = |name: &str| json!({ "AlertType": "X", "ExtendedProperties": { (name): "x" } });
    let records = [
        ("process", by_entity(json!({ "Type": "process", "ProcessId": "0x1f" }))),
        ("process", by_property("Suspicious Process")),
        ("process", by_property("Command Line")),
        ("registry", by_entity(json!({ "Type": "registry-key", "Hive": "Users", "Key": "a" }))),
        ("registry", by_entity(json!({ "Type": "registryvalue", "Name": "a" }))),
        ("network", by_entity(json!({ "Type": "dns", "DomainName": "quarry.example" }))),
        ("malware", by_entity(json!({ "Type": "malware", "Name": "Reed" }))),
        ("malware", by_property("Malware Family")),
        ("email", by_entity(json!({ "Type": "mailbox", "MailboxPrimaryAddress": "otto@reed.example" }))),
        ("email", by_entity(json!({ "Type": "mail-message", "Subject": "a" }))),
    ];
    for (category, record) in &records {
        check(record, "/event/category", &json!(["intrusion_detection", category]));
        check(record, "/event/type", &json!(["info"]));
    }
    assert_all(EVIDENCE.iter().map(|(category, _)| *category), records.iter().map(|(category, _)| (*category).to_owned()));
}

/// Hives as they come, by the short name of each.
const KEPT_IN: [(&str, &str, &str); 5] = [
    ("LocalMachine", "HKEY_LOCAL_MACHINE", "HKLM"),
    ("CurrentUser", "HKEY_CURRENT_USER", "HKCU"),
    ("ClassesRoot", "HKEY_CLASSES_ROOT", "HKCR"),
    ("Users", "HKEY_USERS", "HKU"),
    ("CurrentConfig", "HKEY_CURRENT_CONFIG", "HKCC"),
];

/// Types of registry values as they come, and as Windows calls them.
const KEPT_AS: [(&str, &str); 6] = [
    ("String", "REG_SZ"),
    ("expandstring", "REG_EXPAND_SZ"),
    ("MultiString", "REG_MULTI_SZ"),
    ("DWORD", "REG_DWORD"),
    ("QWord", "REG_QWORD"),
    ("Binary", "REG_BINARY"),
];

#[test]
fn every_hive_and_every_type_of_a_registry_value_has_a_record() {
    for (name, long, short) in KEPT_IN {
        for hive in [name, long, &name.to_uppercase()] {
            let record = json!({ "AlertType": "X", "Entities": [{ "Type": "registry-key", "Hive": hive, "Key": "Software\\Reed" }] });
            check(&record, "/registry", &json!({ "hive": short, "key": "Software\\Reed", "path": format!("{short}\\Software\\Reed") }));
        }
    }
    for (given, expected) in KEPT_AS {
        let key = json!({ "Hive": "Users", "Key": "a" });
        let record = json!({ "AlertType": "X", "Entities": [{ "Type": "registry-value", "Key": key, "Name": "b", "Value": "c", "ValueType": given }] });
        check(&record, "/registry/data", &json!({ "strings": ["c"], "type": expected }));
        check(&record, "/registry/path", &json!("HKU\\a\\b"));
    }
    assert_all(HIVES.iter().map(|(_, _, short)| *short), KEPT_IN.map(|(_, _, short)| short.to_owned()));
    assert_all(VALUE_TYPES.iter().map(|(_, name)| *name), KEPT_AS.map(|(_, name)| name.to_owned()));
}
