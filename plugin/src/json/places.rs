//! Tables by key, made at compile time.

/// Where rows stand by their keys: an open table of `SIZE` places, at least half of them empty, so that a look-up ends soon.
#[derive(Debug)]
pub(crate) struct Places<const SIZE: usize>([u16; SIZE]);

/// No row stands here.
const EMPTY: u16 = u16::MAX;

impl<const SIZE: usize> Places<SIZE> {
    /// No rows yet.
    pub(crate) const fn new() -> Self {
        assert!(SIZE.is_power_of_two() && SIZE < EMPTY as usize);
        Self([EMPTY; SIZE])
    }

    /// Adds a row; rows are added in their order.
    pub(crate) const fn add(&mut self, key: u32, row: usize) {
        assert!(row < SIZE / 2, "too many rows for the table");
        let mut place = key as usize % SIZE;
        while self.0[place] != EMPTY {
            place = (place + 1) % SIZE;
        }
        self.0[place] = row as u16;
    }

    /// The row of this key that `is` the one.
    #[inline(always)]
    pub(crate) fn find(&self, key: u32, is: impl Fn(usize) -> bool) -> Option<usize> {
        let mut place = key as usize % SIZE;
        loop {
            match self.0[place] {
                EMPTY => return None,
                row if is(row.into()) => return Some(row.into()),
                _ => place = (place + 1) % SIZE,
            }
        }
    }
}
