//! Names of members: the forms in which rules know them, and the key by which tables find them.

use bumpalo::Bump;

use super::eight_bytes::{ONES, TOPS, fewer_than_eight};

/// A name of a member in the form in which rules know it, and its key.
#[derive(Debug, Clone, Copy, Eq)]
pub(crate) struct Name<'a> {
    /// The name.
    pub text: &'a str,
    /// Its key.
    pub key: u32,
}

impl<'a> Name<'a> {
    /// A name with its key; in a constant, the key costs nothing.
    pub(crate) const fn of(text: &'a str) -> Self {
        Self { text, key: key(text) }
    }
}

impl PartialEq for Name<'_> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.text == other.text
    }
}

/// A hash of a name. Equal names have equal keys; names with equal keys are most likely equal, which is left to whoever needs to know.
pub(crate) const fn key(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let mut hash = 0;
    let mut at = 0;
    while at < bytes.len() {
        let mut word = 0;
        let mut index = 0;
        while index < 8 && at + index < bytes.len() {
            word |= (bytes[at + index] as u64) << (8 * index);
            index += 1;
        }
        hash = mixed(hash, word);
        at += 8;
    }
    finished(hash)
}

/// The same as [`key`], quicker where it is not made by the compiler.
#[inline(always)]
pub(crate) fn quick_key(name: &str) -> u32 {
    let mut hash = 0;
    let mut rest = name.as_bytes();
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        hash = mixed(hash, u64::from_le_bytes(*chunk));
        rest = behind;
    }
    if !rest.is_empty() {
        hash = mixed(hash, fewer_than_eight(rest));
    }
    finished(hash)
}

/// One step of a hash. `key`, `quick_key` and `Look::at` take the same steps, so that their keys agree.
const fn mixed(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(29) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

const fn finished(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// A name as it is spelled.
#[inline]
pub(crate) fn as_written(name: &str) -> Name<'_> {
    Name { text: name, key: quick_key(name) }
}

/// A name in lower case, with Unicode's full rules.
#[inline]
pub(crate) fn lower<'a>(arena: &'a Bump, name: &'a str) -> Name<'a> {
    let look = Look::at(name);
    match look.kind {
        Kind::Small => Name { text: name, key: look.key },
        Kind::Capitals => {
            let copy = arena.alloc_str(name);
            copy.make_ascii_lowercase();
            Name { text: copy, key: look.key }
        }
        Kind::Beyond => as_written(arena.alloc_str(&name.to_lowercase())),
    }
}

/// A name in snake case: a capital becomes small and gets `_` before it, unless it opens the name or follows a capital.
#[inline]
pub(crate) fn snake<'a>(arena: &'a Bump, scratch: &mut String, name: &'a str) -> Name<'a> {
    let look = Look::at(name);
    match look.kind {
        Kind::Small => Name { text: name, key: look.key },
        Kind::Capitals => snake_of_ascii(arena, scratch, name),
        Kind::Beyond => snake_of_any(arena, scratch, name),
    }
}

fn snake_of_ascii<'a>(arena: &'a Bump, scratch: &mut String, name: &str) -> Name<'a> {
    scratch.clear();
    let mut follows_capital = true;
    for byte in name.bytes() {
        let capital = byte.is_ascii_uppercase();
        if capital && !follows_capital {
            scratch.push('_');
        }
        scratch.push(char::from(byte.to_ascii_lowercase()));
        follows_capital = capital;
    }
    as_written(arena.alloc_str(scratch))
}

#[cold]
fn snake_of_any<'a>(arena: &'a Bump, scratch: &mut String, name: &str) -> Name<'a> {
    scratch.clear();
    let mut follows_capital = true;
    for character in name.chars() {
        // The reference goes by UTF-16 units, so characters beyond the basic plane have no case.
        let capital = character.is_uppercase() && (character as u32) < 0x1_0000;
        if capital && !follows_capital {
            scratch.push('_');
        }
        match character.to_lowercase().next() {
            Some(small) if capital => scratch.push(small),
            _ => scratch.push(character),
        }
        follows_capital = capital;
    }
    as_written(arena.alloc_str(scratch))
}

/// A name in its form, made at compile time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InForm {
    bytes: [u8; LONGEST],
    length: usize,
}

/// No form is longer.
const LONGEST: usize = 64;

impl InForm {
    /// The form.
    pub(crate) const fn text(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => panic!("a name that is not ASCII"),
        }
    }

    const fn push(&mut self, byte: u8) {
        self.bytes[self.length] = byte;
        self.length += 1;
    }
}

/// An ASCII name in lower case.
pub(crate) const fn lowercase(name: &str) -> InForm {
    let mut form = InForm { bytes: [0; LONGEST], length: 0 };
    while form.length < name.len() {
        form.push(name.as_bytes()[form.length].to_ascii_lowercase());
    }
    form
}

/// An ASCII name in snake case.
pub(crate) const fn snake_case(name: &str) -> InForm {
    let mut form = InForm { bytes: [0; LONGEST], length: 0 };
    let mut follows_capital = true;
    let mut at = 0;
    while at < name.len() {
        let byte = name.as_bytes()[at];
        if byte.is_ascii_uppercase() && !follows_capital {
            form.push(b'_');
        }
        form.push(byte.to_ascii_lowercase());
        follows_capital = byte.is_ascii_uppercase();
        at += 1;
    }
    form
}

/// What one pass over a name tells.
struct Look {
    kind: Kind,
    /// The key of the name in lower case, if it is ASCII.
    key: u32,
}

enum Kind {
    /// ASCII without capitals.
    Small,
    /// ASCII with capitals.
    Capitals,
    /// Not ASCII.
    Beyond,
}

impl Look {
    #[inline(always)]
    fn at(name: &str) -> Self {
        let mut rest = name.as_bytes();
        let (mut hash, mut capitals, mut tops) = (0, 0, 0);
        while !rest.is_empty() {
            let (word, behind) = match rest.split_first_chunk::<8>() {
                Some((chunk, behind)) => (u64::from_le_bytes(*chunk), behind),
                None => (fewer_than_eight(rest), &[][..]),
            };
            // The top bit of each byte that is `A` or more and not more than `Z`.
            let capital = (word.wrapping_add(ONES * (0x80 - b'A' as u64)) & !word.wrapping_add(ONES * (0x7f - b'Z' as u64))) & TOPS;
            capitals |= capital;
            tops |= word;
            hash = mixed(hash, word | (capital >> 2));
            rest = behind;
        }
        let kind = match (tops & TOPS, capitals) {
            (0, 0) => Kind::Small,
            (0, _) => Kind::Capitals,
            _ => Kind::Beyond,
        };
        Self { kind, key: finished(hash) }
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::{as_written, key, lower, snake};

    #[track_caller]
    fn check(name: &str, expected_lower: &str, expected_snake: &str) {
        let arena = Bump::new();
        let formed = lower(&arena, name);
        assert_eq!((formed.text, formed.key), (expected_lower, key(expected_lower)));
        let formed = snake(&arena, &mut String::new(), name);
        assert_eq!((formed.text, formed.key), (expected_snake, key(expected_snake)));
    }

    #[test]
    fn names_are_brought_into_form_with_the_key_of_that_form() {
        check("", "", "");
        check("id", "id", "id");
        check("Id", "id", "id");
        check("$Ref", "$ref", "$_ref");
        check("statusChangeDate", "statuschangedate", "status_change_date");
        check("HTTPServerURL", "httpserverurl", "httpserver_url");
        check("@[`{AZaz09", "@[`{azaz09", "@[`{_azaz09");
        check("K8sClusterId", "k8sclusterid", "k8s_cluster_id");
        check("ΑΣ", "ας", "ασ");
        check("ab\u{130}D", "abi\u{307}d", "ab_id");
    }

    #[test]
    fn every_length_has_its_key() {
        let name = "AbCdEfGhIjKlMnOpQrStUvWxYz";
        let arena = Bump::new();
        for end in 0..=name.len() {
            let small = name[..end].to_lowercase();
            assert_eq!(lower(&arena, &name[..end]).key, key(&small));
            assert_eq!(lower(&arena, arena.alloc_str(&small)).key, key(&small));
            assert_eq!(as_written(&name[..end]).key, key(&name[..end]));
        }
    }
}
