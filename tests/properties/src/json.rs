//! JSON that nobody would send: names that the mapping knows, with values of any shape.

use std::fmt::Write;

use crate::choices::Choices;

/// Values nest no deeper than this, but for the lists that are nothing else than deep.
const DEPTH: usize = 12;

const NAMES: &[&str] = &[
    "$id",
    "$ref",
    "Type",
    "Entities",
    "Address",
    "HostName",
    "Name",
    "Location",
    "CountryCode",
    "Latitude",
    "Asn",
    "SourceAddress",
    "Protocol",
    "ProcessId",
    "CommandLine",
    "ParentProcess",
    "Host",
    "Account",
    "FileHashes",
    "Algorithm",
    "Value",
    "Url",
    "ExtendedProperties",
    "AlertType",
    "Severity",
    "TimeGenerated",
    "StartTimeUtc",
    "SystemAlertId",
    "ResourceIdentifiers",
    "AzureResourceId",
    "ExtendedLinks",
    "records",
    "id",
    "name",
    "type",
    "tags",
    "properties",
    "displayName",
    "status",
    "code",
    "severity",
    "statusChangeDate",
    "metadata",
    "resourceDetails",
    "Source",
    "Id",
    "NativeResourceId",
    "ResourceName",
    "additionalData",
    "assessedResourceType",
    "subAssessment",
    "CVEs",
    "CVE",
    "BaseScore",
    "cve",
    "title",
    "cvss",
    "base",
    "cvssVectorString",
    "publishedTime",
    "artifactDetails",
    "digest",
    "vulnerabilityDetails",
    "securityEventDataEnrichment",
    "score",
    "max",
    "current",
    "percentage",
    "event",
    "error",
    "json",
    "message",
    "",
    "a.b",
    "\\u0061\\n",
    "\u{130}\u{df}",
];

const VALUES: &[&str] = &[
    "\"\"",
    "null",
    "{}",
    "[]",
    "true",
    "false",
    "0",
    "-0",
    "1.50",
    "1e400",
    "-1E-400",
    "12345678901234567890123",
    "9007199254740993",
    "\"2023-05-09T13:19:49.3381028Z\"",
    "\"12/31/2023 11:59:59 PM\"",
    "\"0001-01-01T00:00:00\"",
    "\"9999-12-31T23:59:60+14:00\"",
    "\"192.0.2.1\"",
    "\"2001:db8::1%eth0\"",
    "\"999.1.1.1\"",
    "\"0x1F\"",
    "\"3.0\"",
    "\"High\"",
    "\"Azure\"",
    "\"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm\"",
    "\"https://user@a.example:99999/p%20q?x=[1]#f\"",
    "\"C:\\\\Windows\\\\x.exe\"",
    "\"[{\\\"CVE\\\":\\\"CVE-1\\\",\\\"BaseScore\\\":\\\"7.1\\\"}]\"",
    "\"{\\\"a\\\":{}}\"",
    "\"\\ud83d\\ude00 \\ud800 \\u0000\"",
    "\"A, B; C\"",
];

/// A text that is mostly JSON.
pub(crate) fn text(choices: &mut Choices<'_>) -> String {
    let mut text = String::new();
    let values = if choices.one_in(16) { 2 } else { 1 };
    for _ in 0..values {
        object(choices, DEPTH, &mut text);
    }
    if choices.one_in(32) {
        let mut at = text.len().min(choices.below(256) * 16);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        text.truncate(at);
    }
    text
}

fn value(choices: &mut Choices<'_>, depth: usize, text: &mut String) {
    match choices.below(if depth == 0 { 4 } else { 10 }) {
        0..=2 => text.push_str(choices.of(VALUES)),
        3 => quoted(choices.bytes(), text),
        4..=7 => object(choices, depth - 1, text),
        8 => array(choices, depth - 1, text),
        _ => nested(choices, text),
    }
}

fn object(choices: &mut Choices<'_>, depth: usize, text: &mut String) {
    text.push('{');
    for at in 0..choices.below(9) {
        if at > 0 {
            text.push(',');
        }
        let _ = write!(text, "\"{}\":", choices.of(NAMES));
        value(choices, depth, text);
    }
    text.push('}');
}

fn array(choices: &mut Choices<'_>, depth: usize, text: &mut String) {
    text.push('[');
    for at in 0..choices.below(6) {
        if at > 0 {
            text.push(',');
        }
        value(choices, depth, text);
    }
    text.push(']');
}

/// One thing inside another, around the depth at which the plugin stops reading.
fn nested(choices: &mut Choices<'_>, text: &mut String) {
    let depth = [10, 200, 990, 1000, 1010, 5000][choices.below(6)];
    let (open, inside, close) = if choices.one_in(2) { ("[", "1", "]") } else { ("{\"Host\":", "\"x\"", "}") };
    text.push_str(&open.repeat(depth));
    text.push_str(inside);
    text.push_str(&close.repeat(depth));
}

fn quoted(bytes: &[u8], text: &mut String) {
    let quoted = serde_json::to_string(&String::from_utf8_lossy(bytes)).expect("text can be quoted");
    text.push_str(&quoted);
}
