//! Stable ids of documents: a hash of what makes the occurrence.

use core::hash::Hasher;

use blake2::digest::consts::U20;
use blake2::{Blake2b, Digest};
use siphasher::sip128::{Hasher128, SipHasher13};

/// The id made of these parts, as 40 hexadecimal digits. Parts are delimited, so `["ab", "c"]` and `["a", "bc"]` differ.
/// The hash is one that nobody can write two records for.
pub fn of(parts: &[&[u8]]) -> String {
    let mut hash = Blake2b::<U20>::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(b"0123456789abcdef"[digit as usize])).collect()
}

/// A quick hash of a record's text, for an id in which other parts tell records apart.
pub(crate) fn digest(text: &str) -> [u8; 16] {
    let mut hash = SipHasher13::new();
    hash.write(text.as_bytes());
    hash.finish128().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_delimited() {
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_eq!(of(&[b"a"]), of(&[b"a"]));
    }

    #[test]
    fn ids_stay_the_same_from_one_version_to_the_next() {
        assert_eq!(of(&[b"event", &digest("{}")]), "d720768647ae3a2700f315d9483ae8985acd32d7");
    }
}
