//! `check` and `init`, run as they are run by hand: a folder for each rule of the configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use host_sim_live::config::{self, Checked, HubAccess, Login, Output, Source, Surroundings};
use host_sim_runtime::{Cache, Engine, Limits};
use tests::{Scratch, component, host_sim, workspace};

/// What the cases refer to. It must be in nothing that is written.
const SECRET: &str = "planted-in-a-variable";

/// Runs the program in a folder, where only the variables of the cases are set.
fn host_sim_in(folder: &Path, arguments: &[&str]) -> process::Output {
    let mut command = Command::new(host_sim());
    command.current_dir(folder).args(arguments).env_remove("CHECK_UNSET");
    command.env("CHECK_SECRET", SECRET).env("CHECK_BASE64", "cGxhbnRlZC1pbi1iYXNlNjQ=").env("CHECK_EMPTY", "");
    command.output().expect("it starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it writes UTF-8")
}

#[cfg(unix)]
fn set_mode(file: &Path, mode: u32) {
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("it is ours");
}

#[cfg(not(unix))]
fn set_mode(_file: &Path, _mode: u32) {}

/// What `check` prints for a case, with its exit status.
fn checked(case: &Path, scratch: &Scratch) -> String {
    let name = case.file_name().and_then(|name| name.to_str()).expect("a name");
    for entry in fs::read_dir(case).expect("a folder") {
        let file = entry.expect("an entry").path();
        let copy = scratch.write(&format!("{name}/{}", file.file_name().and_then(|name| name.to_str()).expect("a name")), fs::read(&file).expect("a file"));
        set_mode(&copy, if name == "secrets-readable-by-others" { 0o644 } else { 0o600 });
    }
    let folder = scratch.path().join(name);
    let output = host_sim_in(&folder, &["check", "--config", "host-sim.yml"]);
    assert_eq!(text(&output.stderr), "", "{name}");
    // Where the test runs is none of its business.
    let printed = text(&output.stdout).replace(&format!("{}/", folder.display()), "");
    for secret in ["planted", "cGxhbnRlZC1pbi1iYXNlNjQ="] {
        assert!(!printed.contains(secret), "{name} shows a secret: {printed}");
    }
    let status = output.status.code().expect("it ends by itself");
    assert_eq!(status == 0, name.starts_with("right-") || !printed.contains(": error: "), "{name}");
    format!("{printed}exit status {status}\n")
}

#[test]
fn each_rule_has_its_text() {
    let scratch = Scratch::new("configuration");
    let folder = workspace().join("host-sim/live/tests/config");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    let mut differ = Vec::new();
    for case in &cases {
        let printed = checked(case, &scratch);
        let file = case.join("expected.txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&file, &printed).expect("writable");
        } else if fs::read_to_string(&file).unwrap_or_default() != printed {
            differ.push(format!("{}:\n{printed}", case.display()));
        }
    }
    assert!(cases.len() >= 40, "{} cases", cases.len());
    assert!(differ.is_empty(), "BLESS=1 writes these as expected:\n{}", differ.join("\n"));
}

#[test]
fn what_init_writes_is_right_once_it_is_filled_in() {
    let scratch = Scratch::new("configuration-init");
    let folder = scratch.path();
    let output = host_sim_in(folder, &["init"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let file = folder.join("host-sim.yml");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).expect("it was written").permissions()) & 0o777, 0o600);

    let output = host_sim_in(folder, &["check"]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(printed.matches(": error: ").count(), 1, "{printed}");
    assert!(printed.contains("`client_secret` refers to the variable `AZURE_CLIENT_SECRET`, which is not set"), "{printed}");

    let written = fs::read_to_string(&file).expect("it was written");
    fs::write(&file, written.replace("AZURE_CLIENT_SECRET", "CHECK_SECRET")).expect("writable");
    let output = host_sim_in(folder, &["check", "--config", "host-sim.yml"]);
    assert_eq!((output.status.code(), text(&output.stdout).contains("host-sim.yml is right\n")), (Some(0), true), "{output:?}");

    // What is commented out is right as well: each block, in place of what it stands for.
    let all = uncommented(&written);
    fs::write(&file, all).expect("writable");
    let output = host_sim_in(folder, &["check", "--config", "host-sim.yml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

/// The file with its hub and its Elasticsearch, and with all defaults written: a comment that begins with a key is one.
fn uncommented(written: &str) -> String {
    let is_key = |text: &str| {
        text.split_once(':').is_some_and(|(key, _)| key.chars().all(|character| character.is_ascii_lowercase() || "_0123456789".contains(character)))
    };
    // Another output, files that are not there, and values that are only hinted at.
    let is_other =
        |text: &str| ["file:", "stdout:"].iter().any(|key| text.starts_with(key)) || [".pem", ": ..", ": https://.."].iter().any(|part| text.contains(part));
    let mut lines = Vec::new();
    for line in written.lines() {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        let bare = rest.strip_prefix("# ").unwrap_or(rest);
        let item = bare.trim_start();
        let key = item.strip_prefix("- ").unwrap_or(item);
        if is_key(key) && !is_other(key) {
            lines.push(format!("{indent}{bare}"));
        }
    }
    let text = lines.join("\n") + "\n";
    let connection_string = "Endpoint=sb://contoso.servicebus.windows.net;SharedAccessKeyName=a;SharedAccessKey=${CHECK_SECRET}";
    let text = text.replace("${EVENTHUB_CONNECTION_STRING}", connection_string).replace("STORAGE_ACCOUNT_KEY", "CHECK_BASE64");
    ["AZURE_CLIENT_SECRET", "ELASTIC_API_KEY", "KIBANA_API_KEY"].iter().fold(text, |text, name| text.replace(name, "CHECK_SECRET"))
}

/// What a case is read into.
fn read(name: &str) -> Checked {
    let engine = Engine::new(Limits::default(), Cache::of_user()).expect("the runtime starts");
    let variable = |name: &str| match name {
        "CHECK_SECRET" => Some(SECRET.to_owned()),
        "CHECK_BASE64" => Some("cGxhbnRlZC1pbi1iYXNlNjQ=".to_owned()),
        _ => None,
    };
    let component = component();
    let surroundings = Surroundings { engine: &engine, variable: &variable, program: component.parent() };
    config::read(&workspace().join("host-sim/live/tests/config").join(name).join("host-sim.yml"), &surroundings).expect("it is there")
}

#[test]
fn what_is_read_holds_secrets_that_cannot_be_printed() {
    let checked = read("right-everything");
    let config = checked.config.expect("it is right");
    let printed = format!("{config:?}");
    assert!(printed.contains("[redacted]") && !printed.contains("planted") && !printed.contains("cGxhbn"), "{printed}");

    let Output::Elasticsearch(elasticsearch) = &config.output else { panic!("another output") };
    let Some(Login::Basic { password, .. }) = &elasticsearch.login else { panic!("another login") };
    assert_eq!(password.expose(), "planted-in-a-file");
    assert_eq!(password.renewed().expect("readable").expect("it is a file's").expose(), "planted-in-a-file");

    let [posture, alerts, emulated] = config.inputs.as_slice() else { panic!("three inputs") };
    let Source::Poll(poll) = &posture.source else { panic!("it polls") };
    assert_eq!((poll.at_once, poll.max_response, poll.allow.len(), poll.allow[1].token), (4, 8 << 20, 2, true));
    assert_eq!(posture.url.as_ref().map(|url| url.as_str()), Some("http://127.0.0.1:8080/"));
    assert!(matches!(&alerts.source, Source::EventHub(hub) if matches!(hub.access, HubAccess::Namespace(_)) && hub.receive_count == 50));
    // The hub of a connection string is what ids are made of.
    assert!(emulated.settings.contains(r#""eventhub":"hub""#), "{}", emulated.settings);
}

#[test]
fn what_is_not_given_is_as_documented() {
    let config = read("right-smallest").config.expect("it is right");
    let Source::Poll(poll) = &config.inputs[0].source else { panic!("it polls") };
    let seconds = (poll.every.as_secs(), poll.timeout.as_secs(), config.stop_within.as_secs());
    assert_eq!(seconds, (43_200, 120, 30));
    assert_eq!((poll.at_once, poll.requests_per_second, poll.burst, poll.max_response, poll.private_addresses), (8, 20, 100, 64 << 20, false));
    assert_eq!((config.namespace.as_str(), config.monitoring.map(|address| address.to_string()).as_deref()), ("default", Some("127.0.0.1:9464")));
    assert!(
        config.state.ends_with("right-smallest/state")
            && matches!(&config.output, Output::File(file) if file.folder.ends_with("right-smallest/out") && file.keep == 10)
    );
}

#[test]
fn a_secret_that_others_may_read_stops_a_run_and_no_check() {
    let scratch = Scratch::new("configuration-open");
    let engine = Engine::new(Limits::default(), Cache::of_user()).expect("the runtime starts");
    let component = component();
    let text = fs::read(workspace().join("host-sim/live/tests/config/secrets-written-out/host-sim.yml")).expect("the case");
    let file = scratch.write("host-sim.yml", text);
    let surroundings = Surroundings { engine: &engine, variable: &|_| None, program: component.parent() };
    for (mode, stops) in [(0o600, false), (0o640, cfg!(unix)), (0o604, cfg!(unix))] {
        set_mode(&file, mode);
        let checked = config::read(&file, &surroundings).expect("it is there");
        assert_eq!((checked.errors(), checked.problems.len(), checked.stops_run()), (0, 3, stops), "{mode:o}");
    }
}

#[test]
fn init_leaves_a_file_that_is_there_as_it_is() {
    let scratch = Scratch::new("configuration-init-again");
    let file = scratch.write("mine.yml", "namespace: mine\n");
    let output = host_sim_in(scratch.path(), &["init", "--config", "mine.yml"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "error: `mine.yml` is there already, and is left as it is\n");
    assert_eq!(fs::read_to_string(file).expect("it is there"), "namespace: mine\n");
}

#[test]
fn a_file_that_is_not_there_is_wrong_usage() {
    let scratch = Scratch::new("configuration-missing");
    let output = host_sim_in(scratch.path(), &["check", "--config", "missing.yml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("error: cannot read the configuration `missing.yml`: "), "{output:?}");
}
