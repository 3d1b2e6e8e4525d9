//! Eight bytes at a time: what a string is scanned by.

/// A one in each byte.
pub(crate) const ONES: u64 = 0x0101_0101_0101_0101;
/// The top bit of each byte.
pub(crate) const TOPS: u64 = ONES << 7;

/// A bit for a quote, backslash or control character among eight bytes. Bits above the lowest one may be false.
#[inline(always)]
pub(crate) fn specials(word: u64) -> u64 {
    // A borrow can only raise false bits above a true one.
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let hits = (quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash) | (word.wrapping_sub(ONES * 0x20) & !word);
    hits & TOPS
}

/// Whether there is no blank, control character or dot among bytes that are all ASCII.
#[inline]
pub(crate) fn is_plain(mut bytes: &[u8]) -> bool {
    let odd = |word: u64| {
        let dot = word ^ (ONES * b'.' as u64);
        (word | (dot.wrapping_sub(ONES) & !dot) | (word.wrapping_sub(ONES * 0x21) & !word)) & TOPS
    };
    let mut found = 0;
    while let Some((chunk, behind)) = bytes.split_first_chunk::<8>() {
        found |= odd(u64::from_le_bytes(*chunk));
        bytes = behind;
    }
    if !bytes.is_empty() {
        // What is missing is filled with letters.
        found |= odd(fewer_than_eight(bytes) | (ONES * b'A' as u64) << (8 * bytes.len()));
    }
    found == 0
}

/// Where the next quote, backslash or control character stands, or the end.
#[inline(always)]
pub(crate) fn next_special(bytes: &[u8], mut at: usize) -> usize {
    while let Some((first, second)) = bytes.get(at..).and_then(sixteen_bytes) {
        let (first, second) = (specials(first), specials(second));
        if first | second != 0 {
            return at + index_of(first, second);
        }
        at += 16;
    }
    next_special_at_the_end(bytes, at)
}

#[cold]
fn next_special_at_the_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len())
}

/// The first sixteen bytes, if there are so many.
#[inline(always)]
pub(crate) fn sixteen_bytes(bytes: &[u8]) -> Option<(u64, u64)> {
    let (first, behind) = bytes.split_first_chunk::<8>()?;
    let second = behind.first_chunk::<8>()?;
    Some((u64::from_le_bytes(*first), u64::from_le_bytes(*second)))
}

/// Where the lowest bit stands that [`specials`] has found in one of two words, in bytes.
#[inline(always)]
pub(crate) fn index_of(first: u64, second: u64) -> usize {
    let bits = if first != 0 { first.trailing_zeros() } else { 64 + second.trailing_zeros() };
    (bits / 8) as usize
}

/// Fewer than eight bytes as one word.
#[inline]
pub(crate) fn fewer_than_eight(bytes: &[u8]) -> u64 {
    let low = |half: &[u8; 4]| u64::from(u32::from_le_bytes(*half));
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        // The two halves overlap in the same bytes.
        (Some(first), Some(last)) => low(first) | low(last) << (8 * (bytes.len() - 4)),
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}
