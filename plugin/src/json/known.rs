//! Names that are known beforehand: to bring one into its form costs a look-up, and no memory.

use super::name::{Formed, Name, key, quick_key};
use super::places::Places;
use super::word::equal;

/// Names in the spelling in which they mostly come, with their forms.
#[derive(Debug)]
pub(crate) struct Known {
    rows: &'static [Row],
    places: Places<512>,
}

/// One name.
#[derive(Debug)]
pub(crate) struct Row {
    spelled: Name,
    formed: Name,
}

impl Row {
    /// A name and its form.
    pub(crate) const fn new(spelled: &'static str, formed: &'static str) -> Self {
        Self { spelled: Name::of(spelled), formed: Name::of(formed) }
    }
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

    /// The form's bytes.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The form's key.
    pub(crate) const fn key(&self) -> u32 {
        key(self.text())
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

impl Known {
    /// No names.
    #[cfg(test)]
    pub(crate) const NONE: &Self = &Self::new(&[]);

    /// These names.
    pub(crate) const fn new(rows: &'static [Row]) -> Self {
        let mut places = Places::new();
        let mut at = 0;
        while at < rows.len() {
            places.add(rows[at].spelled.key, at);
            at += 1;
        }
        Self { rows, places }
    }

    /// The form of a name, if it is known in this spelling.
    #[inline(always)]
    pub(crate) fn form(&self, spelled: &str) -> Option<Formed<'static>> {
        let key = quick_key(spelled);
        let at = self.places.find(key, |at| self.rows[at].spelled.key == key && equal(self.rows[at].spelled.text.as_bytes(), spelled.as_bytes()))?;
        Some(self.rows[at].formed.into())
    }

    /// Every name as it is spelled, and its form.
    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.rows.iter().map(|row| (row.spelled.text, row.formed.text))
    }
}
