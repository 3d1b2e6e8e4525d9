//! All that is secret in a configuration, so that no text that is written later has any of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{ApiKey, Azure, Checkpoints, Config, Credential, Elasticsearch, EventHub, HubAccess, Input, Login, Output, Proxy, Source};
use crate::Secret;

impl Config {
    /// Every secret, also those within others. A part that is new has to be looked at here: each is taken apart without a rest.
    pub fn secrets(&self) -> Vec<Secret> {
        let Self { state: _, namespace: _, monitoring: _, monitoring_is_written: _, stop_within: _, log: _, inputs, output } = self;
        let mut found = Vec::new();
        inputs.iter().for_each(|input| of_input(input, &mut found));
        match output {
            Output::Elasticsearch(elasticsearch) => of_elasticsearch(elasticsearch, &mut found),
            Output::File(_) | Output::Stdout(_) => {}
        }
        found
    }
}

fn of_input(input: &Input, found: &mut Vec<Secret>) {
    // Settings may refer to no variable that is secret.
    let Input { id: _, component: _, sha256: _, settings: _, url: _, azure, source, datasets: _, asks: _ } = input;
    if let Some(Azure { cloud: _, credential, authority: _, ca_file: _, proxy }) = azure {
        match credential {
            Credential::ClientSecret { tenant_id: _, client_id: _, client_secret } => found.push(client_secret.clone()),
            Credential::ClientCertificate { .. } | Credential::ManagedIdentity { .. } | Credential::WorkloadIdentity { .. } | Credential::AzureCli { .. } => {}
        }
        of_proxy(proxy.as_ref(), found);
    }
    match source {
        Source::Poll(_) => {}
        Source::EventHub(hub) => {
            let EventHub { access, checkpoints, .. } = &**hub;
            match access {
                HubAccess::ConnectionString { secret, parts: _ } => {
                    found.extend(parts_of(secret.expose()).map(Secret::new));
                    found.push(secret.clone());
                }
                HubAccess::Namespace(_) => {}
            }
            if let Some(Checkpoints { storage_account: _, storage_account_key, container: _, migrate_v1: _, endpoint: _ }) = checkpoints {
                found.extend(storage_account_key.clone());
            }
        }
    }
}

/// What opens a hub, out of its connection string.
fn parts_of(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(';').filter_map(|part| part.split_once('='));
    parts.filter(|(name, _)| ["sharedaccesskey", "sharedaccesssignature"].contains(&name.trim().to_ascii_lowercase().as_str())).map(|(_, value)| value.trim())
}

fn of_elasticsearch(elasticsearch: &Elasticsearch, found: &mut Vec<Secret>) {
    let Elasticsearch { login, proxy, kibana, .. } = elasticsearch;
    match login {
        Some(Login::ApiKey(key)) => of_key(key, found),
        Some(Login::Basic { username: _, password }) => found.push(password.clone()),
        None => {}
    }
    of_proxy(proxy.as_ref(), found);
    if let Some(key) = kibana.as_ref().and_then(|kibana| kibana.api_key.as_ref()) {
        of_key(key, found);
    }
}

/// A key as it was given, as it is sent, and the half of it that is secret.
fn of_key(key: &ApiKey, found: &mut Vec<Secret>) {
    let ApiKey(given) = key;
    let encoded = key.encoded();
    let pair = STANDARD.decode(encoded.expose()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    found.extend(pair.split_once(':').map(|(_, secret)| Secret::new(secret)));
    found.extend([given.clone(), encoded, Secret::new(pair)]);
}

fn of_proxy(proxy: Option<&Proxy>, found: &mut Vec<Secret>) {
    match proxy {
        Some(Proxy::At { url: _, user: Some((_, password)) }) => found.push(password.clone()),
        Some(Proxy::At { url: _, user: None } | Proxy::Environment) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiKey, of_key, parts_of};
    use crate::Secret;

    #[test]
    fn what_opens_a_hub_is_found_in_its_connection_string() {
        let text = "Endpoint=sb://a.test/;SharedAccessKeyName=reader;SharedAccessKey=c2VjcmV0=;EntityPath=hub";
        assert_eq!(parts_of(text).collect::<Vec<_>>(), ["c2VjcmV0="]);
    }

    #[test]
    fn a_key_is_known_in_halves_too() {
        // `id:planted`, as it may be given.
        for given in ["id:planted", "aWQ6cGxhbnRlZA=="] {
            let mut found = Vec::new();
            of_key(&ApiKey(Secret::new(given)), &mut found);
            assert!(found.iter().any(|secret| secret.expose() == "planted"), "{given}");
        }
    }
}
