//! Recordings that were changed at random: they are read or refused with a reason. The same check serves a fuzzer.

#[path = "../src/recordings.rs"]
mod recordings;

#[test]
fn recordings_of_any_kind() {
    for seed in properties::seeds::recordings() {
        recordings::check(&seed);
    }
    for input in properties::Mutations::of(properties::seeds::recordings()).take(3000) {
        recordings::check(&input);
    }
}
