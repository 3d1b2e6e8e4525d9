//! Stable ids of documents: a hash of what makes the occurrence.

use blake2::digest::consts::U20;
use blake2::{Blake2b, Digest};
use twox_hash::XxHash3_128;

/// The id made of these parts, as 40 hexadecimal digits. Parts are delimited, so `["ab", "c"]` and `["a", "bc"]` differ.
/// The hash is one that nobody can write two records for.
pub fn of(parts: &[&[u8]]) -> String {
    in_hexadecimal(hash_of(parts))
}

/// What the ids of a record's documents are made of, however many there are.
pub(crate) struct RecordId(Blake2b<U20>);

impl RecordId {
    /// By what tells the record from others.
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        Self(hash_of(parts))
    }

    /// The id of the document that is about one CVE of the record, or about all of the record. It depends on no other CVE, and on no place in a list.
    pub(crate) fn of_document(&self, cve: Option<&str>) -> String {
        let mut hash = self.0.clone();
        if let Some(cve) = cve {
            add(&mut hash, b"cve");
            add(&mut hash, cve.as_bytes());
        }
        in_hexadecimal(hash)
    }
}

fn hash_of(parts: &[&[u8]]) -> Blake2b<U20> {
    let mut hash = Blake2b::new();
    parts.iter().for_each(|part| add(&mut hash, part));
    hash
}

fn add(hash: &mut Blake2b<U20>, part: &[u8]) {
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}

fn in_hexadecimal(hash: Blake2b<U20>) -> String {
    let hash = hash.finalize();
    let mut text = String::with_capacity(2 * hash.len());
    for byte in hash {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
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
    fn a_document_of_one_cve_has_a_part_more() {
        let record = RecordId::of(&[b"a", b"b"]);
        assert_eq!(record.of_document(None), of(&[b"a", b"b"]));
        assert_eq!(record.of_document(Some("CVE-1")), of(&[b"a", b"b", b"cve", b"CVE-1"]));
    }

    #[test]
    fn ids_stay_the_same_from_one_version_to_the_next() {
        assert_eq!(of(&[b"event", &digest("{}")]), "aeeb3ab0c9a0210de1a6a8289ce38bf5f8177abd");
    }
}
