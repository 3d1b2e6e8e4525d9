//! Names that are known beforehand: to bring one into its form costs a look-up, and no memory.

use super::key_table::KeyTable;
use super::name::{Name, as_written};

/// Names in the spelling in which they mostly come, with their forms.
#[derive(Debug)]
pub(crate) struct Known {
    rows: &'static [Row],
    by_key: KeyTable<512>,
}

/// One name.
#[derive(Debug)]
pub(crate) struct Row {
    spelled: Name<'static>,
    formed: Name<'static>,
}

impl Row {
    /// A name and its form.
    pub(crate) const fn new(spelled: &'static str, formed: &'static str) -> Self {
        Self { spelled: Name::of(spelled), formed: Name::of(formed) }
    }
}

impl Known {
    /// No names.
    #[cfg(test)]
    pub(crate) const NONE: &Self = &Self::new(&[]);

    /// These names.
    pub(crate) const fn new(rows: &'static [Row]) -> Self {
        let mut by_key = KeyTable::new();
        let mut index = 0;
        while index < rows.len() {
            by_key.add(rows[index].spelled.key, index);
            index += 1;
        }
        Self { rows, by_key }
    }

    /// The form of a name, if it is known in this spelling.
    #[inline(always)]
    pub(crate) fn form(&self, spelled: &str) -> Option<Name<'static>> {
        let index = self.by_key.index_of(as_written(spelled), |index| self.rows[index].spelled)?;
        Some(self.rows[index].formed)
    }

    /// Every name as it is spelled, and its form.
    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.rows.iter().map(|row| (row.spelled.text, row.formed.text))
    }
}
