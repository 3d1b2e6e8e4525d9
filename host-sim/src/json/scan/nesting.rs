//! What a place in a text stands in, without a stack of calls.

/// What a value stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Object,
    Array,
}

/// All that a value stands in, a bit each: a text may nest nearly as deep as it is long.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    depth: usize,
    /// The innermost, the last one lowest; set for objects.
    inner: u64,
    /// Those around them, 64 in each.
    outer: Vec<u64>,
}

impl Nesting {
    pub(super) fn enter(&mut self, inside: Inside) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.inner);
        }
        self.depth += 1;
        self.inner = self.inner << 1 | u64::from(inside == Inside::Object);
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.inner >>= 1;
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.inner = self.outer.pop().unwrap_or_default();
        }
    }

    pub(super) fn innermost(&self) -> Option<Inside> {
        match self.depth {
            0 => None,
            _ if self.inner & 1 == 1 => Some(Inside::Object),
            _ => Some(Inside::Array),
        }
    }
}
