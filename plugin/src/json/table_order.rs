//! The order in which the reference's hash tables hold the members of an object. Its documents show it: where an object is printed as text, and where two members get one name.

use super::tree::Member;

/// Members in the order in which Java's hash table holds them; in one bucket, in the order of the message.
pub(crate) fn in_table_order<'m, 'a>(members: &'m [Member<'a>]) -> Vec<&'m Member<'a>> {
    // While a name is put into lower case, the table holds it twice, and it never shrinks.
    let most = members.len() + usize::from(members.iter().any(|member| member.name != member.spelled));
    let mut buckets = 16;
    while most * 4 > buckets * 3 {
        buckets *= 2;
    }
    let mut ordered: Vec<_> = members.iter().collect();
    ordered.sort_by_key(|member| {
        let hash = member.name.encode_utf16().fold(0u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
        (hash ^ (hash >> 16)) as usize % buckets
    });
    ordered
}
