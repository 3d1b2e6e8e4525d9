//! Messages of any depth and size, through the component: nothing overflows, what was cut says so, and the work grows with the size, counted in
//! instructions.

use std::fmt::Write as _;
use std::sync::OnceLock;

use host_sim_runtime::contract::Message;
use host_sim_runtime::{Cache, Clock, Component, Engine, Instance, Limits};
use metered::Metered;
use serde_json::Value;
use tests::component;

mod metered;

const EVENT: u32 = 0;
const ASSESSMENT: u32 = 1;

/// A record may nest so deep.
const DEEPEST: usize = 1_000;

fn instance() -> Instance {
    static LOADED: OnceLock<Component> = OnceLock::new();
    let load = || {
        let engine = Engine::new(Limits::default(), Cache::none()).expect("the runtime starts");
        Component::load(&engine, component()).expect("it loads")
    };
    LOADED.get_or_init(load).start().expect("it starts")
}

/// The bodies of a message's documents.
fn decode(dataset: u32, message: &str) -> Vec<Vec<u8>> {
    decode_with("{}", dataset, message)
}

fn decode_with(settings: &str, dataset: u32, message: &str) -> Vec<Vec<u8>> {
    let mut instance = instance();
    instance.configure(settings).expect("settings");
    let decoded = instance.decode(Clock::Fixed(0).now(), dataset, &[Message::from(message)]).expect("it answers");
    decoded.documents.into_iter().map(|document| document.body).collect()
}

fn one(dataset: u32, message: &str) -> Vec<u8> {
    let mut bodies = decode(dataset, message);
    assert_eq!(bodies.len(), 1);
    bodies.remove(0)
}

/// An object of so many levels.
fn nested(levels: usize) -> String {
    format!("{}1{}", "{\"more\":".repeat(levels), "}".repeat(levels))
}

/// A record of so many levels, all of which are kept.
fn deep(levels: usize) -> String {
    format!("{{\"properties\":{{\"additionalData\":{}}}}}", nested(levels - 2))
}

/// How many levels of `more` a document has.
fn levels(body: &[u8]) -> usize {
    String::from_utf8_lossy(body).matches("{\"more\":").count()
}

#[test]
fn a_thousand_levels_are_mapped_and_more_are_kept_as_text() {
    for dataset in [EVENT, ASSESSMENT] {
        // Profile `extended` makes a text of what an index would refuse.
        let body = decode_with(r#"{"profile": "elastic"}"#, dataset, &deep(DEEPEST)).remove(0);
        assert_eq!(levels(&body), DEEPEST - 2);
        assert!(!String::from_utf8_lossy(&body).contains("\"error\""));
        for deeper in [DEEPEST + 1, 1_000_000] {
            let message = deep(deeper);
            let document: Value = serde_json::from_slice(&one(dataset, &message)).expect("what could not be read is no longer deep");
            assert_eq!(document["event"]["original"], message.as_str());
            assert_eq!(document["event"]["kind"], "pipeline_error");
            let said = document["error"]["message"][0].as_str().or_else(|| document["error"]["message"].as_str()).unwrap_or_default();
            assert!(said.contains("more than 1,000 levels"), "{said}");
        }
    }
}

#[test]
fn what_is_too_deep_does_not_hide_the_records_beside_it() {
    let bodies = decode(EVENT, &format!("[{{\"AlertType\":\"a\"}},{},{{\"AlertType\":\"b\"}}]", nested(100_000)));
    let failed: Vec<bool> = bodies.iter().map(|body| body.windows(14).any(|part| part == b"pipeline_error")).collect();
    assert_eq!(failed, [false, true, false]);
}

#[test]
fn a_million_opening_brackets() {
    for opening in ["[", "{\"a\":", "[{\"records\":"] {
        let message = opening.repeat(1_000_000);
        let document: Value = serde_json::from_slice(&one(EVENT, &message)).expect("JSON");
        assert_eq!(document["event"]["original"], message.as_str());
    }
}

/// An alert with a text of so many bytes.
fn long_text(bytes: usize) -> String {
    format!("{{\"AlertType\":\"a\",\"Description\":\"{}\"}}", "x\\u00e9 ".repeat(bytes / 8))
}

/// A record of either data set with so many bytes of members that nobody knows, all of which are kept.
fn many_members(bytes: usize) -> String {
    let mut text = String::from("{\"properties\":{\"additionalData\":{\"First\":1");
    for number in 0..bytes / 32 {
        let _ = write!(text, ",\"Member{number:06}\":\"{number:010}\"");
    }
    text + "}}}"
}

fn many_records(count: usize) -> String {
    let record = |number| format!("{{\"AlertType\":\"VM_X\",\"SystemAlertId\":\"{number:05}\",\"CompromisedEntity\":\"vm\"}}");
    format!("{{\"records\":[{}]}}", (0..count).map(record).collect::<Vec<_>>().join(","))
}

fn many_entities(count: usize) -> String {
    let entity = |number: usize| {
        let (high, low) = (number / 250, number % 250);
        match number % 4 {
            0 => format!("{{\"$id\":\"{number}\",\"HostName\":\"host-{number:05}\",\"Type\":\"host\"}}"),
            1 => format!("{{\"$id\":\"{number}\",\"Address\":\"10.1.{high}.{low}\",\"Location\":{{\"CountryCode\":\"NL\"}},\"Type\":\"ip\"}}"),
            2 => format!(
                "{{\"$id\":\"{number}\",\"Name\":\"user-{number:05}\",\"NTDomain\":\"d\",\"Host\":{{\"$ref\":\"{}\"}},\"Type\":\"account\"}}",
                number - 2
            ),
            _ => format!("{{\"$id\":\"{number}\",\"ProcessId\":\"0x{number:x}\",\"CommandLine\":\"run {number}\",\"Type\":\"process\"}}"),
        }
    };
    format!("{{\"AlertType\":\"VM_X\",\"Entities\":[{}]}}", (0..count).map(entity).collect::<Vec<_>>().join(","))
}

fn many_cves(count: usize) -> String {
    let cve = |number| format!("{{\\\"CVE\\\":\\\"CVE-2025-{number:05}\\\",\\\"Severity\\\":\\\"High\\\",\\\"BaseScore\\\":{}.5}}", number % 9);
    let cves = (0..count).map(cve).collect::<Vec<_>>().join(",");
    format!("{{\"id\":\"/a\",\"properties\":{{\"additionalData\":{{\"CvesCount\":\"{count}\",\"CVEs\":\"[{cves}]\"}}}}}}")
}

#[test]
fn ten_thousand_records_in_one_message() {
    let bodies = decode(EVENT, &many_records(10_000));
    assert_eq!(bodies.len(), 10_000);
    let last: Value = serde_json::from_slice(&bodies[9_999]).expect("JSON");
    assert_eq!(last["microsoft_defender_cloud"]["event"]["system"]["alert_id"], "09999");
}

#[test]
fn five_thousand_entities_in_one_alert() {
    let document: Value = serde_json::from_slice(&one(EVENT, &many_entities(5_000))).expect("JSON");
    assert!(document.get("error").is_none(), "{}", document["error"]);
    let count = |pointer| document.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
    assert_eq!(count("/microsoft_defender_cloud/event/entities"), 5_000);
    assert_eq!(["/related/hosts", "/related/ip"].map(count), [1_250; 2]);
    assert_eq!(document["host"]["hostname"], "host-00000");
}

#[test]
fn a_megabyte_in_one_message() {
    let document: Value = serde_json::from_slice(&one(EVENT, &long_text(1 << 20))).expect("JSON");
    assert_eq!(document["microsoft_defender_cloud"]["event"]["description"].as_str().map(|text| text.chars().count()), Some((1 << 20) / 8 * 3));
    let members = many_members(1 << 20);
    assert!(one(EVENT, &members).len() > members.len() / 2);
}

/// Twice as much takes twice as many instructions. Growth that is not of the size would show as four times; tables that double are allowed for.
#[track_caller]
fn check_linear(dataset: u32, size: usize, message: impl Fn(usize) -> String) {
    let mut metered = Metered::new();
    // What is done once is done.
    metered.decode(dataset, &message(1));
    let small = metered.decode(dataset, &message(size));
    let large = metered.decode(dataset, &message(2 * size));
    assert!(small > 1_000_000, "{small} instructions tell nothing");
    assert!(large * 10 < small * 25, "{small} instructions for {size}, {large} for twice as much");
}

#[test]
fn the_work_grows_with_the_records() {
    check_linear(EVENT, 5_000, many_records);
}

#[test]
fn the_work_grows_with_the_entities() {
    check_linear(EVENT, 2_500, many_entities);
}

#[test]
fn the_work_grows_with_the_length() {
    check_linear(EVENT, 512 << 10, long_text);
    check_linear(EVENT, 512 << 10, many_members);
    check_linear(ASSESSMENT, 512 << 10, many_members);
    check_linear(ASSESSMENT, 2_500, many_cves);
}

#[test]
fn the_work_grows_with_the_depth() {
    for dataset in [EVENT, ASSESSMENT] {
        check_linear(dataset, 100_000, nested);
        check_linear(dataset, 16, |count| format!("{{\"a\":[{}]}}", vec![nested(DEEPEST - 2); count].join(",")));
    }
}

#[test]
fn the_work_grows_with_the_messages_of_a_batch() {
    let mut metered = Metered::new();
    let alert = many_entities(8);
    metered.decode(EVENT, &alert);
    let small = metered.decode_all(EVENT, &vec![alert.as_str(); 500]);
    let large = metered.decode_all(EVENT, &vec![alert.as_str(); 1_000]);
    assert!(large * 10 < small * 25, "{small} instructions for 500, {large} for 1000");
}
