//! The file that `init` writes.

/// A commented configuration to begin with.
pub const SAMPLE: &str = include_str!("sample.yml");

#[cfg(test)]
mod tests {
    use super::SAMPLE;
    use crate::config::{azure, elasticsearch, event_hub, input, output, poll, top};

    #[test]
    fn the_sample_names_every_key() {
        let tables: [&[&str]; 7] = [&top::KEYS, &azure::KEYS, &input::KEYS, &poll::KEYS, &event_hub::KEYS, &output::KEYS, &elasticsearch::KEYS];
        for key in tables.concat() {
            assert!(SAMPLE.contains(&format!("{key}:")) || SAMPLE.contains(&format!("`{key}`")), "{key}");
        }
    }
}
