//! Who may know whom: the layers of ARCHITECTURE.md, held against what the files really name.

use std::path::{Path, PathBuf};

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
    let all = ["component", "defender", "ecs", "event_hub", "id", "json", "mapping", "plugin", "settings", "url", "walk"];
    let but = |known: &[&str]| all.iter().copied().filter(|name| !known.contains(name)).collect::<Vec<_>>();
    check("contract.rs", &all);
    check("json", &but(&["json"]));
    check("defender", &but(&["defender", "json"]));
    check("ecs", &but(&["ecs", "json"]));
    check("event_hub", &but(&["event_hub", "json", "settings"]));
    check("settings", &but(&["settings", "json", "url"]));
    check("url.rs", &all);
    check("mapping", &but(&["mapping", "json", "ecs", "defender", "settings"]));
    check("walk", &but(&["walk", "mapping", "json", "ecs", "id", "settings", "url"]));
    check("plugin.rs", &["component", "defender", "ecs", "json"]);
}

#[test]
fn only_the_component_names_wit() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    for (file, code) in found {
        assert!(!code.contains("wit_bindgen") || file.ends_with("component.rs"), "{}", file.display());
    }
}
