//! The stream that polls: an input `cel` of the policy.

use super::policy::Part;
use super::written::{Written, scalar};
use crate::config::cloud::Cloud;

/// What the integration's own default is, and need not be said.
const TAGS: [&str; 2] = ["forwarded", "microsoft_defender_cloud-assessment"];

/// What is not taken over, with what happens instead.
const LEFT_OUT: [(&str, &str); 5] = [
    ("auth.oauth2.endpoint_params", "parameters of the token request are not sent"),
    ("processors", "processors are not run: documents are as the component makes them"),
    ("max_executions", "a run reads all pages, however many there are"),
    ("resource.tracer.enabled", "a log of requests is written with `run --trace FILE`"),
    ("resource.ssl.verification_mode", "certificates are always verified; `ca_file` names authorities of your own"),
];

/// The input, as YAML.
pub(super) fn input(stream: &Part, number: usize, written: &mut Written) -> String {
    let id = if number == 0 { "posture".to_owned() } else { format!("posture-{}", number + 1) };
    let mut text = format!("  - id: {id}\n    component: microsoft_defender_cloud.wasm\n");
    let url = stream.text("resource.url");
    let token_url = stream.text("auth.oauth2.token_url").unwrap_or_default();
    let cloud = cloud(url.as_deref(), &token_url);
    azure(stream, &token_url, cloud, written, &mut text);
    settings(stream, url.as_deref(), cloud, &mut text);
    poll(stream, written, &mut text);
    for (name, instead) in LEFT_OUT {
        let is_off = stream.text(name).is_some_and(|value| matches!(value.as_str(), "false" | "full" | "strict" | "certificate"));
        if stream.has(name) && !is_off {
            written.remark(format!("`{name}` of the policy is left out: {instead}"));
        }
    }
    text
}

fn cloud(url: Option<&str>, token_url: &str) -> Cloud {
    let host = |url: &str| url.split_once("://").map(|(_, rest)| rest.split(['/', ':']).next().unwrap_or_default().to_owned());
    let of = |url: &str| host(url).and_then(|host| Cloud::of_host(&host));
    url.and_then(of).or_else(|| of(token_url)).unwrap_or_default()
}

fn azure(stream: &Part, token_url: &str, cloud: Cloud, written: &mut Written, text: &mut String) {
    // `{login_url}/{tenant_id}/oauth2/v2.0/token`
    let (login, tenant) = token_url.strip_suffix("/oauth2/v2.0/token").and_then(|rest| rest.rsplit_once('/')).unwrap_or(("", ""));
    text.push_str("    azure:\n");
    if cloud != Cloud::Public {
        text.push_str(&format!("      cloud: {}\n", cloud.names().name));
    }
    text.push_str("      credential: client-secret\n");
    text.push_str(&format!("      tenant_id: {}\n", scalar(tenant)));
    match stream.text("auth.oauth2.client.id").filter(|id| !id.contains("${")) {
        Some(id) => text.push_str(&format!("      client_id: {}\n", scalar(&id))),
        // The integration keeps it as a secret, so a policy of Fleet has only a reference.
        None => text.push_str(&format!("      client_id: {}\n", written.secret("AZURE_CLIENT_ID", "the application's id (`client_id`)"))),
    }
    text.push_str(&format!("      client_secret: {}\n", written.secret("AZURE_CLIENT_SECRET", "the application's secret (`client_secret`)")));
    if !login.is_empty() && login.trim_end_matches('/') != cloud.names().login {
        text.push_str(&format!("      authority: {}\n", scalar(login)));
    }
    if let Some(file) = stream.texts("resource.ssl.certificate_authorities").first() {
        text.push_str(&format!("      ca_file: {}\n", scalar(file)));
    }
    if stream.has("resource.proxy_url") {
        text.push_str(&format!("      proxy: {}\n", written.secret("AZURE_PROXY", "the proxy (`proxy_url`), with its password if it has one")));
    }
}

fn settings(stream: &Part, url: Option<&str>, cloud: Cloud, text: &mut String) {
    text.push_str("    settings:\n");
    if let Some(url) = url.filter(|url| url.trim_end_matches('/') != cloud.names().arm) {
        text.push_str(&format!("      url: {}\n", scalar(url)));
    }
    let scope = stream.text("state.scope").unwrap_or_default();
    let name = scope.rsplit('/').next().unwrap_or_default();
    if scope.contains("managementGroups/") {
        text.push_str(&format!("      management_group_name: {}\n", scalar(name)));
    } else {
        text.push_str(&format!("      subscription_id: {}\n", scalar(name)));
    }
    let scopes = stream.texts("auth.oauth2.scopes");
    if !scopes.is_empty() && scopes != [format!("{}/.default", cloud.names().arm)] {
        let scopes: Vec<String> = scopes.iter().map(|scope| scalar(scope)).collect();
        text.push_str(&format!("      token_scopes: [{}]\n", scopes.join(", ")));
    }
    tags(stream, &TAGS, text);
}

/// Tags of a stream: those that stand for settings, and the others.
pub(super) fn tags(stream: &Part, default: &[&str], text: &mut String) {
    let (preserve, tags): (Vec<String>, Vec<String>) = stream.texts("tags").into_iter().partition(|tag| tag.starts_with("preserve_"));
    for name in preserve.iter().filter(|name| ["preserve_original_event", "preserve_duplicate_custom_fields"].contains(&name.as_str())) {
        text.push_str(&format!("      {name}: true\n"));
    }
    if !tags.is_empty() && tags != default {
        let tags: Vec<String> = tags.iter().map(|tag| scalar(tag)).collect();
        text.push_str(&format!("      tags: [{}]\n", tags.join(", ")));
    }
}

fn poll(stream: &Part, written: &mut Written, text: &mut String) {
    let mut poll = Vec::new();
    if let Some(interval) = stream.text("interval") {
        match plain_duration(&interval) {
            Some(interval) => poll.push(format!("every: {interval}")),
            None => written.remark(format!("the interval `{interval}` is not taken over: write it as one number with a unit in `poll.every`")),
        }
    }
    // A number of requests a second, or `limit` as a fraction: at least one.
    if let Some(limit) = stream.text("resource.rate_limit.limit").and_then(|limit| limit.parse::<f64>().ok()).filter(|limit| *limit > 0.0) {
        poll.push(format!("requests_per_second: {}", limit.ceil()));
    }
    if let Some(burst) = stream.text("resource.rate_limit.burst").filter(|burst| burst.parse::<u32>().is_ok_and(|burst| burst > 0)) {
        poll.push(format!("burst: {burst}"));
    }
    if let Some(timeout) = stream.text("resource.timeout").as_deref().and_then(plain_duration) {
        poll.push(format!("timeout: {timeout}"));
    }
    if !poll.is_empty() {
        text.push_str(&format!("    poll: {{ {} }}\n", poll.join(", ")));
    }
}

/// Go writes `24h0m0s` and `1m30s`; here it is one number with its unit.
fn plain_duration(text: &str) -> Option<String> {
    let mut milliseconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let unit = after.find(|character: char| character.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let each = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        milliseconds = milliseconds.checked_add(number.parse::<u64>().ok()?.checked_mul(each)?)?;
        rest = after;
    }
    let units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let (unit, each) = units.into_iter().find(|(_, each)| milliseconds > 0 && milliseconds.is_multiple_of(*each))?;
    Some(format!("{}{unit}", milliseconds / each))
}

#[cfg(test)]
mod tests {
    use super::plain_duration;

    #[test]
    fn durations_of_go_become_one_number() {
        for (text, expected) in [("24h", "24h"), ("24h0m0s", "24h"), ("1m30s", "90s"), ("120s", "2m"), ("1500ms", "1500ms")] {
            assert_eq!(plain_duration(text).as_deref(), Some(expected), "{text}");
        }
        for bad in ["", "0s", "24", "1d", "-1h", "1.5h"] {
            assert_eq!(plain_duration(bad), None, "{bad}");
        }
    }
}
