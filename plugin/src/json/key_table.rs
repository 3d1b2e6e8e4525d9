//! Rows by name: one table, made at compile time, in which a name is found by its key.

use super::name::Name;

/// The indexes of rows by the keys of their names: an open table of `SIZE` slots, at least half of them empty, so that a look-up ends soon.
#[derive(Debug)]
pub(crate) struct KeyTable<const SIZE: usize>([u16; SIZE]);

/// No row stands here.
const EMPTY: u16 = u16::MAX;

impl<const SIZE: usize> KeyTable<SIZE> {
    /// No rows yet.
    pub(crate) const fn new() -> Self {
        assert!(SIZE.is_power_of_two() && SIZE < EMPTY as usize);
        Self([EMPTY; SIZE])
    }

    /// Adds the row at `index` by the key of its name; rows are added in their order.
    pub(crate) const fn add(&mut self, key: u32, index: usize) {
        assert!(index < SIZE / 2, "too many rows for the table");
        let mut slot = key as usize % SIZE;
        while self.0[slot] != EMPTY {
            slot = (slot + 1) % SIZE;
        }
        self.0[slot] = index as u16;
    }

    /// The index of the row of that name; `name_at` says what name a row has.
    #[inline(always)]
    pub(crate) fn index_of<'t>(&self, name: Name<'_>, name_at: impl Fn(usize) -> Name<'t>) -> Option<usize> {
        let mut slot = name.key as usize % SIZE;
        loop {
            match self.0[slot] {
                EMPTY => return None,
                index if name_at(index.into()) == name => return Some(index.into()),
                _ => slot = (slot + 1) % SIZE,
            }
        }
    }
}
