//! What Microsoft sends: names as Azure spells them, and where they stand. Knows nothing of ECS.

pub(crate) mod assessment;
pub(crate) mod hub;

/// Whether two texts are the same, in constants.
pub(crate) const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}
