//! Requests of a walk: which are made of what a page or a setting says, which are refused, and how a recording is matched to them.

use tests::{Scratch, run_with, text};

const HOST: &str = "https://management.azure.com";
const SUBSCRIPTION: &str = "/subscriptions/0a1b2c3d-0000-4444-8888-ccccddddeeee";
const QUERY: &str = "api-version=2021-06-01";

fn component() -> String {
    text(&tests::component()).to_owned()
}

/// Replays recorded answers of 200, each of a URL; gives the exit status, what went to stderr, and the documents' number.
fn replay(name: &str, settings: &str, exchanges: &[(String, String)]) -> (i32, String, usize) {
    let folder = Scratch::new(name);
    let exchange = |(url, body): &(String, String)| {
        let url = serde_json::Value::from(url.as_str());
        format!(r#"{{"request":{{"method":"GET","url":{url}}},"response":{{"status":200,"body":{body}}}}}"#)
    };
    folder.write("exchanges.json", format!(r#"{{"exchanges":[{}]}}"#, exchanges.iter().map(exchange).collect::<Vec<_>>().join(",")));
    let ran = run_with(&["replay", &component(), text(folder.path()), "--settings", settings], "");
    (ran.status, ran.stderr, ran.stdout.lines().count())
}

fn subscription() -> String {
    format!(r#"{{"subscription_id":"{}","sub_assessments":"per-assessment","metadata":"none"}}"#, SUBSCRIPTION.rsplit('/').next().expect("an id"))
}

fn first() -> String {
    format!("{HOST}{SUBSCRIPTION}/providers/Microsoft.Security/assessments?{QUERY}")
}

/// An assessment on a machine of this resource group.
fn assessment(group: &str) -> String {
    let id = format!("{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/heron-01/providers/Microsoft.Security/assessments/1");
    let link = format!("{id}/subAssessments");
    serde_json::json!({ "id": id, "properties": { "additionalData": { "subAssessmentsLink": link } } }).to_string()
}

#[test]
fn a_link_with_raw_characters_becomes_a_url() {
    let page = format!(r#"{{"value":[{}]}}"#, assessment("Väster (1)% #\"x\""));
    let (status, stderr, _) = replay("requests-raw", &subscription(), &[(first(), page.clone())]);
    assert_eq!(status, 1, "{stderr}");
    assert!(stderr.contains("/resourceGroups/V%C3%A4ster%20(1)%25%20%23%22x%22/"), "{stderr}");

    // A recording made by hand may have the characters themselves.
    let raw = format!(
        "{HOST}{SUBSCRIPTION}/resourceGroups/Väster (1)% %23\"x\"/providers/Microsoft.Compute/virtualMachines/heron%2D01/providers/\
         Microsoft.Security/assessments/1/subAssessments?api-version=2019-01-01-preview"
    );
    let (status, stderr, documents) = replay("requests-recorded", &subscription(), &[(first(), page), (raw, r#"{"value":[]}"#.into())]);
    assert_eq!((status, documents), (0, 2), "{stderr}");
}

#[test]
fn a_management_group_may_have_any_letters() {
    let url = format!("{HOST}/providers/Microsoft.Management/managementGroups/Gr%C3%B6%C3%9Fe%201/providers/Microsoft.Security/assessments?{QUERY}");
    let (status, stderr, documents) = replay(
        "requests-group",
        r#"{"management_group_name":"Größe 1","sub_assessments":"per-assessment","metadata":"none"}"#,
        &[(url, r#"{"value":[]}"#.into())],
    );
    assert_eq!((status, documents), (0, 1), "{stderr}");
    assert!(stderr.contains("warning: setting `/management_group_name`"), "{stderr}");
}

#[test]
fn a_scope_that_would_name_another_path_is_refused() {
    let long = "x".repeat(91);
    for name in ["", ".", "..", "a/b", "a\\\\b", "a\\u0001b", &long] {
        for (settings, pointer) in [
            (format!(r#"{{"subscription_id":"{name}"}}"#), "/subscription_id"),
            (format!(r#"{{"subscription_ids":["{name}"]}}"#), "/subscription_ids/0"),
            (format!(r#"{{"management_group_name":"{name}"}}"#), "/management_group_name"),
            (format!(r#"{{"management_group_names":["{name}"]}}"#), "/management_group_names/0"),
        ] {
            let ran = run_with(&["decode", &component(), "--dataset", "event", "--settings", &settings, "-"], "");
            assert_eq!(ran.status, 2, "{settings}: {}", ran.stderr);
            assert!(ran.stderr.contains(&format!("error: setting `{pointer}`: ")), "{settings}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_next_link_in_another_spelling_is_followed_and_one_that_is_not_known_is_told() {
    let (a, b) = (r#"{"id":"/a"}"#, r#"{"id":"/b"}"#);
    let second = format!("{}&$skipToken=2", first());
    let page = |name: &str| format!(r#"{{"value":[{a}],"{name}":"{second}"}}"#);
    let last = (second.clone(), format!(r#"{{"Value":[{b}]}}"#));
    for name in ["NextLink", "@nextLink", "odata.nextLink", "@odata.nextLink"] {
        let (status, stderr, documents) = replay("requests-spelling", &subscription(), &[(first(), page(name)), last.clone()]);
        assert_eq!((status, documents), (0, 3), "{name}: {stderr}");
        assert!(stderr.contains("walk        complete"), "{stderr}");
    }
    for name in ["next_link", "next", "nextPageUri", "$skipToken"] {
        let (status, stderr, documents) = replay("requests-unknown", &subscription(), &[(first(), page(name))]);
        assert_eq!((status, documents), (3, 2), "{name}: {stderr}");
        assert!(stderr.contains("error: link-unknown: ") && stderr.contains("walk        not complete"), "{stderr}");
    }
}

#[test]
fn links_that_say_different_things_are_told_and_those_to_the_same_url_are_followed() {
    let second = format!("{}&$skipToken=2", first());
    let page = |other: &str| format!(r#"{{"value":[{{"id":"/a"}}],"nextLink":"{second}","@odata.nextLink":"{other}"}}"#);
    let last = (second.clone(), r#"{"value":[{"id":"/b"}]}"#.to_owned());
    let (status, stderr, documents) = replay("requests-same", &subscription(), &[(first(), page(second.trim_start_matches(HOST))), last.clone()]);
    assert_eq!((status, documents), (0, 3), "{stderr}");
    let (status, stderr, documents) = replay("requests-different", &subscription(), &[(first(), page("/elsewhere")), last]);
    assert_eq!((status, documents), (3, 2), "{stderr}");
    assert!(stderr.contains("error: link-unknown: ") && stderr.contains("`@odata.nextLink` says something else"), "{stderr}");
}

#[test]
fn a_recording_of_raw_brackets_is_matched() {
    let url = format!("{HOST}{SUBSCRIPTION}/rg/a[1]/assessments/1/subAssessments?n=[1]&api-version=2019-01-01-preview");
    let record = serde_json::json!({ "id": "/a", "properties": { "additionalData": { "subAssessmentsLink": url } } });
    let raw = (url, r#"{"value":[]}"#.to_owned());
    let (status, stderr, documents) = replay("requests-brackets", &subscription(), &[(first(), format!(r#"{{"value":[{record}]}}"#)), raw]);
    assert_eq!((status, documents), (0, 2), "{stderr}");
}

#[test]
fn requests_that_are_not_recorded_are_told_once_and_five_at_most() {
    let missing = |count: u32| {
        let assessments: Vec<String> = (0..count).map(|number| assessment(&format!("{}-{number}", "long".repeat(40)))).collect();
        replay("requests-missing", &subscription(), &[(first(), format!(r#"{{"value":[{}]}}"#, assessments.join(",")))])
    };
    let (status, stderr, _) = missing(8);
    assert_eq!(status, 1, "{stderr}");
    let told: Vec<&str> = stderr.lines().filter(|line| line.starts_with("error: cannot replay")).collect();
    assert_eq!(told.len(), 5, "{stderr}");
    assert!(told.iter().all(|line| line.chars().count() <= "error: ".len() + 200), "{stderr}");
    assert!(stderr.contains("error: and 3 more requests that are not recorded\n"), "{stderr}");
    assert!(missing(6).1.contains("error: and 1 more request that is not recorded\n"));
    assert!(!missing(5).1.contains("more request"));
}
