//! The contract's versions: what was released stays as it was, and what was built against it keeps loading.

use std::fs;

use host_sim_runtime::contract::Message;
use host_sim_runtime::{Cache, Clock, Component, Engine, Limits};
use tests::contract::Contract;
use tests::{component, workspace};

fn current() -> Contract {
    Contract::read(&workspace().join("wit")).expect("`wit/` holds a contract")
}

/// Major and minor number, or only the major one once it is not 0: within it, a newer version breaks nothing.
fn series(version: &str) -> &str {
    let numbers = if version.starts_with("0.") { 2 } else { 1 };
    version.match_indices('.').nth(numbers - 1).map_or(version, |(end, _)| &version[..end])
}

#[test]
fn the_contract_breaks_nothing_that_was_released_in_its_series() {
    let current = current();
    let mut compared = 0;
    for folder in fs::read_dir(workspace().join("wit/released")).expect("it is there") {
        let folder = folder.expect("it can be read").path();
        let released = Contract::read(&folder).expect("it holds a contract");
        assert_eq!(folder.file_name().and_then(|name| name.to_str()), Some(released.version.as_str()), "a folder is named after its version");
        if series(&released.version) == series(&current.version) {
            let breaks = current.breaks(&released);
            assert!(breaks.is_empty(), "{} breaks {}:\n{}", current.version, released.version, breaks.join("\n"));
            compared += 1;
        }
    }
    assert!(compared > 0, "no version of this series is kept in `wit/released`");
}

#[test]
fn the_contracts_version_is_released_as_it_stands() {
    let current = current();
    let folder = workspace().join("wit/released").join(&current.version);
    if !folder.exists() {
        return;
    }
    let released = Contract::read(&folder).expect("it holds a contract");
    assert_eq!(current.items, released.items, "another contract needs another version");
}

#[test]
fn the_component_offers_what_the_contract_says_and_imports_nothing() {
    let bytes = fs::read(component()).expect("`make build` was run");
    let (offered, current) = (Contract::of_component(&bytes).expect("it is a component"), current());
    assert_eq!(offered.imports, [""; 0]);
    assert_eq!(offered.version, current.version);
    assert!(current.breaks(&offered).is_empty(), "{:?}", current.breaks(&offered));
    // A component keeps no alias of a plain type.
    let missing: Vec<String> = offered.breaks(&current).into_iter().filter(|text| !text.contains("types.timestamp")).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_component_built_against_0_1_0_keeps_loading() {
    let engine = Engine::new(Limits::default(), Cache::none()).expect("the runtime starts");
    let path = workspace().join("tests/contract-0.1.0/contract_0_1_0.wasm");
    let mut instance = Component::load(&engine, path).expect("it loads").start().expect("it starts");
    assert_eq!(instance.description().name, "contract-0.1.0");
    assert_eq!(instance.description().datasets.len(), 1);
    assert!(instance.configure("[]").is_err());
    assert_eq!(instance.configure("{}").expect("it takes these settings"), []);
    assert_eq!(instance.fields(0).expect("it answers").len(), 1);

    let message = Message::from(r#"{"a": 1}"#);
    let decoded = instance.decode(Clock::Fixed(7).now(), 0, std::slice::from_ref(&message)).expect("it answers");
    let [document] = decoded.documents.as_slice() else { panic!("one document, not {:?}", decoded.documents) };
    assert_eq!((document.text().as_ref(), document.source), (r#"{"now":7,"bytes":8}"#, Some(0)));
    assert_eq!(instance.explain(7, 0, &message).expect("it answers").len(), 1);
    assert!(instance.begin(7, None).expect("it answers").finished.is_some_and(|totals| totals.complete));
}
