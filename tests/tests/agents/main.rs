//! The agents of `docs/agents.md` that the tests can build: each is run with the page's own configuration, in which only paths, addresses and a secret are others.
#![cfg(unix)]

mod benthos;
mod collector;
mod running;
mod search;

use std::fs;

use tests::workspace;

/// A block of configuration: which one behind a heading, from 0.
fn block(heading: &str, number: usize) -> String {
    let page = fs::read_to_string(workspace().join("docs/agents.md")).expect("readable");
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("the page has no section `{heading}`"));
    let section = section.split("\n## ").next().unwrap_or_default();
    let block = section.split("```yaml\n").nth(number + 1).and_then(|rest| rest.split("```").next());
    block.unwrap_or_else(|| panic!("`{heading}` has no block {number}")).to_owned()
}

/// A text with something else in place of a part that has to be there.
#[track_caller]
fn with(text: &str, part: &str, other: &str) -> String {
    assert!(text.contains(part), "`{part}` is not in:\n{text}");
    text.replace(part, other)
}
