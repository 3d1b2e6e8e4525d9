//! What profile `extended` never does with an event, whatever the event holds: it invents nothing, hides no alert, and takes no placeholder for a value.

use std::net::IpAddr;

use serde_json::Value;

/// No list that the profile adds has more values.
const MOST: usize = 1000;

/// What stands in the place of a value that is not known.
const PLACEHOLDERS: [&str; 4] = ["00.00.00.00", "00000000-0000-0000-0000-000000000000", "Aggregate User Population", "N/A"];

/// Fields whose values are in the record as they are, but for letter case.
const COPIED: [&str; 20] = [
    "/source/ip",
    "/destination/ip",
    "/host/ip",
    "/host/name",
    "/host/domain",
    "/host/os/version",
    "/process/name",
    "/process/command_line",
    "/process/parent/name",
    "/user/name",
    "/user/id",
    "/user/domain",
    "/file/name",
    "/file/directory",
    "/container/id",
    "/container/name",
    "/dns/question/name",
    "/related/hash",
    "/orchestrator/namespace",
    "/resource/id",
];

/// Fields of one value.
const SINGLE: [&str; 14] = [
    "/event/kind",
    "/event/outcome",
    "/event/severity",
    "/source/ip",
    "/destination/ip",
    "/host/name",
    "/host/hostname",
    "/host/os/family",
    "/process/pid",
    "/process/name",
    "/user/name",
    "/user/id",
    "/cloud/provider",
    "/network/transport",
];

/// Fields that the profile fills, and in which no placeholder stands.
const FILLED: [&str; 14] = [
    "/source/ip",
    "/source/geo/country_name",
    "/source/geo/city_name",
    "/destination/ip",
    "/host/name",
    "/host/ip",
    "/user/name",
    "/user/id",
    "/process/command_line",
    "/process/name",
    "/file/name",
    "/related/user",
    "/related/hash",
    "/user_agent/original",
];

/// Lists that the profile adds.
const LISTS: [&str; 7] =
    ["/related/user", "/related/hash", "/host/ip", "/dns/resolved_ip", "/user/target/roles", "/threat/tactic/name", "/threat/technique/id"];

/// Checks an event of profile `extended`. `record` is the text that it is made of, where that is one record and nothing is around it.
#[track_caller]
pub(crate) fn check(body: &[u8], record: Option<&str>) {
    let document: Value = serde_json::from_slice(body).expect("a document is JSON");
    let texts = |pointer: &str| {
        let value = document.pointer(pointer).unwrap_or(&Value::Null);
        let listed = value.as_array().into_iter().flatten().chain([value]);
        listed.filter_map(|value| value.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    for pointer in SINGLE {
        assert!(!document.pointer(pointer).is_some_and(Value::is_array), "{pointer} is a list: {document}");
    }
    for pointer in LISTS {
        assert!(document.pointer(pointer).and_then(Value::as_array).is_none_or(|list| list.len() <= MOST), "{pointer} is too long");
    }
    for pointer in FILLED {
        for text in texts(pointer) {
            assert!(!is_placeholder(&text), "a placeholder in {pointer}: {document}");
        }
    }
    for pointer in ["/source/ip", "/destination/ip", "/host/ip", "/related/ip", "/dns/resolved_ip"] {
        for text in texts(pointer) {
            let address: IpAddr = text.parse().unwrap_or_else(|_| panic!("{pointer} is no address: {document}"));
            assert!(pointer == "/related/ip" || !address.is_unspecified() || pointer == "/dns/resolved_ip", "nobody's address in {pointer}: {document}");
        }
    }
    let kind = document.pointer("/event/kind").and_then(Value::as_str);
    if let Some(Ok(parsed @ Value::Object(_))) = record.map(serde_json::from_str::<Value>) {
        let is_alert = parsed.as_object().into_iter().flatten().any(|(name, value)| name == "AlertType" && value.as_str().is_some_and(|text| !text.is_empty()));
        // A name that stands twice, or what is nested too deep, is no JSON to the reference.
        let is_read = !texts("/error/message").iter().any(|line| line.starts_with("not JSON"));
        assert!(!is_alert || !is_read || kind == Some("alert"), "an alert is hidden: {document}");
        let held = held(record.unwrap_or_default(), &parsed);
        for pointer in COPIED {
            for text in texts(pointer) {
                assert!(held.contains(&text.to_lowercase()), "{pointer} is not of the record: {document}");
            }
        }
        // An address of a user is made of two members.
        for part in texts("/related/user").iter().flat_map(|user| user.split('@')) {
            assert!(held.contains(&part.to_lowercase()), "`{part}` is not of the record: {document}");
        }
        // The host's own address is on a side only where what is on the other is told.
        let own = texts("/host/ip");
        let tells_sides = ["network", "dns", "attacker"].into_iter().any(|word| held.contains(word));
        assert!(tells_sides || !texts("/source/ip").iter().any(|ip| own.contains(ip)), "the host's own address: {document}");
    }
}

fn is_placeholder(text: &str) -> bool {
    PLACEHOLDERS.contains(&text) || text.is_empty() || text.starts_with("N/A")
}

/// Everything that a record says, in lower case: its text as it stands, and every text in it, also in those that are JSON once more.
fn held(text: &str, parsed: &Value) -> String {
    let mut held = text.to_lowercase();
    let mut values = vec![parsed.clone()];
    while let Some(value) = values.pop() {
        match value {
            Value::String(text) => {
                held.push('\n');
                held.push_str(&text.to_lowercase());
                values.extend(serde_json::from_str::<Value>(&text).ok().filter(|inner| inner.is_object() || inner.is_array()));
            }
            Value::Array(elements) => values.extend(elements),
            Value::Object(members) => values.extend(members.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    held
}
