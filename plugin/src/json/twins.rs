//! Whether a name stands twice in an object.

use super::tree::Member;

/// In objects of more members than this, equal names are found by sorting.
const MANY: usize = 64;

/// Whether two members have the same name; of many it is only said that they may.
pub(crate) fn may_have_twins(members: &[Member<'_>]) -> bool {
    if members.len() > MANY {
        return true;
    }
    // A bit for each key, which two members of one name would both set.
    let mut keys = [0_u64; 4];
    members.iter().enumerate().any(|(index, member)| {
        let (row, bit) = (&mut keys[member.key as usize / 64 % 4], 1 << (member.key % 64));
        let is_new = *row & bit == 0;
        *row |= bit;
        !is_new && members[..index].iter().any(|earlier| earlier.keyed_name() == member.keyed_name())
    })
}
