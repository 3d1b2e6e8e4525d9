//! The hash that stands for a rule's name as `rule.uuid`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// A hash that is fed value by value: those of a list in order, those of an object by name in ascending order, each name as a text before its value.
#[derive(Default)]
pub(crate) struct Fingerprint(Sha1);

impl Fingerprint {
    /// Takes a text, or the name of a member.
    pub(crate) fn text(&mut self, text: &str) {
        self.value(text.as_bytes());
    }

    /// Takes an integer of at most 32 bits.
    pub(crate) fn integer(&mut self, integer: i32) {
        self.value(&integer.to_le_bytes());
    }

    /// Takes an integer of 33 to 64 bits.
    pub(crate) fn long(&mut self, long: i64) {
        self.value(&long.to_le_bytes());
    }

    /// Takes a number with a fraction or an exponent.
    pub(crate) fn double(&mut self, double: f64) {
        self.value(&double.to_le_bytes());
    }

    /// Takes a boolean.
    pub(crate) fn boolean(&mut self, boolean: bool) {
        self.value(if boolean { &[1] } else { &[2] });
    }

    /// Takes a null.
    pub(crate) fn null(&mut self) {
        self.value(&[]);
    }

    /// The hash in base64.
    pub(crate) fn finish(self) -> String {
        STANDARD.encode(self.0.finalize())
    }

    fn value(&mut self, bytes: &[u8]) {
        self.0.update([0]);
        self.0.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(feed: impl FnOnce(&mut Fingerprint)) -> String {
        let mut fingerprint = Fingerprint::default();
        feed(&mut fingerprint);
        fingerprint.finish()
    }

    #[test]
    fn a_name_gives_the_uuid_that_the_reference_gives() {
        let name = "Machines should have a vulnerability assessment solution";
        assert_eq!(of(|fingerprint| fingerprint.text(name)), "GWgODMK4x9cVQi6d4ipRByaXvpE=");
    }

    #[test]
    fn each_value_stands_behind_a_zero_byte() {
        // Both were computed with another SHA-1, over one zero byte, and over the bytes of all values.
        assert_eq!(of(Fingerprint::null), "W6k8nbDP+T9StSHXQg5D9u2ieE8=");
        let of_all = of(|fingerprint| {
            fingerprint.text("é");
            fingerprint.integer(-7);
            fingerprint.long(1 << 40);
            fingerprint.double(1.5);
            fingerprint.boolean(true);
            fingerprint.boolean(false);
            fingerprint.null();
        });
        assert_eq!(of_all, "n3nZ/eFus3bxaDZA5/BFtyVKt/k=");
    }

    #[test]
    fn without_a_value_nothing_is_hashed() {
        assert_eq!(of(|_| {}), "2jmj7l5rSw0yVb/vlWAYkK/YBwk=");
    }
}
