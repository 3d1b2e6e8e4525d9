//! The stream that receives: an input `azure-eventhub` of the policy.

use super::policy::Part;
use super::polled::tags;
use super::written::{Written, scalar};

/// What the integration's own default is, and need not be said.
const TAGS: [&str; 2] = ["forwarded", "microsoft_defender_cloud-event"];

/// The input, as YAML.
pub(super) fn input(stream: &Part, number: usize, written: &mut Written) -> String {
    let id = if number == 0 { "alerts".to_owned() } else { format!("alerts-{}", number + 1) };
    let mut text = format!("  - id: {id}\n    component: microsoft_defender_cloud.wasm\n");
    let signs_in = stream.text("auth_type").as_deref() == Some("client_secret");
    let has_account_key = stream.has("storage_account_key") || stream.has("storage_account_connection_string");
    if signs_in {
        text.push_str("    azure:\n      credential: client-secret\n");
        text.push_str(&format!("      tenant_id: {}\n", scalar(&stream.text("tenant_id").unwrap_or_default())));
        text.push_str(&format!("      client_id: {}\n", scalar(&stream.text("client_id").unwrap_or_default())));
        text.push_str(&format!("      client_secret: {}\n", written.secret("EVENTHUB_CLIENT_SECRET", "the secret of the hub's application (`client_secret`)")));
        let authority = stream.text("authority_host").filter(|authority| authority.trim_end_matches('/') != "https://login.microsoftonline.com");
        if let Some(authority) = authority {
            text.push_str(&format!("      authority: {}\n", scalar(&authority)));
        }
    }
    let hub = stream.text("eventhub").unwrap_or_default();
    text.push_str(&format!("    settings:\n      eventhub: {}\n", scalar(&hub)));
    tags(stream, &TAGS, &mut text);
    text.push_str("    event_hub:\n");
    if signs_in {
        text.push_str(&format!("      namespace: {}\n", scalar(&stream.text("eventhub_namespace").unwrap_or_default())));
    } else {
        text.push_str(&format!("      connection_string: {}\n", written.secret("EVENTHUB_CONNECTION_STRING", "the hub's connection string")));
    }
    if let Some(group) = stream.text("consumer_group").filter(|group| group != "$Default") {
        text.push_str(&format!("      consumer_group: {}\n", scalar(&group)));
    }
    if stream.text("transport").as_deref() == Some("websocket") {
        text.push_str("      transport: websocket\n");
    }
    if let Some(start) = stream.text("processor_start_position").filter(|start| start == "latest") {
        text.push_str(&format!("      start: {start}\n"));
    }
    if let Some(account) = stream.text("storage_account") {
        text.push_str(&format!("      checkpoints:\n        storage_account: {}\n", scalar(&account)));
        if has_account_key {
            text.push_str(&format!("        storage_account_key: {}\n", written.secret("STORAGE_ACCOUNT_KEY", "a key of the storage account")));
        }
        if let Some(container) = stream.text("storage_account_container") {
            text.push_str(&format!("        container: {}\n", scalar(&container)));
        }
        if stream.text("migrate_checkpoint").as_deref() == Some("false") {
            text.push_str("        migrate_v1: false\n");
        }
    }
    if stream.has("storage_account_connection_string") {
        written.remark("`storage_account_connection_string` becomes an account and its key: take the value of `AccountKey` in it".to_owned());
    }
    if stream.text("processor_version").as_deref() != Some("v2") {
        written.remark("checkpoints are those of processor v2; those of v1 are read once, so stop the agent before this host starts".to_owned());
    }
    if stream.has("processors") {
        written.remark("`processors` of the policy is left out: documents are as the component makes them".to_owned());
    }
    text
}
