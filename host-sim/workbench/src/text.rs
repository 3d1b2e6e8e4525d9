//! Text files as editors write them: some put a byte order mark in front, which is none of the text.

use std::fs;
use std::io;
use std::path::Path;

/// A byte order mark, as UTF-8 has it.
pub(crate) const MARK: &[u8] = b"\xef\xbb\xbf";

/// The text of a file, without a mark.
pub fn read(path: &Path) -> io::Result<String> {
    let mut text = fs::read_to_string(path)?;
    if text.as_bytes().starts_with(MARK) {
        text.drain(..MARK.len());
    }
    Ok(text)
}

/// What stands behind the mark, if there is one.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::without_mark;

    #[test]
    fn one_mark_is_taken_off() {
        assert_eq!(without_mark(b"\xef\xbb\xbf{}"), b"{}");
        assert_eq!(without_mark(b"\xef\xbb\xbf\xef\xbb\xbf"), b"\xef\xbb\xbf");
        assert_eq!(without_mark(b"\xef\xbb{}"), b"\xef\xbb{}");
    }
}
