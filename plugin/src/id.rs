//! Stable ids of documents: a hash of what makes the occurrence.

use blake2::digest::consts::U20;
use blake2::{Blake2b, Digest};
use twox_hash::XxHash3_128;

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

/// The id of a document that is about one CVE of a record, or about all of the record. It depends on no other CVE, and on no place in a list.
pub(crate) fn of_finding(record: &[&[u8]], cve: Option<&str>) -> String {
    match cve {
        Some(cve) => of(&[record, &[b"cve", cve.as_bytes()]].concat()),
        None => of(record),
    }
}

/// A quick hash of a record's text, for an id in which other parts tell records apart.
pub(crate) fn digest(text: &str) -> [u8; 16] {
    XxHash3_128::oneshot(text.as_bytes()).to_le_bytes()
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
        assert_eq!(of(&[b"event", &digest("{}")]), "aeeb3ab0c9a0210de1a6a8289ce38bf5f8177abd");
    }
}
