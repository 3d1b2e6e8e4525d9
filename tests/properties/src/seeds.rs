//! Where inputs begin: the fixtures, and what the properties make of them.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::cursor;

/// Messages of a hub, and decisions that make some.
pub fn event() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> =
        recorded_bodies("tenant/messages.ndjson").iter().enumerate().map(|(at, body)| [&[at as u8 & 0x1f], body.as_bytes()].concat()).collect();
    // Explained, too: a reader's, of which only one document came.
    seeds.push([&[0x10], br#"{"RECORDS":1,"records":[{"AlertType":"a"},{"AlertType":"b"}]}"#.as_slice()].concat());
    seeds.extend(recorded_bodies("samples.ndjson").iter().map(|body| [&[0x11], body.as_bytes()].concat()));
    seeds.extend(GRAPHS.iter().map(|body| [&[0x11], body.as_bytes()].concat()));
    seeds.extend((0_u8..).zip(ENVELOPES).map(|(at, body)| [&[at & 0x1f], body].concat()));
    seeds.extend(decisions().into_iter().map(|bytes| [&[0x80], bytes.as_slice()].concat()));
    seeds
}

/// Alerts whose entities are graphs of every kind.
const GRAPHS: [&str; 6] = [
    r#"{"AlertType":"VM_X","Entities":[{"$id":"1","Type":"process","ProcessId":"0x1","ParentProcess":{"$ref":"1"},"Host":{"$ref":"9"}},{"$id":"2","Type":"host","HostName":"h","IpAddresses":[{"Address":"198.51.100.1"}]}],"ExtendedProperties":{"pid":"1","Attacker IP":"203.0.113.9:80"}}"#,
    r#"{"AlertType":"DNS_X","Entities":{"Type":"dns","DomainName":"a.example","IpAdresses":[{"$ref":"2"},{"$id":"2","Address":"203.0.113.1"}],"HostIpAddress":{"Address":"198.51.100.7","Location":{"City":"N/A","Latitude":0,"Longitude":0}}}}"#,
    r#"{"AlertType":"Network_X","Entities":[{"Type":"network-connection","SourceAddress":{"Address":"0.0.0.0"},"DestinationAddress":{"Address":"::1%x"},"Protocol":"TCP","SourcePort":"80"}],"Intent":"["Execution","T1059"]","Techniques":["T1059.001"]}"#,
    r#"{"AlertType":"K8S_X","Entities":[{"Type":"K8s-pod","Name":"p","Namespace":{"Name":"n","Cluster":{"CloudResource":{"Type":"azure-resource","ResourceId":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c"}}}},{"Type":"container","ContainerId":"i","Image":{"ImageId":"r.example:1/a:b@sha256:c"},"Pod":{"Name":"q"}}]}"#,
    r#"{"AlertSeverity":"High","AlertType":"Failed Logon","Entities":"[{"Type":"account","Name":"D\\u","UPNSuffix":"x.example"}]","ExtendedProperties":"{"User":"N/A","Failed logins":"3"}","StartTime":"2026-01-02 03:04:05"}"#,
    r#"{"id":"/a","name":"n","type":"Microsoft.Security/Locations/alerts","properties":{"alertType":"Storage.Blob_X","entities":[{"type":"malware","name":"m","files":[{"$ref":"3"}]},{"$id":"3","type":"file","name":"f","directory":"https://s.example/d","fileHashes":[{"algorithm":"SHA256","value":"ab"}]}],"severity":"low","status":"Active"}}"#,
];

/// Bodies that hold records in another way, or are no text, or hold nothing, or what an index refuses.
const ENVELOPES: [&[u8]; 14] = [
    br#"{"Records":[{"AlertType":"a"},null,{"colour":"teal"}]}"#,
    br#"{"value":"[{\"AlertType\":\"a\"},{}]","x":0}"#,
    br#"[{"id":"1","eventType":"x","subject":"s","data":{"AlertType":"a"}},"{\"type\":\"x/assessments\"}"]"#,
    br#"{"specversion":"1.0","data_base64":"eyJBbGVydFR5cGUiOiJhIn0="}"#,
    br#"{"specversion":"1.0","data":[{"value":[{"AlertType":"a"}]}]}"#,
    br#"{"records":null,"a":[{}]}"#,
    b"\xff\xfe{\0}\0",
    b"{\0}\0",
    b"\0\0\0{\0\0\0}",
    b"\x1f\x8b\x08\0\0\0\0\0\x02\xff\xabVr,I-*\xa9,HU\xb2RJT\xaa\x05\x00\x9f\xb3b\xe8\x11\0\0\0",
    b"\x78\x9cbroken\xff",
    b"{\"value\":[{\"AlertType\":\"caf\xe9\"},{\"b\":\"\xff\"}]}",
    br#"{"AlertType":"a","ExtendedProperties":{"":1," ":{"a..b":[{"\u0000":2}]}},"Entities":[{"Host":"h","Address":"::1%x","a.":{"b":1}}],"ProductName":{"a":"b"}}"#,
    br#"{"AlertType":{},"a":1}"#,
];

/// Assessment records, and decisions that make some.
pub fn assessment() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for folder in ["tenant", "grouped", "list-all"] {
        for (at, record) in (0_u8..).zip(recorded_records(folder)) {
            seeds.push([&[at & 0x1f], record.as_bytes()].concat());
        }
    }
    seeds.extend((0_u8..).step_by(3).zip(FINDINGS).map(|(at, record)| [&[at & 0x1e | 1], record.as_bytes()].concat()));
    seeds.extend(decisions().into_iter().map(|bytes| [&[0x80], bytes.as_slice()].concat()));
    seeds
}

/// Findings in the shapes that profile `extended` knows.
const FINDINGS: [&str; 6] = [
    r#"{"id":"/a","properties":{"additionalData":{"SoftwareName":"s","DetectedSoftwareVersions":"[\"1\",2]","CvesDetails":"[{\"CveId\":\"CVE-1\",\"Cvss\":[{\"Key\":\"3\",\"Value\":{\"Base\":9.1,\"CvssVectorString\":\"CVSS:3.1/AV:N\"}}],\"PublishedDate\":\"2026-01-02T03:04:05\"},{\"CveId\":\"cve-2\",\"Severity\":\"High\"},{}]"}}}"#,
    r#"{"id":"/b","properties":{"additionalData":{"ScannersDetails":"{\"mdvm\":{\"SoftwareName\":\"s\",\"CvesIds\":[\"CVE-1\",\"CVE-2\"],\"PackageType\":\"OS\"}}","MaxCvssScore":"9.3","cves":"CVE-3"},"resourceAdditionalData":"{\"Digest\":\"sha256:1\"}"}}"#,
    r#"{"id":"/c","properties":{"additionalData":{"subAssessment":{"id":"/c/f","properties":{"id":"CVE-9","status":{"severity":"Low"},"additionalData":{"softwareDetails":{"packageName":"p"},"cve":[{"title":"CVE-1","cvssScore":"NaN","publishedDate":"x"},{"title":"CVE-2","baseScore":0}],"cveEdgesDetails":[{"cveIdAsSourceNodeId":"CVE-1"}],"vulnerabilityDetails":{"cveId":"CVE-2","cvss":{"3.0":{"base":5}},"references":[{"link":"l"}]}}}}}}}"#,
    r#"{"id":"/d","properties":{"additionalData":{"CvesCount":"2","CVEs":"[{\"cve\":\"CVE-1\",\"baseScore\":7.7},{\"cve\":\"CVE-1\"},\"x\"]","Digest":5,"notRead":1}}}"#,
    r#"{"id":"/e","properties":{"status":"Unhealthy","notRead":[1],"metadata":{"recommendationCategory":"SoftwareUpdate","severity":"Critical","tactics":["t"]},"links":{"azurePortal":"p"},"risk":{"level":"None"},"additionalData":{"CvesDetails":[1,null,"",{"CveId":7}],"__Tags__":{"a":1}}}}"#,
    r#"{"id":"/f","name":"n","properties":{"name":"m","status":{"code":"notapplicable","cause":"Exempt"},"additionalData":{"subAssessment":{"properties":{"additionalData":{"softwareName":"s","cve":{"cveId":"CVE-1","cvssVersion":3}}}}}}}"#,
];

/// Settings that are taken, and some that are not.
pub fn settings() -> Vec<Vec<u8>> {
    let mut seeds = vec![read("tenant/settings.json"), read("grouped/settings.json"), read("list-all/settings.json")];
    let more = [
        r#"{"subscription_ids":["0a1b2c3d-0000-4444-8888-ccccddddeeee"],"management_group_names":["a","A"],"url":"https://management.usgovcloudapi.net/"}"#,
        r#"{"management_group_name":"g","subscription_id":null,"eventhub":"","token_scopes":["x"],"assessment_api_version":"2021-06-01T00:00:00Z","max_memory":33554432}"#,
        r#"{"tags":["preserve_original_event","a"],"preserve_duplicate_custom_fields":"true","eventhub":"h","consumer_group":"$Default","profile":"extended"}"#,
        r#"{"sub_assessments":"list-all","sub_assessment_api_version":"2019-01-01-preview","max_memory":1e3,"url":"http://localhost:8080/x"}"#,
        r#"{"sub_assessments":"none","metadata":"join","metadata_api_version":"2025-05-04","profile":"extended","subscription_id":"s"}"#,
        r#"{"sanitizers":[{"type":"new_lines"},{"type":"single_quotes"},{"type":"replace_all","spec":{"pattern":"(a+)\\d{2}[^x]","replacement":"${1}$$"}}]}"#,
        r#"{"subscripton_id":1,"profile":"elastik","sanitizers":{},"tags":[null,""]}"#,
        "[]",
        "",
    ];
    seeds.extend(more.map(|text| text.as_bytes().to_vec()));
    seeds
}

/// Decisions.
pub fn walk() -> Vec<Vec<u8>> {
    decisions()
}

/// Cursors of runs.
pub fn cursor() -> Vec<Vec<u8>> {
    cursor::examples()
}

/// Recordings of an API, and of a hub.
pub fn recordings() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = read("tenant/messages.ndjson").split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    seeds.push(read("tenant/messages.ndjson").into_iter().take(8_000).collect());
    seeds.push(read("list-all/exchanges.json"));
    seeds.push(br#"{"exchanges":[{"request":{"method":"GET","url":"/x?a=1"},"response":{"status":429,"headers":{"a":["1","2"]},"body":"x"}}]}"#.to_vec());
    seeds
}

/// Bytes without any order, some short and some long.
pub(crate) fn decisions() -> Vec<Vec<u8>> {
    let bytes = |seed: u32| {
        let mixed = |number: u32| (number ^ (number >> 15)).wrapping_mul(0x2c1b_3c6d).rotate_left(13).wrapping_mul(0x297a_2d39);
        (0..50 + 60 * seed).map(|number| (mixed(number.wrapping_add(seed << 16)) >> 24) as u8).collect()
    };
    (0..32).map(bytes).collect()
}

#[derive(Deserialize)]
struct Recorded {
    body: Option<String>,
}

fn recorded_bodies(name: &str) -> Vec<String> {
    let messages = String::from_utf8(read(name)).expect("fixtures are UTF-8");
    let body = |line: &str| serde_json::from_str::<Recorded>(line).expect("fixtures are recordings").body;
    messages.lines().filter_map(body).collect()
}

#[derive(Deserialize)]
struct Recording<'a> {
    #[serde(borrow)]
    exchanges: Vec<Exchange<'a>>,
}

#[derive(Deserialize)]
struct Exchange<'a> {
    #[serde(borrow)]
    response: Response<'a>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, default)]
    value: Vec<&'a RawValue>,
}

/// Every record of every page.
fn recorded_records(folder: &str) -> Vec<String> {
    let text = String::from_utf8(read(&format!("{folder}/exchanges.json"))).expect("fixtures are UTF-8");
    let recording: Recording = serde_json::from_str(&text).expect("fixtures are recordings");
    let bodies = recording.exchanges.iter().filter_map(|exchange| exchange.response.body);
    let pages = bodies.filter_map(|body| serde_json::from_str::<Page>(body.get()).ok());
    pages.flat_map(|page| page.value).map(|record| record.get().to_owned()).collect()
}

fn read(name: &str) -> Vec<u8> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("cannot read `{}`: {error}", path.display()))
}
