//! The examples of the documentation: each is what it says it is, and names only what there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use live_servers::go_program;
use serde_json::Value;
use tests::{Scratch, built_into, host_sim, workspace};

fn example(name: &str) -> String {
    fs::read_to_string(workspace().join("docs/examples").join(name)).expect("readable")
}

fn yaml(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Names of metrics in an expression.
fn metrics(text: &str) -> BTreeSet<String> {
    let words = text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    words.filter_map(|word| word.strip_prefix("host_sim_")).map(str::to_owned).collect()
}

#[test]
fn alert_rules_are_rules_about_metrics_that_there_are() {
    let sources = fs::read_to_string(workspace().join("host-sim/live/src/health/metrics.rs")).expect("readable");
    let rules = yaml(&example("alerts.yml"));
    let mut count = 0;
    for rule in rules[0]["groups"][0]["rules"].as_array().expect("a list") {
        count += 1;
        let expression = rule["expr"].as_str().expect("an expression");
        assert_eq!(expression.matches('(').count(), expression.matches(')').count(), "{expression}");
        let named = metrics(expression);
        assert!(!named.is_empty(), "{expression}");
        named.iter().for_each(|name| assert!(sources.contains(&format!("\"{name}\"")), "there is no `host_sim_{name}`"));
        for part in [&rule["alert"], &rule["labels"]["severity"], &rule["annotations"]["summary"], &rule["annotations"]["description"]] {
            assert!(part.as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
    }
    assert!(count >= 7);
}

/// What Prometheus' own parser says of a file of rules, and whether it takes it.
fn checked(rules: &Path) -> Option<(bool, String)> {
    let checker = go_program(&workspace().join("tests/go/rules"), &built_into("go"))?;
    let output = Command::new(checker).arg(rules).output().expect("it starts");
    Some((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[test]
fn prometheus_takes_the_alert_rules() {
    let rules = workspace().join("docs/examples/alerts.yml");
    let Some(whole) = checked(&rules) else { return };
    assert_eq!(whole, (true, String::new()));
    let scratch = Scratch::new("alert-rules");
    for (right, wrong, said) in [("> 0", "> > 0", "could not parse expression"), ("{{ $labels.input }}", "{{ $labels.input }", "annotation")] {
        let text = example("alerts.yml");
        assert!(text.contains(right));
        let (is_taken, why) = checked(&scratch.write("alerts.yml", text.replacen(right, wrong, 1))).expect("it was there");
        assert!(!is_taken && why.contains(said), "{why}");
    }
}

#[test]
fn every_metric_is_on_the_page_of_operations() {
    let sources = fs::read_to_string(workspace().join("host-sim/live/src/health/metrics.rs")).expect("readable");
    let page = fs::read_to_string(workspace().join("docs/operating.md")).expect("readable");
    let names = sources.match_indices("counter(\"").chain(sources.match_indices("gauge(\"")).chain(sources.match_indices("float(\""));
    let mut count = 0;
    for (at, call) in names {
        let name = sources[at + call.len()..].split('"').next().expect("a name");
        assert!(page.contains(&format!("`{name}")), "`{name}` is not on the page");
        count += 1;
    }
    assert!(count >= 15, "{count}");
}

#[test]
fn a_manifest_runs_the_program_with_a_configuration_that_is_right() {
    let documents = yaml(&example("kubernetes.yml"));
    let kinds: Vec<&str> = documents.iter().filter_map(|document| document["kind"].as_str()).collect();
    assert_eq!(kinds, ["ConfigMap", "StatefulSet"]);
    let pod = &documents[1]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(container["args"], serde_json::json!(["run", "--config", "/etc/host-sim/host-sim.yml"]));
    for mount in container["volumeMounts"].as_array().expect("a list") {
        let name = &mount["name"];
        let volumes = pod["volumes"].as_array().expect("a list").iter().chain(documents[1]["spec"]["volumeClaimTemplates"].as_array().expect("a list"));
        assert!(volumes.clone().any(|volume| volume["name"] == *name || volume["metadata"]["name"] == *name), "{name}");
    }
    let scratch = Scratch::new("examples");
    let text = documents[0]["data"]["host-sim.yml"].as_str().expect("a text").replace("/etc/host-sim-secrets/", "");
    let file = scratch.write("host-sim.yml", text);
    scratch.write("api-key", "id:key");
    let checked = Command::new(host_sim()).args(["check", "--config"]).arg(&file).output().expect("it starts");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[test]
fn a_unit_is_one_that_systemd_takes() {
    let text = example("host-sim.service");
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '['])) {
        assert!(line.contains('='), "{line}");
    }
    for wanted in [
        "ExecStart=/usr/local/bin/host-sim run --config /etc/host-sim/host-sim.yml",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "StateDirectory=host-sim",
        "NoNewPrivileges=yes",
    ] {
        assert!(text.lines().any(|line| line == wanted), "{wanted}");
    }
    // It wants the program to be where the unit says, and the user to be there.
    let scratch = Scratch::new("unit");
    let here = text
        .replace("/usr/local/bin/host-sim", &host_sim().display().to_string())
        .replace("User=host-sim", "User=root")
        .replace("Group=host-sim", "Group=root");
    let unit = scratch.write("host-sim.service", here);
    match Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(unit).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let about: Vec<&str> = said.lines().filter(|line| line.contains("host-sim.service")).collect();
            assert!(about.is_empty(), "{about:?}");
        }
        Err(_) => println!("SKIPPED: systemd's own check of the unit: there is no `systemd-analyze` on this machine"),
    }
}

#[test]
fn an_image_holds_what_make_dist_makes() {
    let text = example("Containerfile");
    for file in ["host-sim", "microsoft_defender_cloud.wasm"] {
        assert!(text.contains(&format!("COPY {file} /usr/local/bin/{file}")), "{file}");
    }
    let last = text.lines().rfind(|line| line.starts_with("CMD")).expect("a command");
    let arguments: Vec<String> = serde_json::from_str(last.trim_start_matches("CMD ")).expect("a list");
    assert_eq!(arguments, ["run", "--config", "/etc/host-sim/host-sim.yml"]);
}

#[test]
fn the_blocks_of_the_page_about_agents_are_yaml() {
    let page = fs::read_to_string(Path::new(workspace()).join("docs/agents.md")).expect("readable");
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split_once("```").map(|(block, _)| block)).collect();
    assert_eq!(blocks.len(), 5);
    blocks.iter().for_each(|block| drop(yaml(block)));
}
