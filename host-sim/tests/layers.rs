//! Who may know whom: the arrows between the crates of the host and between their modules, held against what the files really name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder or crate of the host, from the program's own.
fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// All sources below a folder, with their text up to the tests in them. Files of tests are left out.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.iter().any(|part| part == "tests.rs" || part == "tests") {
            let text = fs::read_to_string(&path).expect("a file");
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            found.push((path, code.join("\n")));
        }
    }
    found
}

/// The names that follow a prefix, also those within braces.
fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let list = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or(rest, |(list, _)| list);
        let several = rest.starts_with('{');
        for name in list.split(',').take(if several { usize::MAX } else { 1 }) {
            names.insert(name.trim().chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect());
        }
    }
    names
}

/// The modules of a folder, each with those that it may name: what its own files name must be among them, and every module must be listed.
fn check(folder: &str, prefix: &str, modules: &[(&str, &[&str])]) {
    let root = at(folder);
    let all: BTreeSet<&str> = modules.iter().map(|(name, _)| *name).collect();
    for (file, code) in sources(&root) {
        let inner = file.strip_prefix(&root).expect("it was found there");
        let module = inner.iter().next().and_then(|part| Path::new(part).file_stem()).and_then(|stem| stem.to_str()).expect("a name");
        if matches!(module, "lib" | "main" | "mod") {
            continue;
        }
        let (_, known) = modules.iter().find(|(name, _)| *name == module).unwrap_or_else(|| panic!("`{folder}/{module}` is not listed here"));
        // What is below a module says `super` to that module; the others name their siblings so.
        let prefix = if prefix == "super::" && inner.iter().count() > 1 { "super::super::" } else { prefix };
        for named in names_after(&code, prefix) {
            let is_stranger = all.contains(named.as_str()) && named != module && !known.contains(&named.as_str());
            assert!(!is_stranger, "{} names `{named}`", file.display());
        }
    }
}

#[test]
fn the_runtimes_modules_name_only_what_they_may() {
    check(
        "runtime/src",
        "crate::",
        &[
            ("contract", &[]),
            ("clock", &["contract"]),
            ("transport", &["contract"]),
            ("host", &["contract"]),
            ("recovery", &["contract", "host"]),
            ("walk", &["clock", "contract", "host", "recovery", "transport"]),
            ("pool", &["clock", "contract", "host", "recovery"]),
            ("flow", &["contract", "recovery", "transport", "walk"]),
        ],
    );
    check(
        "runtime/src/host",
        "super::",
        &[
            ("bindings", &[]),
            ("room", &[]),
            ("stop", &[]),
            ("load_error", &["room", "stop"]),
            ("limits", &["room"]),
            ("wit", &[]),
            ("cache", &[]),
            ("engine", &["cache", "limits", "load_error"]),
            ("artifact", &["engine", "load_error", "wit"]),
            ("convert", &["bindings", "stop"]),
            ("instance", &["artifact", "bindings", "convert", "engine", "limits", "load_error", "room", "stop"]),
        ],
    );
    check(
        "runtime/src/flow",
        "super::",
        &[
            ("bounds", &[]),
            ("stop_signal", &[]),
            ("parcel", &[]),
            ("error", &["parcel"]),
            ("source", &["parcel", "stop_signal"]),
            ("sink", &["error", "parcel"]),
            ("state", &["error", "parcel"]),
            ("dead_letters", &["error", "parcel", "sink"]),
            ("ledger", &["parcel"]),
            ("queue", &["bounds", "ledger", "parcel"]),
            ("delivery", &["bounds", "dead_letters", "error", "ledger", "parcel", "queue", "sink", "state", "stop_signal"]),
            ("walking", &["parcel", "source", "stop_signal"]),
        ],
    );
}

#[test]
fn the_workbenchs_modules_name_only_what_they_may() {
    check(
        "workbench/src",
        "crate::",
        &[
            ("members", &[]),
            ("text", &[]),
            ("plain", &["text"]),
            ("json", &["members"]),
            ("difference", &[]),
            ("recording", &["members", "text"]),
            ("checked", &[]),
            ("skim", &[]),
            ("id_field", &["skim"]),
            ("files", &["id_field"]),
            ("summary", &["skim"]),
            ("inspect", &[]),
            ("decode", &["recording"]),
            ("replay", &["recording"]),
            ("ecs", &["difference", "json"]),
            ("explain", &["difference", "json", "recording"]),
            ("upgrade", &["difference", "json"]),
            ("cases", &["difference", "json", "members", "recording", "text"]),
        ],
    );
    check(
        "workbench/src/cases",
        "super::",
        &[
            ("compare", &[]),
            ("find", &[]),
            ("read", &[]),
            ("config", &["find", "read"]),
            ("expected", &["read"]),
            ("own", &["compare", "config", "read"]),
            ("elastic", &["compare", "config", "read"]),
            ("suite", &["compare", "elastic", "expected", "find", "own"]),
            ("report", &["suite"]),
        ],
    );
}

#[test]
fn the_live_hosts_modules_name_only_what_they_may() {
    check(
        "live/src",
        "crate::",
        &[
            ("secret", &[]),
            ("text", &[]),
            ("time", &[]),
            ("private", &[]),
            ("retry_after", &[]),
            ("tls", &[]),
            ("config", &["secret"]),
            ("state", &["private", "text", "time"]),
            ("files", &["config", "private", "state", "time"]),
            ("elastic", &["config", "retry_after", "text", "time", "tls"]),
            ("azure", &["config", "private", "redactor", "retry_after", "text", "time", "tls"]),
            ("redrive", &["private", "state"]),
            ("redactor", &[]),
            ("log", &["config", "redactor", "text", "time"]),
            ("schedule", &[]),
            ("outlet", &["config", "elastic", "files"]),
            ("health", &["config", "log", "text"]),
            ("status", &["health", "private"]),
            ("record", &["azure", "config", "event_hub", "private", "redactor", "time"]),
            ("doctor", &["azure", "config", "elastic", "event_hub", "health", "outlet", "redactor", "state", "text"]),
            ("source", &["azure", "config", "event_hub", "health", "log", "outlet", "redactor", "schedule", "state", "text", "time"]),
            ("supervise", &["azure", "config", "elastic", "health", "log", "outlet", "redactor", "schedule", "source", "state", "status", "text"]),
            ("event_hub", &["azure", "config", "redactor", "text", "tls"]),
        ],
    );
    check("live/src/health", "super::", &[("state", &[]), ("advice", &[]), ("backlog", &[]), ("metrics", &["state"]), ("server", &[])]);
    check("live/src/doctor", "super::", &[("azure", &[]), ("hub", &[]), ("output", &[])]);
    check(
        "live/src/source",
        "super::",
        &[("counted", &[]), ("measured", &[]), ("told", &[]), ("polling", &["counted", "measured", "told"]), ("receiving", &["counted", "measured", "told"])],
    );
    check("live/src/record", "super::", &[("messages", &[]), ("run", &[])]);
    check("live/src/supervise", "super::", &[("input_thread", &[])]);
    check(
        "live/src/azure",
        "super::",
        &[
            ("body", &[]),
            ("gate", &[]),
            ("pace", &[]),
            ("patience", &[]),
            ("resolver", &[]),
            ("scratch", &[]),
            ("client", &["resolver"]),
            ("recorder", &[]),
            ("trace", &[]),
            ("watch", &[]),
            ("credential", &["client", "patience"]),
            ("sender", &["body", "credential", "gate", "pace", "patience", "recorder", "resolver", "trace", "watch"]),
            ("transport", &["client", "credential", "gate", "pace", "patience", "recorder", "sender", "trace", "watch"]),
        ],
    );
    check(
        "live/src/azure/credential",
        "super::",
        &[("assertion", &[]), ("audiences", &[]), ("http", &[]), ("kind", &["assertion", "http"]), ("provider", &["kind"])],
    );
    check(
        "live/src/event_hub",
        "super::",
        &[
            ("condition", &[]),
            ("owners", &[]),
            ("place", &[]),
            ("trouble", &[]),
            ("batch", &["place", "trouble"]),
            ("pending", &["place"]),
            ("blobs", &["owners", "place", "trouble"]),
            ("store", &["blobs", "owners", "pending", "place", "trouble"]),
            ("tunnel", &["trouble"]),
            ("desk", &["batch", "condition", "place", "store", "trouble"]),
            ("marks", &["desk"]),
            ("service", &["desk", "owners", "place", "trouble", "tunnel"]),
            ("reader", &["batch", "desk", "service", "session", "trouble"]),
            ("session", &["batch", "desk", "reader", "service", "trouble"]),
            ("source", &["batch", "condition", "desk", "marks", "place"]),
            ("opening", &["blobs", "service"]),
            ("link", &["condition", "desk", "opening", "session", "source", "store"]),
            ("examine", &["blobs", "opening", "place", "service", "trouble"]),
            ("overhear", &["opening", "place", "service", "trouble"]),
        ],
    );
    check("live/src/state", "super::", &[("sealed", &[]), ("error", &[]), ("runs", &[]), ("dead_letters", &[])]);
    check("live/src/files", "super::", &[("rotating", &[]), ("stdout", &[])]);
    check(
        "live/src/elastic",
        "super::",
        &[("error", &[]), ("hosts", &[]), ("splice", &[]), ("bulk", &["splice"]), ("answer", &["error"]), ("cluster", &["error", "hosts"])],
    );
    check(
        "live/src/config",
        "super::",
        &[
            ("address", &["units"]),
            ("cloud", &[]),
            ("names", &["units"]),
            ("nearest", &[]),
            ("report", &[]),
            ("sample", &[]),
            ("units", &[]),
            ("variables", &[]),
            ("component", &["names"]),
            ("connection_string", &["units"]),
            ("yaml", &["report"]),
            ("reader", &["report", "units", "variables", "yaml"]),
            ("section", &["nearest", "reader", "report", "units", "yaml"]),
            ("proxy", &["address", "section", "yaml"]),
            ("azure", &["address", "cloud", "names", "proxy", "section"]),
            ("poll", &["address", "section", "yaml"]),
            ("checkpoints", &["address", "azure", "cloud", "names", "section"]),
            ("event_hub", &["azure", "checkpoints", "cloud", "connection_string", "names", "section", "units"]),
            ("elasticsearch", &["address", "names", "proxy", "section", "units"]),
            ("output", &["elasticsearch", "section"]),
            ("settings", &["reader", "report", "variables", "yaml"]),
            ("input", &["azure", "cloud", "component", "event_hub", "names", "poll", "report", "section", "settings", "yaml"]),
            ("outline", &["event_hub", "units"]),
            ("secrets", &[]),
            ("from_elastic", &["cloud", "report", "yaml"]),
            ("top", &["azure", "component", "input", "names", "output", "reader", "report", "section", "settings", "yaml"]),
        ],
    );
}

#[test]
fn the_assets_modules_name_only_what_they_may() {
    check(
        "elastic/src",
        "crate::",
        &[
            ("fields", &[]),
            ("mapping", &["fields"]),
            ("settings", &["fields"]),
            ("yaml", &[]),
            ("zip", &[]),
            ("transform", &["fields"]),
            ("dashboard", &["fields", "transform"]),
            ("objects", &["dashboard", "transform"]),
            ("findings", &["dashboard", "fields", "transform"]),
            ("requests", &["fields", "mapping", "settings", "transform"]),
            ("package", &["dashboard", "fields", "mapping", "objects", "settings", "transform", "yaml", "zip"]),
            ("export", &["objects", "package", "requests"]),
            ("install", &["fields", "objects", "package", "requests"]),
        ],
    );
    check("elastic/src/install", "super::", &[("compare", &[]), ("look", &[]), ("kibana", &["look"]), ("steps", &["compare", "kibana", "look"])]);
    check(
        "elastic/src/dashboard",
        "super::",
        &[("condition", &[]), ("panel", &["condition"]), ("lens", &["panel"]), ("alerts", &["condition", "panel"]), ("posture", &["condition", "panel"])],
    );
}

#[test]
fn a_command_does_not_know_another_one() {
    let shared = [
        "configuration",
        "console",
        "dataset",
        "dead_letters",
        "end",
        "identity",
        "input",
        "live_lines",
        "machine",
        "offline",
        "options",
        "recorded",
        "repeats",
        "settings",
        "signals",
    ];
    let commands = [
        "check",
        "completions",
        "config",
        "decode",
        "diff",
        "doctor",
        "ecs_check",
        "elastic",
        "explain",
        "findings",
        "init",
        "inspect",
        "man",
        "record",
        "redrive",
        "replay",
        "run",
        "status",
        "test",
    ];
    let mut modules: Vec<(&str, &[&str])> = commands.iter().map(|command| (*command, shared.as_slice())).collect();
    modules.extend([
        ("console", &[][..]),
        ("end", &[]),
        ("configuration", &["console", "end"]),
        ("identity", &[]),
        ("input", &[]),
        ("input", &[]),
        ("recorded", &[]),
        ("dataset", &["end"]),
        ("options", &["console", "end"]),
        ("repeats", &["console"]),
        ("settings", &["console", "end"]),
        ("signals", &[]),
        ("machine", &[]),
        ("live_lines", &["console"]),
        ("dead_letters", &["console", "end", "identity", "repeats"]),
        ("offline", &["console", "dead_letters", "end", "options", "repeats", "signals"]),
    ]);
    check("src/cli", "super::", &modules);
}

/// The names of what a crate depends on.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(at(manifest)).expect("a manifest");
    let mut names = BTreeSet::new();
    let mut counts = false;
    for line in text.lines() {
        match line.strip_prefix('[') {
            Some(section) => counts = section.contains("dependencies"),
            None if counts => names.extend(line.split_once('=').map(|(name, _)| name.trim().to_owned()).filter(|name| !name.starts_with('#'))),
            None => (),
        }
    }
    names
}

#[test]
fn who_embeds_the_runtime_gets_neither_a_command_line_nor_yaml_nor_a_network() {
    let wanted = ["rustix", "semver", "serde", "sha2", "thiserror", "typenum", "wasmtime"].map(str::to_owned);
    assert_eq!(dependencies("runtime/Cargo.toml"), BTreeSet::from(wanted));
}

#[test]
fn the_workbench_knows_the_runtime_and_no_network() {
    let dependencies = dependencies("workbench/Cargo.toml");
    assert!(dependencies.contains("host-sim-runtime"));
    for stranger in ["host-sim", "clap", "indicatif", "tokio", "reqwest", "azure_identity", "wasmtime"] {
        assert!(!dependencies.contains(stranger), "{stranger}");
    }
}

#[test]
fn the_live_host_knows_the_runtime_and_no_command_line() {
    let dependencies = dependencies("live/Cargo.toml");
    assert!(dependencies.contains("host-sim-runtime"));
    for stranger in ["host-sim", "host-sim-workbench", "clap", "indicatif", "wasmtime"] {
        assert!(!dependencies.contains(stranger), "{stranger}");
    }
}

#[test]
fn the_assets_know_the_live_host_and_no_command_line() {
    let dependencies = dependencies("elastic/Cargo.toml");
    for stranger in ["host-sim", "host-sim-workbench", "clap", "indicatif", "wasmtime", "reqwest", "tokio"] {
        assert!(!dependencies.contains(stranger), "{stranger}");
    }
}

#[test]
fn the_runtime_knows_no_component_by_name_and_no_files_but_code() {
    let root = at("runtime/src");
    for (file, code) in sources(&root) {
        let inner = file.strip_prefix(&root).expect("it was found there");
        for name in ["microsoft", "defender", "azure"] {
            assert!(!code.contains(name), "{} names `{name}`", file.display());
        }
        // A component's own file, and the code that was compiled of it.
        if inner.starts_with("host/artifact.rs") || inner.starts_with("host/cache.rs") || inner.starts_with("host/cache") {
            continue;
        }
        for name in ["std::fs", "std::net", "std::process", "std::env", "fs::", "println!"] {
            assert!(!code.contains(name), "{} names `{name}`", file.display());
        }
    }
}

#[test]
fn the_check_finds_what_is_named() {
    let code = "use super::one;\nuse super::{two, three::Three};\nlet x = super::four::five();";
    let names: Vec<String> = names_after(code, "super::").into_iter().collect();
    assert_eq!(names, ["four", "one", "three", "two"]);
}
