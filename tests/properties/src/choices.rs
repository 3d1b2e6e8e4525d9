//! Decisions that bytes make: what they decide stays the same, so a failure can be repeated.

/// Bytes that are used up decision by decision. Once they are spent, every decision is the plainest one: 0, and nothing odd.
#[derive(Debug, Clone)]
pub(crate) struct Choices<'a> {
    bytes: &'a [u8],
}

impl<'a> Choices<'a> {
    /// Decisions of these bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// A number below `sides`, which is 256 at most.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % sides.max(1)
    }

    /// Whether something happens that happens once in so many times.
    pub(crate) fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 1
    }

    /// One of these.
    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Some bytes, as they stand.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let length = self.below(64).min(self.bytes.len());
        let (taken, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        taken
    }
}
