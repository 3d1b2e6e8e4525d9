//! Who may know whom: the layers of ARCHITECTURE.md, held against what the files really name.

use std::path::{Path, PathBuf};
use std::process::Command;

/// All sources below a folder or file, with their text up to the tests in them.
fn sources(path: &Path, found: &mut Vec<(PathBuf, String)>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a folder") {
            sources(&entry.expect("an entry").path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        let text = std::fs::read_to_string(path).expect("a file");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        found.push((path.to_owned(), code));
    }
}

/// No file of a layer names one of these modules.
fn check(layer: &str, strangers: &[&str]) {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer), &mut found);
    assert!(!found.is_empty(), "{layer}");
    for (file, code) in found {
        for stranger in strangers {
            assert!(!code.contains(&format!("crate::{stranger}")), "{} names `{stranger}`", file.display());
        }
    }
}

#[test]
fn each_layer_names_only_what_it_may() {
    let all = ["component", "defender", "ecs", "event_hub", "id", "json", "mapping", "messages", "plugin", "problem", "settings", "url", "walk"];
    let but = |known: &[&str]| all.iter().copied().filter(|name| !known.contains(name)).collect::<Vec<_>>();
    check("contract.rs", &all);
    check("json", &but(&["json"]));
    check("defender", &but(&["defender", "json"]));
    check("ecs", &but(&["ecs", "json"]));
    check("event_hub", &but(&["event_hub", "json", "settings"]));
    check("settings", &but(&["settings", "json", "url"]));
    check("url.rs", &all);
    check("mapping", &but(&["mapping", "json", "ecs", "defender", "settings"]));
    check("problem.rs", &all);
    check("walk", &but(&["walk", "mapping", "json", "ecs", "defender", "id", "problem", "settings", "url"]));
    check("messages.rs", &but(&["event_hub", "id", "mapping", "problem", "settings"]));
    check("plugin.rs", &["component", "defender", "ecs", "event_hub", "id", "json"]);
}

/// What Azure calls things stands in `defender`, what documents call them in `ecs`; `json` makes names of what it reads. The wrapper `records` is no member
/// of a record.
#[test]
fn no_text_becomes_the_name_of_a_member_outside_of_defender() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&folder, &mut found);
    for (file, code) in found {
        let layer = file.strip_prefix(&folder).expect("a source").components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        if !matches!(layer.as_str(), "defender" | "ecs" | "json" | "event_hub") {
            assert!(!code.contains("Name::of(") && !code.contains("Name {"), "{} makes a name of a text", file.display());
        }
    }
}

/// A problem is made from the table of codes, which its page is made from, too.
#[test]
fn every_problem_has_its_line_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&folder, &mut found);
    for (file, code) in found {
        let may = ["problem.rs", "contract.rs", "component.rs"].iter().any(|name| file == folder.join(name));
        let makes = code.replace("SettingProblem {", "").contains("Problem {");
        assert!(may || !makes, "{} makes a problem without the table", file.display());
    }
}

/// A rule that reads a member which is not declared does not build: see the end of `mapping/mod.rs`.
#[test]
fn a_member_that_is_not_declared_does_not_build() {
    let cargo = std::env::var_os("CARGO").expect("tests run under cargo");
    let mut command = Command::new(cargo);
    command.args(["rustc", "--quiet", "--locked", "--offline", "--lib", "--profile", "check", "--", "--cfg", "undeclared_member"]);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it builds");
    for message in ["no field `os_platfrom` on type", "no field `hostname` on type"] {
        assert!(said.contains(message), "{message} is not among what the compiler says:\n{said}");
    }
    assert_eq!(said.matches("error[E").count(), 2, "there are errors besides those that are meant:\n{said}");
}

#[test]
fn only_the_component_names_wit() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    for (file, code) in found {
        assert!(!code.contains("wit_bindgen") || file.ends_with("component.rs"), "{}", file.display());
    }
}
