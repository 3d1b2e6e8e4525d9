//! The properties on a few thousand inputs that are made of the seeds at random; the same in every run. A fuzzer goes further: `make fuzz`.

use microsoft_defender_cloud::plugin::Plugin;
use properties::{Mutations, cursor, messages, seeds, settings, walk};

fn check(seeds: Vec<Vec<u8>>, inputs: usize, property: fn(&[u8])) {
    for seed in &seeds {
        property(seed);
    }
    for input in Mutations::of(seeds).take(inputs) {
        property(&input);
    }
}

#[test]
fn messages_of_a_hub() {
    check(seeds::event(), 3000, messages::event);
}

#[test]
fn records_of_assessments() {
    check(seeds::assessment(), 3000, messages::assessment);
}

#[test]
fn settings_of_any_kind() {
    check(seeds::settings(), 3000, settings::check);
}

/// A seed that is refused as a whole leads nowhere but to refusals.
#[test]
fn most_seeds_of_settings_are_taken() {
    let taken = |seed: &Vec<u8>| Plugin::default().configure(&String::from_utf8_lossy(seed)).is_ok();
    let refused: Vec<_> = seeds::settings().into_iter().enumerate().filter(|(_, seed)| !taken(seed)).map(|(place, _)| place).collect();
    assert_eq!(refused, [5, 6, 9, 10, 11]);
}

#[test]
fn pages_and_outcomes_in_any_order() {
    check(seeds::walk(), 500, walk::check);
}

#[test]
fn cursors_of_any_kind() {
    check(seeds::cursor(), 500, cursor::check);
}
