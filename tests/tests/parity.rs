//! The reference's data and cases, through the built component. The same comparison runs natively in `plugin/tests/parity`.

#[path = "../../plugin/tests/parity/compare.rs"]
mod compare;
#[path = "../../plugin/tests/parity/shared.rs"]
mod shared;

use compare::{Case, check};
use host_sim_runtime::contract::Message;
use host_sim_runtime::{Cache, Component, Engine, Instance, Limits};
use serde_json::json;

const NOW: u64 = 1_767_225_600_000;

fn component() -> Component {
    let engine = Engine::new(Limits::default(), Cache::of_user()).expect("an engine");
    Component::load(&engine, tests::component()).expect("the component loads")
}

fn instance(component: &Component, tags: &[String]) -> Instance {
    let preserve = ["preserve_original_event", "preserve_duplicate_custom_fields"];
    let has = |name: &str| tags.iter().any(|tag| tag == name);
    let others: Vec<_> = tags.iter().filter(|tag| !preserve.contains(&tag.as_str())).collect();
    let settings = json!({ "profile": "elastic", preserve[0]: has(preserve[0]), preserve[1]: has(preserve[1]), "tags": others });
    let mut instance = component.start().expect("an instance");
    instance.configure(&settings.to_string()).expect("settings");
    instance
}

fn run(dataset: &str, cases: &[Case]) {
    let component = component();
    let mut failures = Vec::new();
    for case in cases {
        let mut instance = instance(&component, &case.tags);
        let dataset = instance.description().position(dataset).expect("the data set");
        let decoded = instance.decode(NOW, dataset, &[Message::from(case.message.as_str())]).expect("an answer");
        assert_eq!(decoded.documents.len(), 1, "{}", case.name);
        let ours = serde_json::from_slice(&decoded.documents[0].body).expect("a document is JSON");
        let differences = check(case, ours);
        if !differences.is_empty() {
            failures.push(format!("{}:\n  {}", case.name, differences.join("\n  ")));
        }
    }
    println!("{dataset}: {} of {} equal", cases.len() - failures.len(), cases.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn gold_through_the_component() {
    for (dataset, count) in [("event", 5), ("assessment", 13)] {
        let Some(cases) = shared::gold(dataset) else { return };
        assert_eq!(cases.len(), count);
        run(dataset, &cases);
    }
}

#[test]
fn cases_through_the_component() {
    for dataset in ["event", "assessment"] {
        let Some(cases) = shared::cases(dataset) else { return };
        run(dataset, &cases);
    }
}
