//! What the settings promise: to people in the page and the schema, and to the rest of the plugin in the values.

use serde_json::{Map, Value, json};

use super::pattern::Pattern;
use super::table::{Group, Kind, ROWS};
use super::{Metadata, Profile, Sanitizer, Scope, Settings, SubAssessments};
use crate::contract::Severity;

/// The settings, and each warning as `pointer: message`.
fn accepted(json: Value) -> (Settings, Vec<String>) {
    let (settings, problems) = Settings::parse(&json.to_string()).unwrap_or_else(|problems| panic!("{json}: {problems:?}"));
    assert!(problems.iter().all(|problem| problem.severity != Severity::Error));
    (settings, problems.into_iter().map(|problem| format!("{}: {}", problem.pointer, problem.message)).collect())
}

/// Settings without anything to say about them.
fn plain(json: Value) -> Settings {
    let (settings, warnings) = accepted(json);
    assert_eq!(warnings, [""; 0]);
    settings
}

/// The pointers of all errors.
fn refused(json: &str) -> Vec<String> {
    let problems = Settings::parse(json).expect_err(json);
    problems.into_iter().filter(|problem| problem.severity == Severity::Error).map(|problem| problem.pointer).collect()
}

/// What is said about the only thing that is wrong.
fn message(json: &str) -> String {
    let problems = Settings::parse(json).expect_err(json);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems[0].message.clone()
}

const FIRST: &str = "11111111-2222-4333-8444-aaaabbbbcccc";
const SECOND: &str = "22222222-2222-4333-8444-aaaabbbbcccc";

#[test]
fn nothing_given_means_the_defaults() {
    assert_eq!(plain(json!({})), Settings::default());
    let of_table: Map<String, Value> = ROWS.iter().map(|row| (row.name.to_owned(), serde_json::from_str(row.default).unwrap())).collect();
    assert_eq!(plain(of_table.into()), Settings::default());
    let nulls: Map<String, Value> = ROWS.iter().map(|row| (row.name.to_owned(), Value::Null)).collect();
    assert_eq!(plain(nulls.into()), Settings::default());
}

#[test]
fn every_example_is_taken_and_changes_something_unless_it_is_the_default() {
    for row in &ROWS {
        let example: Value = serde_json::from_str(row.example).unwrap();
        assert_eq!(plain(json!({ row.name: example })) == Settings::default(), row.example == row.default, "{}", row.name);
    }
}

#[test]
fn all_settings_arrive() {
    let settings = plain(json!({
        "subscription_ids": [FIRST], "url": "https://management.example/", "token_scopes": ["https://audience.example/.default"],
        "assessment_api_version": "2025-05-04", "sub_assessment_api_version": "2020-01-01", "sub_assessments": "per-assessment", "max_memory": 1048576,
        "metadata": "join", "metadata_api_version": "2025-05-04",
        "tags": ["a", "b c"], "preserve_original_event": true, "preserve_duplicate_custom_fields": true, "eventhub": "hub", "consumer_group": "group",
        "profile": "extended", "sanitizers": [{"type": "single_quotes"}],
    }));
    let expected = Settings {
        scopes: vec![Scope::Subscription(FIRST.into())],
        url: "https://management.example".into(),
        token_scopes: vec!["https://audience.example/.default".into()],
        assessment_api_version: "2025-05-04".into(),
        sub_assessment_api_version: "2020-01-01".into(),
        sub_assessments: SubAssessments::PerAssessment,
        metadata: Metadata::Join,
        metadata_api_version: "2025-05-04".into(),
        max_memory: 1 << 20,
        tags: Some(vec!["a".into(), "b c".into()]),
        preserve_original_event: true,
        preserve_duplicate_custom_fields: true,
        eventhub: "hub".into(),
        consumer_group: "group".into(),
        profile: Profile::Extended,
        sanitizers: vec![Sanitizer::SingleQuotes],
    };
    assert_eq!(settings, expected);
}

#[test]
fn settings_are_one_object() {
    for (json, expected) in [("", "expected an object, found nothing"), ("[]", "expected an object, found a list"), ("null", "expected an object, found null")]
    {
        assert_eq!(message(json), expected);
    }
    assert!(message("{\"url\":}").starts_with("not JSON: "));
    assert!(Settings::parse("\u{feff}{ /* a comment */ }").is_ok());
}

#[test]
fn unknown_names_name_the_nearest() {
    assert_eq!(message(r#"{"subscriptionId": "x"}"#), "not known; the nearest known name is `subscription_id`");
    assert_eq!(message(r#"{"event_hub": "x"}"#), "not known; the nearest known name is `eventhub`");
    assert_eq!(refused(r#"{"a/b~c": null}"#), ["/a~1b~0c"]);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let pointers = refused(
        r#"{"url": "http://h", "Tags": [], "profile": "none", "tags": "x", "max_memory": 1, "url": "https://h", "preserve_original_event": "true",
            "subscription_ids": ["a/b", 1, ""], "token_scopes": [], "sub_assessments": 1, "subscription_id": "not-a-uuid", "eventhub": {}, "max_memory": 2}"#,
    );
    let expected = [
        "/Tags",
        "/url",
        "/max_memory",
        "/url",
        "/profile",
        "/tags",
        "/max_memory",
        "/preserve_original_event",
        "/subscription_ids/0",
        "/subscription_ids/1",
        "/subscription_ids/2",
        "/token_scopes",
        "/sub_assessments",
        "/eventhub",
    ];
    let sorted = |mut pointers: Vec<String>| {
        pointers.sort();
        pointers
    };
    assert_eq!(sorted(pointers), sorted(expected.map(String::from).to_vec()));
}

#[test]
fn wrong_types_say_what_was_found() {
    for (json, expected) in [
        (r#"{"url": 1}"#, "expected a text, found a number"),
        (r#"{"tags": "forwarded"}"#, "expected a list of texts, found a text"),
        (r#"{"tags": [true]}"#, "expected a text, found a boolean"),
        (r#"{"profile": []}"#, "expected a text, found a list"),
        (r#"{"profile": "Elastic"}"#, "expected `elastic` or `extended`"),
        (r#"{"preserve_original_event": "yes"}"#, "expected `true` or `false`, found a text"),
        (r#"{"max_memory": "32MiB"}"#, "expected an integer, found a text"),
        (r#"{"max_memory": 1048575}"#, "expected an integer from 1048576 to 2147483648"),
        (r#"{"max_memory": 2147483649}"#, "expected an integer from 1048576 to 2147483648"),
        (r#"{"max_memory": 1048576.5}"#, "expected an integer from 1048576 to 2147483648"),
        (r#"{"max_memory": -1}"#, "expected an integer from 1048576 to 2147483648"),
        (r#"{"max_memory": 1e400}"#, "expected an integer from 1048576 to 2147483648"),
        (r#"{"token_scopes": [""]}"#, "expected at least 1 text that is not empty"),
        (r#"{"sanitizers": {}}"#, "expected a list of objects, found an object"),
    ] {
        assert_eq!(message(json), expected, "{json}");
    }
    assert_eq!(Settings::parse(r#"{"max_memory": 3.3554432e+07}"#).unwrap().0.max_memory, 32 << 20);
    assert_eq!(Settings::parse(r#"{"max_memory": 2147483648}"#).unwrap().0.max_memory, 2 << 30);
}

#[test]
fn sanitizers_are_checked_to_the_last_member() {
    let settings = plain(json!({"sanitizers": [
        {"type": "new_lines"}, {"type": "single_quotes", "spec": {}}, {"type": "new_lines", "spec": null},
        {"type": "replace_all", "spec": {"pattern": "(a)", "replacement": ""}},
    ]}));
    let replace_all = Sanitizer::ReplaceAll { pattern: Pattern::new("(a)").unwrap(), replacement: String::new() };
    assert_eq!(settings.sanitizers, [Sanitizer::NewLines, Sanitizer::SingleQuotes, Sanitizer::NewLines, replace_all]);
    for (element, pointer) in [
        (r#""new_lines""#, "/sanitizers/0"),
        ("{}", "/sanitizers/0"),
        (r#"{"type": null}"#, "/sanitizers/0"),
        (r#"{"type": 1}"#, "/sanitizers/0/type"),
        (r#"{"type": "newlines"}"#, "/sanitizers/0/type"),
        (r#"{"type": "new_lines", "type": "new_lines"}"#, "/sanitizers/0/type"),
        (r#"{"type": "new_lines", "pattern": "a"}"#, "/sanitizers/0/pattern"),
        (r#"{"type": "new_lines", "spec": {"pattern": "a"}}"#, "/sanitizers/0/spec/pattern"),
        (r#"{"type": "new_lines", "spec": []}"#, "/sanitizers/0/spec"),
        (r#"{"type": "replace_all"}"#, "/sanitizers/0"),
        (r#"{"type": "replace_all", "spec": "a"}"#, "/sanitizers/0/spec"),
        (r#"{"type": "replace_all", "spec": {"pattern": "a"}}"#, "/sanitizers/0/spec"),
        (r#"{"type": "replace_all", "spec": {"replacement": "a"}}"#, "/sanitizers/0/spec"),
        (r#"{"type": "replace_all", "spec": {"pattern": "(", "replacement": ""}}"#, "/sanitizers/0/spec/pattern"),
        (r#"{"type": "replace_all", "spec": {"pattern": "a", "replacement": null}}"#, "/sanitizers/0/spec/replacement"),
        (r#"{"type": "replace_all", "spec": {"patern": "a", "pattern": "a", "replacement": ""}}"#, "/sanitizers/0/spec/patern"),
    ] {
        assert_eq!(refused(&format!(r#"{{"sanitizers": [{element}]}}"#)), [pointer], "{element}");
    }
    assert_eq!(
        refused(r#"{"sanitizers": [{"type": "new_lines"}, {"type": "replace_all", "spec": {"pattern": "[", "replacement": 1}}]}"#),
        ["/sanitizers/1/spec/pattern", "/sanitizers/1/spec/replacement"]
    );
}

#[test]
fn scopes_are_walked_once_each() {
    let settings = plain(json!({
        "subscription_id": FIRST, "subscription_ids": [SECOND, FIRST.to_uppercase(), SECOND], "management_group_names": ["Root", "root", "child"],
    }));
    let expected =
        [Scope::Subscription(FIRST.into()), Scope::Subscription(SECOND.into()), Scope::ManagementGroup("Root".into()), Scope::ManagementGroup("child".into())];
    assert_eq!(settings.scopes, expected);
}

#[test]
fn a_scope_that_names_another_path_is_refused_with_its_pointer() {
    for name in ["", ".", "..", "%2e.", "a/b", "a\\\\b", "a\\tb"] {
        assert_eq!(refused(&format!("{{\"subscription_id\": \"{name}\"}}")), ["/subscription_id"], "{name}");
        assert_eq!(refused(&format!("{{\"management_group_names\": [\"root\", \"{name}\"]}}")), ["/management_group_names/1"], "{name}");
    }
    for (name, expected) in [
        ("", "it is empty; leave the setting out if there is nothing to name"),
        (" ", "it is blank; leave the setting out if there is nothing to name"),
        ("%20", "it is blank; leave the setting out if there is nothing to name"),
        ("..", "`..` cannot be a subscription's id, because it would name another path"),
        ("a/b", "`/` cannot be part of a subscription's id; give the id alone"),
        (&*"x".repeat(91), "it has more than 90 characters, so it cannot be a subscription's id; give the id alone"),
    ] {
        assert_eq!(message(&json!({ "subscription_id": name }).to_string()), expected);
    }
    let (settings, warnings) = accepted(json!({"management_group_name": "Größe 1"}));
    assert_eq!(settings.scopes, [Scope::ManagementGroup("Größe 1".into())]);
    assert_eq!(warnings.len(), 1);
}

#[test]
fn metadata_is_joined_in_profile_extended_unless_told_otherwise() {
    for (profile, metadata, expected) in
        [("extended", Value::Null, Metadata::Join), ("extended", json!("none"), Metadata::None), ("elastic", Value::Null, Metadata::None)]
    {
        assert_eq!(plain(json!({ "profile": profile, "metadata": metadata })).metadata, expected, "{profile} {metadata}");
    }
    let (settings, warnings) = accepted(json!({ "profile": "elastic", "metadata": "join" }));
    assert_eq!((settings.metadata, warnings), (Metadata::None, vec!["/metadata: has no effect in profile `elastic`".to_owned()]));
}

#[test]
fn a_doubtful_scope_is_taken_with_a_warning() {
    let (settings, warnings) = accepted(json!({"subscription_ids": [FIRST, "my-subscription"]}));
    assert_eq!(settings.scopes.len(), 2);
    assert_eq!(warnings, ["/subscription_ids/1: does not look like a subscription's id, which is a UUID"]);
}

#[test]
fn a_tag_with_the_name_of_a_switch_is_the_switch() {
    let (settings, warnings) = accepted(json!({"tags": ["a", "preserve_original_event"]}));
    assert!(settings.preserve_original_event && !settings.preserve_duplicate_custom_fields);
    assert_eq!(settings.tags, Some(vec!["a".into()]));
    assert_eq!(warnings, ["/tags: `preserve_original_event` is taken for the setting of that name, which is on now"]);
    assert_eq!(plain(json!({"tags": []})).tags, Some(vec![]));
}

#[test]
fn r14_without_a_scope_the_settings_hold() {
    for json in [json!({}), json!({"subscription_id": null, "subscription_ids": []})] {
        assert_eq!(plain(json).scopes, []);
    }
}

#[test]
fn r14_the_management_group_wins_over_the_subscription() {
    let (settings, warnings) = accepted(json!({"subscription_id": FIRST, "management_group_name": "root", "subscription_ids": [SECOND]}));
    assert_eq!(settings.scopes, [Scope::Subscription(SECOND.into()), Scope::ManagementGroup("root".into())]);
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].starts_with("/subscription_id: not used, because `management_group_name` is given"), "{warnings:?}");
    assert_eq!(plain(json!({"subscription_id": FIRST, "management_group_name": null})).scopes, [Scope::Subscription(FIRST.into())]);
}

#[test]
fn r15_the_audience_follows_the_url_of_a_national_cloud() {
    for (url, audience) in [
        ("https://management.azure.com/", "https://management.azure.com/.default"),
        ("https://management.usgovcloudapi.net", "https://management.usgovcloudapi.net/.default"),
        ("https://Management.ChinaCloudApi.cn/", "https://management.chinacloudapi.cn/.default"),
    ] {
        assert_eq!(plain(json!({"url": url})).token_scopes, [audience]);
    }
}

#[test]
fn r15_an_audience_that_is_given_stays() {
    let audience = "https://management.core.usgovcloudapi.net//.default";
    assert_eq!(plain(json!({"token_scopes": [audience], "url": "https://management.usgovcloudapi.net"})).token_scopes, [audience]);
}

#[test]
fn r16_a_time_behind_an_api_version_is_dropped() {
    let settings = plain(json!({"assessment_api_version": "2021-06-01T00:00:00Z", "sub_assessment_api_version": "2019-01-01-preview"}));
    assert_eq!((settings.assessment_api_version.as_str(), settings.sub_assessment_api_version.as_str()), ("2021-06-01", "2019-01-01-preview"));
    assert_eq!(
        refused(r#"{"assessment_api_version": "2021-06-01T12:00:00Z", "sub_assessment_api_version": 2019}"#),
        ["/assessment_api_version", "/sub_assessment_api_version"]
    );
}

#[test]
fn the_schema_describes_every_setting() {
    let schema: Value = serde_json::from_str(&super::schema::schema()).unwrap();
    assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties.len(), ROWS.len());
    for row in &ROWS {
        let property = &properties[row.name];
        assert_eq!(property["description"], row.description);
        assert_eq!(property["default"], serde_json::from_str::<Value>(row.default).unwrap(), "{}", row.name);
        assert_eq!(property["examples"], json!([serde_json::from_str::<Value>(row.example).unwrap()]));
        assert!(Group::ALL.contains(&row.group));
    }
}

#[test]
fn the_schema_and_the_parser_take_the_same_types() {
    let schema: Value = serde_json::from_str(&super::schema::schema()).unwrap();
    for row in &ROWS {
        let types = schema["properties"][row.name]["type"].as_array().unwrap();
        for (name, value) in
            [("null", json!(null)), ("boolean", json!(true)), ("integer", json!(1)), ("string", json!("x")), ("array", json!([])), ("object", json!({}))]
        {
            let json = json!({ row.name: value }).to_string();
            let of_wrong_type = Settings::parse(&json).is_err_and(|problems| problems.iter().any(|problem| problem.message.contains(", found ")));
            assert_eq!(of_wrong_type, !types.contains(&json!(name)), "{json}");
        }
    }
}

#[test]
fn the_schema_and_the_parser_have_the_same_limits() {
    let schema: Value = serde_json::from_str(&super::schema::schema()).unwrap();
    for row in &ROWS {
        let property = &schema["properties"][row.name];
        for choice in property["enum"].as_array().into_iter().flatten() {
            accepted(json!({ row.name: choice }));
        }
        for (limit, beyond) in [("minimum", -1), ("maximum", 1)] {
            let Some(limit) = property[limit].as_i64() else { continue };
            plain(json!({ row.name: limit }));
            assert_eq!(refused(&json!({ row.name: limit + beyond }).to_string()).len(), 1);
        }
        let of_scope = ["subscription_id", "subscription_ids", "management_group_name", "management_group_names"].contains(&row.name);
        match row.kind {
            Kind::Text { .. } => {
                assert_eq!(property["minLength"].as_u64(), of_scope.then_some(1), "{}", row.name);
                assert_eq!(Settings::parse(&json!({ row.name: "" }).to_string()).is_err(), of_scope, "{}", row.name);
            }
            Kind::Texts { least, .. } => {
                assert_eq!(property["items"]["minLength"].as_u64(), of_scope.then_some(1), "{}", row.name);
                assert_eq!(Settings::parse(&json!({ row.name: [""] }).to_string()).is_err(), of_scope || least > 0, "{}", row.name);
            }
            _ => {}
        }
        if let Some(least) = property["minItems"].as_u64() {
            assert_eq!(Settings::parse(&json!({ row.name: [] }).to_string()).is_ok(), least == 0, "{}", row.name);
        }
    }
    let sanitizer = &schema["properties"]["sanitizers"]["items"]["oneOf"];
    for of_type in [&sanitizer[0]["properties"]["type"]["enum"][0], &sanitizer[0]["properties"]["type"]["enum"][1]] {
        plain(json!({"sanitizers": [{"type": of_type}]}));
    }
    plain(json!({"sanitizers": [{"type": sanitizer[1]["properties"]["type"]["const"], "spec": {"pattern": "a", "replacement": "b"}}]}));
}

#[test]
fn the_reference_page_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/settings.md");
    let page = super::reference::reference();
    if std::env::var_os("BLESS").is_some_and(|bless| bless == "1") {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "docs/settings.md is not what the table says: run the tests with BLESS=1 and read the diff");
}
