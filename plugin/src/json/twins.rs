//! Whether a name stands twice in an object.

use super::tree::Member;

/// In objects of more members than this, equal names are found by sorting.
const MANY: usize = 64;

/// A first look at whether a name repeats: a bit for each key, which two members of one name set both.
#[derive(Debug, Default)]
pub(crate) struct Distinction {
    keys: u64,
    repeats: bool,
}

impl Distinction {
    /// Adds a name by its key.
    #[inline(always)]
    pub(crate) fn add(&mut self, key: u32) {
        let bit = 1 << (key % 64);
        self.repeats |= self.keys & bit != 0;
        self.keys |= bit;
    }

    /// Whether one name may be there twice. If not, none is.
    #[inline(always)]
    pub(crate) fn may_repeat(&self) -> bool {
        self.repeats
    }
}

/// Whether two members have the same name; of many it is only said that they may.
pub(crate) fn may_have_twins(members: &[Member<'_>]) -> bool {
    if members.len() > MANY {
        return true;
    }
    let mut keys = 0_u64;
    for (index, member) in members.iter().enumerate() {
        let bit = 1 << (member.key % 64);
        if keys & bit != 0 && members[..index].iter().any(|earlier| earlier.key == member.key && earlier.name == member.name) {
            return true;
        }
        keys |= bit;
    }
    false
}
