//! Hashes by which a walk remembers what it has seen. They are long and keyless: no resource can be named so that it hides another.

use blake2::digest::consts::U16;
use blake2::{Blake2b, Digest};

/// The hash of a text.
pub(super) fn of(text: &str) -> u128 {
    u128::from_le_bytes(Blake2b::<U16>::digest(text.as_bytes()).into())
}
