//! `config from-elastic`: policies of ours, as Fleet shows them and as a standalone agent has them.

use std::process::Command;

use tests::{Scratch, component, host_sim};

const FLEET: &str = r#"
id: 1
outputs:
  default:
    type: elasticsearch
    hosts: ["https://es.contoso.test:443"]
    api_key: "planted-id:planted-key"
inputs:
  - id: azure-eventhub-microsoft_defender_cloud-1
    type: azure-eventhub
    use_output: default
    data_stream: { namespace: prod }
    streams:
      - id: a
        data_stream: { type: logs, dataset: microsoft_defender_cloud.event }
        connection_string: $co.elastic.secret{planted-reference}
        consumer_group: $Default
        eventhub: defender-export
        auth_type: connection_string
        storage_account: contosolake
        storage_account_key: planted-storage-key
        storage_account_container: azure-eventhub-input-defender-export
        processor_start_position: latest
        transport: websocket
        tags: [preserve_original_event, forwarded, microsoft_defender_cloud-event]
        publisher_pipeline.disable_host: true
  - id: cel-microsoft_defender_cloud-1
    type: cel
    use_output: default
    data_stream: { namespace: prod }
    streams:
      - id: b
        data_stream: { type: logs, dataset: microsoft_defender_cloud.assessment }
        interval: 24h
        auth.oauth2:
          client: { id: "${SECRET_0}", secret: "planted-secret" }
          scopes: ["https://management.azure.com/.default"]
          token_url: https://login.microsoftonline.com/0a0a0a0a-0000-0000-0000-000000000001/oauth2/v2.0/token
        resource.url: https://management.azure.com
        resource.proxy_url: http://user:planted-proxy@proxy.contoso.test:3128
        resource.timeout: 120s
        resource.rate_limit: { limit: 7.5, burst: 30 }
        max_executions: 1000
        state: { scope: "/subscriptions/0b0b0b0b-0000-0000-0000-000000000002", assessment_api_version: "2021-06-01" }
        tags: ["forwarded", "cost ${center}"]
"#;

fn run(name: &str, policy: &str) -> (Option<i32>, String, String, Scratch) {
    let scratch = Scratch::new(&format!("from-elastic-{name}"));
    let file = scratch.write("policy.yml", policy);
    let output = Command::new(host_sim()).args(["config", "from-elastic"]).arg(file).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr), scratch)
}

#[test]
fn a_policy_becomes_a_configuration_that_is_right_and_has_no_secret_of_it() {
    let (status, made, said, scratch) = run("fleet", FLEET);
    assert_eq!(status, Some(0), "{said}");
    assert!(!made.contains("planted") && !said.contains("planted"), "{made}\n{said}");
    for line in [
        "namespace: \"prod\"",
        "  - id: alerts",
        "      eventhub: \"defender-export\"",
        "      preserve_original_event: true",
        "      connection_string: \"${EVENTHUB_CONNECTION_STRING}\"",
        "      transport: websocket",
        "      start: latest",
        "        storage_account_key: \"${STORAGE_ACCOUNT_KEY}\"",
        "      tenant_id: \"0a0a0a0a-0000-0000-0000-000000000001\"",
        "      client_id: \"${AZURE_CLIENT_ID}\"",
        "      proxy: \"${AZURE_PROXY}\"",
        "      subscription_id: \"0b0b0b0b-0000-0000-0000-000000000002\"",
        "      tags: [\"forwarded\", \"cost $${center}\"]",
        "    poll: { every: 24h, requests_per_second: 8, burst: 30, timeout: 2m }",
        "    hosts: [\"https://es.contoso.test:443\"]",
        "    pipeline: _none",
    ] {
        assert!(made.lines().any(|found| found == line), "`{line}` is missing in:\n{made}");
    }
    assert!(!made.contains("token_scopes"), "{made}");
    assert!(said.contains("set AZURE_CLIENT_SECRET: ") && said.contains("`max_executions` of the policy is left out"), "{said}");

    let file = scratch.write("host-sim.yml", made.replace("component: microsoft_defender_cloud.wasm", &format!("component: {}", component().display())));
    let mut check = Command::new(host_sim());
    check.args(["check", "--config"]).arg(file);
    for name in said.lines().filter_map(|line| line.strip_prefix("set ")?.split(':').next()) {
        check.env(
            name,
            match name {
                "EVENTHUB_CONNECTION_STRING" => "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=bGlzdGVu",
                "STORAGE_ACCOUNT_KEY" => "a2V5",
                "AZURE_PROXY" => "http://proxy.contoso.test:3128",
                "AZURE_CLIENT_ID" => "0c0c0c0c-0000-0000-0000-000000000003",
                _ => "some-value",
            },
        );
    }
    let checked = check.output().expect("it starts");
    let text = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{text}\n{made}");
}

#[test]
fn a_group_and_a_cloud_are_taken_over() {
    let policy = r#"
inputs:
  - type: cel
    streams:
      - data_stream.dataset: microsoft_defender_cloud.assessment
        auth: { oauth2: { client.id: a, client.secret: b, token_url: "https://login.microsoftonline.us/t/oauth2/v2.0/token", scopes: "https://management.usgovcloudapi.net/.default" } }
        resource: { url: "https://management.usgovcloudapi.net" }
        state.scope: /providers/Microsoft.Management/managementGroups/contoso
"#;
    let (status, made, said, _scratch) = run("government", policy);
    assert_eq!(status, Some(0), "{said}");
    for line in ["      cloud: us-government", "      client_id: \"a\"", "      management_group_name: \"contoso\"", "  file: { folder: out }"] {
        assert!(made.lines().any(|found| found == line), "`{line}` is missing in:\n{made}");
    }
    assert!(!made.contains("authority") && !made.contains("url:") && !made.contains("token_scopes"), "{made}");
}

#[test]
fn what_is_no_policy_of_the_integration_is_said() {
    for (name, policy, wanted) in [
        ("other", "inputs: [{ type: logfile, streams: [{ data_stream: { dataset: system.auth } }] }]", "it has no stream of the integration"),
        ("text", "just a text", "it has no stream of the integration"),
        ("broken", "inputs: [", "line 1"),
    ] {
        let (status, made, said, _scratch) = run(name, policy);
        assert_eq!((status, made.as_str()), (Some(2), ""), "{name}");
        assert!(said.contains(wanted), "{name}: {said}");
    }
}
