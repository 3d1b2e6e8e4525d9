//! Stable ids of documents: a hash of what makes the occurrence.

use blake2::digest::consts::U20;
use blake2::{Blake2b, Digest};

/// The id made of these parts, as 40 hexadecimal digits. Parts are delimited, so `["ab", "c"]` and `["a", "bc"]` differ.
pub fn of(parts: &[&[u8]]) -> String {
    let mut hash = Blake2b::<U20>::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(b"0123456789abcdef"[digit as usize])).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn parts_are_delimited() {
        assert_ne!(super::of(&[b"ab", b"c"]), super::of(&[b"a", b"bc"]));
        assert_eq!(super::of(&[b"a"]), super::of(&[b"a"]));
        assert_eq!(super::of(&[]).len(), 40);
    }
}
